"""What comes with a message besides its words: decoded, checked and cleaned before anything is stored.

Used by `gateway.routes.chat` and `gateway.routes.openai`. Pictures are made anew (`gateway.pictures`), one at a time
and with an end, because a file may be made to take long; documents are text or are refused.
"""

import asyncio
import binascii
import codecs
import hashlib
import mimetypes
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final, NoReturn

from gateway.config import GatewaySettings
from gateway.errors import FieldError, Kind, Problem
from gateway.pictures import NoPicture, Picture, clean_picture
from nexus.sound import KINDS, LISTEN, sound_type
from nexus.work_order import Attachment, AttachmentKind

MAX_ATTACHMENTS: Final = 10
MAX_NAME_CHARS: Final = 100
CLEAN_S: Final = 20.0
"""Longest that the pictures of one message may take, waiting for those of others included."""

LOOK: Final = "Look at the picture and say what it shows."
LOOK_ALL: Final = "Look at the pictures and say what they show."
READ: Final = "Read the document and say what matters in it."
READ_ALL: Final = "Read the documents and say what matters in them."
BOTH: Final = "Look at what I sent you and say what matters in it."

_UTF_16: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_CONTROL: Final = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
_TEXT_TYPE: Final = re.compile(
    r"text/[\w.+-]+|application/(?:[\w.-]+\+)?(?:json|xml|yaml|toml|javascript|sql)"
)
_UNPRINTABLE: Final = re.compile(r"[^\w .,()+@#&=-]")


@dataclass(frozen=True, slots=True)
class Sent:
    """An attachment as it was sent: `data` is base64, `field` where it stands in the request."""

    kind: AttachmentKind
    data: str
    name: str | None
    media_type: str | None
    field: str


def words_for(kinds: Sequence[str]) -> str:
    """What a message without words asks for, by what came with it."""
    one = len(kinds) == 1
    if "audio" in kinds:
        return LISTEN
    if set(kinds) == {"image"}:
        return LOOK if one else LOOK_ALL
    if set(kinds) == {"document"}:
        return READ if one else READ_ALL
    return BOTH


class Cleaner:
    """Makes pictures clean, one at a time: each may take half a gigabyte while it is decoded."""

    def __init__(self) -> None:
        self._free = asyncio.Semaphore(1)

    async def clean(self, file: bytes, left_s: float) -> Picture:
        """As `clean_picture`, in a thread.

        Raises:
            NoPicture: as there.
            TimeoutError: it takes too long; the thread, which cannot be stopped, keeps the place until it ends.
        """
        async with asyncio.timeout(left_s):
            await self._free.acquire()
            task = asyncio.create_task(asyncio.to_thread(clean_picture, file))
            task.add_done_callback(self._done)
            return await asyncio.shield(task)

    def _done(self, task: asyncio.Task[Picture]) -> None:
        self._free.release()
        if not task.cancelled():
            task.exception()  # seen, also when nobody waits for it any more


async def cleaned(
    sent: Sequence[Sent], settings: GatewaySettings, cleaner: Cleaner
) -> tuple[Attachment, ...]:
    """The attachments as they are kept.

    Raises:
        Problem: 422, naming the field and what is wrong with it: too many or too large, of a kind that is not
            understood, broken, or no text.
    """
    if len(sent) > MAX_ATTACHMENTS:
        refuse("attachments", f"must be {MAX_ATTACHMENTS} at most")
    ends_at, room = time.monotonic() + CLEAN_S, settings.max_attachment_bytes
    kept = []
    for each in sent:
        data = _decoded(each, room)
        room -= len(data)
        if each.kind is AttachmentKind.IMAGE:
            kept.append(await _picture(each, data, cleaner, ends_at))
        elif each.kind is AttachmentKind.AUDIO:
            kept.append(_voice(each, data))
        else:
            kept.append(await asyncio.to_thread(partial(_document, each, data, settings.max_document_chars)))
    return tuple(kept)


