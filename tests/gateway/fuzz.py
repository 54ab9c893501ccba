"""Schemathesis on a running company, with a secret: `python -m tests.gateway.fuzz --examples 700`.

Exit 0: nothing found. No reply may be a 5xx that the schema does not name, none may differ from the schema, and no
log line may be a bug.
"""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.running import SCRIPTED, Up

SECRET = "fuzz-secret-0123456789abcdef0123456789"
CONFIG = Path(__file__).with_name("schemathesis.toml")
UNLIMITED = {"RATE_LIMIT": "none", "RATE_LIMIT_ADDRESS": "none", "RATE_LIMIT_LOGIN": "none"}


def main() -> int:
    """Start a company with a scripted model, let Schemathesis at it, and look into the logs."""
    parser = argparse.ArgumentParser(prog="python -m tests.gateway.fuzz", description=__doc__)
    parser.add_argument("--examples", type=int, default=700, help="per operation and phase")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="nexus-fuzz-") as folder:
        settings = {"API_SECRET": SECRET, "MAX_WAIT_S": "0.5", "ORDER_DEADLINE_S": "5", **UNLIMITED}
        up = Up(Path(folder), **SCRIPTED, **settings)
        try:
            up.wait_for("NEXUS is ready")
            found = subprocess.run(command(up.door.url, arguments.examples, arguments.seed), check=False)
        finally:
            up.stop()
        bugs = [
            line
            for line in (Path(folder) / "home/logs/gateway.log").read_text().splitlines()
            if ".bug" in line
        ]
    print(f"{len(bugs)} bugs in the gateway's log")
    print(*bugs[:5], sep="\n")
    return found.returncode or bool(bugs)


def command(url: str, examples: int, seed: int) -> list[str]:
    """Schemathesis' own command line."""
    schemathesis = Path(sys.executable).with_name("schemathesis")
    options = ["--url", url, "--header", f"Authorization: Bearer {SECRET}", "--max-examples", str(examples)]
    options += ["--phases", "examples,coverage,fuzzing", "--checks", "all", "--continue-on-failure"]
    options += ["--workers", "2", "--request-timeout", "30", "--seed", str(seed), "--no-color"]
    return [str(schemathesis), "--config-file", str(CONFIG), "run", f"{url}/openapi.json", *options]


if __name__ == "__main__":
    sys.exit(main())
