"""What a voice message is and how long it lasts, by its bytes alone."""

import random

import pytest

from nexus.sound import LEAST_BYTES_PER_S, most_seconds_of, seconds_of, sound_type
from tests.sounds import MP3_FRAME_S, a_flac, a_wav, a_webm, an_m4a, an_mp3, an_ogg

FILES = {
    "audio/ogg": (an_ogg(7.5), 7.5),
    "audio/wav": (a_wav(1.5), 1.5),
    "audio/flac": (a_flac(3), 3.0),
    "audio/mp4": (an_m4a(61), 61.0),
    "audio/webm": (a_webm(12.5), 12.5),
    "audio/mpeg": (an_mp3(100), 100 * MP3_FRAME_S),
}


@pytest.mark.parametrize("kind", FILES)
def test_a_file_is_what_its_bytes_say_and_as_long_as_its_headers_say(kind: str) -> None:
    data, seconds = FILES[kind]
    assert sound_type(data) == kind
    assert seconds_of(data) == pytest.approx(seconds)
    assert most_seconds_of(data) == pytest.approx(seconds)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"OggS",
        b"hello there",
        b"\xff\xd8\xff\xe0" + bytes(400),
        b"RIFF\0\0\0\0WEBP",
        b"\xff\xfb",
        b"ID3\x04",
    ],
)
def test_what_is_no_sound_is_told(data: bytes) -> None:
    assert sound_type(data) is None
    assert seconds_of(data) is None


def test_a_recording_that_does_not_tell_its_length_is_bounded_by_its_size() -> None:
    data = a_webm(None)
    assert sound_type(data) == "audio/webm"
    assert seconds_of(data) is None
    assert most_seconds_of(data) == len(data) / LEAST_BYTES_PER_S


@pytest.mark.parametrize("kind", FILES)
def test_a_file_that_is_cut_or_broken_raises_nothing(kind: str) -> None:
    data, chance = FILES[kind][0], random.Random(7)
    for _ in range(300):
        broken = bytearray(data[: chance.randrange(len(data))])
        for _ in range(min(5, len(broken))):
            broken[chance.randrange(min(200, len(broken)))] = chance.randrange(256)
        seconds_of(bytes(broken))
        assert most_seconds_of(bytes(broken)) > 0


def test_a_large_mp3_is_measured_in_no_time() -> None:
    """20 MiB are 50,000 frames."""
    frames = 20 * 1024 * 1024 // 417
    assert seconds_of(an_mp3(frames)) == pytest.approx(frames * MP3_FRAME_S)
