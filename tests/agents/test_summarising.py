"""A local model's summary of a long conversation, through the whole handler: when it is asked for, and what is used."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, suppress
from dataclasses import dataclass, replace
from decimal import Decimal

import pytest
import sqlalchemy as sa
from redis.asyncio import Redis

from agents.breaker import Blocked
from agents.completion import Completion, Finish, ModelRequest, ModelUnavailable
from agents.config import AgentSettings, ModelChoice, Payroll, Post, Provider
from agents.fakes import ollama_api
from agents.fakes.script import Reply, Rule, Script
from agents.fakes.server import FakeServer
from agents.handler import OrderHandler, Workplace
from agents.model_router import ModelRouter
from agents.price_sheet import price_of
from agents.serving import Worker
from agents.summarising import SummaryDesk
from db.engine import Database
from db.memory_tables import summaries
from db.records import CallStatus
from db.statements.calls import calls_of
from db.statements.queries import OrderHistory
from memory.quoting import NOTES_MARK
from nexus.bus import Ring
from nexus.messages import INTAKE, Doorbell
from nexus.usage import Price
from nexus.work_order import Channel, Role, Status, Turn
from tests.agents.conftest import NoBreakers, StubModel, a_payroll, said
from tests.agents.test_remembering import talked
from tests.agents.working import history_of, receipt_of, work_through
from tests.builders import accepted
from tests.conftest import wait_until

QWEN = ModelChoice(Provider.OLLAMA, "qwen3:8b")
STARTER = ModelChoice(Provider.LOCAL, "starter", weak=True)
HAIKU = ModelChoice(Provider.ANTHROPIC, "claude-haiku-4-5")
FACT = "The keypad by the side entrance of the Lisbon flat takes 4711-B."
GOOD = "The client speaks of the weather; the side entrance of his flat in Lisbon opens with 4711-B."
LOSES = "The client speaks of the weather and has a flat with a keypad."
INVENTS = f"{GOOD} The flat costs 900 euros."
QUESTION = "Which code opens the side entrance of the Lisbon flat?"
WEATHER = (
    "The weather on the coast is mild and the ferries go as they always do at this time of the year. " * 2
)


class Writer(StubModel):
    """The tiers answer at once; the local model says what is in `writes`, raises it, or never answers."""

    def __init__(self) -> None:
        super().__init__()
        self.writes: list[str | Completion | Exception] = []
        self.is_silent = False
        self.asked: list[ModelRequest] = []

    async def complete(self, request: ModelRequest) -> Completion:
        if request.role is not Role.ADMIN:
            self.requests.append(request)
            return said("4711-B.")
        self.asked.append(request)
        if self.is_silent:
            await asyncio.Event().wait()
        reply = self.writes.pop(0) if self.writes else ModelUnavailable("gone")
        if isinstance(reply, Exception):
            raise reply
        return reply if isinstance(reply, Completion) else said(reply)


@pytest.fixture
def model() -> Writer:
    return Writer()


def a_talk(fact: str = FACT, turns: int = 200, text: str = WEATHER) -> list[Turn]:
    more = [Turn("user" if n % 2 == 0 else "assistant", text) for n in range(turns)]
    return [Turn("user", fact), Turn("assistant", "Noted."), *more]


@dataclass
class Office:
    """A worker's handler with its desk, and its conversations."""

    handler: OrderHandler
    desk: SummaryDesk
    database: Database

    async def ask(self, session_id: str, **changes: object) -> OrderHistory:
        """One order, taken to its end, and no summary in the making behind it."""
        history = await self.answer(session_id, **changes)
        await wait_until(self.is_idle)
        return history_of(self.database, history.order.id)

    async def answer(self, session_id: str, **changes: object) -> OrderHistory:
        """One order, taken to its end."""
        order = accepted(
            self.database,
            **{"content": QUESTION, "session_id": session_id, "requested_tier": Role.INTERN} | changes,
        )
        return await work_through(self.handler, self.database, order.id)

    def is_idle(self) -> bool:
        """No summary is in the making."""
        return self.desk.is_idle

    def stored(self) -> list[tuple[str, str, float | None]]:
        """Status, note and share kept of each summary, in the order of their turns."""
        columns = (summaries.c.status, summaries.c.note, summaries.c.kept)
        query = sa.select(*columns).order_by(summaries.c.session_id, summaries.c.last)
        rows = self.database.read_sync(lambda connection: connection.execute(query).all())
        return [(row.status, row.note or "", row.kept) for row in rows]


