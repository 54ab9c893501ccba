"""How a message becomes a work order. Every door uses `submit_message`, and no other way exists.

The order's id is made before the first write is tried, so a repeat of the same write is harmless. The order
is committed before any bell is rung; a bell that nobody hears is rung again by the outbox relay. An order in
this host's spool is not rung for: the host's own workers look there every second.
"""

import asyncio
import hashlib
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from db.records import Accepted, Durability, IdempotencyKey, NewOrder
from gateway.errors import Kind, Problem
from gateway.services import Services
from gateway.shared_conversation import CURRENT, current_session, note_current
from nexus.bus import Ring
from nexus.ids import new_order_id, new_session_id
from nexus.logs import get_logger, lines_about
from nexus.messages import INTAKE, Doorbell, EventRing
from nexus.observing import order_step
from nexus.work_order import OWNER, Attachment, Channel, Role, Status, Turn

log = get_logger(__name__)

KEY_LIVES = timedelta(hours=24)
RING_TIMEOUT_S = 0.5


@dataclass(frozen=True, slots=True)
class Submission:
    """A valid message and the door it came by. `session_id` None starts a conversation.

    "current" is the one that the sender's linked channels share. `spec_json` is the sender's own acceptance spec,
    already checked.
    """

    content: str
    channel: Channel
    session_id: str | None = None
    tier: Role | None = None
    idempotency_key: str | None = None
    spec_json: str | None = None
    budget_usd: Decimal | None = None
    context: tuple[Turn, ...] | None = None  # the sender's own; None: what was said in the session
    attachments: tuple[Attachment, ...] = ()


async def submit_message(services: Services, submission: Submission) -> Accepted:
    """Record the message as a work order and ring the Admin.

    With an idempotency key that was used for the same message, the earlier order is the outcome.

    Raises:
        Problem: the session is unknown, or the key was used for another message. Nothing is stored.
        StoreUnavailable: no store answers; nothing is known to be stored.
    """
    session_id = submission.session_id
    if session_id == CURRENT:
        session_id = await current_session(services, submission.channel)
    if session_id is not None:
        await _check_session(services, session_id)
    now = services.clock.now()
    new = _new_order(submission, session_id, now, services.settings.order_deadline_s)
    with lines_about(new.id), order_step("accept", new.id, is_origin=True) as step:
        step.note(channel=new.channel.value)
        accepted = await services.store.accept(new, now)
        if not accepted.same_request:
            step.drop()
            raise Problem(
                Kind.KEY_REUSED, "This Idempotency-Key belongs to a message that says something else."
            )
        if accepted.is_new:
            step.note(durability=accepted.durability.value)
            await ring_the_admin(services, accepted)
            await note_current(services, submission.channel, accepted)
            log.debug("order.accepted")
        else:
            step.drop()
    return accepted


async def _check_session(services: Services, session_id: str) -> None:
    if not await services.store.session_known(session_id):
        raise Problem(Kind.NOT_FOUND, f"There is no session {session_id}; leave it out to start one.")


def _new_order(submission: Submission, session_id: str | None, now: datetime, deadline_s: float) -> NewOrder:
    key = submission.idempotency_key
    return NewOrder(
        id=new_order_id(),
        session_id=session_id or new_session_id(),
        user_id=OWNER,
        channel=submission.channel,
        content=submission.content,
        requested_tier=submission.tier,
        spec_json=submission.spec_json,
        budget_usd=submission.budget_usd,
        context=submission.context,
        attachments=submission.attachments,
        deadline_at=now + timedelta(seconds=deadline_s),
        session_is_new=session_id is None,
        idempotency=IdempotencyKey(OWNER, key, _fingerprint(submission), now + KEY_LIVES) if key else None,
    )


def _fingerprint(submission: Submission) -> str:
    """What makes two messages the same: words, conversation, tier, spec, budget, context, attachments; not the wait."""
    said = [submission.content, submission.session_id, submission.tier, submission.spec_json]
    if submission.budget_usd is not None:
        said.append(str(submission.budget_usd))
    if submission.context is not None:
        said += ["context", *(f"{turn.role}: {turn.content}" for turn in submission.context)]
    if submission.attachments:
        said += [
            "attachments",
            *(f"{each.kind} {each.sha256} {each.name or ''}" for each in submission.attachments),
        ]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()


async def ring_the_admin(services: Services, accepted: Accepted) -> None:
    """Tell the Admin, and who watches here; other gateways see the event at their next look.

    The order is safe already, so Redis gets little time.
    """
    if accepted.durability is Durability.LOCAL:
        services.replies.heard_of(accepted.session_id)
        return
    event = EventRing(
        session_id=accepted.session_id,
        seq=accepted.seq,
        order_id=accepted.order_id,
        order_status=Status.QUEUED.value,
    )
    services.replies.heard(event)
    try:
        async with asyncio.timeout(RING_TIMEOUT_S):
            await services.bus.ring([Ring(INTAKE, Doorbell(order_id=accepted.order_id))])
    except TimeoutError:
        log.warning("intake.not_rung", order=accepted.order_id)
