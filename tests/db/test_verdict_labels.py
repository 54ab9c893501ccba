"""What the stored verdicts say of the tiers, on SQLite and PostgreSQL alike."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from benchmarks.judged_orders import BASICS, Past, at_id, write_past
from db.engine import Database
from db.statements.logs import AuditEvent, insert_audit_event
from db.statements.retention import prune_orders
from db.statements.verdict_labels import (
    AFTER_ALL,
    HALF_CHARS,
    DoneAgain,
    FirstTry,
    TriedOrder,
    page_of_tried_orders,
)
from nexus.work_order import Role, Status

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
INTERN_OK = ((Role.INTERN, True),)
PAST = Past(NOON, "Sum these up.", INTERN_OK)


def tried(database: Database, *past: Past, limit: int = 500) -> tuple[TriedOrder, ...]:
    database.run_sync(write_past, past)
    return database.read_sync(page_of_tried_orders, limit=limit)


def test_a_delivered_order_tells_who_tried_and_that_it_passed(database: Database) -> None:
    (order,) = tried(database, PAST)

    assert (order.content, order.session_id, order.at) == ("Sum these up.", "sess-1", NOON)
    assert order.tries == (
        FirstTry(Role.INTERN, True, ("answer.not_empty", "answer.complete", "demand.words")),
    )
    assert (order.delivered_by, order.chosen, order.propensity) == (Role.INTERN, Role.INTERN, 1.0)


def test_of_each_tier_only_the_first_try_counts(database: Database) -> None:
    tries = ((Role.INTERN, False), (Role.INTERN, True), (Role.CEO, False), (Role.CEO, True))
    (order,) = tried(database, replace(PAST, tries=tries))

    assert [(each.role, each.passed) for each in order.tries] == [(Role.INTERN, False), (Role.CEO, False)]


def test_checks_that_were_not_made_are_no_checks(database: Database) -> None:
    (order,) = tried(database, replace(PAST, checks=BASICS))

    assert order.tries[0].checks == BASICS


@pytest.mark.parametrize("rule", ["equipment", "background_call", None], ids=str)
def test_what_no_tier_was_chosen_for_says_nothing(database: Database, rule: str | None) -> None:
    assert tried(database, replace(PAST, rule=rule)) == ()


def test_an_order_that_a_tool_tried_says_nothing(database: Database) -> None:
    assert tried(database, replace(PAST, provider="equipment")) == ()


@pytest.mark.parametrize("status", [Status.ASKED, Status.DECLINED, Status.DEAD, Status.WORKING], ids=str)
def test_an_order_that_has_no_such_end_says_nothing(database: Database, status: Status) -> None:
    assert tried(database, replace(PAST, status=status)) == ()


def test_a_cancelled_order_says_only_what_qa_said_before(database: Database) -> None:
    (order,) = tried(database, replace(PAST, status=Status.CANCELLED, tries=((Role.INTERN, False),)))

    assert (order.delivered_by, order.tries[0].passed, order.again) == (None, False, ())


def test_an_order_without_a_verdict_says_nothing(database: Database) -> None:
    assert tried(database, replace(PAST, tries=(), status=Status.FAILED)) == ()


def test_an_order_from_before_decisions_were_written_has_no_propensity(database: Database) -> None:
    (order,) = tried(database, replace(PAST, propensity=None))

    assert (order.chosen, order.propensity) == (None, None)


@pytest.mark.parametrize(
    ("action", "tier", "said"),
    [
        ("order.escalate", "ceo", (DoneAgain(Role.CEO),)),
        ("order.retry", "intern", (DoneAgain(Role.INTERN),)),
        ("order.retry", None, (DoneAgain(None),)),
        ("order.replayed", "ceo", ()),
        ("order.requeued", None, ()),
    ],
    ids=["escalate", "retry", "retry at the desk", "an operator's replay", "an operator's requeue"],
)
def test_the_owners_word_stands_in_the_audit(
    database: Database, action: str, tier: str | None, said: tuple[DoneAgain, ...]
) -> None:
    audit = AuditEvent("owner", action, "accepted", PAST.id, PAST.session, {"again_as": "WO-2", "tier": tier})
    database.run_sync(insert_audit_event, audit, NOON)
    (order,) = tried(database, PAST)

    assert order.again == said


def test_an_order_that_does_another_again_is_marked(database: Database) -> None:
    again = replace(PAST, id="WO-9", retry_of=PAST.id)

    assert [each.is_again for each in tried(database, PAST, again)] == [True, False]


def test_pages_follow_each_other_without_a_gap_the_newest_first(database: Database) -> None:
    past = [replace(PAST, id=at_id(NOON + timedelta(minutes=n), n), content=f"number {n}") for n in range(23)]
    database.run_sync(write_past, past)
    seen: list[str] = []
    before = AFTER_ALL
    while page := database.read_sync(page_of_tried_orders, before, limit=5):
        seen += [each.content for each in page]
        before = page[-1].id

    assert seen == [f"number {n}" for n in reversed(range(23))]


def test_of_a_long_message_only_the_ends_are_read(database: Database) -> None:
    long = "first " + "x" * 1_000_000 + " last"
    (order,) = tried(database, replace(PAST, content=long))

    assert len(order.content) == 2 * HALF_CHARS
    assert order.content.startswith("first ")
    assert order.content.endswith(" last")


def test_a_message_in_any_script_is_read_whole(database: Database) -> None:
    words = "把这段话翻译成英文：🙂 Größe\n" * 100
    (order,) = tried(database, replace(PAST, content=words))

    assert order.content == words


def test_what_was_deleted_is_not_read(database: Database) -> None:
    kept = replace(PAST, id=at_id(NOON, 2), content="kept", at=NOON)
    old = replace(
        PAST, id=at_id(NOON - timedelta(days=200), 1), at=NOON - timedelta(days=200), content="secret"
    )
    database.run_sync(write_past, [old, kept])
    assert len(database.read_sync(page_of_tried_orders)) == 2

    database.run_sync(prune_orders, NOON - timedelta(days=100))

    assert [each.content for each in database.read_sync(page_of_tried_orders)] == ["kept"]
