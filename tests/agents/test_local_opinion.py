"""A free local model beside the work: asked where answers can be compared, a note in the proof, never in the way."""

import asyncio
import json
from collections.abc import Awaitable, Callable

import pytest

from agents.completion import Completion, ModelRequest, ModelUnavailable
from agents.config import ModelChoice, Payroll, Post, Provider
from agents.handler import OrderHandler, Workplace
from db.engine import Database
from db.records import CallStatus, CheckRecord
from db.statements.calls import calls_of
from db.statements.queries import OrderHistory
from nexus.work_order import Role, Status
from qa.opinions.agreement import agree, comparable
from tests.agents.conftest import StubModel, a_payroll, said
from tests.agents.working import receipt_of, work_through
from tests.builders import accepted

QWEN = ModelChoice(Provider.OLLAMA, "qwen3:8b")
STARTER = ModelChoice(Provider.LOCAL, "starter", weak=True)
HOW_MANY = "How many eggs are in 3 boxes of 12?"


class Two(StubModel):
    """Says what each model of the test says, whoever is asked first; a model in `silent` never answers."""

    def __init__(self) -> None:
        super().__init__()
        self.says: dict[str, list[str | Exception]] = {}
        self.silent: set[str] = set()

    async def complete(self, request: ModelRequest) -> Completion:
        self.requests.append(request)
        if request.choice.model in self.silent:
            await asyncio.Event().wait()
        reply = self.says[request.choice.model].pop(0)
        if isinstance(reply, Exception):
            raise reply
        await asyncio.sleep(0)
        return said(reply)


@pytest.fixture
def model() -> Two:
    return Two()


@pytest.fixture
def work(
    database: Database, model: Two, make_place: Callable[..., Workplace]
) -> Callable[..., Awaitable[OrderHistory]]:
    async def go(
        content: str = HOW_MANY,
        *,
        local: ModelChoice = QWEN,
        spec: object = None,
        opinion: str = "note",
        **settings: object,
    ) -> OrderHistory:
        payroll: Payroll = a_payroll() | {Role.ADMIN: Post(Role.ADMIN, local, 100)}
        handler = OrderHandler(make_place(payroll, local_opinion=opinion, **settings))
        own = None if spec is None else json.dumps(spec)
        order = accepted(database, content=content, requested_tier=Role.INTERN, spec_json=own)
        return await work_through(handler, database, order.id)

    return go  # fmt: skip


def agreement(history: OrderHistory, n: int = -1) -> CheckRecord | None:
    verdict = history.attempts[n].verdict
    assert verdict is not None
    return next((check for check in verdict.checks if check.name == "opinion.agreement"), None)


async def test_agreement_is_evidence(
    work: Callable[..., Awaitable[OrderHistory]], model: Two, database: Database
) -> None:
    model.says = {"intern": ["There are 36 eggs."], "qwen3:8b": ["3 x 12 = 36\nAnswer: 36"]}
    history = await work()
    check = agreement(history)
    assert check is not None
    assert (check.status, check.evidence) == ("pass", "ollama/qwen3:8b, asked on its own, says the same: 36")
    calls = database.read_sync(calls_of, history.order.id)
    assert sorted((call.purpose, call.role.value) for call in calls) == [("qa", "admin"), ("work", "intern")]
    assert [call.cost_usd for call in calls] == [0, 0]
    assert receipt_of(history).model == "intern"


async def test_disagreement_is_a_note_and_delivers(
    work: Callable[..., Awaitable[OrderHistory]], model: Two
) -> None:
    model.says = {"intern": ["There are 38 eggs."], "qwen3:8b": ["Answer: 36"]}
    history = await work()
    check = agreement(history)
    assert check is not None
    assert check.status == "not_checked"
    assert check.evidence.endswith("says 36; this answer says 38: one of them is wrong")
    assert history.order.status is Status.DELIVERED


