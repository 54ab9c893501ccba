"""What /api/equipment says and takes: tools, their schedules, and their runs."""

import json
from datetime import datetime
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field

from db.statements.equipment import Run, RunStatus
from db.statements.equipment_schedules import ScheduleRow
from equipment.channels import PATTERN
from equipment.cron import Cron
from equipment.cron_words import in_words
from equipment.tool import Tool

LIST_CHARS = 2000
DUE_TIMES = 5
MOST_WAIT_S = 60
PATIENCE_S = 5.0  # a scheduler takes a run within a second or two
SETTLED = frozenset(RunStatus) - {RunStatus.ASKED, RunStatus.RUNNING}


class RunView(BaseModel):
    """One run of a tool."""

    id: str = Field(examples=["01JD0Z7M2T9V6Q4B8X3N5K1YHR"])
    tool: str
    status: RunStatus = Field(
        description="`asked`: it waits for a process that runs tools. `lost`: the process that ran it went away, or "
        "nobody took it within an hour"
    )
    parameters: dict[str, Any]
    triggered_by: str = Field(description="`schedule`, or who asked", examples=["owner"])
    due_at: datetime | None = Field(description="the due time it was run for; null: somebody asked")
    asked_at: datetime | None = Field(description="when it was asked for; null: nobody had to take it")
    started_at: datetime | None = Field(description="null until somebody runs it")
    finished_at: datetime | None
    duration_ms: int | None = Field(description="from its start to its end")
    exit_code: int | None = Field(description="minus the signal's number when a signal ended it")
    output: str | None = Field(
        description="what it printed; in lists at most the first 2,000 characters; of a flood the middle is cut out"
    )
    output_is_whole: bool = Field(description="False where a list shows only the beginning of `output`")
    output_bytes: int | None = Field(description="how much it printed")
    place: str = Field(description="the host it is for; empty: the whole company")
    host: str | None = Field(description="the host that runs it, or has run it")
    attempt: int = Field(description="2: again, because the first was lost")
    tell: str | None = Field(description="the channel that hears of the result", examples=["telegram"])
    told_at: datetime | None = Field(description="when that channel had it")
    hint: str | None = Field(description="why it still waits, when it should not")

    @classmethod
    def of(cls, run: Run, now: datetime, *, whole: bool = True) -> Self:
        """The run as clients see it; in a list not with all of its output."""
        started_at = None if run.status is RunStatus.ASKED or not run.holder else run.started_at
        output = run.output if whole or run.output is None else run.output[:LIST_CHARS]
        return cls(
            id=run.id,
            tool=run.tool,
            status=run.status,
            parameters=json.loads(run.parameters),
            triggered_by=run.triggered_by,
            due_at=run.due_at,
            asked_at=run.asked_at,
            started_at=started_at,
            finished_at=run.finished_at,
            duration_ms=_took_ms(started_at, run.finished_at),
            exit_code=run.exit_code,
            output=output,
            output_is_whole=output == run.output,
            output_bytes=run.output_bytes,
            place=run.place,
            host=run.host,
            attempt=run.attempt,
            tell=run.tell,
            told_at=run.told_at,
            hint=_hint(run, now),
        )


def _took_ms(started_at: datetime | None, finished_at: datetime | None) -> int | None:
    if started_at is None or finished_at is None:
        return None
    return max(0, round((finished_at - started_at).total_seconds() * 1000))


def _hint(run: Run, now: datetime) -> str | None:
    if run.status is not RunStatus.ASKED or run.asked_at is None:
        return None
    waits_s = int((now - run.asked_at).total_seconds())
    if waits_s < PATIENCE_S:
        return None
    return (
        f"Nobody has taken it for {waits_s} s: it waits for a worker of the admin, or `python -m equipment.service`, "
        "whose host has this tool."
    )


