"""What the fakes know of pictures: whether base64 holds one, of which type, and which models see.

The three originals decode what they are sent and refuse what is no picture or not the one that was announced.
"""

import base64
import binascii
import re

VISION = re.compile(r"vl\b|vl:|vision|llava|pixtral|minicpm-v|gemma-?3|llama4|moondream", re.IGNORECASE)
BLIND_AT_OPENAI = re.compile(r"gpt-3\.5|gpt-4(-\d{4})?$|o1-mini|o1-preview|o3-mini")
TYPES = ("image/jpeg", "image/png", "image/gif", "image/webp")
_BASE64_OF_A_PICTURE = re.compile(rb"[A-Za-z0-9+/=]{400,}")
TOKENS_A_PICTURE = 1_500


def decoded(text: str) -> bytes | None:
    """What base64 stands for; None when it is none."""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None


def type_of(data: bytes) -> str | None:
    """A picture's type by its first bytes; None when it is none of the four."""
    if data.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if data.startswith((b"GIF87a", b"GIF89a")):
        return "image/gif"
    return "image/webp" if data[:4] == b"RIFF" and data[8:12] == b"WEBP" else None


def sees(model: str) -> bool:
    """Whether a model of one's own server sees; the fakes know the usual families by name."""
    return VISION.search(model) is not None


def size_without_pictures(raw: bytes) -> tuple[int, int]:
    """A request's bytes without its pictures, and how many of these it has."""
    pictures = _BASE64_OF_A_PICTURE.findall(raw)
    return len(raw) - sum(map(len, pictures)), len(pictures)
