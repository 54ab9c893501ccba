"""Every message once, within the limits, and plain where Telegram cannot read the rest: with a strict Bot API."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import sqlalchemy as sa
from telegram import MessageEntity
from telegram.error import RetryAfter

from db.engine import Database
from db.statements.logs import select_audit_events
from db.statements.telegram_post import begin_send, sent_message
from db.telegram_tables import telegram_sends
from interfaces.telegram.bot import make_bot
from interfaces.telegram.config import TelegramSettings
from interfaces.telegram.sending import BURST, Outgoing, Sender, Undeliverable
from nexus.clock import ManualClock, SystemClock
from tests.botapi.faults import FaultKind
from tests.botapi.talk import Talk, a_talk

ANN = 1001
BOLD = (MessageEntity("bold", 0, 5),)


@dataclass
class Desk:
    talk: Talk
    sender: Sender
    database: Database
    clock: ManualClock

    def texts(self) -> list[str]:
        return [message.text for message in self.talk.api.messages(ANN) if message.from_bot]

    def unsettled(self) -> int:
        with self.database.engine.connect() as connection:
            found = sa.select(telegram_sends.c.key).where(telegram_sends.c.message_id.is_(None))
            return len(connection.scalars(found).all())

    def doubts(self) -> int:
        rows = self.database.read_sync(select_audit_events, work_order_id=None, limit=10)
        return [row["action"] for row in rows].count("telegram.sent_again")


@pytest.fixture
async def desk(sqlite: Database) -> AsyncIterator[Desk]:
    async with a_talk() as talk:
        clock = ManualClock(SystemClock().now())
        yield Desk(talk, Sender(talk.bot, sqlite, clock), sqlite, clock)


async def send(
    desk: Desk, text: str = "hello there", key: str = "k", entities: tuple[MessageEntity, ...] = ()
) -> int:
    return await desk.sender.send_once(key, ANN, Outgoing(text, entities))


async def test_a_message_goes_out_once_however_often_it_is_asked_for(desk: Desk) -> None:
    assert await send(desk) == await send(desk) == await send(desk)
    assert desk.texts() == ["hello there"]
    assert desk.doubts() == 0


async def test_what_telegram_cannot_read_comes_plain(desk: Desk) -> None:
    desk.talk.api.order_fault("parse_error", "sendMessage")
    await send(desk, entities=BOLD)
    assert desk.texts() == ["hello there"]
    assert [message.entities for message in desk.talk.api.messages(ANN) if message.from_bot] == [()]


async def test_what_comes_plain_carries_no_list_of_entities_that_could_be_refused_again(desk: Desk) -> None:
    desk.talk.api.order_fault("parse_error", "sendMessage")
    desk.talk.api.order_fault("parse_error", "editMessageText")
    message_id = await send(desk, entities=BOLD)
    await desk.sender.edit(ANN, message_id, Outgoing("good bye", BOLD), must=True)
    for method in ("sendMessage", "editMessageText"):
        marked = ["entities" in call.parameters for call in desk.talk.api.calls_of(method)]
        assert marked == [True, False]


async def test_too_many_requests_are_waited_out(desk: Desk) -> None:
    desk.talk.api.order_fault("retry_after", "sendMessage", times=3)
    await send(desk)
    assert desk.texts() == ["hello there"]
    assert desk.clock.monotonic() >= 3
    assert desk.doubts() == 0


@pytest.mark.parametrize(("fault", "seen"), [("cut_after", 2), ("cut_before", 1), ("bad_gateway", 1)])
async def test_a_send_of_unknown_outcome_goes_out_again_and_is_audited(
    desk: Desk, fault: FaultKind, seen: int
) -> None:
    desk.talk.api.order_fault(fault, "sendMessage")
    await send(desk)
    assert desk.texts() == ["hello there"] * seen
    assert desk.doubts() == 1


async def test_a_killed_bots_send_is_taken_up_by_the_next(desk: Desk) -> None:
    desk.database.run_sync(begin_send, "k", ANN, None, desk.clock.now())  # and then it died
    await send(desk)
    assert desk.texts() == ["hello there"]
    assert desk.doubts() == 1


async def test_of_all_messages_under_way_one_at_most_has_an_unknown_outcome(desk: Desk) -> None:
    people = [desk.talk.api.person(2000 + n, f"Person {n}", started=True) for n in range(5)]
    desk.talk.api.order_fault("delay", "sendMessage", times=len(people))
    sends = [
        asyncio.create_task(desk.sender.send_once(f"k{each.id}", each.id, Outgoing("hello")))
        for each in people
    ]
    seen: set[int] = set()
    while not all(send.done() for send in sends):
        seen.add(desk.unsettled())
        await asyncio.wait(sends, timeout=0.01)
    assert seen <= {0, 1}
    assert [desk.talk.api.messages(each)[0].text for each in people] == ["hello"] * len(people)


async def test_the_bots_client_leaves_waiting_to_the_sender_that_holds_nobody_up_meanwhile(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    token, url = desk.talk.bot.token, desk.talk.api.base_url
    settings = TelegramSettings.model_validate({"telegram_bot_token": token, "telegram_api_base_url": url})
    desk.talk.api.order_fault("retry_after", "sendMessage")
    async with make_bot(settings) as bot:
        await bot.initialize()
        with pytest.raises(RetryAfter):
            await bot.send_message(ANN, "hello")
    assert not [record for record in caplog.records if record.exc_info]  # it is no error


async def test_a_chat_that_blocks_the_bot_is_told_of_and_not_tried_again(desk: Desk) -> None:
    desk.talk.owner.blocks_bot()
    with pytest.raises(Undeliverable):
        await send(desk)
    assert len(desk.talk.api.calls_of("sendMessage")) == 1
    assert desk.database.read_sync(sent_message, "k") is None


async def test_an_edit_that_changes_nothing_is_fine_and_one_of_a_lost_message_is_not(desk: Desk) -> None:
    message_id = await send(desk)
    assert await desk.sender.edit(ANN, message_id, Outgoing("hello there"), must=True)
    assert await desk.sender.edit(ANN, message_id, Outgoing("good bye"), must=True)
    assert not await desk.sender.edit(ANN, message_id + 99, Outgoing("good bye"), must=True)
    assert desk.texts() == ["good bye"]


async def test_an_edit_that_must_be_waits_and_any_other_is_left_out(desk: Desk) -> None:
    message_id = await send(desk)
    for must, fault in ((False, "retry_after"), (True, "retry_after")):
        desk.talk.api.order_fault("retry_after", "editMessageText", times=4)
        assert await desk.sender.edit(ANN, message_id, Outgoing(f"{must} {fault}"), must=must) is must
        desk.talk.api.faults = desk.talk.api.faults  # what was ordered and not used is taken back
    assert desk.texts() == ["True retry_after"]


async def test_edits_leave_room_for_answers(desk: Desk) -> None:
    message_id = await send(desk)
    done = [await desk.sender.edit(ANN, message_id, Outgoing(f"{n}")) for n in range(BURST + 5)]
    assert done.count(True) == BURST - 1
    assert done[-1] is False


async def test_a_drain_lets_a_send_end_and_begins_no_other(desk: Desk) -> None:
    desk.talk.api.order_fault("delay", "sendMessage")
    under_way = asyncio.create_task(send(desk, "under way", "a"))
    await desk.talk.api.wait_until(lambda: desk.talk.api.calls_of("sendMessage"))
    await desk.sender.drain(10)
    assert await under_way
    with pytest.raises(asyncio.CancelledError):
        await send(desk, "too late", "b")
    assert desk.texts() == ["under way"]
