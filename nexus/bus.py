"""Redis Streams as the company's doorbell: at-least-once, never the truth.

Work streams have one consumer group each and are never trimmed: an entry goes when it is acknowledged.
The events stream is read by every gateway and is trimmed, because the events themselves are database rows.
Losing all of it loses nothing: whoever rings has committed an outbox row first, and the relay rings again.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

import redis.exceptions
from redis.asyncio import Redis

from nexus.clock import Clock
from nexus.errors import TransientError
from nexus.logs import get_logger
from nexus.messages import DEAD, EVENTS, Doorbell, EventRing, stream_of
from nexus.redis_client import REDIS_DOWN
from nexus.work_order import Role

log = get_logger(__name__)

KEPT = {EVENTS: 10_000, DEAD: 10_000}  # work streams are never trimmed
EVENTS_BLOCK_MS = 5_000
HANGS_AFTER_S = 3.0  # a server that does not even say "nothing new" in time is as good as away
RECONNECT_S = 0.5
PING_TIMEOUT_S = 1.0
FIELD = b"data"
PROBES = "nexus:{probe}:"  # and the role; one slot, so that all are read at once


@dataclass(frozen=True, slots=True)
class Ring:
    """One message to put on one stream."""

    stream: str
    body: Doorbell | EventRing


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry taken from a work stream; it stays pending until `Bus.done`."""

    stream: str
    group: str
    entry_id: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Backlog:
    """Bells on a stream, of which `pending` were read by a worker that has not acknowledged them yet."""

    bells: int
    pending: int


