"""One-time links that sign a browser in: `http://host:port/#link=CODE`, made by `nexus up` and `nexus link`.

The code stands in the fragment, which browsers never send, so it is in no log; the page sends it in a body. Kept is a
hash of it that is keyed by the secret, so neither a reader nor a writer of the database can make a link, and dropping
the secret ends its links.
"""

import hashlib
import hmac
import secrets as randomness
from datetime import datetime, timedelta

from db.statements.access import TicketRow, take_ticket
from db.store import Store
from gateway.principals import AccessRole
from nexus.clock import Clock
from nexus.errors import StoreUnavailable
from nexus.secret_file import Secrets

LIFE_S = 15 * 60
MAX_CHARS = 128
_OWNER = "link"


def make_link(secret: str, now: datetime) -> tuple[str, TicketRow]:
    """A new code, and the row that lets it open once; the caller keeps the row by `insert_ticket`."""
    code = randomness.token_urlsafe(32)
    until = now + timedelta(seconds=LIFE_S)
    return code, TicketRow(_digest(secret, code), _OWNER, AccessRole.OWNER.value, until)


def link_to(url: str, code: str) -> str:
    """What the owner opens."""
    return f"{url}/#link={code}"


class SignInLinks:
    """Takes them."""

    def __init__(self, secrets: Secrets, store: Store, clock: Clock) -> None:
        self._secrets = secrets
        self._store = store
        self._clock = clock

    async def redeem(self, code: str) -> str | None:
        """The secret that a link was made under; it opens nothing after that. None: unknown, used or too old.

        Raises:
            StoreUnavailable: nobody can say now.
        """
        if self._store.is_local:
            raise StoreUnavailable("links are in a database that does not answer")
        for secret in self._secrets.active():
            row = await self._store.primary.run(take_ticket, _digest(secret, code), self._clock.now())
            if row is not None:
                return secret
        return None


def _digest(secret: str, code: str) -> str:
    key = hmac.digest(secret.encode(), b"nexus-gateway link key 1", hashlib.sha256)
    return hmac.digest(key, code.encode("utf-8", "replace"), hashlib.sha256).hex()
