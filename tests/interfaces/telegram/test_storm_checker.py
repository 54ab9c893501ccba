"""The storm's judge: what is right is green, and every single thing that can go wrong is red for its own reason."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.interfaces.telegram.storm_bot import Kill
from tests.interfaces.telegram.storm_checker import check
from tests.interfaces.telegram.storm_evidence import Again, CutSend, Evidence, OrderRow, Said
from tests.interfaces.telegram.storm_plan import FIRST_PERSON, Plan, Step, make_plan
from tests.interfaces.telegram.storm_players import Sent

ANN = FIRST_PERSON
FIRST, REPLY, AGAIN = "WO-1", "WO-2", "WO-3"
STEPS = (
    Step(1, ANN, "text", parts=2),
    Step(2, ANN, "reply", "K0001"),
    Step(3, ANN, "command", None, "/help"),
    Step(4, ANN, "again", "K0002", "retry"),
    Step(5, ANN, "look", "K0001", "why"),
)
ASKED = {1: 10, 2: 20, 3: 30}
BUTTONS = ("up:{0}", "retry:{0}", "why:{0}")


def card(message_id: int, order_id: str, reply_to: int) -> Said:
    return Said(message_id, ANN, "received", (f"stop:{order_id}",), reply_to)


def part(message_id: int, text: str, order_id: str = "", reply_to: int | None = None) -> Said:
    buttons = tuple(button.format(order_id) for button in BUTTONS) if order_id else ()
    return Said(message_id, ANN, text, buttons, reply_to, buttons)


SAID = (
    Said(1, ANN, "You are paired."),
    card(11, FIRST, 10),
    part(12, "K0001v1 1 the first part", reply_to=10),
    part(13, f"K0001v1 end\n\nIntern, {FIRST}", FIRST),
    card(21, REPLY, 20),
    part(22, f"K0002v1 yes\n\nIntern, {REPLY}", REPLY, 20),
    Said(31, ANN, "all commands", (), 30),
    card(41, AGAIN, 22),
    part(42, f"K0002v2 no\n\nIntern, {AGAIN}", AGAIN, 22),
    Said(51, ANN, "because", (), 13),
)
ORDERS = (
    OrderRow(FIRST, "K0001: what?", "delivered", "s1", "**K0001v1 1** the first part\n\nK0001v1 end"),
    OrderRow(REPLY, "K0002: what?", "delivered", "s1", "K0002v1 yes"),
    OrderRow(AGAIN, "K0002: what?", "delivered", "s1", "```\nK0002v2 no\n```", retry_of=REPLY),
)
GOOD = Evidence(
    plan=Plan(1, {ANN: STEPS}),
    sent=tuple(Sent(step, 100 + step.n, ASKED.get(step.n), {4: 22, 5: 13}.get(step.n)) for step in STEPS),
    orders=ORDERS,
    said=SAID,
    inbox=frozenset(range(101, 106)),
)

type Change = Callable[[Evidence], Evidence]


def without(message_id: int) -> Change:
    return lambda e: replace(e, said=tuple(said for said in e.said if said.id != message_id))


def with_said(*said: Said) -> Change:
    return lambda e: replace(e, said=(*e.said, *said))


def with_order(n: int, **changes: str) -> Change:
    return lambda e: replace(
        e,
        orders=tuple(replace(order, **changes) if i == n else order for i, order in enumerate(e.orders)),
    )


COPY = replace(SAID[2], id=60)
RECORD = Again(f"answer:{FIRST}:1", ANN, FIRST)
KILL = Kill(1, "any request", messages=50)


def names(evidence: Evidence) -> set[str]:
    return {violation.name for violation in check(evidence)}


def test_what_is_right_is_green() -> None:
    assert check(GOOD) == []


@pytest.mark.parametrize(
    ("change", "turns_red"),
    [
        (lambda e: replace(e, inbox=e.inbox - {103}), "update lost"),
        (lambda e: replace(e, inbox=e.inbox | {999}), "update from nowhere"),
        (lambda e: replace(e, waiting=frozenset({103})), "update waits"),
        (lambda e: replace(e, unconfirmed=frozenset({103})), "not confirmed"),
        (lambda e: replace(e, unanswered=(FIRST,)), "order not answered"),
        (lambda e: replace(e, unsettled=("card:x",)), "send without an outcome"),
        (lambda e: replace(e, late_sends=1), "not idle"),
        (lambda e: replace(e, exit_code=1), "bad end"),
        (lambda e: replace(e, sent=e.sent[:-1]), "not played"),
        (lambda e: replace(e, orders=e.orders[1:]), "order lost"),
        (lambda e: replace(e, orders=e.orders[:2]), "order done again lost"),
        (lambda e: replace(e, orders=(*e.orders, replace(ORDERS[0], id="WO-9"))), "order doubled"),
        (lambda e: replace(e, orders=(*e.orders, replace(ORDERS[2], id="WO-9"))), "order done again doubled"),
        (lambda e: replace(e, orders=(*e.orders, replace(ORDERS[0], id="WO-9", content="?"))), "order from nowhere"),
        (with_order(0, status="failed"), "ended otherwise"),
        (with_order(1, session_id="s2"), "other conversation"),
        (without(1), "not greeted"),
        (without(11), "no card"),
        (without(12), "not whole"),
        (without(42), "answer lost"),
        (without(31), "no reply"),
        (without(51), "no reply"),
        (with_order(0, result="**K0001v1 1** the first missing part\n\nK0001v1 end"), "not whole"),
        (with_said(Said(70, ANN, "Something went wrong")), "said for no reason"),
    ],
)  # fmt: skip
def test_what_is_missing_or_too_much_is_named(change: Change, turns_red: str) -> None:
    assert turns_red in names(change(GOOD))


def test_a_card_that_still_has_its_button_is_open() -> None:
    still = replace(SAID[1], buttons_now=(f"stop:{FIRST}",))
    assert names(with_said(still)(without(11)(GOOD))) == {"card left open"}


def test_parts_that_come_in_another_order_are_seen() -> None:
    swapped = with_said(replace(SAID[3], id=12), replace(SAID[2], id=13))(without(12)(without(13)(GOOD)))
    assert "not whole" in names(swapped)
    assert "out of order" in names(with_said(COPY)(GOOD))


def test_a_receipt_has_to_stand_there_once() -> None:
    twice = replace(SAID[5], text=f"K0002v1 yes\n\nIntern, {REPLY}, {REPLY}")
    assert names(with_said(twice)(without(22)(GOOD))) == {"not one receipt"}


def test_a_double_needs_a_record_and_a_cause() -> None:
    card_again = replace(SAID[1], id=60)
    record = Again(f"card:{FIRST}", ANN, FIRST)
    doubled = with_said(card_again)(GOOD)
    assert names(doubled) == {"double without a record", "double for no reason"}
    assert names(replace(doubled, again=(record,))) == {"double for no reason"}
    assert names(replace(doubled, kills=(KILL,))) == {"double without a record"}
    assert names(replace(doubled, again=(record,), kills=(KILL,))) == set()
    cut = CutSend(ANN, "received", 10)
    assert names(replace(doubled, again=(record,), cuts=(cut,))) == set()
    elsewhere = replace(record, order_id=REPLY)
    assert names(replace(doubled, again=(elsewhere,), kills=(KILL,))) == {"double without a record"}


def test_a_kill_is_the_cause_of_one_double_and_not_of_two() -> None:
    two = with_said(replace(SAID[1], id=60), replace(SAID[6], id=61))(GOOD)
    records = (Again(f"card:{FIRST}", ANN, FIRST), Again("reply:1:2:1", ANN, None))
    found = names(replace(two, again=records, kills=(KILL,)))
    assert found == {"more than one double for a kill"}
    cut = CutSend(ANN, "all commands", 30)
    assert names(replace(two, again=records, kills=(KILL,), cuts=(cut,))) == set()


def test_a_picture_that_cannot_be_taken_is_answered_by_a_word() -> None:
    photo = Sent(Step(6, ANN, "photo"), 106, 60, None)
    plan = Plan(1, {ANN: (*STEPS, photo.step)})
    sent = replace(GOOD, plan=plan, sent=(*GOOD.sent, photo), inbox=GOOD.inbox | {106})
    assert names(sent) == {"order lost"}
    assert names(replace(sent, photos_are_orders=False)) == {"no reply"}
    told = with_said(Said(61, ANN, "This was not taken", (), 60))(sent)
    assert names(replace(told, photos_are_orders=False)) == set()


def test_a_seed_makes_one_plan_with_as_many_steps_as_wanted() -> None:
    plan = make_plan(1, 1000, 40)
    assert plan == make_plan(1, 1000, 40) != make_plan(2, 1000, 40)
    assert [step.n for step in plan.all] == list(range(1, 1001))
    kinds = {step.kind for step in plan.all}
    assert kinds == {"text", "reply", "photo", "slow", "stop", "look", "again", "command", "command_again"}
