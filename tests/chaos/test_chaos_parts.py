"""The harness's own small parts: the schedule, the messages, the senders' notes, the model's ledger."""

import json
from pathlib import Path

import pytest

from agents.rules import judge
from qa.defaults import chat_spec
from qa.findings import Subject
from qa.validator import validate
from tests.chaos.driver import KINDS, plan_faults
from tests.chaos.evidence import notes_of, stub_calls_of
from tests.chaos.mail import Notes, Plan, conversations
from tests.chaos.stub import MODEL, Refusal, Stub, _completion, token_of

PLAN = Plan(seed=3, number=1, orders=50, seconds=10, starts_at=0, ports=(1, 2), poison=4)


def a_request(content: str, **changes: object) -> bytes:
    history = [{"role": "user", "content": "tok-3-1-0"}, {"role": "assistant", "content": "TOK-3-1-0"}]
    messages = [{"role": "system", "content": "s"}, *history, {"role": "user", "content": content}]
    return json.dumps({"model": MODEL, "messages": messages, **changes}).encode()


def test_the_same_seed_gives_the_same_schedule_with_every_kind() -> None:
    plan = plan_faults(7, 40, 20.0)

    assert plan == plan_faults(7, 40, 20.0)
    assert plan != plan_faults(8, 40, 20.0)
    assert {fault.kind for fault in plan} == set(KINDS)
    assert len(plan) == 40
    assert [fault.at_s for fault in plan] == sorted(fault.at_s for fault in plan)


def test_the_same_plan_gives_the_same_messages_with_unique_keys_and_tokens() -> None:
    talks = conversations(PLAN)
    messages = [message for talk in talks for message in talk.messages]

    assert talks == conversations(Plan.from_json(json.dumps(_plain(PLAN))))
    assert len({message.key for message in messages}) == len({message.token for message in messages}) == 50
    assert sum(message.token.startswith("bad") for message in messages) == 4


def _plain(plan: Plan) -> dict[str, object]:
    return {name: getattr(plan, name) for name in Plan.__slots__}


def test_the_rules_judge_every_message_with_certainty_so_that_no_other_model_is_asked() -> None:
    for talk in conversations(PLAN):
        for message in talk.messages:
            judgement = judge(message.content)
            assert judgement.rule == "small_fact"


def test_the_stubs_answer_passes_quality_assurance() -> None:
    choices = _completion("stub-1", "tok-3-1-7")["choices"]
    assert isinstance(choices, list)
    answer = choices[0]["message"]["content"]

    assert validate(Subject(answer), chat_spec("What is the name of tok-3-1-7?")).passed
    assert "TOK-3-1-7" in answer


def test_notes_outlive_a_kill_in_the_middle_of_a_line(tmp_path: Path) -> None:
    path = tmp_path / "notes.jsonl"
    Notes(path).note("accepted", key="k", token="tok-1-1-1", order="WO-1", session="s", status=202)
    with path.open("a") as file:
        file.write('{"at": "answer", "order": "WO-')
    again = Notes(path)
    again.note("answer", order="WO-1", look=1, status="delivered", text="x")

    assert again.accepted == {"k": ("WO-1", "s")}
    assert Notes(path).answers == {("WO-1", 1): ("delivered", "x")}
    assert [one.order_id for one in notes_of(path).accepted] == ["WO-1"]


def test_the_token_is_the_one_of_the_last_message() -> None:
    assert token_of(a_request("What is the name of tok-3-1-9?")) == "tok-3-1-9"


@pytest.mark.parametrize(
    "body",
    [
        b"no json",
        a_request("no token"),
        a_request("tok-3-1-1 and tok-3-1-2"),
        a_request("tok-3-1-1", model="another"),
        a_request("tok-3-1-1", messages=[]),
    ],
)
def test_the_stub_refuses_what_is_no_request_for_one_order(body: bytes) -> None:
    with pytest.raises(Refusal):
        token_of(body)


def test_the_models_ledger_tells_calls_without_a_reply(tmp_path: Path) -> None:
    ledger = tmp_path / "stub.jsonl"
    stub = Stub(ledger, 1, 1.0, 0.1)
    stub._note(at="call", id="a", token="tok-1-1-1")
    stub._note(at="call", id="b", token="tok-1-1-2")
    stub._note(at="reply", id="a", status=200)
    calls, refusals = stub_calls_of(ledger)

    assert [(call.id, call.status) for call in calls] == [("a", 200), ("b", None)]
    assert refusals == []
