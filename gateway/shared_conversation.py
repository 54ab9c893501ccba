"""The conversation that the owner's linked channels share, as far as it goes through the gateway: `nexus link web cli`.

A message may name it as `current`. Nothing here speaks for Telegram: the bot knows who writes there, and decides by
the same tables; the gateway only sees that the bot calls.
"""

from typing import Final

from db.records import Accepted, Durability
from db.statements.linking import HOLDER, linked_by_holder, share_if_linked, shared_session
from gateway.errors import FieldError, Kind, Problem
from gateway.services import Services
from nexus.errors import StoreUnavailable
from nexus.logs import get_logger
from nexus.work_order import OWNER, Channel

log = get_logger(__name__)

CURRENT: Final = "current"
"""In place of a session's id: the conversation that goes on."""
SHARING: Final = frozenset({Channel.REST, Channel.WEBSOCKET})


async def current_session(services: Services, channel: Channel) -> str | None:
    """The session that goes on; None: there is none yet, so the message starts it.

    Raises:
        Problem: 422, the channel is not linked.
        StoreUnavailable: it cannot be told now.
    """
    if channel not in SHARING or channel not in await services.database.read(linked_by_holder):
        reason = "this channel shares no conversation; link it at the company: `nexus link web cli telegram`"
        raise Problem(
            Kind.INVALID, f"session_id: {reason}", errors=[FieldError("session_id", "is not linked")]
        )
    return await services.database.read(shared_session, OWNER)


async def note_current(services: Services, channel: Channel, accepted: Accepted) -> None:
    """The conversation of a message that came by a linked channel goes on in the others.

    A link holds from 2 s after it was made. While the database is away nothing is noted; the message is safe.
    """
    if channel not in SHARING or accepted.durability is Durability.LOCAL:
        return
    try:
        linked = await services.linked.get(
            lambda: services.database.read(linked_by_holder), services.clock.monotonic()
        )
        if channel in linked:
            now = services.clock.now()
            await services.database.run(share_if_linked, channel, HOLDER, accepted.session_id, now)
    except StoreUnavailable as error:
        log.warning("sharing.not_noted", session=accepted.session_id, error=str(error))
