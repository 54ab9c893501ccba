"""Conversations of both stores: while PostgreSQL is away, those of this host's spool."""

from collections.abc import Awaitable
from dataclasses import dataclass, replace

from db.engine import Database
from db.statements.conversations import (
    Conversation,
    Moved,
    Part,
    SessionRecord,
    get_conversation,
    list_recent,
    list_sessions,
    sessions_among,
)
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


@dataclass(frozen=True, slots=True)
class Recent:
    """A page of sessions by their newest activity; `behind` is where the next one begins, None on the last."""

    sessions: list[SessionRecord]
    behind: Moved | None
    partial: bool


async def recent_sessions(store: Store, user_id: str, *, before: Moved | None, limit: int) -> Recent:
    """The user's sessions, the one where something happened last first, at most `limit`.

    A session that moves while pages are read is then at the top: it is in no later page, and in none twice. A page
    may be shorter than `limit` while sessions are in both stores, for only the newer copy counts.

    Raises:
        StoreUnavailable: no store answers.
    """

    def page(database: Database) -> Awaitable[list[SessionRecord]]:
        return database.read(list_recent, user_id, before=before, limit=limit + 1)

    here, there = await store.both(page)
    rows = sorted([*(here or ()), *(there or ())], key=_moved, reverse=True)
    listed = rows[:limit]
    behind = _moved(listed[-1]) if len(rows) > limit else None
    if here is not None and there is not None:
        listed = await _each_once(store, listed, before)
    return Recent(listed, behind, partial=there is None)


async def _each_once(store: Store, listed: list[SessionRecord], before: Moved | None) -> list[SessionRecord]:
    """Without those whose newer copy, in the other store, stands further up, here or on an earlier page."""
    ids = {session.id for session in listed}
    here, there = await store.both(lambda database: database.read(sessions_among, ids))
    if before is not None:
        copies = (*(here or {}).values(), *(there or {}).values())
        ids -= {copy.id for copy in copies if _moved(copy) >= before}
    first: dict[str, SessionRecord] = {}
    for session in listed:
        if session.id in ids:
            first.setdefault(session.id, session)
    known = there or {}
    return [replace(known.get(each.id, each), updated_at=each.updated_at) for each in first.values()]


def _moved(session: SessionRecord) -> Moved:
    return Moved(session.updated_at, session.id)


async def conversation(store: Store, session_id: str, part: Part, *, limit: int) -> Conversation | None:
    """One session with `part` of its messages, of both stores; None when there is none.

    Raises:
        StoreUnavailable: it is not in this host's spool, and PostgreSQL cannot be asked.
    """

    def look(database: Database) -> Awaitable[Conversation | None]:
        return database.read(get_conversation, session_id, part, limit=limit)

    here, there = await store.both(look)
    if here is None and there is None and await store.session_known(session_id):
        raise StoreUnavailable("the session may be in PostgreSQL, which does not answer")
    if here is None or there is None:
        return here or there
    said = {message.id: message for message in (*here.messages, *there.messages)}
    in_order = sorted(said.values(), key=lambda message: message.id)
    return replace(there, messages=tuple(in_order[-limit:] if part.is_backwards else in_order[:limit]))
