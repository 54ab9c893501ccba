"""The Ollama API, faked.

Sources: https://github.com/ollama/ollama/blob/main/docs/api.md (paths, fields, stream by default, done_reason) and
`server/routes.go`, `api/types.go` of the same repository (error texts and statuses, `load` and `unload`, thinking
on by default where the model can, "does not support thinking" where it cannot).
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from starlette.applications import Starlette

from agents.fakes.dialect import Refusal, Request, Stream, bearer_token, usage_of, words_of
from agents.fakes.ollama_rules import bad_chat, bad_model, full_name, thinks
from agents.fakes.payload import Json, JsonObject, dump
from agents.fakes.pictures import sees
from agents.fakes.script import Reply, Script
from agents.fakes.stage import Path, build_app

VERSION = "0.32.5"
CONTEXT_TOKENS = 32_768
MILLISECOND_NS = 1_000_000
ERRORS: Mapping[int, str] = {
    400: "invalid request",
    401: "unauthorized",
    403: "this model requires a subscription, upgrade for access",
    404: "model not found",
    413: "http: request body too large",
    429: "too many requests",
    500: "llama runner process has terminated: exit status 2",
    502: "remote model is unavailable",
    503: "server busy, please try again.  maximum pending requests exceeded",
}


def create_app(script: Script, *, api_key: str | None, models: Collection[str]) -> Starlette:
    """The fake. A key is only for imitating an Ollama behind a proxy. No `models`: every name is pulled."""
    dialect = OllamaDialect(frozenset(full_name(name) for name in models))
    paths = (
        Path("POST", "/api/chat", dialect.check, chat=True),
        Path("POST", "/api/generate", dialect.load),
        Path("POST", "/api/show", dialect.show),
        Path("GET", "/api/ps", dialect.list_loaded),
        Path("GET", "/api/tags", dialect.list_models),
        Path("GET", "/api/version", lambda _: dump({"version": VERSION})),
    )
    return build_app(dialect, script, api_key=api_key, paths=paths)


@dataclass(frozen=True, slots=True)
class OllamaDialect:
    """How Ollama speaks. `loaded` are the models that are in memory, by full name."""

    models: frozenset[str]
    stream_type: bytes = b"application/x-ndjson"
    not_json: str = "missing request body"
    loaded: set[str] = field(default_factory=set)

    def sent_key(self, headers: Mapping[bytes, bytes]) -> str | None:
        """From `Authorization: Bearer`."""
        return bearer_token(headers)

    def bad_key(self, key: str | None) -> Refusal:
        """401."""
        return Refusal(401, "unauthorized")

    def check(self, request: Request) -> Refusal | bytes | None:
        """The rules of `ChatHandler`; a request without messages only loads or unloads the model."""
        refusal = bad_chat(request.model, request.body, self.models)
        if refusal is not None:
            return refusal
        reason = self._keep(request)
        if request.body.get("messages"):
            return None
        return dump({**_head(request, ""), "done": True, "done_reason": reason})

    def load(self, request: Request) -> Refusal | bytes:
        """`POST /api/generate` without a prompt, which only loads a model, or unloads it with `keep_alive` 0."""
        if (refusal := bad_model(request.model, self.models)) is not None:
            return refusal
        if request.body.get("prompt"):
            return Refusal(501, "the fake answers on /api/chat only")
        head = {name: value for name, value in _head(request, "").items() if name != "message"}
        return dump({**head, "response": "", "done": True, "done_reason": self._keep(request)})

    def list_loaded(self, _: Request) -> bytes:
        """`GET /api/ps`."""
        rows: list[Json] = [
            {"name": name, "model": name, "size": 1_000_000_000, "details": _details(), "size_vram": 0}
            for name in sorted(self.loaded)
        ]
        return dump({"models": rows})

    def _keep(self, request: Request) -> str:
        name = full_name(request.model)
        if request.body.get("keep_alive") in (0, "0", "0s"):
            self.loaded.discard(name)
            return "unload"
        self.loaded.add(name)
        return "load"

    def streams(self, body: JsonObject) -> bool:
        """Unless told not to."""
        return body.get("stream") is not False

    def whole(self, request: Request, reply: Reply) -> bytes:
        """One object with the message and the counts."""
        return dump({**_head(request, reply.text, self._thoughts(request, reply)), **_done(request, reply)})

    def stream(self, request: Request, reply: Reply) -> Stream:
        """One object a line, thoughts first; the last has `done` and the counts."""
        thoughts = self._thoughts(request, reply)
        opening = _line({**_head(request, "", thoughts), "done": False}) if thoughts else b""
        pieces = tuple(_line({**_head(request, word), "done": False}) for word in words_of(reply.text))
        return Stream(opening, pieces, _line({**_head(request, ""), **_done(request, reply)}))

    def wrong_shape(self, *, streamed: bool) -> bytes:
        """`message` is a number."""
        value: JsonObject = {"model": "x", "message": 42, "done": True}
        return _line(value) if streamed else dump(value)

    def error(self, refusal: Refusal, n: int) -> bytes:
        """`{"error": "..."}`."""
        return dump({"error": refusal.message or ERRORS.get(refusal.status, ERRORS[500])})

    def error_event(self, refusal: Refusal, n: int) -> bytes:
        """The envelope as one line."""
        return self.error(refusal, n) + b"\n"

    def id_headers(self, n: int) -> list[tuple[bytes, bytes]]:
        """None."""
        return []

    def list_models(self, _: Request) -> bytes:
        """`GET /api/tags`."""
        rows: list[Json] = [
            {
                "name": name,
                "model": name,
                "modified_at": "2026-01-01T00:00:00Z",
                "size": 1_000_000_000,
                "digest": f"{number:064x}",
                "details": _details(),
            }
            for number, name in enumerate(sorted(self.models), 1)
        ]
        return dump({"models": rows})

    def show(self, request: Request) -> Refusal | bytes:
        """`POST /api/show`."""
        if (refusal := bad_model(request.model, self.models)) is not None:
            return refusal
        capabilities: list[Json] = ["completion", "tools"]
        capabilities += ["thinking"] if thinks(request.model) else []
        capabilities += ["vision"] if sees(request.model) else []
        info: JsonObject = {"general.architecture": "fake", "fake.context_length": CONTEXT_TOKENS}
        return dump({"details": _details(), "model_info": info, "capabilities": capabilities})

    def _thoughts(self, request: Request, reply: Reply) -> str:
        return reply.thinking if thinks(request.model) and request.body.get("think") is not False else ""


def _head(request: Request, text: str, thoughts: str = "") -> JsonObject:
    message: JsonObject = {"role": "assistant", "content": text}
    if thoughts:
        message["thinking"] = thoughts
    return {
        "model": request.model,
        "created_at": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%fZ}",
        "message": message,
    }


def _done(request: Request, reply: Reply) -> JsonObject:
    usage = usage_of(request, reply)
    return {
        "done": True,
        "done_reason": "length" if reply.finish == "length" else "stop",
        "total_duration": 3 * MILLISECOND_NS,
        "load_duration": MILLISECOND_NS,
        "prompt_eval_count": usage.prompt_tokens,
        "prompt_eval_duration": MILLISECOND_NS,
        "eval_count": usage.output_tokens,
        "eval_duration": MILLISECOND_NS,
    }


def _details() -> JsonObject:
    return {"format": "gguf", "family": "fake", "parameter_size": "1B", "quantization_level": "Q4_K_M"}


def _line(value: JsonObject) -> bytes:
    return dump(value) + b"\n"
