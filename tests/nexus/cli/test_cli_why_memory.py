"""`nexus why` says which earlier turns an order was given, and which not."""

import json

import pytest
import sqlalchemy as sa

from db.engine import Database
from db.statements.memory import SummaryOutcome, begin_summary, earlier_turns, end_summary
from db.statements.queries import get_order
from db.tables import work_orders
from nexus.cli.why import explain_order
from nexus.work_order import Role
from tests.builders import assigned, now
from tests.db.old_orders import finished

TOLD = {
    "turns": 602,
    "tokens": 3_000,
    "verbatim_from": 573,
    "recalled": [1, 40],
    "wishes": [],
    "ledger": list(range(1, 20)),
    "left_out": [
        [2, 39, "earlier, and not about this message"],
        [41, 572, "earlier, and not about this message"],
    ],
}


def test_it_names_the_turns_by_their_numbers(sqlite: Database, capsys: pytest.CaptureFixture[str]) -> None:
    order = assigned(sqlite, Role.INTERN)
    stored = sa.update(work_orders).values(left_out=json.dumps(TOLD))
    sqlite.run_sync(lambda connection: connection.execute(stored))

    explain_order(order.id)

    told = capsys.readouterr().out
    assert "of 602 turns word for word from 573 on, quoted 1, 40, facts of 1, 2, 3" in told
    assert "and 7 more, wishes of none" in told
    assert "left out: 570 turns, earlier, and not about this message" in told
    assert "summary" not in told


def test_it_says_which_summary_was_sent_and_what_became_of_those_that_were_asked_for(
    sqlite: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    order_id = finished(sqlite, 0)
    stored = sa.update(work_orders).values(
        left_out=json.dumps({**TOLD, "summarised": [1, 200]}), receipt=None
    )
    sqlite.run_sync(lambda connection: connection.execute(stored))
    order = sqlite.read_sync(get_order, order_id)
    assert order is not None
    for last, outcome in (
        (240, SummaryOutcome("stands", "The client has a cat.", 1.0)),
        (280, SummaryOutcome("refused", None, 0.82, "95% of the facts are needed")),
        (320, SummaryOutcome("failed", note="it came too late")),
    ):
        assert sqlite.run_sync(begin_summary, order, last, now())
        count = sqlite.read_sync(earlier_turns, order).count
        sqlite.run_sync(end_summary, order, last, outcome, count=count)

    explain_order(order.id)

    told = capsys.readouterr().out
    assert "a local model's summary of turns 1 to 200 was sent" in told
    assert "summary of turns 1 to 240: stands, keeps 100% of the facts" in told
    assert "summary of turns 1 to 280: refused, keeps 82% of the facts: 95% of the facts are needed" in told
    assert "summary of turns 1 to 320: failed: it came too late" in told
    assert "The client has a cat." not in told


def test_of_an_order_that_was_given_everything_it_says_nothing(
    sqlite: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    explain_order(assigned(sqlite, Role.INTERN).id)

    assert "memory:" not in capsys.readouterr().out
