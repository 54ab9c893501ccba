"""Commands, each in both languages, between a strict Bot API and a real gateway. Every update is handled twice."""

import json
from decimal import Decimal

import httpx
import pytest

from db.engine import Database
from db.statements.queries import get_order
from db.statements.telegram_post import chat_session
from gateway.handing_up import AGAIN, BETTER, OWNER_SAYS
from interfaces.telegram.commands import COMMANDS, MENU
from interfaces.telegram.words import say
from nexus.ids import new_order_id
from nexus.work_order import Role, Status
from tests.botapi.chats import Message
from tests.conftest import wait_until
from tests.gateway.company import Company, Running
from tests.interfaces.telegram.desk_at_work import Desk

LANGUAGES = ("en", "zh")
ANSWER_BUTTONS = 5
QUESTION = "What is the capital of France?"


async def an_ended_order(desk: Desk, company: Company, language: str = "en", **ending: object) -> str:
    """An order of the speaker's, with its answer in the chat."""
    order = await desk.order(desk.speaker(language), QUESTION)
    await company.finish(order.id, **ending)  # type: ignore[arg-type]
    await desk.api.wait_for(desk.speaker(language), lambda message: len(message.buttons) == ANSWER_BUTTONS)
    return order.id


def texts(messages: list[Message]) -> str:
    return "\n".join(message.text for message in messages)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_start_greets_by_name_and_help_lists_every_command(desk: Desk, language: str) -> None:
    owner = desk.speaker(language)
    (hello,) = await desk.asks(owner, "/start")
    assert hello.text == say(language, "start", name=owner.user.first_name)
    (listed,) = await desk.asks(owner, "/help")
    for name in COMMANDS:
        assert f"/{name}" in listed.text
        assert say(language, f"m_{name}") in listed.text


async def test_the_menu_has_every_command_in_both_languages_as_telegram_takes_it(desk: Desk) -> None:
    for language, commands in MENU.items():
        await desk.bot.set_my_commands(list(commands), language_code=None if language == "en" else language)
    assert set(MENU) == set(LANGUAGES)
    english, chinese = (dict(MENU[language]) for language in MENU)
    assert list(english) == list(chinese) == list(COMMANDS)
    assert all(english[name] != chinese[name] for name in COMMANDS)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_new_starts_another_conversation(desk: Desk, language: str) -> None:
    owner = desk.speaker(language)
    first = await desk.order(owner)
    (said,) = await desk.asks(owner, "/new")
    assert said.text == say(language, "new")
    assert desk.database.read_sync(chat_session, owner.id) is None
    second = await desk.order(owner)
    third = await desk.order(owner)
    assert first.session_id != second.session_id == third.session_id


@pytest.mark.parametrize("language", LANGUAGES)
async def test_status_gives_each_part_a_mark_and_what_is_wrong_its_reason(desk: Desk, language: str) -> None:
    owner = desk.speaker(language)
    await desk.order(owner)
    (shown,) = await desk.asks(owner, "/status")
    lines = shown.text.splitlines()
    assert lines[0] == f"❌ {say(language, 'h_critical')}", "nobody works here"
    assert f"✅ {say(language, 'c_database')}" in lines
    workers = say(language, "c_workers", role=say(language, "r_ceo"))
    assert f"❌ {workers}: nobody works in this role: its orders wait" in lines
    assert say(language, "open_orders", n=1) in lines
    assert lines[-1].startswith(f"⏳ {QUESTION} · ")


