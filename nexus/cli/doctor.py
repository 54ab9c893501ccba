"""`nexus doctor`: everything the company needs, one line a check, one fix a problem. Changes and spends nothing."""

import asyncio
from collections.abc import Iterator

import typer

from agents.config import AgentSettings
from agents.local_models import find_local_model
from gateway.config import GatewaySettings
from interfaces.telegram.config import TelegramSettings
from nexus.cli.checks.company import check_company
from nexus.cli.checks.finding import Finding, Level
from nexus.cli.checks.machine import (
    check_home,
    check_overrides,
    check_port,
    check_python,
    check_starter,
    check_valkey,
)
from nexus.cli.checks.posts import check_models, check_posts
from nexus.cli.checks.sandbox import check_sandbox
from nexus.cli.checks.stores import check_database, check_redis
from nexus.cli.checks.telegram import check_telegram
from nexus.cli.checks.voice import check_voice
from nexus.cli.company import company_address
from nexus.cli.survey import plan_models
from nexus.cli.terminal import one_line
from nexus.clock import SystemClock
from nexus.errors import ConfigurationError
from nexus.settings import load_settings
from qa.config import QaSettings

COLOURS = {Level.OK: "green", Level.WARN: "yellow", Level.FAIL: "red"}
STARTER_URL = "http://127.0.0.1:0/v1"  # only to plan with


def examine() -> int:
    """Print every finding as it is made; 1 when the company cannot work like this, else 0."""
    levels = []
    for finding in findings():
        mark = typer.style(f"{finding.level.value:4}", fg=COLOURS[finding.level])
        typer.echo(f"{mark} {finding.about:16} {one_line(finding.text)}")
        levels.append(finding.level)
    failed, warned = levels.count(Level.FAIL), levels.count(Level.WARN)
    typer.echo(f"\n{failed} to fix, {warned} to look at, {levels.count(Level.OK)} fine.")
    return 1 if failed else 0


def findings() -> Iterator[Finding]:
    """Every check, from the ground up; stops early when the settings cannot be read."""
    yield check_python()
    try:
        gateway, agents = load_settings(GatewaySettings), load_settings(AgentSettings)
        telegram, qa = load_settings(TelegramSettings), load_settings(QaSettings)
    except ConfigurationError as error:
        yield Finding(Level.FAIL, "settings", f"{error}: correct the environment or .env.")
        return
    yield Finding(Level.OK, "settings", "readable")
    yield check_home(gateway)
    yield check_port(gateway)
    yield check_valkey(gateway)
    yield check_database(gateway)
    yield from asyncio.run(_ask_around(gateway, agents, telegram))
    yield check_voice(agents)
    yield check_sandbox(qa)
    if script := check_overrides(agents):
        yield script


async def _ask_around(
    gateway: GatewaySettings, agents: AgentSettings, telegram: TelegramSettings
) -> list[Finding]:
    """What takes a connection to somebody, all at once."""
    redis, models, company, bot = await asyncio.gather(
        check_redis(gateway),
        _check_models(agents),
        check_company(company_address()),
        check_telegram(telegram),
    )
    return [redis, *models, *bot, *company]


async def _check_models(settings: AgentSettings) -> list[Finding]:
    """The starter model, the roles, and every model of the payroll, each asked for by name."""
    local = await find_local_model(settings)
    try:
        plan = await plan_models(settings, local.choice, STARTER_URL, SystemClock().now().date())
    except ConfigurationError as error:
        notes = [Finding(Level.WARN, "local model", note) for note in local.notes]
        return [*notes, Finding(Level.FAIL, "models", str(error))]
    models = check_models(plan.reports)
    said = {finding.text for finding in models}
    return [
        *(Finding(Level.WARN, "local model", note) for note in local.notes if note not in said),
        check_starter(needed=plan.needs_starter),
        *check_posts(plan.payroll.values(), plan.reports),
        *models,
    ]
