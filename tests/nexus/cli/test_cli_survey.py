"""Who works with what, and when that takes the starter model."""

from agents.config import AgentSettings, ModelChoice, Provider
from nexus.cli.survey import plan_payroll
from nexus.work_order import TIERS, Role

URL = "http://127.0.0.1:1/v1"
QWEN = ModelChoice(Provider.OLLAMA, "qwen3:8b", "http://127.0.0.1:11434")


def settings(**values: str) -> AgentSettings:
    return AgentSettings.model_validate(values)


def test_with_nothing_else_every_tier_works_with_the_starter_model_and_the_admin_by_rules() -> None:
    payroll, needed = plan_payroll(settings(), None, URL)
    assert needed
    for role in TIERS:
        choice = payroll[role].choice
        assert choice is not None
        assert (choice.weak, choice.base_url) == (True, URL)
    assert payroll[Role.ADMIN].choice is None


def test_with_a_local_model_the_starter_is_not_started() -> None:
    payroll, needed = plan_payroll(settings(), QWEN, URL)
    assert not needed
    assert {post.choice for post in payroll.values()} == {QWEN}


def test_with_a_key_the_tiers_do_not_need_it_and_the_admin_works_by_rules() -> None:
    payroll, needed = plan_payroll(settings(anthropic_api_key="k"), None, URL)
    assert not needed
    assert payroll[Role.ADMIN].choice is None
    assert all(payroll[role].choice for role in TIERS)


def test_an_admin_that_was_given_the_starter_model_gets_it() -> None:
    payroll, needed = plan_payroll(
        settings(anthropic_api_key="k", nexus_model_admin="local/starter"), None, URL
    )
    assert needed
    admin = payroll[Role.ADMIN].choice
    assert admin is not None
    assert admin.weak
