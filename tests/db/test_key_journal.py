"""The journal of keys: what one process notes, another one finds."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

from db.key_journal import KeyJournal
from db.records import Accepted
from tests.builders import an_order, now
from tests.db.spooled import a_key


def test_what_one_process_notes_another_finds_as_it_comes(tmp_path: Path) -> None:
    one, other, new = KeyJournal(tmp_path), KeyJournal(tmp_path), an_order(idempotency=a_key("k"))
    assert other.find(a_key("k"), now()) is None
    one.tried(new, now())
    noted = other.find(a_key("k"), now())
    assert noted is not None
    assert (noted.order_id, noted.session_id, noted.is_done) == (new.id, new.session_id, False)
    one.done(a_key("k"), Accepted("WO-2", "talk", 0, is_new=False), now())
    one.tried(new, now())
    noted = other.find(a_key("k"), now())
    assert noted is not None
    assert (noted.order_id, noted.session_id, noted.is_done) == ("WO-2", "talk", True)
    other.forget()
    assert other.find(a_key("k"), now()) == noted
    assert not_the_same(other)
    one.close()


def not_the_same(journal: KeyJournal) -> bool:
    noted = journal.find(a_key("k", "another request"), now())
    return noted is not None and not noted.same_request


def test_a_line_that_is_being_written_is_left_for_the_next_look(tmp_path: Path) -> None:
    one, other, new = KeyJournal(tmp_path), KeyJournal(tmp_path), an_order(idempotency=a_key("k"))
    one.tried(new, now())
    [path] = tmp_path.iterdir()
    line = path.read_text()
    path.write_text(line[:20])
    assert other.find(a_key("k"), now()) is None
    path.write_text(line)
    assert other.find(a_key("k"), now()) is not None
    one.close()


def test_notes_older_than_two_hours_go(tmp_path: Path) -> None:
    journal, new = KeyJournal(tmp_path), an_order(idempotency=a_key("k"))
    journal.tried(new, now() - timedelta(hours=2))
    journal.tried(an_order(idempotency=a_key("l")), now())
    assert len(list(tmp_path.iterdir())) == 1
    assert journal.find(a_key("k"), now()) is None
    journal.close()


def test_a_disk_that_takes_no_notes_stops_nobody(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    journal = KeyJournal(tmp_path / "file" / "folder")
    journal.tried(an_order(idempotency=a_key("k")), now())
    journal.tried(an_order(), now())


def test_who_looks_while_another_thread_is_still_reading_waits_for_it(tmp_path: Path) -> None:
    one, other = KeyJournal(tmp_path), KeyJournal(tmp_path)
    for n in range(20_000):
        one.tried(an_order(idempotency=a_key(f"k{n}")), now())
    together = threading.Barrier(4)

    def find() -> bool:
        together.wait()
        return other.find(a_key("k19999"), now()) is not None

    with ThreadPoolExecutor(4) as threads:
        found = [threads.submit(find) for _ in range(4)]
    assert [one.result() for one in found] == [True] * 4
    one.close()
