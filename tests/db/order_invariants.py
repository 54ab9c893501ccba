"""What holds at any moment of any order's life, checked over a snapshot of the whole database."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from db.records import AttemptStatus
from db.tables import metadata
from nexus.work_order import OPEN, TERMINAL

type Row = Mapping[str, Any]
type Snapshot = dict[str, list[Row]]

FINAL_EVENTS = {f"order.{status.value}" for status in TERMINAL}


def everything(connection: Connection) -> Snapshot:
    """Every row of every table, in the order of their keys."""
    return {
        table.name: [
            dict(row._mapping)
            for row in connection.execute(sa.select(table).order_by(*table.primary_key.columns))
        ]
        for table in metadata.sorted_tables
    }


def empty(connection: Connection) -> None:
    """Delete every row of every table."""
    for table in reversed(metadata.sorted_tables):
        connection.execute(sa.delete(table))


def check_invariants(before: Snapshot, after: Snapshot) -> None:
    """`before` is the database as it was one step earlier.

    Raises:
        AssertionError: something does not hold.
    """
    then = {row["id"]: row for row in before["work_orders"]}
    for row in after["work_orders"]:
        assert (row["finished_at"] is None) is (row["status"] in OPEN)
        if (earlier := then.pop(row["id"], None)) is not None:
            assert row["fence"] >= earlier["fence"], "a fence fell"
            assert earlier["finished_at"] is None or row == earlier, "an ended order changed"
    assert not then, "an order is gone"
    _check_nothing_is_lost(after)
    _check_endings(after)
    _check_event_numbers(after)
    _check_tries(after)


def _check_nothing_is_lost(after: Snapshot) -> None:
    """An open order waits in the outbox or somebody has, or had, a lease; an ended one stands nowhere."""
    waiting = {row["order_id"] for row in after["outbox"]}
    for row in after["work_orders"]:
        if row["finished_at"] is None:
            assert row["id"] in waiting or row["lease_until"] is not None, "nobody will find this order"
        else:
            assert row["id"] not in waiting, "an ended order waits for a worker"
            assert row["lease_until"] is None, "an ended order is leased"


def _check_endings(after: Snapshot) -> None:
    """One delivery and one final event for each ended order, one message for each answer; none for open ones."""
    delivered = Counter(row["order_id"] for row in after["deliveries"])
    announced = Counter(row["order_id"] for row in after["events"] if row["type"] in FINAL_EVENTS)
    answered = Counter(row["order_id"] for row in after["messages"] if row["role"] == "assistant")
    for row in after["work_orders"]:
        ended = int(row["finished_at"] is not None)
        assert (delivered[row["id"]], announced[row["id"]]) == (ended, ended), "not delivered exactly once"
        assert answered[row["id"]] == int(row["result"] is not None), "not answered exactly once"


def _check_event_numbers(after: Snapshot) -> None:
    numbers = defaultdict[str, list[int]](list)
    for row in after["events"]:
        numbers[row["session_id"]].append(row["seq"])
    for row in after["sessions"]:
        assert numbers[row["id"]] == list(range(1, row["last_seq"] + 1)), "a gap in a session's events"


def _check_tries(after: Snapshot) -> None:
    """Tries are numbered 1 to the order's count, each under a newer fence, at most one of them running."""
    tries = defaultdict[str, list[Row]](list)
    for row in sorted(after["attempts"], key=lambda row: int(row["n"])):
        tries[row["order_id"]].append(row)
    for order in after["work_orders"]:
        own = tries[order["id"]]
        assert [row["n"] for row in own] == list(range(1, order["attempts"] + 1)), "tries are miscounted"
        fences = [row["fence"] for row in own]
        assert fences == sorted(set(fences)), "two tries under one claim"
        assert all(fence <= order["fence"] for fence in fences)
        running = [row for row in own if row["status"] == AttemptStatus.RUNNING]
        assert running in ([], own[-1:]), "an older try still runs"
