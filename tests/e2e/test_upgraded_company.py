"""A company of the first release is opened by this one: nobody who waited is left in silence."""

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from db.engine import Database, sqlite_engine
from tests.db.released_stores import Rows, fill
from tests.running import SCRIPTED, Up, wait_for

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]
OVER = {"delivered", "asked", "failed", "cancelled", "dead"}


@pytest.fixture
def rows(tmp_path: Path) -> Rows:
    """The first release's store, as it was when everything was killed."""
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    store = Database(sqlite_engine(home / "nexus.db"))
    rows = fill(store, "0001")
    store.close()
    return rows


@pytest.fixture
def up(tmp_path: Path, rows: Rows) -> Iterator[Up]:
    """This release on that store."""
    up = Up(tmp_path, **SCRIPTED, HEARTBEAT_INTERVAL_S="3600")
    yield up
    up.kill()


def test_it_ends_what_was_open_keeps_what_was_said_and_takes_new_messages(up: Up, rows: Rows) -> None:
    up.wait_for("Ctrl-C stops it")
    orders = {str(row["id"]): row for row in rows["work_orders"]}
    before = Counter(str(row["status"]) for row in orders.values())
    assert before.keys() - OVER, "some were open"

    wait_for(lambda: statuses(up, orders).keys() <= OVER, what="an end for every order")

    for order_id, row in orders.items():
        detail = up.door.order(order_id)
        now = detail["order"]
        assert now["content"] == row["content"]
        if row["status"] in OVER:
            assert {name: now[name] for name in ("status", "result", "failure_reason")} == {
                name: row[name] for name in ("status", "result", "failure_reason")
            }
            assert bool(detail["receipt"]) == bool(row["receipt"])
        else:
            assert now["result"] if now["status"] == "delivered" else now["failure_reason"]
    assert up.door.chat("What is the capital of France?")["status"] == "delivered"
    assert up.stop() == 0


def statuses(up: Up, orders: Iterable[str]) -> Counter[str]:
    """How many of the old orders are in which status."""
    return Counter(str(up.door.order(order_id)["order"]["status"]) for order_id in orders)
