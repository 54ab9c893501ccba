"""Run the command of a spec in the sandbox: hardly any environment, bounded in time, memory and output.

Called by `qa.runner` alone. The command sees the project folder, read-only and without what is the owner's own, and
has a small folder of its own to write to (`$HOME`, `$TMPDIR`). Where there is no sandbox nothing is run.
"""

import os
import shlex
from dataclasses import dataclass
from pathlib import Path

from nexus.sandbox.job import Job, Limits, Result, SandboxRefused
from nexus.sandbox.run import run
from nexus.sandbox.view import project_of, visible_paths

MAX_OUTPUT_BYTES = 1024 * 1024
SHELL = "/bin/sh"


@dataclass(frozen=True, slots=True)
class CommandRun:
    """What a command did.

    Attributes:
        stdout: at most 1 MiB of it; what is not UTF-8 is replaced.
        stderr: likewise.
        exit_code: None where the command was not started or was stopped; negative is a signal's number.
        fault: why it was not started or was stopped, else empty.
        duration_ms: wall-clock time.
        refused: why there is no sandbox to run it in, and what mends that; else empty.
    """

    stdout: str
    stderr: str
    exit_code: int | None
    fault: str
    duration_ms: int
    refused: str = ""


def run_command(
    command: str, timeout_s: float, *, use_shell: bool = False, folder: Path | None = None
) -> CommandRun:
    """Run it as an argument list, or by a shell where the operator allows that.

    `folder` is where it starts, by default the current one, and seen when it lies in a project. Else the command starts
    in an empty folder.
    """
    argv = (SHELL, "-c", command) if use_shell else tuple(shlex.split(command))
    # Time on the processors as on the clock: a limit of its own would only hide which of them was hit.
    limits = Limits(wall_s=timeout_s, cpu_s=int(timeout_s) + 2, output_bytes=MAX_OUTPUT_BYTES)
    try:
        result = run(_job(argv, limits, (folder or Path.cwd()).resolve()))
    except SandboxRefused as error:
        return CommandRun("", "", None, "", 0, str(error))
    text = result.stdout.decode("utf-8", "replace"), result.stderr.decode("utf-8", "replace")
    return CommandRun(*text, result.exit_code, _fault(result, limits), result.duration_ms)


def _job(argv: tuple[str, ...], limits: Limits, folder: Path) -> Job:
    project = project_of(folder)
    if project is None:
        return Job(argv, limits=limits)
    home = Path(os.environ.get("NEXUS_HOME", ".nexus"))
    readable = visible_paths(project, [home.expanduser(), folder / ".nexus"])
    if not any(folder == path or folder in path.parents or path in folder.parents for path in readable):
        folder = project
    return Job(argv, limits=limits, readable=readable, folder=folder)


def _fault(result: Result, limits: Limits) -> str:
    if result.fault:
        return result.fault
    match result.limit:
        case None:
            return ""
        case "wall":
            return f"killed after {limits.wall_s:g} s"
        case "output":
            return f"killed after more than {limits.output_bytes} bytes of output"
        case limit:
            return f"killed at its limit of {limit}"
