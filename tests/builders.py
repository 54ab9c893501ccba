"""Builders: an order, a claim, a try, with every detail that a test does not care about filled in."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from agents.completion import ModelRequest
from agents.config import ModelChoice, Provider
from agents.ledger import open_call
from db.engine import Database
from db.records import (
    Assignment,
    AttemptRecord,
    AttemptStatus,
    CallRecord,
    Ending,
    NewOrder,
)
from db.statements.orders import accept_order, assign_order, claim_order
from nexus.budget import Limits
from nexus.ids import new_id, new_order_id, new_session_id
from nexus.work_order import Channel, Difficulty, Role, Status, Turn, WorkOrder

LEASE_S = 30.0
NO_LIMITS = Limits({}, allow_unpriced=True)
TODAY = "2026-11-22"


def now() -> datetime:
    return datetime.now(UTC)


def an_order(content: str = "What is the capital of France?", **changes: object) -> NewOrder:
    order = NewOrder(
        id=new_order_id(),
        session_id=new_session_id(),
        user_id="owner",
        channel=Channel.REST,
        content=content,
        requested_tier=None,
        spec_json=None,
        deadline_at=now() + timedelta(minutes=10),
    )
    return replace(order, **changes)  # type: ignore[arg-type]


def an_assignment(role: Role = Role.INTERN) -> Assignment:
    return Assignment(
        role, Difficulty.TRIVIAL, "a short factual question", "small_fact", '{"name": "any"}', ()
    )


def a_choice(model: str = "x") -> ModelChoice:
    return ModelChoice(Provider.SCRIPTED, model)


def a_request(content: str = "Hello") -> ModelRequest:
    return ModelRequest(a_choice(), "You are helpful.", (Turn("user", content),), 100, 10.0, Role.INTERN)


def a_try(order: WorkOrder, n: int = 1) -> tuple[AttemptRecord, CallRecord]:
    attempt = AttemptRecord(
        id=new_id(),
        order_id=order.id,
        n=n,
        fence=order.fence,
        role=order.owner,
        model="x",
        provider="scripted",
        status=AttemptStatus.RUNNING,
        feedback=(),
        answer=None,
        error=None,
        started_at=now(),
        finished_at=None,
    )
    return attempt, open_call(order, order.owner, "work", attempt.id, a_request(), now(), day=TODAY)


def accepted(database: Database, **changes: object) -> NewOrder:
    """An order that stands in the database, queued."""
    order = an_order(**changes)  # type: ignore[arg-type]
    database.run_sync(accept_order, order, now())
    return order


def claimed(
    database: Database, order_id: str, role: Role, *, lease_s: float = LEASE_S, worker: str = "w1"
) -> WorkOrder | None:
    return database.run_sync(
        claim_order, order_id, role=role, holder=f"{worker}/{new_id()}", lease_s=lease_s, now=now()
    )


def assigned(database: Database, role: Role = Role.INTERN, **changes: object) -> NewOrder:
    """An order that the Admin has put before a tier."""
    order = accepted(database, **changes)
    claim = claimed(database, order.id, Role.ADMIN)
    assert claim is not None
    database.run_sync(assign_order, claim, an_assignment(role), now())
    return order


def an_ending(status: Status = Status.DELIVERED) -> Ending:
    """The end of an order, with a receipt that says nothing."""
    return Ending(status, "Paris.", None, "{}")
