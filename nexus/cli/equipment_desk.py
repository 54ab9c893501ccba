"""What `nexus equipment` does, on the database itself."""

import asyncio
import getpass
import json
from collections.abc import Iterable

import typer
from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from db.statements.equipment import Run, RunStatus, newest_runs, run_history
from db.statements.equipment_schedules import ScheduleRow, all_schedules, pause_tool, reschedule
from equipment.channels import checked_channel
from equipment.config import EquipmentSettings
from equipment.cron import Cron
from equipment.registry import find_tool, load_registry, scheduled_parameters, validated
from equipment.runner import Asked, Runner
from equipment.tool import Tool
from nexus.cli.order_desk import store
from nexus.cli.terminal import plain
from nexus.clock import SystemClock
from nexus.errors import ConfigurationError
from nexus.logs import configure_logs
from nexus.settings import load_settings

STYLES = {RunStatus.DONE: "green", RunStatus.FAILED: "red", RunStatus.TIMED_OUT: "red", RunStatus.LOST: "red"}


def list_tools() -> None:
    """Print a table of the tools.

    Raises:
        ConfigurationError: `equipment.toml` is wrong, or there is no database.
    """
    settings = load_settings(EquipmentSettings)
    registry = load_registry(settings)
    with store() as database:
        rows, runs = database.read_sync(all_schedules), database.read_sync(newest_runs, registry)
    table = Table(Column("tool", no_wrap=True), "what it does", "schedule", "next", "last run", box=None)
    for tool in registry.values():
        table.add_row(*_cells(tool, rows.get(tool.name), runs.get(tool.name), settings))
    Console(highlight=False, soft_wrap=True).print(table)


def _cells(
    tool: Tool, row: ScheduleRow | None, last: Run | None, settings: EquipmentSettings
) -> tuple[Text, ...]:
    expression = (row.cron if row else None) or tool.schedule
    due = Cron(expression, settings.budget_timezone).next_after(SystemClock().now()) if expression else None
    following = f"{due:%Y-%m-%d %H:%M}" if due else "by hand"
    if row is not None and row.is_paused:
        following = "paused"
    elif tool.is_own_script and not settings.equipment_allow_scripts:
        following = "not allowed"
    ended = (
        Text(f"{last.status.value} {_moment(last)}", style=STYLES.get(last.status, ""))
        if last
        else Text("never")
    )
    return Text(tool.name), Text(plain(tool.description)), Text(expression or ""), Text(following), ended


def _moment(run: Run) -> str:
    return f"{run.finished_at or run.started_at:%Y-%m-%d %H:%M}"


def run_tool(name: str, parameters: Iterable[str], tell: str | None) -> int:
    """Run it, print what it says, and return the exit code: 0 when it is done, else 1.

    Raises:
        ConfigurationError: there is no such tool or channel, a parameter is wrong, or own scripts are not allowed.
    """
    settings = load_settings(EquipmentSettings)
    tool = find_tool(load_registry(settings), name)
    configure_logs(settings.model_copy(update={"log_level": "WARNING"}), "nexus")
    asked = Asked(f"cli:{getpass.getuser()}", _pairs(parameters), checked_channel(tell))
    with store() as database:
        run = asyncio.run(Runner(settings, database, SystemClock()).run_now(tool, asked))
    if run.output:
        typer.echo(plain(run.output).rstrip("\n"))
    if run.status is RunStatus.DONE:
        return 0
    code = "" if run.exit_code is None else f", exit code {run.exit_code}"
    typer.echo(f"nexus: {name}: {run.status.value.replace('_', ' ')}{code}", err=True)
    return 1


def show_history(name: str | None, limit: int, before: str | None) -> None:
    """Print runs, the newest first; of one tool, also what the newest printed."""
    with store() as database:
        runs = database.read_sync(run_history, tool=name, cursor=before, limit=limit)
    if not runs:
        typer.echo("No run.")
        return
    table = Table(Column("run", no_wrap=True), "tool", "status", "due", "started", "took", "by", box=None)
    for run in runs:
        table.add_row(*_line(run))
    Console(highlight=False, soft_wrap=True).print(table)
    if name is not None and before is None and runs[0].output:
        typer.echo(f"\n{plain(runs[0].output).rstrip()}")
    if len(runs) == limit:
        typer.echo(f"older ones: --before {runs[-1].id}", err=True)


def _line(run: Run) -> tuple[Text, ...]:
    began = run.started_at if run.holder else None
    took = f"{(run.finished_at - began).total_seconds():.1f} s" if began and run.finished_at else ""
    due = f"{run.due_at:%Y-%m-%d %H:%M}" if run.due_at else ""
    by = run.triggered_by if run.attempt == 1 else f"{run.triggered_by}, again"
    return (
        Text(run.id, no_wrap=True),
        Text(run.tool),
        Text(run.status.value, style=STYLES.get(run.status, "")),
        Text(due),
        Text(f"{began:%Y-%m-%d %H:%M:%S}" if began else f"asked {run.started_at:%H:%M:%S}"),
        Text(took),
        Text(plain(by)),
    )


def pause_schedule(name: str, *, paused: bool) -> None:
    """Pause a tool's schedule, or let it go on; audited."""
    tool = find_tool(load_registry(load_settings(EquipmentSettings)), name)
    by, now = f"cli:{getpass.getuser()}", SystemClock().now()
    with store() as database:
        changed = database.run_sync(pause_tool, tool.name, paused=paused, by=by, now=now)
    word = "is paused" if paused else "comes due again"
    typer.echo(f"{name} {word}." if changed else f"{name}: nothing to change.")


def change_schedule(name: str, cron: str, parameters: list[str], tell: str | None) -> None:
    """Give a tool the owner's schedule, or its own again with `default`; audited.

    Raises:
        ConfigurationError: the schedule, a parameter or the channel is wrong; nothing is changed.
    """
    settings = load_settings(EquipmentSettings)
    tool = find_tool(load_registry(settings), name)
    own = None if cron == "default" else Cron(cron, settings.budget_timezone).check().expression
    given = validated(tool, _pairs(parameters)).model_dump_json() if parameters else None
    scheduled_parameters(tool, given)
    now = SystemClock().now()
    row = ScheduleRow(tool.name, counts_from=now, cron=own, parameters=given, tell=checked_channel(tell))
    with store() as database:
        database.run_sync(reschedule, row, by=f"cli:{getpass.getuser()}", now=now)
    if (expression := own or tool.schedule) is None:
        typer.echo(f"{name} has no schedule: it is run by hand.")
        return
    due = Cron(expression, settings.budget_timezone).next_after(now)
    typer.echo(
        f"{name} comes due by {expression} ({settings.budget_timezone}), next {due:%Y-%m-%d %H:%M} UTC."
    )


def _pairs(parameters: Iterable[str]) -> dict[str, object]:
    """`key=value` texts as a mapping.

    Raises:
        ConfigurationError: one is not written like that.
    """
    pairs: dict[str, object] = {}
    for text in parameters:
        key, equals, value = text.partition("=")
        if not equals or not key:
            raise ConfigurationError(
                f"{json.dumps(text, ensure_ascii=False)}: write parameters as key=value."
            )
        pairs[key] = value
    return pairs
