"""How each vendor says its answer, whole or streamed. One reader per vendor; the vendor's own words decide.

We read replies ourselves, because LiteLLM (1.106.1) takes what is not finished for finished: a stream that ends early
gets the finish `stop`, so do finish reasons it does not know (`model_context_window_exceeded`), a line that is no JSON
is skipped, a piece of text that holds "[DONE]" ends an answer of a local server, and a hundred equal pieces are an
error. Its reader also takes 0.2 ms of CPU a piece and more, ours 0.012.

A reply counts only when the vendor's last word has come: `message_stop`, `[DONE]`, `"done": true`, or for a whole
reply its finish reason. Sources: https://platform.claude.com/docs/en/build-with-claude/streaming,
https://platform.openai.com/docs/api-reference/chat-streaming, https://github.com/ollama/ollama/blob/main/docs/api.md
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from agents.completion import Finish
from agents.config import Provider
from nexus.usage import Usage

type Json = dict[str, Any]

FINISHES: Final = {
    "end_turn": Finish.STOP,  # Anthropic
    "stop_sequence": Finish.STOP,
    "max_tokens": Finish.LENGTH,
    "model_context_window_exceeded": Finish.LENGTH,
    "refusal": Finish.REFUSAL,
    "stop": Finish.STOP,  # OpenAI, Ollama
    "length": Finish.LENGTH,
    "content_filter": Finish.REFUSAL,
}
"""Every reason that ends an answer. Others (tool calls, which are never asked for; vLLM's `abort`) end none."""


class BrokenReply(Exception):
    """The reply is not an answer: cut off, an error in its middle, or nothing where it should be."""


@dataclass(slots=True)
class Reading:
    """An answer as far as it has been read. `word` is the vendor's own reason for its end."""

    texts: list[str] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)
    word: str | None = None
    usage: Json = field(default_factory=dict)
    request_id: str | None = None
    ended: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer that is whole."""

    text: str
    finish: Finish
    usage: Usage
    request_id: str | None


def read_whole(provider: Provider, raw: bytes) -> Answer:
    """The answer in a reply that was not streamed.

    Raises:
        BrokenReply: there is none, or it is not finished.
    """
    reading = Reading()
    try:
        _WHOLE[provider](_object(raw), reading)
    except (AttributeError, KeyError, IndexError, TypeError) as error:
        raise BrokenReply(f"the reply has no answer in it ({error!r})") from error
    return finished(provider, reading)


def read_line(provider: Provider, line: str, reading: Reading) -> None:
    """Add one line of a stream to `reading`.

    Raises:
        BrokenReply: the provider reports an error, or the line is not what the vendor sends.
    """
    if not line or line.startswith(":"):
        return
    if provider is not Provider.OLLAMA:
        name, _, line = line.partition(":")
        if name != "data":
            return
        if line.strip() == "[DONE]":
            reading.ended = True
            return
    event = _object(line)
    if event.get("error"):
        raise BrokenReply(f"an error in the middle of the answer: {_words(event['error'])}")
    try:
        _EVENT[provider](event, reading)
    except (AttributeError, KeyError, IndexError, TypeError) as error:
        raise BrokenReply(f"the stream has something else where the answer should be ({error!r})") from error


def finished(provider: Provider, reading: Reading) -> Answer:
    """What was read, when it is a whole answer.

    Raises:
        BrokenReply: the vendor has not said so, or not what the answer used.
    """
    if not reading.ended:
        raise BrokenReply("the answer was cut off")
    finish = FINISHES.get(str(reading.word))
    if finish is None:
        raise BrokenReply(f"the answer was not finished (the reason it ended: {reading.word})")
    usage = _USAGE[provider](reading.usage)
    if provider in (Provider.ANTHROPIC, Provider.OPENAI) and not usage.prompt_tokens:
        raise BrokenReply("the reply does not say what it used")
    if reading.refusals:  # OpenAI refuses with an ordinary finish and its words elsewhere
        return Answer("".join(reading.refusals), Finish.REFUSAL, usage, reading.request_id)
    return Answer("".join(reading.texts), finish, usage, reading.request_id)


def _object(raw: bytes | str) -> Json:
    try:
        value = json.loads(raw)
    except ValueError:
        raise BrokenReply("the reply is empty" if not raw else "the reply is no whole JSON") from None
    if not isinstance(value, dict):
        raise BrokenReply("the reply is no JSON object")
    return value


def _words(error: object) -> str:
    said = error.get("message", error) if isinstance(error, dict) else error
    return str(said).replace("\n", " ")[:200]


def _add(texts: list[str], text: object) -> None:
    """Add a piece of text.

    Raises:
        TypeError: it is none.
    """
    if text is None:
        return
    if not isinstance(text, str):
        raise TypeError(f"text is {type(text).__name__}")
    texts.append(text)


def _whole_anthropic(body: Json, reading: Reading) -> None:
    for block in body["content"]:
        if block["type"] == "text":
            _add(reading.texts, block["text"])
    reading.request_id = body.get("id")
    reading.usage = _usage_in(body)
    reading.word = body.get("stop_reason")
    reading.ended = True


def _event_anthropic(event: Json, reading: Reading) -> None:
    match event.get("type"):
        case "message_start":
            reading.request_id = event["message"].get("id")
            reading.usage = dict(_usage_in(event["message"]))
        case "content_block_start" if event["content_block"]["type"] == "text":
            _add(reading.texts, event["content_block"].get("text"))
        case "content_block_delta" if event["delta"]["type"] == "text_delta":
            _add(reading.texts, event["delta"]["text"])
        case "message_delta":
            reading.word = event["delta"].get("stop_reason") or reading.word
            said = _usage_in(event)
            reading.usage |= {name: count for name, count in said.items() if count is not None}
        case "message_stop":
            reading.ended = True


def _whole_openai(body: Json, reading: Reading) -> None:
    choice = body["choices"][0]
    _add(reading.texts, choice["message"].get("content"))
    _add_refusal(reading, choice["message"])
    reading.request_id = body.get("id")
    reading.usage = _usage_in(body)
    reading.word = choice.get("finish_reason")
    reading.ended = True


def _event_openai(event: Json, reading: Reading) -> None:
    reading.request_id = event.get("id") or reading.request_id
    reading.usage = _usage_in(event) or reading.usage
    for choice in event["choices"]:
        _add(reading.texts, choice["delta"].get("content"))
        _add_refusal(reading, choice["delta"])
        reading.word = choice.get("finish_reason") or reading.word


def _usage_in(holder: Json) -> Json:
    usage = holder.get("usage")
    return usage if isinstance(usage, dict) else {}


def _add_refusal(reading: Reading, said: Json) -> None:
    if said.get("refusal"):
        _add(reading.refusals, said["refusal"])


def _event_ollama(event: Json, reading: Reading) -> None:
    _add(reading.texts, event["message"].get("content"))
    if event.get("done") is True:
        reading.usage = event
        reading.word = event.get("done_reason") or "stop"  # Ollama before 0.2 gives none
        reading.ended = True


def _usage_anthropic(usage: Json) -> Usage:
    return Usage(
        _count(usage, "input_tokens"),
        _count(usage, "output_tokens"),
        _count(usage, "cache_read_input_tokens"),
        _count(usage, "cache_creation_input_tokens"),
    )


def _usage_openai(usage: Json) -> Usage:
    """`prompt_tokens` includes those that were cached."""
    details = usage.get("prompt_tokens_details")
    cached = _count(details, "cached_tokens") if isinstance(details, dict) else 0
    fresh = max(0, _count(usage, "prompt_tokens") - cached)
    return Usage(fresh, _count(usage, "completion_tokens"), cached)


def _usage_ollama(usage: Json) -> Usage:
    return Usage(_count(usage, "prompt_eval_count"), _count(usage, "eval_count"))


def _count(holder: Json, name: str) -> int:
    value = holder.get(name)
    return value if isinstance(value, int) and value > 0 else 0


_WHOLE: Final[dict[Provider, Callable[[Json, Reading], None]]] = {
    Provider.ANTHROPIC: _whole_anthropic,
    Provider.OPENAI: _whole_openai,
    Provider.LOCAL: _whole_openai,
}
"""Ollama's answers are always streamed, see `agents.model_router`."""

_EVENT: Final[dict[Provider, Callable[[Json, Reading], None]]] = {
    Provider.ANTHROPIC: _event_anthropic,
    Provider.OPENAI: _event_openai,
    Provider.LOCAL: _event_openai,
    Provider.OLLAMA: _event_ollama,
}
_USAGE: Final[dict[Provider, Callable[[Json], Usage]]] = {
    Provider.ANTHROPIC: _usage_anthropic,
    Provider.OPENAI: _usage_openai,
    Provider.LOCAL: _usage_openai,
    Provider.OLLAMA: _usage_ollama,
}
