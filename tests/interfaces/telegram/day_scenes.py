"""The scripted day, scene by scene. Each is played by the English owner and then by the Chinese one."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

import httpx

from interfaces.telegram.keyboards import Action
from interfaces.telegram.words import say
from tests.botapi.chats import Message
from tests.interfaces.telegram.day_owner import Owner
from tests.interfaces.telegram.day_texts import NOTE, said
from tests.photos import a_photo
from tests.sounds import an_ogg

type Scene = Callable[[Owner, Sequence[Owner]], Awaitable[None]]
"""The owner who plays it, and all of them, who are told of what concerns the company."""


async def arrives(owner: Owner, _: Sequence[Owner]) -> None:
    """A stranger is given a code, is approved by the real command, and looks around."""
    owner.says("hello")
    await owner.company.pair(owner.person, say(owner.language, "paired"))
    await owner.writes("/start")
    await owner.writes("/help")
    await owner.writes("/hlep")
    await owner.writes("/why")


async def joins(owner: Owner, _: Sequence[Owner]) -> None:
    """Somebody whom the settings let in needs no code."""
    await owner.writes("/start")


async def talks(owner: Owner, _: Sequence[Owner]) -> None:
    """An order, a reply that goes on from it, and another conversation, which knows nothing of it."""
    answer = await owner.gives("capital")
    await owner.gives("people", reply_to=answer)
    await owner.writes("/new")
    await owner.gives("people")


async def sends_files(owner: Owner, _: Sequence[Owner]) -> None:
    """A photo with a caption, a document, and a voice message."""
    mark = owner.person.sends_photo(a_photo(640, 480), said(owner.language, "photo")).id
    await owner.answered(mark)
    note = NOTE[owner.language].encode()
    mark = owner.person.sends_document(note, "meeting.txt", "text/plain", said(owner.language, "document")).id
    await owner.answered(mark)
    mark = owner.person.sends_document(b"\x7fELF\0\1\2", "tool.bin", "application/octet-stream").id
    await owner.sees(mark, "")
    mark = owner.person.sends_voice(an_ogg(), 2).id
    await owner.answered(mark)


async def meets_trouble(owner: Owner, _: Sequence[Owner]) -> None:
    """QA fails a first try; an order is asked back; one fails."""
    answer = await owner.gives("json")
    await _shown(owner, answer, "qa")
    await _shown(owner, answer, "why")
    await owner.writes("/new")
    await owner.gives("fix")
    await owner.gives("fixed")
    await owner.gives("swallow")


async def stops(owner: Owner, _: Sequence[Owner]) -> None:
    """A slow answer is stopped by its button, another by the command."""
    await owner.writes("/new")
    mark = owner.says("story")
    card = await owner.sees(mark, "sonnet")
    await owner.presses(card, "stop")
    await owner.answered(mark)
    mark = owner.says("story")
    await owner.sees(mark, "sonnet")
    await owner.writes("/stop")
    await owner.answered(mark)
    await owner.writes("/stop")


async def reads_long_answers(owner: Owner, _: Sequence[Owner]) -> None:
    """One in several messages, and one that is sent as a file."""
    await owner.writes("/new")
    await owner.gives("guide")
    await owner.gives("handbook")


async def has_it_redone(owner: Owner, _: Sequence[Owner]) -> None:
    """Up, down and again, by buttons and by commands."""
    await owner.writes("/new")
    answer = await owner.gives("capital")
    await owner.presses(answer, "down")
    higher = await owner.answered(await owner.presses(answer, "up"))
    await owner.answered(await owner.presses(higher, "down"))
    await owner.answered(await owner.presses(answer, "retry"))
    higher = await owner.redoes(f"/escalate {said(owner.language, 'too_short')}", reply_to=answer)
    await owner.redoes("/cheaper", reply_to=higher)
    await owner.redoes("/retry", reply_to=answer)
    await owner.writes("/cheaper", reply_to=answer)


async def is_asked_for_money(owner: Owner, _: Sequence[Owner]) -> None:
    """A dear order asks first: yes, by a cheaper tier; no."""
    await owner.writes("/new")
    mark = owner.says("bank")
    await owner.presses(await owner.asked(mark), "yes", "director")
    await owner.answered(mark)
    mark = owner.says("bank_again")
    await owner.presses(await owner.asked(mark), "no")
    await owner.answered(mark)


async def looks_around(owner: Owner, _: Sequence[Owner]) -> None:
    """How the company is, who works, what was done, and why."""
    await owner.writes("/new")
    for command in ("/status", "/agents", "/orders", "/why", "/audit", "/why WO-1"):
        await owner.writes(command)
    for command in ("/equipment history retention", "/equipment dance"):
        await owner.writes(command)
    answer = await owner.gives("mail")
    await owner.writes("/audit", reply_to=answer)


async def counts_money(owner: Owner, everybody: Sequence[Owner]) -> None:
    """What was spent, and a limit that the next order comes close to. Everybody is told."""
    await owner.writes("/cost")
    await owner.writes(f"/cost {said(owner.language, 'week')}")
    await owner.writes("/cost yesterday")
    await owner.writes("/budget")
    await _told(owner, everybody, f"/budget {_four_fifths_are_spent(owner)}")
    marks = [each.newest for each in everybody]
    await owner.gives("spell")
    await _all_alerted(everybody, marks)
    await owner.gives("mail")
    await _told(owner, everybody, f"/budget {said(owner.language, 'month_50')}")
    await _told(owner, everybody, f"/budget {said(owner.language, 'month_setting')}")
    await _told(owner, everybody, f"/budget {said(owner.language, 'setting')}")
    await owner.writes("/budget much")


async def freezes(owner: Owner, everybody: Sequence[Owner]) -> None:
    """No paid call begins until it is thawed. Everybody is told."""
    await _told(owner, everybody, f"/freeze {said(owner.language, 'no_more')}")
    await owner.writes("/budget")
    await owner.gives("spell")
    await _told(owner, everybody, "/thaw")
    await owner.gives("spell")


def _four_fifths_are_spent(owner: Owner) -> str:
    """A limit of which a little over four fifths are spent, in dollars and whole cents.

    Each language's is another one: of the same limit nobody is warned twice a day.
    """
    reply = httpx.get(f"{owner.company.up.door.url}/api/budget", timeout=10, trust_env=False)
    spent = next(
        window["spent_usd"]
        for window in reply.json()["windows"]
        if window["scope"] == "company" and len(window["period"]) == len("2026-11-22")
    )
    share = {"en": 0.85, "zh": 0.82}[owner.language]
    return f"{spent / share:.2f}"


async def _told(owner: Owner, everybody: Sequence[Owner], command: str) -> None:
    """A command of which all owners are told."""
    marks = [each.newest for each in everybody]
    await owner.writes(command)
    await _all_alerted(everybody, marks)


async def _all_alerted(everybody: Sequence[Owner], marks: Sequence[int]) -> None:
    await asyncio.gather(*(each.alerted(mark) for each, mark in zip(everybody, marks, strict=True)))


async def _shown(owner: Owner, answer: Message, action: str) -> None:
    """A button that shows something."""
    mark = await owner.presses(answer, action)
    await owner.sees(mark, "")


CHATS: Final[tuple[tuple[Scene, ...], ...]] = (
    (arrives, talks, sends_files, reads_long_answers, looks_around, counts_money),
    (joins, meets_trouble, stops, is_asked_for_money),
    (joins, has_it_redone, freezes),
)
"""What each of the three owners of a language plays. They take turns, because a bot may write one message a second to
a chat: what one of them has used up comes back while the others play.
"""

BUTTONS: Final = frozenset(action.value for action in Action)
