"""A control group for each run, shown with a folder that looks like one: few machines delegate a real one."""

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from nexus.sandbox import cgroup, keeper
from nexus.sandbox.job import MIB, Job, Limits
from nexus.sandbox.mechanism import Mechanism, prepare
from nexus.sandbox.run import run_with

LIMITS = Limits(memory_bytes=100 * MIB, disk_bytes=10 * MIB, processes=20)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A delegated group; this process is in one of its children."""
    (tmp_path / "own").write_text("1:cpu:/x\n0::/user/app/me\n")
    place = tmp_path / "root" / "user" / "app"
    (place / "me").mkdir(parents=True)
    (place / "cgroup.subtree_control").write_text("cpu memory pids\n")
    (place / "cgroup.procs").write_text("")
    monkeypatch.setattr(cgroup, "ROOT", tmp_path / "root")
    monkeypatch.setattr(cgroup, "OWN", tmp_path / "own")
    monkeypatch.setattr(cgroup, "_is_delegated", lambda _: True)
    cgroup.delegated.cache_clear()
    yield place
    cgroup.delegated.cache_clear()


def groups(place: Path) -> list[Path]:
    return list(place.glob("nexus-run-*"))


def test_a_group_has_the_limits_and_room_for_what_is_around_the_program(place: Path) -> None:
    group = cgroup.make(LIMITS)

    assert group is not None
    assert (group / "memory.max").read_text() == str((100 + 10 + 64) * MIB)
    assert (group / "pids.max").read_text() == "28"
    assert (group / "memory.swap.max").read_text() == "0"


@pytest.mark.parametrize(
    "broken", ["no controllers", "no memory", "at the root", "not ours", "no file", "full"]
)
def test_where_it_cannot_be_there_is_none_and_nothing_is_said(
    broken: str, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    match broken:
        case "no controllers":
            (place / "cgroup.subtree_control").unlink()
        case "no memory":
            (place / "cgroup.subtree_control").write_text("cpu pids")
        case "at the root":
            cgroup.OWN.write_text("0::/\n")
        case "not ours":
            monkeypatch.setattr(cgroup, "_is_delegated", lambda _: False)
        case "no file":
            cgroup.OWN.unlink()
        case _:
            monkeypatch.setattr(Path, "mkdir", raising)
    assert cgroup.make(LIMITS) is None
    assert groups(place) == []


def raising(*_: object, **__: object) -> None:
    raise OSError(28, "No space left on device")


def test_a_run_enters_its_group_first_and_works_as_without(
    mechanism: Mechanism, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make = cgroup.make

    def made(limits: Limits) -> Path | None:
        """With the file that every real group has."""
        if (group := make(limits)) is not None:
            (group / "cgroup.procs").write_text("")
        return group

    monkeypatch.setattr(cgroup, "make", made)
    result = run_with(Job(("echo", "hello"), limits=LIMITS), mechanism)

    (group,) = groups(place)  # a real one can be removed with its files
    assert (group / "cgroup.procs").read_text() == "0", "who writes 0 means himself"
    assert (result.exit_code, result.stdout, result.limit) == (0, b"hello\n", None)


def test_a_group_is_removed_and_what_the_kernel_killed_is_told(place: Path) -> None:
    assert keeper.leave_group(str(place / "nothing-there")) is False
    (place / "one").mkdir()
    assert keeper.leave_group(str(place / "one")) is False
    assert not (place / "one").exists()
    for events, killed in (("oom 3\noom_kill 0\n", False), ("low 0\noom_kill 12\n", True)):
        (place / "two").mkdir(exist_ok=True)
        (place / "two" / "memory.events").write_text(events)
        assert keeper.leave_group(str(place / "two")) is killed


def test_a_real_one_where_there_is_one(mechanism: Mechanism) -> None:
    if cgroup.delegated() is None:
        pytest.skip("nobody has delegated this process a control group")
    limits = replace(LIMITS, memory_bytes=64 * MIB)
    prepared = prepare(Job(("true",), limits=limits), mechanism)
    assert os.path.isdir(str(prepared.options["cgroup"]))  # noqa: PTH112
    assert keeper.leave_group(str(prepared.options["cgroup"])) is False
