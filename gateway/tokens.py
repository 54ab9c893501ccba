"""Tokens (JWT): signed with a key that comes from the secret, and worth what the database says of them.

A token proves its id and nothing else; name, role and whether it was revoked stand in the table `tokens`. What
was read there is believed for 5 s, so a revoked token is refused within 5 s. While the database does not answer,
a token that was good in the last hour goes on, and any other gets 503.
"""

import asyncio
import hashlib
import hmac
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import jwt

from db.statements.access import BROWSER, TokenRow, get_token
from db.store import Store
from gateway.principals import OF_A_TOKEN, AccessRole, Principal, bad_credential
from nexus.clock import Clock
from nexus.errors import StoreUnavailable
from nexus.secret_file import Secrets

ALGORITHM = "HS256"
ISSUER = "nexus"
AUDIENCE = "nexus-gateway"
LEEWAY_S = 5
BELIEVED_S = 5.0
REMEMBERED_S = 3600.0
REMEMBERED = 1024
READ_TIMEOUT_S = 2.0
REST_S = 1.0  # after a read that failed, in which the database is not asked again
MAX_TOKEN_CHARS = 4096
LONGEST_CHAIN = 8  # tokens made by tokens; beyond it they open nothing
_HEADERS = frozenset({"alg", "typ", "kid"})  # so no crit, jku, jwk, x5u or x5c either
_REQUIRED = ("exp", "nbf", "iat", "aud", "iss", "jti")


def signing_key(secret: str) -> bytes:
    """The key of the tokens of one secret; another secret has another."""
    return hmac.digest(secret.encode(), b"nexus-gateway token key 1", hashlib.sha256)


def key_id(secret: str) -> str:
    """`kid`: names the secret without telling anything of it."""
    return hmac.digest(secret.encode(), b"nexus-gateway token kid 1", hashlib.sha256).hex()[:16]


def sign_token(secret: str, jti: str, now: datetime, expires_at: datetime, audience: str = AUDIENCE) -> str:
    """The token itself; nothing keeps it."""
    claims = {"iss": ISSUER, "aud": audience, "jti": jti, "iat": now, "nbf": now, "exp": expires_at}
    return jwt.encode(claims, signing_key(secret), ALGORITHM, headers={"kid": key_id(secret)})


def read_jti(token: str, secrets: tuple[str, ...], audience: str = AUDIENCE) -> str | None:
    """The id in a token for `audience` that one of the secrets signed and whose time it is, else None."""
    if len(token) > MAX_TOKEN_CHARS or not token.isascii():
        return None
    try:
        header = jwt.get_unverified_header(token)
        key = _key_for(header, secrets)
        if key is None:
            return None
        claims = jwt.decode(
            token,
            key,
            algorithms=[ALGORITHM],
            audience=audience,
            issuer=ISSUER,
            leeway=LEEWAY_S,
            options={"require": list(_REQUIRED), "strict_aud": True},
        )
    except (jwt.PyJWTError, ValueError, TypeError, ArithmeticError, RecursionError):
        return None
    jti: str = claims["jti"]
    return jti


def _key_for(header: dict[str, object], secrets: tuple[str, ...]) -> bytes | None:
    """The key that `kid` names among the active ones; it is compared, never looked up anywhere."""
    if header.keys() - _HEADERS or header.get("alg") != ALGORITHM or header.get("typ", "JWT") != "JWT":
        return None
    return {key_id(secret): signing_key(secret) for secret in secrets}.get(str(header.get("kid")))


@dataclass(frozen=True, slots=True)
class _Read:
    row: TokenRow | None
    at: float  # monotonic


@dataclass(frozen=True, slots=True)
class Origin:
    """A token by which somebody is here: its name as a principal's, and until when it opens."""

    id: str
    expires_at: datetime


def _parent_of(row: TokenRow) -> str | None:
    """The id of the token that this one, or this browser's session, was got by."""
    return row.created_by.rpartition("/")[2] if row.created_by.startswith(OF_A_TOKEN) else None


