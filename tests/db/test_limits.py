"""Limits that the owner changes while the company runs, on both stores: they hold at once, and are never passed."""

import json
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from itertools import cycle
from threading import Event

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

import db.statements.budget
import db.statements.limits
from db.engine import Database
from db.statements.attempts import open_attempt
from db.statements.budget import windows_at
from db.statements.limits import all_limit_changes, take_over_limits
from db.statements.logs import select_audit_events
from nexus.budget import BudgetBusy, BudgetRefused, BudgetUsedUp, Limits
from nexus.work_order import WorkOrder
from tests.builders import now
from tests.conftest import wait_until
from tests.db.paid_calls import (
    WORST,
    a_change,
    a_claim,
    a_paid_try,
    alerts_in,
    begun,
    change,
    limits,
    other_processes,
    windows,
)


def company_day(database: Database) -> Decimal | None:
    return windows(database)["company", "day"].limit_usd


def test_a_limit_that_was_set_stands_above_the_setting_until_the_setting_holds_again(
    database: Database,
) -> None:
    change(database, a_change("5"))
    assert company_day(database) == 5
    change(database, a_change(None))
    assert company_day(database) is None
    change(database, a_change(None, is_set=False))
    assert company_day(database) == Decimal("1.00")


def test_a_window_says_where_its_limit_is_from(database: Database) -> None:
    assert windows(database)["company", "day"].limit_source == "BUDGET_DAY_USD"
    set_ = change(database, a_change("5", by="token:phone/01X"))
    window = windows(database)["company", "day"]
    assert window.set_by == set_
    assert window.limit_source == f"set by token:phone/01X on {set_.changed_at:%Y-%m-%d %H:%M} UTC"
    assert windows(database)["company", "month"].limit_source == "BUDGET_MONTH_USD"


def test_a_role_can_get_a_limit_that_no_setting_has(database: Database) -> None:
    change(database, a_change("0.05", scope="intern", kind="month"))
    assert windows(database)["intern", "month"].limit_usd == Decimal("0.05")

    with pytest.raises(BudgetUsedUp, match=r"the intern's month .*; the limit was set by owner on "):
        begun(database)


def test_the_refusal_names_the_setting_where_nobody_has_set_the_limit(database: Database) -> None:
    with pytest.raises(BudgetRefused, match=r"UTC; BUDGET_DAY_USD_BY_ROLE is the limit\."):
        begun(database, limits("1000", intern="0.05"))


def test_a_change_holds_from_the_next_call_on_also_for_who_has_read_the_settings_before(
    database: Database,
) -> None:
    settings = limits("1.00")
    begun(database, settings)
    change(database, a_change("0.15"), settings)

    with pytest.raises(BudgetRefused, match=r"set by owner|BUDGET") as refused:
        begun(database, replace(settings), worst=2 * WORST)
    assert "$0.1500" in str(refused.value)

    change(database, a_change(None), settings)
    begun(database, settings, worst=100 * WORST)


def test_calls_that_run_under_a_limit_that_was_lowered_below_them_end_as_they_will(
    database: Database,
) -> None:
    begun(database)
    change(database, a_change("0.01"))

    with pytest.raises(BudgetRefused):
        begun(database)

    assert windows(database)["company", "day"].reserved_usd == WORST


def test_every_change_is_in_the_audit_with_what_was_before(database: Database) -> None:
    change(database, a_change("5", by="token:phone/01X"))
    change(database, a_change(None))
    change(database, a_change(None, is_set=False))

    rows = database.read_sync(select_audit_events, work_order_id=None, limit=10)
    assert [(row["actor"], row["action"], row["status"]) for row in reversed(rows)] == [
        ("token:phone/01X", "budget.limit_changed", "set"),
        ("owner", "budget.limit_changed", "none"),
        ("owner", "budget.limit_changed", "setting"),
    ]
    assert [json.loads(str(row["details"]))["was_usd"] for row in reversed(rows)] == ["1", "5", None]


def test_a_change_is_an_alert_and_saying_the_same_again_is_none(database: Database) -> None:
    for _ in range(3):
        change(database, a_change("5"))
    change(database, a_change(None, is_set=False))
    change(database, a_change(None, is_set=False))

    assert [alert.text for alert in alerts_in(database, "budget.limit_changed")] == [
        "The limit of the company's day is $5.00; it was $1.00. Changed by owner.",
        "The limit of the company's day is $1.00 again, as BUDGET_DAY_USD says; it was $5.00. Changed by owner.",
    ]
    details = json.loads(alerts_in(database)[0].details)
    assert details == {
        "scope": "company",
        "kind": "day",
        "limit_usd": "5",
        "was_usd": "1",
        "limit_from": "set",
        "by": "owner",
    }


def test_the_newest_change_wins_where_another_hosts_clock_was_ahead(database: Database) -> None:
    ahead = change(database, replace(a_change("5"), changed_at=now() + timedelta(hours=1)))

    stored = change(database, a_change("2"))

    assert company_day(database) == 2
    assert stored.changed_at > ahead.changed_at


def test_of_two_stores_changes_the_later_one_holds(database: Database) -> None:
    mine = change(database, a_change("5"))
    earlier = replace(a_change("7"), changed_at=mine.changed_at - timedelta(seconds=1))
    later = replace(a_change("9", scope="ceo", kind="month"), changed_at=mine.changed_at - timedelta(days=9))

    database.run_sync(take_over_limits, [earlier, later])

    assert database.read_sync(all_limit_changes) == [later, mine]
    assert len(alerts_in(database)) == 1, "those of another store bring their own"


