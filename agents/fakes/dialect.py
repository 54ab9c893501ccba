"""What the three APIs have in common: the shape each must fill in, and the words they share.

`Dialect` is implemented by `anthropic_api`, `openai_api` and `ollama_api`, and spoken by `stage`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol, TypeGuard

from agents.fakes.payload import Json, JsonObject
from agents.fakes.pictures import TOKENS_A_PICTURE, size_without_pictures
from agents.fakes.script import Reply
from nexus.usage import Usage

BYTES_PER_TOKEN = 4  # OpenAI's rule of thumb: https://help.openai.com/en/articles/4936856


@dataclass(frozen=True, slots=True)
class Request:
    """A request that was read; `body` is empty when there was no JSON object in it."""

    n: int
    path: str
    headers: Mapping[bytes, bytes]
    raw: bytes
    body: JsonObject

    @property
    def model(self) -> str:
        """The model asked for; empty when the field is missing or no string."""
        model = self.body.get("model")
        return model if isinstance(model, str) else ""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a request gets an error.

    `code` is Anthropic's error type or OpenAI's error code; empty means the usual one, None means none.
    """

    status: int
    message: str
    code: str | None = ""
    param: str | None = None


@dataclass(frozen=True, slots=True)
class Stream:
    """A streamed answer: what comes before the text, the text in pieces, what comes after."""

    opening: bytes
    pieces: tuple[bytes, ...]
    closing: bytes


class Dialect(Protocol):
    """One vendor's way of speaking."""

    @property
    def stream_type(self) -> bytes:
        """Content type of a stream."""
        ...

    @property
    def not_json(self) -> str:
        """What is said to a body that is no JSON object."""
        ...

    def sent_key(self, headers: Mapping[bytes, bytes]) -> str | None:
        """The key the client sent, if any."""
        ...

    def bad_key(self, key: str | None) -> Refusal:
        """The refusal for a wrong key, or for none."""
        ...

    def streams(self, body: JsonObject) -> bool:
        """Whether the client asked for a stream."""
        ...

    def whole(self, request: Request, reply: Reply) -> bytes:
        """The answer as one JSON document."""
        ...

    def stream(self, request: Request, reply: Reply) -> Stream:
        """The answer as a stream."""
        ...

    def wrong_shape(self, *, streamed: bool) -> bytes:
        """A body, or a stream, of valid JSON in which nothing is where it should be."""
        ...

    def error(self, refusal: Refusal, n: int) -> bytes:
        """The error envelope. Empty `message` and `code` become the vendor's usual ones for that status."""
        ...

    def error_event(self, refusal: Refusal, n: int) -> bytes:
        """The error as it appears inside a stream."""
        ...

    def id_headers(self, n: int) -> list[tuple[bytes, bytes]]:
        """Headers that name the request."""
        ...


def usage_of(request: Request, reply: Reply) -> Usage:
    """The tokens to report: what the script says, else an estimate from lengths (no tokenizer)."""
    given, said = reply.input_tokens, reply.output_tokens
    size, pictures = size_without_pictures(request.raw)
    read = max(1, size // BYTES_PER_TOKEN) + pictures * TOKENS_A_PICTURE
    return Usage(
        input_tokens=read if given is None else given,
        output_tokens=-(-len(reply.text.encode()) // BYTES_PER_TOKEN) if said is None else said,
        cache_read_tokens=reply.cache_read_tokens,
        cache_write_tokens=reply.cache_write_tokens,
    )


def words_of(text: str) -> tuple[str, ...]:
    """`text` cut into the pieces in which it is streamed, a word or 12 signs each; joined they give it back."""
    return tuple(re.findall(r"\s*\S{1,12}|\s+", text))


def bearer_token(headers: Mapping[bytes, bytes]) -> str | None:
    """The token of `Authorization: Bearer`."""
    scheme, _, token = headers.get(b"authorization", b"").decode("latin-1").partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None


def is_number(value: Json) -> TypeGuard[float]:
    """A JSON number: `true` is none, though Python says it is an int."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def is_count(value: Json) -> TypeGuard[int]:
    """A JSON integer."""
    return isinstance(value, int) and not isinstance(value, bool)
