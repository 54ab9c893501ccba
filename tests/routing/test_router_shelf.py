"""The shelf of trained routers: one pointer, replaced in one step, and always a way back."""

import os
import subprocess
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from nexus.errors import PermanentError, TransientError
from routing.shelf import Pointer, Shelf


def made(shelf: Shelf, version: str) -> Path:
    """A finished artefact that stands on the shelf, not in use."""
    folder = shelf.folder / f"made-{version}"
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_text(version)
    return shelf.put(folder, version)


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path)


def test_an_empty_shelf_has_the_shipped_router_in_use(shelf: Shelf) -> None:
    assert shelf.pointer() == Pointer(None, None, 0)
    assert shelf.stamp() == 0


def test_what_is_put_is_not_in_use_yet(shelf: Shelf) -> None:
    made(shelf, "learned-1")

    assert shelf.pointer().version is None


def test_the_one_before_is_kept_and_gone_back_to(shelf: Shelf) -> None:
    for version in ("learned-1", "learned-2"):
        made(shelf, version)
        shelf.use(version)

    assert shelf.roll_back() == Pointer("learned-1", "learned-2", 3)
    assert shelf.roll_back() == Pointer("learned-2", "learned-1", 4), "twice is where one began"


def test_going_back_from_the_first_is_to_the_shipped_one(shelf: Shelf) -> None:
    made(shelf, "learned-1")
    shelf.use("learned-1")

    assert shelf.roll_back().version is None


def test_there_is_nothing_to_go_back_to_on_an_empty_shelf(shelf: Shelf) -> None:
    with pytest.raises(PermanentError, match="nothing to go back to"):
        shelf.roll_back()


def test_a_router_that_is_gone_is_not_put_into_use(shelf: Shelf) -> None:
    with pytest.raises(PermanentError, match="there is no router"):
        shelf.use("learned-9")
    assert shelf.stamp() == 0


@pytest.mark.parametrize("name", ["", "../../etc", "a/b", ".hidden", "x" * 81, "a\n", "a.json"], ids=ascii)
def test_a_name_cannot_leave_the_shelf(shelf: Shelf, name: str) -> None:
    with pytest.raises(PermanentError, match="no name of a router"):
        shelf.path_of(name)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        '{"version": "../x", "previous": null, "step": 1}',
        '{"version": 3}',
        "\x00" * 5000,
    ],
    ids=["empty", "half", "list", "null", "path", "number", "zeros"],
)
def test_a_damaged_pointer_is_said_to_be_one_and_can_be_replaced(shelf: Shelf, text: str) -> None:
    made(shelf, "learned-1")
    shelf.pointer_file.write_text(text)

    with pytest.raises(PermanentError, match=r"current\.json cannot be read"):
        shelf.pointer()
    assert shelf.use("learned-1").version == "learned-1"
    assert shelf.pointer().version == "learned-1"


def test_every_change_of_the_pointer_changes_its_stamp(shelf: Shelf) -> None:
    made(shelf, "learned-1")
    stamps = {shelf.stamp()}
    for _ in range(5):
        shelf.use("learned-1")
        stamps.add(shelf.stamp())

    assert len(stamps) == 6


def test_a_reader_never_sees_half_a_pointer(shelf: Shelf) -> None:
    made(shelf, "learned-1")
    made(shelf, "learned-2")
    shelf.use("learned-1")
    stop, faults = threading.Event(), []

    def read() -> None:
        while not stop.is_set():
            try:
                assert shelf.pointer().version in ("learned-1", "learned-2")
            except Exception as error:  # noqa: BLE001 - told below
                faults.append(error)

    reader = threading.Thread(target=read)
    reader.start()
    for number in range(200):
        shelf.use(f"learned-{number % 2 + 1}")
    stop.set()
    reader.join()

    assert faults == []


def test_only_one_process_trains_at_a_time(shelf: Shelf) -> None:
    code = "import sys, pathlib; from routing.shelf import Shelf\nwith Shelf(pathlib.Path(sys.argv[1])).alone(): pass"
    command = [sys.executable, "-c", code, str(shelf.folder.parent)]

    with shelf.alone():
        other = subprocess.run(command, capture_output=True, text=True, check=False)
    after = subprocess.run(command, capture_output=True, text=True, check=False)

    assert other.returncode != 0
    assert "being trained already" in other.stderr
    assert after.returncode == 0, after.stderr


def test_the_lock_is_given_back_when_the_training_fails(shelf: Shelf) -> None:
    with pytest.raises(RuntimeError), shelf.alone():
        raise RuntimeError
    with shelf.alone():
        pass


def test_two_of_one_process_cannot_train_either(shelf: Shelf) -> None:
    with shelf.alone(), pytest.raises(TransientError, match="already"), shelf.alone():
        pass


def test_a_workroom_is_private_and_gone_afterwards_also_after_a_kill(shelf: Shelf) -> None:
    left_over = shelf.folder / "training-dead"
    left_over.mkdir(parents=True)
    (left_over / "rows.jsonl").write_text("somebody's words")

    with shelf.workroom() as room:
        assert not left_over.exists()
        assert room.stat().st_mode & 0o077 == 0
        (room / "rows.jsonl").write_text("somebody's words")

    assert not room.exists()


def test_only_so_many_are_kept_and_never_less_than_the_two_in_use(shelf: Shelf) -> None:
    for number in range(9):
        folder = made(shelf, f"learned-{number}")
        shelf.note(f"learned-{number}", None)
        os.utime(folder, (number, number))
    shelf.use("learned-0")
    shelf.use("learned-1")

    shelf.tidy(keep=3)

    assert set(shelf.versions()) == {"learned-8", "learned-7", "learned-6", "learned-1", "learned-0"}
    assert len(list((shelf.folder / "versions").glob("*.json"))) == 5


def test_the_same_router_made_again_takes_the_place_of_a_damaged_one(shelf: Shelf) -> None:
    place = made(shelf, "learned-1")
    (place / "manifest.json").write_text("damaged")

    made(shelf, "learned-1")

    assert (place / "manifest.json").read_text() == "learned-1"


def test_up_to_when_a_router_knows_is_kept_beside_it(shelf: Shelf) -> None:
    made(shelf, "learned-1")
    moment = datetime(2026, 11, 20, 4, 20, tzinfo=UTC)
    shelf.note("learned-1", moment)

    assert shelf.trained_until("learned-1") == moment
    assert shelf.trained_until("learned-2") is None
    (shelf.folder / "versions" / "learned-1.json").write_text("{")
    assert shelf.trained_until("learned-1") is None