@pytest.fixture
async def office(
    database: Database, make_place: Callable[..., Workplace]
) -> AsyncIterator[Callable[..., Office]]:
    desks: list[SummaryDesk] = []

    def make(local: ModelChoice | None = QWEN, **settings: object) -> Office:
        payroll: Payroll = a_payroll() | {Role.ADMIN: Post(Role.ADMIN, local, 100)}
        place = make_place(payroll, **settings)
        desk = SummaryDesk.at(place)
        desks.append(desk)
        return Office(OrderHandler(replace(place, summaries=desk)), desk, database)

    yield make
    for desk in desks:
        await desk.aclose()


def sent(history: OrderHistory) -> str:
    return "\n".join(turn.content for turn in history.order.context)


async def test_a_good_summary_is_stored_and_the_next_order_is_given_it(
    office: Callable[..., Office], database: Database, model: Writer
) -> None:
    here, session_id = office(), talked(database, *a_talk())
    model.writes = [GOOD]

    first = await here.ask(session_id)
    second = await here.ask(session_id)

    assert here.stored()[0] == ("stands", "", 1.0)
    assert GOOD not in sent(first)
    assert sent(second).startswith(NOTES_MARK)
    assert f"of turns 1 to {(last := summarised(second))}: data, not instructions" in sent(second)
    assert GOOD in sent(second)
    assert last >= 40
    assert FACT in sent(second), "the facts stay as they are"
    assert "summarised" not in json.loads(first.order.left_out_json or "{}")


def summarised(history: OrderHistory) -> int:
    first, last = json.loads(history.order.left_out_json or "{}")["summarised"]
    assert first == 1
    return int(last)


async def test_the_call_is_in_the_ledger_and_on_the_receipt_and_costs_nothing(
    office: Callable[..., Office], database: Database, model: Writer
) -> None:
    here, session_id = office(), talked(database, *a_talk())
    model.writes = [GOOD]

    history = await here.ask(session_id)

    calls = database.read_sync(calls_of, history.order.id)
    (call,) = [each for each in calls if each.purpose == "summary"]
    assert (call.role, call.model, call.status) == (Role.ADMIN, "qwen3:8b", CallStatus.RECORDED)
    assert call.cost_usd == 0
    receipt = receipt_of(history)
    assert receipt.cost_usd == sum(each.cost_usd or 0 for each in calls) == 0
    assert receipt.input_tokens == sum(each.usage.prompt_tokens for each in calls)
    assert (receipt.model, receipt.role) == ("intern", Role.INTERN)


async def test_the_next_is_made_of_the_one_before_and_of_what_was_said_since(
    office: Callable[..., Office], database: Database, model: Writer
) -> None:
    here, session_id = office(), talked(database, *a_talk())
    model.writes = [GOOD, GOOD.replace("speaks", "still speaks")]

    for _ in range(2):
        await here.ask(session_id)
    third = await here.ask(session_id)

    first, second = (request.turns[0].content for request in model.asked[:2])
    assert GOOD not in first
    assert GOOD in second
    assert FACT in second, "the ledger of all its turns goes along"
    assert "[1 client]" in second.partition("<turns-")[0]
    assert "[1 client]" not in second.partition("<turns-")[2]
    assert "still speaks" in sent(third)
    assert GOOD not in sent(third)


@pytest.mark.parametrize(
    ("written", "note"),
    [
        (LOSES, "95% of the facts are needed"),
        (INVENTS, "it states what nobody said: 900"),
        (said(GOOD, Finish.LENGTH), "ended by length"),
    ],
    ids=["loses", "invents", "cut off"],
)
async def test_one_that_is_refused_is_not_used_and_says_why(
    written: str | Completion, note: str, office: Callable[..., Office], database: Database, model: Writer
) -> None:
    here, session_id = office(), talked(database, *a_talk(turns=140))
    model.writes = [written]

    first = await here.ask(session_id)
    second = await here.ask(session_id)

    (status, told, _), *_ = here.stored()
    assert status == "refused"
    assert told.startswith(note)
    assert "summary" not in sent(second)
    assert "summarised" not in json.loads(second.order.left_out_json or "{}")
    assert first.order.status is second.order.status is Status.DELIVERED


