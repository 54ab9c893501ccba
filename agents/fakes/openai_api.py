"""The OpenAI Chat Completions API, faked; without a key, an OpenAI-compatible local server.

Sources: https://platform.openai.com/docs/api-reference/chat, the parameter list and chunk types of openai-python
2.54 (`types/chat/completion_create_params.py`), and the errors of https://platform.openai.com/docs/guides/error-codes
as quoted in public issues (unsupported_parameter: anomalyco/opencode#37964, decolua/9router#560).
Local servers (llama-server, vLLM, LM Studio) ignore fields they do not know, such as llama.cpp's `dry_multiplier`,
`repeat_penalty` and `top_k`: https://github.com/ggml-org/llama.cpp/blob/master/tools/server/README.md
"""

import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from starlette.applications import Starlette

from agents.fakes.dialect import (
    Refusal,
    Request,
    Stream,
    bearer_token,
    usage_of,
    words_of,
)
from agents.fakes.openai_audio import TRANSCRIPTIONS, bad_sound, read_form, transcript
from agents.fakes.openai_rules import bad_request
from agents.fakes.payload import Json, JsonObject, dump
from agents.fakes.script import Reply, Script
from agents.fakes.stage import Path, build_app

ERRORS: Mapping[int, tuple[str, str | None, str]] = {
    400: ("invalid_request_error", None, "Your request is invalid."),
    401: ("invalid_request_error", "invalid_api_key", "Incorrect API key provided."),
    403: (
        "invalid_request_error",
        "unsupported_country_region_territory",
        "Country, region, or territory not supported",
    ),
    404: (
        "invalid_request_error",
        "model_not_found",
        "The model does not exist or you do not have access to it.",
    ),
    413: ("invalid_request_error", None, "Request exceeds the maximum size"),
    429: (
        "requests",
        "rate_limit_exceeded",
        "Rate limit reached for requests per min (RPM): Limit 500, Used 500.",
    ),
    500: ("server_error", None, "The server had an error while processing your request. Sorry about that!"),
    503: ("server_error", None, "The engine is currently overloaded, please try again later."),
}
DONE = b"data: [DONE]\n\n"


def create_app(script: Script, *, api_key: str | None, models: Collection[str]) -> Starlette:
    """The fake. `api_key=None`: a local server, open and lenient. No `models`: every name is served."""
    dialect = OpenAIDialect(frozenset(models), hosted=api_key is not None)
    paths = (
        Path("POST", "/v1/chat/completions", dialect.check, chat=True),
        Path("POST", TRANSCRIPTIONS, dialect.check_sound, chat=True, read=read_form),
        Path("GET", "/v1/models", dialect.list_models),
        Path("GET", "/v1/models/{model:path}", dialect.show_model),
    )
    return build_app(dialect, script, api_key=api_key, paths=paths)


