"""How a script chooses what to say."""

import pytest

from agents.fakes.payload import JsonObject
from agents.fakes.script import Fault, Playback, Reply, Rule, Script
from nexus.errors import ConfigurationError

CHAT = "/v1/messages"


def a_request(user: str = "Hello", system: str = "Be kind.", model: str = "m") -> JsonObject:
    messages: JsonObject = {"role": "user", "content": [{"type": "text", "text": user}]}
    return {"model": model, "system": system, "messages": [messages]}


def texts(playback: Playback, *requests: JsonObject) -> list[str]:
    turns = [playback.next_turn(CHAT, request, chat=True) for request in requests]
    return [turn.text if isinstance(turn, Reply) else "fault" for turn in turns]


def test_without_rules_the_default_names_the_model() -> None:
    assert texts(Playback(Script()), a_request(model="qwen3")) == ["Scripted answer from qwen3."]


def test_turns_are_said_in_order_and_the_last_one_repeats() -> None:
    playback = Playback(Script.saying("one", Fault("http_status"), "three"))
    assert texts(playback, *[a_request()] * 4) == ["one", "fault", "three", "three"]


def test_a_rule_that_does_not_repeat_leaves_the_word_to_the_next() -> None:
    script = Script((Rule((Reply("first"),), repeat_last=False), Rule((Reply("then"),))))
    assert texts(Playback(script), a_request(), a_request()) == ["first", "then"]


def test_rules_match_on_model_last_user_message_and_whole_prompt() -> None:
    rules = (
        Rule((Reply("by model"),), model="claude-*"),
        Rule((Reply("by user"),), last_user=r"\b2\+2\b"),
        Rule((Reply("by system"),), prompt=r"(?i)haiku"),
    )
    requests = (
        a_request(model="claude-opus-5"),
        a_request("What is 2+2?"),
        a_request(system="Write a haiku."),
        a_request("x"),
    )
    said = texts(Playback(Script(rules)), *requests)
    assert said == ["by model", "by user", "by system", "Scripted answer from m."]


def test_a_rule_with_a_path_also_speaks_to_requests_that_are_no_model_calls() -> None:
    playback = Playback(Script((Rule((Fault("http_status"),), path="/api/tags"),)))
    assert playback.next_turn("/api/tags", {}, chat=False) == Fault("http_status")
    assert playback.next_turn("/api/version", {}, chat=False) is None
    assert texts(playback, a_request()) == ["Scripted answer from m."]


def test_a_script_is_read_from_json() -> None:
    text = """{
        "rules": [{
            "model": "claude-*", "repeat_last": false,
            "replies": [
                {"text": "Hi", "finish": "length", "output_tokens": 3},
                {"kind": "http_status", "status": 429, "retry_after_s": 1.5}
            ]
        }],
        "default": {"text": "else"}
    }"""
    turns = (Reply("Hi", "length", output_tokens=3), Fault("http_status", status=429, retry_after_s=1.5))
    assert Script.from_json(text) == Script((Rule(turns, "claude-*", repeat_last=False),), Reply("else"))


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("{", "script: Invalid JSON"),
        ('{"rulez": []}', "rulez: "),
        ('{"rules": [{"replies": []}]}', "rules.0: Value error, replies must hold"),
        ('{"rules": [{"replies": [{"kind": "explode"}]}]}', "rules.0.replies.0.fault.kind: "),
        ('{"rules": [{"replies": [{"text": 1}]}]}', "rules.0.replies.0.reply.text: "),
        (
            '{"rules": [{"last_user": "(", "replies": [{"text": "x"}]}]}',
            "last_user is not a regular expression",
        ),
        ('{"default": {"kind": "http_status", "status": 200}}', "default.fault: Value error, status must be"),
        ('{"default": {"text": "x", "delay_s": -1}}', "cannot be negative"),
    ],
)
def test_a_wrong_script_names_the_field(text: str, named: str) -> None:
    with pytest.raises(ConfigurationError) as error:
        Script.from_json(text)
    assert named in str(error.value)
    assert "\n" not in str(error.value)
