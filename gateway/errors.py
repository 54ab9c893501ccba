"""Errors as clients see them: RFC 9457 problem documents, and nothing else.

A `Problem` is raised anywhere in the gateway; over HTTP it becomes a response, over the WebSocket a frame.
Each kind has a stable name: `urn:nexus:problem:<slug>` is the `type`, the slug the WebSocket's error code.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import Enum
from http import HTTPStatus
from typing import TYPE_CHECKING

from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection
from starlette.responses import Response

from gateway.openai_errors import from_problem as openai_error
from gateway.openai_errors import is_openai_path
from nexus.errors import NexusError, StoreUnavailable
from nexus.redaction import redact, redact_value

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

MEDIA_TYPE = "application/problem+json"
REQUEST_ID = "nexus.request_id"  # key in the ASGI scope, set by gateway.edge
RATE_HEADERS = "nexus.rate_headers"  # likewise, set by gateway.limiting
RETRY_AFTER_S = 2


class Kind(Enum):
    """Every problem the gateway reports on purpose: status, slug, title."""

    BROKEN_JSON = (400, "broken-json", "The request is not JSON")
    UNAUTHENTICATED = (401, "unauthenticated", "A valid bearer token is needed")
    FORBIDDEN = (403, "forbidden", "This sender is not served")
    NOT_FOUND = (404, "not-found", "There is no such thing")
    KEY_IN_USE = (409, "idempotency-key-in-use", "The message with this idempotency key is being worked on")
    NOT_HELD = (409, "order-not-held", "The order does not wait for a yes")
    STILL_OPEN = (409, "order-still-open", "The order has not ended")
    HAS_ENDED = (409, "order-has-ended", "The order has ended")
    NO_SECRET = (409, "no-secret", "There is no secret")
    NO_BOT = (409, "no-telegram-bot", "There is no Telegram bot")
    NOBODY_WORKS = (409, "nobody-works", "Nobody works in this role")
    SCRIPTS_OFF = (409, "scripts-not-allowed", "Scripts of the owner's are not allowed")
    QUEUE_FULL = (409, "queue-full", "Too much is waiting already")
    TOO_LARGE = (413, "too-large", "The request is too large")
    NOT_JSON = (415, "unsupported-media-type", "The request must be application/json")
    INVALID = (422, "invalid", "The request is not valid")
    KEY_REUSED = (422, "idempotency-key-reused", "The idempotency key was used for another message")
    RATE_LIMITED = (429, "rate-limited", "Too many requests")
    INTERNAL = (500, "internal", "The gateway failed")
    STOPPING = (503, "stopping", "The gateway is being stopped")
    NO_REDIS = (503, "redis-unavailable", "Redis does not answer")
    STORE_UNAVAILABLE = (503, "store-unavailable", "The database does not answer")

    def __init__(self, status: int, slug: str, title: str) -> None:
        self.status = status
        self.slug = slug
        self.title = title


@dataclass(frozen=True, slots=True)
class FieldError:
    """One field that is wrong, and how."""

    field: str
    message: str


class Problem(NexusError):
    """A request that cannot be served, told to the client.

    Args:
        kind: what went wrong, in general.
        detail: what went wrong this time; shown to the client.
        errors: the fields that are wrong, if it is about fields.
        headers: extra response headers.
        members: further members of the problem document.
    """

    def __init__(
        self,
        kind: Kind,
        detail: str,
        *,
        errors: Sequence[FieldError] = (),
        headers: Mapping[str, str] | None = None,
        members: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.kind = kind
        self.detail = detail
        self.errors = tuple(errors)
        self.headers = dict(headers or {})
        self.members = dict(members or {})


def problem_response(connection: HTTPConnection, problem: Problem) -> Response:
    """The problem as a response; also answers a WebSocket handshake."""
    kind = problem.kind
    extra: dict[str, object] = dict(problem.members)
    if problem.errors:
        extra["errors"] = [asdict(error) for error in problem.errors]
    return _document(connection, (kind.status, kind.slug, kind.title, problem.detail), extra, problem.headers)


def _document(
    connection: HTTPConnection,
    words: tuple[int, str, str, str],
    extra: Mapping[str, object],
    headers: Mapping[str, str],
) -> Response:
    status, slug, title, detail = words
    body = {
        "type": f"urn:nexus:problem:{slug}",
        "title": title,
        "status": status,
        "detail": redact(detail),
        "instance": redact(connection.scope["path"]),
        "request_id": connection.scope.get(REQUEST_ID),
        **{name: redact_value(value) for name, value in extra.items()},
    }
    if is_openai_path(connection.scope["path"]):
        return openai_error(body, headers)
    return Response(json.dumps(body), status, headers, MEDIA_TYPE)


def from_store(error: StoreUnavailable) -> Problem:
    """The database is away: try again soon. The driver's own words stay in the log."""
    seconds = max(1, round(error.retry_after_s or RETRY_AFTER_S))
    return Problem(
        Kind.STORE_UNAVAILABLE,
        "Nothing was done. Try again in a moment; a message with the same Idempotency-Key, if it had one.",
        headers={"Retry-After": str(seconds)},
    )


def from_validation(errors: "Sequence[ErrorDetails]", *, drop: int = 0) -> Problem:
    """What pydantic found, without the input, as one problem; `drop` leaves out leading parts of a location."""
    if any(error["type"] == "json_invalid" for error in errors):
        return Problem(Kind.BROKEN_JSON, str(errors[0]["msg"]))
    found = [
        FieldError(".".join(str(part) for part in error["loc"][drop:]) or "body", str(error["msg"]))
        for error in errors
    ]
    return Problem(Kind.INVALID, "; ".join(f"{one.field}: {one.message}" for one in found), errors=found)


async def on_error(connection: HTTPConnection, error: Exception) -> Response:
    """Starlette's handler for every kind in `HANDLED`; also answers a WebSocket handshake."""
    match error:
        case Problem():
            return problem_response(connection, error)
        case StoreUnavailable():
            return problem_response(connection, from_store(error))
        case RequestValidationError():
            # FastAPI's locations start with `query`, `header` or `path`.
            errors: Sequence[ErrorDetails] = error.errors()
            return problem_response(connection, from_validation(errors, drop=1))
        case HTTPException():
            return _framework_error(connection, error)
        case _:
            raise error


def _framework_error(connection: HTTPConnection, error: HTTPException) -> Response:
    """No such route, wrong method, and the like."""
    title = HTTPStatus(error.status_code).phrase
    words = (error.status_code, title.lower().replace(" ", "-"), title, str(error.detail))
    return _document(connection, words, {}, error.headers or {})


HANDLED: tuple[type[Exception], ...] = (Problem, StoreUnavailable, RequestValidationError, HTTPException)
