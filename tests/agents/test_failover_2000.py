"""2,000 orders to two providers that fail three times in ten, in every way there is.

The real `Failover`, `CallDesk`, `ModelRouter`, breakers and LiteLLM against two servers; only the database and the
bus are left out, and time is moved by hand, so that rests of half a minute take none.
"""

import random
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, cast

import pytest

from agents.breaker import FAILURES_TO_OPEN, FIRST_OPEN_S, ModelBreakers, State
from agents.calls import CallDesk, answered
from agents.completion import Completion, Finish, ModelRefusesCall, ModelRequest, ModelUnavailable, Trouble
from agents.config import AgentSettings, ModelChoice, Post, Provider
from agents.failover import SAME_AGAIN, Desk, Failover
from agents.fakes import anthropic_api, openai_api
from agents.fakes.script import Fault, Reply, Script
from agents.fakes.server import FakeServer
from agents.handler import BACKOFF_S, MAX_CLAIMS
from agents.model_router import ModelRouter
from agents.sight import Sight
from db.records import AttemptStatus, CallRecord, Work
from db.statements.late import settle_late
from nexus.clock import ManualClock
from nexus.errors import PermanentError, TransientError
from nexus.work_order import Role, Status, WorkOrder
from tests.agents.mishaps import MISHAPS, TEXT, Mishap
from tests.agents.vendors_at import KEY, MODELS, a_router, a_server, ask, at
from tests.builders import a_try

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:litellm", "ignore::UserWarning:pydantic")

ORDERS = 2_000
FAULTS = 0.28
OUTAGES = 0.005
SECONDS_BETWEEN_ORDERS = 1.0
FOR_THE_OWNER = (Trouble.KEY, Trouble.CREDIT, Trouble.NO_MODEL)
PAIR = (Provider.ANTHROPIC, Provider.OPENAI)


@dataclass(frozen=True, slots=True)
class Call:
    """One call as the company saw it; `at` and `until` in seconds of the manual clock."""

    order_id: str
    claims: int
    provider: Provider
    at: float
    said: Completion | ModelUnavailable | ModelRefusesCall

    @property
    def counts(self) -> bool:
        """True for failures that the breaker counts."""
        return isinstance(self.said, ModelUnavailable) and self.said.retry_after_s is None


@dataclass(slots=True)
class Listening:
    """A model that notes what the router says."""

    router: ModelRouter
    clock: ManualClock
    order_id: str = ""
    claims: int = 1
    calls: list[Call] = field(default_factory=list)

    async def complete(self, request: ModelRequest) -> Completion:
        at = self.clock.monotonic()
        said: Completion | ModelUnavailable | ModelRefusesCall
        try:
            said = await self.router.complete(request)
        except (ModelUnavailable, ModelRefusesCall) as error:
            said = error
        self.calls.append(Call(self.order_id, self.claims, request.choice.provider, at, said))
        if isinstance(said, Completion):
            return said
        raise said


class Nowhere:
    """In place of the record and the bus; keeps what became of the calls."""

    def __init__(self) -> None:
        self.settled: list[CallRecord] = []

    async def write(self, step: object, *arguments: Any, **_: object) -> tuple[()]:
        if step is settle_late:
            call, settlement, *_rest = arguments
            self.settled.append(answered(call, settlement))
        return ()

    async def ring(self, *_: object) -> None:
        return


def plan(provider: Provider, rng: random.Random, length: int) -> Iterator[Reply | Fault]:
    """Three turns in ten go wrong, each in any way; now and then six in a row, in the way of an outage."""
    kinds = [m for m in MISHAPS if provider in m.vendors and m.name != "whole"]
    outages = [m for m in kinds if m.trouble is Trouble.SERVER and m.retry_after_s is None]
    whole = next(m for m in MISHAPS if m.name == "whole")
    made = 0
    while made < length:
        if rng.random() < OUTAGES:
            run: list[Mishap] = [rng.choice(outages)] * 6
        elif rng.random() < FAULTS:
            run = [rng.choice(kinds)]
        else:
            run = [whole]
        yield from (mishap.turn for mishap in run)
        made += len(run)


