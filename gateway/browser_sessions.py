"""Browsers that are signed in: a cookie that scripts cannot read, worth what the database says of it.

The cookie is a JWT like a token, for another audience, signed with the secret that its owner signed in with: dropping
that secret ends it. How long it opens stands in its row: 12 h after it was last used, 7 days at most. What was read
of the row is believed for 5 s, as with tokens; in the gateway that ended it, it is over at once.
"""

from contextlib import suppress
from datetime import datetime, timedelta

from starlette.requests import HTTPConnection

from db.statements.access import BROWSER, TokenRow, end_sessions, insert_session, prolong_session
from db.store import Store
from gateway.principals import OF_A_BROWSER, AccessRole, Principal, bad_credential
from gateway.tokens import Tokens, read_jti, sign_token
from nexus.clock import Clock
from nexus.errors import StoreUnavailable
from nexus.ids import new_id
from nexus.secret_file import Secrets

COOKIE = "nexus_session"
AUDIENCE = "nexus-browser"
IDLE_S = 12 * 3600
LONGEST_S = 7 * 24 * 3600
PROLONG_AFTER_S = 15 * 60  # so that not every request writes


class BrowserSessions:
    """Begins, recognises and ends them."""

    def __init__(self, secrets: Secrets, tokens: Tokens, store: Store, clock: Clock) -> None:
        self._secrets = secrets
        self._tokens = tokens
        self._store = store
        self._clock = clock

    async def begin(self, secret: str, by: Principal, address: str) -> tuple[str, TokenRow]:
        """The cookie of a new session for `by`, who came by `secret` or by what it signed, and its row.

        Raises:
            StoreUnavailable: it cannot be kept now.
        """
        self._check_there()
        now = self._clock.now()
        row = TokenRow(new_id(), BROWSER, by.role.value, now, by.id, now + timedelta(seconds=IDLE_S))
        details = {"via": by.via, "address": address}
        await self._store.primary.run(insert_session, row, details)
        last = now + timedelta(seconds=LONGEST_S)
        return sign_token(secret, row.jti, now, last, AUDIENCE), row

    async def principal(self, cookie: str) -> Principal:
        """Whose cookie it is; using it lets it open longer.

        Raises:
            Problem: 401, it is no cookie of ours, or its session is over.
            StoreUnavailable: nobody can say now.
        """
        jti = read_jti(cookie, self._secrets.active(), AUDIENCE)
        row = await self._tokens.good_row(jti) if jti is not None else None
        if row is None or row.name != BROWSER:
            raise bad_credential()
        await self._prolong(row)
        return principal_of_session(row)

    async def expires_at(self, principal: Principal) -> datetime | None:
        """Until when a session or token opens if it is not used again; None for what does not end by itself.

        Raises:
            StoreUnavailable: nobody can say now.
        """
        row = await self._tokens.good_row(principal.token_id) if principal.token_id else None
        return row.expires_at if row else None

    async def end(self, principal: Principal) -> None:
        """Sign this browser out.

        Raises:
            StoreUnavailable: it cannot be noted now, so it goes on.
        """
        await self._end(principal.token_id, principal)

    async def end_all(self, by: Principal) -> int:
        """Sign every browser out; returns how many were signed in. Tokens stay.

        Raises:
            StoreUnavailable: it cannot be noted now, so all go on.
        """
        return await self._end(None, by)

    async def _end(self, jti: str | None, by: Principal) -> int:
        self._check_there()
        ended = await self._store.primary.run(end_sessions, jti, by.id, self._clock.now())
        self._tokens.forget(jti)
        return ended

    async def _prolong(self, row: TokenRow) -> None:
        now = self._clock.now()
        until = min(now + timedelta(seconds=IDLE_S), row.created_at + timedelta(seconds=LONGEST_S))
        if until - row.expires_at < timedelta(seconds=PROLONG_AFTER_S) or self._store.is_local:
            return
        with suppress(StoreUnavailable):  # it opens for a while yet, and the next request tries again
            await self._store.primary.run(prolong_session, row.jti, until)
            self._tokens.forget(row.jti)

    def _check_there(self) -> None:
        if self._store.is_local:
            raise StoreUnavailable("sessions are in a database that does not answer")


def principal_of_session(row: TokenRow) -> Principal:
    """Who comes by it."""
    return Principal(f"{OF_A_BROWSER}{row.role}/{row.jti}", AccessRole(row.role), "session")


def sent_cookie(connection: HTTPConnection) -> str | None:
    """The cookie of a session as it was sent; None without one; empty, which opens nothing, for several."""
    pairs = (part.partition("=") for line in connection.headers.getlist("cookie") for part in line.split(";"))
    found = [value.strip() for name, _, value in pairs if name.strip() == COOKIE]
    if not found:
        return None
    return found[0] if len(found) == 1 else ""
