"""The local transcriber: one sound on stdin, one line of JSON on stdout. Run by `agents.voice_engine`, never imported.

    python voice_child.py MODEL_FILE LONGEST_S LANGUAGE  <voice.ogg

Files of strangers are decoded here, so this process has nothing to lose: no key in its environment, no file that it
may write, little memory and time, and it ends after one sound. It imports nothing of the company.

Decoding: libsndfile (Ogg Opus and Vorbis, MP3, WAV, FLAC); FFmpeg by PyAV for the rest, where it is installed.
Words: whisper.cpp, https://github.com/ggml-org/whisper.cpp.
"""

import contextlib
import io
import json
import os
import resource
import sys
from importlib import import_module
from typing import Any

HZ = 16_000
SILENT = 1e-4
"""Loudest sample of a sound in which nobody speaks; whisper makes up words for silence."""

MARKS = ("[", "(", "*", "♪")
"""How a segment begins that is no speech: `[BLANK_AUDIO]`, `(wind)`, `*coughs*`."""

MEMORY = 3 << 30


class Broken(Exception):
    """It cannot be played."""


class TooLong(Exception):
    """It lasts longer than it may."""


def main() -> int:
    """Write `{"text", "seconds"}`, or `{"error"}` with `broken` or `too_long`; anything else is a crash."""
    model, longest_s, language = sys.argv[1], float(sys.argv[2]), sys.argv[3]
    _limit(model)
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what libraries print is none of the reply
    try:
        samples = _decoded(sys.stdin.buffer.read(), longest_s)
        reply = {"text": _words(samples, model, language), "seconds": len(samples) / HZ}
    except (Broken, MemoryError) as error:
        reply = {"error": "broken", "why": str(error)[:200] or "it wants too much memory"}
    except TooLong:
        reply = {"error": "too_long"}
    with out:
        json.dump(reply, out)
    return 0


def _limit(model: str) -> None:
    """The kernel ends what wants more memory than a model and a sound need, or writes a file."""
    most = MEMORY + 3 * os.path.getsize(model)  # noqa: PTH202 - before anything else is imported
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _decoded(data: bytes, longest_s: float) -> Any:  # noqa: ANN401 - a numpy array of float32, mono, 16 kHz
    soundfile = import_module("soundfile")
    try:
        with soundfile.SoundFile(io.BytesIO(data)) as file:
            most = int(longest_s * file.samplerate) + 1
            samples = file.read(most, dtype="float32", always_2d=True).mean(axis=1)
            if len(samples) >= most:
                raise TooLong
            hz = file.samplerate
    except (RuntimeError, TypeError, ValueError, OSError) as error:  # soundfile's own is a RuntimeError
        return _decoded_by_ffmpeg(data, longest_s, error)
    return samples if hz == HZ else import_module("soxr").resample(samples, hz, HZ)


def _decoded_by_ffmpeg(data: bytes, longest_s: float, why: Exception) -> Any:  # noqa: ANN401 - as `_decoded`
    try:
        av, numpy = import_module("av"), import_module("numpy")
    except ImportError:
        raise Broken(f"{why}; M4A and WebM need PyAV besides") from why
    chunks: list[Any] = []
    length = 0
    try:
        with av.open(io.BytesIO(data)) as container:
            resampler = av.AudioResampler(format="flt", layout="mono", rate=HZ)
            for frame in container.decode(audio=0):
                new = [piece.to_ndarray()[0] for piece in resampler.resample(frame)]
                chunks += new
                length += sum(map(len, new))
                if length > longest_s * HZ:
                    raise TooLong
    except (OSError, ValueError, IndexError) as error:  # PyAV's own are among them
        raise Broken(str(error)) from error
    if not chunks:
        raise Broken("there is no sound in it")
    return numpy.concatenate(chunks)


def _words(samples: Any, model: str, language: str) -> str:  # noqa: ANN401 - as `_decoded`
    if not len(samples) or abs(samples).max() < SILENT:
        return ""
    engine = import_module("pywhispercpp.model")
    with contextlib.redirect_stdout(sys.stderr):
        whisper = engine.Model(
            model,
            n_threads=os.cpu_count() or 1,
            language=language,
            print_progress=False,
            print_realtime=False,
            no_context=True,
            suppress_blank=True,
        )
        said = [segment.text.strip() for segment in whisper.transcribe(samples)]
    return " ".join(text for text in said if text and not text.startswith(MARKS))


if __name__ == "__main__":
    sys.exit(main())
