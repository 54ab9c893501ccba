"""What can be done with an order from a chat; the same by a command and by a button.

All of it may be done twice for the same update: what makes an order has the update's idempotency key.
"""

from http import HTTPStatus
from typing import Final

from interfaces.telegram.desk import Ask
from interfaces.telegram.gateway_client import Accepted, GatewayRefused
from nexus.errors import PermanentError
from nexus.work_order import TIERS, Role, Status

REASON_CHARS: Final = 500
"""How long a reason may be, as the gateway takes it."""

# The gateway's problems that have a plain meaning here.
_MEANS = {"order-still-open": "still_open", "order-has-ended": "too_late", "order-not-held": "too_late"}


class NotPossible(PermanentError):
    """It cannot be done, and there are plain words for that: `key` and `values` for `words.say`."""

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(key)
        self.key = key
        self.values = values


async def hand_up(ask: Ask, order_id: str, reason: str | None = None) -> Accepted:
    """Have an ended order done one tier up, with what was wrong with its answer.

    Raises:
        NotPossible: it is open, or the CEO did it.
        GatewayAway, GatewayRefused: as the gateway says.
    """
    return await _again(ask, order_id, "escalate", reason=reason)


async def hand_down(ask: Ask, order_id: str) -> Accepted:
    """Have an ended order done one tier down. Raises as `hand_up`; NotPossible also when no tier is below."""
    try:
        order = (await ask.office.gateway.detail(order_id)).order
    except GatewayRefused as error:
        raise plainly(error) from None
    if order.is_open:
        raise NotPossible("still_open")
    place = TIERS.index(order.owner) if order.owner in TIERS else 0
    if place == 0:
        raise NotPossible("nobody_below")
    return await _again(ask, order_id, "escalate", TIERS[place - 1])


async def retry(ask: Ask, order_id: str) -> Accepted:
    """Have an ended order done again by the same tier. Raises as `hand_up`."""
    return await _again(ask, order_id, "retry")


async def _again(
    ask: Ask, order_id: str, action: str, tier: Role | None = None, *, reason: str | None = None
) -> Accepted:
    try:
        return await ask.office.gateway.again(order_id, action, tier, ask.key, reason)
    except GatewayRefused as error:
        raise plainly(error) from None


async def stop(ask: Ask, order_id: str) -> None:
    """End an open order. Raises as `hand_up`; NotPossible: it has ended otherwise."""
    await _tell(ask, order_id, "cancel", {})


async def approve(ask: Ask, order_id: str, tier: Role | None) -> None:
    """Let a held order go on; one that goes on already, may be by an earlier try of this, is left as it is.

    Raises as `hand_up`; NotPossible: it is over, or waits for another yes.
    """
    try:
        await _tell(ask, order_id, "approve", {"tier": tier.value} if tier else {})
    except NotPossible:
        order = (await ask.office.gateway.detail(order_id)).order
        if not order.is_open or order.status is Status.HELD:
            raise


async def _tell(ask: Ask, order_id: str, action: str, body: dict[str, str]) -> None:
    try:
        await ask.office.gateway.post(f"/api/work-orders/{order_id}/{action}", dict(body))
    except GatewayRefused as error:
        raise plainly(error) from None


def plainly(error: GatewayRefused) -> NotPossible | GatewayRefused:
    """The refusal in plain words, where there are some."""
    if error.status == HTTPStatus.NOT_FOUND:
        return NotPossible("gone")
    if error.kind in _MEANS:
        return NotPossible(_MEANS[error.kind])
    wrong = error.document.get("errors")
    if (
        error.kind == "invalid"
        and isinstance(wrong, list)
        and any(one.get("field") == "tier" for one in wrong)
    ):
        return NotPossible("nobody_above")
    return error
