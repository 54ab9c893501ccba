"""Errors on the paths under /v1, as OpenAI's clients know them: `{"error": {message, type, param, code}}`.

`gateway.errors` makes every problem document; on these paths it is translated here, so that whatever refuses a
request (the guard, a limit, the router) refuses it in words that the client understands.
"""

import json
from collections.abc import Mapping

from pydantic import BaseModel, Field
from starlette.responses import Response

NO_RETRY = {"x-should-retry": "false"}
"""OpenAI's clients repeat what failed with 409, 429 or 5xx unless they read this: a repeat would be a second order."""

_CODES = {
    "unauthenticated": "invalid_api_key",
    "not-found": "not_found",
    "rate-limited": "rate_limit_exceeded",
}


class OpenAIErrorBody(BaseModel):
    """What went wrong."""

    message: str
    type: str = Field(examples=["invalid_request_error"])
    param: str | None = Field(default=None, description="the field that is wrong, if it is one")
    code: str | None = Field(default=None, examples=["invalid_api_key"])


class OpenAIError(BaseModel):
    """The document of an error under /v1."""

    error: OpenAIErrorBody


def is_openai_path(path: str) -> bool:
    """True for the paths whose clients expect OpenAI's errors."""
    return path == "/v1" or path.startswith("/v1/")


def from_problem(problem: Mapping[str, object], headers: Mapping[str, str]) -> Response:
    """A problem document as OpenAI writes it. What is not valid is 400 there, and not 422."""
    status = int(str(problem["status"]))
    status = 400 if status == 422 else status
    slug = str(problem["type"]).rpartition(":")[2]
    errors = problem.get("errors")
    first = errors[0] if isinstance(errors, list) and errors else {}
    body = OpenAIErrorBody(
        message=str(problem["detail"]),
        type=_type_of(status),
        param=str(first["field"]) if first else None,
        code=str(problem.get("code") or _CODES.get(slug, slug.replace("-", "_"))),
    )
    return error_response(status, body, headers)


def error_response(status: int, body: OpenAIErrorBody, headers: Mapping[str, str] | None = None) -> Response:
    """The error as a response."""
    return Response(error_json(body), status, headers, "application/json")


def error_json(body: OpenAIErrorBody) -> str:
    """The error's document."""
    return json.dumps({"error": body.model_dump()}, ensure_ascii=False)


def _type_of(status: int) -> str:
    if status == 429:
        return "rate_limit_error"
    return "server_error" if status >= 500 else "invalid_request_error"
