"""`company.subscribe`: light news of every session, a few frames however much happens, for whom it belongs to."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi import FastAPI

from db.engine import Database
from db.statements.orders import accept_order
from gateway.company_news import LOOK_BACK, MOST_CHANGES, Watcher
from gateway.config import GatewaySettings
from gateway.replies import Replies
from nexus.bus import Bus, Ring
from nexus.messages import EVENTS, EventRing
from tests.builders import an_order
from tests.conftest import wait_until
from tests.gateway.asgi_socket import talk_to
from tests.gateway.bad_credentials import bearer, good_token
from tests.gateway.company import Company, Running, running_gateway, services_in
from tests.gateway.test_gateway_auth_tokens import guarded, known  # noqa: F401 - fixtures
from tests.gateway.test_gateway_websocket import Caller, calling, workers  # noqa: F401 - a fixture
from tests.running import Door, Process, a_worker, an_environment, wait_for

type Change = dict[str, Any]
FIELDS = {"order_id", "session_id", "status", "event", "seq", "at"}


def replies_of(gateway: Running) -> Replies:
    replies: Replies = services_in(gateway.server._app).replies
    return replies


def news_in(caller: Caller) -> list[Change]:
    """Every change that it was told so far."""
    frames = [frame["payload"] for frame in caller.events if frame["event"] == "company.changed"]
    return [change for payload in frames for change in payload["changes"]]


async def told(caller: Caller, order_id: str, event: str) -> Change:
    """Read until this was told of the order."""
    while True:
        for change in news_in(caller):
            if (change["order_id"], change["event"]) == (order_id, event):
                return change
        caller.events.append(await caller._next())


async def happen(database: Database, bus: Bus | None, count: int, user_id: str = "owner") -> set[str]:
    """So many orders, each in a session of its own; rung for in one go, or found by a look."""
    now = datetime.now(UTC) - (timedelta() if bus is None else LOOK_BACK * 2)
    new = [an_order(user_id=user_id) for _ in range(count)]
    for order in new:
        await database.run(accept_order, order, now)
    if bus is not None:
        rings = [
            EventRing(session_id=each.session_id, seq=1, order_id=each.id, order_status="queued")
            for each in new
        ]
        await bus.ring([Ring(EVENTS, ring) for ring in rings])
    return {order.id for order in new}


async def test_news_come_of_every_session_and_without_its_content(
    gateway: Running,
    workers: Company,  # noqa: F811
) -> None:
    async with calling(gateway) as sender, calling(gateway) as watcher:
        answer = await watcher.call("company.subscribe")
        assert (answer["ok"], answer["payload"]) == (True, {"subscribed": True})
        for content in ("Hi", "Ho"):
            sent = (await sender.call("chat.send", content=content))["payload"]
            await workers.finish(sent["order_id"], "a secret answer")
            change = await told(watcher, sent["order_id"], "order.delivered")
            assert change.keys() == FIELDS
            assert (change["session_id"], change["status"], change["seq"]) == (
                sent["session_id"],
                "delivered",
                3,
            )
            assert datetime.now(UTC) - datetime.fromisoformat(change["at"]) < timedelta(minutes=1)
        assert {frame["event"] for frame in watcher.events} == {"company.changed"}
        assert "secret" not in str(watcher.events)
        assert {frame["seq"] for frame in watcher.events} == {None}


async def test_who_did_not_ask_is_told_nothing_and_asking_twice_tells_nothing_twice(
    gateway: Running,
    workers: Company,  # noqa: F811
) -> None:
    async with calling(gateway) as silent, calling(gateway) as watcher:
        for _ in range(3):
            await watcher.call("company.subscribe")
        (order_id,) = await happen(workers.database, workers.bus, 1)
        await told(watcher, order_id, "order.queued")
        (second,) = await happen(workers.database, workers.bus, 1)
        await told(watcher, second, "order.queued")
        await silent.call("ping")
    assert [change["order_id"] for change in news_in(watcher)] == [order_id, second]
    assert silent.events == []


async def test_another_gateway_tells_it_too(
    gateway: Running,
    settings: GatewaySettings,
    workers: Company,  # noqa: F811
) -> None:
    with running_gateway(settings) as other:
        async with calling(gateway) as sender, calling(other) as watcher:
            await watcher.call("company.subscribe")
            sent = (await sender.call("chat.send", content="Hi"))["payload"]
            await workers.finish(sent["order_id"])
            await told(watcher, sent["order_id"], "order.delivered")


async def test_what_no_bell_told_is_found_within_moments(
    gateway: Running,
    workers: Company,  # noqa: F811
) -> None:
    async with calling(gateway) as watcher:
        await watcher.call("company.subscribe")
        orders = await happen(workers.database, None, 3)
        for order_id in orders:
            await told(watcher, order_id, "order.queued")
    assert sorted(change["order_id"] for change in news_in(watcher)) == sorted(orders), "and each only once"


async def test_a_burst_is_a_few_frames_that_say_there_is_more(
    gateway: Running,
    workers: Company,  # noqa: F811
) -> None:
    async with calling(gateway) as watcher:
        await watcher.call("company.subscribe")
        (first,) = await happen(workers.database, workers.bus, 1)
        await told(watcher, first, "order.queued")
        began = asyncio.get_running_loop().time()
        await happen(workers.database, workers.bus, 2 * MOST_CHANGES + 50)
        while not any(frame["payload"]["more"] for frame in watcher.events):
            watcher.events.append(await watcher._next())
        (last,) = await happen(workers.database, workers.bus, 1)
        await told(watcher, last, "order.queued")
        took_s = asyncio.get_running_loop().time() - began
    assert max(len(frame["payload"]["changes"]) for frame in watcher.events) <= MOST_CHANGES
    assert len(watcher.events) <= 3 + took_s / 0.25


async def test_while_nobody_watches_nothing_is_kept_or_asked(
    gateway: Running,
    workers: Company,  # noqa: F811
) -> None:
    replies = replies_of(gateway)
    async with calling(gateway) as watcher:
        await watcher.call("company.subscribe")
        (order_id,) = await happen(workers.database, workers.bus, 1)
        await told(watcher, order_id, "order.queued")
        assert replies.company.is_watched
        assert replies.polls
    await wait_until(lambda: not replies.company.is_watched)
    await wait_until(lambda: not replies.polls)
    assert not replies.company._told


async def test_a_client_that_reads_nothing_costs_a_bounded_amount() -> None:
    watcher = Watcher("owner")
    for n in range(5_000):
        watcher.note(f"WO-{n}", (f"sess-{n}", 1))
        watcher.note(f"WO-{n}", (f"sess-{n}", 2))

    news = await watcher.news()

    assert (len(news.places), news.more) == (MOST_CHANGES, True)
    assert news.places == {(f"sess-{n}", 2) for n in range(MOST_CHANGES)}, "the newest of each"
    watcher.note("WO-1", ("sess-1", 3))
    assert not (await watcher.news()).more


async def test_what_is_anothers_is_not_told(app: FastAPI) -> None:
    services = services_in(app)
    company = services.replies.company
    with services.replies.watching("owner") as owner, services.replies.watching("somebody") as other:
        theirs = await happen(services.database, services.bus, 2, user_id="somebody")
        async with asyncio.timeout(20):
            mine: set[str] = set()
            while not mine >= theirs:
                found = await anext(company.changes(other))
                mine |= {change.order_id for change in found.changes}
        assert mine == theirs
        ours = await happen(services.database, services.bus, 1)
        async with asyncio.timeout(20):
            found = await anext(company.changes(owner))
    assert {change.order_id for change in found.changes} == ours


@pytest.mark.usefixtures("known")
async def test_a_viewer_may_watch_the_company(guarded: FastAPI, known: Any) -> None:  # noqa: F811
    frame = '{"type": "req", "id": 1, "method": "company.subscribe"}'
    wrong = '{"type": "req", "id": 2, "method": "company.subscribe", "params": {"user": "x"}}'

    seen = await talk_to(guarded, bearer(good_token(known.viewer)), frames=[frame, wrong])

    assert [answer["ok"] for answer in seen.answers] == [True, False]
    assert not services_in(guarded).replies.company.is_watched, "it has gone"


async def test_workers_in_their_own_processes_are_heard(
    gateway: Running, settings: GatewaySettings, tmp_path: Any
) -> None:
    environment = an_environment(
        tmp_path,
        NEXUS_HOME=str(settings.nexus_home),
        SQLITE_DB_PATH=str(settings.sqlite_path),
        REDIS_URL=settings.redis_url or "",
        **{f"NEXUS_MODEL_{role}": "scripted/tester" for role in ("CEO", "DIRECTOR", "INTERN", "ADMIN")},
    )
    worker: Process = a_worker("worker", environment, tmp_path)
    try:
        async with calling(gateway) as watcher:
            await watcher.call("company.subscribe")
            door = Door(str(gateway.port))
            order_id = (await asyncio.to_thread(door.chat, "Capital of France?", 0))["order_id"]
            await asyncio.to_thread(wait_for, lambda: door.order(order_id)["order"]["status"] == "delivered")
            change = await told(watcher, order_id, "order.delivered")
        assert change["status"] == "delivered"
    finally:
        worker.stop()
