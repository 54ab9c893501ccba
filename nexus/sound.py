"""Voice messages: what kind of file one is, by its bytes, and how long it lasts, without decoding anything.

Used by the gateway, which refuses what is no sound, and by the workers, which must know a call's worst case before it
is made. Only headers are read, so a hostile file can lie about its length; it cannot make the reader slow or large.
"""

import struct
from collections.abc import Callable
from typing import Final

LISTEN: Final = "Listen to the voice message and do what it says."
"""What a message says that brings a voice message and no words; the transcript takes its place."""

KINDS: Final = "Ogg (Opus or Vorbis), MP3, M4A, WAV, WebM and FLAC"

LEAST_BYTES_PER_S: Final = 750
"""6 kbit/s, the least that Opus makes of speech (RFC 6716): bounds the length of what does not tell its own."""

ENDINGS: Final = {
    "audio/ogg": "ogg",
    "audio/mpeg": "mp3",
    "audio/mp4": "m4a",
    "audio/wav": "wav",
    "audio/webm": "webm",
    "audio/flac": "flac",
}
"""By these a file is sent on: transcribers go by its name."""

OPUS_HZ: Final = 48_000
MAX_BOXES: Final = 1_000

# ISO 11172-3 and 13818-3, table of bit rates (kbit/s) for layer III; sample rates by version.
_RATES_V1: Final = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
_RATES_V2: Final = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
_HZ: Final = {3: (44_100, 48_000, 32_000), 2: (22_050, 24_000, 16_000), 0: (11_025, 12_000, 8_000)}
_AUDIO_BRANDS: Final = (
    b"M4A ",
    b"M4B ",
    b"mp42",
    b"mp41",
    b"isom",
    b"iso2",
    b"iso4",
    b"iso5",
    b"iso6",
    b"dash",
)


def sound_type(data: bytes) -> str | None:
    """The file's media type by its first bytes, e.g. `audio/ogg`; None when it is no sound that is taken."""
    if data.startswith(b"OggS") and any(mark in data[:512] for mark in (b"OpusHead", b"\x01vorbis")):
        return "audio/ogg"
    if data.startswith(b"RIFF") and data[8:12] == b"WAVE":
        return "audio/wav"
    if data.startswith(b"fLaC"):
        return "audio/flac"
    if data.startswith(b"\x1a\x45\xdf\xa3") and b"webm" in data[:64]:
        return "audio/webm"
    if data[4:8] == b"ftyp" and data[8:12] in _AUDIO_BRANDS:
        return "audio/mp4"
    start = _after_id3(data)
    frame = _mp3_frame(data, start)
    if frame is not None and (_mp3_frame(data, start + frame[0]) or start + frame[0] >= len(data)):
        return "audio/mpeg"
    return None


def seconds_of(data: bytes) -> float | None:
    """How long it lasts by its own headers; None when it does not tell, or tells nonsense."""
    read = _READERS.get(sound_type(data) or "")
    try:
        seconds = read(data) if read else None
    except (struct.error, IndexError, ValueError, ZeroDivisionError):
        return None
    return seconds if seconds is not None and 0 < seconds < 1e7 else None


def most_seconds_of(data: bytes) -> float:
    """The longest that it can be as far as is known: what it tells, else a bound by its size."""
    told = seconds_of(data)
    return told if told is not None else max(1.0, len(data) / LEAST_BYTES_PER_S)


def _ogg_s(data: bytes) -> float | None:
    """The last page's granule position (RFC 3533), over the sample rate (RFC 7845, Vorbis I 4.2.2)."""
    last = data.rfind(b"OggS")
    (granule,) = struct.unpack_from("<q", data, last + 6)
    opus = data.find(b"OpusHead", 0, 512)
    if opus >= 0:
        (skipped,) = struct.unpack_from("<H", data, opus + 10)
        return float((granule - skipped) / OPUS_HZ)
    (hz,) = struct.unpack_from("<I", data, data.find(b"\x01vorbis", 0, 512) + 12)
    return float(granule / hz)


def _wav_s(data: bytes) -> float | None:
    bytes_per_s, at = 0, 12
    for _ in range(MAX_BOXES):
        if at + 8 > len(data):
            return None
        name, size = data[at : at + 4], struct.unpack_from("<I", data, at + 4)[0]
        if name == b"fmt ":
            (bytes_per_s,) = struct.unpack_from("<I", data, at + 16)
        elif name == b"data":
            return float(min(size, len(data) - at - 8) / bytes_per_s)
        at += 8 + size + size % 2
    return None


