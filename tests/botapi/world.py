"""Everything the fake knows: who is there, what was said, which updates wait. Guarded by `changes.lock`."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePath
from typing import Literal

from nexus.clock import Clock
from tests.botapi.changes import Changes
from tests.botapi.chats import Chat, File, Message, User
from tests.botapi.limits import Limiter
from tests.botapi.refusal import Refused, bad, flood
from tests.botapi.updates import Queue

CALLBACK_LIVES_S = 15.0  # Telegram publishes no number; bots that answer later are refused


@dataclass(slots=True)
class Press:
    """A button was pressed. `answer` is the toast, once the bot has answered; empty for one without a text."""

    id: str
    user: User
    chat_id: int
    button: str
    data: str
    at: float
    message_id: int | None = None
    answer: str | None = None
    is_alert: bool = False


@dataclass(slots=True)
class Webhook:
    """Where updates are sent. Errors are those of the last delivery that failed."""

    url: str
    secret: str = ""
    max_connections: int = 40
    error: str = ""
    error_at: int = 0


@dataclass(slots=True)
class World:
    """The state. `enforce_limits`: whether a broken limit is refused or only noted."""

    clock: Clock
    bot: User
    enforce_limits: bool
    sees_all_in_groups: bool
    queue: Queue
    changes: Changes = field(default_factory=Changes)
    limiter: Limiter = field(default_factory=Limiter)
    users: dict[int, User] = field(default_factory=dict)
    chats: dict[int, Chat] = field(default_factory=dict)
    messages: dict[tuple[int, int], Message] = field(default_factory=dict)
    events: dict[int, list[int | Press]] = field(default_factory=lambda: defaultdict(list))
    files: dict[str, File] = field(default_factory=dict)
    presses: dict[str, Press] = field(default_factory=dict)
    commands: dict[tuple[str, str], list[dict[str, str]]] = field(default_factory=dict)
    descriptions: dict[str, str] = field(default_factory=dict)
    actions: list[tuple[int, str]] = field(default_factory=list)
    webhook: Webhook | None = None
    _numbers: int = 0

    def number(self) -> int:
        """The next one of the numbers that ids are made of."""
        self._numbers += 1
        return self._numbers

    def now(self) -> int:
        """Seconds since 1970."""
        return int(self.clock.now().timestamp())

    def open_chat(self, raw_id: str) -> Chat:
        """The chat that a request names.

        Raises:
            Refused: there is none, or the bot may not write there.
        """
        chat = self.known_chat(raw_id)
        if chat.closed:
            raise Refused(403, f"Forbidden: {chat.closed}")
        return chat

    def known_chat(self, raw_id: str) -> Chat:
        """The same, also where the bot may not write."""
        if not raw_id:
            raise bad("chat_id is empty")
        chat = self.chats.get(int(raw_id)) if raw_id.removeprefix("-").isdecimal() else None
        if chat is None:
            raise bad("chat not found")
        return chat

    def message(self, chat_id: int, message_id: int) -> Message | None:
        """A message that is still there."""
        found = self.messages.get((chat_id, message_id))
        return None if found is None or found.deleted else found

    def keep(self, message: Message) -> Message:
        """Put a new or changed message into its chat."""
        if (message.chat_id, message.id) not in self.messages:
            self.events[message.chat_id].append(message.id)
        self.messages[message.chat_id, message.id] = message
        self.changes.tell()
        return message

    def change_chat(self, chat_id: int, **changes: str) -> None:
        """Rename, close or open it."""
        self.chats[chat_id] = replace(self.chats[chat_id], **changes)  # type: ignore[arg-type]

    def tell_bot(self, kind: str, body: Mapping[str, object]) -> None:
        """Queue an update."""
        self.queue.add(kind, body)
        self.changes.tell()

    def count_send(self, chat: Chat) -> tuple[str, ...]:
        """Count one message; returns the limits that it breaks.

        Raises:
            Refused: 429, when limits are enforced.
        """
        now = self.clock.monotonic()
        waits = self.limiter.exceeded(chat.id, now)
        if waits and self.enforce_limits:
            raise flood(max(waits.values()))
        self.limiter.count(chat.id, now)
        return tuple(waits)

    def store(
        self,
        data: bytes,
        folder: Literal["photos", "documents", "voice"],
        *,
        name: str = "",
        mime: str = "",
        declared_size: int | None = None,
        pixels: tuple[int, int] = (0, 0),
    ) -> File:
        """Keep a file. `declared_size`, in bytes, stands for a file that is bigger than `data`."""
        n = self.number()
        suffix = {"photos": ".jpg", "voice": ".oga"}.get(folder) or PurePath(name).suffix
        path, size = f"{folder}/file_{n}{suffix}", len(data) if declared_size is None else declared_size
        width, height = pixels
        file = File(f"BQACAgIAAxkBAAI{n:06d}", f"AgAD{n:06d}", path, data, size, name, mime, width, height)
        self.files[file.id] = file
        return file

    def message_json(self, message: Message, *, with_reply: bool = True) -> dict[str, object]:
        """A message as Telegram writes it."""
        body: dict[str, object] = {
            "message_id": message.id,
            "from": message.sender.as_json(),
            "chat": self.chats[message.chat_id].as_json(),
            "date": message.at,
        }
        if message.edited_at is not None:
            body["edit_date"] = message.edited_at
        replied = self.message(message.chat_id, message.reply_to) if message.reply_to else None
        if replied and with_reply:
            body["reply_to_message"] = self.message_json(replied, with_reply=False)
        body |= _content_json(message)
        if message.keyboard:
            rows = [[button.as_json() for button in row] for row in message.keyboard]
            body["reply_markup"] = {"inline_keyboard": rows}
        return body


def _content_json(message: Message) -> dict[str, object]:
    text_key = "text" if message.kind == "text" else "caption"
    body: dict[str, object] = {text_key: message.text} if message.text else {}
    if message.entities:
        entities: Sequence[object] = [entity.as_json() for entity in message.entities]
        body["entities" if message.kind == "text" else "caption_entities"] = entities
    match message.kind:
        case "photo":
            body["photo"] = [file.as_json() for file in message.files]
        case "voice":
            body["voice"] = message.files[0].as_json() | {"duration": message.duration_s}
        case "document":
            body["document"] = message.files[0].as_json()
        case "text":
            pass
    return body
