"""Alerts on both stores: raised where it happens, once a key, in an order that no reader falls behind of."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection
from ulid import ULID

import db.statements.alerts
from db.engine import Database
from db.statements.alerts import (
    Alert,
    Severity,
    alerts_after,
    alerts_page,
    newest_alert,
    prune_alerts,
    raise_alert,
    receive_alerts,
)
from db.statements.budget_alerts import tell_used_up
from db.statements.switches import Switch, set_switch
from db.tables import alerts
from nexus.budget import FROZEN, BudgetUsedUp, Limits
from nexus.redaction import MASK
from tests.builders import now
from tests.conftest import wait_until
from tests.db.paid_calls import a_change, alerts_in, begun, change, limits
from tests.db.test_limits import waits_for_a_lock

TODAY = Limits({}).day_of(now())


def an_alert(key: str = "test:1", text: str = "Something happened.") -> Alert:
    return Alert(key, "test", Severity.INFO, text, {"usd": "0.1"})


def test_a_key_is_told_once(database: Database) -> None:
    assert database.run_sync(raise_alert, an_alert(), now())
    assert not database.run_sync(raise_alert, an_alert(text="Once more."), now())

    [found] = alerts_in(database)
    assert (found.key, found.severity, found.text) == ("test:1", Severity.INFO, "Something happened.")
    assert json.loads(found.details) == {"usd": "0.1"}


def test_a_key_is_told_once_when_many_raise_it_at_the_same_time(database: Database) -> None:
    keys = [f"test:{n}" for n in range(5)] * 8
    with ThreadPoolExecutor(8) as threads:
        new = list(threads.map(lambda key: database.run_sync(raise_alert, an_alert(key), now()), keys))

    assert sum(new) == len(alerts_in(database)) == 5


def test_what_is_rolled_back_was_never_told(database: Database) -> None:
    def fails(connection: Connection) -> None:
        raise_alert(connection, an_alert(), now())
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        database.run_sync(fails)

    assert alerts_in(database) == []
    assert database.run_sync(raise_alert, an_alert(), now())


def test_a_text_is_one_line_without_secrets(database: Database) -> None:
    key = "sk-ant-api03-CanaryA1b2C3d4E5f6"
    database.run_sync(raise_alert, an_alert(text=f"The key\n {key}\tleaked."), now())

    assert alerts_in(database)[0].text == f"The key {MASK} leaked."


def test_readers_go_on_where_they_were(database: Database) -> None:
    assert database.read_sync(newest_alert) == ""
    for n in range(5):
        database.run_sync(raise_alert, an_alert(f"test:{n}"), now())

    first = database.read_sync(alerts_after, "", 3)
    rest = database.read_sync(alerts_after, first[-1].id, 3)
    assert [row.key for row in first + rest] == [f"test:{n}" for n in range(5)]
    assert database.read_sync(newest_alert) == rest[-1].id
    page = database.read_sync(alerts_page, after=first[0].id, cursor=rest[-1].id, limit=10)
    assert [row.key for row in page] == ["test:3", "test:2", "test:1"]


def test_ids_rise_also_when_another_hosts_clock_was_ahead(database: Database) -> None:
    ahead = str(ULID.from_datetime(now() + timedelta(hours=1)))
    database.run_sync(raise_alert, an_alert("test:1"), now())
    database.run_sync(lambda c: c.execute(sa.update(alerts).values(id=ahead)))

    database.run_sync(raise_alert, an_alert("test:2"), now())

    assert [row.key for row in database.read_sync(alerts_after, ahead, 10)] == ["test:2"]


async def test_a_reader_misses_none_that_is_committed_late(primary: Database) -> None:
    """Who begins later waits, so ids become visible in their order."""
    with ThreadPoolExecutor(1) as thread:
        with primary.engine.begin() as slow:
            raise_alert(slow, an_alert("test:slow"), now())
            later = thread.submit(primary.run_sync, raise_alert, an_alert("test:later"), now())
            await wait_until(lambda: waits_for_a_lock(primary))
            cursor = primary.read_sync(newest_alert)
        later.result(timeout=20)

    seen = primary.read_sync(alerts_after, cursor, 10)
    assert [row.key for row in seen] == ["test:slow", "test:later"]


def test_without_the_lock_a_reader_would_miss_one(primary: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control."""
    monkeypatch.setattr(db.statements.alerts, "lock", lambda *_: None)
    with primary.engine.begin() as slow:
        raise_alert(slow, an_alert("test:slow"), now())
        primary.run_sync(raise_alert, an_alert("test:later"), now())
        cursor = primary.read_sync(newest_alert)

    assert primary.read_sync(alerts_after, cursor, 10) == []


