"""What the roles do and have done, on both databases: counted as it happened, found by an index."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from db.engine import Database
from db.records import AttemptStatus, CallStatus
from db.statements import staff
from db.statements.attempts import open_attempt
from db.statements.staff import MOST, TITLE_CHARS, Work, present, work_of
from db.tables import attempts
from nexus.work_order import Role
from tests.builders import NO_LIMITS, a_try, accepted, assigned, claimed, now
from tests.db.ledger_rows import NOW, a_call, a_try_of, an_order_at
from tests.db.spooled import let_leases_run_out

STARTS, ENDS = NOW - timedelta(days=1), NOW + timedelta(days=1)


def a_tried_order(
    connection: Connection,
    *,
    passed: bool = True,
    role: Role = Role.INTERN,
    at: datetime = NOW,
    status: AttemptStatus | None = None,
    latency_ms: int = 100,
) -> str:
    order_id = an_order_at(connection, at)
    attempt_id = a_try_of(connection, order_id, 1, role, passed=passed)
    values = {"started_at": at} | ({"status": status.value} if status else {})
    connection.execute(sa.update(attempts).where(attempts.c.id == attempt_id).values(values))
    cost = Decimal("0.01")
    a_call(connection, order_id, at, attempt_id=attempt_id, role=role, latency_ms=latency_ms, cost_usd=cost)
    return attempt_id


def work(database: Database, role: Role = Role.INTERN) -> Work:
    return database.read_sync(work_of, STARTS, ENDS)[role]


def test_an_order_that_is_held_is_in_hand_since_its_try_began_and_what_waits_is_counted(
    database: Database,
) -> None:
    order, waiting = assigned(database), assigned(database)
    claim = claimed(database, order.id, Role.INTERN)
    assert claim is not None
    attempt, call = a_try(claim)
    began = now()
    database.run_sync(open_attempt, claim, attempt, call, began, limits=NO_LIMITS)

    seen = database.read_sync(present)

    (held,) = seen.in_hand[Role.INTERN]
    assert (held.order_id, held.session_id, held.title) == (order.id, order.session_id, order.content)
    assert held.since == began
    assert seen.waiting == {Role.INTERN: 1}
    assert waiting.id != order.id


def test_the_front_desk_has_in_hand_what_it_triages(database: Database) -> None:
    order = accepted(database)
    assert claimed(database, order.id, Role.ADMIN) is not None

    assert [held.order_id for held in database.read_sync(present).in_hand[Role.ADMIN]] == [order.id]


def test_what_a_dead_worker_held_is_in_nobodys_hand(database: Database) -> None:
    order = assigned(database)
    assert claimed(database, order.id, Role.INTERN) is not None
    let_leases_run_out(database)

    assert database.read_sync(present).in_hand == {}


def test_a_long_list_is_cut_and_begins_with_the_oldest(database: Database) -> None:
    orders = [assigned(database, content="word " * 40) for _ in range(MOST + 2)]
    for order in reversed(orders):
        assert claimed(database, order.id, Role.INTERN) is not None

    held = database.read_sync(present).in_hand[Role.INTERN]

    assert [one.order_id for one in held] == sorted(order.id for order in orders)[:MOST]
    assert {len(one.title) for one in held} == {TITLE_CHARS}


def test_rates_count_tries_that_ended_and_verdicts_that_were_given(database: Database) -> None:
    def some_work(connection: Connection) -> None:
        for passed in (True, True, False):
            a_tried_order(connection, passed=passed)
        a_tried_order(connection, status=AttemptStatus.RUNNING)

    database.run_sync(some_work)

    seen = work(database)

    assert (seen.attempts, seen.passed, seen.verdicts, seen.verdicts_passed) == (3, 2, 3, 2)
    assert seen.success_rate == pytest.approx(2 / 3)
    assert seen.cost_usd == Decimal("0.04"), "what runs has been paid as well"
    assert work(database, Role.CEO) == Work()


def test_a_try_that_ended_without_a_verdict_is_no_success_and_not_qas(database: Database) -> None:
    def one_died(connection: Connection) -> None:
        order_id = an_order_at(connection, NOW)
        row = {"id": "A-1", "order_id": order_id, "n": 1, "fence": 1, "role": "intern", "model": "m"}
        ended = {"provider": "x", "status": AttemptStatus.ABANDONED.value, "started_at": NOW}
        connection.execute(sa.insert(attempts), row | ended)
        a_call(connection, order_id, NOW, attempt_id="A-1", status=CallStatus.IN_DOUBT.value, latency_ms=None)

    database.run_sync(one_died)

    seen = work(database)

    assert (seen.attempts, seen.success_rate, seen.verdicts, seen.qa_pass_rate) == (1, 0.0, 0, None)
    assert (seen.p50_ms, seen.p95_ms) == (None, None), "it was not answered"


def test_a_try_that_went_on_to_another_model_is_one_try(database: Database) -> None:
    def fell_back(connection: Connection) -> None:
        order_id = an_order_at(connection, NOW)
        attempt_id = a_try_of(connection, order_id, 1, Role.INTERN, passed=True)
        for status, latency_ms in ((CallStatus.FAILED, None), (CallStatus.RECORDED, 70)):
            a_call(
                connection, order_id, NOW, attempt_id=attempt_id, status=status.value, latency_ms=latency_ms
            )

    database.run_sync(fell_back)

    seen = work(database)

    assert (seen.attempts, seen.passed, seen.p50_ms, seen.p95_ms) == (1, 1, 70, 70)


def test_a_period_counts_what_began_in_it(database: Database) -> None:
    def around(connection: Connection) -> None:
        for at in (STARTS - timedelta(seconds=1), STARTS, ENDS - timedelta(seconds=1), ENDS):
            a_tried_order(connection, at=at)

    database.run_sync(around)

    assert (work(database).attempts, work(database).cost_usd) == (2, Decimal("0.02"))


def test_latencies_are_of_the_role_and_by_nearest_rank(database: Database) -> None:
    def answered(connection: Connection) -> None:
        for latency_ms in range(1, 101):
            a_tried_order(connection, latency_ms=latency_ms)
        a_tried_order(connection, role=Role.CEO, latency_ms=5000)

    database.run_sync(answered)

    assert (work(database).p50_ms, work(database).p95_ms) == (50, 95)
    assert (work(database, Role.CEO).p50_ms, work(database, Role.CEO).p95_ms) == (5000, 5000)


def test_what_is_in_hand_is_found_by_the_index_of_open_orders_and_work_by_that_of_calls(
    sqlite: Database,
) -> None:
    def plan(statement: sa.Select[tuple[object, ...]], **values: object) -> str:
        compiled = statement.compile(sqlite.engine, compile_kwargs={"render_postcompile": True})
        asked = {**compiled.params, **values}
        positions = [asked[name] for name in compiled.positiontup or ()]
        rows = sqlite.read_sync(
            lambda c: c.exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}", tuple(positions)).all()
        )
        return "\n".join(str(row[-1]) for row in rows)

    assert "SEARCH work_orders USING INDEX ix_work_orders_open" in plan(staff._IN_HAND)
    times = {"starts": "2026-01-01", "ends": "2026-01-02"}
    for statement in (staff._COST, staff._TRIED, staff._LATENCY):
        assert "SEARCH model_calls USING INDEX ix_model_calls_started_at" in plan(statement, **times)
