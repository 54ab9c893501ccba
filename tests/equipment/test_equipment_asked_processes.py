"""Three scheduler processes take what is asked for, one is killed in the middle of a run: each run is done once."""

import os
import signal
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from db.engine import Database
from db.statements.equipment import Run, RunStatus, run_history
from db.statements.equipment_queue import MOST_ASKED, QueueFull, Wish, ask_for_run
from equipment.config import EquipmentSettings
from nexus.ids import new_id
from tests.builders import now
from tests.equipment.one_scheduler import NAME
from tests.running import Process, wait_for

RUNS = 12
# It waits until it may, and says that it ran only at its end: one that is killed before has done nothing.
TICK = """
import pathlib, time
while not pathlib.Path("go").exists():
    time.sleep(0.02)
with open("ticks.txt", "a") as ticks:
    ticks.write("tick\\n")
"""


@pytest.fixture
def trio(settings: EquipmentSettings, tmp_path: Path) -> Iterator[list[Process]]:
    script = tmp_path / "tick.py"
    script.write_text(TICK)
    argv = (sys.executable, "-m", "tests.equipment.asked_scheduler", str(script))
    processes = [Process(argv, os.environ, tmp_path / f"asked-{n}.out") for n in range(3)]
    yield processes
    for process in processes:
        process.kill()


def problems(asked: Iterable[str], runs: Iterable[Run], ticks: int) -> list[str]:
    """What is wrong; nothing when each run that was asked for is done, once, and did its work once."""
    done = Counter(run.id for run in runs if run.status is RunStatus.DONE)
    wrong = [f"{run_id} is done {done[run_id]} times" for run_id in asked if done[run_id] != 1]
    return wrong + ([f"{ticks} ticks of {done.total()} runs"] if ticks != done.total() else [])


def all_runs(database: Database) -> list[Run]:
    return database.read_sync(run_history, limit=1000)


def ask(database: Database) -> str | None:
    """Ask for a run; None while there is no room."""
    wish = Wish(id=new_id(), tool=NAME, parameters="{}", by="owner", via="local")
    try:
        return database.run_sync(ask_for_run, wish, now()).id
    except QueueFull:
        return None


def running(database: Database) -> list[Run]:
    return [run for run in all_runs(database) if run.status is RunStatus.RUNNING]


def test_each_asked_run_is_done_once_though_a_process_is_killed(
    trio: list[Process], database: Database, settings: EquipmentSettings
) -> None:
    folder = settings.home / "equipment-work" / NAME  # all that a script may see and write
    by_pid = {str(process.process.pid): process for process in trio}
    asked = [wait_for(lambda: ask(database), what="room for a run") for _ in range(MOST_ASKED)]
    (struck, *_) = wait_for(lambda: running(database), what="a run that has begun")
    wait_for(folder.is_dir, what="the folder that its process makes")
    by_pid[struck.holder.split("/")[1]].kill()
    (folder / "go").touch()
    asked += [wait_for(lambda: ask(database), what="room for a run") for _ in range(RUNS - MOST_ASKED)]

    wait_for(lambda: all(run.finished_at for run in all_runs(database)), what="the end of every run")
    others = [process for pid, process in by_pid.items() if pid != struck.holder.split("/")[1]]
    assert [process.stop(signal.SIGTERM) for process in others] == [0, 0]

    runs = all_runs(database)
    ticks = len((folder / "ticks.txt").read_text().split())
    assert problems([run_id for run_id in asked if run_id], runs, ticks) == []
    assert max(run.attempt for run in runs) == 2
    assert len({run.holder for run in runs}) >= 2


def test_control_the_checker_sees_what_was_done_twice_or_never(database: Database) -> None:
    run_id = ask(database) or ""
    (run,) = all_runs(database)

    assert problems([run_id], [run], 0) == [f"{run_id} is done 0 times"]
    assert problems([], [run], 1) == ["1 ticks of 0 runs"]
