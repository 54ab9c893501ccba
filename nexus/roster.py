"""Who works here: the beats that workers write into a Redis hash, one field a worker."""

import asyncio
from collections.abc import Awaitable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Protocol

from pydantic import BaseModel, ValidationError

from nexus.clock import Clock
from nexus.errors import TransientError
from nexus.logs import get_logger
from nexus.redis_client import REDIS_DOWN
from nexus.work_order import Role

log = get_logger(__name__)

WORKERS = "nexus:workers"
STALE_AFTER_S = 15
FORGOTTEN_AFTER_S = 3600
TIMEOUT_S = 1.0


class HashReader(Protocol):
    """The one command the roster needs of a Redis client."""

    def hgetall(self, name: str) -> Awaitable[dict[bytes | str, bytes | str]]:
        """All fields of a hash."""
        ...


class BeatPrice(BaseModel):
    """What a model costs, in dollars per million tokens."""

    input: Decimal
    output: Decimal
    cache_read: Decimal
    cache_write: Decimal


class BeatModel(BaseModel):
    """A model a worker uses for one role; `price` None: nobody knows it, `ends`: the day it is retired."""

    model: str
    provider: str
    local: bool
    weak: bool = False
    price: BeatPrice | None = None
    ends: date | None = None
    fallbacks: list["BeatModel"] = []


class BeatSandbox(BaseModel):
    """Where a worker runs code of others: `level` as in `nexus.sandbox.state`, `reason` one line."""

    level: str
    reason: str

    @property
    def is_there(self) -> bool:
        """Whether anything can be run."""
        return self.level not in ("none", "away")


class BeatRouter(BaseModel):
    """Which router a worker that triages has loaded; `note`: what is wrong with it, None when nothing is."""

    version: str
    note: str | None = None


class Beat(BaseModel):
    """A worker's sign of life, written every few seconds."""

    worker: str
    pid: int
    host: str
    roles: list[Role]
    models: dict[Role, BeatModel | None] = {}
    at: datetime
    busy: int = 0
    voice: str | None = None  # who turns voice messages into words, or why nobody does
    sandbox: BeatSandbox | None = None  # None: it has not looked yet
    router: BeatRouter | None = None  # None: it does not triage, or by rules alone

    def is_stale(self, now: datetime) -> bool:
        """True when the worker has been silent for too long to count on it."""
        return now - self.at > timedelta(seconds=STALE_AFTER_S)


class Roster:
    """Reads the beats."""

    def __init__(self, redis: HashReader, clock: Clock) -> None:
        self._redis = redis
        self._clock = clock

    async def beats(self) -> list[Beat]:
        """Every worker heard of in the last hour, newest beat first.

        Raises:
            TransientError: Redis does not answer.
        """
        try:
            async with asyncio.timeout(TIMEOUT_S):
                fields = await self._redis.hgetall(WORKERS)
        except (*REDIS_DOWN, TimeoutError):
            raise TransientError("Redis does not answer") from None
        oldest = self._clock.now() - timedelta(seconds=FORGOTTEN_AFTER_S)
        beats = [beat for value in fields.values() if (beat := _parse(value)) and beat.at > oldest]
        return sorted(beats, key=lambda beat: beat.at, reverse=True)


def _parse(value: bytes | str) -> Beat | None:
    try:
        return Beat.model_validate_json(value)
    except ValidationError as error:
        log.warning("roster.bad_beat", error=str(error).splitlines()[0])
        return None
