"""The parts of an OpenAI message: text, pictures, sounds and files. Nothing is fetched: all is in the request.

Source: https://platform.openai.com/docs/api-reference/chat/create, the content parts of a user message.
"""

import re
from dataclasses import dataclass, field
from typing import Final

from pydantic import JsonValue

from gateway.attachments import Sent, refuse
from nexus.work_order import AttachmentKind

WORDS: Final = {
    AttachmentKind.IMAGE: "[picture]",
    AttachmentKind.AUDIO: "[voice message]",
    AttachmentKind.DOCUMENT: "[document]",
}
_DATA_URL: Final = re.compile(r"data:([\w.+-]+/[\w.+-]+)?(?:;[\w.=-]+)*;base64,", re.IGNORECASE)


@dataclass(slots=True)
class Content:
    """What a message says, and what comes with it."""

    text: str = ""
    sent: list[Sent] = field(default_factory=list)

    @property
    def with_words_for_sent(self) -> str:
        """The text as an earlier turn is remembered: what came with it only in words."""
        words = [WORDS[one.kind] for one in self.sent]
        return "\n".join(filter(None, (self.text, *words)))


def content_of(content: JsonValue, where: str) -> Content:
    """A message's `content`, which stands at `where`.

    Raises:
        Problem: 422, naming the part that cannot be taken.
    """
    match content:
        case None:
            found = Content()
        case str():
            found = Content(content)
        case list():
            found = _of_parts(content, where)
        case _:
            refuse(where, "must be text or a list of parts")
    if "\x00" in found.text:
        refuse(where, "must not contain NUL characters")
    return found


def _of_parts(parts: list[JsonValue], where: str) -> Content:
    texts: list[str] = []
    found = Content()
    for number, part in enumerate(parts):
        place = f"{where}.{number}"
        match part:
            case None | {} if not part:
                continue
            case {"type": "text", "text": str(text)} | {"type": "refusal", "refusal": str(text)}:
                texts.append(text)
            case {"type": "image_url", "image_url": {"url": str(url)} | str(url)}:
                found.sent.append(_picture(url, place))
            case {"type": "file", "file": {"file_data": str(data), "filename": str(name)}}:
                found.sent.append(_file(data, name, place))
            case {"type": "file", "file": {"file_data": str(data)}}:
                found.sent.append(_file(data, None, place))
            case {"type": "file"}:
                refuse(place, "must bring `file_data`: there is no store of files to take it from")
            case {"type": "input_audio", "input_audio": {"data": str(data)}}:
                found.sent.append(Sent(AttachmentKind.AUDIO, data, None, None, place))
            case _:
                refuse(place, 'must be {"type": "text", "text": …} or {"type": "image_url", …}')
    found.text = "\n".join(texts)
    return found


def _picture(url: str, place: str) -> Sent:
    media_type, data = _split(url, place)
    return Sent(AttachmentKind.IMAGE, data, None, media_type, place)


def _file(url: str, name: str | None, place: str) -> Sent:
    media_type, data = _split(url, place)
    kind = AttachmentKind.IMAGE if (media_type or "").startswith("image/") else AttachmentKind.DOCUMENT
    return Sent(kind, data, name, media_type, place)


def _split(url: str, place: str) -> tuple[str | None, str]:
    found = _DATA_URL.match(url, 0, 200)
    if found is None:
        refuse(place, "must be a data: URL in base64, for nothing is fetched from the network")
    return found[1], url[found.end() :]
