"""The tool `router_training`: it learns where there is enough to learn from, and says how much is missing where not."""

from db.engine import Database
from db.statements.equipment import Run, RunStatus
from equipment.config import EquipmentSettings
from equipment.registry import find_tool, load_registry
from equipment.runner import Asked, Runner
from nexus.clock import SystemClock
from tests.agents.learned_company import live


async def trained(settings: EquipmentSettings, database: Database, **given: object) -> Run:
    tool = find_tool(load_registry(settings), "router_training")
    return await Runner(settings, database, SystemClock()).run_now(tool, Asked("tester", given))


async def test_it_says_how_many_labels_are_missing_and_that_is_no_failure(
    settings: EquipmentSettings, database: Database
) -> None:
    live(database, 30)

    run = await trained(settings, database)

    assert run.status is RunStatus.DONE, run.output
    assert "30 judged orders" in (run.output or "")
    assert "170 more are needed" in (run.output or "")


async def test_it_trains_and_says_what_came_of_it(settings: EquipmentSettings, database: Database) -> None:
    live(database, 400)

    run = await trained(settings, database, least_labels="300")

    assert run.status is RunStatus.DONE, run.output
    progress, held_out, conclusion = (run.output or "").splitlines()[-3:]
    assert "400 judged orders" in progress
    assert "held out" in held_out
    assert "was adopted" in conclusion or "was refused" in conclusion


def test_it_comes_due_once_a_week_and_on_every_host(settings: EquipmentSettings) -> None:
    tool = find_tool(load_registry(settings), "router_training")

    assert (tool.schedule, tool.per_host, tool.answers.may_answer) == ("20 4 * * 1", True, False)
