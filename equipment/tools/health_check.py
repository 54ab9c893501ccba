"""`health_check`: how each part is, from the company's own records and from the machine, without the gateway.

It reports and never repairs. It fails, with exit code 1, when a part is critical; so its history shows when.
"""

import asyncio
import shutil
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, cast

import psutil
from pydantic import AwareDatetime, BaseModel

from db.engine import Database, open_database
from db.migrate import newest_revision, present_revision
from db.statements.census import take_census
from equipment.config import EquipmentSettings
from equipment.tool import Parameters
from nexus.clock import SystemClock
from nexus.errors import NexusError, TransientError
from nexus.redis_client import REDIS_USELESS, make_redis
from nexus.work_order import Role, Status

DISK_LOW, DISK_FULL = 0.10, 0.03  # free, as a share; and never mind the share when there is plenty
PLENTY_BYTES = 20 * 1024**3
MEMORY_LOW = 0.05
SLOW_S = 1.0
ANSWER_S = 5.0
BEATS = "nexus:workers"
SILENT_S = 20.0  # a worker beats every 5
BACKLOG = 100


class Health(StrEnum):
    """How a part is."""

    HEALTHY = "healthy"
    DEGRADED = "degraded"
    CRITICAL = "critical"


@dataclass(frozen=True, slots=True)
class Finding:
    """One part, and one line about it."""

    part: str
    health: Health
    text: str


class Beat(BaseModel):
    """What is read here of a worker's sign of life."""

    roles: list[Role]
    at: AwareDatetime


class Critical(NexusError):
    """At least one part is critical; the message is the whole report."""


def run(settings: EquipmentSettings, _parameters: Parameters) -> str:
    """One line a part.

    Raises:
        Critical: a part is critical; its message has the same lines.
    """
    findings = [*_disks(settings), _memory(), *_database(settings), *asyncio.run(_redis(settings))]
    report = "\n".join(f"{item.part}: {item.health.value}: {item.text}" for item in findings)
    if any(item.health is Health.CRITICAL for item in findings):
        raise Critical(report)
    return report


def _disks(settings: EquipmentSettings) -> Iterator[Finding]:
    """The disk of the data folder, and that of the backups where it is another."""
    home, backups = _there(settings.home), _there(settings.backup_folder)
    yield check_disk("disk", home)
    if backups.stat().st_dev != home.stat().st_dev:
        yield check_disk("backup disk", backups)


def _there(path: Path) -> Path:
    """`path`, or the nearest folder above that exists."""
    return next(folder for folder in (path, *path.parents) if folder.exists())


def check_disk(part: str, folder: Path) -> Finding:
    """How full the disk of `folder` is."""
    usage = shutil.disk_usage(folder)
    usable = usage.used + usage.free  # as df counts: what is reserved is nobody's
    share = usage.free / usable
    health = Health.HEALTHY
    if share < DISK_LOW and usage.free < PLENTY_BYTES:
        health = Health.CRITICAL if share < DISK_FULL else Health.DEGRADED
    return Finding(
        part,
        health,
        f"{1 - share:.0%} full, {_gib(usage.used)} used and {_gib(usage.free)} free at {folder}",
    )


def _memory() -> Finding:
    memory = psutil.virtual_memory()
    low = memory.available / memory.total < MEMORY_LOW
    text = f"{_gib(memory.available)} of {_gib(memory.total)} available"
    return Finding("memory", Health.DEGRADED if low else Health.HEALTHY, text)


def _gib(count: int) -> str:
    return f"{count / 1024**3:.1f} GiB"


def _database(settings: EquipmentSettings) -> Iterator[Finding]:
    kind = "PostgreSQL" if settings.database_url else "SQLite"
    if settings.database_url is None and not settings.sqlite_path.exists():
        yield Finding("database", Health.CRITICAL, f"there is no file {settings.sqlite_path}")
        return
    with closing(open_database(settings)) as database:
        try:
            database.read_sync(present_revision)  # the first time also loads modules and connects
            began = time.monotonic()
            present = database.read_sync(present_revision)
            took_s = time.monotonic() - began
            yield _revision(kind, present, took_s)
            if present == newest_revision():
                yield _orders(database)
        except TransientError as error:
            yield Finding("database", Health.CRITICAL, f"{kind}: {error}")


def _revision(kind: str, present: str | None, took_s: float) -> Finding:
    if present != newest_revision():
        text = f"{kind} has schema {present or 'none'}, not {newest_revision()}: start the company once"
        return Finding("database", Health.CRITICAL, text)
    slow = took_s > SLOW_S
    text = f"{kind}, schema {present}, answered in {took_s * 1000:.0f} ms"
    return Finding("database", Health.DEGRADED if slow else Health.HEALTHY, text)


def _orders(database: Database) -> Finding:
    census = database.read_sync(take_census)
    waiting, dead = sum(census.waiting.values()), census.orders[Status.DEAD]
    text = f"{waiting} wait for a worker, {dead} dead, {sum(census.orders.values()):,} in all"
    return Finding("orders", Health.DEGRADED if waiting > BACKLOG or dead else Health.HEALTHY, text)


async def _redis(settings: EquipmentSettings) -> list[Finding]:
    client: Any = make_redis(settings.effective_redis_url, max_connections=2)
    try:
        async with asyncio.timeout(ANSWER_S):
            facts = cast("dict[str, Any]", await client.info("memory"))
            beats = await client.hvals(BEATS)
    except (*REDIS_USELESS, TimeoutError) as error:
        reason = str(error) or type(error).__name__
        return [Finding("redis", Health.DEGRADED, f"does not answer: {reason}; workers poll the database")]
    finally:
        await client.aclose(close_connection_pool=True)
    return [
        Finding("redis", Health.HEALTHY, f"{facts.get('used_memory_human', '?')} in use"),
        _workers(beats),
    ]


def _workers(beats: list[bytes]) -> Finding:
    now = SystemClock().now()
    alive = [
        beat for beat in map(Beat.model_validate_json, beats) if (now - beat.at).total_seconds() < SILENT_S
    ]
    serving = {role for beat in alive for role in beat.roles}
    missing = [role.value for role in Role if role not in serving]
    if missing:
        return Finding("workers", Health.CRITICAL, f"nobody serves {', '.join(missing)}")
    return Finding("workers", Health.HEALTHY, "every role is served")
