"""The LiteLLM proxy's own environment, `.cache/bench`, made by uv at first use. It never touches `.venv`."""

import shutil
import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).parent.parent
HOME = REPOSITORY / ".cache" / "bench"
REQUIREMENT = "litellm[proxy]==1.106.1"  # the version the company itself uses
INSTALL_TIMEOUT_S = 300


def find_proxy() -> Path | None:
    """The proxy's program, installed if need be; None, and a line that says why, when that is not possible."""
    program, stamp = HOME / "bin" / "litellm", HOME / ".installed"
    if stamp.exists() and stamp.read_text() == REQUIREMENT:
        return program
    try:
        _install()
    except (OSError, subprocess.SubprocessError) as error:
        print(f"bench: measuring without the LiteLLM proxy: {_in_words(error)}", flush=True)
        return None
    stamp.write_text(REQUIREMENT)
    return program


def _install() -> None:
    uv = shutil.which("uv") or shutil.which("uv", path=REPOSITORY / ".cache" / "uv" / "bin")
    if uv is None:
        raise FileNotFoundError("there is no uv; run `make env` or `pip install uv`")
    print(f"bench: installing {REQUIREMENT} into {HOME} (once)", flush=True)
    _run(uv, "venv", "--clear", "--python", sys.executable, str(HOME))
    _run(uv, "pip", "install", "--python", str(HOME / "bin" / "python"), REQUIREMENT)


def _run(uv: str, *arguments: str) -> None:
    command = [uv, "--quiet", *arguments]
    subprocess.run(command, check=True, capture_output=True, text=True, timeout=INSTALL_TIMEOUT_S)


def _in_words(error: Exception) -> str:
    match error:
        case subprocess.CalledProcessError():
            return f"uv could not install it: {error.stderr.strip()[-300:]}"
        case subprocess.TimeoutExpired():
            return f"its installation took more than {INSTALL_TIMEOUT_S} s"
        case _:
            return str(error)
