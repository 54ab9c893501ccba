"""The owner was not content: an ended order done again, by the next tier or by the same one.

It is a new order in the same conversation, with the message, the acceptance spec, the limit and the context of the old
one (`db.statements.again`). Who does it is also given the answer that the owner was not content with; a higher tier
is told what QA did not let pass, and what the owner says (`gateway.handing_up`).
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal, assert_never

from db.records import Accepted, Durability, IdempotencyKey, NewOrder
from db.statements.again import StillOpen, redo_order
from db.statements.queries import OrderHistory
from gateway.errors import FieldError, Kind, Problem
from gateway.handing_up import handed_up
from gateway.intake import KEY_LIVES, ring_the_admin
from gateway.principals import Principal
from gateway.schemas import order_url
from gateway.services import Services
from nexus.errors import StoreUnavailable
from nexus.ids import new_order_id
from nexus.work_order import OWNER, TIERS, Role, Status, Turn, WorkOrder

NOT_CONTENT = (
    "I am not content with that answer. Give a new and better one to the same message, which follows."
)


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be done with an ended order. `tier` None: the next higher one; a retry has none.

    `reason` is what the owner says to whoever is to do it.
    """

    action: Literal["escalate", "retry"]
    tier: Role | None = None
    idempotency_key: str | None = None
    reason: str | None = None


async def do_again(
    services: Services, order_id: str, user_id: str, wish: Wish, sender: Principal
) -> Accepted:
    """Accept the order once more; with an idempotency key that was used for the same wish, the order it made.

    Raises:
        Problem: 404 there is no such order, 409 it or another one that does it again is open, 422 there is no higher
            tier, or the key was used for something else.
        StoreUnavailable: the database does not answer, or the order is still in this host's spool.
    """
    history = await _ended(services, order_id)
    new = _new_order(services, history, user_id, wish)
    now = services.clock.now()
    try:
        accepted = await services.database.run(
            redo_order, new, now, action=f"order.{wish.action}", actor=sender.id
        )
    except StillOpen as error:
        raise _open(str(error), error.order) from None
    if accepted is None:
        raise Problem(Kind.NOT_FOUND, "There is no work order with this id.")
    if not accepted.same_request:
        raise Problem(Kind.KEY_REUSED, "This Idempotency-Key belongs to another request.")
    if accepted.is_new:
        await ring_the_admin(services, accepted)
    return accepted


async def _ended(services: Services, order_id: str) -> OrderHistory:
    found = await services.store.history(order_id)
    if found is None:
        raise Problem(Kind.NOT_FOUND, "There is no work order with this id.")
    order = found.value.order
    if order.is_open:
        raise _open(f"{order_id} is still {order.status.value}.", order)
    if found.durability is Durability.LOCAL:
        raise StoreUnavailable("the order is done again when it has moved to PostgreSQL")
    return found.value


def _open(words: str, order: WorkOrder) -> Problem:
    url = order_url(order.id)
    members = {"order_id": order.id, "session_id": order.session_id, "url": url}
    return Problem(Kind.STILL_OPEN, words, headers={"Location": url}, members=members)


def _new_order(services: Services, history: OrderHistory, user_id: str, wish: Wish) -> NewOrder:
    now = services.clock.now()
    old, key, tier = history.order, wish.idempotency_key, _tier(history.order, wish)
    return NewOrder(
        id=new_order_id(),
        session_id=old.session_id,
        user_id=user_id,
        channel=old.channel,
        content=old.content,
        requested_tier=tier,
        spec_json=old.spec_json,
        deadline_at=now + timedelta(seconds=services.settings.order_deadline_s),
        idempotency=IdempotencyKey(OWNER, key, _fingerprint(old, wish), now + KEY_LIVES) if key else None,
        retry_of=old.id,
        budget_usd=old.budget_usd,
        context=_context(history, wish, tier),
    )


def _tier(old: WorkOrder, wish: Wish) -> Role | None:
    match wish.action:
        case "retry":
            return old.owner if old.owner in TIERS else old.requested_tier
        case "escalate":
            return wish.tier or _higher(old)
        case _:
            assert_never(wish.action)


def _higher(old: WorkOrder) -> Role:
    if old.owner not in TIERS:  # it ended at the front desk
        return TIERS[0]
    higher = TIERS[TIERS.index(old.owner) + 1 :]
    if not higher:
        wrong = FieldError("tier", f"there is none above the {old.owner.value}; name one, or retry")
        raise Problem(Kind.INVALID, f"{wrong.field}: {wrong.message}", errors=[wrong])
    return higher[0]


def _context(history: OrderHistory, wish: Wish, tier: Role | None) -> tuple[Turn, ...] | None:
    """What the old order's models were given, and what the owner is not content with, and why."""
    old = history.order
    if old.tier_rule is None and not old.brings_context:
        return None  # it was never triaged: what stands before it in the session
    if wish.action == "escalate":
        return (*old.context, *handed_up(history, tier, wish.reason))
    if old.status is not Status.DELIVERED or old.result is None:
        return old.context
    answered = (Turn("user", old.content), Turn("assistant", old.result), Turn("user", NOT_CONTENT))
    return (*old.context, *answered)


def _fingerprint(old: WorkOrder, wish: Wish) -> str:
    said = [wish.action, old.id, wish.tier, *([wish.reason] if wish.reason is not None else [])]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()
