"""An owner in the scripted day: says something, presses something, and waits for what the bot makes of it."""

from collections.abc import Callable
from dataclasses import dataclass, field

from interfaces.telegram.words import Language, say
from tests.botapi.chats import Message
from tests.botapi.people import Person
from tests.interfaces.telegram.company import Company
from tests.interfaces.telegram.day_texts import said

WITHIN_S = 40.0
ALERTS = ("ℹ️", "⚠️", "🚨")


@dataclass(slots=True)
class Owner:
    """Somebody with a phone. Whatever they do is waited for, so that the chat has one order of things.

    `written` and `pressed` are the commands and the buttons that they have used.
    """

    company: Company
    person: Person
    language: Language
    written: set[str] = field(default_factory=set)
    pressed: set[str] = field(default_factory=set)

    @property
    def newest(self) -> int:
        """The id of the newest message in the chat; 0 before the first."""
        return max((message.id for message in self.company.api.messages(self.person)), default=0)

    async def gives(self, key: str, *, reply_to: Message | None = None) -> Message:
        """Say something that becomes an order; returns its answer."""
        return await self.answered(self.says(key, reply_to=reply_to))

    def says(self, key: str, *, reply_to: Message | None = None) -> int:
        """Say something without waiting; returns the message's id."""
        return self.person.says(said(self.language, key), reply_to=reply_to).id

    async def writes(self, command: str, *, reply_to: Message | None = None) -> Message:
        """Write a command that is answered by a message; returns that."""
        asked = self._writes(command, reply_to)
        return await self._wait(
            asked, lambda new: _first(new, lambda m: m.reply_to == asked and not m.buttons)
        )

    async def redoes(self, command: str, *, reply_to: Message | None = None) -> Message:
        """Write a command that becomes an order; returns its answer."""
        return await self.answered(self._writes(command, reply_to))

    def _writes(self, command: str, reply_to: Message | None) -> int:
        self.written.add(command.split(maxsplit=1)[0].removeprefix("/"))
        return self.person.says(command, reply_to=reply_to).id

    async def presses(self, message: Message, action: str, tier: str = "") -> int:
        """Press a button and wait for its note on the phone; returns the id of the newest message before that."""
        mark = self.newest
        self.pressed.add(action)
        buttons = [button for row in message.keyboard for button in row]
        data = next(b.data for b in buttons if b.data.startswith(f"{action}:") and b.data.endswith(tier))
        press = self.person.presses(message, data)
        await self.company.api.wait_until(lambda: press.answer is not None, WITHIN_S)
        return mark

    async def answered(self, mark: int) -> Message:
        """The answer to the order that began after message `mark`, its last part, with its card finished."""
        stop, up = say(self.language, "b_stop"), say(self.language, "b_up")

        def answer(new: list[Message]) -> Message | None:
            if any(stop in message.buttons for message in new):
                return None
            return _first(new, lambda message: up in message.buttons)

        return await self._wait(mark, answer)

    async def asked(self, mark: int) -> Message:
        """The question of an order that began after message `mark` and is held."""
        no = say(self.language, "b_no")
        return await self._wait(mark, lambda new: _first(new, lambda message: no in message.buttons))

    async def sees(self, mark: int, text: str) -> Message:
        """A message after `mark` that holds the text now."""
        return await self._wait(mark, lambda new: _first(new, lambda message: text in message.text))

    async def alerted(self, mark: int) -> Message:
        """The next alert."""
        return await self._wait(
            mark, lambda new: _first(new, lambda message: message.text.startswith(ALERTS))
        )

    async def _wait(self, mark: int, look: Callable[[list[Message]], Message | None]) -> Message:
        api = self.company.api

        def found() -> Message | None:
            return look([m for m in api.messages(self.person) if m.from_bot and m.id > mark])

        try:
            return await api.world.changes.wait_for(found, WITHIN_S)
        except TimeoutError:
            seen = api.transcript(self.person)[-3000:]
            raise TimeoutError(f"nothing came of it within {WITHIN_S:g} s:\n{seen}") from None


def _first(messages: list[Message], right: Callable[[Message], bool]) -> Message | None:
    return next((message for message in messages if right(message)), None)
