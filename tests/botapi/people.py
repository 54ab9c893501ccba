"""People and groups, as a test plays them. Each thing they do is an update for the bot."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from tests.botapi.chats import Button, Chat, Message, MessageKind, User
from tests.botapi.entities import Entity
from tests.botapi.formatted import MAX_CAPTION, MAX_TEXT, made_right, utf16_length
from tests.botapi.found import found_entities
from tests.botapi.pictures import stored_photo
from tests.botapi.world import Press, World

NOT_STARTED = "bot can't initiate conversation with a user"
BLOCKED = "bot was blocked by the user"
KICKED = {
    "group": "bot was kicked from the group chat",
    "supergroup": "bot was kicked from the supergroup chat",
}


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with a private chat. Until they say something, the bot may not write to them."""

    world: World
    user: User

    @property
    def id(self) -> int:
        """Of the person, and of their chat with the bot."""
        return self.user.id

    def says(self, text: str, *, reply_to: Message | None = None, entities: Sequence[Entity] = ()) -> Message:
        """A text in the private chat."""
        return self._speaks(Message(0, self.id, self.user, 0), text, entities, reply_to)

    def sends_photo(self, data: bytes, caption: str = "") -> Message:
        """A photo, in several sizes. The largest is `data` unchanged, with whatever EXIF it has."""
        with self.world.changes.lock:
            files = stored_photo(self.world, data)
        return self._speaks(Message(0, self.id, self.user, 0, kind="photo", files=files), caption)

    def sends_voice(self, data: bytes, duration_s: int, caption: str = "") -> Message:
        """A voice message."""
        with self.world.changes.lock:
            file = self.world.store(data, "voice", mime="audio/ogg")
        spoken = Message(0, self.id, self.user, 0, kind="voice", files=(file,), duration_s=duration_s)
        return self._speaks(spoken, caption)

    def sends_document(
        self, data: bytes, name: str, mime: str, caption: str = "", *, declared_size: int | None = None
    ) -> Message:
        """A file. `declared_size`, in bytes, stands for one that is bigger than `data`."""
        with self.world.changes.lock:
            file = self.world.store(data, "documents", name=name, mime=mime, declared_size=declared_size)
        return self._speaks(Message(0, self.id, self.user, 0, kind="document", files=(file,)), caption)

    def edits(self, message: Message, text: str) -> Message:
        """Change a text that they said."""
        with self.world.changes.lock:
            shown = made_right(text, ())
            found = replace(shown, entities=found_entities(shown.text))
            edited = self.world.keep(message.edited(self.world.now(), found, ()))
            self.world.tell_bot("edited_message", self.world.message_json(edited))
        return edited

    def presses(self, message: Message, button: str) -> Press:
        """Press a button by what stands on it, or by its callback data, as the message is now.

        Raises:
            LookupError: there is no such button, or it opens a link.
        """
        with self.world.changes.lock:
            now = self.world.message(message.chat_id, message.id)
            if now is None:
                raise LookupError("the message is gone")
            pressed = _button(now, button)
            return self._press(pressed.text, pressed.data, now)

    def forges(self, data: str, message: Message | None = None) -> Press:
        """A callback that no button of theirs has sent, as a changed client can make it."""
        with self.world.changes.lock:
            return self._press("(forged)", data, message)

    def blocks_bot(self) -> None:
        """From now on the bot gets a 403."""
        self._membership(BLOCKED, "member", "kicked")

    def unblocks_bot(self) -> None:
        """Take it back."""
        self._membership("", "kicked", "member")

    def _speaks(
        self,
        draft: Message,
        text: str,
        entities: Sequence[Entity] = (),
        reply_to: Message | None = None,
    ) -> Message:
        with self.world.changes.lock:
            if self.world.chats[self.id].closed == NOT_STARTED:
                self.world.change_chat(self.id, closed="")
            said = _said(self.world, draft, text, entities, reply_to)
            self.world.tell_bot("message", self.world.message_json(said))
        return said

    def _press(self, button: str, data: str, message: Message | None) -> Press:
        world = self.world
        chat_id = message.chat_id if message else self.id
        number, at = world.number(), world.clock.monotonic()
        press = Press(
            str(4_382_000_000_000_000_000 + number),
            self.user,
            chat_id,
            button,
            data,
            at,
            message.id if message else None,
        )
        world.presses[press.id] = press
        world.events[chat_id].append(press)
        body: dict[str, object] = {
            "id": press.id,
            "from": self.user.as_json(),
            "chat_instance": str(chat_id),
            "data": data,
        }
        if message:
            body["message"] = world.message_json(message)
        world.tell_bot("callback_query", body)
        return press

    def _membership(self, closed: str, before: str, after: str) -> None:
        with self.world.changes.lock:
            self.world.change_chat(self.id, closed=closed)
            _tell_membership(self.world, self.world.chats[self.id], self.user, before, after)


