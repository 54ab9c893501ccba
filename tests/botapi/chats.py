"""Who talks and what was said: users, chats, messages, files. Everything immutable, so a snapshot costs nothing."""

from dataclasses import dataclass, field, replace
from typing import Literal

from tests.botapi.entities import Entity
from tests.botapi.formatted import Formatted

ChatType = Literal["private", "group", "supergroup"]
MessageKind = Literal["text", "photo", "voice", "document"]


@dataclass(frozen=True, slots=True)
class User:
    """A person or the bot."""

    id: int
    first_name: str
    username: str = ""
    language_code: str = ""
    is_bot: bool = False

    def as_json(self) -> dict[str, object]:
        """As Telegram writes it."""
        body: dict[str, object] = {"id": self.id, "is_bot": self.is_bot, "first_name": self.first_name}
        if self.username:
            body["username"] = self.username
        if self.language_code:
            body["language_code"] = self.language_code
        return body


@dataclass(frozen=True, slots=True)
class Chat:
    """A conversation. `name` is the person's, or the group's title. `closed`: why the bot may not write there."""

    id: int
    type: ChatType
    name: str
    username: str = ""
    closed: str = ""

    def as_json(self) -> dict[str, object]:
        """As Telegram writes it."""
        body: dict[str, object] = {"id": self.id, "type": self.type}
        body["first_name" if self.type == "private" else "title"] = self.name
        if self.username:
            body["username"] = self.username
        if self.type == "group":
            body["all_members_are_administrators"] = True
        return body


@dataclass(frozen=True, slots=True)
class Button:
    """A button of an inline keyboard: it sends `data`, or opens `url`."""

    text: str
    data: str = ""
    url: str = ""

    def as_json(self) -> dict[str, object]:
        """As Telegram writes it."""
        action: dict[str, object] = {"url": self.url} if self.url else {"callback_data": self.data}
        return {"text": self.text, **action}


type Keyboard = tuple[tuple[Button, ...], ...]


@dataclass(frozen=True, slots=True)
class File:
    """A file on the server. `size` may say more than `data` holds, to stand for a big one."""

    id: str
    unique_id: str
    path: str
    data: bytes = field(repr=False)
    size: int
    name: str = ""
    mime: str = ""
    width: int = 0
    height: int = 0

    def as_json(self) -> dict[str, object]:
        """The fields that all files have."""
        body: dict[str, object] = {
            "file_id": self.id,
            "file_unique_id": self.unique_id,
            "file_size": self.size,
        }
        more = {"width": self.width, "height": self.height, "file_name": self.name, "mime_type": self.mime}
        return body | {key: value for key, value in more.items() if value}


@dataclass(frozen=True, slots=True)
class Version:
    """What a message showed before an edit."""

    text: str
    entities: tuple[Entity, ...]
    keyboard: Keyboard


@dataclass(frozen=True, slots=True)
class Message:
    """A message as everybody in the chat sees it now. `files` are the sizes of a photo, smallest first."""

    id: int
    chat_id: int
    sender: User
    at: int
    text: str = ""
    entities: tuple[Entity, ...] = ()
    keyboard: Keyboard = ()
    kind: MessageKind = "text"
    files: tuple[File, ...] = ()
    duration_s: int = 0
    reply_to: int | None = None
    versions: tuple[Version, ...] = ()
    edited_at: int | None = None
    deleted: bool = False

    @property
    def from_bot(self) -> bool:
        """True when the bot sent it."""
        return self.sender.is_bot

    @property
    def is_document(self) -> bool:
        """True for a file."""
        return self.kind == "document"

    @property
    def buttons(self) -> tuple[str, ...]:
        """What stands on the buttons, row by row."""
        return tuple(button.text for row in self.keyboard for button in row)

    @property
    def file(self) -> File | None:
        """The file it carries; the largest size of a photo."""
        return self.files[-1] if self.files else None

    def edited(self, now: int, shown: Formatted | None, keyboard: Keyboard) -> "Message":
        """After an edit; `shown` None leaves the text."""
        before = Version(self.text, self.entities, self.keyboard)
        text, entities = (self.text, self.entities) if shown is None else (shown.text, shown.entities)
        return replace(
            self,
            text=text,
            entities=entities,
            keyboard=keyboard,
            versions=(*self.versions, before),
            edited_at=now,
        )
