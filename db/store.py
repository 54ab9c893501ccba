"""The store as the gateway sees it: PostgreSQL with the spool behind it, or SQLite alone.

`accept` keeps its promise in every case: the order's id is made before the first try, and the same id goes into
the spool when PostgreSQL does not answer, so that a commit whose reply was lost is never a second order. Reading
looks where the order is, and never takes "not found here" for "does not exist" while PostgreSQL cannot be asked.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa

from db.engine import Database
from db.merging import joined
from db.records import Accepted, Durability, EventRecord, IdempotencyKey, NewOrder
from db.spool import Spool
from db.statements.attachments import get_attachment
from db.statements.cancel import cancel_order
from db.statements.events import events_after, session_exists
from db.statements.holding import approve_order
from db.statements.queries import (
    ALL,
    Narrowing,
    OrderHistory,
    OrderPlace,
    get_history,
    get_order,
    last_seqs,
    list_orders,
    place_of_order,
    settled_among,
)
from db.statements.spooling import PROVISIONAL, accept_or_recall, find_by_key
from nexus.clock import Clock
from nexus.errors import StoreUnavailable
from nexus.logs import get_logger
from nexus.work_order import Attachment, Role, Status, WorkOrder

log = get_logger(__name__)

HOLD_S = 10.0  # going over takes 5 s at most; who still has no answer then gets 503
AGAIN_S = 0.1
SLOW_S = 1.0  # a statement that takes longer makes us look whether PostgreSQL is there
PATIENCE_S = 5.0


@dataclass(frozen=True, slots=True)
class Stored[T]:
    """Something, and the store it was found in."""

    value: T
    durability: Durability


@dataclass(frozen=True, slots=True)
class Listed:
    """A page of orders. `partial`: only this host's spool could be asked."""

    orders: list[Stored[WorkOrder]]
    partial: bool


