"""One company per data folder."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from nexus.cli.lock import AlreadyRunning, take_lock

URL = "http://127.0.0.1:8000"
DEAD_SUPERVISOR = """
import os, pathlib, subprocess, sys
from nexus.cli.lock import take_lock
lock = take_lock(pathlib.Path(sys.argv[1]), "http://127.0.0.1:8000")
quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
part = subprocess.Popen(["/bin/sleep", sys.argv[2]], pass_fds=[lock], **quiet)
print(part.pid, flush=True)
os._exit(0)
"""


def leave_a_part_behind(home: Path, seconds: str) -> int:
    """A supervisor takes the lock and dies; a part that inherited it lives on. Returns the part's pid."""
    command = [sys.executable, "-c", DEAD_SUPERVISOR, str(home), seconds]
    return int(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def test_a_second_company_is_told_who_has_the_folder(tmp_path: Path) -> None:
    lock = take_lock(tmp_path, URL)
    with pytest.raises(AlreadyRunning, match=rf"pid {os.getpid()}, {URL}"):
        take_lock(tmp_path, URL)
    os.close(lock)
    os.close(take_lock(tmp_path, URL))


def test_it_waits_for_the_parts_of_a_company_whose_supervisor_was_killed(tmp_path: Path) -> None:
    leave_a_part_behind(tmp_path, "0.3")
    os.close(take_lock(tmp_path, URL))


def test_it_does_not_wait_for_ever(tmp_path: Path) -> None:
    part = leave_a_part_behind(tmp_path, "600")
    try:
        with pytest.raises(AlreadyRunning, match="parts of an earlier company still run"):
            take_lock(tmp_path, URL, ending_s=0.1)
    finally:
        os.kill(part, 9)