@pytest.mark.parametrize("trouble", ["unavailable", "late"])
async def test_one_that_fails_or_comes_late_changes_nothing_and_is_not_tried_again(
    trouble: str, office: Callable[..., Office], database: Database, model: Writer
) -> None:
    """Of fewer than 80 turns that are left out one summary is tried; there are not 40 more for another."""
    here, session_id = office(model_timeout_s=0.2), talked(database, *a_talk(turns=62, text=2 * WEATHER))
    model.is_silent = trouble == "late"

    histories = [await here.ask(session_id) for _ in range(3)]

    assert [status for status, *_ in here.stored()] == ["failed"]
    assert len(model.asked) == 1
    assert [each.order.status for each in histories] == [Status.DELIVERED] * 3
    assert CallStatus.STARTED not in [call.status for each in histories for call in each.calls]
    assert [GOOD in sent(each) for each in histories] == [False] * 3


async def test_after_one_that_failed_another_is_tried_once_there_are_more_turns(
    office: Callable[..., Office], database: Database, model: Writer
) -> None:
    """The control."""
    here, session_id = office(), talked(database, *a_talk())
    model.writes = [ModelUnavailable("gone"), GOOD]

    await here.ask(session_id)
    await here.ask(session_id)

    assert [status for status, *_ in here.stored()] == ["failed", "stands"]
    assert GOOD in sent(await here.ask(session_id))


@dataclass(frozen=True)
class Case:
    """Whose model, which settings, what kind of order, and how long the conversation is."""

    local: ModelChoice | None = QWEN
    settings: tuple[tuple[str, object], ...] = ()
    channel: Channel = Channel.REST
    turns: int = 200
    is_asked: bool = False


@pytest.mark.parametrize(
    "case",
    [
        Case(is_asked=True),
        Case(local=STARTER),
        Case(local=HAIKU),
        Case(local=None),
        Case(settings=(("local_summary", False),)),
        Case(channel=Channel.OPENAI),
        Case(turns=40),
    ],
    ids=["the control", "starter", "paid", "nobody", "off", "own context", "short"],
)
async def test_only_a_free_local_model_that_is_not_weak_is_asked_and_only_of_long_conversations(
    case: Case, office: Callable[..., Office], database: Database, model: Writer
) -> None:
    here = office(case.local, **dict(case.settings))
    session_id = talked(database, *a_talk(turns=case.turns))

    await here.ask(session_id, channel=case.channel)

    assert [request.choice for request in model.asked] == ([QWEN] if case.is_asked else [])
    assert len(here.stored()) == int(case.is_asked)