def good_in(known: Mapping[str, TokenRow], row: TokenRow, now: datetime) -> bool:
    """Whether a row opens, as `Tokens.good_row` decides it, when all rows are at hand."""
    link: TokenRow | None = row
    for _ in range(LONGEST_CHAIN):
        if link is None or not link.is_good(now):
            return False
        if (parent := _parent_of(link)) is None:
            return True
        link = known.get(parent)
    return False


class Tokens:
    """Tells whom a token belongs to."""

    def __init__(self, secrets: Secrets, store: Store, clock: Clock) -> None:
        self._secrets = secrets
        self._store = store
        self._clock = clock
        self._reads: OrderedDict[str, _Read] = OrderedDict()
        self._rest_until = 0.0

    async def principal(self, token: str) -> Principal:
        """Whose token it is.

        Raises:
            Problem: 401, it is no token of ours, too old or too new, unknown, expired or revoked.
            StoreUnavailable: nobody can say now.
        """
        jti = read_jti(token, self._secrets.active())
        if jti is None:
            raise bad_credential()
        row = await self.good_row(jti)
        if row is None:
            raise bad_credential()
        return Principal(f"{OF_A_TOKEN}{row.name}/{row.jti}", AccessRole(row.role), "token")

    async def still_welcome(self, principal: Principal) -> bool:
        """False once the token behind an open connection is revoked or over; True for who came without one.

        Raises:
            StoreUnavailable: nobody can say now.
        """
        if principal.token_id is None:
            return True
        return await self.good_row(principal.token_id) is not None

    async def good_row(self, jti: str) -> TokenRow | None:
        """The row while it opens; what somebody got by a token opens no longer than that token.

        Raises:
            StoreUnavailable: nobody can say now.
        """
        row, now = await self._row(jti), self._clock.now()
        link = row
        for _ in range(LONGEST_CHAIN):
            if link is None or not link.is_good(now):
                return None
            if (parent := _parent_of(link)) is None:
                return row
            link = await self._row(parent)
        return None

    async def behind(self, principal: Principal) -> "Origin | None":
        """The token that somebody came by, also if he signed a browser in with it; None for who needed none.

        Raises:
            StoreUnavailable: nobody can say now.
        """
        row = await self.good_row(principal.token_id) if principal.token_id else None
        if row is not None and row.name == BROWSER:
            parent = _parent_of(row)
            row = await self.good_row(parent) if parent is not None else None
        return Origin(f"{OF_A_TOKEN}{row.name}/{row.jti}", row.expires_at) if row is not None else None

    def forget(self, jti: str | None = None) -> None:
        """Believe nothing any more that was read of it, or of any: it was just changed here."""
        if jti is None:
            self._reads.clear()
        else:
            self._reads.pop(jti, None)

    async def _row(self, jti: str) -> TokenRow | None:
        now, read = self._clock.monotonic(), self._reads.get(jti)
        if read is not None and now - read.at < BELIEVED_S:
            return read.row
        try:
            row = await self._read(jti, now)
        except StoreUnavailable:
            if read is None or read.row is None or now - read.at > REMEMBERED_S:
                raise
            return read.row
        self._reads[jti] = _Read(row, now)
        self._reads.move_to_end(jti)
        if len(self._reads) > REMEMBERED:
            self._reads.popitem(last=False)
        return row

    async def _read(self, jti: str, now: float) -> TokenRow | None:
        if self._store.is_local or now < self._rest_until:
            raise StoreUnavailable("the tokens are in a database that does not answer")
        try:
            async with asyncio.timeout(READ_TIMEOUT_S):
                return await self._store.primary.read(get_token, jti)
        except (StoreUnavailable, TimeoutError):
            self._rest_until = now + REST_S
            raise StoreUnavailable("the tokens are in a database that does not answer") from None
