"""Three scheduler processes, one killed at a due second: each due time runs exactly once."""

import os
import signal
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from db.engine import Database
from db.statements.equipment import Run, RunStatus, run_history
from equipment.config import EquipmentSettings
from tests.equipment.due_checker import problems
from tests.equipment.one_scheduler import EVERY_S, NAME
from tests.running import Process, wait_for

# It says that it ran only at its end: one that is killed in the middle has done nothing.
TICK = """
import time
time.sleep(0.7)
with open("ticks.txt", "a") as ticks:
    ticks.write("tick\\n")
"""


@pytest.fixture
def trio(settings: EquipmentSettings, tmp_path: Path) -> Iterator[list[Process]]:
    script = tmp_path / "tick.py"
    script.write_text(TICK)
    argv = (sys.executable, "-m", "tests.equipment.one_scheduler", str(script))
    processes = [Process(argv, os.environ, tmp_path / f"{n}.out") for n in range(3)]
    yield processes
    for process in processes:
        process.kill()


def all_runs(database: Database) -> list[Run]:
    return database.read_sync(run_history, limit=1000)


def done(database: Database) -> list[Run]:
    return [run for run in all_runs(database) if run.status is RunStatus.DONE]


def its_run(database: Database, pids: set[str]) -> Run | None:
    """The newest run, just claimed by one of these processes, which runs nothing else."""
    running = [run for run in all_runs(database) if run.status is RunStatus.RUNNING]
    newest = all_runs(database)[0]
    alone = [run.holder for run in running].count(newest.holder) == 1
    mine = newest.holder.split("/")[1] in pids
    return newest if mine and alone and newest.status is RunStatus.RUNNING else None


def test_each_due_time_runs_once_though_a_process_is_killed_at_the_due_second(
    trio: list[Process], database: Database, settings: EquipmentSettings
) -> None:
    by_pid = {str(process.process.pid): process for process in trio}
    wait_for(lambda: len({run.holder for run in done(database)}) >= 2, what="runs by two processes")

    struck = wait_for(lambda: its_run(database, set(by_pid)), what="a run that has just begun")
    assert struck is not None
    by_pid[struck.holder.split("/")[1]].kill()
    due_at = struck.due_at
    wait_for(
        lambda: [run for run in done(database) if run.due_at == due_at],
        what="the lost run's second try",
    )
    so_far = len(done(database))
    wait_for(lambda: len(done(database)) > so_far + 3, what="more runs by the others")
    others = [process for pid, process in by_pid.items() if pid != struck.holder.split("/")[1]]
    assert [process.stop(signal.SIGTERM) for process in others] == [0, 0]

    runs = all_runs(database)
    dues = sorted({run.due_at for run in runs if run.due_at is not None})
    last = max(run.due_at for run in runs if run.due_at and run.status is RunStatus.DONE)
    assert problems(runs, dues[0], last, EVERY_S) == []
    assert [run.status for run in runs if run.due_at == due_at] == [RunStatus.DONE, RunStatus.LOST]
    ticks = settings.home / "equipment-work" / NAME / "ticks.txt"  # all that a script may write
    assert len(ticks.read_text().split()) == len(done(database))


def test_control_the_checker_sees_a_due_time_that_ran_twice_or_never(database: Database) -> None:
    from tests.equipment.test_equipment_scheduler import START, a_done_run  # noqa: PLC0415

    second = timedelta(seconds=1)
    once = [a_done_run(START), a_done_run(START + second), a_done_run(START + 2 * second)]

    assert problems(once, START, START + 2 * second, 1) == []
    assert problems([*once, once[1]], START, START + 2 * second, 1) == [f"{START + second} ran 2 times"]
    assert problems(once[:2], START, START + 2 * second, 1) == [f"{START + 2 * second} ran 0 times"]
