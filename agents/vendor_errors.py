"""One function per vendor that turns its errors into ours; `error_of` is the only way in.

What went over the wire decides (`agents.wire`), not the class or the status of LiteLLM's error:

    no request left, or no connection was made   nothing was asked, so nothing was spent
    a request left and no reply came             in doubt
    a reply below 400 that is no answer          in doubt
    an HTTP error                                the provider's own word: nothing was produced; its vendor's function
                                                 says whether time may heal it

Sources: https://docs.claude.com/en/api/errors, https://platform.openai.com/docs/guides/error-codes,
https://github.com/ollama/ollama (`server/routes.go`), https://github.com/ggml-org/llama.cpp (`tools/server`).
"""

import json
import re
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from math import isfinite
from typing import Final

import aiohttp
import httpx

from agents.completion import ModelRefusesCall, ModelRequest, ModelUnavailable, Trouble
from agents.config import Provider
from agents.vendor_replies import BrokenReply
from agents.wire import Exchange
from nexus.redaction import redact

KEY_SETTING = {Provider.ANTHROPIC: "ANTHROPIC_API_KEY", Provider.OPENAI: "OPENAI_API_KEY"}
URL_SETTING = {
    Provider.ANTHROPIC: "ANTHROPIC_BASE_URL",
    Provider.OPENAI: "OPENAI_BASE_URL",
    Provider.OLLAMA: "OLLAMA_BASE_URL",
    Provider.LOCAL: "LOCAL_MODEL_URL",
}
NEVER_CONNECTED = (
    ConnectionRefusedError,
    socket.gaierror,
    aiohttp.ClientConnectorError,
    aiohttp.ConnectionTimeoutError,
    httpx.ConnectTimeout,
)
HEALED_BY_TIME = (Trouble.RATE_LIMIT, Trouble.SERVER, Trouble.TIMEOUT)


@dataclass(frozen=True, slots=True)
class ErrorReply:
    """An HTTP error as its vendor wrote it; `kind` and `code` are empty where it has none."""

    status: int
    kind: str
    code: str
    message: str


def error_of(
    error: Exception, exchange: Exchange, request: ModelRequest, now: datetime
) -> ModelUnavailable | ModelRefusesCall:
    """What `error` means, in our words. `now` turns a `Retry-After` that is a date into seconds."""
    label = f"{request.choice.provider.value}/{request.choice.model}"
    if exchange.response is None:
        return _without_reply(error, exchange, request, label)
    if not exchange.response.is_error:
        why = str(error) if isinstance(error, BrokenReply) else f"the connection broke: {_short(error)}"
        return ModelUnavailable(f"{label}: {why}", trouble=Trouble.BROKEN_REPLY, in_doubt=True)
    reply = _error_reply(exchange)
    trouble = _TROUBLE[request.choice.provider](reply)
    if trouble in HEALED_BY_TIME:
        retry_after_s = retry_after(exchange.response.headers, now)
        return ModelUnavailable(f"{label}: HTTP {reply.status}", trouble=trouble, retry_after_s=retry_after_s)
    return ModelRefusesCall(f"{label}: {_fix(trouble, reply, request)}", trouble=trouble)


def timed_out(
    exchange: Exchange, request: ModelRequest, seconds: float, *, silent: bool = False
) -> ModelUnavailable:
    """The whole time is over, or the model has been silent for too long."""
    what = "said nothing for" if silent else "gave no answer within"
    message = f"{request.choice.model} {what} {seconds:g} s"
    return ModelUnavailable(message, trouble=Trouble.TIMEOUT, in_doubt=exchange.sent)


def _without_reply(
    error: Exception, exchange: Exchange, request: ModelRequest, label: str
) -> ModelUnavailable | ModelRefusesCall:
    causes = list(_causes(error))
    if any(isinstance(cause, NEVER_CONNECTED) for cause in causes):
        where = redact(request.choice.base_url or "the provider")
        setting = _url_setting(request)
        return ModelUnavailable(
            f"{label}: no connection to {where}; check {setting}.", trouble=Trouble.CONNECTION
        )
    if not exchange.sent:
        return ModelRefusesCall(f"{label}: the request could not be made: {_short(error)}")
    if any(isinstance(cause, httpx.TimeoutException | TimeoutError) for cause in causes):
        return timed_out(exchange, request, request.timeout_s)
    return ModelUnavailable(
        f"{label}: the connection broke: {_short(error)}", trouble=Trouble.CONNECTION, in_doubt=True
    )


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """The error and what it came from, outermost first."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _error_reply(exchange: Exchange) -> ErrorReply:
    status = exchange.status or 0
    try:
        body = json.loads(exchange.body)
    except ValueError:
        body = None
    error = body.get("error") if isinstance(body, dict) else None
    if not isinstance(error, dict):
        return ErrorReply(status, "", "", _one_line(error or exchange.body.decode(errors="replace")))
    kind, code = (str(error.get(name) or "") for name in ("type", "code"))
    return ErrorReply(status, kind, code, _one_line(error.get("message") or ""))


SPEND_LIMIT = re.compile(
    r"credit balance|spend(ing)? limit|billing|insufficient (funds|credit)|"
    r"usage limits?\b.*regain access|requires? a subscription|exceeded your current quota",
    re.IGNORECASE,
)
"""How an empty account, or a limit of money, reads. None of these is in a message about requests per minute."""

TOO_LONG = re.compile(
    r"prompt is too long|exceeds? (the )?context (limit|size|window|length)|maximum context length|"
    r"exceeds? the available context size|exceeded max context length|context length (was )?exceeded|"
    r"context (window|the) overflows|input (length|is) (exceeds|too long)",
    re.IGNORECASE,
)


def anthropic_trouble(reply: ErrorReply) -> Trouble:
    """An empty account is a 400, a limit of the workspace's spend a 400 or a 429."""
    if reply.kind == "billing_error" or (reply.status in (400, 429) and SPEND_LIMIT.search(reply.message)):
        return Trouble.CREDIT
    return _by_status(reply)


