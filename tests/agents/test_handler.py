"""What workers do with doorbells, on both stores, with a model that does what the test says."""

import json
from decimal import Decimal

import pytest
import sqlalchemy as sa

from agents.completion import Completion, Finish
from agents.handler import OrderHandler
from db.engine import Database
from db.records import AttemptStatus
from db.tables import deliveries
from nexus.work_order import Role, Status
from tests.agents.conftest import StubModel, said
from tests.agents.working import HARD, SIMPLE, receipt_of, work_through
from tests.builders import accepted


async def test_a_simple_message_is_answered_by_the_intern_with_a_receipt(
    handler: OrderHandler, database: Database, model: StubModel
) -> None:
    order = accepted(database, content=SIMPLE)
    model.replies = ["The capital of France is Paris."]

    history = await work_through(handler, database, order.id)

    assert (history.order.status, history.order.result) == (
        Status.DELIVERED,
        "The capital of France is Paris.",
    )
    receipt = receipt_of(history)
    assert (receipt.role, receipt.model, receipt.rule) == (Role.INTERN, "intern", "small_fact")
    assert receipt.qa_passed == receipt.qa_total > 0
    assert (receipt.input_tokens, receipt.output_tokens, receipt.cost_usd) == (20, 10, Decimal(0))
    assert receipt.order_id in receipt.text()
    assert [event.type for event in history.events] == [
        "order.queued",
        "order.triaged",
        "order.working",
        "order.qa",
        "order.delivered",
    ]


async def test_each_difficulty_reaches_its_own_model(
    handler: OrderHandler, database: Database, model: StubModel
) -> None:
    messages = [SIMPLE, "Write an e-mail to my landlord about the heating.", HARD]
    model.replies = ["Paris.", "Dear landlord, …", "Three regions."]

    for content in messages:
        await work_through(handler, database, accepted(database, content=content).id)

    assert model.models_asked == ["intern", "director", "ceo"]


async def test_the_owners_wish_goes_before_the_rules(
    handler: OrderHandler, database: Database, model: StubModel
) -> None:
    model.replies = ["Paris."]

    history = await work_through(
        handler, database, accepted(database, content=SIMPLE, requested_tier=Role.CEO).id
    )

    assert receipt_of(history).rule == "owner_wish"
    assert model.models_asked == ["ceo"]


async def test_an_answer_that_fails_qa_is_retried_with_what_failed_and_then_escalated(
    handler: OrderHandler, database: Database, model: StubModel
) -> None:
    order = accepted(database, content="Give me the capital of France as JSON")
    model.replies = ["Paris", "still Paris", '{"capital": "Paris"}']

    history = await work_through(handler, database, order.id)

    assert history.order.status is Status.DELIVERED
    assert model.models_asked == ["intern", "intern", "director"]
    retry = model.requests[1].turns[-1].content
    assert "rejected by quality assurance" in retry
    assert "JSON" in retry
    assert [attempt.status for attempt in history.attempts] == [
        AttemptStatus.REJECTED,
        AttemptStatus.REJECTED,
        AttemptStatus.PASSED,
    ]
    assert [attempt.verdict is not None and attempt.verdict.passed for attempt in history.attempts] == [
        False,
        False,
        True,
    ]
    assert [event.type for event in history.events if event.type.startswith("order.re")] == ["order.retrying"]
    assert "order.escalated" in [event.type for event in history.events]
    assert receipt_of(history).path == [Role.INTERN, Role.INTERN, Role.DIRECTOR]
    assert receipt_of(history).input_tokens == 60, "the receipt counts the failed tries too"


async def test_the_clients_own_spec_is_checked_together_with_the_basics(
    handler: OrderHandler, database: Database, model: StubModel
) -> None:
    own = {
        "name": "mine",
        "completeness": {"required_substrings": ["Paris"]},
        "format": {"type": "text", "pattern": "^The"},
    }
    order = accepted(database, content=SIMPLE, spec_json=json.dumps(own))
    model.replies = ["It is Lyon.", "", "The capital is Paris."]

    history = await work_through(handler, database, order.id)

    assert history.order.result == "The capital is Paris."
    names = {check.name for check in receipt_of(history).checks}
    assert {
        "completeness.required_substrings",
        "format.pattern",
        "answer.not_empty",
        "security.secrets",
    } <= names
    assert "Paris" in model.requests[0].turns[-1].content, "the employee is told what will be checked"


async def test_when_nobody_passes_the_owner_is_told_why(
    handler: OrderHandler, database: Database, model: StubModel
) -> None:
    model.replies = [""] * 9

    history = await work_through(handler, database, accepted(database, content=SIMPLE).id)

    assert history.order.status is Status.FAILED
    assert history.order.result is None
    assert "answer.not_empty" in (history.order.failure_reason or "")
    assert len(history.attempts) == 5


@pytest.mark.parametrize("cut", [said("The capital is", Finish.LENGTH), said("I will not.", Finish.REFUSAL)])
async def test_a_cut_off_or_refused_answer_is_never_delivered(
    handler: OrderHandler, database: Database, model: StubModel, cut: Completion
) -> None:
    model.replies = [cut] * 9

    history = await work_through(handler, database, accepted(database, content=SIMPLE).id)

    assert history.order.status is Status.FAILED


async def test_a_message_that_cannot_be_acted_on_is_asked_back_for_free(
    handler: OrderHandler, database: Database, model: StubModel
) -> None:
    history = await work_through(handler, database, accepted(database, content="fix it").id)

    assert history.order.status is Status.ASKED
    assert "fix it" in (history.order.result or "")
    assert model.requests == []
    assert history.calls == ()


async def test_a_conversation_is_given_to_the_employee(
    handler: OrderHandler, database: Database, model: StubModel
) -> None:
    first = accepted(database, content="My name is Ada. Say hello to me.")
    model.replies = ["Hello Ada.", "Your name is Ada."]
    await work_through(handler, database, first.id)

    await work_through(
        handler, database, accepted(database, content="What is my name?", session_id=first.session_id).id
    )

    assert [turn.content for turn in model.requests[1].turns] == [
        "My name is Ada. Say hello to me.",
        "Hello Ada.",
        "What is my name?",
    ]


async def test_the_answer_is_delivered_once_per_channel_and_target(
    handler: OrderHandler, database: Database, model: StubModel
) -> None:
    order = accepted(database, content=SIMPLE)
    model.replies = ["Paris."]
    await work_through(handler, database, order.id)

    for role in Role:
        await handler.handle(role, order.id)

    assert len(database.read_sync(lambda c: c.execute(sa.select(deliveries)).all())) == 1
