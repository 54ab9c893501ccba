"""An attachment as a response: a file to be saved, whose type nobody is to guess."""

from typing import Final
from urllib.parse import quote

from starlette.responses import Response

from nexus import sound
from nexus.work_order import Attachment, AttachmentKind

ENDINGS: Final = {"image/jpeg": "jpg", "image/png": "png", **sound.ENDINGS}


def file_response(attachment: Attachment, n: int) -> Response:
    """Its bytes; a document's text as plain text, whatever it was sent as, so that no browser runs it."""
    text = attachment.text if attachment.kind is AttachmentKind.DOCUMENT else None
    body = attachment.data if text is None else text.encode()
    media_type = attachment.media_type if text is None else "text/plain; charset=utf-8"
    headers = {
        "Content-Disposition": _disposition(attachment, n),
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
    }
    return Response(body or b"", headers=headers, media_type=media_type)


def _disposition(attachment: Attachment, n: int) -> str:
    """RFC 6266, with the name in UTF-8 as RFC 8187 writes it."""
    name = attachment.name or f"attachment-{n}.{ENDINGS.get(attachment.media_type, 'txt')}"
    return f"attachment; filename*=UTF-8''{quote(name, safe='')}"
