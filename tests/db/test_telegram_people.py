"""Who may speak to the bot, on both stores."""

from datetime import timedelta

from db.engine import Database
from db.statements.logs import select_audit_events
from db.statements.telegram_people import (
    Person,
    PersonStatus,
    approve,
    give_code,
    greeted,
    meet,
    people,
    remove,
    to_greet,
)
from tests.builders import now

ANNA = 5_000_000_001  # above 32 bits, as Telegram's are


def met(database: Database, user_id: int = ANNA, name: str = "Anna", language: str | None = "en") -> Person:
    return database.run_sync(meet, user_id, name, language, now())


def paired(database: Database, user_id: int = ANNA) -> Person:
    met(database, user_id)
    code = f"hash of {user_id}"
    database.run_sync(give_code, user_id, code, now() + timedelta(hours=1))
    person = database.run_sync(approve, code, "operator:test", now())
    assert person is not None
    return person


def actions(database: Database) -> list[str]:
    rows = database.read_sync(select_audit_events, work_order_id=None, limit=10)
    return [str(row["action"]) for row in rows]


def outcomes(database: Database) -> list[tuple[str, str]]:
    rows = database.read_sync(select_audit_events, work_order_id=None, limit=10)
    return [(str(row["action"]), str(row["status"])) for row in rows]


def test_a_stranger_waits_and_is_known_by_the_newest_name(database: Database) -> None:
    assert met(database).status is PersonStatus.WAITING
    again = met(database, name="Anna B.", language="zh-hans")
    assert (again.name, again.language) == ("Anna B.", "zh-hans")
    assert len(database.read_sync(people)) == 1


def test_a_code_pairs_once_and_is_audited(database: Database) -> None:
    person = paired(database)
    assert (person.status, person.decided_by) == (PersonStatus.PAIRED, "operator:test")
    assert outcomes(database) == [("telegram.paired", "accepted")]


def test_a_code_that_was_used_opens_nothing_and_that_is_audited(database: Database) -> None:
    paired(database)
    assert database.run_sync(approve, f"hash of {ANNA}", "operator:test", now()) is None
    assert sorted(outcomes(database)) == [("telegram.paired", "accepted"), ("telegram.paired", "refused")]


def test_a_code_that_is_over_opens_nothing(database: Database) -> None:
    met(database)
    database.run_sync(give_code, ANNA, "old", now() - timedelta(seconds=1))
    assert database.run_sync(approve, "old", "operator:test", now()) is None
    assert outcomes(database) == [("telegram.paired", "refused")]


def test_a_newer_code_replaces_the_older(database: Database) -> None:
    met(database)
    for code in ("first", "second"):
        database.run_sync(give_code, ANNA, code, now() + timedelta(hours=1))
    assert database.run_sync(approve, "first", "operator:test", now()) is None
    assert database.run_sync(approve, "second", "operator:test", now()) is not None


def test_who_is_paired_gets_no_code_any_more(database: Database) -> None:
    paired(database)
    database.run_sync(give_code, ANNA, "later", now() + timedelta(hours=1))
    assert database.run_sync(approve, "later", "operator:test", now()) is None
    assert met(database).status is PersonStatus.PAIRED


def test_who_is_removed_is_a_stranger_who_can_be_paired_again(database: Database) -> None:
    paired(database)
    removed = database.run_sync(remove, ANNA, "operator:test", now())
    assert removed is not None
    assert removed.status is PersonStatus.REMOVED
    assert database.run_sync(remove, ANNA, "operator:test", now()) is None
    assert met(database).status is PersonStatus.REMOVED
    assert paired(database).status is PersonStatus.PAIRED


def test_who_was_paired_is_greeted_once(database: Database) -> None:
    person = paired(database)
    met(database, 2, "Bob")
    assert [person.user_id for person in database.read_sync(to_greet)] == [ANNA]
    database.run_sync(greeted, person, now())
    assert database.read_sync(to_greet) == []


def test_a_greeting_that_comes_late_does_not_stand_for_a_newer_pairing(database: Database) -> None:
    first = paired(database)
    database.run_sync(remove, ANNA, "operator:test", now())
    paired(database)
    database.run_sync(greeted, first, now())
    assert [person.user_id for person in database.read_sync(to_greet)] == [ANNA]
