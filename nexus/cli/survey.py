"""What `nexus up` must know before it starts the office: the models there are, and a migrated database.

`python -m nexus.cli.survey --starter-url URL` is a process of its own that prints a `Survey` as JSON and ends,
so that the libraries it takes (SQLAlchemy, alembic, the price table) are not held in memory by the supervisor.
Exit 2 with one line when a setting is wrong, 1 when the database does not answer.
"""

import argparse
import asyncio
import sys

from pydantic import BaseModel

from agents.config import STARTER_MODEL, AgentSettings, ModelChoice, Payroll, Provider, resolve_payroll
from nexus.cli.checks.finding import Level
from nexus.cli.company import place_of
from nexus.clock import SystemClock
from nexus.errors import ConfigurationError, NexusError, StoreUnavailable
from nexus.settings import load_settings
from nexus.work_order import TIERS, Role


class Survey(BaseModel):
    """Facts for the supervisor and for the owner; every string is one line."""

    database: str
    needs_starter: bool
    roles: dict[Role, str]
    weak: bool
    notes: list[str]


async def take_survey(settings: AgentSettings, starter_url: str) -> Survey:
    """Find the models and migrate the database, at the same time.

    Raises:
        ConfigurationError: a setting is wrong.
        StoreUnavailable: the database does not answer.
    """
    from agents.local_models import find_local_model  # noqa: PLC0415 - for this process only, as below
    from nexus.cli.checks.posts import check_posts, describe  # noqa: PLC0415

    local, database = await asyncio.gather(
        find_local_model(settings), asyncio.to_thread(_prepare_database, settings)
    )
    payroll, needs_starter = plan_payroll(settings, local.choice, starter_url)
    findings = check_posts(list(payroll.values()), SystemClock().now().date())
    problems = [f"{item.about}: {item.text}" for item in findings if item.level is not Level.OK]
    return Survey(
        database=database,
        needs_starter=needs_starter,
        roles={
            role: describe(post.choice) if post.choice else "works by rules, without a model"
            for role, post in payroll.items()
        },
        weak=any(post.choice.weak for post in payroll.values() if post.choice),
        notes=[*local.notes, *problems],
    )


def plan_payroll(
    settings: AgentSettings, local: ModelChoice | None, starter_url: str
) -> tuple[Payroll, bool]:
    """Who works with what, and whether that takes the starter model.

    The Admin alone does not: rules do its work, and the memory is saved.

    Raises:
        ConfigurationError: a NEXUS_MODEL_… is wrong.
    """
    if local is not None:
        return resolve_payroll(settings, local), False
    starter = ModelChoice(Provider.LOCAL, STARTER_MODEL, starter_url, weak=True)
    payroll = resolve_payroll(settings, starter)
    takers = (*TIERS, Role.ADMIN) if settings.nexus_model_admin else TIERS
    if any(payroll[role].choice == starter for role in takers):
        return payroll, True
    return resolve_payroll(settings, None), False


def _prepare_database(settings: AgentSettings) -> str:
    from db.engine import open_database  # noqa: PLC0415
    from db.migrate import migrate  # noqa: PLC0415

    database = open_database(settings)
    try:
        revision = migrate(database)
    finally:
        database.close()
    if settings.database_url:
        return f"PostgreSQL at {place_of(settings.database_url)}, schema {revision}"
    return f"SQLite, {settings.sqlite_path}, schema {revision}"


def main() -> int:
    """Print the survey of this process's environment."""
    parser = argparse.ArgumentParser(prog="python -m nexus.cli.survey", description=__doc__)
    parser.add_argument("--starter-url", required=True, help="where the starter model would be")
    starter_url: str = parser.parse_args().starter_url
    try:
        survey = asyncio.run(take_survey(load_settings(AgentSettings), starter_url))
    except NexusError as error:
        hint = "; check DATABASE_URL." if isinstance(error, StoreUnavailable) else ""
        print(f"{error}{hint}", file=sys.stderr)
        return 2 if isinstance(error, ConfigurationError) else 1
    print(survey.model_dump_json())
    return 0


if __name__ == "__main__":
    sys.exit(main())
