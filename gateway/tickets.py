"""One-use tickets for the WebSocket: a browser cannot put a header on the handshake, and no URL holds a token."""

import hashlib
import secrets
from datetime import datetime, timedelta

from db.statements.access import TicketRow, insert_ticket, take_ticket
from db.store import Store
from gateway.principals import AccessRole, Principal, bad_credential
from nexus.clock import Clock
from nexus.errors import StoreUnavailable

LIFE_S = 30
MAX_CHARS = 128
SUBPROTOCOL = "nexus.ticket."


class Tickets:
    """Hands them out and takes them. Only their hashes are kept, in the database, so every gateway knows them."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def issue(self, principal: Principal) -> tuple[str, datetime]:
        """A new ticket for who is in already, and until when it opens.

        Raises:
            StoreUnavailable: it cannot be kept now.
        """
        self._check_there()
        ticket, now = secrets.token_urlsafe(32), self._clock.now()
        expires_at = now + timedelta(seconds=LIFE_S)
        row = TicketRow(_digest(ticket), principal.id, principal.role.value, expires_at)
        await self._store.primary.run(insert_ticket, row, now)
        return ticket, expires_at

    async def redeem(self, ticket: str) -> Principal:
        """Whose ticket it is; it opens nothing after that.

        Raises:
            Problem: 401, it is unknown, used or too old.
            StoreUnavailable: nobody can say now.
        """
        if len(ticket) > MAX_CHARS:
            raise bad_credential()
        self._check_there()
        row = await self._store.primary.run(take_ticket, _digest(ticket), self._clock.now())
        if row is None:
            raise bad_credential()
        return Principal(row.principal, AccessRole(row.role), "ticket")

    def _check_there(self) -> None:
        if self._store.is_local:
            raise StoreUnavailable("tickets are in a database that does not answer")


def _digest(ticket: str) -> str:
    return hashlib.sha256(ticket.encode("utf-8", "replace")).hexdigest()
