"""A WebSocket's first frame: who comes without a credential on the handshake says here who he is, or nothing at all.

`{"type": "req", "id": …, "method": "auth", "params": {"ticket": …}}`, or `token` with the secret or a token, within
5 s. Until then nothing is answered; whatever else comes closes the connection with 4401.
"""

import asyncio
from typing import Annotated, Literal

from fastapi import WebSocket
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from starlette.websockets import WebSocketDisconnect

from gateway.auth import sign_in
from gateway.errors import Problem
from gateway.frames import ResponseFrame
from gateway.principals import Principal
from gateway.tickets import SUBPROTOCOL
from gateway.tokens import MAX_TOKEN_CHARS
from nexus.errors import StoreUnavailable
from nexus.logs import get_logger

log = get_logger(__name__)

PROTOCOL = "nexus.v1"
WITHIN_S = 5.0
MAX_FIRST_FRAME_CHARS = 2 * MAX_TOKEN_CHARS
UNAUTHENTICATED = 4401

type _Credential = Annotated[str, StringConstraints(min_length=1, max_length=MAX_TOKEN_CHARS)]


class _AuthParams(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, hide_input_in_errors=True)

    ticket: _Credential | None = None
    token: _Credential | None = None


class _AuthFrame(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, hide_input_in_errors=True)

    type: Literal["req"]
    id: str | int
    method: Literal["auth"]
    params: _AuthParams = Field()


def agreed_protocol(socket: WebSocket) -> str | None:
    """The subprotocol to accept with: ours when it is offered, else the offered ticket, which is used up by now."""
    offered: list[str] = socket.scope.get("subprotocols", [])
    if PROTOCOL in offered:
        return PROTOCOL
    return next((one for one in offered if one.startswith(SUBPROTOCOL)), None)


async def let_in(socket: WebSocket) -> Principal | None:
    """Who talks on an accepted socket: as the guard found, or by the first frame. None: it is closed."""
    known: Principal | None = getattr(socket.state, "principal", None)
    if known is not None:
        return known
    try:
        async with asyncio.timeout(WITHIN_S):
            frame = await _first_frame(socket)
            principal = await sign_in(socket, token=frame.params.token, ticket=frame.params.ticket)
        socket.state.principal = principal
        reply = ResponseFrame(id=frame.id, ok=True, payload=welcome(principal))
        await socket.send_text(reply.model_dump_json())
    except (Problem, ValidationError, TimeoutError):
        await _close(socket, UNAUTHENTICATED, "the first frame must be a good auth frame")
        return None
    except StoreUnavailable:
        await _close(socket, 1013, "nobody can say now who you are: come back in a moment")
        return None
    except WebSocketDisconnect:
        return None
    return principal


def welcome(principal: Principal) -> dict[str, str]:
    """What `auth` answers."""
    return {"principal": principal.id, "role": principal.role.value}


async def _first_frame(socket: WebSocket) -> _AuthFrame:
    message = await socket.receive()
    if message["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(message.get("code", 1005))
    data: str | bytes = message.get("text") or message.get("bytes") or b""
    return _AuthFrame.model_validate_json(data[: MAX_FIRST_FRAME_CHARS + 1])


async def _close(socket: WebSocket, code: int, reason: str) -> None:
    log.info("ws.hangup", code=code, reason=reason)
    try:
        async with asyncio.timeout(WITHIN_S):
            await socket.close(code, reason)
    except (TimeoutError, WebSocketDisconnect, OSError, RuntimeError):
        log.debug("ws.gone", code=code)
