"""The inbox of channels that redeliver, on both stores."""

from db.engine import Database
from db.statements.inbox import Inbound, handled_inbound, store_inbound, waiting_inbound
from nexus.work_order import Channel
from tests.builders import now

BOT = "77:"


def take(database: Database, **messages: str) -> None:
    named = {f"{BOT}{name}": payload for name, payload in messages.items()}
    database.run_sync(store_inbound, Channel.TELEGRAM, named, now())


def waiting(database: Database, after: str = "", limit: int = 10, prefix: str = BOT) -> list[Inbound]:
    return database.read_sync(waiting_inbound, Channel.TELEGRAM, prefix, after, limit)


def done(database: Database, name: str) -> bool:
    return database.run_sync(handled_inbound, Channel.TELEGRAM, f"{BOT}{name}", "WO-1", now())


def test_what_was_taken_waits_in_order_until_it_is_handled(database: Database) -> None:
    take(database, b="second", a="first", c="third")
    assert [each.payload for each in waiting(database)] == ["first", "second", "third"]
    assert done(database, "b")
    assert [each.payload for each in waiting(database)] == ["first", "third"]


def test_what_comes_again_is_known_also_when_it_was_handled(database: Database) -> None:
    take(database, a="first")
    done(database, "a")
    take(database, a="first", b="second")
    take(database, b="second, but other")
    assert [each.payload for each in waiting(database)] == ["second"]


def test_handling_twice_is_told(database: Database) -> None:
    take(database, a="first")
    assert done(database, "a")
    assert not done(database, "a")


def test_a_page_goes_on_behind_the_last_and_other_bots_are_not_seen(database: Database) -> None:
    take(database, a="1", b="2", c="3")
    assert [each.payload for each in waiting(database, limit=2)] == ["1", "2"]
    assert [each.payload for each in waiting(database, after=f"{BOT}b")] == ["3"]
    assert waiting(database, prefix="7") == waiting(database)  # a control: the prefix is only text
    assert waiting(database, prefix="78:") == []
