"""The doorbell, over a real Valkey."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
import redis as redis_sync
import redis.exceptions
from redis.asyncio import Redis

from nexus.bus import KEPT, Bus, Ring
from nexus.clock import SystemClock
from nexus.errors import ConfigurationError, PermanentError
from nexus.messages import EVENTS, INTAKE, Doorbell, EventRing, parse_doorbell, stream_of
from nexus.redis_client import REDIS_DOWN, make_redis
from nexus.work_order import Role
from tests.conftest import wait_until

BLOCK_MS = 10


def a_bell(order_id: str = "WO-1", role: Role = Role.ADMIN) -> Ring:
    return Ring(stream_of(role), Doorbell(order_id=order_id))


def an_event(seq: int = 1) -> EventRing:
    return EventRing(session_id="sess-1", seq=seq, order_id="WO-1", order_status="queued")


async def heard(bus: Bus, consumer: str = "w1", role: Role = Role.ADMIN) -> list[str]:
    entries = await bus.read(role, consumer, count=100, block_ms=BLOCK_MS)
    return [parse_doorbell(entry.data).order_id for entry in entries]


async def pending_in(redis: Redis, role: Role = Role.ADMIN) -> int:
    summary = await redis.xpending(stream_of(role), role.value)
    return int(summary["pending"])


@pytest.fixture
async def a_reader_waits(valkey_server: str) -> AsyncIterator[Callable[[], Awaitable[None]]]:
    """Call it to wait until Valkey has a blocked client."""
    observer = redis_sync.Redis.from_url(valkey_server)
    yield lambda: wait_until(lambda: observer.info("clients")["blocked_clients"])
    observer.close()


@pytest.fixture
async def bus_without_redis(tmp_path: Path) -> AsyncIterator[Bus]:
    url = f"unix://{tmp_path}/nobody.sock"
    bus = Bus(make_redis(url), make_redis(url, blocking_reads=True), SystemClock())
    yield bus
    await bus.close()


async def test_what_is_rung_is_read_and_once_done_it_is_gone(bus: Bus, redis: Redis) -> None:
    assert await bus.ring([a_bell("WO-1"), a_bell("WO-2")])

    entries = await bus.read(Role.ADMIN, "w1", count=10, block_ms=BLOCK_MS)

    assert [parse_doorbell(entry.data) for entry in entries] == [
        Doorbell(order_id="WO-1"),
        Doorbell(order_id="WO-2"),
    ]
    assert await pending_in(redis) == 2
    for entry in entries:
        assert await bus.done(entry)
    assert (await redis.xlen(INTAKE), await pending_in(redis)) == (0, 0)


async def test_a_bell_rung_before_anybody_listened_is_heard(bus: Bus) -> None:
    await bus.ring([a_bell()])

    assert await heard(bus) == ["WO-1"]


async def test_each_entry_goes_to_one_reader_of_a_role(bus: Bus) -> None:
    await bus.ring([a_bell(f"WO-{n}") for n in range(6)])
    first = await bus.read(Role.ADMIN, "w1", count=4, block_ms=BLOCK_MS)

    assert (len(first), await heard(bus, "w2")) == (4, ["WO-4", "WO-5"])


async def test_a_role_hears_only_its_own_bell(bus: Bus) -> None:
    await bus.ring([a_bell("WO-1", Role.CEO)])

    assert await heard(bus, role=Role.INTERN) == []
    assert await heard(bus, role=Role.CEO) == ["WO-1"]


async def test_nothing_rung_is_nothing_read(bus: Bus) -> None:
    assert await heard(bus) == []


async def test_flushall_under_a_waiting_reader_heals(
    bus: Bus, redis: Redis, a_reader_waits: Callable[[], Awaitable[None]]
) -> None:
    reading = asyncio.create_task(bus.read(Role.ADMIN, "w1", count=1, block_ms=5_000))
    await a_reader_waits()

    await redis.flushall()
    assert await reading == []
    await bus.ring([a_bell()])

    assert await heard(bus) == ["WO-1"]


async def test_done_after_a_flushall_is_no_error(bus: Bus, redis: Redis) -> None:
    await bus.ring([a_bell()])
    (entry,) = await bus.read(Role.ADMIN, "w1", count=1, block_ms=BLOCK_MS)
    await redis.flushall()

    assert await bus.done(entry)
    assert await bus.reclaim(Role.ADMIN, "w1", idle_ms=0) == []


async def test_done_rings_the_next_role_in_the_same_breath(bus: Bus, redis: Redis) -> None:
    await bus.ring([a_bell()])
    (entry,) = await bus.read(Role.ADMIN, "w1", count=1, block_ms=BLOCK_MS)

    await bus.done(entry, [a_bell("WO-1", Role.INTERN)])

    assert await redis.xlen(INTAKE) == 0
    assert await heard(bus, role=Role.INTERN) == ["WO-1"]


async def test_what_a_dead_consumer_left_is_taken_over_once_it_was_idle_long_enough(
    bus: Bus, redis: Redis
) -> None:
    await bus.ring([a_bell()])
    (entry,) = await bus.read(Role.ADMIN, "dead", count=1, block_ms=BLOCK_MS)

    assert await bus.reclaim(Role.ADMIN, "w1", idle_ms=60_000) == []
    await redis.xclaim(INTAKE, "admin", "dead", 0, [entry.entry_id], idle=61_000)

    assert await bus.reclaim(Role.ADMIN, "w1", idle_ms=60_000) == [entry]
    assert await bus.read_own_pending(Role.ADMIN, "dead", count=10) == []


async def test_a_consumer_finds_again_what_it_was_given_and_never_finished(bus: Bus) -> None:
    await bus.ring([a_bell("WO-1"), a_bell("WO-2")])
    first, second = await bus.read(Role.ADMIN, "w1", count=2, block_ms=BLOCK_MS)
    await bus.done(first)

    assert await bus.read_own_pending(Role.ADMIN, "w1", count=10) == [second]
    assert await bus.read_own_pending(Role.ADMIN, "w2", count=10) == []


async def test_a_pending_entry_that_somebody_deleted_can_still_be_done(bus: Bus, redis: Redis) -> None:
    await bus.ring([a_bell()])
    (entry,) = await bus.read(Role.ADMIN, "w1", count=1, block_ms=BLOCK_MS)
    await redis.xdel(INTAKE, entry.entry_id)

    (hollow,) = await bus.read_own_pending(Role.ADMIN, "w1", count=10)

    with pytest.raises(PermanentError, match="not a doorbell"):
        parse_doorbell(hollow.data)
    await bus.done(hollow)
    assert await pending_in(redis) == 0


async def test_a_leaving_consumer_is_forgotten_unless_it_leaves_work_behind(bus: Bus, redis: Redis) -> None:
    await bus.ring([a_bell()])
    await heard(bus, "busy")
    await heard(bus, "idle")

    await bus.forget_consumer(Role.ADMIN, "busy")
    await bus.forget_consumer(Role.ADMIN, "idle")

    assert [consumer["name"] for consumer in await redis.xinfo_consumers(INTAKE, "admin")] == [b"busy"]


async def test_without_redis_a_ring_is_false_and_no_error(bus_without_redis: Bus) -> None:
    assert await bus_without_redis.ring([a_bell()]) is False
    assert await bus_without_redis.ping() is False
    await bus_without_redis.forget_consumer(Role.ADMIN, "w1")


async def test_without_redis_a_read_says_so(bus_without_redis: Bus) -> None:
    with pytest.raises((redis.exceptions.ConnectionError, OSError)):
        await heard(bus_without_redis)


async def test_a_redis_that_hangs_is_a_redis_that_is_away() -> None:
    hangs = asyncio.Event()

    async def says_nothing(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await hangs.wait()
        writer.close()

    server = await asyncio.start_server(says_nothing, "127.0.0.1", 0)
    url = f"redis://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    bus = Bus(make_redis(url), make_redis(url, blocking_reads=True), SystemClock())
    reading = asyncio.create_task(heard(bus))
    try:
        await asyncio.wait([reading], timeout=8)
        assert reading.done()
        assert isinstance(reading.exception(), REDIS_DOWN)
    finally:
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)
        await bus.close()
        hangs.set()
        server.close()
        await server.wait_closed()


async def test_events_reach_every_follower_from_the_moment_it_follows(
    bus: Bus, a_reader_waits: Callable[[], Awaitable[None]]
) -> None:
    await bus.ring([Ring(EVENTS, an_event(1))])
    events = bus.follow_events()
    first = asyncio.ensure_future(anext(events))
    await a_reader_waits()

    await bus.ring([Ring(EVENTS, an_event(2)), Ring(EVENTS, an_event(3))])

    assert [await first, await anext(events)] == [an_event(2), an_event(3)]


async def test_followers_of_a_redis_that_is_away_keep_trying(bus_without_redis: Bus) -> None:
    class CountingClock(SystemClock):
        def __init__(self) -> None:
            self.naps = 0

        async def sleep(self, seconds: float) -> None:
            self.naps += 1
            await asyncio.sleep(0)

    clock = CountingClock()
    bus_without_redis._clock = clock
    following = asyncio.ensure_future(anext(bus_without_redis.follow_events()))

    await wait_until(lambda: clock.naps >= 3)
    assert not following.done()
    following.cancel()
    with pytest.raises(asyncio.CancelledError):
        await following


async def test_work_streams_are_never_trimmed_and_the_events_stream_is(
    bus: Bus, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(KEPT, EVENTS, 200)
    await bus.ring([Ring(EVENTS, an_event(n)) for n in range(1_000)])
    await bus.ring([a_bell(f"WO-{n}") for n in range(1_000)])

    assert 200 <= await redis.xlen(EVENTS) < 1_000
    assert await redis.xlen(INTAKE) == 1_000


@pytest.mark.parametrize(
    "payload",
    [b"", b"WO-1", b"{}", b"[]", b'{"order_id": 7}', b'{"v": 2, "order_id": "WO-1"}', b"\xff\xfe"],
)
def test_what_is_no_doorbell_will_never_be_one(payload: bytes) -> None:
    with pytest.raises(PermanentError, match="not a doorbell"):
        parse_doorbell(payload)


@pytest.mark.parametrize("url", ["localhost:6379", "http://localhost", "redis://localhost:port"])
def test_a_redis_url_that_is_none_names_its_setting(url: str) -> None:
    with pytest.raises(ConfigurationError, match="REDIS_URL"):
        make_redis(url)
