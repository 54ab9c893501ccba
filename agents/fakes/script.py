"""What a fake says: replies, faults, and the rules that choose between them.

Written by tests in Python (`Script.saying("Hello", Fault("http_status", status=429))`) and by people in a JSON
file for `python -m agents.fakes`. A `Script` is only data; `Playback` remembers how far it has been played.
"""

import re
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Annotated, ClassVar, Literal

from pydantic import ConfigDict, Discriminator, Tag, TypeAdapter, ValidationError

from agents.fakes.payload import JsonObject, last_user_message, whole_prompt
from nexus.errors import ConfigurationError

FaultKind = Literal[
    "http_status",  # the vendor's error envelope with `status`
    "connection_reset",  # a TCP reset before any byte
    "timeout_before_first_byte",  # never answers
    "stall",  # a part of the answer, then silence on an open connection
    "held_open",  # all of a stream, then silence on an open connection; whole answers: as `stall`
    "cut_stream",  # a part of the answer, then the connection closes
    "error_in_stream",  # status 200, a part of the answer, then the vendor's error event; whole answers: http_status
    "unfinished",  # status 200 and all of the text, but never the vendor's last word; whole answers: no finish reason
    "empty_body",  # status 200 and no byte
    "truncated_json",  # status 200 and half a body, properly ended
    "wrong_type",  # valid JSON of the wrong shape
    "empty_answer",  # a valid answer with no text in it
]
DEFAULT_TEXT = "Scripted answer from {model}."


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer. Tokens left at None are estimated at four bytes each; `input_tokens` excludes the cached ones.

    `delay_s` passes before the first byte, `chunk_delay_s` before every piece of a stream (pieces are words).
    The text is sent as it is: `max_tokens` does not shorten it, write `finish="length"` for that.
    `thinking` is shown by the Ollama fake only.
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    text: str
    finish: Literal["stop", "length", "refusal"] = "stop"
    delay_s: float = 0.0
    chunk_delay_s: float = 0.0
    input_tokens: int | None = None
    output_tokens: int | None = None
    cache_read_tokens: int = 0
    cache_write_tokens: int = 0
    thinking: str = ""

    def __post_init__(self) -> None:
        counts = (
            self.input_tokens or 0,
            self.output_tokens or 0,
            self.cache_read_tokens,
            self.cache_write_tokens,
        )
        if min(self.delay_s, self.chunk_delay_s, *counts) < 0:
            raise ValueError("delays and token counts cannot be negative")


@dataclass(frozen=True, slots=True)
class Fault:
    """One failure.

    Args:
        kind: what goes wrong, see `FaultKind`.
        status: HTTP status of `http_status` and `error_in_stream`.
        message: replaces the vendor's usual words for that status.
        code: replaces the vendor's error type (Anthropic) or code (OpenAI), e.g. "insufficient_quota".
        retry_after_s: sent as `Retry-After`, in seconds.
        retry_after_as: "date" sends it as an HTTP date, up to a second later, for dates are whole seconds;
            "ms" sends OpenAI's `retry-after-ms` in its place.
        text: the answer of which `stall`, `cut_stream` and `error_in_stream` send a part.
        after_chunks: how many pieces (words) of a stream are sent first; a whole answer breaks in its middle.
        body: sent as HTML in place of the vendor's envelope, as proxies do; only `http_status`.
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    kind: FaultKind
    status: int = 500
    message: str = ""
    code: str = ""
    retry_after_s: float | None = None
    retry_after_as: Literal["seconds", "date", "ms"] = "seconds"
    text: str = DEFAULT_TEXT
    after_chunks: int = 1
    body: str | None = None

    def __post_init__(self) -> None:
        if not 400 <= self.status <= 599:
            raise ValueError(f"status must be 400 to 599, not {self.status}")
        if self.after_chunks < 0 or (self.retry_after_s or 0) < 0:
            raise ValueError("after_chunks and retry_after_s cannot be negative")


def _turn_tag(value: object) -> str:
    return "fault" if isinstance(value, Fault) or (isinstance(value, dict) and "kind" in value) else "reply"


type Turn = Annotated[
    Annotated[Reply, Tag("reply")] | Annotated[Fault, Tag("fault")],
    Discriminator(_turn_tag),
]


@dataclass(frozen=True, slots=True)
class Rule:
    """Turns for the requests that match every given condition.

    Args:
        replies: used in order, one a request.
        model: glob on the model's name.
        last_user: regular expression searched in the last user message.
        prompt: regular expression searched in the whole prompt, system text included.
        path: glob on the URL path. None means model calls only; with a path such as "/api/tags" other
            requests can be made to fail too (their replies stay the real ones).
        repeat_last: after the last turn: say it again (True), or let later rules decide (False).
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    replies: tuple[Turn, ...]
    model: str = "*"
    last_user: str | None = None
    prompt: str | None = None
    path: str | None = None
    repeat_last: bool = True

    def __post_init__(self) -> None:
        if not self.replies:
            raise ValueError("replies must hold at least one reply or fault")
        for name, pattern in (("last_user", self.last_user), ("prompt", self.prompt)):
            try:
                re.compile(pattern or "")
            except re.error as error:
                raise ValueError(f"{name} is not a regular expression: {error}") from error

    def matches(self, path: str, body: JsonObject, *, chat: bool) -> bool:
        """Whether every condition holds for a request."""
        if not (chat if self.path is None else fnmatchcase(path, self.path)):
            return False
        if self.model != "*" and not fnmatchcase(str(body.get("model", "")), self.model):
            return False
        if self.last_user is not None and not re.search(self.last_user, last_user_message(body)):
            return False
        return self.prompt is None or re.search(self.prompt, whole_prompt(body)) is not None


@dataclass(frozen=True, slots=True)
class Script:
    """Rules in order; the first that matches and has a turn left speaks, else `default`.

    In the default reply's text `{model}` stands for the model that was asked.
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    rules: tuple[Rule, ...] = ()
    default: Turn = Reply(DEFAULT_TEXT)

    @classmethod
    def saying(cls, *turns: str | Reply | Fault) -> "Script":
        """The given turns in order to whoever asks; the last one repeats. A plain string is a `Reply`."""
        return cls((Rule(tuple(Reply(turn) if isinstance(turn, str) else turn for turn in turns)),))

    @classmethod
    def from_json(cls, text: str | bytes) -> "Script":
        """Read a script from JSON.

        Raises:
            ConfigurationError: one line that names every wrong field and says what was expected.
        """
        try:
            return _SCRIPT.validate_json(text)
        except ValidationError as error:
            found = (f"{'.'.join(map(str, e['loc'])) or 'script'}: {e['msg']}" for e in error.errors())
            raise ConfigurationError(f"The script is wrong: {'; '.join(found)}") from error


_SCRIPT = TypeAdapter(Script)


class Playback:
    """One run through a script. Not thread-safe: the server's loop is the only one that calls it."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self._used = [0] * len(script.rules)

    def next_turn(self, path: str, body: JsonObject, *, chat: bool) -> Reply | Fault | None:
        """The turn for a request, counted as used; None only for requests that are no model calls."""
        for index, rule in enumerate(self.script.rules):
            used = self._used[index]
            if (used < len(rule.replies) or rule.repeat_last) and rule.matches(path, body, chat=chat):
                self._used[index] = used + 1
                return rule.replies[min(used, len(rule.replies) - 1)]
        return _for_model(self.script.default, str(body.get("model", ""))) if chat else None


@lru_cache(maxsize=256)
def _for_model(default: Reply | Fault, model: str) -> Reply | Fault:
    return replace(default, text=default.text.replace("{model}", model))