@dataclass(frozen=True, slots=True)
class OpenAIDialect:
    """How OpenAI speaks. `hosted` is the real service's strictness."""

    models: frozenset[str]
    hosted: bool
    stream_type: bytes = b"text/event-stream; charset=utf-8"
    not_json: str = "We could not parse the JSON body of your request."
    created: int = int(time.time())

    def sent_key(self, headers: Mapping[bytes, bytes]) -> str | None:
        """From `Authorization: Bearer`."""
        return bearer_token(headers)

    def bad_key(self, key: str | None) -> Refusal:
        """401, with the key's last four signs as the original shows them."""
        if key is None:
            return Refusal(
                401, "You didn't provide an API key. Send it as an Authorization: Bearer header.", None
            )
        return Refusal(401, f"Incorrect API key provided: ****{key[-4:]}.")

    def check(self, request: Request) -> Refusal | None:
        """Every rule of the original that a client of ours could break."""
        return bad_request(request.body, self.models, hosted=self.hosted)

    def check_sound(self, request: Request) -> Refusal | None:
        """What the original says to a form that is wrong, or to what is no sound."""
        return bad_sound(request.body, self.models)

    def streams(self, body: JsonObject) -> bool:
        """Only when asked."""
        return body.get("stream") is True

    def whole(self, request: Request, reply: Reply) -> bytes:
        """A `chat.completion` object, or a transcript."""
        if request.path == TRANSCRIPTIONS:
            return transcript(request.body, reply)
        refused = reply.finish == "refusal"
        message: JsonObject = {
            "role": "assistant",
            "content": None if refused else reply.text,
            "refusal": reply.text if refused else None,
        }
        choice: JsonObject = {
            "index": 0,
            "message": message,
            "logprobs": None,
            "finish_reason": _finish(reply),
        }
        return dump(
            {**self._head(request, "chat.completion"), "choices": [choice], "usage": _usage(request, reply)}
        )

    def stream(self, request: Request, reply: Reply) -> Stream:
        """Server-sent `chat.completion.chunk` objects, usage when asked for, then `[DONE]`."""
        options = request.body.get("stream_options")
        with_usage = isinstance(options, dict) and options.get("include_usage") is True
        head = self._head(request, "chat.completion.chunk")
        tail: JsonObject = {"usage": None} if with_usage else {}

        def chunk(delta: JsonObject, finish: str | None = None) -> bytes:
            choice: JsonObject = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
            return _event({**head, "choices": [choice], **tail})

        field = "refusal" if reply.finish == "refusal" else "content"
        closing = chunk({}, _finish(reply))
        if with_usage:
            closing += _event({**head, "choices": [], "usage": _usage(request, reply)})
        opening = chunk({"role": "assistant", "content": "", "refusal": None})
        return Stream(opening, tuple(chunk({field: word}) for word in words_of(reply.text)), closing + DONE)

    def wrong_shape(self, *, streamed: bool) -> bytes:
        """`choices` is a number."""
        return (
            _event({"choices": 42}) + DONE if streamed else dump({"object": "chat.completion", "choices": 42})
        )

    def error(self, refusal: Refusal, n: int) -> bytes:
        """`{"error": {message, type, param, code}}`."""
        kind, code, message = ERRORS.get(refusal.status, ERRORS[500 if refusal.status >= 500 else 400])
        return dump(
            {
                "error": {
                    "message": refusal.message or message,
                    "type": "insufficient_quota" if refusal.code == "insufficient_quota" else kind,
                    "param": refusal.param,
                    "code": code if refusal.code == "" else refusal.code,
                }
            }
        )

    def error_event(self, refusal: Refusal, n: int) -> bytes:
        """The envelope as one `data:` line."""
        return b"data: " + self.error(refusal, n) + b"\n\n"

    def id_headers(self, n: int) -> list[tuple[bytes, bytes]]:
        """`x-request-id`."""
        return [(b"x-request-id", b"req_%032x" % n)]

    def list_models(self, _: Request) -> bytes:
        """`GET /v1/models`."""
        rows: list[Json] = [self._model(name) for name in sorted(self.models)]
        return dump({"object": "list", "data": rows})

    def show_model(self, request: Request) -> bytes | Refusal:
        """`GET /v1/models/{model}`."""
        name = request.path.removeprefix("/v1/models/")
        if not self.models or name in self.models:
            return dump(self._model(name))
        return Refusal(404, f"The model '{name}' does not exist", "model_not_found", "model")

    def _model(self, name: str) -> JsonObject:
        return {"id": name, "object": "model", "created": self.created, "owned_by": "nexus-fake"}

    def _head(self, request: Request, kind: str) -> JsonObject:
        return {
            "id": f"chatcmpl-{request.n}",
            "object": kind,
            "created": self.created,
            "model": request.model,
        }


def _finish(reply: Reply) -> str:
    """A refusal has finish reason `stop` and its text in `refusal`: OpenAI's structured outputs guide."""
    return "length" if reply.finish == "length" else "stop"


def _usage(request: Request, reply: Reply) -> JsonObject:
    usage = usage_of(request, reply)
    return {
        "prompt_tokens": usage.prompt_tokens,
        "completion_tokens": usage.output_tokens,
        "total_tokens": usage.prompt_tokens + usage.output_tokens,
        "prompt_tokens_details": {"cached_tokens": usage.cache_read_tokens},
    }


def _event(value: JsonObject) -> bytes:
    return b"data: " + dump(value) + b"\n\n"
