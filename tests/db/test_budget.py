"""The budget's counters on both stores: they are the ledger's sums, whatever happens, and nobody passes a limit."""

import random
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa

from db.engine import Database
from db.records import CallRecord, CallStatus
from db.statements.attempts import abandon_running, claim_work, open_attempt
from db.statements.budget import apply_charges
from db.statements.calls import settle_call
from db.statements.cancel import cancel_order
from db.statements.switches import Switch, get_switch, set_switch
from db.tables import audit_logs, budget_windows, model_calls, work_orders
from nexus.budget import FROZEN, BudgetBusy, BudgetRefused, Limits, PaidCallsFrozen
from nexus.work_order import Role, WorkOrder
from tests.builders import a_try, assigned, claimed, now
from tests.db.paid_calls import CENT, WORST, a_paid_try, begun, limits, paid, windows


def assert_counters_are_the_ledger(database: Database) -> None:
    rows = database.read_sync(lambda c: c.execute(sa.select(model_calls)).all())
    running = CallStatus.STARTED.value
    reserved = sum((row.worst_case_usd for row in rows if row.status == running), Decimal(0))
    spent = sum((row.cost_usd for row in rows if row.status != running), Decimal(0))
    for window in windows(database).values():
        if window.scope in ("company", "intern"):
            assert (window.reserved_usd, window.spent_usd) == (reserved, spent), window


def test_a_call_counts_in_four_windows_first_as_reserved_and_then_as_spent(database: Database) -> None:
    call = begun(database)
    before = windows(database)
    database.run_sync(settle_call, call, paid(3 * CENT), now())

    assert set(before) == {("company", "day"), ("company", "month"), ("intern", "day"), ("intern", "month")}
    assert {(w.reserved_usd, w.spent_usd) for w in before.values()} == {(WORST, Decimal(0))}
    assert {(w.reserved_usd, w.spent_usd) for w in windows(database).values()} == {(Decimal(0), 3 * CENT)}


def test_settling_twice_counts_once(database: Database) -> None:
    call = begun(database)
    for _ in range(2):
        database.run_sync(settle_call, call, paid(3 * CENT), now())

    assert windows(database)["company", "day"].spent_usd == 3 * CENT


def test_a_call_in_doubt_that_is_recorded_after_all_counts_at_its_cost(database: Database) -> None:
    call = begun(database)
    database.run_sync(settle_call, call, paid(WORST, CallStatus.IN_DOUBT), now())
    assert windows(database)["company", "day"].spent_usd == WORST

    database.run_sync(settle_call, call, paid(3 * CENT), now())

    assert windows(database)["company", "day"].spent_usd == 3 * CENT
    assert_counters_are_the_ledger(database)


def test_a_dead_workers_reservation_becomes_spent_when_its_try_is_abandoned(database: Database) -> None:
    call = begun(database)

    charges = database.run_sync(abandon_running, call.order_id, now(), "the worker stopped")
    database.run_sync(apply_charges, charges)

    window = windows(database)["company", "day"]
    assert (window.reserved_usd, window.spent_usd) == (Decimal(0), WORST)


def test_the_next_claim_settles_what_a_dead_worker_had_reserved_before_anything_else(
    database: Database,
) -> None:
    """Else everybody could wait for a reservation whose holder waits himself."""
    call = begun(database)
    database.run_sync(
        lambda c: c.execute(sa.update(work_orders).values(lease_until=now() - timedelta(minutes=1)))
    )

    work = database.run_sync(
        claim_work, call.order_id, role=Role.INTERN, holder="w2/1", lease_s=30.0, now=now()
    )

    assert work is not None
    window = windows(database)["company", "day"]
    assert (window.reserved_usd, window.spent_usd) == (Decimal(0), WORST)


def test_a_forced_cancel_prices_the_call_that_ran(database: Database) -> None:
    call = begun(database)

    database.run_sync(cancel_order, call.order_id, now(), force=True)

    assert windows(database)["company", "day"].spent_usd == WORST
    assert_counters_are_the_ledger(database)


def test_a_refused_reservation_leaves_no_trace(database: Database) -> None:
    order = claimed(database, assigned(database).id, Role.INTERN)
    assert order is not None
    attempt, call = a_paid_try(order)

    with pytest.raises(BudgetRefused, match=r"\$0.0000 of \$0.0900 spent, and this call may cost \$0.1000"):
        database.run_sync(open_attempt, order, attempt, call, now(), limits=limits("0.09"))

    assert (
        database.read_sync(lambda c: c.execute(sa.select(sa.func.count()).select_from(model_calls)).scalar())
        == 0
    )
    assert (
        database.read_sync(
            lambda c: c.execute(sa.select(sa.func.count()).select_from(budget_windows)).scalar()
        )
        == 0
    )


def test_what_runs_leaves_no_room_but_for_the_moment(database: Database) -> None:
    call = begun(database, limits("0.15"))
    with pytest.raises(BudgetBusy) as busy:
        begun(database, limits("0.15"))
    assert busy.value.retry_after_s

    database.run_sync(settle_call, call, paid(CENT), now())
    begun(database, limits("0.15"))


