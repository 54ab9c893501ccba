"""What the fake Bot API breaks on order, and the limits on sending."""

import asyncio
from collections import Counter
from datetime import timedelta

import pytest
from telegram import MessageEntity
from telegram.error import BadRequest, Conflict, NetworkError, RetryAfter, TelegramError
from telegram.ext import AIORateLimiter

from nexus.clock import ManualClock
from tests.botapi.faults import FaultKind, FaultPlan
from tests.botapi.talk import Talk, a_talk

ANN = 1001
BOLD = [MessageEntity("bold", 0, 1)]


async def tries(talk: Talk, count: int, *, marked: bool = False) -> list[str]:
    """Send so often; the names of what was raised, or "sent"."""
    seen = []
    for n in range(count):
        try:
            await talk.bot.send_message(ANN, f"{n}", entities=BOLD if marked else None)
        except TelegramError as error:
            seen.append(type(error).__name__)
        else:
            seen.append("sent")
    return seen


async def test_the_same_seed_makes_the_same_faults_and_another_one_others() -> None:
    runs = []
    for seed in (3, 3, 4):
        plan = FaultPlan(seed=seed, retry_after_share=0.2, server_error_share=0.2, cut_before_share=0.1)
        async with a_talk(faults=plan) as talk:
            runs.append(await tries(talk, 60))
    assert runs[0] == runs[1]
    assert runs[0] != runs[2]
    assert set(runs[0]) == {"sent", "RetryAfter", "NetworkError"}


async def test_a_share_is_about_that_share_and_all_of_it_is_in_the_ledger() -> None:
    async with a_talk(faults=FaultPlan(seed=1, retry_after_share=0.05, parse_error_share=0.10)) as talk:
        seen = Counter(await tries(talk, 400, marked=True))
        faults = Counter(request.fault for request in talk.api.requests if request.fault)
    assert 8 <= seen["RetryAfter"] <= 36
    assert 20 <= seen["BadRequest"] <= 64
    assert faults == {"retry_after": seen["RetryAfter"], "parse_error": seen["BadRequest"]}
    assert len(talk.api.messages(talk.owner)) == seen["sent"]


async def test_plain_texts_have_no_parse_errors() -> None:
    async with a_talk(faults=FaultPlan(parse_error_share=1.0)) as talk:
        assert await tries(talk, 3) == ["sent"] * 3
        assert await tries(talk, 1, marked=True) == ["BadRequest"]
        with pytest.raises(BadRequest, match="an't parse entities"):
            await talk.bot.send_message(ANN, "x", parse_mode="HTML")


@pytest.mark.parametrize(
    ("kind", "error", "arrives"),
    [
        ("cut_before", NetworkError, False),
        ("cut_after", NetworkError, True),
        ("server_error", NetworkError, False),
        ("bad_gateway", NetworkError, False),
        ("retry_after", RetryAfter, False),
    ],
)
async def test_each_fault_looks_as_it_does_with_telegram(
    kind: FaultKind, error: type[TelegramError], *, arrives: bool
) -> None:
    async with a_talk() as talk:
        talk.api.order_fault(kind, "sendMessage")
        with pytest.raises(error):
            await talk.bot.send_message(ANN, "x")
        seen = talk.api.requests[-1]
        assert (seen.fault, seen.was_taken) == (kind, arrives)
        assert len(talk.api.messages(talk.owner)) == arrives
        await talk.bot.send_message(ANN, "next")


async def test_a_502_is_a_page_and_a_429_says_how_long() -> None:
    async with a_talk(faults=FaultPlan(retry_after_s=7)) as talk:
        talk.api.order_fault("bad_gateway", "sendMessage")
        page = await talk.raw("sendMessage", chat_id=ANN, text="x")
        assert (page.status_code, page.headers["content-type"]) == (502, "text/html")
        assert "<h1>502 Bad Gateway</h1>" in page.text
        talk.api.order_fault("retry_after", "sendMessage")
        assert (await talk.raw("sendMessage", chat_id=ANN, text="x")).json() == {
            "ok": False,
            "error_code": 429,
            "description": "Too Many Requests: retry after 7",
            "parameters": {"retry_after": 7},
        }
        await talk.bot.send_message(ANN, "too early")
        assert talk.api.requests[-1].exceeded == ("retry_after",)


