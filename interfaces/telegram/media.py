"""Photos, voice messages and documents: fetched by the bot, because their address holds its token, and handed on."""

import base64
import codecs
import mimetypes

from telegram import Message
from telegram.error import BadRequest

from interfaces.telegram.desk import Ask
from interfaces.telegram.gateway_client import Json
from nexus.errors import PermanentError

MAX_BYTES = 20 * 1024 * 1024  # what Telegram gives out


class Unusable(PermanentError):
    """There is something in a message that cannot be worked with; `text` says what, in the owner's language."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


async def attachments_of(ask: Ask, message: Message) -> list[Json]:
    """What came with the message, as POST /api/chat takes it.

    Raises:
        Unusable: it is of a kind or size that cannot be taken.
        NetworkError: Telegram does not hand it out now.
    """
    if message.photo:
        best = max(message.photo, key=lambda size: size.width * size.height)
        return [await _fetched(ask, best.file_id, best.file_size, "image", None, "image/jpeg")]
    if message.voice is not None:
        voice = message.voice
        kind = voice.mime_type or "audio/ogg"
        return [await _fetched(ask, voice.file_id, voice.file_size, "audio", None, kind)]
    if message.audio is not None:
        audio = message.audio
        kind = audio.mime_type or "audio/mpeg"
        return [await _fetched(ask, audio.file_id, audio.file_size, "audio", audio.file_name, kind)]
    if message.document is not None:
        document = message.document
        guessed = mimetypes.guess_type(document.file_name or "")[0]
        kind = document.mime_type or guessed or "application/octet-stream"
        what = "image" if kind.startswith("image/") and kind != "image/svg+xml" else "document"
        return [await _fetched(ask, document.file_id, document.file_size, what, document.file_name, kind)]
    return []


async def _fetched(
    ask: Ask, file_id: str, size: int | None, kind: str, name: str | None, media_type: str
) -> Json:
    if size is not None and size > MAX_BYTES:
        raise _too_big(ask, size)
    try:
        file = await ask.office.bot.get_file(file_id)
    except BadRequest:
        raise _too_big(ask, size or MAX_BYTES) from None
    data = bytes(await file.download_as_bytearray())
    if kind == "document" and not _is_text(data):
        raise Unusable(ask.say("not_text", name=name or "?"))
    attachment: Json = {
        "kind": kind,
        "data": base64.b64encode(data).decode(),
        "media_type": media_type,
    }
    return attachment | ({"name": name} if name else {})


def _is_text(data: bytes) -> bool:
    """False for what is surely none; the gateway has the last word."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return True
    try:
        return "\0" not in data.decode()
    except UnicodeDecodeError:
        return False


def _too_big(ask: Ask, size: int) -> Unusable:
    megabytes = 1024 * 1024
    return Unusable(ask.say("too_big", size=round(size / megabytes, 1), limit=MAX_BYTES // megabytes))