@pytest.mark.parametrize("language", LANGUAGES)
async def test_agents_are_listed_with_what_they_are_doing(desk: Desk, language: str) -> None:
    await desk.order(desk.speaker(language))
    (shown,) = await desk.asks(desk.speaker(language), "/agents")
    for role in Role:
        assert say(language, f"r_{role.value}") in shown.text
    assert say(language, "works_on", what=f"“{QUESTION}”") in shown.text, "the Admin has it"
    assert shown.text.count(say(language, "idle")) == 3


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("written", "key"),
    [("", "p_today"), (" week", "p_week"), (" MONTH", "p_month"), (" 本周", "p_week"), (" all", "p_all")],
)
async def test_cost_shows_the_period_that_is_asked_for(
    desk: Desk, company: Company, language: str, written: str, key: str
) -> None:
    await an_ended_order(desk, company, language)
    (shown,) = await desk.asks(desk.speaker(language), f"/cost{written}")
    assert say(language, key) in shown.text
    assert say(language, "order_count", n=1) + " · ✅ 1" in shown.text
    assert "░░░░░░░░░░" in shown.text, "the budget's bar"
    assert [entity.type for entity in shown.entities].count("pre") == 1


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("written", "key"),
    [("/cost yesterday", "period_examples"), ("/budget lots", "budget_examples"),
     ("/budget -5", "budget_examples"), ("/budget 5 6", "budget_examples"), ("/budget month", "budget_examples"),
     ("/budget 2000000", "budget_examples"), ("/why", "no_order"), ("/audit WO-1", "bad_order"),
     ("/escalate", "no_order"), ("/cheaper", "no_order"), ("/retry", "no_order"), ("/stop", "nothing_open")],
)  # fmt: skip
async def test_nonsense_is_answered_with_one_line(desk: Desk, language: str, written: str, key: str) -> None:
    (said,) = await desk.asks(desk.speaker(language), written)
    assert said.text == say(language, key, **({"command": "/audit"} if key == "bad_order" else {}))
    assert desk.handled[-1].order is None
    assert desk.handled[-1].audit is None


@pytest.mark.parametrize("language", LANGUAGES)
async def test_escalate_hands_the_answer_and_the_reason_one_tier_up(
    desk: Desk, company: Company, language: str
) -> None:
    old_id = await an_ended_order(desk, company, language)
    said = await desk.asks(desk.speaker(language), "/escalate it is not Paris")
    new = desk.newest(desk.speaker(language))
    assert said == [], "the card of the new order is the answer"
    assert (new.retry_of, new.requested_tier, desk.order_count()) == (old_id, Role.DIRECTOR, 2)
    assert [turn.content for turn in new.context[:2]] == [QUESTION, "Paris"]
    assert new.context[2].content.splitlines() == [BETTER, OWNER_SAYS, "> it is not Paris", AGAIN]
    (row,) = desk.audited("telegram.command.escalate")
    assert (row.actor, row.work_order_id) == (f"telegram:{desk.speaker(language).id}", old_id)
    assert json.loads(row.details)["again_as"] == new.id


@pytest.mark.parametrize("language", LANGUAGES)
async def test_cheaper_and_retry_do_it_again_below_and_on_the_same_tier(
    desk: Desk, company: Company, language: str
) -> None:
    owner = desk.speaker(language)
    await an_ended_order(desk, company, language)
    (said,) = await desk.asks(owner, "/cheaper")
    assert said.text == say(language, "nobody_below")
    _make_everything_the_ceos(desk.database)
    (said,) = await desk.asks(owner, "/escalate")
    assert said.text == say(language, "nobody_above")
    await desk.asks(owner, "/cheaper")
    assert desk.newest(owner).requested_tier is Role.DIRECTOR
    for command in ("/cheaper", "/retry", "/escalate"):
        (said,) = await desk.asks(owner, command)
        assert said.text == say(language, "still_open")
    await company.finish(desk.newest(owner).id)
    _make_everything_the_ceos(desk.database)
    await desk.asks(owner, "/retry")
    assert (desk.newest(owner).requested_tier, desk.order_count()) == (Role.CEO, 3)
    assert len(desk.audited("telegram.command.retry")) == 1


def _make_everything_the_ceos(database: Database) -> None:
    with database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE work_orders SET owner = 'ceo'")


@pytest.mark.parametrize("language", LANGUAGES)
async def test_stop_ends_the_newest_open_order_of_the_chat_and_no_other(desk: Desk, language: str) -> None:
    owner = desk.speaker(language)
    older, newer = await desk.order(owner), await desk.order(owner)
    said = await desk.asks(owner, "/stop")
    assert say(language, "stopping") in texts(said)
    detail = desk.database.read_sync
    await desk.api.wait_for(owner, say(language, "cancelled_text"))
    first, second = detail(get_order, older.id), detail(get_order, newer.id)
    assert first
    assert second
    assert (first.status, second.status) == (Status.QUEUED, Status.CANCELLED)
    assert desk.audited("telegram.command.stop")[0].work_order_id == newer.id


