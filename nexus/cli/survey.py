"""What `nexus up` must know: the models there are, then the database, migrated.

`python -m nexus.cli.survey --starter-url URL` is a process of its own, so that the supervisor does not hold the
libraries it takes (httpx, SQLAlchemy, alembic, the price table). It prints two lines of JSON as soon as it has
them: `Models`, which is enough to start everything, and `Stores`. Exit 2 with one line when a setting is wrong,
1 when the database does not answer.
"""

import argparse
import asyncio
import sys
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from pydantic import BaseModel

from agents.config import STARTER_MODEL, AgentSettings, ModelChoice, Payroll, Provider, resolve_payroll
from nexus.cli.company import place_of
from nexus.clock import SystemClock
from nexus.errors import ConfigurationError, NexusError, StoreUnavailable
from nexus.settings import load_settings
from nexus.work_order import TIERS, Role

if TYPE_CHECKING:
    from agents.probe import ModelReport

PROBE_S = 2.5
"""Longest that the start waits for the providers to say whether their models are there."""


class Models(BaseModel):
    """Who works with what, in words; `notes` name what to look at, and the fix."""

    needs_starter: bool
    is_weak: bool
    roles: dict[Role, str]
    notes: list[str]


class Stores(BaseModel):
    """Which database it is, in words."""

    database: str


@dataclass(frozen=True, slots=True)
class Plan:
    """The payroll, what a probe found of its models, and whether it takes the starter model."""

    payroll: Payroll
    reports: list["ModelReport"]
    needs_starter: bool


def survey_models(settings: AgentSettings, starter_url: str) -> Models:
    """Find the local model, settle the payroll and ask for each of its models.

    Raises:
        ConfigurationError: a NEXUS_MODEL_… is wrong.
    """
    from nexus.cli.checks.finding import Level  # noqa: PLC0415
    from nexus.cli.checks.posts import check_models, check_posts, describe_post, usable_choices  # noqa: PLC0415

    notes, plan = asyncio.run(_look(settings, starter_url))
    posts = plan.payroll.values()
    findings = [*check_models(plan.reports), *check_posts(posts, plan.reports)]
    problems = [item for item in findings if item.level is not Level.OK]
    said = {item.text for item in problems}
    firsts = [usable[0] for post in posts if (usable := usable_choices(post, plan.reports))]
    return Models(
        needs_starter=plan.needs_starter,
        is_weak=any(choice.weak for choice in firsts),
        roles={role: describe_post(post, plan.reports) for role, post in plan.payroll.items()},
        notes=[
            *(note for note in notes if note not in said),
            *(_note(item.about, item.text) for item in problems),
        ],
    )


def _note(about: str, text: str) -> str:
    return text if about.lower() in text.lower() else f"{about}: {text}"


async def _look(settings: AgentSettings, starter_url: str) -> tuple[tuple[str, ...], Plan]:
    from agents.local_models import find_local_model  # noqa: PLC0415 - for this process only, as above

    local = await find_local_model(settings)
    today = SystemClock().now().date()
    return local.notes, await plan_models(settings, local.choice, starter_url, today)


async def plan_models(
    settings: AgentSettings, local: ModelChoice | None, starter_url: str, today: date
) -> Plan:
    """Who works with what, what a probe says of it, and whether that takes the starter model.

    It does when a tier would otherwise have nobody who can be asked: no key, a key that is refused, a model that does
    not exist, a provider that does not answer.

    Raises:
        ConfigurationError: a NEXUS_MODEL_… is wrong.
    """
    from agents.probe import probe_payroll  # noqa: PLC0415 - for this process only, as above
    from nexus.cli.checks.posts import usable_choices  # noqa: PLC0415

    payroll, needed = plan_payroll(settings, local, starter_url)
    reports = [
        report
        for report in await probe_payroll(payroll, settings, today, timeout_s=PROBE_S)
        if not report.choice.weak  # it is only about to be started
    ]
    if needed or local is not None or all(usable_choices(payroll[role], reports) for role in TIERS):
        return Plan(payroll, reports, needed)
    starter = ModelChoice(Provider.LOCAL, STARTER_MODEL, starter_url, weak=True)
    with_starter = resolve_payroll(settings, starter)
    helps = any(starter in with_starter[role].choices for role in TIERS)
    return Plan(with_starter if helps else payroll, reports, helps)


def prepare_database(settings: AgentSettings) -> Stores:
    """Bring the database to the newest schema.

    Raises:
        ConfigurationError: DATABASE_URL is wrong, or the database is newer than this NEXUS.
        StoreUnavailable: the database does not answer, and this host has never worked with it.
    """
    from db.engine import open_database  # noqa: PLC0415
    from db.migrate import migrate, newest_revision  # noqa: PLC0415
    from db.spool import Spool  # noqa: PLC0415

    with closing(open_database(settings)) as database:
        spool = Spool.open(settings)
        if spool is None:
            return Stores(database=f"SQLite, {settings.sqlite_path}, schema {migrate(database)}")
        with closing(spool):
            asyncio.run(spool.start(database))
            away = spool.is_local
    where = f"PostgreSQL at {place_of(settings.database_url or '')}"
    if away:
        return Stores(database=f"{where} does not answer: orders are kept on this machine until it is back")
    return Stores(database=f"{where}, schema {newest_revision()}")


def plan_payroll(
    settings: AgentSettings, local: ModelChoice | None, starter_url: str
) -> tuple[Payroll, bool]:
    """Who works with what, and whether that takes the starter model.

    Raises:
        ConfigurationError: a NEXUS_MODEL_… is wrong.
    """
    if local is not None:
        return resolve_payroll(settings, local), False
    starter = ModelChoice(Provider.LOCAL, STARTER_MODEL, starter_url, weak=True)
    payroll = resolve_payroll(settings, starter)
    if any(post.choice == starter for post in payroll.values()):
        return payroll, True
    return resolve_payroll(settings, None), False


def main() -> int:
    """Survey this process's environment."""
    parser = argparse.ArgumentParser(prog="python -m nexus.cli.survey", description=__doc__)
    parser.add_argument("--starter-url", required=True, help="where the starter model would be")
    starter_url: str = parser.parse_args().starter_url
    try:
        settings = load_settings(AgentSettings)
        print(survey_models(settings, starter_url).model_dump_json(), flush=True)
        print(prepare_database(settings).model_dump_json(), flush=True)
    except NexusError as error:
        hint = "; check DATABASE_URL." if isinstance(error, StoreUnavailable) else ""
        print(f"{error}{hint}", file=sys.stderr)
        return 2 if isinstance(error, ConfigurationError) else 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
