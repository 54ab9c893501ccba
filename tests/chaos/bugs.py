"""Six classic bugs, put back into a gateway or a worker by patching its modules. The negative controls.

No production code knows of them: `tests.chaos.broken` patches a process of its own and then runs its main. Every
patch names what it replaces, so a rename breaks the control loudly.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from db.tables import work_orders

TRIMMED_TO = 3
ACKED_TOO_SOON_S = 1.0


def ring_without_outbox() -> None:
    """The gateway rings the bell, but leaves no outbox row: a ring that nobody hears is lost."""
    from db.statements import orders  # noqa: PLC0415

    _replace(orders, "put_in_outbox", lambda *_args, **_kwargs: None)


def ack_before_commit() -> None:
    """The worker acknowledges the entry and takes the outbox row out before it claims, a second before."""
    from agents.handler import OrderHandler  # noqa: PLC0415
    from agents.serving import Worker  # noqa: PLC0415
    from db.statements.outbox import take_out_of_outbox  # noqa: PLC0415

    handle, start = OrderHandler.handle, Worker._start

    async def acked_first(self: Any, role: Any, order_id: str) -> Any:
        await self._place.database.run(take_out_of_outbox, order_id)
        await asyncio.sleep(ACKED_TOO_SOON_S)
        return await handle(self, role, order_id)

    async def acks(self: Any, role: Any, order_id: str, entry: Any) -> None:
        if entry is not None:
            await self._place.bus.done(entry)
        await start(self, role, order_id, None)

    _replace(OrderHandler, "handle", acked_first)
    _replace(Worker, "_start", acks)


def no_fence() -> None:
    """A worker whose order was given to another writes all the same."""
    from agents import lease  # noqa: PLC0415
    from db.statements import orders  # noqa: PLC0415

    def unfenced(connection: Any, _statement: Any, order: Any, now: Any, values: Any) -> bool:
        open_order = work_orders.c.id == order.id, work_orders.c.finished_at.is_(None)
        update = sa.update(work_orders).where(*open_order).values(updated_at=now, **values)
        return bool(connection.execute(update).rowcount == 1)

    _replace(orders, "_update", unfenced)
    _replace(lease, "_renew", lambda *_args: [])


def no_reclaim() -> None:
    """Nobody looks after the orders of a worker that died: no sweep, no XAUTOCLAIM, no second offer."""
    from agents.housekeeping import Housekeeping  # noqa: PLC0415

    async def nothing(_: Any) -> None:
        return None

    _replace(Housekeeping, "_sweep", nothing)


def delivery_counted_in_redis() -> None:
    """How often an order was tried is counted in Redis, which forgets it at a FLUSHALL."""
    from agents.handler import OrderHandler  # noqa: PLC0415
    from nexus.work_order import Role  # noqa: PLC0415

    guarded = OrderHandler._guarded

    async def counted(self: Any, order: Any, step: Any) -> Any:
        if order.owner is Role.ADMIN:
            return await guarded(self, order, step)
        tried = await self._place.bus._redis.incr(f"tried:{order.id}")
        return await guarded(self, replace(order, claims=int(tried), attempts=0), step)

    _replace(OrderHandler, "_guarded", counted)


def trimming_the_work_stream() -> None:
    """Work streams keep a few entries only, and the outbox row goes once it was rung, as a classic outbox's does."""
    from redis.asyncio.client import Pipeline  # noqa: PLC0415

    from db.engine import Database  # noqa: PLC0415
    from db.statements.outbox import take_out_of_outbox  # noqa: PLC0415
    from nexus.bus import Bus  # noqa: PLC0415
    from nexus.messages import Doorbell, stream_of  # noqa: PLC0415
    from nexus.work_order import Role  # noqa: PLC0415

    work_streams = {stream_of(role) for role in Role}
    opened: list[Database] = []
    open_database, write, xadd = Database.__init__, Bus._write, Pipeline.xadd

    def remembered(self: Database, engine: Any, *args: Any, **kwargs: Any) -> None:
        open_database(self, engine, *args, **kwargs)
        if not self.is_sqlite:
            opened.append(self)

    def trimmed(self: Any, name: Any, fields: Any, **kwargs: Any) -> Any:
        if name in work_streams:
            kwargs |= {"maxlen": TRIMMED_TO, "approximate": False}
        return xadd(self, name, fields, **kwargs)

    async def rung_is_done(self: Any, rings: Sequence[Any], entry: Any) -> bool:
        rung: bool = await write(self, rings, entry)
        for ring in rings if rung else ():
            if ring.stream in work_streams and isinstance(ring.body, Doorbell):
                await opened[-1].run(take_out_of_outbox, ring.body.order_id)
        return rung

    _replace(Database, "__init__", remembered)
    _replace(Pipeline, "xadd", trimmed)
    _replace(Bus, "_write", rung_is_done)


def _replace(owner: object, name: str, new: object) -> None:
    if not hasattr(owner, name):
        raise AttributeError(f"{owner!r} has no {name}: the negative control no longer fits the code")
    setattr(owner, name, new)


BUGS: dict[str, tuple[Callable[[], None], tuple[str, ...]]] = {
    "ring-without-outbox": (ring_without_outbox, ("gateway.main",)),
    "ack-before-commit": (ack_before_commit, ("agents.worker",)),
    "no-fence": (no_fence, ("agents.worker",)),
    "no-reclaim": (no_reclaim, ("agents.worker",)),
    "delivery-counted-in-redis": (delivery_counted_in_redis, ("agents.worker",)),
    "trimming-the-work-stream": (trimming_the_work_stream, ("gateway.main", "agents.worker")),
}
