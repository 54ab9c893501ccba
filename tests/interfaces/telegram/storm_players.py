"""The people of a storm: each does their steps one after another, and waits for an answer when too much is open."""

import asyncio
import io
from collections.abc import Callable
from dataclasses import dataclass

from PIL import Image

from tests.botapi.api import BotApi
from tests.botapi.chats import Message
from tests.botapi.people import Person
from tests.interfaces.telegram.storm_bot import until
from tests.interfaces.telegram.storm_plan import DOES_AGAIN, Plan, Step, token

OPEN_AT_ONCE = 3  # orders that one person waits for at the same time
LOOK_S = 0.1


@dataclass(frozen=True, slots=True)
class Sent:
    """A step that was done: the update that it became, the person's message, and the message that it is about."""

    step: Step
    update_id: int
    message_id: int | None
    about_id: int | None


class Players:
    """Everybody. `sent` grows while they play; `stuck` tells who waited in vain, and for what."""

    def __init__(self, api: BotApi, plan: Plan, patience_s: float) -> None:
        self.sent: list[Sent] = []
        self.stuck: list[str] = []
        self._api = api
        self._plan = plan
        self._patience_s = patience_s
        self._people = {person: api.person(person, f"Person {person}", started=True) for person in plan.steps}

    async def play(self) -> None:
        """Until everybody has done all their steps, or is stuck."""
        async with asyncio.TaskGroup() as group:
            for person, steps in self._plan.steps.items():
                group.create_task(self._live(self._people[person], steps))

    async def _live(self, person: Person, steps: tuple[Step, ...]) -> None:
        asked: list[Sent] = []
        for step in steps:
            try:
                await self._until(lambda: self._open(person, asked) < OPEN_AT_ONCE, step, "earlier answers")
                sent = await self._do(person, step, asked)
            except TimeoutError as error:
                self.stuck.append(str(error))
                return
            self.sent.append(sent)
            asked.append(sent)

    async def _until(self, condition: Callable[[], object], step: Step, what: str) -> None:
        await until(condition, self._patience_s, f"{step.person} waits before {step.mark} for {what}", LOOK_S)

    def _open(self, person: Person, asked: list[Sent]) -> int:
        """Orders that are not answered; those that are drop out of `asked`."""
        seen = self._seen(person)
        asked[:] = [sent for sent in asked if not _is_over(sent, seen)]
        return len(asked)

    async def _do(self, person: Person, step: Step, asked: list[Sent]) -> Sent:
        about: Message | None = None
        if step.about is not None:
            find = _card_of(asked, step.about) if step.kind == "stop" else _answer_to(step.about)
            found: list[Message] = []

            def look() -> bool:
                found[:] = [message for message in self._seen(person) if find(message)]
                return bool(found)

            await self._until(look, step, f"what came of {step.about}")
            about = found[-1]
        with self._api.world.changes.lock:  # nobody else's update comes between
            said = _act(person, step, about)
            update = self._api.pending[-1]
        return Sent(step, update.id, said.id if said else None, about.id if about else None)

    def _seen(self, person: Person) -> list[Message]:
        """What the bot has written to them, as it is now."""
        world = self._api.world
        with world.changes.lock:
            found = [world.messages[person.id, each] for each in world.events[person.id] if type(each) is int]
        return [message for message in found if message.from_bot]


def _act(person: Person, step: Step, about: Message | None) -> Message | None:
    if step.kind in ("look", "again", "stop"):
        assert about is not None
        person.presses(about, _data(about, step.says))
        return None
    if step.kind == "photo":
        return person.sends_photo(_picture(step.n), step.text)
    return person.says(step.text, reply_to=about)


def _is_over(sent: Sent, seen: list[Message]) -> bool:
    """It asks for nothing, or what it asks for has come."""
    step = sent.step
    if step.kind in ("text", "reply"):
        return any(map(_answer_to(step.mark), seen))
    if step.kind in DOES_AGAIN:
        return any(map(_answer_to(str(step.about), version=2), seen))
    if step.kind in ("photo", "slow"):
        return any(message.reply_to == sent.message_id and not _is_card(message) for message in seen)
    if step.kind == "command":
        return any(message.reply_to == sent.message_id for message in seen)
    return True


def _answer_to(mark: str, version: int = 1) -> Callable[[Message], bool]:
    """Finds the last part of the answer, which has the buttons."""
    name = token(mark, version)
    return lambda message: bool(message.keyboard) and name in message.text


def _card_of(asked: list[Sent], mark: str) -> Callable[[Message], bool]:
    """Finds the card of an order that is open."""
    ids = {sent.message_id for sent in asked if sent.step.mark == mark}
    return lambda message: message.reply_to in ids and _is_card(message) and bool(message.keyboard)


def _is_card(message: Message) -> bool:
    """It stands, or stood at first, over a Stop button."""
    first = message.versions[0].keyboard if message.versions else message.keyboard
    return any(button.data.startswith("stop:") for row in first for button in row)


def _data(message: Message, action: str) -> str:
    datas = [button.data for row in message.keyboard for button in row]
    return next(data for data in datas if data.startswith(f"{action}:"))


def _picture(n: int) -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (64, 48), (n % 256, n // 256 % 256, 90)).save(written, "JPEG")
    return written.getvalue()
