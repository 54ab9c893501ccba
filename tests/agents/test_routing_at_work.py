"""How a tier is chosen on an order's real path: stored with the assignment, followed after failures, within money."""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from agents.assigning import assign, claim_triage
from agents.config import ANTHROPIC_MODELS, ModelChoice, Payroll, Provider
from agents.exploration import lot_of
from agents.handler import OrderHandler, Workplace
from agents.route_desk import RouteDesk
from agents.triage import Route, route
from db.engine import Database
from db.records import NewOrder, RouteDecision
from db.routing_tables import route_decisions
from db.statements.pauses import set_pause
from db.statements.pausing import paused_switch
from db.statements.queries import OrderHistory
from db.statements.routes import route_of
from db.statements.switches import Switch
from db.tables import budget_windows
from nexus.ids import new_order_id, new_session_id
from nexus.work_order import Role, Status
from tests.agents.conftest import StubModel, a_payroll
from tests.agents.test_route_desk import Oracle, Shelf, Word
from tests.agents.working import receipt_of, work_through
from tests.builders import accepted, now

type Make = Callable[..., Workplace]
PLAIN = "Write two sentences about the sea for our newsletter"


@dataclass
class ByText(Oracle):
    """Hard messages are those that say so."""

    chances: dict[Role, float] = field(default_factory=dict)

    def predict(self, text: str) -> Word:
        hard = "hardest" in text
        low, high = (0.05, 0.4) if hard else (0.97, 0.98)
        return Word({Role.INTERN: low, Role.DIRECTOR: high, Role.CEO: 0.99}, version="v1")


def at_work(
    make_place: Make, router: Oracle | None = None, payroll: Payroll | None = None, **settings: Any
) -> OrderHandler:
    place = make_place(payroll, **({"router_explore": 0.0} | settings))
    desk = RouteDesk(place.payroll, place.breakers, Shelf(router or ByText()))
    desk.warm_up()
    desk.load()
    return OrderHandler(replace(place, routes=desk))


def stored(history: OrderHistory) -> RouteDecision:
    assert history.route is not None
    return history.route


async def test_the_decision_is_stored_with_the_assignment_and_told_on_the_receipt(
    make_place: Make, database: Database, model: StubModel
) -> None:
    model.replies = ["The sea is wide. It is deep."]
    history = await work_through(at_work(make_place), database, accepted(database, content=PLAIN).id)
    route = stored(history)
    assert (route.layer, route.chosen, route.router_version) == ("router", Role.INTERN, "v1")
    assert route.success == {Role.INTERN: 0.97, Role.DIRECTOR: 0.98, Role.CEO: 0.99}
    assert route.costs[Role.INTERN] < route.costs[Role.DIRECTOR] < route.costs[Role.CEO]
    assert route.expected_usd == route.costs[Role.INTERN]
    assert (route.explored, route.propensity) == (False, 1.0)
    assert route.latency_us > 0
    receipt = receipt_of(history)
    assert (receipt.rule, receipt.role) == ("router", Role.INTERN)
    assert "the router expects the intern to get it right with 97%" in receipt.text()


async def test_a_failed_answer_goes_where_the_path_says_and_not_through_the_middle(
    make_place: Make, database: Database, model: StubModel
) -> None:
    """From the intern straight to the CEO; the control without a path takes the director."""
    order = accepted(database, content=PLAIN)
    handler = at_work(make_place)
    await handler.handle(Role.ADMIN, order.id)
    database.run_sync(lambda c: c.execute(sa.update(route_decisions).values(path='["intern", "ceo"]')))
    model.replies = ["", "", "The sea."]
    history = await work_through(handler, database, order.id)
    assert (history.order.status, model.models_asked) == (Status.DELIVERED, ["intern", "intern", "ceo"])

    control = accepted(database, content=PLAIN)
    await handler.handle(Role.ADMIN, control.id)
    database.run_sync(lambda c: c.execute(sa.update(route_decisions).values(path="[]")))
    model.replies = ["", "", "The sea."]
    await work_through(handler, database, control.id)
    assert model.models_asked[3:] == ["intern", "intern", "director"]


