"""Handing out a token: what it may be called, how long it may open, and that there is a secret to sign it with.

Used by `nexus token create` and by POST /api/tokens; the row is written by whoever calls.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from db.statements.access import TokenRow
from gateway.principals import AccessRole
from gateway.tokens import sign_token
from nexus.errors import ConfigurationError, PermanentError
from nexus.ids import new_id

NAME = r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}"
LONGEST_DAYS = 3650
USUAL_DAYS = 30


@dataclass(frozen=True, slots=True)
class TokenWish:
    """What is asked for."""

    name: str
    role: AccessRole
    days: int


def make_token(
    wish: TokenWish, secrets: Sequence[str], by: str, now: datetime, *, at_most_until: datetime | None = None
) -> tuple[str, TokenRow]:
    """The token, which nothing keeps, and the row that lets it open.

    `secrets` are the active ones, the current first. It ends at `at_most_until` if that is sooner than the wish.

    Raises:
        ConfigurationError: there is no secret to sign with.
        PermanentError: the name cannot be used.
    """
    if not re.fullmatch(NAME, wish.name):
        raise PermanentError(f"{wish.name!r} cannot be a name: 1 to 64 letters, digits, `.`, `_` or `-`.")
    if not secrets:
        raise ConfigurationError("a token is signed with the secret, and there is none: `nexus secret new`.")
    until = now + timedelta(days=wish.days)
    if at_most_until is not None:
        until = min(until, at_most_until)
    row = TokenRow(new_id(), wish.name, wish.role.value, now, by, until)
    return sign_token(secrets[0], row.jti, now, row.expires_at), row
