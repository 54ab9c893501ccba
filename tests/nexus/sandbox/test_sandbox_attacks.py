"""Every attack is contained, under each mechanism; and the same programs do their harm outside."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from nexus.sandbox.job import MIB, Job, Limits, Result
from nexus.sandbox.mechanism import Mechanism
from nexus.sandbox.run import run_with
from tests.nexus.sandbox import attack_programs as attacks
from tests.nexus.sandbox.bait import Bait, as_file, laid_bait

QUIET = Limits(wall_s=20, cpu_s=10)
LOUD = Limits(
    wall_s=1.2,
    cpu_s=1,
    memory_bytes=192 * MIB,
    processes=32,
    file_bytes=8 * MIB,
    disk_bytes=16 * MIB,
    files=500,
    output_bytes=MIB,
)
AT_ONCE = 6
SLACK_S = 2.0
# Where the whole machine is busy a run may come late to its start; the limit itself is exact.
BUSY_S = 8.0


def attacked(
    bait: Bait,
    mechanism: Mechanism,
    body: str,
    limits: Limits,
    ending: str = attacks.POSTLUDE,
    files: dict[str, bytes] | None = None,
) -> Result:
    job = Job(
        ("python3", "-B", "attack.py"),
        files={"attack.py": attacks.program(body, ending), "bait.json": as_file(bait), **(files or {})},
        limits=limits,
    )
    return run_with(job, mechanism, env={"NEXUS_BAIT": bait.word})


def at_once(run: Callable[[str], str | None], names: Iterable[str]) -> list[str]:
    """What is wrong with each, if anything; some at a time."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return [wrong for wrong in pool.map(run, names) if wrong]


FAMILIES = ("FILES", "WRITES", "SIGHTS", "NETWORK", "KERNEL", "PRIVILEGE")
# A run for every single program takes minutes: by hand, with SANDBOX_EACH=1.
EACH = bool(os.environ.get("SANDBOX_EACH"))


@pytest.mark.parametrize("family", FAMILIES)
def test_nothing_outside_is_read_reached_or_changed(family: str, mechanism: Mechanism, bait: Bait) -> None:
    programs: dict[str, str] = getattr(attacks, family)
    together = {} if EACH else {n: body for n, body in programs.items() if n not in attacks.ALONE}
    before = bait.state()

    def wrong(name: str) -> str | None:
        result = attacked(bait, mechanism, programs[name], QUIET)
        is_bad = b"ESCAPED" in result.stdout or result.limit or result.fault or result.left
        return f"{name}: {result}" if is_bad else None

    assert at_once(wrong, set(programs) - set(together)) == []
    if together:
        files = {"attacks.json": json.dumps(together).encode()}
        result = attacked(bait, mechanism, attacks.ALL_AT_ONCE, QUIET, files=files)
        assert (result.stdout, result.exit_code, result.left) == (b"ALL TRIED\n", 0, 0), result
    assert bait.state() == before
    assert bait.taken() == []


def test_nothing_outlives_its_run(mechanism: Mechanism, bait: Bait) -> None:
    def wrong(name: str) -> str | None:
        began = time.monotonic()
        result = attacked(bait, mechanism, attacks.SURVIVORS[name], QUIET)
        took_s = time.monotonic() - began
        return None if result.limit is None and not result.left and took_s < BUSY_S else f"{name}: {result}"

    assert at_once(wrong, attacks.SURVIVORS) == []
    assert bait.taken() == []


@pytest.mark.parametrize("family", ["HANGS", "BOMBS"])
def test_what_takes_too_much_is_ended(family: str, mechanism: Mechanism, bait: Bait) -> None:
    programs: dict[str, tuple[str, str]] = getattr(attacks, family)
    before = bait.state()

    def wrong(name: str) -> str | None:
        body, limits = programs[name]
        result = attacked(bait, mechanism, body, LOUD)
        is_escape = (
            b"ESCAPED" in result.stdout or result.left or (result.limit or "none") not in f"{limits} wall"
        )
        is_late = result.duration_ms > (LOUD.wall_s + SLACK_S + BUSY_S) * 1000
        is_large = max(len(result.stdout), len(result.stderr)) > LOUD.output_bytes
        return f"{name}: {str(result)[:600]}" if is_escape or is_late or is_large else None

    assert at_once(wrong, programs) == []
    assert bait.state() == before
    assert bait.taken() == []


def test_a_verdict_cannot_be_forged(mechanism: Mechanism, bait: Bait) -> None:
    def wrong(name: str) -> str | None:
        result = attacked(bait, mechanism, attacks.FORGERIES[name], QUIET, "\nsys.exit(3)\n")
        return (
            None if (result.exit_code, result.limit, result.fault) == (3, None, "") else f"{name}: {result}"
        )

    assert at_once(wrong, attacks.FORGERIES) == []


@pytest.mark.parametrize("name", attacks.CONTROLS)
def test_control_outside_the_same_program_does_its_harm(name: str, tmp_path: Path) -> None:
    with laid_bait() as bait:
        (tmp_path / "attack.py").write_bytes(attacks.program(attacks.QUIET[name]))
        (tmp_path / "bait.json").write_bytes(as_file(bait))
        with (tmp_path / "open").open("w") as held:
            done = subprocess.run(
                [sys.executable, "attack.py"],
                cwd=tmp_path,
                env={"PATH": "/usr/bin:/bin", "WORD": bait.word},
                pass_fds=(held.fileno(),),
                capture_output=True,
                text=True,
                timeout=60,
                check=False,
            )
        assert done.stdout == "ESCAPED\n", f"the tests above could not have failed: {done.stderr[-500:]}"


@pytest.mark.parametrize("name", ["daemon-by-double-fork", "daemon-by-a-shell", "daemon-in-its-own-session"])
def test_control_outside_a_daemon_lives_on(name: str, tmp_path: Path) -> None:
    with laid_bait() as bait:
        (tmp_path / "attack.py").write_bytes(attacks.program(attacks.SURVIVORS[name]))
        (tmp_path / "bait.json").write_bytes(as_file(bait))
        subprocess.run(
            [sys.executable, "attack.py"], cwd=tmp_path, timeout=60, check=True, stdout=subprocess.DEVNULL
        )

        left = bait.survivors()

        for pid in left:
            os.kill(pid, signal.SIGKILL)
        assert len(left) == 1
