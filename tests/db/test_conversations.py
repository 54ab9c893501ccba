"""Conversations by their newest activity and from their end: on each store, and of both while there are two."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.engine import Connection

from benchmarks.looking import plan_of
from db.conversations import Recent, conversation, recent_sessions
from db.engine import Database, open_database
from db.migrate import migrate
from db.statements.conversations import Moved, Part, get_conversation, list_recent
from db.statements.live import changes_at, moved_since
from db.statements.orders import accept_order
from db.store import Store
from nexus.clock import SystemClock
from nexus.settings import CommonSettings
from tests.builders import an_order

CONSTANTS = ("SCAN places", "SCAN 2 CONSTANT ROWS")
NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)


def say(database: Database, session_id: str, minute: int, user_id: str = "owner") -> None:
    """The session's next message, so many minutes after ten."""
    new = an_order(f"{session_id} at {minute}", session_id=session_id, user_id=user_id)
    database.run_sync(accept_order, new, NOW + timedelta(minutes=minute))


class BothStores(Store):
    """Two stores that answer: the spool's part is played by a database of the test's own."""

    def __init__(self, here: Database, there: Database) -> None:
        super().__init__(there, None, SystemClock())
        self._here = here

    async def both[T](self, look: Callable[[Database], Awaitable[T]]) -> tuple[T | None, T | None]:
        return await look(self._here), await look(self.primary)


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Database]:
    with closing(open_database(CommonSettings(sqlite_db_path=tmp_path / "here.db"))) as database:
        migrate(database)
        yield database


async def all_pages(store: Store, limit: int) -> list[Recent]:
    pages = [await recent_sessions(store, "owner", before=None, limit=limit)]
    while (behind := pages[-1].behind) is not None:
        pages.append(await recent_sessions(store, "owner", before=behind, limit=limit))
    return pages


def test_those_that_moved_at_the_same_moment_are_in_one_order_on_every_page(database: Database) -> None:
    for name in "abcdefg":
        say(database, f"sess-{name}", 0)
    say(database, "sess-other", 1, user_id="somebody")

    found: list[str] = []
    before = None
    while page := database.read_sync(list_recent, "owner", before=before, limit=3):
        found += [session.id for session in page]
        before = Moved(page[-1].updated_at, page[-1].id)

    assert found == [f"sess-{name}" for name in "gfedcba"]


@pytest.mark.parametrize("limit", [1, 2, 3, 10])
async def test_of_two_copies_the_one_that_moved_later_counts_on_every_page(
    here: Database, sqlite: Database, limit: int
) -> None:
    for minute, name in enumerate("abcde"):
        say(sqlite, f"sess-{name}", minute)
    say(here, "sess-a", 10)  # said while PostgreSQL was away
    say(here, "sess-x", 11)
    say(here, "sess-c", 1)  # and one that has moved on in PostgreSQL

    pages = await all_pages(BothStores(here, sqlite), limit)

    listed = [session for page in pages for session in page.sessions]
    assert [session.id for session in listed] == [f"sess-{name}" for name in "xaedcb"]
    assert all(len(page.sessions) <= limit for page in pages)
    assert (listed[1].title, listed[1].updated_at) == ("sess-a at 0", NOW + timedelta(minutes=10))


async def test_the_end_of_a_conversation_is_that_of_both_stores(here: Database, sqlite: Database) -> None:
    for minute in range(3):
        say(sqlite, "sess-a", minute)
    for minute in range(3, 5):
        say(here, "sess-a", minute)
    store = BothStores(here, sqlite)

    end = await conversation(store, "sess-a", Part(from_end=True), limit=3)
    assert end is not None
    before = await conversation(store, "sess-a", Part(before=end.messages[0].id), limit=3)
    assert before is not None

    assert [said.content[-1] for said in end.messages] == ["2", "3", "4"]
    assert [said.content[-1] for said in before.messages] == ["0", "1"]


def test_from_its_end_and_from_its_beginning_it_is_the_same_conversation(database: Database) -> None:
    for minute in range(5):
        say(database, "sess-a", minute)

    def words(part: Part, limit: int) -> str:
        found = database.read_sync(get_conversation, "sess-a", part, limit=limit)
        assert found is not None
        return "".join(said.content[-1] for said in found.messages)

    assert (words(Part(), 9), words(Part(from_end=True), 9)) == ("01234", "01234")
    assert (words(Part(), 2), words(Part(from_end=True), 2)) == ("01", "34")


def test_what_has_changed_is_told_to_whom_it_belongs(database: Database) -> None:
    say(database, "sess-a", 0)
    say(database, "sess-b", 1, user_id="somebody")
    say(database, "sess-c", 2)

    places = database.read_sync(moved_since, "owner", NOW, 10)
    changes = database.read_sync(changes_at, "owner", [*places, ("sess-b", 1), ("sess-a", 99)])

    assert places == [("sess-c", 1), ("sess-a", 1)]
    assert [(each.session_id, each.seq, each.event, each.status) for each in changes] == [
        ("sess-a", 1, "order.queued", "queued"),
        ("sess-c", 1, "order.queued", "queued"),
    ]
    assert database.read_sync(moved_since, "owner", NOW + timedelta(minutes=1), 10) == [("sess-c", 1)]


def test_on_sqlite_a_page_and_a_look_read_no_whole_table(sqlite: Database) -> None:
    def page(connection: Connection) -> object:
        return list_recent(connection, "owner", before=Moved(NOW, "sess-a"))

    def look(connection: Connection) -> object:
        return changes_at(connection, "owner", [("sess-a", 1), ("sess-b", 2)])

    def moved(connection: Connection) -> object:
        return moved_since(connection, "owner", NOW, 10)

    for question in (page, look, moved):
        steps = plan_of(sqlite, question).splitlines()
        assert not [step for step in steps if step.startswith("SCAN") and not step.startswith(CONSTANTS)], (
            steps
        )
        assert (
            "SEARCH events USING INDEX sqlite_autoindex_events_1 (session_id=? AND seq=?)" in steps
            or question is not look
        )
        assert question is look or not [step for step in steps if "TEMP B-TREE" in step], steps
