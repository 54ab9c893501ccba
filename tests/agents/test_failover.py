"""Money and fallbacks on the way of one try, on both stores: who is asked, who is not, and what the owner reads."""

from decimal import Decimal

from agents.breaker import Blocked
from agents.completion import Completion, Finish, ModelRefusesCall, ModelUnavailable, Trouble
from agents.config import ModelChoice, Post, Provider
from agents.handler import OrderHandler
from db.engine import Database
from db.records import CallStatus
from db.statements.alerts import alerts_after
from db.statements.budget import windows_at
from db.statements.limits import set_limit
from db.statements.switches import Switch, set_switch
from nexus.budget import FROZEN, LimitChange, Limits, Window
from nexus.usage import Usage
from nexus.work_order import Role, Status
from tests.agents.conftest import NoBreakers, StubModel
from tests.agents.paid_posts import PLENTY, Make, a_payroll, local, paid
from tests.agents.working import HARD, SIMPLE, history_of, receipt_of, work_through
from tests.builders import accepted, now


def windows(database: Database) -> dict[str, Window]:
    found = database.read_sync(windows_at, Limits({}), now())
    return {window.scope: window for window in found if len(window.period) == len("2026-11-22")}


async def test_a_model_that_does_not_answer_is_followed_by_the_next_one(
    make_place: Make, database: Database, model: StubModel
) -> None:
    breakers = NoBreakers()
    payroll = a_payroll(paid("first"), paid("second", provider=Provider.OPENAI))
    handler = OrderHandler(make_place(payroll, breakers=breakers, **PLENTY))
    model.replies = [ModelUnavailable("first: HTTP 529", trouble=Trouble.SERVER), "Three regions."]

    history = await work_through(handler, database, accepted(database, content=HARD).id)

    assert history.order.status is Status.DELIVERED
    assert model.models_asked == ["first", "second"]
    assert [(call.model, call.status) for call in history.calls] == [
        ("first", CallStatus.FAILED),
        ("second", CallStatus.RECORDED),
    ]
    assert len(history.attempts) == 1
    assert receipt_of(history).model == "second"
    assert breakers.told == [("first", "first: HTTP 529"), ("second", "ok")]


async def test_a_wrong_key_costs_nothing_and_the_next_model_answers(
    make_place: Make, database: Database, model: StubModel
) -> None:
    handler = OrderHandler(make_place(a_payroll(paid("first"), local()), **PLENTY))
    model.replies = [ModelRefusesCall("first: the key is refused", trouble=Trouble.KEY), "Three regions."]

    history = await work_through(handler, database, accepted(database, content=HARD).id)

    assert history.order.status is Status.DELIVERED
    assert receipt_of(history).cost_usd == 0


async def test_a_blocked_model_is_passed_over_without_a_call(
    make_place: Make, database: Database, model: StubModel
) -> None:
    breakers = NoBreakers()
    breakers.blocks["first"] = Blocked("five failures", 30.0)
    handler = OrderHandler(make_place(a_payroll(paid("first"), local()), breakers=breakers, **PLENTY))
    model.replies = ["Three regions."]

    await work_through(handler, database, accepted(database, content=HARD).id)

    assert model.models_asked == ["local"]


async def test_the_soonest_of_several_waits_decides_when_the_order_comes_again(
    make_place: Make, database: Database, model: StubModel
) -> None:
    breakers = NoBreakers()
    breakers.blocks["first"] = Blocked("five failures", 60.0)
    woken: list[float] = []
    place = make_place(a_payroll(paid("first"), paid("second")), breakers=breakers, **PLENTY)
    handler = OrderHandler(place, lambda _, wait_s: woken.append(wait_s))
    model.replies = [ModelUnavailable("second: HTTP 429", trouble=Trouble.RATE_LIMIT, retry_after_s=7.5)]
    order = accepted(database, content=HARD)

    await handler.handle(Role.ADMIN, order.id)
    await handler.handle(Role.CEO, order.id)

    assert woken == [7.5]
    waits = history_of(database, order.id).order.available_at - now()
    assert 6.5 < waits.total_seconds() <= 7.5


async def test_the_starter_model_answers_only_when_the_better_ones_are_out_for_good(
    make_place: Make, database: Database, model: StubModel
) -> None:
    starter = ModelChoice(Provider.SCRIPTED, "starter", weak=True)
    handler = OrderHandler(make_place(a_payroll(paid("first"), starter), **PLENTY))
    model.replies = [ModelUnavailable("HTTP 503"), ModelRefusesCall("the key is refused"), "Three regions."]
    order = accepted(database, content=HARD)

    history = await work_through(handler, database, order.id)

    assert model.models_asked == ["first", "first", "starter"]
    assert "tiny starter model" in (receipt_of(history).note or "")