async def test_a_delayed_request_is_answered_or_dropped_with_its_client() -> None:
    async with a_talk(faults=FaultPlan(delay_share=1.0, delay_s=0.3)) as talk:
        await talk.bot.send_message(ANN, "patient")
        with pytest.raises(TelegramError):
            await talk.bot.send_message(ANN, "hasty", read_timeout=0.05)
        await talk.api.wait_until(lambda: all(r.took_s is not None for r in talk.api.requests))
        assert [message.text for message in talk.api.messages(talk.owner)] == ["patient"]


async def test_get_updates_conflicts_as_often_as_planned() -> None:
    async with a_talk(faults=FaultPlan(conflicts=2)) as talk:
        talk.owner.says("x")
        for _ in range(2):
            with pytest.raises(Conflict):
                await talk.bot.get_updates()
        assert len(await talk.bot.get_updates()) == 1


async def test_a_faulted_call_that_is_wrong_anyway_is_refused_as_wrong() -> None:
    async with a_talk() as talk:
        talk.api.order_fault("cut_after", "sendMessage")
        with pytest.raises(BadRequest):
            await talk.bot.send_message(ANN, "")
        assert not talk.api.requests[-1].was_taken


async def test_limits_are_only_noted_by_default() -> None:
    async with a_talk(clock=ManualClock()) as talk:
        assert await tries(talk, 31) == ["sent"] * 31
        sends = talk.api.calls_of("sendMessage")
    assert [request.exceeded for request in sends[:20]] == [()] * 20
    assert sends[20].exceeded == ("chat",)
    assert sends[30].exceeded == ("overall", "chat")


async def test_a_person_gets_twenty_at_once_and_then_one_a_second() -> None:
    clock = ManualClock()
    async with a_talk(clock=clock, enforce_limits=True) as talk:
        assert await tries(talk, 21) == [*["sent"] * 20, "RetryAfter"]
        assert talk.api.requests[-1].description == "Too Many Requests: retry after 1"
        clock.advance(2)
        assert await tries(talk, 3) == ["sent", "sent", "RetryAfter"]


async def test_a_group_gets_twenty_a_minute_and_all_together_thirty_a_second() -> None:
    clock = ManualClock()
    async with a_talk(clock=clock, enforce_limits=True) as talk:
        talk.api.group(-5, "Team")
        talk.api.person(1002, "Bob", started=True)
        for chat_id in (-5, 1002):
            for _ in range(20 if chat_id == -5 else 10):
                await talk.bot.send_message(chat_id, "x")
        with pytest.raises(RetryAfter):
            await talk.bot.send_message(1002, "the 31st")
        clock.advance(10)
        await talk.bot.send_message(1002, "later")
        with pytest.raises(RetryAfter) as told:
            await talk.bot.send_message(-5, "the 21st in a minute")
        assert told.value.retry_after == timedelta(seconds=50)


async def test_edits_count_too() -> None:
    async with a_talk(clock=ManualClock(), enforce_limits=True) as talk:
        sent = await talk.bot.send_message(ANN, "0")
        for n in range(1, 20):
            await talk.bot.edit_message_text(f"{n}", ANN, sent.message_id)
        with pytest.raises(RetryAfter):
            await talk.bot.edit_message_text("20", ANN, sent.message_id)


async def test_the_real_rate_limiter_gets_everything_through() -> None:
    plan = FaultPlan(seed=2, retry_after_share=0.3)
    async with a_talk(faults=plan) as talk:
        talk.bot._rate_limiter = AIORateLimiter(max_retries=5)
        await asyncio.gather(*(talk.bot.send_message(ANN, f"{n}") for n in range(4)))
        assert len(talk.api.messages(talk.owner)) == 4