class ScheduleView(BaseModel):
    """When a tool comes due, in the company's time zone."""

    cron: str | None = Field(description="what holds; null: it is run by hand", examples=["30 3 * * *"])
    own_cron: str | None = Field(description="what somebody has set; null: the tool's own holds")
    default_cron: str | None = Field(description="the tool's own")
    timezone: str = Field(examples=["Europe/Berlin"])
    in_words: str | None = Field(
        description="null where a short phrase does not say it", examples=["every day at 03:30"]
    )
    in_words_zh: str | None = Field(examples=["每天 03:30"])
    is_paused: bool
    next_due_at: datetime | None = Field(
        description="null: paused, by hand, or an own script that is not allowed"
    )
    next_due_times: list[datetime] = Field(
        description="the next five, as if it was neither paused nor forbidden"
    )
    parameters: dict[str, Any] | None = Field(description="for scheduled runs; null: the tool's defaults")
    tell: str | None = Field(description="the channel that hears of scheduled runs", examples=["telegram"])

    @classmethod
    def of(cls, tool: Tool, row: ScheduleRow, zone: str, now: datetime, *, is_allowed: bool) -> Self:
        """The tool's schedule with what was changed of it."""
        cron = row.cron or tool.schedule
        words = in_words(cron) if cron else None
        due = _due_times(cron, zone, now)
        comes = due and is_allowed and not row.is_paused
        return cls(
            cron=cron,
            own_cron=row.cron,
            default_cron=tool.schedule,
            timezone=zone,
            in_words=words[0] if words else None,
            in_words_zh=words[1] if words else None,
            is_paused=row.is_paused,
            next_due_at=due[0] if comes else None,
            next_due_times=due,
            parameters=json.loads(row.parameters) if row.parameters else None,
            tell=row.tell,
        )


def _due_times(cron: str | None, zone: str, now: datetime) -> list[datetime]:
    found: list[datetime] = []
    while cron is not None and len(found) < DUE_TIMES:
        due = Cron(cron, zone).next_after(found[-1] if found else now)
        if due is None:
            break
        found.append(due)
    return found


class ToolView(BaseModel):
    """One tool."""

    name: str = Field(examples=["backup"])
    description: str
    description_zh: str
    parameters: dict[str, Any] = Field(description="JSON Schema of an object, without references")
    timeout_s: float = Field(description="seconds after which a run is ended")
    is_own_script: bool
    is_allowed: bool = Field(description="False: a script of the owner's without EQUIPMENT_ALLOW_SCRIPTS")
    per_host: bool = Field(description="True: a due time is run on every host; asked for, on one of them")
    schedule: ScheduleView
    last_run: RunView | None = Field(description="the newest, also one that has not ended")


class Tools(BaseModel):
    """Every tool there is."""

    tools: list[ToolView]
    problem: str | None = Field(
        description="what is wrong in equipment.toml; then only the shipped tools are there",
        examples=["equipment.toml: tools.greet.file: there is no file /srv/nexus/equipment/greet.py."],
    )


class RunPage(BaseModel):
    """Runs of a tool, newest first."""

    items: list[RunView]
    next_cursor: str | None = Field(description="pass as `cursor` for the next page; null on the last")


class RunRequest(BaseModel):
    """The body of POST /api/equipment/{name}/run; it may be left out."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    parameters: dict[str, Any] = Field(default={}, description="those left out have their defaults")
    wait: float = Field(
        default=0,
        strict=True,
        ge=0,
        le=MOST_WAIT_S,
        description="seconds to wait for its end; never longer than MAX_WAIT_S",
    )
    tell: str | None = Field(
        default=None,
        pattern=PATTERN,
        description="the channel that hears of the result: `telegram`, or `telegram:CHAT`",
    )


class ScheduleRequest(BaseModel):
    """The body of PUT /api/equipment/{name}/schedule: all of it is set; what is left out is null."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    cron: str | None = Field(
        default=None,
        max_length=128,
        description="minute, hour, day, month, weekday, in the company's time zone; null: the tool's own",
        examples=["30 4 * * 0"],
    )
    parameters: dict[str, Any] | None = Field(
        default=None, description="for scheduled runs; null: the tool's defaults"
    )
    tell: str | None = Field(
        default=None, pattern=PATTERN, description="the channel that hears of scheduled runs; null: none"
    )


def flat_schema(tool: Tool) -> dict[str, Any]:
    """The JSON Schema of a tool's parameters, its references put in, so that a form can be made of it."""
    schema = tool.parameters.model_json_schema()
    schema.pop("description", None)  # of the class, for its reader
    definitions: dict[str, Any] = schema.pop("$defs", {})
    properties: dict[str, dict[str, Any]] = schema.get("properties", {})
    for name, field in properties.items():
        target = str(field.pop("$ref", "")).rpartition("/")[2]
        properties[name] = {**definitions.get(target, {}), **field}
    return schema