async def test_what_every_model_refuses_is_told_in_one_message(
    make_place: Make, database: Database, model: StubModel
) -> None:
    handler = OrderHandler(make_place(a_payroll(paid("first"), paid("second")), **PLENTY))
    model.replies = [ModelRefusesCall("first: the key is refused"), ModelRefusesCall("second: no such model")]

    history = await work_through(handler, database, accepted(database, content=HARD).id)

    assert history.order.status is Status.FAILED
    assert history.order.failure_reason == "first: the key is refused; second: no such model"


async def test_a_conversation_that_is_too_long_is_shortened_once_and_then_goes_up(
    make_place: Make, database: Database, model: StubModel
) -> None:
    handler = OrderHandler(make_place(a_payroll(), **PLENTY))
    earlier = accepted(database, content=f"What is this? {'word ' * 3000}", requested_tier=Role.DIRECTOR)
    model.replies = [
        "Words.",
        ModelRefusesCall("too long", trouble=Trouble.TOO_LONG),
        ModelRefusesCall("too long", trouble=Trouble.TOO_LONG),
        "Dear landlord, it is cold.",
    ]
    await work_through(handler, database, earlier.id)
    asked = "Write an e-mail to my landlord about the heating."
    order = accepted(database, content=asked, session_id=earlier.session_id)

    history = await work_through(handler, database, order.id)

    assert model.models_asked[1:] == ["director", "director", "ceo"]
    sizes = [sum(len(turn.content) for turn in request.turns) for request in model.requests[1:3]]
    assert sizes[1] < sizes[0]
    assert "too long for the director's model" in receipt_of(history).reason


async def test_a_call_is_reserved_at_its_worst_case_and_settled_at_its_cost(
    make_place: Make, database: Database, model: StubModel
) -> None:
    handler, seen = OrderHandler(make_place(a_payroll(), **PLENTY)), []

    async def watched(_: object) -> Completion:
        seen.append(windows(database))
        return Completion("Paris.", Finish.STOP, Usage(20, 10), 5, "req-1")

    model.complete = watched  # type: ignore[assignment,method-assign]
    history = await work_through(handler, database, accepted(database, content=SIMPLE).id)

    [call] = history.calls
    assert call.worst_case_usd is not None
    assert call.worst_case_usd > Decimal("0.001")
    assert seen[0]["company"].reserved_usd == seen[0]["intern"].reserved_usd == call.worst_case_usd
    after = windows(database)
    assert after["company"].spent_usd == call.cost_usd == Decimal("0.00012")
    assert after["company"].reserved_usd == after["intern"].reserved_usd == 0


async def test_at_the_limit_a_call_is_refused_with_scope_spent_limit_and_reset(
    make_place: Make, database: Database, model: StubModel
) -> None:
    handler = OrderHandler(make_place(a_payroll(), budget_day_usd=Decimal("0.0005")))

    history = await work_through(handler, database, accepted(database, content=SIMPLE).id)

    assert history.order.status is Status.FAILED
    assert model.requests == []
    reason = history.order.failure_reason or ""
    assert "the company's day is used up: $0.0000 of $0.000500 spent" in reason
    assert "resets at" in reason
    assert "BUDGET_DAY_USD" in reason


async def test_a_used_up_limit_is_told_once_and_a_new_limit_holds_without_a_restart(
    make_place: Make, database: Database, model: StubModel
) -> None:
    place = make_place(a_payroll(), budget_day_usd=Decimal("0.0005"))
    handler = OrderHandler(place)
    for _ in range(2):
        refused = await work_through(handler, database, accepted(database, content=SIMPLE).id)
        assert refused.order.status is Status.FAILED
    [alert] = database.read_sync(alerts_after, "", 10)
    assert (alert.kind, alert.severity) == ("budget.used_up", "critical")

    wish = LimitChange("company", "day", True, Decimal(5), now(), "owner")
    database.run_sync(set_limit, wish, place.settings.limits)
    model.replies = ["Paris."]
    history = await work_through(handler, database, accepted(database, content=SIMPLE).id)

    assert history.order.status is Status.DELIVERED
    assert model.models_asked == ["intern"]


async def test_at_the_limit_free_models_go_on(make_place: Make, database: Database, model: StubModel) -> None:
    payroll = a_payroll() | {Role.INTERN: Post(Role.INTERN, paid("intern"), 100, fallbacks=(local(),))}
    handler = OrderHandler(make_place(payroll, budget_day_usd=Decimal(0)))
    model.replies = ["Paris."]

    history = await work_through(handler, database, accepted(database, content=SIMPLE).id)

    assert history.order.status is Status.DELIVERED
    assert model.models_asked == ["local"]


async def test_a_tier_without_money_hands_over_to_the_cheaper_one_and_says_so(
    make_place: Make, database: Database, model: StubModel
) -> None:
    day = {Role.CEO: Decimal("0.001")}
    handler = OrderHandler(make_place(a_payroll(), budget_day_usd_by_role=day))
    model.replies = ["Three regions."]

    history = await work_through(handler, database, accepted(database, content=HARD).id)

    assert model.models_asked == ["director"]
    assert "one tier down" in receipt_of(history).reason
    assert "the ceo's day" in receipt_of(history).reason


