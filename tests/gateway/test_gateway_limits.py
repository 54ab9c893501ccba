"""How much one sender may ask for, and what he is told."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from pydantic import SecretStr, ValidationError
from redis.exceptions import ResponseError
from websockets.asyncio.client import ClientConnection, connect

from gateway.config import GatewaySettings
from gateway.errors import Problem
from gateway.limits import LOOK_AGAIN_S, RateLimits
from gateway.main import create_app
from gateway.rates import rate_of
from gateway.windows import Rate
from nexus.clock import SystemClock
from nexus.redis_client import make_redis
from tests.conftest import wait_until
from tests.gateway.company import LOOPBACK, rows_in, running_gateway, services_in

SECRET = "a secret of thirty-two characters"
RIGHT = {"Authorization": f"Bearer {SECRET}"}


@asynccontextmanager
async def client_with(
    settings: GatewaySettings, peer: tuple[str, int] = LOOPBACK, **changes: object
) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(settings.model_copy(update=changes))
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app, client=peer)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client:
            yield client


async def statuses(client: httpx.AsyncClient, times: int, path: str = "/api/agents") -> list[int]:
    return [(await client.get(path)).status_code for _ in range(times)]


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ("60/minute", Rate(60, 60)),
        (" 10 per 5 seconds", Rate(10, 5)),
        ("1000/Hour", Rate(1000, 3600)),
        ("none", None),
    ],
)
def test_a_limit_is_written_as_people_write_it(text: str, rate: Rate | None) -> None:
    assert rate_of(text) == rate


@pytest.mark.parametrize(
    "text", ["", "60", "0/minute", "-1/minute", "60/fortnight", "1e9/minute", "60/0 seconds"]
)
def test_what_is_no_limit_is_refused(text: str) -> None:
    with pytest.raises(ValidationError, match="60/minute"):
        GatewaySettings.model_validate({"rate_limit": text})


async def test_one_too_many_is_429_with_when_to_come_back(settings: GatewaySettings) -> None:
    async with client_with(settings, rate_limit="3/minute") as client:
        replies = [await client.get("/api/agents") for _ in range(4)]
    assert [reply.status_code for reply in replies] == [200, 200, 200, 429]
    assert [reply.headers["RateLimit-Remaining"] for reply in replies] == ["2", "1", "0", "0"]
    assert {reply.headers["RateLimit-Limit"] for reply in replies} == {"3"}
    refused = replies[-1]
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.json()["type"] == "urn:nexus:problem:rate-limited"
    assert 50 < int(refused.headers["Retry-After"]) <= 60
    assert refused.headers["RateLimit-Reset"] == refused.headers["Retry-After"]
    assert refused.headers["X-Request-ID"] == refused.json()["request_id"]


async def test_what_is_refused_does_nothing_and_is_not_counted(settings: GatewaySettings) -> None:
    async with client_with(settings, rate_limit="1/minute") as client:
        app_statuses = [
            (await client.post("/api/chat", json={"content": "Hi"})).status_code for _ in range(5)
        ]
        services = services_in(client._transport.app)  # type: ignore[attr-defined]
        assert services.limits.refused.principal == 4
        assert rows_in(services.database)["work_orders"] == 1
    assert app_statuses == [202, 429, 429, 429, 429]


async def test_gateways_count_together(settings: GatewaySettings) -> None:
    async with (
        client_with(settings, rate_limit="10/minute") as one,
        client_with(settings, rate_limit="10/minute") as other,
    ):
        found = await asyncio.gather(*(statuses(client, 20) for client in (one, other) * 3))
    assert sum(status == 200 for some in found for status in some) == 10


async def test_an_address_has_a_limit_of_its_own_whatever_it_says_of_itself(
    settings: GatewaySettings,
) -> None:
    secret = {"api_secret": SecretStr(SECRET)}
    async with client_with(settings, ("10.1.1.1", 5), rate_limit_address="3/minute", **secret) as client:
        found = [
            (
                await client.get(
                    "/api/agents",
                    headers=RIGHT
                    | {
                        "X-Forwarded-For": f"10.9.9.{n}",
                        "Forwarded": f"for=10.9.9.{n}",
                        "X-Real-IP": f"10.9.9.{n}",
                    },
                )
            ).status_code
            for n in range(6)
        ]
    async with client_with(settings, ("10.1.1.2", 5), rate_limit_address="3/minute", **secret) as neighbour:
        assert (await neighbour.get("/api/agents", headers=RIGHT)).status_code == 200
    assert found == [200, 200, 200, 429, 429, 429]


async def test_of_ipv6_a_household_counts_as_one(settings: GatewaySettings, limits: RateLimits) -> None:
    for n in range(3):
        await limits.check("a", f"2001:db8:1:2::{n}")
    with pytest.raises(Problem):
        await limits.check("a", "2001:db8:1:2:ffff::1")
    await limits.check("a", "2001:db8:1:3::1")


@pytest.fixture
async def limits(settings: GatewaySettings) -> AsyncIterator[RateLimits]:
    redis = make_redis(settings.effective_redis_url)
    yield RateLimits(redis, settings.model_copy(update={"rate_limit_address": "3/minute"}), SystemClock())
    await redis.aclose(close_connection_pool=True)


async def test_health_is_not_counted(settings: GatewaySettings) -> None:
    async with client_with(settings, rate_limit="1/minute", rate_limit_address="1/minute") as client:
        assert set(await statuses(client, 5, "/health")) == {200}
        assert await statuses(client, 2) == [200, 429]


async def test_guessing_locks_the_guessers_address_and_never_who_has_the_right_secret(
    settings: GatewaySettings,
) -> None:
    async with client_with(settings, rate_limit_login="10/minute", api_secret=SecretStr(SECRET)) as client:
        wrong = [
            await client.get("/api/agents", headers={"Authorization": f"Bearer wrong{n}"}) for n in range(15)
        ]
        assert [reply.status_code for reply in wrong] == [401] * 10 + [429] * 5
        assert "Retry-After" in wrong[-1].headers
        assert set(await _with(client, RIGHT, 5)) == {200}
        transport = httpx.ASGITransport(client._transport.app, client=("10.2.2.2", 1))  # type: ignore[attr-defined]
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as elsewhere:
            assert await _with(elsewhere, {"Authorization": "Bearer wrong"}, 1) == [401]


async def _with(client: httpx.AsyncClient, headers: dict[str, str], times: int) -> list[int]:
    return [(await client.get("/api/agents", headers=headers)).status_code for _ in range(times)]


async def test_messages_over_the_websocket_count_too(settings: GatewaySettings) -> None:
    with running_gateway(settings.model_copy(update={"rate_limit": "3/minute"})) as gateway:
        async with connect(gateway.ws_url, proxy=None) as socket:
            replies = []
            for n in range(4):
                frame = {"type": "req", "id": n, "method": "chat.send", "params": {"content": "Hi"}}
                await socket.send(json.dumps(frame))
                replies.append(await _reply(socket, n))
    assert [reply["ok"] for reply in replies] == [True, True, False, False]  # the handshake was the first
    assert replies[-1]["error"]["code"] == "rate-limited"


async def _reply(socket: ClientConnection, n: int) -> dict[str, Any]:
    while True:
        frame: dict[str, Any] = json.loads(await socket.recv())
        if frame.get("id") == n:
            return frame


class FalteringRedis:
    """A Redis that can hang or be gone, and counts who waits for it."""

    def __init__(self, url: str) -> None:
        self.real = make_redis(url)
        self.state = "up"
        self.asked = 0

    def register_script(self, script: str) -> "FalteringRedis.Script":
        return self.Script(self, script)

    async def _faltering(self) -> None:
        self.asked += 1
        if self.state == "hangs":
            await asyncio.Event().wait()
        if self.state == "gone":
            raise ConnectionError("gone")
        if self.state == "is full":
            raise ResponseError("OOM command not allowed when used memory > 'maxmemory'")

    class Script:
        def __init__(self, redis: "FalteringRedis", script: str) -> None:
            self.redis = redis
            self.real = redis.real.register_script(script)

        async def __call__(self, keys: Sequence[str], args: Sequence[int]) -> Sequence[int]:
            await self.redis._faltering()
            found: Sequence[int] = await self.real(keys, args)
            return found


@pytest.mark.parametrize("state", ["hangs", "gone", "is full"])
async def test_without_redis_each_process_counts_by_itself_and_comes_back_by_itself(
    settings: GatewaySettings, state: str
) -> None:
    redis = FalteringRedis(settings.effective_redis_url)
    limits = RateLimits(redis, settings.model_copy(update={"rate_limit": "5/minute"}), SystemClock())
    watching = asyncio.create_task(limits.watch())
    try:
        redis.state = state
        assert [await _allows(limits) for _ in range(7)] == [True] * 5 + [False] * 2
        assert redis.asked <= 2  # one request, and perhaps one look of the watch: nobody else has waited
        assert not limits.are_shared
        redis.state = "up"
        await wait_until(lambda: limits.are_shared)
        assert [await _allows(limits) for _ in range(7)] == [True] * 5 + [False] * 2
    finally:
        watching.cancel()
        await redis.real.aclose(close_connection_pool=True)


async def test_a_redis_that_hangs_costs_a_moment_once(settings: GatewaySettings) -> None:
    redis = FalteringRedis(settings.effective_redis_url)
    limits = RateLimits(redis, settings.model_copy(update={"rate_limit": "5000/minute"}), SystemClock())
    redis.state = "hangs"
    began = time.monotonic()
    for _ in range(200):
        assert await _allows(limits)
    assert time.monotonic() - began < LOOK_AGAIN_S
    await redis.real.aclose(close_connection_pool=True)


async def test_a_reply_that_waits_in_a_busy_process_is_not_taken_for_silence(
    settings: GatewaySettings,
) -> None:
    redis = make_redis(settings.effective_redis_url)
    limits = RateLimits(redis, settings.model_copy(update={"rate_limit": "5/minute"}), SystemClock())
    await limits.check("warm", "")
    asking = asyncio.create_task(_allows(limits))
    await asyncio.sleep(0)
    time.sleep(0.7)  # noqa: ASYNC251 - the whole loop stands still, as on an overloaded machine
    assert await asking
    assert limits.are_shared
    await redis.aclose(close_connection_pool=True)


async def _allows(limits: RateLimits) -> bool:
    try:
        await limits.check("somebody", "127.0.0.1")
    except Problem:
        return False
    return True
