"""How an order's tier was chosen: stored once an order, on both stores, kept and deleted with it."""

from datetime import timedelta
from decimal import Decimal

from db.engine import Database
from db.records import NewOrder, RouteDecision
from db.routing_tables import route_decisions
from db.spool import Spool
from db.statements.orders import assign_order
from db.statements.queries import get_history, get_order
from db.statements.retention import prune_orders
from db.statements.routes import explored_usd, orders_before, plan_of, route_of, store_route
from nexus.ids import new_session_id
from nexus.work_order import Role
from tests.builders import accepted, an_assignment, assigned, claimed, now
from tests.db.spooled import a_replay, goes_local, rows, spooled, work_to_the_end

DECISION = RouteDecision(
    layer="exploration",
    chosen=Role.INTERN,
    path=(Role.INTERN, Role.CEO),
    reasons=("the router expects the intern …", "tried with the intern, 为了学习"),
    confidence=0.93,
    floor=None,
    router_version="prior-1",
    success={Role.INTERN: 0.93, Role.DIRECTOR: 0.95, Role.CEO: 0.98},
    costs={Role.INTERN: Decimal("0.001"), Role.CEO: Decimal("0.0123456789")},
    expected_usd=Decimal("0.001"),
    explored=True,
    explore_usd=Decimal("0.000000001"),
    propensity=0.01,
    latency_us=1234,
)


def stored(database: Database, decision: RouteDecision = DECISION) -> NewOrder:
    order = assigned(database)
    database.run_sync(store_route, order.id, decision, now())
    return order


def test_what_is_stored_is_read_back(database: Database) -> None:
    order = stored(database)
    assert database.read_sync(route_of, order.id) == DECISION
    assert database.read_sync(plan_of, order.id) == ((Role.INTERN, Role.CEO), None)
    history = database.read_sync(get_history, order.id)
    assert history is not None
    assert history.route == DECISION


def test_a_decision_without_a_router_has_neither_chances_nor_costs(database: Database) -> None:
    plain = RouteDecision(
        "small_talk", Role.INTERN, (Role.INTERN,), ("a greeting",), 1.0, floor=Role.DIRECTOR
    )
    order = stored(database, plain)
    assert database.read_sync(route_of, order.id) == plain
    assert database.read_sync(plan_of, order.id) == ((Role.INTERN,), Role.DIRECTOR)


def test_an_order_has_one_row_and_the_newest_holds(database: Database) -> None:
    order = stored(database)
    again = RouteDecision("clarify", Role.ADMIN, (), ("x",), 1.0)
    database.run_sync(store_route, order.id, again, now())
    assert database.read_sync(route_of, order.id) == again
    assert len(rows(database, "route_decisions")) == 1


def test_an_order_that_is_not_triaged_has_none(database: Database) -> None:
    order = accepted(database)
    assert database.read_sync(route_of, order.id) is None
    assert database.read_sync(plan_of, order.id) == ((), None)


def test_what_was_explored_is_summed_over_the_last_day(database: Database) -> None:
    assert database.read_sync(explored_usd, now()) == 0
    for _ in range(3):
        stored(database)
    plain = assigned(database)
    database.run_sync(store_route, plain.id, RouteDecision("router", Role.CEO, (Role.CEO,), (), 1.0), now())
    assert database.read_sync(explored_usd, now()) == Decimal("0.000000003")
    assert database.read_sync(explored_usd, now() + timedelta(hours=25)) == 0


def test_the_orders_before_are_those_of_the_conversation_newest_first(database: Database) -> None:
    session_id = new_session_id()
    first = assigned(database, Role.CEO, session_id=session_id, content="Design a bank.")
    second = assigned(database, Role.INTERN, session_id=session_id, content="x" * 5_000)
    accepted(database, session_id=session_id)  # not triaged: says nothing
    assigned(database, Role.CEO)  # another conversation
    newest = accepted(database, session_id=session_id)
    order = database.read_sync(get_order, newest.id)
    assert order is not None
    before = database.read_sync(orders_before, order, 6)
    assert [(one.role, one.content[:6], len(one.content)) for one in before] == [
        (Role.INTERN, "xxxxxx", 2_000),
        (Role.CEO, "Design", 14),
    ]
    assert len(database.read_sync(orders_before, order, 2)) == 1, "the one that is not triaged takes a place"
    assert first.id < second.id


def test_the_row_goes_with_its_order(database: Database) -> None:
    order = stored(database)
    work_to_the_end(database, order.id)
    batch = database.run_sync(prune_orders, now() + timedelta(days=1))
    assert batch.rows[route_decisions.name] == 1
    assert rows(database, "route_decisions") == rows(database, "work_orders") == []


async def test_it_moves_from_a_spool_with_its_order(spool: Spool, primary: Database) -> None:
    goes_local(spool)
    order = await spooled(spool)
    claim = claimed(spool.database, order.id, Role.ADMIN)
    assert claim is not None
    spool.database.run_sync(assign_order, claim, an_assignment(), now())
    spool.database.run_sync(store_route, order.id, DECISION, now())
    work_to_the_end(spool.database, order.id)
    await a_replay(spool, primary).run()
    assert primary.read_sync(route_of, order.id) == DECISION
    assert rows(spool.database, "route_decisions") == []
