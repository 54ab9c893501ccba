"""Buttons, each in both languages, between a strict Bot API and a real gateway. Every press is handled twice."""

from decimal import Decimal

import pytest

from db.statements.logs import AuditFilter, audit_page
from db.statements.queries import get_order
from interfaces.telegram.buttons import _DOES
from interfaces.telegram.keyboards import Action, Press
from interfaces.telegram.words import say
from nexus.hold import Hold, HoldOption
from nexus.work_order import Role, Status
from tests.botapi.chats import Message
from tests.botapi.people import Person
from tests.gateway.company import Company
from tests.interfaces.telegram.desk_at_work import Desk, is_reply

LANGUAGES = ("en", "zh")
ANSWER_BUTTONS = 5
NOBODYS = "WO-01M83F4T10T2RSAMQDFN17JPZ2"
HOLD = Hold(
    question="It may cost more than you like.",
    options=(
        HoldOption(role=Role.CEO, model="opus", about_usd=Decimal("0.38"), at_most_usd=Decimal("0.62")),
        HoldOption(
            role=Role.DIRECTOR, model="sonnet", about_usd=Decimal("0.06"), at_most_usd=Decimal("0.12")
        ),
    ),
    span_s=600,
)


async def an_answer(desk: Desk, company: Company, owner: Person) -> Message:
    """An order's answer, with its buttons."""
    order = await desk.order(owner)
    await company.finish(order.id)
    return await desk.api.wait_for(owner, lambda message: len(message.buttons) == ANSWER_BUTTONS)


async def a_card(desk: Desk, owner: Person) -> Message:
    await desk.order(owner)
    return await desk.api.wait_for(owner, lambda message: len(message.buttons) == 1)


async def a_question(desk: Desk, owner: Person) -> Message:
    order = await desk.order(owner)
    await desk.hold(order.id, HOLD)
    no = say("zh" if owner is desk.li else "en", "b_no")
    question = await desk.api.wait_for(owner, lambda message: no in message.buttons)
    assert HOLD.question in question.text or owner is desk.li
    return question


async def press(desk: Desk, owner: Person, message: Message, button: str) -> tuple[str | None, list[Message]]:
    """Press it; returns what the phone showed, and what the bot said."""
    before = len(desk.api.messages(owner))
    pressed = owner.presses(message, button)
    await desk.hear()
    said = [one for one in desk.api.messages(owner)[before:] if is_reply(one)]
    return desk.api.world.presses[pressed.id].answer, said


def test_every_button_does_something() -> None:
    assert set(_DOES) == set(Action)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("action", "tier"),
    [(Action.UP, Role.CEO), (Action.DOWN, Role.INTERN), (Action.RETRY, Role.DIRECTOR)],
)
async def test_up_down_and_retry_make_one_new_order_on_the_right_tier(
    desk: Desk, company: Company, language: str, action: Action, tier: Role
) -> None:
    owner = desk.speaker(language)
    answer = await an_answer(desk, company, owner)
    old = desk.newest(owner)
    with desk.database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE work_orders SET owner = 'director'")
    toast, said = await press(desk, owner, answer, say(language, f"b_{action.value}"))
    new = desk.newest(owner)
    assert (toast, said) == (say(language, f"b_done_{action.value}"), [])
    assert (new.retry_of, new.requested_tier, desk.order_count()) == (old.id, tier, 2)
    (row,) = desk.audited(f"telegram.button.{action.value}")
    assert (row.actor, row.work_order_id, row.status) == (f"telegram:{owner.id}", old.id, "accepted")
    desk.times = 1
    again = await press(desk, owner, answer, say(language, f"b_{action.value}"))
    assert again == (say(language, "still_open"), []), "somebody is at it"
    assert desk.order_count() == 2


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("action", "owned_by", "key"), [("up", "ceo", "nobody_above"), ("down", "intern", "nobody_below")]
)
async def test_where_no_tier_is_left_the_phone_says_so(
    desk: Desk, company: Company, language: str, action: str, owned_by: str, key: str
) -> None:
    owner = desk.speaker(language)
    answer = await an_answer(desk, company, owner)
    desk.times = 1
    with desk.database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE work_orders SET owner = ?", (owned_by,))
    assert await press(desk, owner, answer, say(language, f"b_{action}")) == (say(language, key), [])
    (row,) = desk.audited(f"telegram.button.{action}")
    assert row.status == key
    assert desk.order_count() == 1


@pytest.mark.parametrize("language", LANGUAGES)
async def test_stop_ends_the_order_and_later_it_is_too_late(
    desk: Desk, company: Company, language: str
) -> None:
    owner = desk.speaker(language)
    card = await a_card(desk, owner)
    order = desk.newest(owner)
    assert await press(desk, owner, card, say(language, "b_stop")) == (say(language, "b_done_stop"), [])
    await desk.api.wait_for(owner, say(language, "cancelled_text"))
    stopped = desk.database.read_sync(get_order, order.id)
    assert stopped
    assert stopped.status is Status.CANCELLED
    assert desk.audited("telegram.button.stop")[0].work_order_id == order.id
    other = await desk.order(owner)
    await company.finish(other.id)
    pressed = owner.forges(Press(Action.STOP, other.id).data, card)
    await desk.hear()
    assert desk.api.world.presses[pressed.id].answer == say(language, "too_late")