async def test_stop_as_a_reply_ends_the_order_that_is_replied_to(desk: Desk) -> None:
    asked = desk.ann.says(QUESTION)
    await desk.hear()
    older = desk.newest(desk.ann)
    newer = await desk.order(desk.ann)
    await desk.asks(desk.ann, "/stop", reply_to=asked)
    assert desk.audited("telegram.command.stop")[0].work_order_id == older.id != newer.id
    said = await desk.asks(desk.ann, "/stop", reply_to=asked)
    assert say("en", "stopping") in texts(said), "it was stopped, and stopping it again is no harm"


async def test_stop_of_what_has_ended_says_so(desk: Desk, company: Company) -> None:
    asked = desk.ann.says(QUESTION)
    await desk.hear()
    await company.finish(desk.newest(desk.ann).id)
    said = await desk.asks(desk.ann, "/stop", reply_to=asked)
    assert say("en", "too_late") in texts(said)
    assert desk.audited("telegram.command.stop") == []


@pytest.mark.parametrize("language", LANGUAGES)
async def test_why_and_audit_tell_of_the_order_that_is_meant(
    desk: Desk, company: Company, language: str
) -> None:
    owner, order_id = desk.speaker(language), await an_ended_order(desk, company, language)
    (shown,) = await desk.asks(owner, "/why")
    assert say(language, "is_delivered") in shown.text
    assert order_id in shown.text
    assert "short question" in shown.text
    assert say(language, "together", cost="$0.000042", seconds="0.5") in shown.text
    assert (await desk.asks(owner, f"/why {order_id.lower()}"))[0].text == shown.text
    (by_reply,) = await desk.asks(owner, "/why", reply_to=shown)
    assert by_reply.text == shown.text, "a reply to what was told of an order means that order"
    (missing,) = await desk.asks(owner, f"/why {new_order_id()}")
    assert missing.text == say(language, "no_such_order")


@pytest.mark.parametrize("language", LANGUAGES)
async def test_audit_shows_the_newest_rows_of_everything_or_of_an_order(
    desk: Desk, company: Company, language: str
) -> None:
    owner = desk.speaker(language)
    old_id = await an_ended_order(desk, company, language)
    await desk.asks(owner, "/freeze")
    await desk.asks(owner, "/retry")
    (everything,) = await desk.asks(owner, "/audit")
    (of_one,) = await desk.asks(owner, f"/audit {old_id}")
    assert say(language, "audit") in everything.text
    assert "switch.frozen" in everything.text
    assert "switch.frozen" not in of_one.text
    assert f"telegram:{owner.id} · telegram.command.retry" in of_one.text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("written", "kind", "limit"),
    [("5", "day", "5"), ("$7.50", "day", "7.5"), ("month 50", "month", "50"), ("每月 50", "month", "50"),
     ("none", "day", None), ("month 无", "month", None), ("setting", "day", "10"), ("0", "day", "0")],
)  # fmt: skip
async def test_budget_sets_a_limit_of_the_company(
    desk: Desk, gateway: Running, language: str, written: str, kind: str, limit: str | None
) -> None:
    (said,) = await desk.asks(desk.speaker(language), f"/budget {written}")
    shown = say(language, "no_limit") if limit is None else {"0": "$0"}.get(limit, f"${Decimal(limit):.2f}")
    assert said.text == say(language, f"limit_{kind}", cost=shown)
    url = f"http://127.0.0.1:{gateway.port}/api/budget"
    async with httpx.AsyncClient(trust_env=False) as client:
        windows = (await client.get(url)).json()["windows"]
    found = next(window for window in windows if (len(window["period"]) == 10) is (kind == "day"))
    assert found["limit_usd"] == (None if limit is None else float(limit))
    assert len(desk.audited("telegram.command.budget")) == 1


