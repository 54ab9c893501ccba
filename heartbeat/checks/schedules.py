"""The tools' schedules: whether anybody runs what comes due, and how old the newest backup is.

Both are left out until a scheduler has met the tools: a company that never had one has nothing overdue.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from db.engine import Database
from db.statements.equipment_schedules import ScheduleRow
from db.statements.equipment_watch import ToolSigns, tool_signs
from equipment.config import EquipmentSettings
from equipment.cron import Cron
from equipment.registry import SHIPPED, load_registry
from equipment.tool import Tool
from heartbeat.finding import Check, Findings, Found
from nexus.clock import Clock
from nexus.errors import ConfigurationError, StoreUnavailable
from nexus.model_status import ModelStatus

BACKUP = "backup"
LATE = timedelta(minutes=5)  # a scheduler looks every minute
AN_HOUR = timedelta(hours=1)  # what is not caught up is past then
LOOK_S = 60.0


def schedules_check(settings: EquipmentSettings, database: Database, clock: Clock) -> Check:
    """`schedules` and `backup`, looked at once a minute."""
    try:
        registry, trouble = load_registry(settings), None
    except ConfigurationError as error:
        registry, trouble = {tool.name: tool for tool in SHIPPED}, str(error)
    known: Findings = {}
    looked_at = float("-inf")

    async def look() -> Findings:
        nonlocal known, looked_at
        if clock.monotonic() - looked_at < LOOK_S:
            return known
        try:
            signs = await database.read(tool_signs, BACKUP)
        except StoreUnavailable:
            return known  # the database is told
        known = judge_schedules(registry, signs, settings.budget_timezone, clock.now())
        if trouble:
            known["schedules"] = Found(ModelStatus.DEGRADED, trouble)
        looked_at = clock.monotonic()
        return known

    return Check(("schedules",), look, if_silent=ModelStatus.UNKNOWN, because="database")


def judge_schedules(registry: Mapping[str, Tool], signs: ToolSigns, zone: str, now: datetime) -> Findings:
    """How the schedules are kept. Pure."""
    kept = {tool.name: (tool, row, cron) for tool, row, cron in _kept(registry, signs, zone)}
    if not kept:
        return {}
    late = [text for one in kept.values() if (text := _overdue(*one, signs, now))]
    found = {
        "schedules": Found(
            ModelStatus.DEGRADED if late else ModelStatus.HEALTHY,
            f"{'; '.join(late)}: no worker of the admin, and no equipment.service, runs what comes due"
            if late
            else f"{len(kept)} kept",
        )
    }
    return found | ({BACKUP: _backup(*kept[BACKUP][1:], signs, now)} if BACKUP in kept else {})


def _kept(
    registry: Mapping[str, Tool], signs: ToolSigns, zone: str
) -> Iterator[tuple[Tool, ScheduleRow, Cron]]:
    """What runs once for the whole company, has a schedule and is not paused."""
    for name, row in signs.rows.items():
        tool = registry.get(name)
        expression = row.cron or (tool.schedule if tool else None)
        if tool and expression and not (row.is_paused or tool.per_host or tool.is_own_script):
            yield tool, row, Cron(expression, zone)


def _overdue(tool: Tool, row: ScheduleRow, cron: Cron, signs: ToolSigns, now: datetime) -> str | None:
    due, known = cron.newest(now - LATE), max(row.counts_from, signs.claimed.get(tool.name, row.counts_from))
    if due is None or due <= known or (tool.catch_up == "none" and now - due > AN_HOUR):
        return None
    return f"{tool.name} was due at {due:%Y-%m-%d %H:%M} UTC"


def _backup(row: ScheduleRow, cron: Cron, signs: ToolSigns, now: datetime) -> Found:
    """Degraded when two that were due have passed since the last good one."""
    newest = cron.newest(now - LATE)
    before = cron.newest(newest - timedelta(seconds=1)) if newest else None
    done = signs.backed_up_at
    text = f"the newest is of {done:%Y-%m-%d %H:%M} UTC" if done else "there is none yet"
    if before is not None and before > row.counts_from and (done is None or done < before):
        return Found(ModelStatus.DEGRADED, f"{text}, and two that were due since have not been made")
    return Found(ModelStatus.HEALTHY, text)
