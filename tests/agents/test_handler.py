"""What workers do with doorbells, on both stores, with a model that does what the test says."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa

from agents.completion import MODEL_SETTING, Completion, Finish, ModelRefusesCall, ModelUnavailable
from agents.config import ModelChoice, Post, Provider
from agents.handler import MAX_CLAIMS, OrderHandler, Workplace
from db.engine import Database
from db.records import AttemptStatus, CallStatus, Settlement
from db.statements.attempts import claim_work, open_attempt, settle_call
from db.statements.orders import claim_order
from db.statements.queries import OrderHistory, get_history
from db.tables import deliveries, work_orders
from nexus.receipt import Receipt
from nexus.usage import Usage
from nexus.work_order import Role, Status
from tests.agents.conftest import StubModel, a_payroll, said
from tests.builders import a_try, accepted, now

SIMPLE = "What is the capital of France?"
HARD = "Design a database architecture for a bank."


def history_of(database: Database, order_id: str) -> OrderHistory:
    history = database.read_sync(get_history, order_id)
    assert history is not None
    return history


def receipt_of(history: OrderHistory) -> Receipt:
    assert history.order.receipt_json is not None
    return Receipt.model_validate_json(history.order.receipt_json)


async def work_through(handler: OrderHandler, database: Database, order_id: str) -> OrderHistory:
    """Ring for whoever holds the order until it has ended, with every backoff skipped."""
    for _ in range(20):
        order = history_of(database, order_id).order
        if not order.is_open:
            break
        await handler.handle(order.owner, order_id)
        database.run_sync(lambda c: c.execute(sa.update(work_orders).values(available_at=now())))
    return history_of(database, order_id)


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
    assert "Paris" in model.requests[0].system, "the employee is told what will be checked"


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


async def test_a_provider_that_is_away_is_tried_again_later(
    handler: OrderHandler, database: Database, model: StubModel
) -> None:
    order = accepted(database, content=SIMPLE)
    model.replies = [ModelUnavailable("busy", retry_after_s=7), "Paris."]
    await handler.handle(Role.ADMIN, order.id)

    await handler.handle(Role.INTERN, order.id)

    waiting = history_of(database, order.id).order
    assert waiting.status is Status.TRIAGED
    wait_s = (waiting.available_at - waiting.updated_at).total_seconds()
    assert wait_s == pytest.approx(7, abs=0.5)
    said = history_of(database, order.id).events[-1]
    assert said.type == "order.postponed", "who watches is told why it takes so long"
    assert '"reason": "busy"' in said.payload
    history = await work_through(handler, database, order.id)
    assert history.order.status is Status.DELIVERED
    assert [call.status for call in history.calls] == [CallStatus.FAILED, CallStatus.RECORDED]


async def test_a_call_that_was_cut_off_is_in_doubt_and_shown(
    handler: OrderHandler, database: Database, model: StubModel
) -> None:
    model.replies = [ModelUnavailable("cut", in_doubt=True), "Paris."]

    history = await work_through(handler, database, accepted(database, content=SIMPLE).id)

    assert [call.status for call in history.calls] == [CallStatus.IN_DOUBT, CallStatus.RECORDED]


async def test_what_trying_again_cannot_mend_fails_at_once_with_the_fix(
    handler: OrderHandler, database: Database, model: StubModel
) -> None:
    model.replies = [ModelRefusesCall("the key is refused; check ANTHROPIC_API_KEY.")]

    history = await work_through(handler, database, accepted(database, content=SIMPLE).id)

    assert history.order.status is Status.FAILED
    assert "ANTHROPIC_API_KEY" in (history.order.failure_reason or "")
    assert len(model.requests) == 1


async def test_a_model_that_does_not_exist_is_told_with_the_setting_of_its_role(
    handler: OrderHandler, database: Database, model: StubModel
) -> None:
    model.replies = [ModelRefusesCall(f"no such model there; set {MODEL_SETTING} to one that exists.")]

    history = await work_through(handler, database, accepted(database, content=HARD).id)

    assert history.order.failure_reason == "no such model there; set NEXUS_MODEL_CEO to one that exists."


async def test_a_bug_is_tried_five_times_and_then_the_order_is_dead(
    handler: OrderHandler, database: Database, model: StubModel
) -> None:
    model.replies = [RuntimeError("a secret detail")] * 9

    history = await work_through(handler, database, accepted(database, content=SIMPLE).id)

    assert history.order.status is Status.DEAD
    assert len(model.requests) == MAX_CLAIMS
    assert "secret detail" not in (history.order.failure_reason or "")
    assert "RuntimeError" in (history.order.failure_reason or "")


async def test_an_order_past_its_deadline_ends_with_that_reason_and_no_call(
    handler: OrderHandler, database: Database, model: StubModel
) -> None:
    late = accepted(database, content=SIMPLE, deadline_at=now() - timedelta(seconds=1))

    history = await work_through(handler, database, late.id)

    assert history.order.status is Status.FAILED
    assert "deadline" in (history.order.failure_reason or "")
    assert model.requests == []


async def test_a_role_without_a_model_says_which_setting_would_give_it_one(
    make_place: Callable[..., Workplace], database: Database
) -> None:
    payroll = a_payroll()
    payroll[Role.INTERN] = replace(payroll[Role.INTERN], choice=None, problem="set ANTHROPIC_API_KEY")

    history = await work_through(
        OrderHandler(make_place(payroll)), database, accepted(database, content=SIMPLE).id
    )

    assert history.order.failure_reason == "set ANTHROPIC_API_KEY"


async def test_an_answer_that_a_dead_worker_had_recorded_is_used_and_not_paid_again(
    handler: OrderHandler, database: Database, model: StubModel
) -> None:
    order = accepted(database, content=SIMPLE)
    await handler.handle(Role.ADMIN, order.id)
    dead = database.run_sync(claim_order, order.id, role=Role.INTERN, worker="dead", lease_s=30, now=now())
    assert dead is not None
    attempt, call = a_try(dead)
    database.run_sync(open_attempt, dead, attempt, call, now())
    paid = Settlement(
        CallStatus.RECORDED, usage=Usage(7, 3), cost_usd=None, answer="Paris.", finish_reason="stop"
    )
    database.run_sync(settle_call, call.id, paid, now())
    database.run_sync(lambda c: c.execute(sa.update(work_orders).values(lease_until=None)))

    history = await work_through(handler, database, order.id)

    assert (history.order.status, history.order.result) == (Status.DELIVERED, "Paris.")
    assert model.requests == []
    assert len(history.attempts) == 1


async def test_a_worker_that_lost_its_order_delivers_nothing(
    make_place: Callable[..., Workplace], database: Database, model: StubModel
) -> None:
    order = accepted(database, content=SIMPLE)
    handler = OrderHandler(make_place())
    await handler.handle(Role.ADMIN, order.id)

    class Thief:
        """While the first worker waits for its model, another takes the order."""

        async def complete(self, request: object) -> Completion:
            database.run_sync(lambda c: c.execute(sa.update(work_orders).values(lease_until=None)))
            database.run_sync(claim_work, order.id, role=Role.INTERN, worker="w2", lease_s=30, now=now())
            return said("Paris.")

    rings = await OrderHandler(replace(make_place(), model=Thief())).handle(Role.INTERN, order.id)

    assert rings == ()
    assert history_of(database, order.id).order.is_open
    assert database.read_sync(lambda c: c.execute(sa.select(deliveries)).all()) == []
    assert [call.status for call in history_of(database, order.id).calls] == [CallStatus.RECORDED], (
        "it was paid"
    )


async def test_the_answer_is_delivered_once_per_channel_and_target(
    handler: OrderHandler, database: Database, model: StubModel
) -> None:
    order = accepted(database, content=SIMPLE)
    model.replies = ["Paris."]
    await work_through(handler, database, order.id)

    for role in Role:
        await handler.handle(role, order.id)

    assert len(database.read_sync(lambda c: c.execute(sa.select(deliveries)).all())) == 1


async def test_where_rules_are_uncertain_a_capable_local_model_is_asked_and_only_about_difficulty(
    make_place: Callable[..., Workplace], database: Database, model: StubModel
) -> None:
    payroll = a_payroll()
    payroll[Role.ADMIN] = Post(Role.ADMIN, ModelChoice(Provider.OLLAMA, "qwen3:8b"), 100)
    model.replies = ['{"difficulty": "trivial"}', "Blue and white."]

    history = await work_through(
        OrderHandler(make_place(payroll)),
        database,
        accepted(database, content="Tell me two kitchen colours").id,
    )

    assert history.order.tier_rule == "local_model"
    assert model.models_asked == ["qwen3:8b", "intern"]
    assert [call.purpose for call in history.calls] == ["triage", "work"]


@pytest.mark.parametrize(
    "nonsense", ["I think it is hard.", '{"difficulty": "impossible"}', ModelUnavailable("late")]
)
async def test_a_front_desk_model_that_is_late_or_talks_nonsense_changes_nothing(
    make_place: Callable[..., Workplace], database: Database, model: StubModel, nonsense: str | Exception
) -> None:
    payroll = a_payroll()
    payroll[Role.ADMIN] = Post(Role.ADMIN, ModelChoice(Provider.OLLAMA, "qwen3:8b"), 100)
    model.replies = [nonsense, "Blue and white."]

    history = await work_through(
        OrderHandler(make_place(payroll)),
        database,
        accepted(database, content="Tell me two kitchen colours").id,
    )

    assert (history.order.status, history.order.tier_rule) == (Status.DELIVERED, "default")


async def test_the_starter_model_is_never_asked_to_judge(
    make_place: Callable[..., Workplace], database: Database, model: StubModel
) -> None:
    payroll = a_payroll()
    payroll[Role.ADMIN] = Post(Role.ADMIN, ModelChoice(Provider.LOCAL, "tiny", weak=True), 100)
    model.replies = ["Blue and white."]

    await work_through(
        OrderHandler(make_place(payroll)),
        database,
        accepted(database, content="Tell me two kitchen colours").id,
    )

    assert model.models_asked == ["director"]
