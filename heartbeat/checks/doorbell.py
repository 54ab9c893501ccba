"""Redis: whether it answers, its memory, and how long work has been lying on its streams. Then the workers, by role."""

from collections.abc import Mapping, Sequence

from redis.asyncio import Redis

from db.crew import crew_of, paused_reason
from db.engine import Database
from db.statements.pauses import all_pauses
from db.statements.switches import Switch
from db.vitals import router_vital, sandbox_vital
from heartbeat.finding import Check, Findings, Found
from nexus.clock import Clock
from nexus.errors import StoreUnavailable, TransientError
from nexus.messages import stream_of
from nexus.model_status import ModelStatus
from nexus.redis_client import REDIS_USELESS
from nexus.roster import Beat, Roster
from nexus.work_order import Role

MEMORY_HIGH, MEMORY_FULL = 0.85, 0.97  # of maxmemory; without eviction it then refuses to write
WAITS_LONG_S = 120  # a worker with room reads at once
HELD_LONG_S = 1_200  # twice an order's default deadline: what is at work is pending until it is done
BEATS_AGAIN_S = 15.0  # after Redis was away, in which no beat could be written
WORKERS = tuple(f"workers.{role.value}" for role in Role)


def redis_check(redis: Redis, clock: Clock) -> Check:
    """`redis`."""

    async def look() -> Findings:
        try:
            return {"redis": await _redis(redis, clock)}
        except REDIS_USELESS:
            reason = "does not answer: workers poll the database, every step takes a second"
            return {"redis": Found(ModelStatus.DEGRADED, reason, hangs=True)}

    return Check(("redis",), look, if_silent=ModelStatus.DEGRADED)


async def _redis(redis: Redis, clock: Clock) -> Found:
    memory = await redis.info("memory")
    used, most = int(memory["used_memory"]), int(memory.get("maxmemory") or 0)
    text = f"answers, {used / 2**20:.0f} MiB"
    if most:
        text += f" of {most / 2**20:.0f} MiB"
        if used / most >= MEMORY_FULL:
            return Found(ModelStatus.CRITICAL, f"its memory is full: {text}")
    late = [line for role in Role if (line := await _late(redis, role, clock.now().timestamp()))]
    if most and used / most >= MEMORY_HIGH:
        late.insert(0, "its memory is nearly full")
    if late:
        return Found(ModelStatus.DEGRADED, f"{text}; {'; '.join(late)}")
    return Found(ModelStatus.HEALTHY, text)


async def _late(redis: Redis, role: Role, now_s: float) -> str | None:
    """What lies too long on the role's stream: unread, or read and never acknowledged."""
    stream = stream_of(role)
    if not await redis.exists(stream):
        return None
    for group in await redis.xinfo_groups(stream):
        after = group["last-delivered-id"].decode()
        unread = await redis.xrange(stream, min=f"({after}", count=1)
        waits = now_s - _time_of(unread[0][0]) if unread else 0
        if waits > WAITS_LONG_S:
            return f"{group['lag'] or 'some'} wait for the {role.value}, the oldest for {waits:.0f} s"
        if group["pending"]:
            held = await redis.xpending_range(stream, role.value, min="-", max="+", count=1)
            idle_s = float(held[0]["time_since_delivered"]) / 1000 if held else 0
            if idle_s > HELD_LONG_S:
                return (
                    f"{group['pending']} read by the {role.value} and not done, the oldest for {idle_s:.0f} s"
                )
    return None


def _time_of(entry_id: bytes | str | None) -> float:
    """An entry's id begins with its time in milliseconds; in seconds."""
    text = entry_id.decode() if isinstance(entry_id, bytes) else str(entry_id)
    return int(text.partition("-")[0]) / 1000


def workers_check(roster: Roster, database: Database, clock: Clock) -> Check:
    """`workers.<role>`, `voice`, `sandbox` and `router`, by the newest beats. A pause is said and no alarm."""
    away_at = float("-inf")

    async def look() -> Findings:
        nonlocal away_at
        try:
            beats = await roster.beats()
        except TransientError:
            beats, away_at = None, clock.monotonic()
        try:
            pauses: Mapping[Role, Switch] = await database.read(all_pauses)
        except StoreUnavailable:
            pauses = {}
        because = "redis" if clock.monotonic() - away_at < BEATS_AGAIN_S else None
        crews = {role: crew_of(role, beats, clock.now()) for role in Role}
        found = {
            f"workers.{role.value}": Found(
                crew.status, paused_reason(role, pauses.get(role), crew.reason), because
            )
            for role, crew in crews.items()
        }
        for crew in crews.values():
            if crew.voice is not None:
                found["voice"] = Found(ModelStatus.HEALTHY, crew.voice)
        if (sandbox := sandbox_vital(beats, clock.now())) is not None:
            # A machine that has none is no event: it is told where one looks, and by no alert at every start.
            found["sandbox"] = Found(sandbox.status, sandbox.reason, quiet=not _is_runner_away(beats))
        if (router := router_vital(beats, clock.now())) is not None:
            found["router"] = Found(router.status, router.reason)
        return found

    return Check(WORKERS, look, if_silent=ModelStatus.UNKNOWN, because="database")


def _is_runner_away(beats: Sequence[Beat] | None) -> bool:
    return any(beat.sandbox is not None and beat.sandbox.level == "away" for beat in beats or ())