@dataclass(slots=True)
class Company:
    """What is left of it: one post with two models."""

    failover: Failover
    nowhere: Nowhere
    breakers: ModelBreakers
    model: Listening
    clock: ManualClock
    choices: tuple[ModelChoice, ...]
    delivered: list[tuple[str, str | None]] = field(default_factory=list)  # finish reason, answer
    put_off: set[tuple[str, float | None]] = field(default_factory=set)  # order, for how many seconds
    seen: Counter[str] = field(default_factory=Counter)

    async def serve(self, work: Work) -> None:
        """One order, as the handler would: put off for as long as the error says, at most `MAX_CLAIMS` times."""
        self.model.order_id = work.order.id
        self.nowhere.settled.clear()
        self.clock.advance(SECONDS_BETWEEN_ORDERS)
        for claims in range(1, MAX_CLAIMS + 1):
            self.model.claims = claims
            try:
                answer = await self.failover.answer(replace(work, order=replace(work.order, claims=claims)))
            except TransientError as error:
                self.put_off.add((work.order.id, error.retry_after_s))
                tried = replace(a_try(work.order)[0], calls=tuple(self.nowhere.settled))
                work = replace(work, attempts=(replace(tried, status=AttemptStatus.ERROR),))
                wait_s = error.retry_after_s
                self.clock.advance(BACKOFF_S[min(claims, len(BACKOFF_S)) - 1] if wait_s is None else wait_s)
            except PermanentError:
                self.seen["refused"] += 1
                return
            else:
                self.delivered.append((answer.call.finish_reason or "", answer.call.answer))
                return
        self.seen["given up"] += 1

    def note_and_mend(self) -> None:
        """Count what the breakers are in; the owner mends keys and accounts between two orders."""
        for choice in self.choices:
            label = f"{choice.provider.value}/{choice.model}"
            state = self.breakers.states().get(label)
            self.seen[f"{label} {state.state if state else State.CLOSED}"] += 1
            last = next((c for c in reversed(self.model.calls) if c.provider is choice.provider), None)
            if last and isinstance(last.said, ModelRefusesCall) and last.said.trouble in FOR_THE_OWNER:
                self.breakers.forget(choice)


@pytest.fixture
def servers() -> Iterator[dict[Provider, FakeServer]]:
    rng = random.Random(20261122)
    scripts = {p: Script.saying(*plan(p, rng, 3 * ORDERS)) for p in PAIR}
    create = {Provider.ANTHROPIC: anthropic_api.create_app, Provider.OPENAI: openai_api.create_app}
    apps = {p: create[p](scripts[p], api_key=KEY, models=[MODELS[p]]) for p in PAIR}
    with FakeServer(apps[PAIR[0]]) as first, FakeServer(apps[PAIR[1]]) as second:
        yield {PAIR[0]: first, PAIR[1]: second}


@pytest.fixture
async def company(servers: dict[Provider, FakeServer]) -> AsyncIterator[Company]:
    clock = ManualClock()
    settings = AgentSettings.model_validate(
        {"anthropic_api_key": KEY, "openai_api_key": KEY, "model_stall_s": 0.3, "model_timeout_s": 1}
    )
    urls = {PAIR[0]: servers[PAIR[0]].base_url, PAIR[1]: f"{servers[PAIR[1]].base_url}/v1"}
    choices = tuple(ModelChoice(p, MODELS[p], urls[p]) for p in PAIR)
    post = Post(Role.INTERN, choices[0], 500, fallbacks=choices[1:])
    await warm_litellm()
    router, breakers, nowhere = ModelRouter(settings), ModelBreakers(clock), Nowhere()
    model = Listening(router, clock)
    desk = Desk(
        settings=settings,
        payroll={Role.INTERN: post},
        record=cast("Any", nowhere),
        calls=CallDesk(cast("Any", nowhere), model, clock, settings.limits, None),
        breakers=breakers,
        bus=cast("Any", nowhere),
        clock=clock,
        sight=Sight(settings),
    )
    yield Company(Failover(desk), nowhere, breakers, model, clock, choices)
    await router.close()


async def warm_litellm() -> None:
    """The first call of each kind in a process imports for longer than may be silent here."""
    router = a_router()
    for provider in PAIR:
        with a_server(provider, "Warm.") as server:
            await ask(router, at(server, provider), timeout_s=120)
    await router.close()


@pytest.mark.timeout(600)
async def test_2000_orders_to_providers_that_fail_three_times_in_ten(
    company: Company, servers: dict[Provider, FakeServer]
) -> None:
    for n in range(ORDERS):
        await company.serve(Work(an_order_at_work(f"WO-{n}", company.clock.now()), ()))
        company.note_and_mend()

    calls = company.model.calls
    report(company, calls)
    assert sum(len(server.calls) for server in servers.values()) <= len(calls), "nothing is sent twice"
    assert_faults_were_many_and_of_many_kinds(servers)
    assert_nothing_unfinished_was_delivered(company)
    assert_what_was_refused_was_not_asked_again(calls)
    assert asked_again_after_a_pause(calls) == 0
    assert_the_waits_that_were_asked_for_were_kept(company, calls)
    assert_breakers_opened_in_time_and_closed_again(company, calls)
    assert len(retries(calls)) <= 0.10 * len(calls)