async def test_from_four_fifths_of_the_limit_on_work_starts_a_tier_lower(
    make_place: Make, database: Database, model: StubModel
) -> None:
    rich = OrderHandler(make_place(a_payroll(), **PLENTY))
    model.replies = [Completion("Three regions.", Finish.STOP, Usage(20, 90), 5, "r")] * 2
    first = await work_through(rich, database, accepted(database, content=HARD).id)
    spent = receipt_of(first).cost_usd
    assert spent is not None
    payroll = a_payroll(director=local("director"))
    tight = OrderHandler(make_place(payroll, budget_day_usd=spent * 10 / 9, ask_above_usd=None))

    history = await work_through(tight, database, accepted(database, content=HARD).id)

    assert model.models_asked[:2] == ["ceo", "director"]
    assert "one tier down, for 90% of the company's day is used" in receipt_of(history).reason


async def test_what_others_have_reserved_is_waited_for_and_counts_as_no_claim(
    make_place: Make, database: Database, model: StubModel
) -> None:
    payroll = a_payroll()
    place = make_place(payroll, budget_day_usd=Decimal("0.0025"))
    handler, second = OrderHandler(place), accepted(database, content=SIMPLE)
    await handler.handle(Role.ADMIN, second.id)

    async def meanwhile(_: object) -> Completion:
        await OrderHandler(place).handle(Role.INTERN, second.id)
        return Completion("Paris.", Finish.STOP, Usage(20, 10), 5, "req-1")

    model.complete = meanwhile  # type: ignore[assignment,method-assign]
    await work_through(handler, database, accepted(database, content=SIMPLE).id)

    waiting = history_of(database, second.id)
    assert waiting.order.is_open
    assert waiting.order.claims == 0
    assert waiting.calls == ()
    [postponed] = [event for event in waiting.events if event.type == "order.postponed"]
    assert "waiting for them" in postponed.payload


async def test_a_freeze_stops_paid_calls_and_no_others(
    make_place: Make, database: Database, model: StubModel
) -> None:
    handler = OrderHandler(make_place(a_payroll(local("local-ceo")), **PLENTY))
    database.run_sync(set_switch, Switch(FROZEN, True, now(), "owner", "holiday"))
    model.replies = ["Three regions."]

    stopped = await work_through(handler, database, accepted(database, content=SIMPLE).id)
    free = await work_through(handler, database, accepted(database, content=HARD).id)

    assert stopped.order.status is Status.FAILED
    assert "frozen" in (stopped.order.failure_reason or "")
    assert "holiday" in (stopped.order.failure_reason or "")
    assert free.order.status is Status.DELIVERED

    database.run_sync(set_switch, Switch(FROZEN, False, now(), "owner", ""))
    model.replies = ["Paris."]
    thawed = await work_through(handler, database, accepted(database, content=SIMPLE).id)
    assert thawed.order.status is Status.DELIVERED


async def test_a_paid_model_without_a_known_price_is_refused_unless_that_is_allowed(
    make_place: Make, database: Database, model: StubModel
) -> None:
    unknown = ModelChoice(Provider.OPENAI, "nobody-knows")
    model.replies = ["Three regions.", "Three regions."]
    refusing = OrderHandler(make_place(a_payroll(unknown), **PLENTY))
    allowing = OrderHandler(make_place(a_payroll(unknown), unpriced_models="allow", **PLENTY))

    refused = await work_through(refusing, database, accepted(database, content=HARD).id)
    allowed = await work_through(allowing, database, accepted(database, content=HARD).id)

    assert model.models_asked == ["director", "nobody-knows"]
    assert "no known price" in receipt_of(refused).reason
    assert receipt_of(allowed).cost_usd is None
    assert "not priced" in receipt_of(allowed).text()


async def test_a_model_that_refused_this_very_request_is_not_asked_again_after_a_pause(
    make_place: Make, database: Database, model: StubModel
) -> None:
    handler = OrderHandler(make_place(a_payroll(paid("first"), paid("second")), **PLENTY))
    model.replies = [
        ModelRefusesCall("first: HTTP 400", trouble=Trouble.REQUEST),
        ModelUnavailable("second: HTTP 503"),
        "Three regions.",
    ]

    history = await work_through(handler, database, accepted(database, content=HARD).id)

    assert history.order.status is Status.DELIVERED
    assert model.models_asked == ["first", "second", "second"]


async def test_a_long_rest_is_waited_for_and_is_no_refusal(
    make_place: Make, database: Database, model: StubModel
) -> None:
    breakers = NoBreakers()
    breakers.blocks["first"] = Blocked("HTTP 429", 400.0)
    handler = OrderHandler(make_place(a_payroll(paid("first")), breakers=breakers, **PLENTY))
    order = accepted(database, content=HARD)

    await handler.handle(Role.ADMIN, order.id)
    await handler.handle(Role.CEO, order.id)

    waiting = history_of(database, order.id).order
    assert waiting.is_open
    assert 390 < (waiting.available_at - now()).total_seconds() <= 400
