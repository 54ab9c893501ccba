"""Summaries in the store: claimed once, of one session alone, and gone with the turns that they stand for."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from db.engine import Database
from db.memory_tables import summaries
from db.records import CallStatus
from db.retention import prune
from db.statements.calls import calls_of, start_call
from db.statements.memory import (
    ASKED_AGAIN,
    Earlier,
    SummaryOutcome,
    begin_summary,
    earlier_turns,
    end_summary,
    summaries_asked_by,
    summary_tried_to,
)
from db.statements.pausing import paused_switch
from db.statements.queries import get_order
from db.statements.switches import Switch, set_switch
from nexus.ids import new_session_id
from nexus.work_order import Role, WorkOrder
from tests.builders import NO_LIMITS, a_try, accepted, now
from tests.db.old_orders import CUTOFF_DAYS, begun, cutoff, finished, rows_in

STANDS = SummaryOutcome("stands", text="The client pays 940 euros.", kept=1.0)
REFUSED = SummaryOutcome("refused", kept=0.5, note="95% of the facts are needed")


def ended(database: Database, session_id: str | None = None, age_days: float = 0) -> WorkOrder:
    """An order that was delivered."""
    order = database.read_sync(get_order, finished(database, age_days, session_id))
    assert order is not None
    return order


def earlier(database: Database, session_id: str) -> Earlier:
    """What the next order of the session would read."""
    order = database.read_sync(get_order, accepted(database, session_id=session_id).id)
    assert order is not None
    return database.read_sync(earlier_turns, order)


def begins(database: Database, order: WorkOrder, last: int, at: datetime | None = None) -> bool:
    return database.run_sync(begin_summary, order, last, at or now())


def ends(database: Database, order: WorkOrder, last: int, outcome: SummaryOutcome) -> bool:
    count = database.read_sync(earlier_turns, order).count
    return database.run_sync(end_summary, order, last, outcome, count=count)


def test_one_that_stands_is_read_with_its_own_session_and_with_no_other(database: Database) -> None:
    mine, theirs = ended(database), ended(database)
    for order, text in ((mine, "The code is 4711-B."), (theirs, "The code is 9999-X.")):
        assert begins(database, order, 40)
        assert ends(database, order, 40, replace(STANDS, text=text))

    found = [earlier(database, order.session_id).summary for order in (mine, theirs)]

    assert [each.text for each in found if each] == ["The code is 4711-B.", "The code is 9999-X."]
    assert earlier(database, new_session_id()).summary is None


def test_the_newest_that_stands_is_read_and_none_that_does_not(database: Database) -> None:
    order = ended(database)
    outcomes = {40: STANDS, 80: replace(STANDS, text="More."), 120: REFUSED, 160: SummaryOutcome("failed")}
    for last, outcome in outcomes.items():
        assert begins(database, order, last)
        assert ends(database, order, last, outcome) is (outcome.status == "stands")
    assert begins(database, order, 200), "asked for, and not there"

    found = earlier(database, order.session_id).summary

    assert found is not None
    assert (found.last, found.text) == (80, "More.")
    assert database.read_sync(summary_tried_to, order.session_id) == 160
    assert database.read_sync(summary_tried_to, new_session_id()) == 0
    told = [(each.last, each.status, each.kept) for each in database.read_sync(summaries_asked_by, order.id)]
    assert told == [
        (40, "stands", 1.0), (80, "stands", 1.0), (120, "refused", 0.5), (160, "failed", None), (200, "asked", None)
    ]  # fmt: skip


@pytest.mark.parametrize("outcome", [STANDS, REFUSED, SummaryOutcome("failed", note="late")])
def test_the_same_turns_are_not_tried_again_and_no_other_while_one_is(
    database: Database, outcome: SummaryOutcome
) -> None:
    order = ended(database)
    assert begins(database, order, 40)
    assert not begins(database, order, 40)
    assert not begins(database, order, 80)

    ends(database, order, 40, outcome)

    assert not begins(database, order, 40)
    assert begins(database, order, 80)


def test_none_is_begun_for_an_order_that_goes_on_or_while_the_admin_is_paused(database: Database) -> None:
    going_on = database.read_sync(get_order, begun(database, 0))
    assert going_on is not None
    assert not begins(database, going_on, 40)

    order = ended(database)
    paused = Switch(paused_switch(Role.ADMIN), True, now(), "operator", "")
    database.run_sync(set_switch, paused)
    assert not begins(database, order, 40)

    database.run_sync(set_switch, replace(paused, is_on=False, changed_at=now()))
    assert begins(database, order, 40), "the control"


def test_one_that_never_came_is_asked_for_again_after_a_while_and_its_call_is_closed(
    database: Database,
) -> None:
    order = ended(database)
    assert begins(database, order, 40)
    call = replace(a_try(order)[1], attempt_id=None, purpose="summary", budget_day=None)
    database.run_sync(start_call, call, now(), limits=NO_LIMITS)

    assert not begins(database, order, 40, now() + ASKED_AGAIN - timedelta(minutes=1))
    assert begins(database, order, 40, now() + ASKED_AGAIN + timedelta(minutes=1))

    status = {each.id: each.status for each in database.read_sync(calls_of, order.id)}
    assert status[call.id] is CallStatus.IN_DOUBT
    assert rows_in(database, summaries) == 1


def test_pruning_one_order_of_a_session_takes_its_summaries_and_no_others(database: Database) -> None:
    session = new_session_id()
    finished(database, CUTOFF_DAYS + 1, session)
    old, young = ended(database, session), ended(database)
    for order in (old, young):
        assert begins(database, order, 40)
        assert ends(database, order, 40, STANDS)

    *_, pruned = prune(database, cutoff(), now(), rest=lambda _: None)

    assert pruned.rows["summaries"] == 1
    assert earlier(database, session).summary is None
    assert earlier(database, young.session_id).summary is not None, "the control"


def test_a_summary_of_turns_that_are_pruned_while_it_is_made_is_not_kept(database: Database) -> None:
    session = new_session_id()
    finished(database, CUTOFF_DAYS + 1, session)
    order, control = ended(database, session), ended(database)
    counts = {each.id: database.read_sync(earlier_turns, each).count for each in (order, control)}
    for _ in prune(database, cutoff(), now(), rest=lambda _: None):
        pass
    for each in (order, control):
        assert begins(database, each, 40)

    stands = [
        database.run_sync(end_summary, each, 40, STANDS, count=counts[each.id]) for each in (order, control)
    ]

    assert stands == [False, True]
    texts = sa.select(summaries.c.text).where(summaries.c.session_id == session)
    assert database.read_sync(lambda connection: connection.execute(texts).scalar_one()) is None
