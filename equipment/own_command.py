"""A script of the owner's as a command in the sandbox of this machine.

It can read its own file, the system's programs and our Python, and write to its own work folder; nothing else of this
machine is in sight. Where this machine has no sandbox it is not run, by no flag.
"""

import json
import os
from pathlib import Path

from equipment.process import Command
from nexus.sandbox.job import FILES, MIB, Job, Limits
from nexus.sandbox.mechanism import prepare
from nexus.sandbox.probe import chosen_mechanism

SAFE_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
MEMORY_BYTES = 1024 * MIB
FILE_BYTES = 1024 * MIB


def own_command(script: Path, folder: Path, parameters: str, timeout_s: float, *, network: bool) -> Command:
    """The command for `script`, to be started in `folder`. Blocking: the first call in a process looks for the sandbox.

    Raises:
        SandboxRefused: this machine has no sandbox; the message says why, and what mends it.
        OSError: the script cannot be read, or there is no room for its copy.
    """
    mechanism = chosen_mechanism()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    python = ("python3", "-I") if script.suffix == ".py" else ()
    env = script_environment(parameters)
    limits = Limits(
        wall_s=timeout_s, cpu_s=int(timeout_s) * 2 + 2, memory_bytes=MEMORY_BYTES, file_bytes=FILE_BYTES
    )
    job = Job(
        (*python, f"{FILES}/{script.name}"),
        files={script.name: script.read_bytes()},
        env={name: value for name, value in env.items() if name != "PATH"},
        writable=folder.resolve(),
        network=network,
        limits=limits,
    )
    prepared = prepare(job, mechanism)
    return Command(prepared.argv, {}, folder, timeout_s, watch=prepared.options)


def script_environment(parameters: str) -> dict[str, str]:
    """What a script of the owner's finds in its environment: PATH, LANG, and `PARAM_NAME` for each parameter.

    In the sandbox also HOME and TMPDIR: its work folder.
    """
    given: dict[str, object] = json.loads(parameters)
    texts = {
        f"PARAM_{name.upper()}": value if isinstance(value, str) else json.dumps(value)
        for name, value in given.items()
    }
    return {"PATH": SAFE_PATH, "LANG": os.environ.get("LANG", "C.UTF-8"), **texts}
