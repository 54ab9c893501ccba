"""Who works with what, and when that takes the starter model."""

import asyncio
import time
from datetime import UTC, datetime

import pytest

from agents.config import AgentSettings, ModelChoice, Provider
from agents.fakes import anthropic_api, ollama_api
from agents.fakes.script import Fault, Rule, Script
from agents.fakes.server import FakeServer
from nexus.cli.ports import free_port
from nexus.cli.survey import PROBE_S, Models, plan_models, plan_payroll, survey_models
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


KEY = "sk-ant-very-secret"
SERVED = ("claude-opus-4-6", "claude-sonnet-4-6", "claude-haiku-4-5")
NOBODY = f"http://127.0.0.1:{free_port()}"


def an_anthropic(*, key: str = KEY, script: Script | None = None) -> FakeServer:
    return FakeServer(anthropic_api.create_app(script or Script(), api_key=key, models=SERVED))


def survey(server: FakeServer, **values: str) -> Models:
    own = {"anthropic_api_key": KEY, "anthropic_base_url": server.base_url, "ollama_base_url": NOBODY}
    return survey_models(settings(**own | values), URL)


def test_models_that_answer_need_no_starter() -> None:
    with an_anthropic() as server:
        models = survey(server)

    assert (models.needs_starter, models.is_weak) == (False, False)
    assert models.roles[Role.CEO] == "claude-opus-4-6 (anthropic)"


def test_a_key_that_is_refused_brings_the_starter_and_the_owner_is_told_why_and_who_stands_in() -> None:
    with an_anthropic(key="another") as server:
        models = survey(server)

    assert (models.needs_starter, models.is_weak) == (True, True)
    assert models.roles[Role.CEO].endswith(
        "(starter model, on this machine, free), in place of claude-opus-4-6"
    )
    assert "anthropic key: ANTHROPIC_API_KEY is refused (401): set a valid key." in models.notes
    assert KEY not in models.model_dump_json()


def test_one_tier_without_anybody_is_enough() -> None:
    with an_anthropic() as server:
        models = survey(server, nexus_model_intern="ollama/qwen3:8b")

    assert models.needs_starter
    assert models.roles[Role.CEO] == "claude-opus-4-6 (anthropic), then SmolLM2-135M-Instruct"
    assert "in place of qwen3:8b" in models.roles[Role.INTERN]


def test_an_ollama_that_answers_stands_in_and_the_starter_stays_away() -> None:
    app = ollama_api.create_app(Script(), api_key=None, models=["qwen3:8b"])
    with an_anthropic(key="another") as server, FakeServer(app) as ollama:
        models = survey(server, ollama_base_url=ollama.base_url)

    assert (models.needs_starter, models.is_weak) == (False, False)
    assert models.roles[Role.CEO] == "qwen3:8b (ollama, local, free), in place of claude-opus-4-6"


@pytest.mark.parametrize(("status", "needed"), [(529, False), (401, True)])
def test_a_vendor_that_is_only_busy_is_trusted_with_the_work(status: int, needed: bool) -> None:
    script = Script((Rule((Fault("http_status", status=status),), path="/v1/models*"),))
    with an_anthropic(script=script) as server:
        assert survey(server).needs_starter is needed


def test_a_vendor_that_says_nothing_holds_up_the_start_for_three_seconds_at_most() -> None:
    script = Script((Rule((Fault("timeout_before_first_byte"),), path="/v1/models*"),))
    with an_anthropic(script=script) as server:
        own = settings(anthropic_api_key=KEY, anthropic_base_url=server.base_url)
        began = time.monotonic()
        plan = asyncio.run(plan_models(own, None, URL, datetime.now(UTC).date()))
        took_s = time.monotonic() - began

    assert PROBE_S <= took_s < PROBE_S + 10, "other tests on the machine may take their share"
    assert PROBE_S <= 3
    assert plan.needs_starter, "who is silent cannot be counted on"