def test_four_fifths_are_warned_of_once_a_limit(database: Database) -> None:
    for _ in range(9):
        begun(database, limits("1.00"))
    change(database, a_change("0.95"))
    for usd in ("2", "1.01"):
        change(database, a_change(usd))
        begun(database, limits("1.00"), worst=Decimal("0.001"))
        begun(database, limits("1.00"), worst=Decimal("0.001"))

    keys = [alert.key for alert in alerts_in(database, "budget.warning")]
    day = Limits({}).day_of(now())
    assert keys == [f"budget.warning:company:{day}:1", f"budget.warning:company:{day}:1.01"]


def race(database: Database, processes: list[Database]) -> Decimal:
    """Twenty workers begin 60 calls of ten cents under a setting of five dollars, which is lowered to 2.50 meanwhile.

    A third of them begin before that, a third while it happens, a third when it was told as done. Returns what was
    reserved when it was told.
    """
    orders = [a_claim(database) for _ in range(60)]
    lowering, lowered = Event(), Event()

    def begin(order: WorkOrder, process: Database, when: Event | None) -> None:
        attempt, call = a_paid_try(order)
        assert when is None or when.wait(60)
        with suppress(BudgetRefused, BudgetBusy):
            process.run_sync(open_attempt, order, attempt, call, now(), limits=limits("5.00"))

    with ThreadPoolExecutor(20) as workers:
        for when in (None, lowering, lowered):
            wave, orders = orders[:20], orders[20:]
            running = [
                workers.submit(begin, order, process, when)
                for order, process in zip(wave, cycle(processes), strict=False)
            ]
            if when is None:
                wait(running)
        lowering.set()
        change(database, a_change("2.50"))
        at_once = windows(database)["company", "day"].reserved_usd
        lowered.set()
    return at_once


def test_a_limit_that_is_lowered_while_twenty_workers_race_is_never_passed(database: Database) -> None:
    with other_processes(database, 4) as processes:
        at_once = race(database, processes)

    reserved = windows(database)["company", "day"].reserved_usd
    assert reserved == max(at_once, Decimal("2.50")), "begun after the change, by the old limit"
    assert at_once < Decimal("5.00")


def test_workers_that_had_read_the_limits_before_would_pass_it(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: what stops them is that each reservation reads the limits that hold."""

    def as_at_the_start(_connection: Connection, settings: Limits, **_: bool) -> Limits:
        return settings

    monkeypatch.setattr(db.statements.budget, "limits_in_force", as_at_the_start)
    with other_processes(database, 4) as processes:
        race(database, processes)
    monkeypatch.undo()

    found = windows(database)["company", "day"]
    assert (found.reserved_usd, found.limit_usd) == (Decimal("5.00"), Decimal("2.50"))


def waits_for_a_lock(database: Database) -> bool:
    waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
    return bool(database.read_sync(lambda c: c.execute(sa.text(waiting)).scalar()))


async def test_a_change_waits_for_the_reservation_that_was_decided_by_the_old_limit(
    primary: Database,
) -> None:
    order = a_claim(primary)
    with ThreadPoolExecutor(1) as thread:
        with primary.engine.begin() as reserving:
            open_attempt(reserving, order, *a_paid_try(order), now(), limits=limits("0.20"))
            changing = thread.submit(change, primary, a_change("0.05"))
            await wait_until(lambda: waits_for_a_lock(primary))
            assert not changing.done()
        changing.result(timeout=20)

    with pytest.raises(BudgetUsedUp, match=r"set by owner"):
        begun(primary, limits("0.20"))


def test_without_the_lock_it_would_be_told_as_done_too_early(
    primary: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: the change is committed while a call that only the old limit has room for is still to begin."""
    monkeypatch.setattr(db.statements.limits, "lock_shared", lambda *_: None)
    order = a_claim(primary)
    with ThreadPoolExecutor(1) as thread, primary.engine.begin() as reserving:
        open_attempt(reserving, order, *a_paid_try(order), now(), limits=limits("0.20"))
        thread.submit(change, primary, a_change("0.05")).result(timeout=20)

    assert windows(primary)["company", "day"].reserved_usd > Decimal("0.05")


def test_changes_and_reservations_of_many_processes_never_deadlock(database: Database) -> None:
    """All orders of locks at once: windows, limits, alerts, from reservations, changes and warnings."""
    orders = [a_claim(database) for _ in range(24)]

    def begin(order: WorkOrder) -> str:
        attempt, call = a_paid_try(order)
        try:
            database.run_sync(open_attempt, order, attempt, call, now(), limits=limits("1.00"))
        except (BudgetRefused, BudgetBusy) as refused:
            return type(refused).__name__
        return "begun"

    def change_it(n: int) -> str:
        change(database, a_change(f"1.{n:02}", scope=("company", "intern")[n % 2]))
        return "changed"

    with ThreadPoolExecutor(8) as threads:
        jobs = [threads.submit(begin, order) for order in orders]
        jobs += [threads.submit(change_it, n) for n in range(24)]
        done = [job.result() for job in jobs]

    assert done.count("changed") == 24
    found = database.read_sync(windows_at, limits("1.00"), now())
    assert all(w.limit_usd is None or w.reserved_usd <= Decimal("1.23") for w in found)