def an_order_at_work(order_id: str, now: datetime) -> WorkOrder:
    """As the intern gets it; nothing but its id, its owner and its times matters here."""
    values: dict[str, Any] = dict.fromkeys(f.name for f in fields(WorkOrder))
    values |= {"id": order_id, "content": "Count to ten.", "owner": Role.INTERN, "status": Status.WORKING}
    values |= {"context": (), "fence": 1, "claims": 1, "attempts": 0, "created_at": now}
    return WorkOrder(**values | {"deadline_at": now + timedelta(days=1)})


def report(company: Company, calls: list[Call]) -> None:
    troubles = Counter(
        "answered" if isinstance(call.said, Completion) else call.said.trouble.value for call in calls
    )
    print(f"{len(calls)} calls, {len(retries(calls))} retries, {len(company.delivered)} answers")
    print(dict(troubles), dict(company.seen))


def assert_faults_were_many_and_of_many_kinds(servers: dict[Provider, FakeServer]) -> None:
    seen = [call for server in servers.values() for call in server.calls]
    faulty = [call for call in seen if call.outcome == "faulted"]
    assert 0.25 < len(faulty) / len(seen) < 0.35
    assert len({(call.fault, call.status) for call in faulty}) >= 14


def assert_nothing_unfinished_was_delivered(company: Company) -> None:
    assert len(company.delivered) > 0.8 * ORDERS
    stopped = [text for finish, text in company.delivered if finish == Finish.STOP]
    assert set(stopped) == {TEXT}


def assert_what_was_refused_was_not_asked_again(calls: list[Call]) -> None:
    refused: set[tuple[str, Provider, int]] = set()
    for call in calls:
        claim = (call.order_id, call.provider, call.claims)
        assert claim not in refused, call
        if isinstance(call.said, ModelRefusesCall):
            later = range(call.claims, MAX_CLAIMS + 1)
            for_now = call.said.trouble not in FOR_THE_OWNER
            refused |= {(*claim[:2], n) for n in (later[:1] if for_now else later)}


def asked_again_after_a_pause(calls: list[Call]) -> int:
    """Calls whose request the same model had refused for its own sake, before the order was put off."""
    refused: set[tuple[str, Provider]] = set()
    again = 0
    for call in calls:
        again += (call.order_id, call.provider) in refused
        if isinstance(call.said, ModelRefusesCall) and call.said.trouble in SAME_AGAIN:
            refused.add((call.order_id, call.provider))
    return again


def assert_the_waits_that_were_asked_for_were_kept(company: Company, calls: list[Call]) -> None:
    """Never early; and an order that had nobody else to ask goes on as soon as it may."""
    for provider in PAIR:
        mine = [call for call in calls if call.provider is provider]
        for call, after in pairwise(mine):
            if isinstance(call.said, ModelUnavailable) and call.said.retry_after_s is not None:
                assert after.at >= call.at + call.said.retry_after_s
    kept = 0
    for call, after in pairwise(calls):
        waits = isinstance(call.said, ModelUnavailable) and call.said.retry_after_s
        if waits and (call.order_id, waits) in company.put_off and after.order_id == call.order_id:
            assert after.at - call.at <= waits + 0.5
            kept += 1
    assert kept > 0


def assert_breakers_opened_in_time_and_closed_again(company: Company, calls: list[Call]) -> None:
    for provider in PAIR:
        mine = [call for call in calls if call.provider is provider]
        for n in range(len(mine) - FAILURES_TO_OPEN):
            run = mine[n : n + FAILURES_TO_OPEN]
            if all(call.counts for call in run):
                assert mine[n + FAILURES_TO_OPEN].at - run[-1].at >= FIRST_OPEN_S
                assert any(isinstance(call.said, Completion) for call in mine[n:]), "it closed again"
        assert company.seen[f"{provider.value}/{MODELS[provider]} {State.OPEN}"], "it opened"


def retries(calls: list[Call]) -> list[Call]:
    """Calls of a model that had been asked for the same order before."""
    asked: Counter[tuple[str, Provider]] = Counter()
    again = []
    for call in calls:
        if asked[call.order_id, call.provider]:
            again.append(call)
        asked[call.order_id, call.provider] += 1
    return again
