"""The local transcriber's keeper: one child process a voice message, with an end, and one at a time.

The child (`agents.voice_child`) decodes what strangers send and may crash, hang or be killed by its limits; a worker
only reads what it says. It gets no environment but where programs are, so no key of ours is in its memory.
"""

import asyncio
import json
import os
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Final

from agents.completion import Completion, Finish, ModelRefusesCall, ModelRequest, ModelUnavailable, Trouble
from agents.config import AgentSettings
from nexus.logs import get_logger
from nexus.started import started
from nexus.usage import NOTHING_USED

log = get_logger(__name__)

CHILD: Final = Path(__file__).with_name("voice_child.py")
KEPT: Final = ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "SYSTEMROOT")
MAX_REPLY_BYTES: Final = 1024 * 1024


class VoiceEngine:
    """Turns sounds into words on this machine. Its answers are free."""

    def __init__(self, settings: AgentSettings, child: Path = CHILD) -> None:
        self._model = str(Path(settings.voice_model_path or "").expanduser())
        self._longest_s = settings.voice_max_s
        self._child = child
        self._free = asyncio.Semaphore(1)  # one takes every core already

    async def complete(self, request: ModelRequest) -> Completion:
        """The words of the request's sound.

        Raises:
            ModelRefusesCall: it cannot be played, crashes the child, or is too long.
            ModelUnavailable: the child failed, or did not end in time; nothing was spent.
        """
        began, label = time.monotonic(), request.choice.label
        try:
            async with asyncio.timeout(request.timeout_s), self._free:
                code, said = await self._run(request.sound.attachment.data or b"" if request.sound else b"")
        except TimeoutError:
            why = f"{label} was not done within {request.timeout_s:g} s"
            raise ModelUnavailable(why, trouble=Trouble.TIMEOUT) from None
        text = self._text(label, code, said)
        return Completion(text, Finish.STOP, NOTHING_USED, int((time.monotonic() - began) * 1000), None)

    async def _run(self, sound: bytes) -> tuple[int, bytes]:
        """The child's exit code and what it said; it is killed when the caller is cancelled."""
        command = (sys.executable, "-I", str(self._child), self._model, f"{self._longest_s:g}", "auto")
        start = asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env={name: os.environ[name] for name in KEPT if name in os.environ},
            cwd="/",
        )
        async with started(start, _end) as child:
            said, _ = await child.communicate(sound)
        return child.returncode or 0, said

    def _text(self, label: str, code: int, said: bytes) -> str:
        try:
            reply = json.loads(said) if code == 0 and len(said) <= MAX_REPLY_BYTES else None
        except ValueError:
            reply = None
        match reply:
            case {"text": str(text)}:
                return text
            case {"error": "broken", "why": str(why)}:
                raise ModelRefusesCall(f"{label}: it cannot be played: {why}")
            case {"error": "too_long"}:
                raise ModelRefusesCall(f"{label}: it is longer than VOICE_MAX_S={self._longest_s:g} s")
        log.warning("voice.engine_failed", model=label, exit_code=code)
        if code < 0:  # it would again: a file that makes a decoder crash is broken, or made for that
            raise ModelRefusesCall(f"{label}: playing it ended the transcriber's process (signal {-code})")
        raise ModelUnavailable(f"{label}: the transcriber's process ended with {code} and without an answer")


async def _end(child: asyncio.subprocess.Process) -> None:
    if child.returncode is None:
        with suppress(ProcessLookupError):
            child.kill()
        await asyncio.shield(child.wait())