async def test_a_conversation_stays_with_the_ceo_and_thanks_cost_it_nothing(
    make_place: Make, database: Database, model: StubModel
) -> None:
    handler, session_id = at_work(make_place), new_session_id()
    said = [
        "What is the hardest part of our sea newsletter?",
        "And the second one?",
        "Thanks!",
        "And the third?",
    ]
    roles = []
    for text in said:
        model.replies = ["An answer."]
        order = accepted(database, content=text, session_id=session_id)
        history = await work_through(handler, database, order.id)
        roles.append((history.order.owner, stored(history).layer))
    assert roles == [
        (Role.CEO, "router"),
        (Role.CEO, "conversation"),
        (Role.INTERN, "small_talk"),
        (Role.CEO, "conversation"),
    ]
    other = accepted(database, content="And the fourth?")
    model.replies = ["An answer."]
    assert stored(await work_through(handler, database, other.id)).chosen is Role.INTERN, "another session"


async def test_what_is_asked_back_has_its_row_too(
    make_place: Make, database: Database, model: StubModel
) -> None:
    history = await work_through(at_work(make_place), database, accepted(database, content="fix it").id)
    assert (history.order.status, stored(history).layer, stored(history).path) == (
        Status.ASKED,
        "clarify",
        (),
    )
    assert model.requests == []


async def test_a_worker_that_dies_before_the_assignment_leaves_it_to_be_decided_the_same(
    make_place: Make, database: Database, monkeypatch: pytest.MonkeyPatch, model: StubModel
) -> None:
    """The assignment's transaction fails once as a whole: no row of it is left, and the second try decides the same."""
    handler = at_work(make_place, router_explore=0.05, router_explore_usd=Decimal(1))
    order = explored_order(database)
    broken: list[str] = []

    def dies(*args: object, **kwargs: object) -> None:
        broken.append("once")
        raise sqlite3.OperationalError("the worker was killed here")

    with monkeypatch.context() as patch:
        patch.setattr("agents.assigning.store_route", dies)
        await handler.handle(Role.ADMIN, order.id)
    assert broken
    assert database.read_sync(route_of, order.id) is None
    model.replies = ["The sea."]
    history = await work_through(handler, database, order.id)
    assert (stored(history).explored, history.order.owner) == (True, Role.DIRECTOR)


async def test_the_same_order_claimed_again_is_decided_the_same(make_place: Make, database: Database) -> None:
    handler = at_work(make_place, router_explore=0.05, router_explore_usd=Decimal(1))
    decided = []
    order = explored_order(database)
    for _ in range(2):
        await handler.handle(Role.ADMIN, order.id)
        found = database.read_sync(route_of, order.id)
        assert found is not None
        decided.append(found)
        database.run_sync(
            lambda c: c.execute(
                sa.text(
                    "UPDATE work_orders SET status='queued', owner='admin', tier_rule=NULL, lease_until=NULL"
                )
            )
        )
    assert decided[0] == decided[1]


def explored_order(database: Database, share: float = 0.05) -> NewOrder:
    """An order whose lot says that it is explored."""
    name = next(name for name in iter(new_order_id, "") if lot_of(name) < share)
    return accepted(database, content=PLAIN, id=name)


async def test_an_explored_order_goes_to_the_neighbour_and_says_so(
    make_place: Make, database: Database, model: StubModel
) -> None:
    handler = at_work(make_place, router_explore=0.05, router_explore_usd=Decimal(1))
    model.replies = ["The sea."]
    history = await work_through(handler, database, explored_order(database).id)
    route = stored(history)
    assert (history.order.owner, route.layer, route.explored) == (Role.DIRECTOR, "exploration", True)
    assert route.propensity == pytest.approx(0.05)
    assert route.explore_usd is not None
    assert "tried with the director, to learn which tier is enough" in receipt_of(history).reason