@dataclass(frozen=True, slots=True)
class Group:
    """A group that the bot is in. With its privacy on, as it is by default, the bot hears only what is for it."""

    world: World
    id: int

    def says(
        self,
        person: Person,
        text: str,
        *,
        mentions: bool = False,
        reply_to: Message | None = None,
    ) -> Message:
        """A person's text in the group; `mentions` puts the bot's name before it."""
        world = self.world
        with world.changes.lock:
            whole = f"@{world.bot.username} {text}" if mentions else text
            said = _said(world, Message(0, self.id, person.user, 0), whole, (), reply_to)
            if world.sees_all_in_groups or self._is_for_bot(said):
                world.tell_bot("message", world.message_json(said))
        return said

    def adds_bot(self, by: Person) -> None:
        """The bot is (again) a member."""
        self._membership(by, "", "left", "member")

    def removes_bot(self, by: Person) -> None:
        """From now on the bot gets a 403."""
        self._membership(by, KICKED[self.world.chats[self.id].type], "member", "kicked")

    def _is_for_bot(self, said: Message) -> bool:
        name = f"@{self.world.bot.username}".lower()
        replied = self.world.message(self.id, said.reply_to) if said.reply_to else None
        if replied and replied.from_bot:
            return True
        words = [_part(said.text, entity) for entity in said.entities if entity.type == "bot_command"]
        for_others = words and all("@" in word and not word.lower().endswith(name) for word in words)
        return name in said.text.lower() or (bool(words) and not for_others)

    def _membership(self, by: Person, closed: str, before: str, after: str) -> None:
        with self.world.changes.lock:
            self.world.change_chat(self.id, closed=closed)
            _tell_membership(self.world, self.world.chats[self.id], by.user, before, after)


def _said(
    world: World, draft: Message, text: str, entities: Sequence[Entity], reply_to: Message | None
) -> Message:
    kind: MessageKind = draft.kind
    shown = made_right(text, entities)
    if utf16_length(shown.text) > (MAX_TEXT if kind == "text" else MAX_CAPTION) or (
        kind == "text" and not shown.text
    ):
        raise ValueError("a person's app does not send this text in one message")
    return world.keep(
        replace(
            draft,
            id=world.number(),
            at=world.now(),
            text=shown.text,
            entities=found_entities(shown.text, shown.entities),
            reply_to=reply_to.id if reply_to else None,
        )
    )


def _part(text: str, entity: Entity) -> str:
    units = text.encode("utf-16-le")
    return units[2 * entity.offset : 2 * entity.end].decode("utf-16-le")


def _button(message: Message, wanted: str) -> Button:
    for row in message.keyboard:
        for button in row:
            if wanted in {button.text, button.data} and button.data:
                return button
    raise LookupError(f"no button {wanted!r} to press among {message.buttons}")


def _tell_membership(world: World, chat: Chat, by: User, before: str, after: str) -> None:
    def member(status: str) -> dict[str, object]:
        body: dict[str, object] = {"user": world.bot.as_json(), "status": status}
        return body | ({"until_date": 0} if status == "kicked" else {})

    world.tell_bot(
        "my_chat_member",
        {
            "chat": chat.as_json(),
            "from": by.as_json(),
            "date": world.now(),
            "old_chat_member": member(before),
            "new_chat_member": member(after),
        },
    )
