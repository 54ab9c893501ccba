"""How much one sender may ask for: a dependency of the whole app beside the guard, and a call for the WebSocket.

Counted in Redis for all gateways together (`gateway.windows`). When Redis does not answer within 0.3 s this process
counts by itself, says so in its health, and goes back by itself as soon as Redis answers again: only the requests
that were on their way when Redis went waited for it.
"""

import asyncio
import ipaddress
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from gateway.errors import Kind, Problem
from gateway.rates import RateSettings, rate_of
from gateway.windows import Asked, Counted, LocalWindows, Rate, ScriptRedis, SharedWindows, Verdict
from nexus.clock import Clock
from nexus.logs import get_logger
from nexus.redis_client import REDIS_USELESS

log = get_logger(__name__)

LOOK_AGAIN_S = 1.0
PROBE = (("probe", Rate(10, 1)),)


@dataclass(slots=True)
class Refusals:
    """How many hits were refused since the start, by what was full."""

    principal: int = 0
    address: int = 0
    login: int = 0

    def counts(self) -> Mapping[str, int]:
        """By name."""
        return asdict(self)


class RateLimits:
    """The windows of principals, of addresses, and of failed logins. A `gateway.principals.FailedLogins`."""

    def __init__(self, redis: ScriptRedis, settings: RateSettings, clock: Clock) -> None:
        self._shared = SharedWindows(redis)
        self._local = LocalWindows(clock)
        self._local_logins = LocalWindows(clock)  # apart: whoever guesses pushes no sender out
        self._clock = clock
        self._away = asyncio.Event()
        self._per_principal = rate_of(settings.rate_limit)
        self._per_address = rate_of(settings.rate_limit_address)
        self._per_login = rate_of(settings.rate_limit_login)
        self.refused = Refusals()

    @property
    def are_shared(self) -> bool:
        """False while this process counts by itself."""
        return not self._away.is_set()

    async def check(self, principal: str, address: str) -> Verdict | None:
        """Count one request; None when there is no limit.

        Raises:
            Problem: 429, it is one too many. Nothing was counted.
        """
        asked: list[tuple[str, Rate]] = []
        if self._per_principal is not None:
            asked.append((f"principal:{principal}", self._per_principal))
        if self._per_address is not None:
            asked.append((f"address:{_network(address)}", self._per_address))
        if not asked:
            return None
        verdict = await self._hit(asked, self._local)
        if not verdict.admitted:
            self._note_refusal(asked, verdict)
            raise too_many(verdict.tightest, "Too many requests.")
        return verdict

    async def failed(self, address: str) -> None:
        """Count a credential that was refused. Right credentials never come here, so nobody locks the owner out.

        Raises:
            Problem: 429, this address has guessed too often.
        """
        if self._per_login is None:
            return
        verdict = await self._hit([(f"login:{_network(address)}", self._per_login)], self._local_logins)
        if not verdict.admitted:
            self.refused.login += 1
            raise too_many(verdict.tightest, "Too many refused credentials from this address.")

    async def watch(self) -> None:
        """Look for Redis for ever while it is away, so that no request has to."""
        while True:
            await self._away.wait()
            await self._clock.sleep(LOOK_AGAIN_S)
            try:
                await self._shared.hit(PROBE)
            except (*REDIS_USELESS, TimeoutError):
                continue
            self._away.clear()
            self._local.clear()
            self._local_logins.clear()
            log.info("limits.shared")

    async def _hit(self, asked: Asked, local: LocalWindows) -> Verdict:
        if self.are_shared:
            verdict = await self._hit_shared(asked)
            if verdict is not None:
                return verdict
        return local.hit(asked)

    async def _hit_shared(self, asked: Asked) -> Verdict | None:
        """None when Redis does not answer in time."""
        try:
            return await self._shared.hit(asked)
        except (*REDIS_USELESS, TimeoutError) as error:
            if self.are_shared:
                log.warning("limits.local", error=str(error) or "Redis does not answer in time")
                self._away.set()
            return None

    def _note_refusal(self, asked: Asked, verdict: Verdict) -> None:
        for (name, _), counted in zip(asked, verdict.counted, strict=True):
            if counted.left < 1:
                if name.startswith("principal:"):
                    self.refused.principal += 1
                else:
                    self.refused.address += 1
                return


def _network(address: str) -> str:
    """Whom an address stands for: of IPv6 its /64, which one household has to itself."""
    if ":" not in address:
        return address
    try:
        return str(ipaddress.IPv6Network((address.partition("%")[0], 64), strict=False))
    except ValueError:
        return address


def too_many(counted: Counted, what: str) -> Problem:
    """The refusal: 429 with the moment from which on there is room again."""
    wait_s = _whole_seconds(counted)
    rate = counted.rate
    return Problem(
        Kind.RATE_LIMITED,
        f"{what} At most {rate.amount} in {rate.window_s} s: try again in {wait_s} s.",
        headers={"Retry-After": str(wait_s), **headers_of(counted)},
    )


def headers_of(counted: Counted) -> Mapping[str, str]:
    """What a client is told of its limit: `Reset` is when the oldest hit leaves the window, in seconds from now."""
    return {
        "RateLimit-Limit": str(counted.rate.amount),
        "RateLimit-Remaining": str(max(0, counted.left)),
        "RateLimit-Reset": str(_whole_seconds(counted)),
    }


def _whole_seconds(counted: Counted) -> int:
    return max(1, math.ceil(counted.reset_s))
