"""Pictures as the company keeps them: what is really one, upright, of modest size, and without a word about itself.

The file's bytes say what it is, not its name. It is decoded, turned as its EXIF data says, made smaller and encoded
anew, so nothing of the file itself is kept: no EXIF, no place, no comment, no thumbnail, nothing behind its end.

`clean_picture` takes CPU and memory and is called in a thread by `gateway.attachments`. What it does is bounded before
it begins: the pixels (a file of some kilobytes can claim billions) and the scans of a progressive JPEG (each of
thousands would cost as much as a whole picture).
"""

import io
import struct
import zlib
from dataclasses import dataclass
from typing import Final

from PIL import ExifTags, Image, UnidentifiedImageError

FORMATS: Final = ("JPEG", "PNG", "WEBP", "GIF")
MAX_PIXELS: Final = {"JPEG": 50_000_000, "MPO": 50_000_000}  # MPO: a JPEG with more behind it, as phones take
MAX_PIXELS_ELSE: Final = 34_000_000
"""Room for 8K screens. A JPEG is decoded small; others are decoded whole, in up to 17 bytes a pixel."""

MAX_SIDE: Final = 1_568
"""Pixels on the long side: what Claude looks at; OpenAI's models look at no more (`agents.pictures` counts with it)."""

MAX_SCANS: Final = 100
"""Progressive JPEGs have about ten."""

MAX_PNG_BYTES: Final = 1024 * 1024
JPEG_QUALITY: Final = 85
_DEEP_GREY: Final = ("I", "I;16", "I;16L", "I;16B")
_TURNS: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""EXIF's orientations, https://www.cipa.jp/std/documents/e/DC-008-2012_E.pdf, 4.6.4."""
_SCAN: Final = b"\xff\xda"  # inside compressed data an 0xFF is followed by 0x00
_BROKEN: Final = (
    OSError,  # UnidentifiedImageError among them
    ValueError,
    TypeError,
    SyntaxError,
    LookupError,
    ArithmeticError,
    AttributeError,
    EOFError,
    MemoryError,
    RecursionError,
    NotImplementedError,
    struct.error,
    zlib.error,
)
"""What Pillow raises on files that are broken or made to break it."""


class NoPicture(Exception):
    """The file is no picture that can be taken; the message says why, for its sender."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A clean picture."""

    data: bytes
    media_type: str


def clean_picture(file: bytes) -> Picture:
    """The picture in `file`, clean, as JPEG, or as PNG where it is partly transparent and stays small.

    Of an animation the first frame.

    Raises:
        NoPicture: it is none of JPEG, PNG, WebP and GIF, is broken, or has too many pixels.
    """
    if file.count(_SCAN) > MAX_SCANS and file.startswith(b"\xff\xd8"):
        raise NoPicture("is not an ordinary JPEG: it has more than a hundred scans")
    try:
        with Image.open(io.BytesIO(file), formats=FORMATS) as image:
            _check_size(image)
            return _encoded(_upright_and_small(image))
    except UnidentifiedImageError:
        raise NoPicture("is none of the pictures that work: JPEG, PNG, WebP and GIF") from None
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise NoPicture("has far too many pixels") from None
    except _BROKEN:
        raise NoPicture("is a broken picture: it cannot be decoded") from None


def _check_size(image: Image.Image) -> None:
    (width, height), most = image.size, MAX_PIXELS.get(image.format or "", MAX_PIXELS_ELSE)
    if width * height > most:
        raise NoPicture(f"has {width} x {height} pixels; {most:,} in all are the most of a {image.format}")


def _upright_and_small(image: Image.Image) -> Image.Image:
    turn = _turn(image)
    image.draft("RGB", (MAX_SIDE, MAX_SIDE))  # of a big JPEG not every pixel is decoded
    plain = _in_eight_bits(image)
    plain.thumbnail((MAX_SIDE, MAX_SIDE), Image.Resampling.LANCZOS, reducing_gap=2.0)
    return plain.transpose(turn) if turn is not None else plain


def _turn(image: Image.Image) -> Image.Transpose | None:
    """What brings it upright; a picture whose EXIF data is broken is taken as it lies."""
    try:
        return _TURNS.get(image.getexif().get(ExifTags.Base.Orientation, 1))
    except (*_BROKEN, UserWarning):
        return None


def _in_eight_bits(image: Image.Image) -> Image.Image:
    """As RGB, or RGBA where something may be transparent."""
    if image.mode in _DEEP_GREY:
        return image.convert("I").point(lambda value: value / 256).convert("L").convert("RGB")
    mode = "RGBA" if image.has_transparency_data else "RGB"
    return image if image.mode == mode else image.convert(mode)


def _encoded(image: Image.Image) -> Picture:
    """Encoded anew, from the pixels alone: what Pillow knows of the file besides them is dropped first."""
    image.info.clear()
    if image.mode == "RGBA":
        if image.getchannel("A").getextrema() != (255, 255):
            data = _saved(image, "PNG")
            if len(data) <= MAX_PNG_BYTES:
                return Picture(data, "image/png")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("RGB")
    return Picture(_saved(image, "JPEG", quality=JPEG_QUALITY), "image/jpeg")


def _saved(image: Image.Image, format_: str, **options: int) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, format_, **options)
    return buffer.getvalue()