@pytest.mark.parametrize("language", LANGUAGES)
async def test_budget_shows_bars_and_freeze_and_thaw_stop_and_start_paid_calls(
    desk: Desk, language: str
) -> None:
    owner = desk.speaker(language)
    (said,) = await desk.asks(owner, "/freeze " + "holiday " * 100)
    assert said.text == say(language, "freeze_done")
    (shown,) = await desk.asks(owner, "/budget")
    assert shown.text.startswith(say(language, "frozen"))
    assert "holiday" in shown.text
    assert shown.text.count("░░░░░░░░░░") == 2
    (said,) = await desk.asks(owner, "/thaw")
    assert said.text == say(language, "thaw_done")
    (shown,) = await desk.asks(owner, "/budget")
    assert say(language, "frozen") not in shown.text
    assert say(language, "asks_above", cost="$0.5000") in shown.text
    for action in ("freeze", "thaw"):
        (row,) = desk.audited(f"telegram.command.{action}")
        assert row.actor == f"telegram:{owner.id}"


@pytest.mark.parametrize("language", LANGUAGES)
async def test_orders_lists_the_newest_with_mark_age_money_and_number(
    desk: Desk, company: Company, language: str
) -> None:
    owner = desk.speaker(language)
    (nothing,) = await desk.asks(owner, "/orders")
    assert say(language, "no_order") in nothing.text
    first = await an_ended_order(desk, company, language)
    second = await desk.order(owner, "And of Spain?")
    (shown,) = await desk.asks(owner, "/orders")
    assert shown.text.index("⏳ And of Spain?") < shown.text.index(f"✅ {QUESTION}")
    assert "$0.000042" in shown.text
    codes = [shown.text[entity.offset : entity.end] for entity in shown.entities if entity.type == "code"]
    assert [code.strip() for code in _codes(shown)] == [second.id, first], codes


def _codes(message: Message) -> list[str]:
    units = message.text.encode("utf-16-le")
    return [
        units[2 * one.offset : 2 * one.end].decode("utf-16-le")
        for one in message.entities
        if one.type == "code"
    ]


@pytest.mark.parametrize("language", LANGUAGES)
async def test_an_unknown_command_is_answered_with_the_nearest_ones(desk: Desk, language: str) -> None:
    (said,) = await desk.asks(desk.speaker(language), "/statsu")
    assert said.text == say(language, "nearest_command", name="statsu", nearest="/status, /start")
    (said,) = await desk.asks(desk.speaker(language), "/qqqq")
    assert said.text == say(language, "unknown_command", name="qqqq")


async def test_a_reason_that_is_too_long_is_refused_with_its_length(desk: Desk, company: Company) -> None:
    await an_ended_order(desk, company)
    (said,) = await desk.asks(desk.ann, "/escalate " + "x" * 501)
    assert said.text == say("en", "reason_too_long", most=500, length=501)


async def test_a_message_with_a_slash_inside_is_no_command(desk: Desk) -> None:
    await desk.asks(desk.ann, "what is /etc/passwd?")
    assert desk.newest(desk.ann).content == "what is /etc/passwd?"


async def test_in_a_group_a_command_is_for_the_bot_it_names(desk: Desk) -> None:
    await desk.asks(desk.group, "/new@nexus_test_bot")
    assert texts(list(desk.api.messages(desk.group))).endswith(say("en", "new"))
    await desk.asks(desk.group, "@nexus_test_bot /new")
    assert texts(list(desk.api.messages(desk.group))).endswith(say("en", "new"))
    assert desk.order_count() == 0


async def test_a_group_sees_its_own_orders_only_and_no_words_of_others(desk: Desk, company: Company) -> None:
    private = await desk.order(desk.ann, "my secret plan")
    for command in ("orders", "status", "agents", "audit"):
        shown = texts(await desk.asks(desk.group, f"/{command}@nexus_test_bot"))
        assert shown
        assert "secret" not in shown
        assert private.id not in shown
    (refused,) = await desk.asks(desk.group, f"/why@nexus_test_bot {private.id}")
    assert refused.text == say("en", "no_such_order")
    desk.group.says(desk.ann, "our plan", mentions=True)
    await desk.hear()
    shown = texts(await desk.asks(desk.group, "/orders@nexus_test_bot"))
    assert "our plan" in shown
    await wait_until(lambda: desk.order_count() == 2)
