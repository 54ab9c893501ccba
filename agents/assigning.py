"""The Admin's transactions: an order is claimed for triage, and put before its tier with how that was chosen."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.engine import Connection

from agents.budget import SHORT_AT
from agents.budget import step_down as step_down_when_short
from agents.continuing import HORIZON
from agents.exploration import explored
from agents.steps import Rings
from db.records import Assignment, PastOrder
from db.statements.attachments import infos_of
from db.statements.attempts import WORKER_STOPPED, abandon_running
from db.statements.budget import apply_charges, windows_at
from db.statements.conversations import conversation_before
from db.statements.orders import assign_order, claim_order
from db.statements.pauses import all_pauses
from db.statements.routes import explored_usd, orders_before, store_route
from nexus.budget import Limits, Window
from nexus.bus import Ring
from nexus.messages import Doorbell, stream_of
from nexus.work_order import TIERS, AttachmentInfo, Role, Turn, WorkOrder


@dataclass(frozen=True, slots=True)
class Submitted:
    """A claimed order with what stands before it: the conversation, what came along, the orders before, who rests."""

    order: WorkOrder
    history: tuple[Turn, ...]
    brought: tuple[AttachmentInfo, ...]
    past: tuple[PastOrder, ...] = ()
    paused: frozenset[Role] = frozenset()


@dataclass(frozen=True, slots=True)
class Assigned:
    """What was written after all: money may have changed it."""

    rings: Rings
    assignment: Assignment


def claim_triage(
    connection: Connection, order_id: str, *, holder: str, lease_s: float, turns: int, now: datetime
) -> Submitted | None:
    """Claim a submitted order for the Admin, and read what stands before it. None: nothing to do.

    An order that brings its own context keeps it: the session's messages are then not read.
    """
    order = claim_order(connection, order_id, role=Role.ADMIN, holder=holder, lease_s=lease_s, now=now)
    if order is None:
        return None
    history = order.context if order.brings_context else conversation_before(connection, order, turns)
    if order.claims > 1:  # a worker died at it, perhaps in the middle of a call
        apply_charges(connection, abandon_running(connection, order.id, now, WORKER_STOPPED))
    past = orders_before(connection, order, HORIZON) if history else ()
    paused = frozenset(all_pauses(connection))
    return Submitted(order, history, infos_of(connection, order.id), past, paused)


def assign(
    connection: Connection,
    order: WorkOrder,
    assignment: Assignment,
    now: datetime,
    *,
    limits: Limits | None = None,
    among: tuple[Role, ...] = TIERS,
    paid: Collection[Role] = TIERS,
) -> Assigned:
    """The Admin's decision, and the tier's bell. Its lot is drawn while there is money for exploring. With `limits` one
    of the `paid` tiers gives it to a lower one of those `among` while money runs short.

    Watchers are not rung: the tier rings them a few milliseconds later, or their own look comes within a second.
    """
    windows = windows_at(connection, limits, now) if limits is not None else []
    if assignment.exploring is not None and not _runs_short(windows):
        assignment = explored(assignment, explored_usd(connection, now))
    if limits is not None and assignment.role in paid:
        assignment = step_down_when_short(assignment, order, windows, among)
    assign_order(connection, order, assignment, now)
    if assignment.route is not None:
        store_route(connection, order.id, assignment.route, now)
    bell = Ring(stream_of(assignment.role), Doorbell(order_id=order.id))
    return Assigned((bell,), assignment)


def _runs_short(windows: list[Window]) -> bool:
    return any(window.used >= SHORT_AT for window in windows)
