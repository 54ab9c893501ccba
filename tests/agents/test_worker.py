"""A whole worker in this process, over a real Valkey and SQLite: nothing that was accepted is left undone."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa
from psycopg.conninfo import conninfo_to_dict
from redis.asyncio import Redis
from sqlalchemy.engine import Connection

from agents.breaker import ModelBreakers
from agents.completion import ModelUnavailable, Trouble
from agents.config import AgentSettings
from agents.handler import Workplace
from agents.housekeeping import BEATS
from agents.lease import LeaseKeeper
from agents.serving import Worker
from agents.worker import parse_roles
from db.engine import Database, open_database
from db.statements.orders import accept_order
from db.tables import outbox
from nexus.bus import Bus, Entry, Ring
from nexus.clock import ManualClock, SystemClock
from nexus.errors import ConfigurationError
from nexus.messages import INTAKE, Doorbell, stream_of
from nexus.redis_client import make_redis
from nexus.settings import CommonSettings
from nexus.work_order import Role, Status
from tests.agents.conftest import a_payroll
from tests.agents.workers_at_work import ANSWERED, Company, OneAnswer
from tests.builders import accepted, an_order, assigned, now
from tests.conftest import wait_until


@pytest.fixture
async def company(sqlite: Database, bus: Bus, redis: Redis) -> Company:
    return Company(sqlite, bus, redis, OneAnswer())


@pytest.fixture
async def company_without_redis(sqlite: Database, tmp_path: Path) -> AsyncIterator[Company]:
    url = f"unix://{tmp_path}/nobody.sock"
    client = make_redis(url)
    bus = Bus(client, make_redis(url, blocking_reads=True), SystemClock())
    yield Company(sqlite, bus, client, OneAnswer())
    await bus.close()


async def nothing_is_left_on_the_streams(redis: Redis) -> bool:
    lengths = [await redis.xlen(name) async for name in redis.scan_iter("nexus:*", _type="stream")]
    return sum(lengths) == await redis.xlen("nexus:events")


async def test_what_is_accepted_is_delivered_and_leaves_nothing_on_the_streams(company: Company) -> None:
    async with company.worker():
        orders = await company.submit(10)
        await company.finishes_all()

    assert company.endings(orders) == ANSWERED
    assert len(company.model.requests) == len(orders)
    assert await nothing_is_left_on_the_streams(company.redis)


async def test_several_workers_share_the_work_and_nothing_is_done_twice(company: Company) -> None:
    async with company.worker("w1"), company.worker("w2"), company.worker("w3"):
        orders = await company.submit(20)
        await company.finishes_all()

    assert company.endings(orders) == ANSWERED
    assert len(company.model.requests) == len(orders)


async def test_workers_for_single_roles_hand_an_order_on(company: Company) -> None:
    async with company.worker("desk", roles=(Role.ADMIN,)), company.worker("tier", roles=(Role.INTERN,)):
        orders = await company.submit()
        await company.finishes_all()

    assert company.endings(orders) == ANSWERED


async def test_an_order_whose_bell_was_never_rung_is_rung_for_by_the_relay(company: Company) -> None:
    order = accepted(company.database)

    async with company.worker():
        await company.finishes_all()

    assert company.endings([order]) == ANSWERED


async def test_flushall_loses_no_order_that_waits(company: Company) -> None:
    orders = await company.submit(5)
    await company.redis.flushall()

    async with company.worker():
        await company.finishes_all()

    assert company.endings(orders) == ANSWERED


async def test_flushall_under_a_worker_in_the_middle_of_its_work_loses_nothing(company: Company) -> None:
    company.model.may_speak.clear()
    async with company.worker():
        orders = await company.submit(6)  # two more than it may work on at once
        await wait_until(lambda: company.asked(Role.INTERN) >= 4)

        await company.redis.flushall()
        company.model.may_speak.set()
        orders += await company.submit(2)
        await company.finishes_all()

    assert company.endings(orders) == ANSWERED
    assert len(company.model.requests) == len(orders)


async def test_without_redis_orders_are_found_in_the_database_within_seconds(
    company_without_redis: Company,
) -> None:
    company = company_without_redis
    orders = [accepted(company.database) for _ in range(3)]

    async with company.worker():
        await company.finishes_all(timeout_s=5)

    assert company.endings(orders) == ANSWERED


async def test_while_the_door_is_closed_nothing_is_begun_and_nothing_lost(company: Company) -> None:
    is_open = False
    settings, clock = AgentSettings(), SystemClock()
    leases = LeaseKeeper(company.database, clock, settings.lease_s)
    breakers = ModelBreakers(clock)
    place = Workplace(
        "w1", settings, a_payroll(), company.database, company.bus, clock, company.model, leases, breakers
    )
    stop = asyncio.Event()
    running = asyncio.create_task(Worker(place, company.redis, tuple(Role), lambda: is_open).run(stop))
    orders = await company.submit(3)
    await wait_until(
        lambda: company.database.read_sync(least_rings) >= 2
    )  # the relay has asked for all, twice
    assert company.endings(orders) == {(Status.QUEUED, None)}

    is_open = True

    await company.finishes_all()
    stop.set()
    await running
    assert company.endings(orders) == ANSWERED


def least_rings(connection: Connection) -> int:
    rings: int = connection.execute(sa.select(sa.func.coalesce(sa.func.min(outbox.c.rings), 0))).scalar_one()
    return rings


async def test_one_worker_takes_no_more_orders_at_once_than_it_may(company: Company) -> None:
    company.model.may_speak.clear()
    async with company.worker():
        await company.submit(4)
        await wait_until(lambda: company.asked(Role.INTERN) == 4)
        late = await company.submit(4)
        await wait_until(lambda: company.endings(late) == {(Status.TRIAGED, None)})
        await company.submit(tier=Role.CEO)
        await wait_until(lambda: company.asked(Role.CEO))

        assert company.asked(Role.INTERN) == 4
        company.model.may_speak.set()
        await company.finishes_all()


async def test_a_step_that_a_worker_gives_itself_keeps_to_the_limit_too(
    company: Company, valkey_server: str
) -> None:
    may_pass = asyncio.Event()

    class SlowBus(Bus):
        async def done(self, entry: Entry, rings: Sequence[Ring] = ()) -> bool:
            await may_pass.wait()
            return await super().done(entry, rings)

    blocking = make_redis(valkey_server, blocking_reads=True)
    company.bus = SlowBus(make_redis(valkey_server), blocking, SystemClock())
    company.model.may_speak.clear()
    try:
        async with company.worker():
            await company.submit(4)
            await wait_until(lambda: company.asked(Role.INTERN) == 4)  # its own steps fill the limit
            others = [assigned(company.database) for _ in range(4)]
            await company.bus.ring(
                [Ring(stream_of(Role.INTERN), Doorbell(order_id=order.id)) for order in others]
            )
            may_pass.set()
            await company.submit(tier=Role.CEO)
            await wait_until(lambda: company.asked(Role.CEO))

            assert company.asked(Role.INTERN) == 4
    finally:
        may_pass.set()
        await company.bus.close()


async def test_an_order_that_is_tried_again_takes_its_place_in_the_limit(company: Company) -> None:
    company.model.may_speak.clear()
    company.model.first = [""] * 4
    async with company.worker():
        await company.submit(4)
        await wait_until(lambda: company.asked(Role.INTERN) == 8)  # each once more
        late = await company.submit(4)
        await wait_until(lambda: company.endings(late) != {(Status.QUEUED, None)})
        await company.submit(tier=Role.CEO)
        await wait_until(lambda: company.asked(Role.CEO))

        assert company.asked(Role.INTERN) == 8


async def test_a_worker_that_is_told_to_stop_finishes_what_it_has_begun(
    company: Company, caplog: pytest.LogCaptureFixture
) -> None:
    company.model.may_speak.clear()
    async with company.worker() as (stop, running):
        begun = await company.submit()
        await wait_until(lambda: company.model.requests)

        stop.set()
        await wait_until(lambda: "worker.draining" in caplog.text)
        left = await company.submit()
        assert not running.done()
        company.model.may_speak.set()
        await running

    assert company.endings(begun) == ANSWERED
    assert company.endings(left) == {(Status.QUEUED, None)}
    assert await company.redis.hlen(BEATS) == 0, "it has said goodbye"


async def test_what_a_stopped_worker_left_is_done_by_the_next_one(company: Company) -> None:
    async with company.worker("w1"):
        pass
    orders = await company.submit(2)

    async with company.worker("w2"):
        await company.finishes_all()

    assert company.endings(orders) == ANSWERED


async def test_an_entry_that_is_no_doorbell_is_logged_and_thrown_away(
    company: Company, caplog: pytest.LogCaptureFixture
) -> None:
    await company.redis.xadd(INTAKE, {"data": "WO-1"})
    await company.redis.xadd(INTAKE, {"something": "else"})
    await company.bus.ring([Ring(INTAKE, Doorbell(order_id="WO-NOBODYS"))])

    async with company.worker():
        orders = await company.submit()
        await company.finishes_all()

    assert company.endings(orders) == ANSWERED
    assert caplog.text.count("stream.bad_entry") == 2
    assert await nothing_is_left_on_the_streams(company.redis)


async def test_a_doorbell_that_a_dead_worker_took_is_answered_all_the_same(company: Company) -> None:
    orders = await company.submit(2)
    assert len(await company.bus.read(Role.ADMIN, "dead", count=10, block_ms=10)) == 2

    async with company.worker():
        await company.finishes_all()

    assert company.endings(orders) == ANSWERED


async def test_an_order_past_its_deadline_is_ended_though_nobody_rings(company: Company) -> None:
    late = an_order(deadline_at=now() - timedelta(seconds=1))
    company.database.run_sync(accept_order, late, now())

    async with company.worker():
        await company.finishes_all()

    assert company.endings([late]) == {(Status.FAILED, None)}
    assert company.model.requests == []


async def test_an_idle_worker_asks_no_model_for_an_hour_and_says_that_it_lives(company: Company) -> None:
    clock = ManualClock(now())
    started = clock.now()

    async with company.worker(clock=clock):
        await wait_until(lambda: clock.now() - started > timedelta(hours=1))
        assert await company.redis.hlen(BEATS) == 1

    assert company.model.requests == []


async def test_a_worker_outlives_a_postgresql_that_is_away_for_a_while(
    postgres_server: str, migrated_postgres_url: str, bus: Bus, redis: Redis, caplog: pytest.LogCaptureFixture
) -> None:
    name = conninfo_to_dict(migrated_postgres_url)["dbname"]

    def let_in(allowed: bool) -> None:
        with psycopg.connect(postgres_server, autocommit=True) as admin:
            admin.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS {allowed}'.encode())
            admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])

    company = Company(
        open_database(CommonSettings(database_url=migrated_postgres_url)), bus, redis, OneAnswer()
    )
    try:
        async with company.worker() as (_, running):
            before = await company.submit()
            await company.finishes_all()
            let_in(False)
            await wait_until(lambda: running.done() or "not currently accepting" in caplog.text)
            let_in(True)
            assert not running.done()
            after = await company.submit()
            await company.finishes_all()
        assert company.endings(before + after) == ANSWERED
    finally:
        company.database.close()


@pytest.mark.parametrize("text", ["boss", "", "admin,,intern"])
def test_roles_that_are_none_are_told_with_those_there_are(text: str) -> None:
    with pytest.raises(ConfigurationError, match="admin,intern,director,ceo"):
        parse_roles(text)


def test_roles_are_named_on_the_command_line() -> None:
    assert parse_roles("admin, ceo") == (Role.ADMIN, Role.CEO)


async def test_what_a_provider_asks_to_wait_is_kept_to_half_a_second(company: Company) -> None:
    """Never early, and not left to the relay's next look either."""
    asked = 1.3
    busy = ModelUnavailable("HTTP 429", trouble=Trouble.RATE_LIMIT, retry_after_s=asked)
    company.model.first = [busy]
    async with company.worker():
        orders = await company.submit(1)
        await company.finishes_all()

    assert company.endings(orders) == ANSWERED
    first, second = company.model.asked_at
    assert asked <= second - first <= asked + 0.5
