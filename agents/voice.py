"""Who turns voice messages into words: one transcriber and no other after it, for a voice may have to stay at home.

Used by the workers' step before triage (`agents.voice_step`), by the beats that health reads, and by `nexus doctor`.
"""

import ipaddress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from agents.config import AgentSettings, ModelChoice, Provider

OPENAI_VOICE: Final = "gpt-4o-mini-transcribe"
SERVER_VOICE: Final = "whisper-1"
"""What servers of one's own call their model when they call it anything: whisper.cpp, LocalAI, Speaches take it."""

NOBODY: Final = (
    "Voice messages need a transcriber: set OPENAI_API_KEY, or VOICE_BASE_URL for a server of yours, or install the "
    "extra `voice` and set VOICE_MODEL_PATH."
)
TURNED_OFF: Final = "Voice messages are turned off: VOICE_MODEL is `none`; empty it to have them understood."
ENGINE: Final = ("pywhispercpp", "soundfile", "soxr")
GGML: Final = b"lmgg"
"""How a model file of whisper.cpp begins; the engine crashes on others."""

HOME_NAMES: Final = (".local", ".lan", ".internal", ".home.arpa", ".localhost")


@dataclass(frozen=True, slots=True)
class Voice:
    """Who listens; without a `choice` the `problem` is one line that names the fix."""

    choice: ModelChoice | None
    problem: str | None = None

    @property
    def text(self) -> str:
        """In a few words, for health and `nexus doctor`."""
        if self.choice is None:
            return self.problem or NOBODY
        if is_engine(self.choice):
            return f"{self.choice.model} (whisper.cpp on this machine, free)"
        where = "free" if self.choice.is_local else "paid"
        host = urlsplit(self.choice.base_url or "").hostname
        return f"{self.choice.model} ({f'at {host}' if host else 'openai'}, {where})"


def find_voice(settings: AgentSettings) -> Voice:
    """By the settings alone; nobody is asked anything."""
    named = settings.voice_model.strip()
    provider, slash, model = named.partition("/")
    if named.lower() == "none":
        return Voice(None, TURNED_OFF)
    if slash and provider == Provider.SCRIPTED.value:
        return Voice(ModelChoice(Provider.SCRIPTED, model))
    if slash and provider == Provider.OPENAI.value and settings.voice_base_url is None:
        return _openai(settings, model)
    if settings.voice_model_path:
        return _engine(settings.voice_model_path)
    if settings.voice_base_url:
        return _server(settings, settings.voice_base_url, named.removeprefix("openai/"))
    return _openai(settings, named)


def is_engine(choice: ModelChoice) -> bool:
    """True for the engine that runs in a child process of the worker."""
    return choice.provider is Provider.LOCAL and choice.base_url is None


def _engine(path: str) -> Voice:
    missing = [name for name in ENGINE if find_spec(name) is None]
    if missing:
        problem = (
            f"VOICE_MODEL_PATH needs the extra `voice` ({', '.join(missing)} is missing): run `make voice`."
        )
        return Voice(None, problem)
    try:
        with Path(path).expanduser().open("rb") as file:
            is_model = file.read(len(GGML)) == GGML
    except OSError as error:
        reason = error.strerror or type(error).__name__
        return Voice(
            None,
            f"VOICE_MODEL_PATH={path} cannot be read ({reason}): see docs/voice.md for where to get one.",
        )
    if not is_model:
        return Voice(None, f"VOICE_MODEL_PATH={path} is no model of whisper.cpp (ggml): see docs/voice.md.")
    return Voice(ModelChoice(Provider.LOCAL, Path(path).stem))


def _server(settings: AgentSettings, url: str, model: str) -> Voice:
    model = model or SERVER_VOICE
    if is_at_home(url):
        return Voice(ModelChoice(Provider.LOCAL, model, url))
    price = settings.model_prices.get(f"{Provider.OPENAI.value}/{model}")
    return Voice(ModelChoice(Provider.OPENAI, model, url, own_price=price))


def _openai(settings: AgentSettings, model: str) -> Voice:
    if settings.openai_api_key is None:
        return Voice(None, NOBODY)
    model = model or OPENAI_VOICE
    price = settings.model_prices.get(f"{Provider.OPENAI.value}/{model}")
    return Voice(ModelChoice(Provider.OPENAI, model, settings.openai_base_url, own_price=price))


def is_at_home(url: str) -> bool:
    """Whether a server is the owner's by its address: loopback, private or link-local, or a name only known at home."""
    host = (urlsplit(url).hostname or "").lower().rstrip(".")
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return bool(host) and ("." not in host or host.endswith(HOME_NAMES))
    return address.is_private or address.is_loopback or address.is_link_local
