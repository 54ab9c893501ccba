"""`python -m agents.fakes anthropic|openai|ollama`: a fake as its own process, for offline work and benchmarks.

Prints one line with its URL and serves on 127.0.0.1 until SIGINT or SIGTERM.
"""

import argparse
import signal
import sys
from pathlib import Path

from agents.fakes import anthropic_api, ollama_api, openai_api
from agents.fakes.script import Script
from agents.fakes.server import FakeServer
from nexus.errors import ConfigurationError

APPS = {
    "anthropic": anthropic_api.create_app,
    "openai": openai_api.create_app,
    "ollama": ollama_api.create_app,
}
STOP_SIGNALS = {signal.SIGINT, signal.SIGTERM}


def main(arguments: list[str] | None = None) -> int:
    """Serve until a signal comes; returns the exit status: 2 for a script or port that cannot be used."""
    options = _parser().parse_args(arguments)
    try:
        script = Script.from_json(options.script.read_bytes()) if options.script else Script()
    except (ConfigurationError, OSError) as error:
        print(f"agents.fakes: {error}", file=sys.stderr)
        return 2
    app = APPS[options.vendor](script, api_key=options.api_key, models=options.model)
    signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)  # threads inherit it: only sigwait below gets them
    try:
        with FakeServer(app, port=options.port) as server:
            print(f"fake {options.vendor} at {server.base_url}", flush=True)
            signal.sigwait(STOP_SIGNALS)
    except OSError as error:
        print(f"agents.fakes: port {options.port}: {error}", file=sys.stderr)
        return 2
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m agents.fakes", description=__doc__)
    parser.add_argument("vendor", choices=sorted(APPS))
    parser.add_argument("--port", type=int, default=0, help="0 (the default) takes a free one")
    parser.add_argument("--api-key", help="the key clients must send; without it everybody is served")
    parser.add_argument("--script", type=Path, metavar="FILE", help="JSON script, see agents/fakes/script.py")
    parser.add_argument("--model", action="append", default=[], metavar="NAME", help="repeat; none: any name")
    return parser


if __name__ == "__main__":
    sys.exit(main())
