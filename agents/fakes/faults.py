"""How each ordered fault is carried out. Called by `agents.fakes.stage`, after the request was found right."""

import math
import time
from email.utils import formatdate
from typing import NoReturn, assert_never

from agents.fakes.dialect import Dialect, Refusal, Request, Stream
from agents.fakes.payload import Json, dump, parse_object
from agents.fakes.script import Fault, Reply
from agents.fakes.wire import Headers, Wire

JSON_TYPE = (b"content-type", b"application/json")


async def perform(fault: Fault, request: Request, dialect: Dialect, wire: Wire) -> None:
    """Make `fault` happen to `request`.

    Raises:
        HungUp: for every fault that ends with the connection gone.
    """
    match fault.kind:
        case "connection_reset":
            await wire.reset()
        case "timeout_before_first_byte":
            await wire.hang()
        case "stall" | "held_open" | "cut_stream":
            await _break_off(fault, request, dialect, wire)
        case "error_in_stream" if dialect.streams(request.body):
            await _send_part(fault, request, dialect, wire)
            await wire.end(dialect.error_event(_refusal_of(fault), request.n))
        case "http_status" | "error_in_stream":
            await _fail(fault, request, dialect, wire)
        case "empty_body" | "truncated_json" | "wrong_type" | "empty_answer" | "unfinished":
            await wire.respond(200, answer_headers(request, dialect), _spoiled(fault, request, dialect))
        case _:
            assert_never(fault.kind)


def status_of(fault: Fault, request: Request, dialect: Dialect) -> int | None:
    """The HTTP status the client gets to see; None when it sees none."""
    if fault.kind in {"connection_reset", "timeout_before_first_byte"}:
        return None
    failed = fault.kind == "http_status" or (
        fault.kind == "error_in_stream" and not dialect.streams(request.body)
    )
    return fault.status if failed else 200


def answer_headers(request: Request, dialect: Dialect) -> Headers:
    """The headers of a good answer, apart from its length."""
    content_type = dialect.stream_type if dialect.streams(request.body) else b"application/json"
    return [(b"content-type", content_type), *dialect.id_headers(request.n)]


async def _break_off(fault: Fault, request: Request, dialect: Dialect, wire: Wire) -> NoReturn:
    await _send_part(fault, request, dialect, wire)
    if fault.kind == "held_open" and dialect.streams(request.body):
        answer = _answer(fault, request, dialect)
        await wire.write(b"".join(answer.pieces[fault.after_chunks :]) + answer.closing)
    await (wire.cut() if fault.kind == "cut_stream" else wire.hang())


async def _send_part(fault: Fault, request: Request, dialect: Dialect, wire: Wire) -> None:
    answer = _answer(fault, request, dialect)
    await wire.begin(200, answer_headers(request, dialect))
    await wire.write(answer.opening + b"".join(answer.pieces[: fault.after_chunks]))


async def _fail(fault: Fault, request: Request, dialect: Dialect, wire: Wire) -> None:
    headers = dialect.id_headers(request.n)
    if fault.retry_after_s is not None:
        headers.append(_retry_after(fault.retry_after_s, fault.retry_after_as))
    if fault.body is None:
        await wire.respond(fault.status, [*headers, JSON_TYPE], dialect.error(_refusal_of(fault), request.n))
    else:
        await wire.respond(fault.status, [*headers, (b"content-type", b"text/html")], fault.body.encode())


def _retry_after(seconds: float, form: str) -> tuple[bytes, bytes]:
    match form:
        case "date":
            return b"retry-after", formatdate(math.ceil(time.time() + seconds), usegmt=True).encode()
        case "ms":
            return b"retry-after-ms", f"{seconds * 1000:g}".encode()
        case _:
            return b"retry-after", f"{seconds:g}".encode()


def _refusal_of(fault: Fault) -> Refusal:
    return Refusal(fault.status, fault.message, fault.code)


def _spoiled(fault: Fault, request: Request, dialect: Dialect) -> bytes:
    if fault.kind == "empty_body":
        return b""
    if fault.kind == "wrong_type":
        return dialect.wrong_shape(streamed=dialect.streams(request.body))
    answer = _answer(fault, request, dialect)
    if fault.kind == "unfinished":
        return _without_end(answer, streamed=dialect.streams(request.body))
    full = answer.opening + b"".join(answer.pieces) + answer.closing
    return full[: len(full) // 2] if fault.kind == "truncated_json" else full


FINISH_FIELDS = frozenset({"stop_reason", "finish_reason", "done", "done_reason"})


def _without_end(answer: Stream, *, streamed: bool) -> bytes:
    """All but the last event of a stream; a whole answer with nothing in the fields that say why it ended."""
    text = answer.opening + b"".join(answer.pieces)
    if not streamed:
        return dump(_without_finish(parse_object(text + answer.closing)))
    between = b"\n\n" if b"\n\n" in answer.closing else b"\n"
    return text + b"".join(event + between for event in answer.closing.split(between)[:-2])


def _without_finish(value: Json) -> Json:
    if isinstance(value, dict):
        return {k: None if k in FINISH_FIELDS else _without_finish(v) for k, v in value.items()}
    return [_without_finish(item) for item in value] if isinstance(value, list) else value


def _answer(fault: Fault, request: Request, dialect: Dialect) -> Stream:
    """The answer that the fault spoils; one that is not streamed may break in its middle."""
    reply = Reply("" if fault.kind == "empty_answer" else fault.text.replace("{model}", request.model))
    if dialect.streams(request.body):
        return dialect.stream(request, reply)
    body = dialect.whole(request, reply)
    return Stream(body[: len(body) // 2], (), body[len(body) // 2 :])