class Bus:
    """Rings and reads. `client` is for short commands, `blocking` for reads that wait."""

    def __init__(self, client: Redis, blocking: Redis, clock: Clock) -> None:
        self._redis = client
        self._blocking = blocking
        self._clock = clock

    async def ring(self, rings: Sequence[Ring]) -> bool:
        """Put `rings` on their streams in one round trip.

        Returns False when Redis does not answer. That is no error: the outbox row is committed, the relay
        will ring, and workers poll the outbox meanwhile.
        """
        return await self._write(rings, None)

    async def done(self, entry: Entry, rings: Sequence[Ring] = ()) -> bool:
        """Ring, acknowledge and delete `entry` in one round trip. Call it after the commit, as the last act."""
        return await self._write(rings, entry)

    async def _write(self, rings: Sequence[Ring], entry: Entry | None) -> bool:
        try:
            pipeline = self._redis.pipeline(transaction=False)
            for ring in rings:
                kept = KEPT.get(ring.stream)
                pipeline.xadd(ring.stream, {FIELD: ring.body.model_dump_json()}, maxlen=kept)
            if entry is not None:
                pipeline.xack(entry.stream, entry.group, entry.entry_id)
                pipeline.xdel(entry.stream, entry.entry_id)
            await pipeline.execute()
        except REDIS_DOWN as error:
            log.warning("redis.unreachable", doing="ring", error=str(error))
            return False
        return True

    async def read(self, role: Role, consumer: str, *, count: int, block_ms: int) -> list[Entry]:
        """New entries for `role`, at most `count`, waiting up to `block_ms`; [] when there are none.

        Creates the stream and its group when they are missing, so FLUSHALL heals by itself.

        Raises:
            redis.exceptions.ConnectionError, redis.exceptions.TimeoutError, OSError: Redis is not there, or hangs.
        """
        return await self._read_group(role, consumer, ">", count, block_ms)

    async def read_own_pending(self, role: Role, consumer: str, *, count: int) -> list[Entry]:
        """Entries given to this consumer and not acknowledged, e.g. by a reply that a broken connection lost."""
        return await self._read_group(role, consumer, "0", count, None)

    async def _read_group(
        self, role: Role, consumer: str, start: str, count: int, block_ms: int | None
    ) -> list[Entry]:
        stream = stream_of(role)
        for _ in range(2):
            try:
                async with asyncio.timeout((block_ms or 0) / 1000 + HANGS_AFTER_S):
                    reply = await self._blocking.xreadgroup(
                        role.value, consumer, {stream: start}, count=count, block=block_ms
                    )
            except redis.exceptions.ResponseError as error:
                if not str(error).startswith("NOGROUP"):
                    raise
                await self._ensure_group(stream, role.value)
            else:
                return [self._entry(stream, role.value, item) for item in _items(reply)]
        return []

    async def reclaim(self, role: Role, consumer: str, *, idle_ms: int, count: int = 100) -> list[Entry]:
        """Take over entries that another consumer has left unacknowledged for `idle_ms`."""
        stream = stream_of(role)
        try:
            reply = await self._redis.xautoclaim(
                stream, role.value, consumer, min_idle_time=idle_ms, start_id="0-0", count=count
            )
        except redis.exceptions.ResponseError as error:
            if str(error).startswith("NOGROUP"):
                return []
            raise
        return [self._entry(stream, role.value, item) for item in reply[1] if item[1]]

    async def forget_consumer(self, role: Role, consumer: str) -> None:
        """Remove an idle consumer that is leaving; one with pending entries stays, for `reclaim` to find."""
        try:
            pending = await self._redis.xpending_range(
                stream_of(role), role.value, min="-", max="+", count=1, consumername=consumer
            )
            if not pending:
                await self._redis.xgroup_delconsumer(stream_of(role), role.value, consumer)
        except (redis.exceptions.RedisError, OSError):
            log.debug("redis.consumer_left_behind", consumer=consumer)

    async def _ensure_group(self, stream: str, group: str) -> None:
        """Create the group at 0, so that what was rung before it existed is read too."""
        try:
            await self._redis.xgroup_create(stream, group, id="0", mkstream=True)
        except redis.exceptions.ResponseError as error:
            if not str(error).startswith("BUSYGROUP"):
                raise

    async def follow_events(self) -> AsyncIterator[EventRing]:
        """Every event ring from now on, for ever. Reconnects by itself; callers also poll, so gaps are harmless."""
        last, in_touch = "$", True
        while True:
            try:
                async with asyncio.timeout(EVENTS_BLOCK_MS / 1000 + HANGS_AFTER_S):
                    reply = await self._blocking.xread({EVENTS: last}, count=500, block=EVENTS_BLOCK_MS)
            except (*REDIS_DOWN, redis.exceptions.ResponseError) as error:
                if in_touch:  # said once, not twice a second
                    log.warning("redis.unreachable", doing="follow events", error=str(error))
                in_touch = False
                await self._clock.sleep(RECONNECT_S)
                continue
            in_touch = True
            for entry_id, fields in _items(reply):
                last = entry_id.decode()
                yield EventRing.model_validate_json(fields[FIELD])

    async def ask_for_probe(self, role: Role, asked: str, *, once_in_s: int) -> int:
        """Ask every worker to look at the models of a role; `asked` names this wish.

        Returns 0, or in how many whole seconds it may be asked again: the wish of somebody else stands until then.

        Raises:
            TransientError: Redis does not answer.
        """
        key = f"{PROBES}{role.value}"
        try:
            async with asyncio.timeout(PING_TIMEOUT_S):
                if await self._redis.set(key, asked, nx=True, ex=once_in_s):
                    return 0
                return max(1, int(await self._redis.ttl(key)))
        except (redis.exceptions.RedisError, OSError, TimeoutError):
            raise TransientError("Redis does not answer") from None

    async def probes_asked_for(self) -> dict[Role, str]:
        """The wish that stands for each role; none while Redis does not answer."""
        try:
            async with asyncio.timeout(PING_TIMEOUT_S):
                found = await self._redis.mget([f"{PROBES}{role.value}" for role in Role])
        except (redis.exceptions.RedisError, OSError, TimeoutError):
            return {}
        return {role: str(asked) for role, asked in zip(Role, found, strict=True) if asked is not None}

    async def backlog(self) -> dict[Role, Backlog] | None:
        """What lies in each role's stream; None while Redis does not answer."""
        try:
            async with asyncio.timeout(PING_TIMEOUT_S):
                pipeline = self._redis.pipeline(transaction=False)
                for role in Role:
                    pipeline.xlen(stream_of(role))
                    pipeline.xpending(stream_of(role), role.value)
                found = await pipeline.execute(raise_on_error=False)
        except (redis.exceptions.RedisError, OSError, TimeoutError):
            return None
        return {
            role: Backlog(_number(length), _number(pending["pending"]) if isinstance(pending, dict) else 0)
            for role, length, pending in zip(Role, found[::2], found[1::2], strict=True)
        }

    async def ping(self) -> bool:
        """True when Redis answers, and soon."""
        try:
            async with asyncio.timeout(PING_TIMEOUT_S):
                await self._redis.ping()
        except (redis.exceptions.RedisError, OSError, TimeoutError):
            return False
        return True

    async def close(self) -> None:
        """Close both clients and their pools."""
        await self._redis.aclose(close_connection_pool=True)
        await self._blocking.aclose(close_connection_pool=True)

    @staticmethod
    def _entry(stream: str, group: str, item: tuple[bytes, dict[bytes, bytes]]) -> Entry:
        entry_id, fields = item
        return Entry(stream, group, entry_id.decode(), fields.get(FIELD, b""))


def _number(found: object) -> int:
    """Zero for a stream or group that is not there yet."""
    return found if isinstance(found, int) else 0


def _items(reply: object) -> list[tuple[bytes, dict[bytes, bytes]]]:
    """The entries of an XREAD reply over one stream: `[[name, [(id, fields), ...]]]`, or nothing."""
    return list(reply[0][1]) if isinstance(reply, list) and reply else []