def refuse(field: str, message: str) -> NoReturn:
    """422 for one field."""
    raise Problem(Kind.INVALID, f"{field}: {message}", errors=[FieldError(field, message)])


def _decoded(sent: Sent, room: int) -> bytes:
    """The bytes that were sent; `room` is how many there may be."""
    if len(sent.data) * 3 // 4 > room + 2:
        refuse(sent.field, "is too large: with those before it more than MAX_ATTACHMENT_BYTES allows")
    try:
        data = binascii.a2b_base64(sent.data.encode("ascii"), strict_mode=True)
    except (binascii.Error, UnicodeEncodeError):
        refuse(sent.field, "is not base64 (RFC 4648, without line breaks)")
    if not data:
        refuse(sent.field, "is empty")
    if len(data) > room:
        refuse(sent.field, "is too large: with those before it more than MAX_ATTACHMENT_BYTES allows")
    return data


async def _picture(sent: Sent, data: bytes, cleaner: Cleaner, ends_at: float) -> Attachment:
    try:
        picture = await cleaner.clean(data, ends_at - time.monotonic())
    except NoPicture as error:
        refuse(sent.field, str(error))
    except TimeoutError:
        refuse(sent.field, f"takes too long to decode: the pictures of a message have {CLEAN_S:.0f} s")
    return Attachment(
        kind=AttachmentKind.IMAGE,
        name=_name(sent.name),
        media_type=picture.media_type,
        size=len(picture.data),
        sha256=hashlib.sha256(picture.data).hexdigest(),
        data=picture.data,
    )


def _voice(sent: Sent, data: bytes) -> Attachment:
    """A voice message is kept as it came: workers turn it into words (`agents.voice_step`)."""
    media_type = sound_type(data)
    if media_type is None:
        refuse(sent.field, f"is no sound that can be played: these are {KINDS}")
    return Attachment(
        kind=AttachmentKind.AUDIO,
        name=_name(sent.name),
        media_type=media_type,
        size=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        data=data,
    )


def _document(sent: Sent, data: bytes, max_chars: int) -> Attachment:
    text = _text(data)
    if text is None:
        refuse(
            sent.field,
            "is no text: documents are text files, UTF-8 or UTF-16 with a byte order mark; "
            "pictures are JPEG, PNG, WebP or GIF, of the kind `image`",
        )
    if not text.strip():
        refuse(sent.field, "is empty")
    if len(text) > max_chars:
        refuse(sent.field, f"has {len(text)} characters; MAX_DOCUMENT_CHARS allows {max_chars}")
    kept, name = text.encode(), _name(sent.name)
    return Attachment(
        kind=AttachmentKind.DOCUMENT,
        name=name,
        media_type=_text_type(sent.media_type, name),
        size=len(kept),
        sha256=hashlib.sha256(kept).hexdigest(),
        text=text,
    )


def _text(data: bytes) -> str | None:
    """The text with its line ends as `\\n`; None when it is none."""
    try:
        text = data.decode("utf-16" if data.startswith(_UTF_16) else "utf-8-sig")
    except UnicodeDecodeError:
        return None
    return None if _CONTROL.search(text) else text.replace("\r\n", "\n").replace("\r", "\n")


def _text_type(media_type: str | None, name: str | None) -> str:
    """What the sender says or the name tells, when that is a kind of text."""
    for told in (media_type, mimetypes.guess_type(name or "")[0]):
        plain = (told or "").partition(";")[0].strip().lower()
        if len(plain) <= 64 and _TEXT_TYPE.fullmatch(plain):
            return plain
    return "text/plain"


def _name(sent: str | None) -> str | None:
    """The file's own name, without folders and without what could be taken for something else."""
    own = re.split(r"[/\\]", sent or "")[-1]
    return _UNPRINTABLE.sub("_", own).strip(" .")[:MAX_NAME_CHARS] or None