@pytest.mark.parametrize("language", LANGUAGES)
async def test_qa_and_why_are_told_as_a_message_and_change_nothing(
    desk: Desk, company: Company, language: str
) -> None:
    owner = desk.speaker(language)
    answer = await an_answer(desk, company, owner)
    toast, (why,) = await press(desk, owner, answer, say(language, "b_why"))
    assert not toast
    assert desk.newest(owner).id in why.text
    assert say(language, "is_delivered") in why.text
    assert why.reply_to == answer.id
    _, (qa,) = await press(desk, owner, answer, say(language, "b_qa"))
    assert qa.text == say(language, "no_checks"), "the test's workers check nothing"
    assert desk.handled[-1].audit is None
    assert desk.order_count() == 1


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("tier", [Role.CEO, Role.DIRECTOR])
async def test_yes_lets_a_held_order_go_on_and_its_question_loses_the_buttons(
    desk: Desk, language: str, tier: Role
) -> None:
    owner = desk.speaker(language)
    question = await a_question(desk, owner)
    order = desk.newest(owner)
    toast, said = await press(desk, owner, question, Press(Action.YES, order.id, tier).data)
    assert said == []
    assert toast == say(language, "b_done_yes")
    now = desk.database.read_sync(get_order, order.id)
    assert now
    assert (now.owner, now.status) == (tier, Status.TRIAGED)
    assert desk.api.message(question).keyboard == ()
    (row,) = desk.audited("telegram.button.yes")
    assert (row.actor, row.work_order_id) == (f"telegram:{owner.id}", order.id)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_no_drops_a_held_order(desk: Desk, language: str) -> None:
    owner = desk.speaker(language)
    question = await a_question(desk, owner)
    order = desk.newest(owner)
    toast, said = await press(desk, owner, question, say(language, "b_no"))
    assert toast == say(language, "b_done_no")
    assert all(say(language, "cancelled_text") in message.text for message in said), "its answer, at most"
    now = desk.database.read_sync(get_order, order.id)
    assert now
    assert now.status is Status.CANCELLED
    assert desk.api.message(question).keyboard == ()
    assert len(desk.audited("telegram.button.no")) == 1


async def test_a_question_that_was_settled_elsewhere_is_too_late_and_loses_its_buttons(desk: Desk) -> None:
    question = await a_question(desk, desk.ann)
    order = desk.newest(desk.ann)
    await desk.asks(desk.ann, "/stop")
    desk.times = 1
    toast, _ = await press(desk, desk.ann, question, Press(Action.YES, order.id, Role.CEO).data)
    assert toast == say("en", "too_late")
    assert desk.api.message(question).keyboard == ()
    (row,) = desk.audited("telegram.button.yes")
    assert row.status == "too_late"


@pytest.mark.parametrize(
    "data", ["", "boom", "up:WO-1", f"explode:{NOBODYS}", f"up:{NOBODYS}", "yes:" + "x" * 40]
)
async def test_made_up_data_does_nothing_and_is_audited_once(desk: Desk, company: Company, data: str) -> None:
    answer = await an_answer(desk, company, desk.ann)
    seen = len(desk.api.messages(desk.ann))
    forged = desk.ann.forges(data or "?", answer)
    await desk.hear()
    assert desk.api.world.presses[forged.id].answer == say("en", "not_yours")
    assert (len(desk.api.messages(desk.ann)), desk.order_count()) == (seen, 1)
    (row,) = desk.audited("telegram.forged")
    assert (row.actor, row.status, row.work_order_id) == (f"telegram:{desk.ann.id}", "refused", None)


@pytest.mark.parametrize("action", list(Action))
async def test_an_order_of_another_chat_cannot_be_touched(desk: Desk, action: Action) -> None:
    theirs = await desk.order(desk.ann)
    (said,) = await desk.asks(desk.li, "/new")
    forged = desk.li.forges(Press(action, theirs.id).data, said)
    await desk.hear()
    now = desk.database.read_sync(get_order, theirs.id)
    assert now
    assert (now.status, desk.order_count()) == (Status.QUEUED, 1)
    assert len(desk.audited("telegram.forged")) == 1
    assert [message for message in desk.api.messages(desk.li) if message.from_bot] == [said]
    assert desk.api.world.presses[forged.id].answer == say("zh", "not_yours")


async def test_words_that_come_too_late_for_the_button_come_as_a_message(
    desk: Desk, company: Company
) -> None:
    answer = await an_answer(desk, company, desk.ann)
    pressed = desk.ann.presses(answer, say("en", "b_down"))
    desk.api.world.presses[pressed.id].at -= 3600
    await desk.hear()
    (said,) = [one for one in desk.api.messages(desk.ann) if one.text == say("en", "nobody_below")]
    assert said.reply_to == answer.id
    rows = desk.database.read_sync(
        audit_page, AuditFilter(actor=f"telegram:{desk.ann.id}"), cursor=None, limit=9
    )
    assert [row.status for row in rows] == ["nobody_below"]
