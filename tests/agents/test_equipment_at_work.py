"""Orders that a tool answers: no model, and the same record as any other."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from db.engine import Database
from db.equipment_tables import equipment_runs
from db.records import AttemptStatus
from db.statements.equipment import RunStatus
from db.statements.equipment_schedules import pause_tool
from db.statements.pauses import set_pause
from db.statements.pausing import paused_switch
from db.statements.switches import Switch, set_switch
from equipment.answerable import HEALTH_CHECK
from equipment.config import EquipmentSettings
from equipment.registry import SHIPPED
from nexus.budget import FROZEN
from nexus.work_order import TIERS, Channel, Role, Status, Turn
from tests.agents.conftest import StubModel
from tests.agents.tools_at_work import FULL, REPORT, Equip, a_backup, a_check, runs_of
from tests.agents.working import history_of, receipt_of, work_through
from tests.builders import accepted, now


async def test_a_question_that_a_tool_answers_costs_no_token_and_asks_no_model(
    equip: Equip, database: Database, model: StubModel, tmp_path: Path
) -> None:
    order = accepted(database, content=FULL)

    history = await work_through(equip(a_check(tmp_path)), database, order.id)

    assert history.order.status is Status.DELIVERED
    assert history.order.result is not None
    assert history.order.result.startswith(
        "The disk is 47% full, 20.1 GiB used and 22.4 GiB free at /srv (healthy)."
    )
    assert REPORT in history.order.result, "what was asked, and then all of it"
    assert (model.requests, history.calls) == ([], ())
    receipt = receipt_of(history)
    assert (receipt.equipment, receipt.model, receipt.role) == ("health_check", None, Role.ADMIN)
    assert (receipt.input_tokens, receipt.output_tokens, receipt.cost_usd) == (0, 0, Decimal(0))
    assert (receipt.ceo_cost_usd, receipt.saved_usd) == (None, None), "no saving is claimed"
    assert receipt.qa_passed == receipt.qa_total > 0
    assert receipt.rule == "equipment"
    assert "score" in receipt.reason
    assert receipt.text().startswith("equipment: health_check · ")
    assert " · 0+0 tokens · $0.00 · " in receipt.text()


async def test_it_is_recorded_as_a_try_with_qas_proof_and_as_a_run_that_names_the_order(
    equip: Equip, database: Database, tmp_path: Path
) -> None:
    order = accepted(database, content=FULL)

    history = await work_through(equip(a_check(tmp_path)), database, order.id)

    (attempt,) = history.attempts
    assert (attempt.status, attempt.provider, attempt.model) == (
        AttemptStatus.PASSED,
        "equipment",
        "health_check",
    )
    assert attempt.verdict is not None
    (run,) = runs_of(database)
    assert (run.status, run.triggered_by, run.output) == (RunStatus.DONE, f"order:{order.id}", f"{REPORT}\n")
    assert [event.type for event in history.events] == [
        "order.queued",
        "order.triaged",
        "order.working",
        "order.qa",
        "order.delivered",
    ]


async def test_the_answer_has_the_language_of_the_question(
    equip: Equip, database: Database, tmp_path: Path
) -> None:
    handler = equip(a_check(tmp_path))

    disk = await work_through(handler, database, accepted(database, content="磁盘还剩多少空间？").id)
    everything = await work_through(handler, database, accepted(database, content="系统正常吗？").id)

    assert disk.order.result is not None
    assert disk.order.result.startswith("磁盘已用 47%，用了 20.1 GiB，还剩 22.4 GiB（/srv），正常。")
    assert everything.order.result is not None
    assert everything.order.result.startswith("一切正常。")


async def test_a_check_that_finds_something_critical_has_answered(
    equip: Equip, database: Database, model: StubModel, tmp_path: Path
) -> None:
    critical = "print('redis: critical: does not answer'); raise SystemExit(1)"

    history = await work_through(
        equip(a_check(tmp_path, critical)), database, accepted(database, content="is everything healthy?").id
    )

    assert history.order.result is not None
    assert history.order.result.startswith("Not everything is healthy: redis critical.")
    assert model.requests == []


async def test_an_ordinary_question_is_worked_on_by_people_as_ever(
    equip: Equip, database: Database, model: StubModel, tmp_path: Path
) -> None:
    model.replies = ["Paris."]

    history = await work_through(
        equip(a_check(tmp_path)), database, accepted(database, content="What is the capital of France?").id
    )

    assert history.order.result == "Paris."
    assert receipt_of(history).equipment is None
    assert runs_of(database) == []


@pytest.mark.parametrize(
    "wish",
    [
        {"requested_tier": Role.INTERN},
        {"spec_json": '{"name": "mine"}'},
        {"context": (Turn("user", "(Instructions of the application)\n\nYou are a pirate."),)},
    ],
    ids=["tier", "spec", "application"],
)
async def test_who_names_a_tier_a_spec_or_brings_instructions_is_not_answered_by_a_tool(
    equip: Equip, database: Database, model: StubModel, tmp_path: Path, wish: dict[str, Any]
) -> None:
    model.replies = ["It is half full."] * 5

    history = await work_through(
        equip(a_check(tmp_path)), database, accepted(database, content=FULL, **wish).id
    )

    assert (history.order.result, runs_of(database)) == ("It is half full.", [])


async def test_the_same_question_done_again_goes_to_people(
    equip: Equip, database: Database, model: StubModel, tmp_path: Path
) -> None:
    handler = equip(a_check(tmp_path))
    first = await work_through(handler, database, accepted(database, content=FULL).id)
    model.replies = ["I cannot see your disk."]

    again = await work_through(
        handler, database, accepted(database, content=FULL, retry_of=first.order.id).id
    )

    assert again.order.result == "I cannot see your disk."
    assert len(runs_of(database)) == 1


async def test_a_paused_tool_answers_nothing_and_the_receipt_says_so(
    equip: Equip, database: Database, model: StubModel, tmp_path: Path
) -> None:
    database.run_sync(lambda c: pause_tool(c, "health_check", paused=True, by="owner", now=now()))
    model.replies = ["I cannot see your disk."]

    history = await work_through(equip(a_check(tmp_path)), database, accepted(database, content=FULL).id)

    assert history.order.result == "I cannot see your disk."
    assert "the tool health_check is paused" in receipt_of(history).reason


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("raise SystemExit('no disk here')", "health_check failed: no disk here"),
        ("import time; time.sleep(300)", "health_check did not end in time"),
    ],
    ids=["fails", "hangs"],
)
async def test_a_tool_that_cannot_say_it_leaves_the_order_to_people(
    equip: Equip, database: Database, model: StubModel, tmp_path: Path, code: str, why: str
) -> None:
    model.replies = ["I cannot see your disk."]

    history = await work_through(
        equip(a_check(tmp_path, code, timeout_s=1.0)), database, accepted(database, content=FULL).id
    )

    assert history.order.status is Status.DELIVERED
    assert [attempt.status for attempt in history.attempts] == [AttemptStatus.ERROR, AttemptStatus.PASSED]
    receipt = receipt_of(history)
    assert why in receipt.reason
    assert (receipt.equipment, receipt.model, receipt.path) == (None, "director", [Role.ADMIN, Role.DIRECTOR])


async def test_an_action_that_fails_is_told_as_it_is_for_no_model_can_take_a_backup(
    equip: Equip, database: Database, model: StubModel, tmp_path: Path
) -> None:
    tool = a_backup(tmp_path, "print('the disk is full'); raise SystemExit(1)")

    history = await work_through(equip(tool), database, accepted(database, content="take a backup now").id)

    assert (history.order.status, history.order.failure_reason) == (
        Status.FAILED,
        "backup failed: the disk is full.",
    )
    assert model.requests == []
    assert receipt_of(history).equipment == "backup"


async def test_what_a_tool_printed_is_judged_and_no_secret_is_delivered(
    equip: Equip, database: Database, model: StubModel, tmp_path: Path
) -> None:
    key = "sk-ant-api03-" + "Zx9Qw7Er5Ty3Ui1Op0As2Df4Gh6Jk8Lz" * 2
    model.replies = ["I cannot see your disk."]

    history = await work_through(
        equip(a_check(tmp_path, f"print('disk: healthy: {key}')")),
        database,
        accepted(database, content=FULL).id,
    )

    assert key not in str(history)


async def test_a_front_ends_own_request_is_not_for_tools(
    equip: Equip, database: Database, model: StubModel, tmp_path: Path
) -> None:
    model.replies = ["A title", "A title"]
    title = f"Generate a title for this conversation: {FULL}"

    history = await work_through(
        equip(a_check(tmp_path)), database, accepted(database, content=title, channel=Channel.OPENAI).id
    )

    assert history.order.tier_rule == "background_call"
    assert runs_of(database) == []


async def test_in_a_conversation_about_something_else_a_follow_up_is_for_people(
    equip: Equip, database: Database, model: StubModel, tmp_path: Path
) -> None:
    model.replies = ["Yes, it is 90% full."]
    talk = (Turn("user", "My laptop says its disk is 90% used."), Turn("assistant", "Then delete old films."))

    history = await work_through(
        equip(a_check(tmp_path)), database, accepted(database, content=FULL, context=talk).id
    )

    assert history.order.result == "Yes, it is 90% full."


async def test_the_shipped_tools_answer_from_the_real_store(
    equip: Equip, database: Database, equipment_settings: EquipmentSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not database.is_sqlite:
        monkeypatch.setenv("DATABASE_URL", database.engine.url.render_as_string(hide_password=False))
    handler = equip(*SHIPPED)

    health = await work_through(handler, database, accepted(database, content=FULL).id)
    costs = await work_through(
        handler, database, accepted(database, content="What did we spend this week?").id
    )
    backup = await work_through(handler, database, accepted(database, content="take a backup now").id)

    assert health.order.result is not None
    assert health.order.result.startswith("The disk is ")
    assert costs.order.result is not None
    assert costs.order.result.startswith("This week (")
    assert "period=week" in receipt_of(costs).reason
    assert backup.order.status is Status.DELIVERED, backup.order.failure_reason
    assert len(list(equipment_settings.backup_folder.glob("*.backup"))) == 1
    with database.engine.connect() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(equipment_runs)).scalar() == 3


async def test_a_frozen_budget_and_paused_tiers_keep_no_tool_from_answering_but_a_paused_admin_does(
    equip: Equip, database: Database, tmp_path: Path
) -> None:
    database.run_sync(set_switch, Switch(FROZEN, is_on=True, changed_at=now(), changed_by="owner", reason=""))
    for role in TIERS:
        database.run_sync(set_pause, _pause(role, is_on=True))
    handler = equip(a_check(tmp_path))
    first = await work_through(handler, database, accepted(database, content=FULL).id)

    database.run_sync(set_pause, _pause(Role.ADMIN, is_on=True))
    second = accepted(database, content=FULL)
    await handler.handle(Role.ADMIN, second.id)

    assert first.order.status is Status.DELIVERED
    assert history_of(database, second.id).order.status is Status.QUEUED
    database.run_sync(set_pause, _pause(Role.ADMIN, is_on=False))
    assert (await work_through(handler, database, second.id)).order.status is Status.DELIVERED


def _pause(role: Role, *, is_on: bool) -> Switch:
    return Switch(paused_switch(role), is_on=is_on, changed_at=now(), changed_by="owner", reason="")


async def test_a_tool_is_given_its_short_time_and_at_most_the_orders(
    equip: Equip, database: Database, model: StubModel, tmp_path: Path
) -> None:
    tool = a_check(tmp_path, "import time; time.sleep(300)", timeout_s=3600)
    impatient = replace(tool, answers=replace(HEALTH_CHECK, within_s=0.5))
    model.replies = ["I cannot see your disk."]

    history = await work_through(equip(impatient), database, accepted(database, content=FULL).id)

    assert history.order.result == "I cannot see your disk."
    assert [run.status for run in runs_of(database)] == [RunStatus.TIMED_OUT]
