"""The free front desk: what is remembered of the conversation, and the acceptance spec of each order."""

import json
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.admin import CONTEXT_CHARS, CONTEXT_TURNS, TURN_CHARS, Admin, compress, with_opinion
from agents.config import ModelChoice, Post, Provider
from agents.rules import Clarify
from db.engine import Database
from db.records import Assignment
from nexus.work_order import Difficulty, Role, Turn, WorkOrder
from qa.spec import parse_spec
from tests.builders import accepted, an_assignment, claimed

CAPABLE = ModelChoice(Provider.OLLAMA, "qwen3:8b", "http://localhost:11434")
WEAK = ModelChoice(Provider.LOCAL, "SmolLM2", "http://localhost:9/v1", weak=True)
texts = st.text(max_size=3 * TURN_CHARS)
turns = st.lists(st.builds(Turn, st.sampled_from(["user", "assistant"]), texts), max_size=30).map(tuple)


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


def test_a_short_conversation_is_remembered_in_full() -> None:
    conversation = a_conversation(5)

    assert compress(conversation, CONTEXT_CHARS) == conversation


def test_of_a_long_conversation_the_newest_is_remembered_in_order() -> None:
    conversation = a_conversation(10, chars=1_000)

    assert compress(conversation, 4_000) == conversation[-4:]


def test_of_a_long_message_its_beginning_and_end_are_remembered_and_the_gap_is_said() -> None:
    (short,) = compress((Turn("user", "A" * 5_000 + "Z" * 5_000),), CONTEXT_CHARS)

    assert short.content.startswith("AAA")
    assert short.content.endswith("ZZZ")
    assert "[… 6000 characters left out …]" in short.content
    assert len(short.content) < TURN_CHARS + 60


@pytest.mark.parametrize(
    ("history", "budget"),
    [(a_conversation(10, chars=1_000), 3_000), (a_conversation(10)[1:], CONTEXT_CHARS)],
    ids=["cut by size", "cut by number"],
)
def test_what_is_remembered_begins_with_the_owner(history: tuple[Turn, ...], budget: int) -> None:
    assert compress(history, budget)[0].role == "user"


@given(turns, st.integers(0, CONTEXT_CHARS))
def test_what_is_remembered_fits_and_is_the_end_of_what_was_said(
    history: tuple[Turn, ...], budget: int
) -> None:
    kept = compress(history, budget)

    assert sum(len(turn.content) for turn in kept) <= budget
    said = history[len(history) - len(kept) :]
    assert [turn.role for turn in kept] == [turn.role for turn in said]
    for turn, original in zip(kept, said, strict=True):
        assert turn == original or len(original.content) > TURN_CHARS


def test_emoji_and_chinese_survive_compression() -> None:
    message = Turn("user", "数据库👩‍💻" * 2_000)

    (short,) = compress((message,), CONTEXT_CHARS)

    assert short.content.encode().decode() == short.content
    assert short.content.startswith("数据库👩‍💻")


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


def test_the_spec_and_the_context_are_stored_before_any_answer_exists(sqlite: Database) -> None:
    order = submitted(sqlite, "把“数据库”翻译成英文，用 JSON 回答 👩‍💻")
    assignment = triaged(order, Turn("user", "你好"), Turn("assistant", "您好！"))

    assert "数据库" in order.content
    assert parse_spec(assignment.spec_json, "stored").format is not None
    assert assignment.context == (Turn("user", "你好"), Turn("assistant", "您好！"))


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


def test_a_model_is_asked_only_where_rules_are_uncertain_and_never_the_starter(
    sqlite: Database,
) -> None:
    order = submitted(sqlite, "Tell me two kitchen colours")
    uncertain, certain = triaged(order), an_assignment()

    question = an_admin(CAPABLE).second_opinion(order, uncertain)

    assert question is not None
    assert question.timeout_s == 3
    assert order.content in question.turns[-1].content
    assert an_admin(CAPABLE).second_opinion(order, certain) is None
    assert [an_admin(choice).second_opinion(order, uncertain) for choice in (WEAK, None)] == [None] * 2


@pytest.mark.parametrize(
    "answer", ['{"difficulty": "complex"}', 'Sure!\n```json\n{"difficulty": "complex"}\n```', '{"x": 1}{']
)
def test_an_opinion_counts_when_it_can_be_read(answer: str) -> None:
    opinion = with_opinion(an_assignment(), answer, "qwen3:8b")

    if "complex" in answer:
        assert (opinion.role, opinion.rule) == (Role.CEO, "local_model")
        assert "qwen3:8b" in opinion.reason
    else:
        assert opinion == an_assignment()


def test_a_conversation_is_cut_at_as_many_turns_as_the_admin_reads() -> None:
    assert CONTEXT_TURNS % 2 == 0, "whole exchanges"
