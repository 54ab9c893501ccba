"""When the Admin asks a model, and what its word is worth."""

from collections.abc import Callable

import pytest

from agents.completion import ModelUnavailable
from agents.config import ModelChoice, Post, Provider
from agents.handler import OrderHandler, Workplace
from db.engine import Database
from nexus.work_order import Role, Status
from tests.agents.conftest import StubModel, a_payroll
from tests.agents.working import work_through
from tests.builders import accepted


async def test_where_rules_are_uncertain_a_capable_local_model_is_asked_and_only_about_difficulty(
    make_place: Callable[..., Workplace], database: Database, model: StubModel
) -> None:
    payroll = a_payroll()
    payroll[Role.ADMIN] = Post(Role.ADMIN, ModelChoice(Provider.OLLAMA, "qwen3:8b"), 100)
    model.replies = ['{"difficulty": "trivial"}', "Blue and white."]

    history = await work_through(
        OrderHandler(make_place(payroll)),
        database,
        accepted(database, content="Tell me two kitchen colours").id,
    )

    assert history.order.tier_rule == "local_model"
    assert model.models_asked == ["qwen3:8b", "intern"]
    assert [call.purpose for call in history.calls] == ["triage", "work"]


@pytest.mark.parametrize(
    "nonsense", ["I think it is hard.", '{"difficulty": "impossible"}', ModelUnavailable("late")]
)
async def test_a_front_desk_model_that_is_late_or_talks_nonsense_changes_nothing(
    make_place: Callable[..., Workplace], database: Database, model: StubModel, nonsense: str | Exception
) -> None:
    payroll = a_payroll()
    payroll[Role.ADMIN] = Post(Role.ADMIN, ModelChoice(Provider.OLLAMA, "qwen3:8b"), 100)
    model.replies = [nonsense, "Blue and white."]

    history = await work_through(
        OrderHandler(make_place(payroll)),
        database,
        accepted(database, content="Tell me two kitchen colours").id,
    )

    assert (history.order.status, history.order.tier_rule) == (Status.DELIVERED, "default")


async def test_the_starter_model_is_never_asked_to_judge(
    make_place: Callable[..., Workplace], database: Database, model: StubModel
) -> None:
    payroll = a_payroll()
    payroll[Role.ADMIN] = Post(Role.ADMIN, ModelChoice(Provider.LOCAL, "tiny", weak=True), 100)
    model.replies = ["Blue and white."]

    await work_through(
        OrderHandler(make_place(payroll)),
        database,
        accepted(database, content="Tell me two kitchen colours").id,
    )

    assert model.models_asked == ["director"]