@pytest.mark.parametrize(
    ("settings", "content"),
    [
        ({"router_explore_usd": Decimal(0)}, PLAIN),
        ({"router_explore": 0.0}, PLAIN),
        ({}, "How much ibuprofen can I give my two year old daughter?"),
        ({}, "Ask the intern: write two sentences about the sea"),
    ],
    ids=["no money for it", "switched off", "a matter of health", "the owner's wish"],
)
async def test_nothing_is_explored_where_it_may_not_be(
    make_place: Make, database: Database, settings: dict[str, Any], content: str
) -> None:
    changed: dict[str, Any] = {"router_explore": 0.05, "router_explore_usd": Decimal(1)} | settings
    handler = at_work(make_place, **changed)
    name = next(name for name in iter(new_order_id, "") if lot_of(name) < 0.05)
    await handler.handle(Role.ADMIN, accepted(database, content=content, id=name).id)
    found = database.read_sync(route_of, name)
    assert found is not None
    assert (found.explored, found.propensity) == (False, 1.0)


async def test_the_money_for_exploring_is_counted_over_the_last_day(
    make_place: Make, database: Database
) -> None:
    """Room for one: the second one that would be explored is not."""
    handler = at_work(make_place, router_explore=0.05, router_explore_usd=Decimal("0.008"))
    found = []
    for _ in range(3):
        order = explored_order(database)
        await handler.handle(Role.ADMIN, order.id)
        route = database.read_sync(route_of, order.id)
        assert route is not None
        found.append((route.explored, route.propensity))
    assert found == [(True, 0.05), (False, 1.0), (False, 1.0)]


async def test_a_paused_tier_is_not_explored(make_place: Make, database: Database) -> None:
    """Its orders wait, as their owner is told; an order that need not go there does not."""
    database.run_sync(set_pause, Switch(paused_switch(Role.DIRECTOR), True, now(), "owner", "holiday"))
    handler = at_work(make_place, router_explore=0.05, router_explore_usd=Decimal(1))
    order = explored_order(database)
    await handler.handle(Role.ADMIN, order.id)
    found = database.read_sync(route_of, order.id)
    assert found is not None
    assert (found.chosen, found.explored, found.propensity) == (Role.INTERN, False, 1.0)


def paid_payroll() -> Payroll:
    return {
        role: replace(post, choice=ModelChoice(Provider.ANTHROPIC, ANTHROPIC_MODELS[role]))
        if post.choice
        else post
        for role, post in a_payroll().items()
    }


@pytest.mark.parametrize(
    ("content", "role", "rule"),
    [
        ("What is the hardest part of our sea newsletter?", Role.DIRECTOR, "budget"),
        ("Delete all customer records in the production database now.", Role.DIRECTOR, "safety"),
    ],
)
async def test_short_money_takes_it_a_tier_down_and_not_below_the_floor(
    make_place: Make, database: Database, content: str, role: Role, rule: str
) -> None:
    handler = at_work(make_place, payroll=paid_payroll(), budget_day_usd=Decimal(1))
    order = accepted(database, content=content)
    claimed = database.run_sync(claim_triage, order.id, holder="x", lease_s=30, turns=0, now=now())
    assert claimed is not None
    nearly_all = {"scope": "company", "period": handler._limits.day_of(now()), "spent_usd": Decimal("0.9")}
    nothing = {"reserved_usd": Decimal(0), "elsewhere_usd": Decimal(0)}
    database.run_sync(lambda c: c.execute(sa.insert(budget_windows).values(**nearly_all, **nothing)))
    brief = handler._desk.admin.brief(claimed.order, ())
    decided = route(brief.asked, handler._desk.routes.office(100, {}))
    assert isinstance(decided, Route)
    assignment = handler._desk.admin.assignment(brief, decided)
    done = database.run_sync(assign, claimed.order, assignment, now(), limits=handler._limits)
    assert (done.assignment.role, done.assignment.rule) == (role, rule)
    found = database.read_sync(route_of, order.id)
    assert found is not None
    assert (found.chosen, found.layer) == (role, rule)