def openai_trouble(reply: ErrorReply) -> Trouble:
    """An empty account is a 429; so is a request that is larger than a minute's tokens, which no time heals."""
    if reply.code in ("insufficient_quota", "billing_hard_limit_reached", "billing_not_active"):
        return Trouble.CREDIT
    if reply.status == 429 and (reply.kind == "insufficient_quota" or SPEND_LIMIT.search(reply.message)):
        return Trouble.CREDIT
    if reply.code in ("context_length_exceeded", "string_above_max_length"):
        return Trouble.TOO_LONG
    if reply.status == 429 and reply.message.startswith("Request too large"):
        return Trouble.TOO_LONG
    return Trouble.NO_MODEL if reply.code == "model_not_found" else _by_status(reply)


def ollama_trouble(reply: ErrorReply) -> Trouble:
    """Its errors are sentences; a cloud model without a subscription is a 403."""
    if reply.status == 403 and SPEND_LIMIT.search(reply.message):
        return Trouble.CREDIT
    return _by_status(reply)


def local_trouble(reply: ErrorReply) -> Trouble:
    """llama-server, vLLM and LM Studio write OpenAI's envelope, and words of their own."""
    if reply.kind == "exceed_context_size_error" or reply.code == "context_length_exceeded":
        return Trouble.TOO_LONG
    return _by_status(reply)


def _by_status(reply: ErrorReply) -> Trouble:
    match reply.status:
        case 401 | 403:
            return Trouble.KEY
        case 402:
            return Trouble.CREDIT
        case 404:
            return Trouble.NO_MODEL
        case 413:
            return Trouble.TOO_LONG
        case 408 | 504:
            return Trouble.TIMEOUT
        case 429:
            return Trouble.RATE_LIMIT
        case status if status >= 500:
            return Trouble.SERVER
        case _:
            return Trouble.TOO_LONG if TOO_LONG.search(reply.message) else Trouble.REQUEST


_TROUBLE: Final[dict[Provider, Callable[[ErrorReply], Trouble]]] = {
    Provider.ANTHROPIC: anthropic_trouble,
    Provider.OPENAI: openai_trouble,
    Provider.OLLAMA: ollama_trouble,
    Provider.LOCAL: local_trouble,
}


def _fix(trouble: Trouble, reply: ErrorReply, request: ModelRequest) -> str:
    """What is wrong and what the owner can do about it."""
    match trouble:
        case Trouble.KEY:
            return f"the key is refused; check {_key_setting(request)}."
        case Trouble.CREDIT:
            return "the account has no credit left, or its spend limit is reached."
        case Trouble.NO_MODEL:
            setting = "VOICE_MODEL" if request.sound else f"NEXUS_MODEL_{request.role.value.upper()}"
            return f"no such model there; set {setting} to one that exists."
        case Trouble.TOO_LONG:
            return f"the request is too long for the model: {reply.message}"
        case _:
            return f"the request was refused: {reply.message}"


def _key_setting(request: ModelRequest) -> str:
    if request.sound is not None and request.choice.base_url is not None:
        return (
            "VOICE_API_KEY"
            if request.choice.is_local
            else "OPENAI_API_KEY, or VOICE_API_KEY for VOICE_BASE_URL"
        )
    return KEY_SETTING.get(request.choice.provider, "the server")


def _url_setting(request: ModelRequest) -> str:
    if request.sound is not None and request.choice.is_local:
        return "VOICE_BASE_URL"
    return URL_SETTING[request.choice.provider]


def retry_after(headers: httpx.Headers, now: datetime) -> float | None:
    """Seconds to wait, by `retry-after-ms` (OpenAI's own) or `Retry-After` (RFC 9110: seconds, or a date).

    None when neither says anything that can be understood; never negative.
    """
    milliseconds = _number(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return milliseconds / 1000
    value = headers.get("retry-after")
    seconds = _number(value)
    if seconds is not None or value is None:
        return seconds
    try:
        until = parsedate_to_datetime(value)
    except ValueError:
        return None
    until = until if until.tzinfo is not None else until.replace(tzinfo=UTC)
    return max(0.0, (until - now).total_seconds())


def _number(text: str | None) -> float | None:
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if isfinite(value) and value >= 0 else None


def _short(error: Exception) -> str:
    return _one_line(getattr(error, "message", error))


def _one_line(text: object) -> str:
    """At most 300 characters, and no secret: some vendors repeat the key they refuse."""
    return redact(str(text)).replace("\n", " ")[:300]
