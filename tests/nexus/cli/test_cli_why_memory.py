"""`nexus why` says which earlier turns an order was given, and which not."""

import json

import pytest
import sqlalchemy as sa

from db.engine import Database
from db.tables import work_orders
from nexus.cli.why import explain_order
from nexus.work_order import Role
from tests.builders import assigned

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


def test_of_an_order_that_was_given_everything_it_says_nothing(
    sqlite: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    explain_order(assigned(sqlite, Role.INTERN).id)

    assert "memory:" not in capsys.readouterr().out
