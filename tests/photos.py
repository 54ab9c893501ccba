"""Pictures and documents for tests: photos with a place in their EXIF data, bombs, and what is kept of them."""

import base64
import hashlib
import io
import struct
import zlib
from typing import Any

from PIL import ExifTags, Image

from nexus.work_order import Attachment, AttachmentKind

CAMERA = "Nexus Testcam 9000"
LATITUDE = (52.0, 31.0, 12.0)
PLACE = struct.pack(">6I", 52, 1, 31, 1, 12, 1)
"""The latitude as EXIF writes it: three fractions, the high byte first as in `a_photo`."""

LEFT, RIGHT = (220, 30, 30), (30, 30, 220)


def a_photo(width: int = 120, height: int = 80, *, turned: int = 1, format_: str = "JPEG") -> bytes:
    """Red on its left half and blue on its right, with camera, place and comment."""
    image = Image.new("RGB", (width, height), LEFT)
    image.paste(RIGHT, (width // 2, 0, width, height))
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = turned
    exif[ExifTags.Base.Model] = CAMERA
    exif.get_ifd(ExifTags.IFD.GPSInfo).update(
        {ExifTags.GPS.GPSLatitudeRef: "N", ExifTags.GPS.GPSLatitude: LATITUDE}
    )
    return saved(image, format_, exif=exif)


def saved(image: Image.Image, format_: str, **options: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, format_, **options)
    return buffer.getvalue()


def a_bomb(width: int = 60_000, height: int = 60_000) -> bytes:
    """A PNG of some hundred bytes that claims billions of pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"\0" * 100_000)
    parts = chunk(b"IHDR", head), chunk(b"IDAT", pixels), chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def sent(
    data: bytes | str, kind: str = "image", name: str | None = None, media_type: str | None = None
) -> dict[str, str]:
    """An attachment as POST /api/chat takes it."""
    file = data.encode() if isinstance(data, str) else data
    given = {"kind": kind, "data": base64.b64encode(file).decode(), "name": name, "media_type": media_type}
    return {field: value for field, value in given.items() if value is not None}


def a_picture(data: bytes | None = None) -> Attachment:
    """A picture as it is kept."""
    kept = data or saved(Image.new("RGB", (64, 48), LEFT), "JPEG")
    digest = hashlib.sha256(kept).hexdigest()
    return Attachment(AttachmentKind.IMAGE, None, "image/jpeg", len(kept), digest, data=kept)


def a_document(text: str = "The report.", name: str | None = "report.txt") -> Attachment:
    """A document as it is kept."""
    kept = text.encode()
    digest = hashlib.sha256(kept).hexdigest()
    return Attachment(AttachmentKind.DOCUMENT, name, "text/plain", len(kept), digest, text=text)
