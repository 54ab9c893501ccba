"""The free front desk: the acceptance spec of each order, and when a model is asked."""

import json
from itertools import product

import pytest

from agents.admin import CONTEXT_TURNS, Admin, heard
from agents.config import ModelChoice, Post, Provider
from agents.triage import Office, Route, route
from db.engine import Database
from db.records import Assignment
from nexus.work_order import Difficulty, Role, Turn, WorkOrder
from qa.spec import parse_spec
from routing.clarity import Clarify
from tests.builders import accepted, claimed

CAPABLE = ModelChoice(Provider.OLLAMA, "qwen3:8b", "http://localhost:11434")
WEAK = ModelChoice(Provider.LOCAL, "SmolLM2", "http://localhost:9/v1", weak=True)


def an_admin(choice: ModelChoice | None = None) -> Admin:
    return Admin(Post(Role.ADMIN, choice, 200), deadline_s=3)


def submitted(database: Database, content: str, **changes: object) -> WorkOrder:
    """An order before the Admin."""
    order = claimed(database, accepted(database, content=content, **changes).id, Role.ADMIN)
    assert order is not None
    return order


def triaged(order: WorkOrder, *history: Turn) -> Assignment:
    outcome = an_admin().triage(order, history)
    assert isinstance(outcome, Assignment)
    return outcome


def a_conversation(exchanges: int, chars: int = 10) -> tuple[Turn, ...]:
    return tuple(
        Turn(role, f"{n} {role} ".ljust(chars, "."))
        for n, role in product(range(exchanges), ("user", "assistant"))
    )


def test_the_acceptance_spec_is_written_from_the_request(sqlite: Database) -> None:
    plain = triaged(submitted(sqlite, "What is the capital of France?"))
    as_json = triaged(submitted(sqlite, "Give me the capital of France as JSON"))

    assert parse_spec(plain.spec_json, "plain").format is None
    wanted = parse_spec(as_json.spec_json, "json").format
    assert wanted is not None
    assert wanted.type == "json"
    assert None not in json.loads(plain.spec_json).values(), "only what is asked for is stored"


def test_a_spec_of_the_owners_own_is_kept_and_the_basics_are_added(sqlite: Database) -> None:
    own = '{"name": "mine", "completeness": {"required_substrings": ["巴黎"]}}'

    spec = parse_spec(triaged(submitted(sqlite, "Give me JSON", spec_json=own)).spec_json, "own")

    assert (spec.name, spec.format) == ("mine", None), "the message is not read for more demands"
    assert spec.completeness is not None
    assert spec.completeness.required_substrings == ("巴黎",)
    assert None not in (spec.answer, spec.security)


def test_the_spec_is_stored_before_any_answer_exists(sqlite: Database) -> None:
    order = submitted(sqlite, "把“数据库”翻译成英文，用 JSON 回答 👩‍💻")
    assignment = triaged(order, Turn("user", "你好"), Turn("assistant", "您好！"))

    assert "数据库" in order.content
    assert parse_spec(assignment.spec_json, "stored").format is not None


def test_what_cannot_be_acted_on_is_asked_back_only_without_a_past(sqlite: Database) -> None:
    order = submitted(sqlite, "fix it")

    assert isinstance(an_admin().triage(order, ()), Clarify)
    assert isinstance(an_admin().triage(order, a_conversation(1)), Assignment)


@pytest.mark.parametrize(
    ("role", "difficulty"),
    [
        (Role.INTERN, Difficulty.TRIVIAL),
        (Role.DIRECTOR, Difficulty.NORMAL),
        (Role.CEO, Difficulty.COMPLEX),
    ],
)
def test_the_owners_wish_decides(sqlite: Database, role: Role, difficulty: Difficulty) -> None:
    assignment = triaged(submitted(sqlite, "fix it", requested_tier=role))

    assert (assignment.role, assignment.difficulty, assignment.rule) == (role, difficulty, "owner_wish")


def decided(order: WorkOrder) -> Route:
    found = route(an_admin().brief(order, ()).asked, Office())
    assert isinstance(found, Route)
    return found


def test_a_model_is_asked_only_where_rules_are_uncertain_and_never_the_starter(
    sqlite: Database,
) -> None:
    order = submitted(sqlite, "Tell me two kitchen colours")
    uncertain, certain = decided(order), decided(submitted(sqlite, "What is the capital of France?"))

    question = an_admin(CAPABLE).second_opinion(order, uncertain)

    assert question is not None
    assert question.timeout_s == 3
    assert order.content in question.turns[-1].content
    assert an_admin(CAPABLE).second_opinion(order, certain) is None
    assert [an_admin(choice).second_opinion(order, uncertain) for choice in (WEAK, None)] == [None] * 2


@pytest.mark.parametrize(
    "answer", ['{"difficulty": "complex"}', 'Sure!\n```json\n{"difficulty": "complex"}\n```', '{"x": 1}{']
)
def test_an_opinion_counts_when_it_can_be_read(sqlite: Database, answer: str) -> None:
    order = submitted(sqlite, "Tell me two kitchen colours")
    before, asked = decided(order), an_admin().brief(order, ()).asked

    opinion = heard(before, asked, Office(), answer, "qwen3:8b")

    if "complex" in answer:
        assert (opinion.chosen, opinion.rule) == (Role.CEO, "local_model")
        assert "qwen3:8b" in opinion.reason
    else:
        assert opinion == before


def test_a_conversation_is_cut_at_as_many_turns_as_the_admin_reads() -> None:
    assert CONTEXT_TURNS % 2 == 0, "whole exchanges"
