"""The model that is no model."""

import json
from pathlib import Path

import pytest

from agents.completion import Completion, Finish, ModelRequest
from agents.config import ModelChoice, Provider
from agents.scripted_model import Script, ScriptedModel
from nexus.errors import ConfigurationError
from nexus.work_order import Role, Turn


def a_model(*rules: dict[str, object]) -> ScriptedModel:
    return ScriptedModel(Script.model_validate({"rules": rules}))


async def ask(model: ScriptedModel, *messages: str, name: str = "tester") -> Completion:
    turns = tuple(Turn("user", message) for message in messages)
    return await model.complete(
        ModelRequest(ModelChoice(Provider.SCRIPTED, name), "Be brief.", turns, 50, 10, Role.INTERN)
    )


async def say(model: ScriptedModel, message: str, name: str = "tester") -> str:
    return (await ask(model, message, name=name)).text


async def test_without_a_script_it_says_that_it_is_none() -> None:
    completion = await ask(ScriptedModel.load(None), "Hello")

    assert completion.text == "This answer was scripted; no model was asked."
    assert completion.finish is Finish.STOP
    assert completion.usage.output_tokens == len(completion.text) // 4


async def test_the_first_rule_that_matches_decides() -> None:
    model = a_model(
        {"match": "capital of france", "answers": ["Paris."]},
        {"match": "capital", "answers": ["Some city."]},
        {"answers": ["Whatever."]},
    )

    assert [await say(model, text) for text in ("Capital of France?", "the capital?", "hi")] == [
        "Paris.",
        "Some city.",
        "Whatever.",
    ]


async def test_only_the_last_message_counts() -> None:
    model = a_model({"match": "France", "answers": ["Paris."]})

    assert (await ask(model, "France?", "And Spain?")).text.startswith("This answer was scripted")


async def test_a_rule_may_be_for_one_model_alone() -> None:
    model = a_model({"model": "ceo", "answers": ["I decide."]}, {"answers": ["I obey."]})

    assert (await say(model, "hi", "ceo"), await say(model, "hi", "intern")) == ("I decide.", "I obey.")


async def test_answers_come_in_turn_and_the_last_one_stays() -> None:
    model = a_model({"answers": ["one", {"text": "two", "finish": "length"}, "three"]})

    answers = [await ask(model, "count") for _ in range(5)]

    assert [answer.text for answer in answers] == ["one", "two", "three", "three", "three"]
    assert [answer.finish for answer in answers][:2] == [Finish.STOP, Finish.LENGTH]


async def test_each_rule_counts_for_itself() -> None:
    model = a_model({"match": "a", "answers": ["a1", "a2"]}, {"match": "b", "answers": ["b1", "b2"]})

    assert [await say(model, text) for text in "abab"] == ["a1", "b1", "a2", "b2"]


async def test_a_script_is_read_from_its_file(tmp_path: Path) -> None:
    file = tmp_path / "answers.json"
    file.write_text(json.dumps({"rules": [{"match": "首都", "answers": ["巴黎"]}]}))

    assert await say(ScriptedModel.load(str(file)), "法国的首都？") == "巴黎"


@pytest.mark.parametrize(
    ("script", "field"),
    [
        ('{"rules": [{"match": "x"}]}', "rules.0.answers: "),
        ('{"rules": [{"answers": []}]}', "rules.0.answers: "),
        ('{"rules": [{"answers": ["a"]}, {"answers": ["a"], "modle": "ceo"}]}', "rules.1.modle: "),
        ('{"rules": [{"answers": [{"text": "a", "finish": "end"}]}]}', "rules.0.answers.0."),
        ('{"rules": [{"answers": [{"text": "a", "delay_s": -1}]}]}', "delay_s: "),
        ('{"rulez": []}', "rulez: "),
        ('{"rules": [', "Invalid JSON"),
        ('{"rules": [{"match": "[", "answers": ["a"]}]}', "match"),
    ],
)
def test_a_wrong_script_names_the_file_and_the_field(tmp_path: Path, script: str, field: str) -> None:
    file = tmp_path / "answers.json"
    file.write_text(script)

    with pytest.raises(ConfigurationError) as wrong:
        ScriptedModel.load(str(file))

    assert f"NEXUS_SCRIPT={file}: " in str(wrong.value)
    assert field in str(wrong.value)


def test_a_script_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"NEXUS_SCRIPT=.*nowhere\.json"):
        ScriptedModel.load(str(tmp_path / "nowhere.json"))
