"""A tool that hangs, floods, crashes or forks is ended at its timeout, and nothing of it runs afterwards."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from equipment.output import HALF, KEPT_BYTES, BoundedOutput
from equipment.process import Command, run_command
from nexus.ids import new_id
from tests.conftest import wait_until
from tests.equipment.scripts import FORKS, living

TIMEOUT_S = 1.5


def a_command(code: str, *arguments: str, timeout_s: float = 30.0, **env: str) -> Command:
    argv = (sys.executable, "-c", code, *arguments)
    return Command(argv, {"PATH": "/usr/bin:/bin", **env}, Path.cwd(), timeout_s)


async def test_what_a_tool_prints_and_its_exit_code_are_kept() -> None:
    code = "import sys; print('out'); print('err', file=sys.stderr); sys.exit(3)"

    outcome = await run_command(a_command(code))

    assert outcome.exit_code == 3
    assert sorted(outcome.output.split()) == ["err", "out"]
    assert not outcome.timed_out


async def test_a_tool_that_hangs_is_ended_at_its_timeout() -> None:
    marker, began = new_id(), time.monotonic()
    code = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('on'); time.sleep(300)"

    outcome = await run_command(a_command(code, marker, timeout_s=TIMEOUT_S))

    assert outcome.timed_out
    assert outcome.exit_code == -signal.SIGKILL
    assert TIMEOUT_S <= time.monotonic() - began < TIMEOUT_S + 10
    assert living(marker) == []


async def test_a_flood_is_cut_and_ended_at_the_timeout() -> None:
    marker = new_id()
    code = "import sys\nprint('begin')\nwhile True: sys.stdout.write('flood ' * 1000)"

    outcome = await run_command(a_command(code, marker, timeout_s=TIMEOUT_S))

    assert outcome.timed_out
    assert outcome.output_bytes > KEPT_BYTES
    assert outcome.output.startswith("begin")
    assert "bytes were cut out here" in outcome.output
    assert len(outcome.output) < KEPT_BYTES + 200
    assert living(marker) == []


async def test_a_tool_that_crashes_says_by_which_signal() -> None:
    outcome = await run_command(a_command("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)"))

    assert outcome.exit_code == -signal.SIGSEGV
    assert not outcome.timed_out


async def test_what_cannot_be_started_is_said() -> None:
    outcome = await run_command(Command(("/nowhere/at-all",), {}, Path.cwd(), 5.0))

    assert outcome.exit_code == 127
    assert "cannot be started" in outcome.output


@pytest.mark.parametrize("stays_s", ["0.5", "300"], ids=["ends by itself", "hangs too"])
async def test_what_a_tool_forked_is_ended_with_it(stays_s: str) -> None:
    marker = new_id()

    outcome = await run_command(a_command(FORKS, timeout_s=8.0, PARAM_MARKER=marker, PARAM_STAYS_S=stays_s))

    assert "forked" in outcome.output
    assert outcome.timed_out is (stays_s == "300")
    assert outcome.left == 0
    assert living(marker) == []


def test_control_without_a_keeper_the_forked_processes_go_on() -> None:
    marker = new_id()
    env = {"PATH": "/usr/bin:/bin", "PARAM_MARKER": marker}

    subprocess.run([sys.executable, "-c", FORKS], env=env, check=True, timeout=60, stdout=subprocess.DEVNULL)

    left = living(marker)
    for pid in left:
        os.kill(pid, signal.SIGKILL)
    assert len(left) == 3, "the test above could not have failed"


async def test_a_cancelled_run_ends_its_tool() -> None:
    marker = new_id()
    work = asyncio.create_task(run_command(a_command("import time; time.sleep(300)", marker)))
    await wait_until(lambda: living_tools(marker))

    work.cancel()

    with pytest.raises(asyncio.CancelledError):
        await work
    assert living(marker) == []


async def test_a_tool_ends_also_when_its_keeper_is_killed() -> None:
    marker = new_id()
    work = asyncio.create_task(run_command(a_command(FORKS, PARAM_MARKER=marker, PARAM_STAYS_S="300")))
    await wait_until(lambda: len(living(marker)) == 3)
    (keeper,) = [child for child in psutil.Process().children() if "keeper.py" in " ".join(child.cmdline())]

    keeper.kill()
    outcome = await work

    assert (outcome.exit_code, outcome.timed_out) == (None, False)
    # Its session's are gone; those that left it are only found by a keeper that lives.
    await wait_until(lambda: len(living(marker)) < 3)
    left = living(marker)
    for pid in left:
        os.kill(pid, signal.SIGKILL)
    assert len(left) == 2


def living_tools(marker: str) -> list[int]:
    """Without the keeper, whose command line holds the tool's."""
    return [pid for pid in living(marker) if "keeper.py" not in " ".join(psutil.Process(pid).cmdline())]


@pytest.mark.parametrize("pause_s", [0.002, 0.004, 0.006])
async def test_a_run_that_is_cancelled_while_it_starts_ends_with_all_that_it_started(pause_s: float) -> None:
    for _ in range(
        6
    ):  # a start that was cut off between two steps of asyncio's own hung in two rounds of three
        markers = [new_id() for _ in range(6)]
        cancelled = (cancelled_after(pause_s * n / 3, marker) for n, marker in enumerate(markers))
        async with asyncio.timeout(30):
            assert await asyncio.gather(*cancelled) == [True] * 6
        assert [living(marker) for marker in markers] == [[]] * 6


async def cancelled_after(pause_s: float, marker: str) -> bool:
    running = asyncio.create_task(run_command(a_command("import time; time.sleep(300)", marker)))
    await asyncio.sleep(pause_s)
    time.sleep(0.005)  # noqa: ASYNC251 - the loop is held up, as on a busy machine
    running.cancel()
    await asyncio.wait([running])
    return running.cancelled()


async def test_a_tool_ends_when_the_process_that_runs_it_is_killed(tmp_path: Path) -> None:
    marker = new_id()
    program = (
        "import asyncio, sys\nfrom pathlib import Path\nfrom equipment.process import Command, run_command\n"
        "env = {'PATH': '/usr/bin:/bin', 'PARAM_MARKER': sys.argv[2], 'PARAM_STAYS_S': '300'}\n"
        "asyncio.run(run_command(Command((sys.executable, '-c', sys.argv[1]), env, Path.cwd(), 300.0)))"
    )
    runner = subprocess.Popen([sys.executable, "-c", program, FORKS, marker])  # noqa: ASYNC220 - it comes back at once
    await wait_until(lambda: len(living(marker)) == 4)  # the three, and the runner itself

    runner.kill()
    runner.wait()

    await wait_until(lambda: living(marker) == [])


def test_output_keeps_the_beginning_and_the_end() -> None:
    output = BoundedOutput()
    for piece in (b"a" * HALF, b"b" * 5 * HALF, b"c" * HALF):
        output.add(piece)

    text = output.text()

    assert output.total == 7 * HALF
    assert text.startswith("a" * HALF)
    assert text.endswith("c" * HALF)
    assert f"{5 * HALF:,} bytes were cut out" in text


def test_output_within_bounds_is_whole() -> None:
    output = BoundedOutput()
    for n in range(2 * HALF // 10):
        output.add(b"%010d" % n)

    assert not output.is_flood
    assert len(output.text()) == 2 * HALF // 10 * 10