@pytest.mark.parametrize("by", ["setting", "spec"])
async def test_where_it_is_asked_for_disagreement_is_a_reason_for_another_try(
    by: str, work: Callable[..., Awaitable[OrderHistory]], model: Two
) -> None:
    model.says = {"intern": ["There are 38 eggs.", "There are 36 eggs."], "qwen3:8b": ["Answer: 36"] * 2}
    spec = {"name": "x", "opinions": {"agreement": "retry"}} if by == "spec" else None
    history = await work(spec=spec, opinion="off" if by == "spec" else "retry")
    assert len(history.attempts) == 2
    assert history.order.status is Status.DELIVERED
    assert history.order.result == "There are 36 eggs."


async def test_a_local_model_that_is_slow_is_not_waited_for_and_its_call_does_not_stay_open(
    work: Callable[..., Awaitable[OrderHistory]], model: Two, database: Database
) -> None:
    model.says, model.silent = {"intern": ["There are 36 eggs."]}, {"qwen3:8b"}
    history = await work(local_opinion_wait_s=0)
    assert history.order.status is Status.DELIVERED
    assert agreement(history) is None
    assert all(
        call.status is not CallStatus.STARTED for call in database.read_sync(calls_of, history.order.id)
    )


async def test_a_local_model_that_fails_leaves_no_mark_on_the_answer(
    work: Callable[..., Awaitable[OrderHistory]], model: Two
) -> None:
    model.says = {"intern": ["There are 36 eggs."], "qwen3:8b": [ModelUnavailable("gone")]}
    history = await work()
    assert (history.order.status, agreement(history)) == (Status.DELIVERED, None)


@pytest.mark.parametrize(
    ("content", "local", "opinion", "spec"),
    [
        (HOW_MANY, STARTER, "note", None),
        (HOW_MANY, ModelChoice(Provider.ANTHROPIC, "claude-haiku-4-5"), "note", None),
        (HOW_MANY, QWEN, "off", None),
        (HOW_MANY, QWEN, "note", {"name": "x", "opinions": {"agreement": "off"}}),
        ("Write a poem about eggs.", QWEN, "note", None),
    ],
    ids=["starter", "paid", "off", "spec_off", "not_comparable"],
)
async def test_nobody_is_asked_where_it_makes_no_sense(
    content: str,
    local: ModelChoice,
    opinion: str,
    spec: object,
    work: Callable[..., Awaitable[OrderHistory]],
    model: Two,
) -> None:
    model.says = {"intern": ["There are 36 eggs."]}
    await work(content, local=local, opinion=opinion, spec=spec)
    assert model.models_asked == ["intern"]


@pytest.mark.parametrize(
    ("request_", "one", "other", "same"),
    [
        (HOW_MANY, "The answer is **36** eggs (3 boxes of 12).", "3 × 12 = 36", True),
        (HOW_MANY, "36", "Answer: 36.0", True),
        (HOW_MANY, "Answer: 1,200", "Answer: 1200", True),
        (HOW_MANY, "Answer: 36", "Answer: 38", False),
        (HOW_MANY, "3 boxes, 12 each, or so", "Answer: 36", None),
        ("Which is a fruit?\nA) car\nB) pear", "The answer is B.", "B) pear", True),
        ("Which is a fruit?\nA) car\nB) pear", "Answer: A", "(B)", False),
        ("Which is a fruit?\nA) car\nB) pear", "A) no\nB) yes", "B", None),
        ("Is Paris in France?", "Yes, it is.", "**Yes**", True),
        ("Is Paris in France?", "Yes.", "No, it is in Texas.", False),
        ("Is Paris in France?", "It is.", "Yes", None),
    ],
)
def test_answers_are_compared_only_where_they_can_be(
    request_: str, one: str, other: str, same: bool | None
) -> None:
    kind = comparable(request_)
    assert kind is not None
    assert agree(kind, one, other) is same


def test_labels_are_compared_by_name() -> None:
    labels = ("positive", "negative")
    assert comparable("Is this positive or negative?", labels) == "label"
    assert agree("label", "It is Positive.", "positive", labels) is True
    assert agree("label", "Positive or negative", "positive", labels) is None


@pytest.mark.parametrize(
    "request_", ["Why is the sky blue?", "Explain how many there are.", "Is it A or B, and why?", "Hi"]
)
def test_open_questions_are_not_compared(request_: str) -> None:
    assert comparable(request_) is None
