"""The Anthropic Messages API, faked.

Sources: https://docs.claude.com/en/api/errors (statuses, error types, `request-id`),
https://platform.claude.com/docs/build-with-claude/streaming (events), the fields of anthropic-sdk-python's
`types/message_create_params.py`, and error texts quoted in public issues: "Extra inputs are not permitted"
(amrit110/oli#7), empty text blocks (anthropics/claude-code#53473), no sampling parameters since Opus 4.7
(mnfst/modelparams.dev#238, UKGovernmentBEIS/inspect_ai#3721), no prefill since 4.6 (ericc-ch/copilot-api#261).
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from starlette.applications import Starlette

from agents.fakes.anthropic_rules import bad_request
from agents.fakes.dialect import Refusal, Request, Stream, usage_of, words_of
from agents.fakes.payload import Json, JsonObject, dump
from agents.fakes.script import Reply, Script
from agents.fakes.stage import Path, build_app

STOP_REASONS = {"stop": "end_turn", "length": "max_tokens", "refusal": "refusal"}
ERRORS: Mapping[int, tuple[str, str]] = {
    400: ("invalid_request_error", "Your request is invalid."),
    401: ("authentication_error", "invalid x-api-key"),
    402: ("billing_error", "There is an issue with your billing or payment information."),
    403: ("permission_error", "Your API key does not have permission to use the specified resource."),
    404: ("not_found_error", "The requested resource was not found."),
    413: ("request_too_large", "Request exceeds the maximum size"),
    429: ("rate_limit_error", "This request would exceed your organization's rate limit."),
    500: ("api_error", "Internal server error"),
    504: ("timeout_error", "The request timed out."),
    529: ("overloaded_error", "Overloaded"),
}


def create_app(script: Script, *, api_key: str | None, models: Collection[str]) -> Starlette:
    """The fake. `api_key=None` accepts everybody, no `models` accepts every name."""
    dialect = AnthropicDialect(frozenset(models))
    paths = (
        Path("POST", "/v1/messages", dialect.check, chat=True),
        Path("GET", "/v1/models", dialect.list_models),
        Path("GET", "/v1/models/{model:path}", dialect.show_model),
    )
    return build_app(dialect, script, api_key=api_key, paths=paths)


@dataclass(frozen=True, slots=True)
class AnthropicDialect:
    """How Anthropic speaks."""

    models: frozenset[str]
    stream_type: bytes = b"text/event-stream; charset=utf-8"
    not_json: str = "The request body is not valid JSON"

    def sent_key(self, headers: Mapping[bytes, bytes]) -> str | None:
        """From `x-api-key`."""
        return headers.get(b"x-api-key", b"").decode("latin-1") or None

    def bad_key(self, key: str | None) -> Refusal:
        """401 authentication_error."""
        return Refusal(401, "x-api-key header is required" if key is None else "invalid x-api-key")

    def check(self, request: Request) -> Refusal | None:
        """Every rule of the original that a client of ours could break."""
        return bad_request(request, self.models)

    def streams(self, body: JsonObject) -> bool:
        """Only when asked."""
        return body.get("stream") is True

    def whole(self, request: Request, reply: Reply) -> bytes:
        """A `message` object; no text means no content block."""
        content: list[Json] = [{"type": "text", "text": reply.text}] if reply.text else []
        usage = _usage(request, reply)
        return dump(_message(request, content, STOP_REASONS[reply.finish], usage))

    def stream(self, request: Request, reply: Reply) -> Stream:
        """The event flow of the streaming documentation; counts come at the start and, final, in the delta."""
        usage, tokens = _usage(request, reply), usage_of(request, reply).output_tokens
        start = _message(request, [], None, {**usage, "output_tokens": min(1, tokens)})
        opening = _event("message_start", {"message": start})
        closing = _event(
            "message_delta",
            {"delta": {"stop_reason": STOP_REASONS[reply.finish], "stop_sequence": None}, "usage": usage},
        ) + _event("message_stop", {})
        if reply.text:
            block: JsonObject = {"index": 0, "content_block": {"type": "text", "text": ""}}
            opening += _event("content_block_start", block)
            closing = _event("content_block_stop", {"index": 0}) + closing
        pieces = tuple(
            _event("content_block_delta", {"index": 0, "delta": {"type": "text_delta", "text": word}})
            for word in words_of(reply.text)
        )
        return Stream(opening + _event("ping", {}), pieces, closing)

    def wrong_shape(self, *, streamed: bool) -> bytes:
        """`content` is a number."""
        if streamed:
            return _event("message_start", {"message": 42}) + _event("message_stop", {})
        return dump({"type": "message", "role": "assistant", "content": 42})

    def error(self, refusal: Refusal, n: int) -> bytes:
        """`{"type": "error", "error": {type, message}, "request_id"}`."""
        kind, message = ERRORS.get(refusal.status, ERRORS[500 if refusal.status >= 500 else 400])
        error: JsonObject = {"type": refusal.code or kind, "message": refusal.message or message}
        return dump({"type": "error", "error": error, "request_id": _request_id(n)})

    def error_event(self, refusal: Refusal, n: int) -> bytes:
        """The envelope as an `error` event."""
        return b"event: error\ndata: " + self.error(refusal, n) + b"\n\n"

    def id_headers(self, n: int) -> list[tuple[bytes, bytes]]:
        """`request-id`."""
        return [(b"request-id", _request_id(n).encode())]

    def list_models(self, request: Request) -> bytes | Refusal:
        """`GET /v1/models`; it too wants the version header."""
        if b"anthropic-version" not in request.headers:
            return Refusal(400, "anthropic-version: header is required")
        names = sorted(self.models)
        rows: list[Json] = [_model(name) for name in names]
        first, last = (names[0], names[-1]) if names else (None, None)
        return dump({"data": rows, "has_more": False, "first_id": first, "last_id": last})

    def show_model(self, request: Request) -> bytes | Refusal:
        """`GET /v1/models/{model}`."""
        if b"anthropic-version" not in request.headers:
            return Refusal(400, "anthropic-version: header is required")
        name = request.path.removeprefix("/v1/models/")
        return (
            dump(_model(name)) if not self.models or name in self.models else Refusal(404, f"model: {name}")
        )


def _model(name: str) -> JsonObject:
    return {"type": "model", "id": name, "display_name": name, "created_at": "2026-01-01T00:00:00Z"}


def _message(request: Request, content: list[Json], stop_reason: str | None, usage: JsonObject) -> JsonObject:
    return {
        "id": f"msg_{request.n:024d}",
        "type": "message",
        "role": "assistant",
        "model": request.model,
        "content": content,
        "stop_reason": stop_reason,
        "stop_sequence": None,
        "usage": usage,
    }


def _usage(request: Request, reply: Reply) -> JsonObject:
    """Input excludes what the cache served; without `cache_control` in the request nothing is ever cached."""
    usage = usage_of(request, reply)
    cached = b'"cache_control"' in request.raw
    return {
        "input_tokens": usage.input_tokens if cached else usage.prompt_tokens,
        "cache_creation_input_tokens": usage.cache_write_tokens if cached else 0,
        "cache_read_input_tokens": usage.cache_read_tokens if cached else 0,
        "output_tokens": usage.output_tokens,
        "service_tier": "standard",
    }


def _request_id(n: int) -> str:
    return f"req_{n:024d}"


def _event(name: str, fields: JsonObject) -> bytes:
    return b"event: " + name.encode() + b"\ndata: " + dump({"type": name, **fields}) + b"\n\n"
