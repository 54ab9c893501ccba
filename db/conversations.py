"""Conversations of both stores: while PostgreSQL is away, those of this host's spool."""

from collections.abc import Awaitable
from dataclasses import dataclass, replace

from db.engine import Database
from db.statements.conversations import Conversation, SessionRecord, get_conversation, list_sessions
from db.store import Store
from nexus.errors import StoreUnavailable


@dataclass(frozen=True, slots=True)
class Sessions:
    """A page of sessions. `partial`: only this host's spool could be asked."""

    sessions: list[SessionRecord]
    partial: bool


async def sessions_of(store: Store, user_id: str, *, before: str | None, limit: int) -> Sessions:
    """The user's sessions, newest first.

    Raises:
        StoreUnavailable: no store answers.
    """

    def page(database: Database) -> Awaitable[list[SessionRecord]]:
        return database.read(list_sessions, user_id, before=before, limit=limit)

    here, there = await store.both(page)
    found = {session.id: session for session in (*(here or ()), *(there or ()))}
    newest = sorted(found.values(), key=lambda session: session.id, reverse=True)
    return Sessions(newest[:limit], partial=there is None)


async def conversation(store: Store, session_id: str, *, after: str, limit: int) -> Conversation | None:
    """One session with its messages behind `after`, of both stores; None when there is none.

    Raises:
        StoreUnavailable: it is not in this host's spool, and PostgreSQL cannot be asked.
    """

    def look(database: Database) -> Awaitable[Conversation | None]:
        return database.read(get_conversation, session_id, after=after, limit=limit)

    here, there = await store.both(look)
    if here is None and there is None and await store.session_known(session_id):
        raise StoreUnavailable("the session may be in PostgreSQL, which does not answer")
    if here is None or there is None:
        return here or there
    said = {message.id: message for message in (*here.messages, *there.messages)}
    in_order = sorted(said.values(), key=lambda message: message.id)
    return replace(there, messages=tuple(in_order[:limit]))