class Store:
    """Accepts, finds and cancels orders, wherever they are. `spool` None: there is one store only."""

    def __init__(self, primary: Database, spool: Spool | None, clock: Clock) -> None:
        self.primary = primary
        self.spool = spool
        self._clock = clock
        self._keys_at_work: dict[tuple[str, str], asyncio.Lock] = {}

    @property
    def is_local(self) -> bool:
        """True while new orders go into the spool."""
        return self.spool is not None and self.spool.is_local

    async def accept(self, new: NewOrder, now: datetime) -> Accepted:
        """Record `new` durably, in PostgreSQL or in the spool; held until one of them has it.

        Raises:
            StoreUnavailable: neither store took it.
        """
        if self.spool is None:
            return await self._accept_alone(new, now)
        async with self._one_at_a_time(new.idempotency):
            return await self._accept(self.spool, new, now)

    async def _accept_alone(self, new: NewOrder, now: datetime) -> Accepted:
        """Once more when the store's reply was lost, which is harmless."""
        try:
            return await self.primary.run(accept_or_recall, new, now)
        except StoreUnavailable as error:
            log.warning("store.again", order_id=new.id, error=str(error))
            return await self.primary.run(accept_or_recall, new, now)

    async def _accept(self, spool: Spool, new: NewOrder, now: datetime) -> Accepted:
        ends_at = self._clock.monotonic() + HOLD_S
        if not spool.is_local:
            spool.keys.tried(new, now)
        while True:
            if spool.is_local:
                accepted = await self._accept_locally(spool, new, now)
            else:
                new = replace(new, session_is_new=False)  # from now on PostgreSQL may know the session
                accepted = await self._accept_in_primary(spool, new, now)
            if accepted is not None:
                return accepted
            if self._clock.monotonic() > ends_at:
                raise StoreUnavailable(
                    "PostgreSQL does not answer, and this host has not gone over to its spool"
                )
            await asyncio.sleep(AGAIN_S)

    async def _accept_locally(self, spool: Spool, new: NewOrder, now: datetime) -> Accepted | None:
        if new.idempotency is not None:
            key = new.idempotency
            known = await _known_here(spool, key, now) or await self._known_in_primary(spool, key, now)
            if known is not None:
                return known
            # Tried before, with an outcome that nobody knows: under the same id it cannot be a second order.
            noted = await asyncio.to_thread(spool.keys.find, new.idempotency, now)
            if noted is not None and noted.same_request:
                new = replace(new, id=noted.order_id, session_id=noted.session_id, session_is_new=False)
        accepted = await spool.accept(new, now, born_here=new.session_is_new)
        if accepted is not None and new.idempotency is not None:
            spool.keys.done(new.idempotency, accepted, now)  # it may move, and PostgreSQL be away once more
        return replace(accepted, seq=0) if accepted and accepted.seq > PROVISIONAL else accepted

    async def _known_in_primary(self, spool: Spool, key: IdempotencyKey, now: datetime) -> Accepted | None:
        """The order in PostgreSQL that the key belongs to: by its own word, or while it is away by the journal's."""
        if spool.primary_answers:
            known = await self._if_it_answers(lambda: self.primary.read(find_by_key, key, now))
            if known is not None:
                return replace(known, durability=Durability.PRIMARY)
        noted = await asyncio.to_thread(spool.keys.find, key, now)
        if noted is None or (noted.same_request and not noted.is_done):
            return None
        return Accepted(noted.order_id, noted.session_id, 0, False, same_request=noted.same_request)

    async def _accept_in_primary(self, spool: Spool, new: NewOrder, now: datetime) -> Accepted | None:
        """None when the outcome is not known: try again, with the same id."""
        if new.idempotency is not None:
            known = await _known_here(spool, new.idempotency, now)
            if known is not None:
                return known
        if await self._has_not_moved_yet(spool, new):
            return None
        try:
            accepted = await self._ask(lambda: self.primary.run(accept_or_recall, new, now))
        except (StoreUnavailable, sa.exc.IntegrityError) as error:
            # IntegrityError: our own earlier try, which had seemed lost, was committed at this moment.
            log.debug("store.held", order_id=new.id, error=str(error).splitlines()[0])
            return None
        if new.idempotency is not None:
            spool.keys.done(new.idempotency, accepted, now)
        return accepted

    async def _has_not_moved_yet(self, spool: Spool, new: NewOrder) -> bool:
        """True while the session is in the spool: PostgreSQL would number its events a second time."""
        return spool.holds_orders and await spool.database.read(session_exists, new.session_id)

    @asynccontextmanager
    async def _one_at_a_time(self, key: IdempotencyKey | None) -> AsyncIterator[None]:
        """While one request with a key is held, a second one with the same key waits for its outcome."""
        if key is None:
            yield
            return
        name = (key.scope, key.key)
        lock = self._keys_at_work.setdefault(name, asyncio.Lock())
        try:
            async with lock:
                yield
        finally:
            if not lock.locked() and self._keys_at_work.get(name) is lock:
                del self._keys_at_work[name]

    async def order(self, order_id: str) -> Stored[WorkOrder] | None:
        """One order; None when there is none.

        Raises:
            StoreUnavailable: it is not in the spool, and PostgreSQL cannot be asked.
        """
        return await self._find(lambda database: database.read(get_order, order_id))

    async def history(self, order_id: str) -> Stored[OrderHistory] | None:
        """One order with all that is known of it; as `order`."""
        return await self._find(lambda database: database.read(get_history, order_id))

    async def attachment(self, order_id: str, n: int) -> Stored[Attachment] | None:
        """The order's attachment number `n`; as `order`."""
        return await self._find(lambda database: database.read(get_attachment, order_id, n))

    async def place(self, order_id: str) -> Stored[OrderPlace] | None:
        """Whose the order is, and where its events are; as `order`."""
        return await self._find(lambda database: database.read(place_of_order, order_id))

    async def cancel(self, order_id: str, *, force: bool = False) -> Stored[WorkOrder] | None:
        """`cancel_order` where the order is; as `order`."""
        return await self._find(
            lambda database: database.run(cancel_order, order_id, self._clock.now(), force=force)
        )

    async def approve(
        self, order_id: str, tier: Role | None, *, actor: str = "owner"
    ) -> Stored[WorkOrder] | None:
        """`approve_order` where the order is; as `order`. Raises as that, too."""
        now = self._clock.now()
        return await self._find(
            lambda database: database.run(approve_order, order_id, tier, now, actor=actor)
        )

    async def session_known(self, session_id: str) -> bool:
        """False when there is no such session. True when there is one, and while that cannot be told.

        Raises:
            StoreUnavailable: PostgreSQL does not answer, and this host has not gone over to its spool.
        """
        ends_at = self._clock.monotonic() + HOLD_S
        while True:
            try:
                found = await self._find(lambda database: _if_exists(database, session_id))
            except StoreUnavailable:
                if self.is_local:
                    return True
                if self.spool is None or self._clock.monotonic() > ends_at:
                    raise
                await asyncio.sleep(AGAIN_S)
            else:
                return found is not None

    async def orders(
        self,
        *,
        status: Status | None,
        owner: Role | None,
        before: str | None,
        limit: int,
        narrowed: Narrowing = ALL,
    ) -> Listed:
        """Orders, newest first, of both stores; in local mode those of the spool, while PostgreSQL is away.

        Raises:
            StoreUnavailable: no store answers.
        """
        here, there = await self.both(
            lambda database: database.read(
                list_orders, status=status, owner=owner, before=before, limit=limit, narrowed=narrowed
            )
        )
        found = {order.id: Stored(order, Durability.PRIMARY) for order in there or ()}
        found |= {order.id: Stored(order, Durability.LOCAL) for order in here or ()}
        newest = sorted(found.values(), key=lambda stored: stored.value.id, reverse=True)
        return Listed(newest[:limit], partial=there is None)

    async def events_after(self, session_id: str, seq: int, limit: int) -> list[EventRecord]:
        """The session's events after `seq`, in order and without a gap, at most `limit`, from both stores.

        Raises:
            StoreUnavailable: no store answers.
        """
        found, there = await self.both(lambda database: database.read(events_after, session_id, seq, limit))
        here = [event for event in found or () if event.seq <= PROVISIONAL]
        return joined(there or (), here, seq, limit)

    async def previews_after(self, session_id: str, seq: int) -> list[EventRecord]:
        """Events in the spool that have no number yet, after `seq` as the spool counts them. They come again, numbered,
        from `events_after` when they have been replayed.
        """
        if not self._spool_counts() or self.spool is None:
            return []
        return await self.spool.database.read(events_after, session_id, max(seq, PROVISIONAL))

    async def last_seqs(self, session_ids: Collection[str]) -> dict[str, int]:
        """The newest event's number of each session that is found.

        Raises:
            StoreUnavailable: no store answers.
        """
        seqs: dict[str, int] = {}
        for found in await self._in_all(lambda database: database.read(last_seqs, session_ids)):
            for session_id, seq in found.items():
                if seq >= PROVISIONAL:
                    continue
                seqs[session_id] = max(seq, seqs.get(session_id, 0))
        return seqs

    async def settled_among(self, order_ids: Collection[str]) -> set[str]:
        """Those of `order_ids` that have ended, or are held.

        Raises:
            StoreUnavailable: no store answers.
        """
        found = await self._in_all(lambda database: database.read(settled_among, order_ids))
        return set().union(*found)

    def _spool_counts(self) -> bool:
        return self.spool is not None and (self.spool.is_local or self.spool.holds_orders)

    def _primary_may_answer(self) -> bool:
        return self.spool is None or not self.spool.is_local or self.spool.primary_answers

    async def _find[T](self, look: Callable[[Database], Awaitable[T | None]]) -> Stored[T] | None:
        """Look in both stores: the spool first, because an order is copied from it before it is deleted there."""
        if self.spool is None:
            return _stored(await look(self.primary), Durability.PRIMARY)
        if (
            not self._spool_counts()
        ):  # as of the last look: so it is asked only for what PostgreSQL does not have
            there = await self._ask(lambda: look(self.primary))
            if there is not None:
                return Stored(there, Durability.PRIMARY)
        here = await look(self.spool.database)
        return Stored(here, Durability.LOCAL) if here is not None else await self._find_in_primary(look)

    async def _find_in_primary[T](self, look: Callable[[Database], Awaitable[T | None]]) -> Stored[T] | None:
        if not self._primary_may_answer():
            raise StoreUnavailable("PostgreSQL does not answer, and this host's spool does not have it")
        found = _stored(await self._ask(lambda: look(self.primary)), Durability.PRIMARY)
        if found is None and self.is_local:
            raise StoreUnavailable("PostgreSQL has only just come back, and does not have it yet")
        return found

    async def _in_all[T](self, look: Callable[[Database], Awaitable[T]]) -> list[T]:
        return [found for found in await self.both(look) if found is not None]

    async def both[T](self, look: Callable[[Database], Awaitable[T]]) -> tuple[T | None, T | None]:
        """What the spool and what PostgreSQL has; None where it was not asked, or is away while we do without it.

        Raises:
            StoreUnavailable: no store answers.
        """
        here = await look(self.spool.database) if self._spool_counts() and self.spool else None
        if not self._primary_may_answer():
            return here, None
        return here, await (self._if_it_answers if self.is_local else self._ask)(lambda: look(self.primary))

    async def _if_it_answers[T](self, ask: Callable[[], Awaitable[T]]) -> T | None:
        try:
            return await self._ask(ask)
        except StoreUnavailable:
            return None

    async def _ask[T](self, ask: Callable[[], Awaitable[T]]) -> T:
        """One question to PostgreSQL, with an end: a server that hangs is as good as away.

        What fails at once is asked once more, for the server may have been started again since the last question.

        Raises:
            StoreUnavailable: it failed, or took too long; whether a transaction was committed is then unknown.
        """
        if self.spool is None:
            return await ask()
        began = self._clock.monotonic()
        try:
            answer = await self._in_time(self.spool, ask)
        except StoreUnavailable:
            self.spool.doubt()
            if self._clock.monotonic() - began > AGAIN_S:
                raise
            answer = await self._in_time(self.spool, ask)
        self.spool.trust()
        return answer

    async def _in_time[T](self, spool: Spool, ask: Callable[[], Awaitable[T]]) -> T:
        task = asyncio.ensure_future(ask())
        began, was_local = self._clock.monotonic(), spool.is_local
        try:
            while not task.done():
                await asyncio.wait({task}, timeout=SLOW_S)
                if task.done():
                    break
                spool.doubt()
                gone_over = spool.is_local and not was_local
                if gone_over or self._clock.monotonic() - began > PATIENCE_S:
                    raise StoreUnavailable("PostgreSQL does not answer in time")
            return task.result()
        except sa.exc.InternalError as error:  # a server that has become read-only, for one
            raise StoreUnavailable(f"PostgreSQL refuses: {error.orig}") from error
        finally:
            task.cancel()


async def _known_here(spool: Spool, key: IdempotencyKey, now: datetime) -> Accepted | None:
    """The order in the spool that the key belongs to. A spool that cannot be read must not stop PostgreSQL."""
    try:
        return await spool.database.read(find_by_key, key, now)
    except StoreUnavailable as error:
        log.warning("spool.unreadable", error=str(error))
        return None


async def _if_exists(database: Database, session_id: str) -> str | None:
    return session_id if await database.read(session_exists, session_id) else None


def _stored[T](value: T | None, durability: Durability) -> Stored[T] | None:
    return None if value is None else Stored(value, durability)
