"""Who can see, who is told: by the owner, by the table, by Ollama itself, or by a script."""

import json
from pathlib import Path

import pytest

from agents.config import AgentSettings, ModelChoice, Payroll, Post, Provider, resolve_payroll
from agents.fakes import ollama_api
from agents.fakes.script import Fault, Rule, Script
from agents.fakes.server import FakeServer
from agents.pictures import CLAUDE_TOKENS, GPT_4O_MINI_TOKENS, OPENAI_TOKENS, most_tokens_of
from agents.sight import NOBODY, Sight
from nexus.work_order import TIERS, Role
from tests.photos import a_document, a_picture

PICTURE, DOCUMENT = (a_picture(),), (a_document(),)
MODELS = ("qwen2.5vl:7b", "qwen3:8b")


def a_payroll(*choices: ModelChoice) -> Payroll:
    """The same models for every tier."""
    posts = {role: Post(role, choices[0], 100, fallbacks=choices[1:]) for role in TIERS}
    return {Role.ADMIN: Post(Role.ADMIN, None, 100), **posts}


async def seen_by(choice: ModelChoice, sight: Sight | None = None) -> bool:
    able = await (sight or Sight(AgentSettings())).able(a_payroll(choice), PICTURE)
    return able.payroll[Role.CEO].choice is not None


@pytest.mark.parametrize(
    ("choice", "sees"),
    [
        (ModelChoice(Provider.ANTHROPIC, "claude-haiku-4-5"), True),
        (ModelChoice(Provider.OPENAI, "gpt-5.4-nano"), True),
        (ModelChoice(Provider.OPENAI, "o3-mini"), False),
        (ModelChoice(Provider.OPENAI, "nobody-knows-me"), False),
        (ModelChoice(Provider.OPENAI, "nobody-knows-me", sees=True), True),
        (ModelChoice(Provider.LOCAL, "qwen2.5-vl"), False),
        (ModelChoice(Provider.LOCAL, "SmolLM2", weak=True, sees=True), False),
        (ModelChoice(Provider.SCRIPTED, "x"), False),
    ],
    ids=lambda value: getattr(value, "label", str(value)),
)
async def test_the_table_tells_and_the_owner_s_word_goes_before_it(choice: ModelChoice, sees: bool) -> None:
    assert await seen_by(choice) is sees


async def test_vision_models_names_models_with_or_without_their_provider() -> None:
    settings = AgentSettings(
        nexus_model_ceo="local/a,local/b,local/c",
        local_model_url="http://127.0.0.1:1/v1",
        vision_models=" local/a, c",
    )
    payroll = resolve_payroll(settings, None)

    able = await Sight(settings).able(payroll, PICTURE)

    assert [choice.model for choice in able.payroll[Role.CEO].choices] == ["a", "c"]


async def test_ollama_is_asked_once_what_its_model_can() -> None:
    with FakeServer(ollama_api.create_app(Script(), api_key=None, models=MODELS)) as ollama:
        sight = Sight(AgentSettings())
        answers = [
            await seen_by(ModelChoice(Provider.OLLAMA, model, ollama.base_url), sight)
            for model in (*MODELS, *MODELS, "never-pulled")
        ]
        asked = [call.path for call in ollama.calls]

    assert answers == [True, False, True, False, False]
    assert asked == ["/api/show"] * 3, "each model once, whoever works with it"


async def test_an_ollama_that_says_nothing_is_not_called_blind() -> None:
    silent = Script((Rule((Fault("http_status", status=503),), path="/api/show"),))
    with FakeServer(ollama_api.create_app(silent, api_key=None, models=MODELS)) as ollama:
        assert await seen_by(ModelChoice(Provider.OLLAMA, "qwen3:8b", ollama.base_url))
    assert await seen_by(ModelChoice(Provider.OLLAMA, "qwen3:8b", "http://127.0.0.1:9"))


async def test_a_script_says_which_of_its_models_see(tmp_path: Path) -> None:
    script = tmp_path / "script.json"
    script.write_text(json.dumps({"sees": ["ceo"]}))
    sight = Sight(AgentSettings(nexus_script=str(script)))

    assert await seen_by(ModelChoice(Provider.SCRIPTED, "ceo"), sight)
    assert not await seen_by(ModelChoice(Provider.SCRIPTED, "intern"), sight)


async def test_without_a_picture_nobody_is_left_out() -> None:
    payroll = a_payroll(ModelChoice(Provider.SCRIPTED, "blind"))

    able = await Sight(AgentSettings()).able(payroll, DOCUMENT)

    assert (able.payroll, able.tiers) == (payroll, TIERS)


async def test_the_nearest_tier_is_the_cheapest_above_and_only_else_one_below() -> None:
    payroll = a_payroll(ModelChoice(Provider.SCRIPTED, "blind"))
    seeing = ModelChoice(Provider.SCRIPTED, "seeing", sees=True)
    sight = Sight(AgentSettings())
    for staffed, asked, given in (
        ((Role.INTERN, Role.CEO), Role.INTERN, Role.INTERN),
        ((Role.INTERN, Role.CEO), Role.DIRECTOR, Role.CEO),
        ((Role.INTERN, Role.DIRECTOR), Role.CEO, Role.DIRECTOR),
        ((), Role.INTERN, None),
    ):
        with_sight = payroll | {role: Post(role, seeing, 100) for role in staffed}
        able = await sight.able(with_sight, PICTURE)
        assert (able.tiers, able.nearest(asked)) == (staffed, given)
    assert able.payroll[Role.CEO].problem == NOBODY


def test_a_picture_is_counted_with_the_most_that_its_vendor_can_make_of_it() -> None:
    """1,568 pixels a side, by each vendor's published rule."""
    claude = ModelChoice(Provider.ANTHROPIC, "claude-opus-4-6")
    assert most_tokens_of(2, claude) == 2 * CLAUDE_TOKENS >= 2 * 1568 * 1568 / 750
    nano = ModelChoice(Provider.OPENAI, "gpt-5.4-nano")
    assert most_tokens_of(1, nano) == OPENAI_TOKENS >= 49 * 49 * 2.46
    mini = ModelChoice(Provider.OPENAI, "gpt-4o-mini-2024-07-18")
    assert most_tokens_of(1, mini) == GPT_4O_MINI_TOKENS >= 2833 + 12 * 5667
    assert most_tokens_of(0, claude) == 0