def test_four_fifths_of_a_window_are_told_with_exact_money(database: Database) -> None:
    for _ in range(9):
        begun(database, limits("1.00"))

    [alert] = alerts_in(database)
    assert (alert.key, alert.severity) == (f"budget.warning:company:{TODAY}:1", Severity.WARNING)
    assert alert.text.startswith("80% of the company's day is used: $0.8000 of $1.00 are spent or reserved.")
    details = json.loads(alert.details)
    assert details.pop("resets_at") == Limits({}).resets_at(TODAY).isoformat()
    assert details == {
        "scope": "company",
        "kind": "day",
        "period": TODAY,
        "spent_usd": "0",
        "reserved_usd": "0.8",
        "limit_usd": "1",
        "limit_from": "BUDGET_DAY_USD",
    }


def used_up(database: Database, allowed: str) -> BudgetUsedUp:
    with pytest.raises(BudgetUsedUp) as refused:
        begun(database, limits(allowed))
    return refused.value


def test_a_window_that_is_used_up_is_told_once_a_limit(database: Database) -> None:
    for _ in range(3):
        database.run_sync(tell_used_up, used_up(database, "0.05"), now())
    change(database, a_change("0.06"))
    database.run_sync(tell_used_up, used_up(database, "0.05"), now())

    first, second = alerts_in(database, "budget.used_up")
    assert first.key == f"budget.used_up:company:{TODAY}:0.05"
    assert second.key == f"budget.used_up:company:{TODAY}:0.06"
    assert first.severity is Severity.CRITICAL
    assert first.text.startswith(
        "The company's day has no room left: $0.0000 of $0.0500 are spent, and a call"
    )
    details = json.loads(first.details)
    assert (details["needs_usd"], details["reserved_usd"], details["limit_usd"]) == ("0.1", "0", "0.05")


def test_a_freeze_and_its_end_are_told_when_they_change_something(database: Database) -> None:
    switch = Switch(FROZEN, True, now(), "owner", "too dear")
    for n, is_on in enumerate((False, True, True, False, False, True)):
        at = switch.changed_at + timedelta(seconds=n)
        assert database.run_sync(set_switch, replace(switch, is_on=is_on, changed_at=at))

    found = alerts_in(database)
    assert [alert.kind for alert in found] == ["budget.frozen", "budget.thawed", "budget.frozen"]
    assert found[0].text == "Paid calls are frozen by owner: too dear"
    assert json.loads(found[0].details) == {"by": "owner", "reason": "too dear"}


def test_who_freezes_at_the_same_time_as_another_freezes_once(database: Database) -> None:
    at = now()

    def freeze(n: int) -> bool:
        switch = Switch(FROZEN, True, at + timedelta(microseconds=n), f"owner {n}", "")
        return database.run_sync(set_switch, switch)

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(freeze, range(16)))

    assert len(alerts_in(database, "budget.frozen")) == 1


def test_another_switch_is_no_alert(database: Database) -> None:
    database.run_sync(set_switch, Switch("other", True, now(), "owner", ""))
    assert alerts_in(database) == []


def test_what_a_spool_raised_comes_behind_what_readers_have_seen_and_once_only(database: Database) -> None:
    database.run_sync(raise_alert, an_alert("test:known"), now())
    cursor = database.read_sync(newest_alert)
    row: dict[str, object] = {
        "id": str(ULID.from_datetime(now() - timedelta(hours=1))),
        "created_at": now() - timedelta(hours=1),
        "kind": "test",
        "severity": "info",
        "text": "Raised in a spool.",
        "details": "{}",
    }
    for _ in range(2):
        database.run_sync(receive_alerts, [{**row, "key": "test:spool"}, {**row, "key": "test:known"}])

    [found] = database.read_sync(alerts_after, cursor, 10)
    assert found.key == "test:spool"
    assert found.at == row["created_at"]


def test_old_alerts_can_be_deleted_a_few_at_a_time(database: Database) -> None:
    for n in range(5):
        database.run_sync(raise_alert, an_alert(f"test:{n}"), now() - timedelta(days=n, minutes=1))

    cutoff = now() - timedelta(days=2)
    assert [database.run_sync(prune_alerts, cutoff, limit=2) for _ in range(3)] == [2, 1, 0]
    assert [alert.key for alert in alerts_in(database)] == ["test:0", "test:1"]


def test_no_alert_of_money_is_raised_without_a_limit(database: Database) -> None:
    begun(database, Limits({}), worst=Decimal(900))
    assert alerts_in(database) == []