def test_a_roles_limit_holds_beside_the_companys(database: Database) -> None:
    with pytest.raises(BudgetRefused, match="the intern's day"):
        begun(database, limits("1000", intern="0.05"))


def test_a_free_call_is_never_asked_about(database: Database) -> None:
    database.run_sync(set_switch, Switch(FROZEN, True, now(), "owner", ""))
    order = claimed(database, assigned(database).id, Role.INTERN)
    assert order is not None

    database.run_sync(open_attempt, order, *a_try(order), now(), limits=limits("0"))

    assert all(window.spent_usd == 0 for window in windows(database).values())


def test_a_freeze_refuses_what_has_not_begun(database: Database) -> None:
    database.run_sync(set_switch, Switch(FROZEN, True, now(), "owner", "too dear"))

    with pytest.raises(PaidCallsFrozen, match="by owner \\(too dear\\)"):
        begun(database)


def test_of_two_changes_of_a_switch_the_later_one_holds(database: Database) -> None:
    later, earlier = now(), now() - timedelta(minutes=5)
    assert database.run_sync(set_switch, Switch(FROZEN, True, later, "owner", ""))

    assert not database.run_sync(set_switch, Switch(FROZEN, False, earlier, "somebody", ""))

    found = database.read_sync(get_switch, FROZEN)
    assert found is not None
    assert found.is_on


def test_four_fifths_of_a_limit_are_warned_of_once(database: Database) -> None:
    for _ in range(9):
        begun(database, limits("1.00"))

    rows = database.read_sync(
        lambda c: c.execute(
            sa.select(audit_logs.c.details).where(audit_logs.c.action == "budget.warning")
        ).all()
    )
    assert len(rows) == 1
    assert '"scope": "company"' in rows[0].details


def test_many_at_once_never_pass_the_limit_and_use_all_of_it(database: Database) -> None:
    """Forty threads on one cap of ten worst cases: exactly ten get through, whatever the order."""
    orders = [claimed(database, assigned(database).id, Role.INTERN) for _ in range(40)]

    def try_one(order: WorkOrder | None) -> bool:
        assert order is not None
        attempt, call = a_paid_try(order)
        try:
            database.run_sync(open_attempt, order, attempt, call, now(), limits=limits("1.00"))
        except (BudgetRefused, BudgetBusy):
            return False
        return True

    with ThreadPoolExecutor(8) as threads:
        passed = list(threads.map(try_one, orders))

    assert sum(passed) == 10
    assert windows(database)["company", "day"].reserved_usd == 10 * WORST
    assert_counters_are_the_ledger(database)


def test_without_the_check_the_same_forty_would_pass_the_limit(database: Database) -> None:
    """The control: the limit is what stops them."""
    for _ in range(12):
        begun(database, limits("1000"))

    assert windows(database)["company", "day"].reserved_usd > Decimal("1.00")


def test_any_life_of_calls_keeps_the_counters_equal_to_the_ledger(database: Database) -> None:
    rng = random.Random(7)
    calls: list[CallRecord] = []
    for _ in range(60):
        match rng.randrange(4):
            case 0 | 1:
                calls.append(begun(database, worst=rng.randrange(1, 20) * CENT))
            case 2 if calls:
                status = rng.choice([CallStatus.RECORDED, CallStatus.FAILED, CallStatus.IN_DOUBT])
                database.run_sync(
                    settle_call, rng.choice(calls), paid(rng.randrange(9) * CENT, status), now()
                )
            case _ if calls:
                database.run_sync(cancel_order, rng.choice(calls).order_id, now(), force=True)
    assert_counters_are_the_ledger(database)


@pytest.mark.parametrize(
    ("zone", "moment", "day", "resets"),
    [
        ("UTC", datetime(2026, 11, 22, 23, 59, tzinfo=UTC), "2026-11-22", datetime(2026, 11, 23, tzinfo=UTC)),
        (
            "Asia/Tokyo",
            datetime(2026, 11, 22, 15, 0, tzinfo=UTC),
            "2026-11-23",
            datetime(2026, 11, 23, 15, tzinfo=UTC),
        ),
        (
            "Europe/Berlin",
            datetime(2026, 3, 29, 1, 0, tzinfo=UTC),
            "2026-03-29",
            datetime(2026, 3, 29, 22, tzinfo=UTC),
        ),
    ],
)
def test_a_day_begins_at_midnight_where_the_owner_lives(
    zone: str, moment: datetime, day: str, resets: datetime
) -> None:
    allowed = Limits({}, zone)

    assert allowed.day_of(moment) == day
    assert allowed.resets_at(day) == resets


def test_a_month_ends_with_its_last_day_also_in_december() -> None:
    assert Limits({}).resets_at("2026-12") == datetime(2027, 1, 1, tzinfo=UTC)
    assert Limits({}).resets_at("2026-02") == datetime(2026, 3, 1, tzinfo=UTC)