def _flac_s(data: bytes) -> float | None:
    """STREAMINFO, RFC 9639 8.2: 20 bits of sample rate, 8 of other things, 36 of samples."""
    packed = int.from_bytes(data[18:26], "big")
    return (packed & (1 << 36) - 1) / (packed >> 44)


def _mp4_s(data: bytes) -> float | None:
    """`moov/mvhd`, ISO 14496-12 8.2.2; in fragmented files it may be 0, which tells nothing."""
    moov = _box(data, b"moov", 0, len(data))
    mvhd = _box(data, b"mvhd", *moov) if moov else None
    if mvhd is None:
        return None
    at = mvhd[0]
    if data[at] == 1:
        scale, length = struct.unpack_from(">IQ", data, at + 20)
    else:
        scale, length = struct.unpack_from(">II", data, at + 12)
    return float(length / scale)


def _box(data: bytes, name: bytes, at: int, end: int) -> tuple[int, int] | None:
    """Where the inside of the box called `name` begins and ends."""
    for _ in range(MAX_BOXES):
        if at + 8 > end:
            return None
        size, head = struct.unpack_from(">I", data, at)[0], 8
        if size == 1:
            size, head = struct.unpack_from(">Q", data, at + 8)[0], 16
        if size == 0:
            size = end - at
        if size < head:
            return None
        if data[at + 4 : at + 8] == name:
            return at + head, min(at + size, end)
        at += size
    return None


def _webm_s(data: bytes) -> float | None:
    """`Duration`, RFC 9559 5.1.2.10; what a browser records as it goes has none."""
    scale = 1_000_000
    info = data.find(b"\x15\x49\xa9\x66", 0, 4096)
    if info >= 0:
        found = data.find(b"\x2a\xd7\xb1\x83", info, info + 512)
        if found >= 0:
            scale = int.from_bytes(data[found + 4 : found + 7], "big")
        found = data.find(b"\x44\x89", info, info + 512)
        if found >= 0 and data[found + 2] in (0x84, 0x88):
            form = ">f" if data[found + 2] == 0x84 else ">d"
            return float(struct.unpack_from(form, data, found + 3)[0] * scale / 1e9)
    return None


def _mp3_s(data: bytes) -> float | None:
    """Frame by frame, which is exact for variable bit rates too; 20 MiB have some ten thousands of them."""
    at, seconds = _after_id3(data), 0.0
    while (frame := _mp3_frame(data, at)) is not None:
        at += frame[0]
        seconds += frame[1]
    return seconds


def _after_id3(data: bytes) -> int:
    """Where the frames begin: behind an ID3v2 tag, whose size has seven bits a byte."""
    if not data.startswith(b"ID3") or len(data) < 10:
        return 0
    a, b, c, d = data[6:10]
    return 10 + (a << 21 | b << 14 | c << 7 | d)


def _mp3_frame(data: bytes, at: int) -> tuple[int, float] | None:
    """Bytes and seconds of the layer III frame that begins at `at`; None when none does."""
    if at + 4 > len(data) or data[at] != 0xFF or data[at + 1] & 0xE0 != 0xE0:
        return None
    version, layer = data[at + 1] >> 3 & 3, data[at + 1] >> 1 & 3
    rate, hz, padding = data[at + 2] >> 4, data[at + 2] >> 2 & 3, data[at + 2] >> 1 & 1
    if version not in _HZ or layer != 1 or rate in (0, 15) or hz == 3:
        return None
    kbit_s = (_RATES_V1 if version == 3 else _RATES_V2)[rate]
    samples = 1152 if version == 3 else 576
    length = samples * 125 * kbit_s // _HZ[version][hz] + padding
    return length, samples / _HZ[version][hz]


_READERS: Final[dict[str, Callable[[bytes], float | None]]] = {
    "audio/ogg": _ogg_s,
    "audio/wav": _wav_s,
    "audio/flac": _flac_s,
    "audio/mp4": _mp4_s,
    "audio/webm": _webm_s,
    "audio/mpeg": _mp3_s,
}
