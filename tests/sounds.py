"""Voice messages for tests, made by hand: as long as they say, and nothing in them but silence or a tone."""

import hashlib
import io
import math
import struct
import wave

from nexus.sound import sound_type
from nexus.work_order import Attachment, AttachmentKind

MP3_FRAME = b"\xff\xfb\x90\x00" + bytes(413)  # 128 kbit/s at 44.1 kHz: 1,152 samples
MP3_FRAME_S = 1152 / 44_100


def a_wav(seconds: float = 2.0, *, tone: bool = True) -> bytes:
    """16 kHz, mono, 16 bits."""
    samples = (int(8000 * math.sin(n / 20)) if tone else 0 for n in range(int(16_000 * seconds)))
    data = b"".join(struct.pack("<h", sample) for sample in samples)
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16_000)
        file.writeframes(data)
    return buffer.getvalue()


def an_ogg(seconds: float = 2.0) -> bytes:
    """The headers of an Opus stream and a last page that ends it; there is no sound in it."""
    head = b"OpusHead" + struct.pack("<BBHIhB", 1, 1, 312, 48_000, 0, 0)
    return _page(2, 0, head) + _page(4, 312 + round(seconds * 48_000), b"\xfc\xff\xfe")


def _page(flags: int, granule: int, packet: bytes) -> bytes:
    head = struct.pack("<4sBBqIIIB", b"OggS", 0, flags, granule, 7, 0, 0, 1)
    return head + bytes([len(packet)]) + packet


def a_flac(seconds: float = 2.0) -> bytes:
    packed = 16_000 << 44 | 15 << 36 | int(16_000 * seconds)
    return b"fLaC\x80\x00\x00\x22" + bytes(10) + packed.to_bytes(8, "big") + bytes(16)


def an_m4a(seconds: float = 2.0) -> bytes:
    mvhd = struct.pack(">IIIII", 0, 0, 0, 1000, int(1000 * seconds)) + bytes(80)
    return (
        _box(b"ftyp", b"M4A \0\0\0\0")
        + _box(b"free", b"")
        + _box(b"mdat", b"\0" * 64)
        + _box(b"moov", _box(b"mvhd", mvhd))
    )


def _box(name: bytes, inside: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(inside), name) + inside


def a_webm(seconds: float | None = 2.0) -> bytes:
    """None: as a browser records it, without a length."""
    length = b"" if seconds is None else b"\x44\x89\x88" + struct.pack(">d", seconds * 1000)
    info = b"\x2a\xd7\xb1\x83" + (1_000_000).to_bytes(3, "big") + length
    return (
        b"\x1a\x45\xdf\xa3\x8b\x42\x82\x84webm"
        + b"\x15\x49\xa9\x66"
        + bytes([0x80 | len(info)])
        + info
        + bytes(3000)
    )


def an_mp3(frames: int = 100) -> bytes:
    """With an ID3 tag before it."""
    return b"ID3\x04\x00\x00\x00\x00\x00\x0a" + bytes(10) + MP3_FRAME * frames


def a_voice(data: bytes | None = None, *, text: str | None = None) -> Attachment:
    """A voice message as it is kept."""
    kept = data or an_ogg()
    digest = hashlib.sha256(kept).hexdigest()
    kind = sound_type(kept) or "audio/ogg"
    return Attachment(AttachmentKind.AUDIO, None, kind, len(kept), digest, data=kept, text=text)