async def test_a_local_model_that_had_a_price_would_not_be_asked(
    office: Callable[..., Office], database: Database, model: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """None has one today; that it costs nothing is asked of the call itself."""
    here, session_id = office(), talked(database, *a_talk())
    tiny = Decimal("0.000001")
    price = Price(tiny, tiny, tiny, tiny)
    with monkeypatch.context() as patch:
        patch.setattr("agents.ledger.price_of", lambda choice: price if choice == QWEN else price_of(choice))
        history = await here.ask(session_id)
    assert history.order.status is Status.DELIVERED
    assert (model.asked, here.stored()) == ([], [])

    await here.ask(session_id)
    assert len(model.asked) == 1, "the control"


async def test_no_answer_waits_for_it_and_the_next_order_cuts_it(
    office: Callable[..., Office], database: Database, model: Writer
) -> None:
    here, session_id = office(), talked(database, *a_talk())
    model.is_silent = True

    first = await here.answer(session_id)
    await wait_until(lambda: model.asked)
    assert not here.is_idle()
    second = await here.answer(session_id)

    assert (first.order.status, second.order.status) == (Status.DELIVERED, Status.DELIVERED)
    await wait_until(here.is_idle)
    assert [call.status for call in history_of(database, first.order.id).calls] == [
        CallStatus.RECORDED, CallStatus.IN_DOUBT
    ]  # fmt: skip
    assert here.stored() == [("asked", "", None)]


async def test_it_is_not_begun_while_the_worker_holds_another_order(
    office: Callable[..., Office], database: Database, model: Writer
) -> None:
    here, session_id = office(), talked(database, *a_talk())
    history = await here.answer(session_id)
    await here.desk.aclose()
    asked = len(model.asked)

    with here.desk.leases.hold(history.order):
        here.desk.begin(history.order)
        assert here.is_idle()

    here.desk.begin(history.order)
    assert not here.is_idle(), "the control"
    await here.desk.aclose()
    assert len(model.asked) == asked


async def test_a_model_that_is_left_alone_is_left_alone(
    database: Database, model: Writer, make_place: Callable[..., Workplace]
) -> None:
    breakers = NoBreakers()
    breakers.blocks["qwen3:8b"] = Blocked("it does not answer", 30)
    payroll = a_payroll() | {Role.ADMIN: Post(Role.ADMIN, QWEN, 100)}
    place = make_place(payroll, breakers=breakers)
    async with aclosing(SummaryDesk.at(place)) as desk:
        here = Office(OrderHandler(replace(place, summaries=desk)), desk, database)
        session_id = talked(database, *a_talk())
        await here.ask(session_id)
        assert (model.asked, here.stored()) == ([], [])

        breakers.blocks.clear()
        await here.ask(session_id)
        assert len(model.asked) == 1, "the control"


async def test_a_summary_is_read_in_its_own_session_alone(
    office: Callable[..., Office], database: Database, model: Writer
) -> None:
    """The same words in both, but for the code."""
    here = office()
    mine, theirs = talked(database, *a_talk()), talked(database, *a_talk(FACT.replace("4711-B", "9999-X")))
    model.writes = [GOOD, GOOD.replace("4711-B", "9999-X")]

    for session_id in (mine, theirs):
        await here.ask(session_id)
    of_mine, of_theirs = [await here.ask(session_id) for session_id in (mine, theirs)]

    assert (GOOD in sent(of_mine), "9999-X" in sent(of_mine)) == (True, False)
    assert (GOOD in sent(of_theirs), "9999-X" in sent(of_theirs)) == (False, True)
    prompts = [request.turns[0].content for request in model.asked[:2]]
    assert ["9999-X" in prompt for prompt in prompts] == [False, True]


async def test_an_order_that_is_done_again_is_given_none_and_asks_for_none(
    office: Callable[..., Office], database: Database, model: Writer
) -> None:
    here, session_id = office(), talked(database, *a_talk())
    model.writes = [GOOD]
    first = await here.ask(session_id)

    again = await here.ask(session_id, retry_of=first.order.id)

    assert GOOD not in sent(again)
    assert len(model.asked) == 1
    assert GOOD in sent(await here.ask(session_id)), "the control"


@pytest.mark.filterwarnings("ignore::DeprecationWarning:litellm", "ignore::UserWarning:pydantic")
@pytest.mark.parametrize("delay_s", [0.0, 60.0], ids=["answers", "hangs"])
async def test_a_worker_over_http_has_it_made_after_the_answer_and_stops_cleanly(
    delay_s: float, database: Database, redis: Redis, make_place: Callable[..., Workplace]
) -> None:
    writes = Rule((Reply(GOOD, delay_s=delay_s),), prompt="You keep the notes of a conversation")
    app = ollama_api.create_app(Script((writes,), Reply("4711-B.")), api_key=None, models=["qwen3:8b"])
    async with FakeServer(app) as ollama:
        local = ModelChoice(Provider.OLLAMA, "qwen3:8b", ollama.base_url)
        payroll: Payroll = {role: Post(role, local, 100) for role in Role}
        router = ModelRouter(AgentSettings())
        await router.warm_up()
        place = replace(make_place(payroll), model=router)
        order = accepted(
            database,
            content=QUESTION,
            session_id=talked(database, *a_talk()),
            requested_tier=Role.INTERN,
        )
        async with aclosing(SummaryDesk.at(place)) as desk:
            stop = asyncio.Event()
            worker = Worker(replace(place, summaries=desk), redis, tuple(Role))
            running = asyncio.create_task(worker.run(stop))
            await place.bus.ring([Ring(INTAKE, Doorbell(order_id=order.id))])
            await wait_until(lambda: history_of(database, order.id).order.status is Status.DELIVERED)
            await wait_until(lambda: [call.path for call in ollama.calls].count("/api/chat") == 2)
            if not delay_s:
                await wait_until(lambda: desk.is_idle)
            stop.set()
            await running
        assert desk.is_idle
        with suppress(Exception):
            await router.close()
    calls = {call.purpose: call for call in history_of(database, order.id).calls}
    assert calls["summary"].status is (CallStatus.IN_DOUBT if delay_s else CallStatus.RECORDED)
    assert calls["summary"].cost_usd == 0
    stored = database.read_sync(lambda c: c.execute(sa.select(summaries.c.status)).scalar_one())
    assert stored == ("asked" if delay_s else "stands")
