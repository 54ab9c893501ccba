"""The supervisor over small real processes."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from nexus.cli.child import ROTATE_BYTES, rotate, tail
from nexus.cli.parts import Part
from nexus.cli.supervisor import GaveUp, Pace
from nexus.parts_file import Stage as Life
from nexus.parts_file import read_parts
from tests.conftest import wait_until
from tests.nexus.cli.parts_on_paper import QUICK, STAY, Stage

STUBBORN = "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + STAY
ORPHAN_MAKER = """
import asyncio, pathlib, sys
from nexus.cli.child import start_child
async def main():
    child = await start_child(["/bin/sleep", "600"], {}, pathlib.Path(sys.argv[1]))
    print(child.pid, flush=True)
    await child.ended()
asyncio.run(main())
"""


def a_supervisor_and_its_part(log: Path) -> tuple[subprocess.Popen[str], psutil.Process]:
    command = [sys.executable, "-c", ORPHAN_MAKER, str(log)]
    supervisor = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert supervisor.stdout is not None
    return supervisor, psutil.Process(int(supervisor.stdout.readline()))


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage(tmp_path)


@asynccontextmanager
async def kept(stage: Stage, *parts: Part) -> AsyncIterator[None]:
    """The parts are started and kept; the end is left to the test, and made sure of."""
    tasks = [asyncio.create_task(stage.supervisor.keep(part)) for part in parts]
    try:
        await stage.supervisor.ready([part.name for part in parts])
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await stage.supervisor.stop()


async def test_a_part_that_dies_is_started_again_and_one_line_says_so(stage: Stage) -> None:
    async with kept(stage, stage.part("worker")):
        first = stage.pids_of("worker")[0]
        os.kill(first, signal.SIGKILL)
        await wait_until(lambda: stage.said.count("worker ready") == 2)
        assert len(stage.pids_of("worker")) == 2
        assert "worker ended (SIGKILL), starting it again in 0.01 s" in stage.said


async def test_a_part_starts_when_what_it_needs_is_ready(stage: Stage) -> None:
    slow = stage.part("valkey", "time.sleep(0.2)\nnote('ready')\n" + STAY)
    async with kept(stage, stage.part("worker", needs=("valkey",)), slow):
        assert stage.journal == ["start valkey", "ready valkey", "start worker"]


async def test_the_highest_layer_ends_first_and_the_next_waits_for_it(stage: Stage) -> None:
    parts = [stage.part("valkey"), stage.part("starter", layer=1), stage.part("worker", layer=2)]
    async with kept(stage, *parts):
        await wait_until(lambda: len(stage.journal) == 3)  # each has begun, and hears what is said to it
        await stage.supervisor.stop()
    assert stage.journal[-3:] == ["end worker", "end starter", "end valkey"]


async def test_a_part_that_ignores_sigterm_is_killed_after_the_drain(tmp_path: Path) -> None:
    stage = Stage(tmp_path, replace(QUICK, drain_s=0.1))
    async with kept(stage, stage.part("worker", STUBBORN)):
        pid = stage.pids_of("worker")[0]
        await stage.supervisor.stop()
        assert not psutil.pid_exists(pid)
    assert "end worker" not in stage.journal


async def test_kill_ends_everything_at_once(stage: Stage) -> None:
    async with kept(stage, stage.part("worker", STUBBORN)):
        stopping = asyncio.create_task(stage.supervisor.stop())
        stage.supervisor.kill()
        await asyncio.wait_for(stopping, 5)


async def test_a_part_that_dies_after_three_restarts_and_was_never_ready_is_given_up_with_its_last_words(
    stage: Stage,
) -> None:
    part = stage.part("gateway", "print('no such \\x1b[31mtable', flush=True)\nsys.exit(1)\n")
    with pytest.raises(GaveUp) as error:
        await stage.supervisor.keep(part)
    assert stage.journal == ["start gateway"] * 4
    assert "ended 4 times" in str(error.value)
    assert "no such [31mtable" in str(error.value)
    assert "nexus doctor" in str(error.value)


async def test_a_part_that_refuses_its_settings_is_not_tried_again(stage: Stage) -> None:
    part = stage.part("gateway", "sys.stderr.write('PORT is wrong')\nsys.exit(2)\n")
    with pytest.raises(GaveUp, match="refuses to start") as error:
        await stage.supervisor.keep(part)
    assert stage.journal == ["start gateway"]
    assert "PORT is wrong" in str(error.value)


async def test_a_part_that_never_gets_ready_is_given_up(stage: Stage) -> None:
    part = stage.part("worker", "while True: signal.pause()\n", ready_within_s=0.2)
    with pytest.raises(GaveUp, match=r"not ready within 0\.2 s"):
        await stage.supervisor.keep(part)
    await stage.supervisor.stop()


async def test_ctrl_c_in_the_terminal_does_not_reach_the_parts(stage: Stage) -> None:
    async with kept(stage, stage.part("worker")):
        assert os.getsid(stage.pids_of("worker")[0]) != os.getsid(0)


@pytest.mark.skipif(sys.platform != "linux", reason="other kernels have no parent-death signal")
async def test_parts_end_when_the_supervisor_is_killed(tmp_path: Path) -> None:
    supervisor, orphan = a_supervisor_and_its_part(tmp_path / "log")
    # The leash becomes the command once it is set.
    await wait_until(lambda: "sleep" in orphan.name())
    supervisor.kill()
    supervisor.communicate()
    await wait_until(lambda: not orphan.is_running() or orphan.status() == psutil.STATUS_ZOMBIE)


def test_the_backoff_grows_up_to_half_a_minute() -> None:
    pace = Pace()
    assert [pace.backoff_s(deaths) for deaths in range(1, 6)] == [0.5, 2, 8, 30, 30]


async def test_a_part_that_dies_again_and_again_is_left_alone_until_ten_minutes_have_room(
    tmp_path: Path,
) -> None:
    stage = Stage(tmp_path, replace(QUICK, within_s=2))
    dies = "import glob\nif len(glob.glob(f'{folder}/{name}-*')) < 5: sys.exit(7)\n" + STAY
    part = stage.part("worker", "(folder / f'{name}-{os.getpid()}').touch()\ntime.sleep(0.2)\n" + dies)
    async with kept(stage, part):
        await wait_until(lambda: "left alone" in stage.said)
        file = read_parts(tmp_path)
        assert file is not None
        life = file.parts["worker"]
        assert (life.stage, life.deaths, life.how) == (Life.LEFT, 4, "exit code 7")
        assert life.again_at is not None
        assert life.ended_at is not None
        assert life.again_at > life.ended_at
        assert stage.said.count("worker ready") == 4
        await wait_until(lambda: stage.said.count("worker ready") == 5)


async def test_a_part_that_lives_no_more_is_ended_and_started_again(tmp_path: Path) -> None:
    silent = set[int]()

    async def lives(pid: int) -> bool:
        return pid not in silent

    stage = Stage(tmp_path, replace(QUICK, alive_every_s=0.01))
    async with kept(stage, replace(stage.part("heartbeat", STUBBORN), lives=lives)):
        silent.update(stage.pids_of("heartbeat"))
        await wait_until(lambda: stage.said.count("heartbeat ready") == 2)
        assert "heartbeat hangs and is ended" in stage.said
        assert "heartbeat ended (SIGKILL)" in stage.said


def test_a_log_over_ten_megabytes_is_kept_as_the_previous_one(tmp_path: Path) -> None:
    log = tmp_path / "logs" / "worker.log"
    rotate(log)
    log.write_bytes(b"x" * (ROTATE_BYTES + 1))
    rotate(log)
    assert not log.exists()
    assert log.with_name("worker.log.1").stat().st_size > ROTATE_BYTES


def test_the_end_of_a_log_is_its_last_lines_without_control_characters(tmp_path: Path) -> None:
    log = tmp_path / "worker.log"
    log.write_text("\n".join(f"line {n}\x1b[2J" for n in range(1000)))
    assert tail(log)[-1] == "line 999[2J"
    assert len(tail(log)) == 8
    assert tail(tmp_path / "none.log") == []


async def test_what_becomes_of_each_part_stands_in_a_file(stage: Stage, tmp_path: Path) -> None:
    async with kept(stage, stage.part("worker"), stage.part("gateway")):
        os.kill(stage.pids_of("worker")[0], signal.SIGKILL)
        await wait_until(lambda: stage.said.count("worker ready") == 2)
        file = read_parts(tmp_path)
        assert file is not None
        worker, gateway = file.parts["worker"], file.parts["gateway"]
        assert (worker.stage, worker.deaths, worker.how) == (Life.READY, 1, "SIGKILL")
        assert worker.pid in stage.pids_of("worker")
        assert worker.ended_at is not None
        assert worker.ready_at is not None
        assert worker.ready_at > worker.ended_at
        assert (gateway.deaths, gateway.how) == (0, None)
    assert read_parts(tmp_path) is None, "nothing is kept any more"
