"""Tokens, browsers that are signed in, and one-use tickets: who may come in besides the holder of the secret.

A row holds nothing that opens: of a token its id, of a ticket its hash. A session of a browser is a row of `tokens`
whose name no token can have.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from db.statements.logs import AuditEvent, insert_audit_event
from db.tables import tokens, ws_tickets

BROWSER = "@browser"
"""The name of every browser's session; a token's begins with a letter or a digit."""


@dataclass(frozen=True, slots=True)
class TokenRow:
    """A token that was handed out. `role` is what it may do."""

    jti: str
    name: str
    role: str
    created_at: datetime
    created_by: str
    expires_at: datetime
    revoked_at: datetime | None = None

    def is_good(self, now: datetime) -> bool:
        """True while it opens."""
        return self.revoked_at is None and now < self.expires_at


@dataclass(frozen=True, slots=True)
class TicketRow:
    """A ticket that was not used yet: for whom, with which role."""

    hash: str
    principal: str
    role: str
    expires_at: datetime


_GET_TOKEN = sa.select(tokens).where(tokens.c.jti == sa.bindparam("wanted"))


def insert_token(connection: Connection, token: TokenRow) -> None:
    """Note a token that is about to be handed out, with an audit row."""
    connection.execute(
        sa.insert(tokens), {name: getattr(token, name) for name in TokenRow.__dataclass_fields__}
    )
    _audit(connection, token, "token.create", token.created_by, token.created_at)


def get_token(connection: Connection, jti: str) -> TokenRow | None:
    """The token with this id, revoked or not."""
    row = connection.execute(_GET_TOKEN, {"wanted": jti}).first()
    return _token(row) if row else None


def list_tokens(connection: Connection, *, browsers_too: bool = False) -> list[TokenRow]:
    """Every token that was handed out, the newest first; browsers that have signed in are among them if asked for."""
    query = sa.select(tokens).order_by(tokens.c.created_at.desc(), tokens.c.jti)
    if not browsers_too:
        query = query.where(tokens.c.name != BROWSER)
    return [_token(row) for row in connection.execute(query)]


def revoke_tokens(connection: Connection, wanted: str, actor: str, now: datetime) -> list[TokenRow]:
    """Revoke the token with this id, or all with this name; returns those that were not revoked yet."""
    return _revoke(connection, sa.or_(tokens.c.jti == wanted, tokens.c.name == wanted), actor, now)


def revoke_one(connection: Connection, jti: str, actor: str, now: datetime) -> TokenRow | None:
    """Revoke the token with this very id, or sign this browser out; returns it, also if it was so before."""
    _revoke(connection, tokens.c.jti == jti, actor, now)
    return get_token(connection, jti)


def _revoke(
    connection: Connection, which: sa.ColumnElement[bool], actor: str, now: datetime
) -> list[TokenRow]:
    rows = connection.execute(
        sa.update(tokens).where(which, tokens.c.revoked_at.is_(None)).values(revoked_at=now).returning(tokens)
    )
    revoked = [_token(row) for row in rows]
    for token in revoked:
        _audit(connection, token, "token.revoke", actor, now)
    return revoked


def insert_session(connection: Connection, session: TokenRow, details: Mapping[str, object]) -> None:
    """Note a browser that signs in, with an audit row that has `details`; sessions that are over go."""
    now = session.created_at
    connection.execute(sa.delete(tokens).where(tokens.c.name == BROWSER, tokens.c.expires_at <= now))
    connection.execute(
        sa.insert(tokens), {name: getattr(session, name) for name in TokenRow.__dataclass_fields__}
    )
    told = {"jti": session.jti, "role": session.role, **details}
    event = AuditEvent(session.created_by, "session.begin", "done", None, None, told)
    insert_audit_event(connection, event, now)


def prolong_session(connection: Connection, jti: str, expires_at: datetime) -> None:
    """Let a browser's session end at `expires_at`, unless it was ended."""
    connection.execute(
        sa.update(tokens)
        .where(tokens.c.jti == jti, tokens.c.name == BROWSER, tokens.c.revoked_at.is_(None))
        .values(expires_at=expires_at)
    )


def end_sessions(connection: Connection, jti: str | None, actor: str, now: datetime) -> int:
    """Sign a browser out, or all (None), with one audit row; tokens stay. Returns how many were signed in."""
    mine = (tokens.c.name == BROWSER, tokens.c.revoked_at.is_(None), tokens.c.expires_at > now)
    which = mine if jti is None else (*mine, tokens.c.jti == jti)
    ended = connection.execute(sa.update(tokens).where(*which).values(revoked_at=now)).rowcount
    action = "session.end_all" if jti is None else "session.end"
    insert_audit_event(connection, AuditEvent(actor, action, "done", None, None, {"ended": ended}), now)
    return ended


def insert_ticket(connection: Connection, ticket: TicketRow, now: datetime) -> None:
    """Note a ticket; those that nobody used in time go."""
    connection.execute(sa.delete(ws_tickets).where(ws_tickets.c.expires_at <= now))
    connection.execute(
        sa.insert(ws_tickets), {name: getattr(ticket, name) for name in TicketRow.__dataclass_fields__}
    )


def take_ticket(connection: Connection, digest: str, now: datetime) -> TicketRow | None:
    """Use a ticket up: of any number of callers one gets it; None when it is not there or too old."""
    row = connection.execute(
        sa.delete(ws_tickets).where(ws_tickets.c.hash == digest).returning(ws_tickets)
    ).first()
    if row is None or row.expires_at <= now:
        return None
    return TicketRow(row.hash, row.principal, row.role, row.expires_at)


def _token(row: sa.Row[tuple[object, ...]]) -> TokenRow:
    return TokenRow(
        row.jti, row.name, row.role, row.created_at, row.created_by, row.expires_at, row.revoked_at
    )


def _audit(connection: Connection, token: TokenRow, action: str, actor: str, now: datetime) -> None:
    details = {"jti": token.jti, "name": token.name, "role": token.role}
    insert_audit_event(connection, AuditEvent(actor, action, "done", None, None, details), now)
