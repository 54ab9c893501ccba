"""Voice messages before triage: they become words, once, and the order goes on with them. On both stores."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest
import sqlalchemy as sa

from agents.completion import (
    Completion,
    Finish,
    ModelRefusesCall,
    ModelRequest,
    ModelUnavailable,
    Sound,
    Trouble,
)
from agents.config import ModelChoice, Provider
from agents.handler import OrderHandler, Workplace
from agents.ledger import open_call, settlement_of_reply
from agents.voice import NOBODY
from agents.voice_step import PURPOSE, SILENCE
from db.engine import Database
from db.records import CallStatus
from db.statements.again import accept_again, again
from db.statements.attachments import attachments_of
from db.statements.calls import settle_call, start_call
from db.statements.cancel import cancel_order
from db.statements.holding import approve_order
from db.statements.logs import AuditEvent
from db.statements.queries import OrderHistory, get_order
from db.statements.switches import Switch, set_switch
from db.statements.transcripts import Transcript, store_transcripts
from db.tables import messages
from nexus.budget import FROZEN, exact
from nexus.errors import LeaseLost
from nexus.sound import LISTEN
from nexus.usage import Usage
from nexus.work_order import Attachment, Role, Status
from tests.agents.conftest import StubModel
from tests.agents.working import history_of, receipt_of, work_through
from tests.builders import NO_LIMITS, TODAY, accepted, claimed, now
from tests.conftest import wait_until
from tests.photos import a_document
from tests.sounds import a_voice, an_ogg

QUESTION = "What is the capital of France?"
OPENAI = {"openai_api_key": "sk-test"}

type Make = Callable[..., Workplace]


def spoken(database: Database, *more: Attachment, content: str = LISTEN, **changes: object) -> str:
    return accepted(database, content=content, attachments=(a_voice(), *more), **changes).id


def said_in(database: Database, order_id: str) -> str:
    def read(connection: sa.Connection) -> str:
        mine = messages.c.order_id == order_id, messages.c.role == "user"
        words: str = connection.execute(sa.select(messages.c.content).where(*mine)).scalar_one()
        return words

    return database.read_sync(read)


def heard(text: str, seconds: int = 2) -> Completion:
    return Completion(text, Finish.STOP, Usage(10 * seconds, 8), 5, "req-1")


def event_of(history: OrderHistory, kind: str) -> dict[str, object]:
    (event,) = (event for event in history.events if event.type == kind)
    payload: dict[str, object] = json.loads(event.payload)
    return payload


async def test_a_voice_message_is_worked_on_as_if_it_had_been_written(
    make_place: Make, database: Database, model: StubModel
) -> None:
    handler = OrderHandler(make_place(**OPENAI))
    model.replies = [heard(f" {QUESTION}\n"), "Paris."]
    order_id = spoken(database)

    history = await work_through(handler, database, order_id)

    assert (history.order.status, history.order.content) == (Status.DELIVERED, QUESTION)
    assert history.order.owner is Role.INTERN, "triage judged the words"
    assert model.models_asked == ["gpt-4o-mini-transcribe", "intern"]
    assert QUESTION in model.requests[1].turns[-1].content
    assert model.requests[1].pictures == ()
    (kept,) = database.read_sync(attachments_of, order_id)
    assert (kept.text, kept.data) == (QUESTION, a_voice().data)
    assert said_in(database, order_id) == f"{QUESTION}\n[voice message]"


async def test_the_call_is_in_the_ledger_reserved_settled_and_on_the_receipt(
    make_place: Make, database: Database, model: StubModel
) -> None:
    model.replies = [heard(QUESTION), "Paris."]
    history = await work_through(OrderHandler(make_place(**OPENAI)), database, spoken(database))

    call = history.calls[0]
    assert (call.purpose, call.role, call.status) == (PURPOSE, Role.ADMIN, CallStatus.RECORDED)
    assert a_voice().sha256 in call.prompt
    assert len(call.prompt) < 1000, "the sound itself is not in the ledger"
    assert call.price is not None
    assert call.cost_usd == call.price.cost_of(Usage(20, 8))
    assert call.cost_usd < (call.worst_case_usd or 0)
    assert receipt_of(history).cost_usd == call.cost_usd
    assert event_of(history, "order.transcribed") == {
        "text": QUESTION,
        "seconds": 2.0,
        "model": "gpt-4o-mini-transcribe",
        "cost_usd": exact(call.cost_usd),
    }


async def test_a_caption_stands_before_the_words(
    make_place: Make, database: Database, model: StubModel
) -> None:
    model.replies = [heard("Roses are red."), "Les roses."]
    order_id = spoken(database, content="Translate this into French.")

    history = await work_through(OrderHandler(make_place(**OPENAI)), database, order_id)

    assert history.order.content == "Translate this into French.\n\nRoses are red."


async def test_several_voice_messages_are_heard_in_order_beside_what_else_came(
    make_place: Make, database: Database, model: StubModel
) -> None:
    model.replies = [heard("First."), heard("Second."), "Done."]
    order_id = spoken(database, a_document(), a_voice(an_ogg(5)))

    history = await work_through(OrderHandler(make_place(**OPENAI)), database, order_id)

    assert history.order.content == "First.\n\nSecond."
    assert event_of(history, "order.transcribed")["seconds"] == 7.0
    assert [kept.text for kept in database.read_sync(attachments_of, order_id)] == [
        "First.",
        "The report.",
        "Second.",
    ]


async def test_without_a_transcriber_the_order_is_declined_with_what_to_set(
    make_place: Make, database: Database, model: StubModel
) -> None:
    history = await work_through(OrderHandler(make_place()), database, spoken(database))

    assert (history.order.status, history.order.failure_reason) == (Status.DECLINED, NOBODY)
    assert all(name in NOBODY for name in ("OPENAI_API_KEY", "VOICE_BASE_URL", "VOICE_MODEL_PATH"))
    assert (model.requests, history.calls) == ([], ())


async def test_an_order_that_was_declined_can_be_done_again_once_somebody_listens(
    make_place: Make, database: Database, model: StubModel
) -> None:
    await work_through(OrderHandler(make_place()), database, order_id := spoken(database))

    new_id = redone(database, order_id)
    model.replies = [heard(QUESTION), "Paris."]
    history = await work_through(OrderHandler(make_place(**OPENAI)), database, new_id)

    assert (history.order.status, history.order.content) == (Status.DELIVERED, QUESTION)


async def test_an_order_that_is_done_again_takes_its_words_along(
    make_place: Make, database: Database, model: StubModel
) -> None:
    handler = OrderHandler(make_place(**OPENAI))
    model.replies = [heard(QUESTION), "Paris.", "Paris, again."]
    await work_through(handler, database, order_id := spoken(database))

    history = await work_through(handler, database, redone(database, order_id))

    assert history.order.content == QUESTION
    assert [call.purpose for call in history.calls] == ["work"]


def redone(database: Database, order_id: str) -> str:
    def redo(connection: sa.Connection) -> str:
        old = get_order(connection, order_id)
        assert old is not None
        audit = AuditEvent("owner", "order.retried", "accepted", old.id, old.session_id, {})
        return accept_again(connection, again(connection, old, now(), 600), audit, now()).order_id

    return database.run_sync(redo)


@pytest.mark.parametrize("nothing", ["", "  \n"])
async def test_when_no_words_can_be_heard_the_owner_is_asked(
    make_place: Make, database: Database, model: StubModel, nothing: str
) -> None:
    model.replies = [heard(nothing)]
    history = await work_through(OrderHandler(make_place(**OPENAI)), database, spoken(database))
    assert (history.order.status, history.order.result) == (Status.ASKED, SILENCE)
    assert receipt_of(history).cost_usd == history.calls[0].cost_usd


async def test_what_is_too_long_is_declined_with_the_limit_and_costs_nothing(
    make_place: Make, database: Database, model: StubModel
) -> None:
    handler = OrderHandler(make_place(voice_max_s=60, **OPENAI))
    order = accepted(database, content=LISTEN, attachments=(a_voice(an_ogg(61)),))
    history = await work_through(handler, database, order.id)
    assert history.order.status is Status.DECLINED
    assert "61 s long; VOICE_MAX_S allows 60 s" in (history.order.failure_reason or "")
    assert history.calls == ()


async def test_a_file_that_the_transcriber_cannot_play_is_declined(
    make_place: Make, database: Database, model: StubModel
) -> None:
    model.replies = [ModelRefusesCall("HTTP 400: corrupted", trouble=Trouble.REQUEST)]
    history = await work_through(OrderHandler(make_place(**OPENAI)), database, spoken(database))
    assert history.order.status is Status.DECLINED
    assert "cannot be played" in (history.order.failure_reason or "")
    assert history.calls[0].cost_usd == 0


async def test_a_transcriber_that_does_not_answer_for_the_moment_is_asked_again(
    make_place: Make, database: Database, model: StubModel
) -> None:
    model.replies = [ModelUnavailable("HTTP 503"), heard(QUESTION), "Paris."]
    history = await work_through(OrderHandler(make_place(**OPENAI)), database, spoken(database))
    assert history.order.status is Status.DELIVERED
    assert [call.status for call in history.calls] == [
        CallStatus.FAILED,
        CallStatus.RECORDED,
        CallStatus.RECORDED,
    ]
    assert "order.postponed" in [event.type for event in history.events]


async def test_a_key_that_is_refused_fails_the_order_and_says_so(
    make_place: Make, database: Database, model: StubModel
) -> None:
    model.replies = [ModelRefusesCall("the key is refused; check OPENAI_API_KEY.", trouble=Trouble.KEY)]
    history = await work_through(OrderHandler(make_place(**OPENAI)), database, spoken(database))
    assert history.order.status is Status.FAILED
    assert "OPENAI_API_KEY" in (history.order.failure_reason or "")


async def test_a_recorded_call_is_never_repeated(
    make_place: Make, database: Database, model: StubModel
) -> None:
    """The first worker dies after the call is settled and before the words are in their places."""
    order_id = spoken(database)
    handler = OrderHandler(make_place(**OPENAI))
    claim = claimed(database, order_id, Role.ADMIN, lease_s=0.0)
    assert claim is not None
    request = handler._listener._request(
        claim, ModelChoice(Provider.OPENAI, "gpt-4o-mini-transcribe"), Sound(a_voice(), 2.0)
    )
    call = open_call(claim, Role.ADMIN, PURPOSE, None, request, now(), day=TODAY)
    database.run_sync(start_call, call, now(), limits=NO_LIMITS)
    database.run_sync(settle_call, call, settlement_of_reply(call, heard(QUESTION), None), now())
    model.replies = ["Paris."]

    history = await work_through(handler, database, order_id)

    assert (history.order.status, history.order.content) == (Status.DELIVERED, QUESTION)
    assert model.models_asked == ["intern"]
    assert [call.purpose for call in history.calls] == [PURPOSE, "work"]


async def test_a_call_that_a_dead_worker_left_open_is_in_doubt_and_made_again(
    make_place: Make, database: Database, model: StubModel
) -> None:
    order_id = spoken(database)
    handler = OrderHandler(make_place(**OPENAI))
    claim = claimed(database, order_id, Role.ADMIN, lease_s=0.0)
    assert claim is not None
    request = handler._listener._request(
        claim, ModelChoice(Provider.OPENAI, "gpt-4o-mini-transcribe"), Sound(a_voice(), 2.0)
    )
    call = open_call(claim, Role.ADMIN, PURPOSE, None, request, now(), day=TODAY)
    database.run_sync(start_call, call, now(), limits=NO_LIMITS)
    model.replies = [heard(QUESTION), "Paris."]

    history = await work_through(handler, database, order_id)

    assert [call.status for call in history.calls] == [
        CallStatus.IN_DOUBT,
        CallStatus.RECORDED,
        CallStatus.RECORDED,
    ]
    assert receipt_of(history).cost_usd == sum(call.cost_usd or Decimal(0) for call in history.calls)


async def test_a_budget_that_is_used_up_stops_the_call_before_it_is_made(
    make_place: Make, database: Database, model: StubModel
) -> None:
    handler = OrderHandler(make_place(budget_day_usd=Decimal("0.001"), **OPENAI))
    history = await work_through(handler, database, spoken(database))
    assert history.order.status is Status.FAILED
    assert "is used up" in (history.order.failure_reason or "")
    assert (model.requests, history.calls) == ([], ())


async def test_while_paid_calls_are_frozen_nobody_listens(
    make_place: Make, database: Database, model: StubModel
) -> None:
    database.run_sync(set_switch, Switch(FROZEN, is_on=True, changed_at=now(), changed_by="owner", reason=""))
    history = await work_through(OrderHandler(make_place(**OPENAI)), database, spoken(database))
    assert "frozen" in (history.order.failure_reason or "")
    assert not model.requests


async def test_what_costs_more_than_the_order_may_waits_for_the_owners_yes(
    make_place: Make, database: Database, model: StubModel
) -> None:
    handler = OrderHandler(make_place(**OPENAI))
    order_id = spoken(database, budget_usd=Decimal("0.001"))
    await handler.handle(Role.ADMIN, order_id)
    assert history_of(database, order_id).order.status is Status.HELD
    assert model.requests == []

    database.run_sync(approve_order, order_id, None, now(), actor="owner")
    model.replies = [heard(QUESTION), "Paris."]
    history = await work_through(handler, database, order_id)

    assert (history.order.status, history.order.content) == (Status.DELIVERED, QUESTION)


async def test_a_cancel_before_the_call_lets_none_begin(
    make_place: Make, database: Database, model: StubModel
) -> None:
    order_id = spoken(database)
    database.run_sync(cancel_order, order_id, now())
    history = await work_through(OrderHandler(make_place(**OPENAI)), database, order_id)
    assert history.order.status is Status.CANCELLED
    assert model.requests == []


async def test_the_scripted_transcriber_needs_no_key(
    make_place: Make, database: Database, model: StubModel
) -> None:
    model.replies = [heard(QUESTION), "Paris."]
    handler = OrderHandler(make_place(voice_model="scripted/ear"))
    history = await work_through(handler, database, spoken(database))
    assert model.models_asked == ["ear", "intern"]
    assert history.calls[0].cost_usd == 0


class Listening(StubModel):
    """Listens and never comes to an end."""

    async def complete(self, request: ModelRequest) -> Completion:
        self.requests.append(request)
        await asyncio.Event().wait()
        raise AssertionError


async def test_a_cancel_in_the_middle_of_listening_cuts_the_call_and_keeps_its_price(
    make_place: Make, database: Database
) -> None:
    model = Listening()
    place = replace(make_place(**OPENAI), model=model)
    order_id = spoken(database)
    keeping = asyncio.create_task(place.leases.run())
    work = asyncio.create_task(OrderHandler(place).handle(Role.ADMIN, order_id))
    try:
        await wait_until(lambda: model.requests)
        database.run_sync(cancel_order, order_id, now())
        await asyncio.wait_for(work, 5)
    finally:
        keeping.cancel()
        await asyncio.gather(keeping, work, return_exceptions=True)

    history = history_of(database, order_id)
    assert history.order.status is Status.CANCELLED
    assert [call.status for call in history.calls] == [CallStatus.IN_DOUBT]
    assert receipt_of(history).cost_usd == history.calls[0].worst_case_usd


async def test_words_that_are_written_twice_because_a_reply_was_lost_are_told_once(
    database: Database,
) -> None:
    order_id = spoken(database)
    claim = claimed(database, order_id, Role.ADMIN)
    assert claim is not None
    said = [Transcript(1, QUESTION, 2.0, "ear", Decimal(0))]
    first = database.run_sync(store_transcripts, claim, QUESTION, said, now())
    second = database.run_sync(store_transcripts, claim, QUESTION, said, now())
    assert first == second
    assert len(history_of(database, order_id).events) == 2


async def test_a_worker_that_has_lost_the_order_writes_no_words(database: Database) -> None:
    order_id = spoken(database)
    old = claimed(database, order_id, Role.ADMIN, lease_s=0.0)
    await wait_until(lambda: claimed(database, order_id, Role.ADMIN, worker="w2") is not None)
    assert old is not None
    with pytest.raises(LeaseLost):
        database.run_sync(store_transcripts, old, "Late.", [], now())
    assert history_of(database, order_id).order.content == LISTEN
