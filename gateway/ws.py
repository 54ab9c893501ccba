"""/ws: requests answered in order, every event of the followed sessions exactly once, and news of the whole company.

Events are read from the database after the last number that was sent, so nothing is lost, repeated or queued
here: what a slow client has not taken yet is still in the table. While PostgreSQL is away, events of a session that
it knows have no number yet: they are sent as previews without one, and again with it when they are replayed. A
client that takes nothing for `ws_stall_s` is closed with 1013 and resumes with the last `seq` it saw. News of the
company (`gateway.company_news`) only say where to look again.
"""

import asyncio
from collections.abc import Awaitable
from contextlib import ExitStack
from typing import Any

from fastapi import APIRouter, WebSocket
from starlette.websockets import WebSocketDisconnect

from db.records import EventRecord
from gateway.approving import approve_order
from gateway.auth import signs_in
from gateway.bodies import parse_json
from gateway.cancelling import cancel_order
from gateway.company_news import Watcher
from gateway.errors import Kind, Problem, from_store
from gateway.frames import (
    ApproveParams,
    CancelParams,
    CompanyFrame,
    CompanyParams,
    ErrorBody,
    EventFrame,
    RequestFrame,
    ResponseFrame,
    SubscribeParams,
    parse_params,
)
from gateway.handshake import UNAUTHENTICATED, agreed_protocol, let_in, welcome
from gateway.intake import Submission, submit_message
from gateway.limiting import count
from gateway.ownership import user_of
from gateway.principals import Principal, check_may_change
from gateway.replies import Follower
from gateway.schemas import Limits, Message, OrderView, event_payload, order_url
from gateway.services import Services, services_of
from nexus.errors import StoreUnavailable
from nexus.logs import get_logger
from nexus.work_order import Channel, Status

log = get_logger(__name__)

router = APIRouter()

MAX_FRAME_BYTES = 256 * 1024
MAX_BAD_FRAMES = 20
MAX_SESSIONS = 64
READING = ("ping", "auth", "session.subscribe", "company.subscribe")  # every other method is the owner's
METHODS = (*READING, "chat.send", "order.cancel", "order.approve")
PAGE = 100
WATCH_ACCESS_S = 5.0
LAST_WORD_S = 20.0  # how long a stalled client has to start reading again and learn why it was closed


class _Hangup(Exception):
    """End the connection with this code."""

    def __init__(self, code: int, reason: str = "") -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


@router.websocket("/ws")
@signs_in
async def websocket(socket: WebSocket) -> None:
    """One client. The app's guard has run already; who brought it no credential brings it in the first frame."""
    services = services_of(socket)
    await socket.accept(agreed_protocol(socket))
    principal = await let_in(socket)
    if principal is None:
        return
    with services.replies.follower() as follower:
        await Talk(socket, services, follower, principal).run()


class Talk:
    """One open WebSocket."""

    def __init__(
        self, socket: WebSocket, services: Services, follower: Follower, principal: Principal
    ) -> None:
        self._socket = socket
        self._principal = principal
        self._services = services
        self._follower = follower
        self._sent: dict[str, int] = {}  # per session, the last event this client was sent
        self._previewed: dict[str, int] = {}  # the same for events that have no number yet
        self._one_sender = asyncio.Lock()
        self._tasks = asyncio.TaskGroup()
        self._held = ExitStack()
        self._watcher: Watcher | None = None  # of the whole company, once it was asked for
        settings = services.settings
        self._limits = Limits(settings.max_content_chars, settings.max_wait_s)
        self._stall_s = settings.ws_stall_s

    async def run(self) -> None:
        """Read and push until either side ends it."""
        try:
            with self._held:
                async with self._tasks as tasks:
                    tasks.create_task(self._read())
                    tasks.create_task(self._push())
                    if self._principal.token_id is not None:
                        tasks.create_task(self._watch_access())
        except* _Hangup as group:
            await self._close(group.exceptions[0])
        except* WebSocketDisconnect:
            pass

    async def _watch_access(self) -> None:
        """A token that is revoked or over opens nothing any more, an open line neither."""
        while True:
            await self._services.clock.sleep(WATCH_ACCESS_S)
            try:
                is_welcome = await self._services.access.tokens.still_welcome(self._principal)
            except StoreUnavailable:
                continue
            if not is_welcome:
                raise _Hangup(UNAUTHENTICATED, "the token is revoked or over")

    async def _close(self, hangup: BaseException) -> None:
        if isinstance(hangup, _Hangup):
            log.info("ws.hangup", code=hangup.code, reason=hangup.reason)
            try:
                async with asyncio.timeout(LAST_WORD_S):
                    await self._socket.close(hangup.code, hangup.reason)
            except (TimeoutError, WebSocketDisconnect, OSError):
                log.debug("ws.gone", code=hangup.code)

    async def _read(self) -> None:
        bad_in_a_row = 0
        while True:
            frame = await self._next_frame()
            try:
                request = parse_json(frame, RequestFrame, self._limits)
            except Problem as problem:
                bad_in_a_row += 1
                await self._send(ResponseFrame(id=None, ok=False, error=ErrorBody.bad_frame(problem)))
                if bad_in_a_row >= MAX_BAD_FRAMES:
                    raise _Hangup(1008, "too many malformed frames") from None
            else:
                bad_in_a_row = 0
                await self._send(await self._answer(request))

    async def _next_frame(self) -> str | bytes:
        message = await self._socket.receive()
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(message.get("code", 1005))
        data: str | bytes = message.get("text") or message.get("bytes") or b""
        if len(data if isinstance(data, bytes) else data.encode()) > MAX_FRAME_BYTES:
            raise _Hangup(1009, f"a frame may have {MAX_FRAME_BYTES} bytes")
        return data

    async def _answer(self, request: RequestFrame) -> ResponseFrame:
        try:
            if request.method != "ping":
                await count(self._socket, self._principal)
            payload = await self._call(request)
        except Problem as problem:
            return ResponseFrame(id=request.id, ok=False, error=ErrorBody.of(problem))
        except StoreUnavailable as error:
            return ResponseFrame(id=request.id, ok=False, error=ErrorBody.of(from_store(error)))
        return ResponseFrame(id=request.id, ok=True, payload=payload)

    def _call(self, request: RequestFrame) -> Awaitable[dict[str, Any]]:
        if request.method in METHODS and request.method not in READING:
            check_may_change(self._principal)
        match request.method:
            case "ping":
                return self._on_ping()
            case "auth":
                return self._on_auth()
            case "chat.send":
                return self._on_chat_send(parse_params(request, Message, self._limits))
            case "session.subscribe":
                return self._on_subscribe(parse_params(request, SubscribeParams, self._limits))
            case "company.subscribe":
                parse_params(request, CompanyParams, self._limits)
                return self._on_company()
            case "order.cancel":
                return self._on_cancel(parse_params(request, CancelParams, self._limits))
            case "order.approve":
                return self._on_approve(parse_params(request, ApproveParams, self._limits))
            case _:
                raise Problem(Kind.NOT_FOUND, f"There is no such method; there are {', '.join(METHODS)}.")

    async def _on_ping(self) -> dict[str, Any]:
        return {"pong": True, "at": self._services.clock.now().isoformat()}

    async def _on_auth(self) -> dict[str, Any]:
        """Who is in already stays who he is."""
        return dict(welcome(self._principal))

    async def _on_chat_send(self, message: Message) -> dict[str, Any]:
        if message.session_id is None or message.session_id not in self._sent:
            self._check_room()
        accepted = await submit_message(
            self._services,
            Submission(
                message.content,
                Channel.WEBSOCKET,
                message.session_id,
                message.tier,
                spec_json=message.spec_json,
                budget_usd=message.budget_usd,
            ),
        )
        self._start(accepted.session_id, max(0, accepted.seq - 1))
        return {
            "order_id": accepted.order_id,
            "session_id": accepted.session_id,
            "status": Status.QUEUED.value,
            "url": order_url(accepted.order_id),
            "durability": accepted.durability.value,
        }

    async def _on_cancel(self, params: CancelParams) -> dict[str, Any]:
        cancelled = await cancel_order(self._services, self._principal, params.order_id)
        return OrderView.of(cancelled.value, cancelled.durability).model_dump(mode="json")

    async def _on_approve(self, params: ApproveParams) -> dict[str, Any]:
        approved = await approve_order(self._services, self._principal, params.order_id, params.tier)
        return OrderView.of(approved.value, approved.durability).model_dump(mode="json")

    async def _on_subscribe(self, params: SubscribeParams) -> dict[str, Any]:
        session_id = params.session_id
        if session_id not in self._sent:
            self._check_room()
        newest = (await self._services.store.last_seqs([session_id])).get(session_id)
        if newest is None and await self._services.store.session_known(session_id):
            raise StoreUnavailable("the session may be in PostgreSQL, which does not answer")
        if newest is None:
            raise Problem(Kind.NOT_FOUND, f"There is no session {session_id}.")
        self._start(session_id, newest if params.after_seq is None else min(params.after_seq, newest))
        return {"session_id": session_id, "after_seq": self._sent[session_id], "last_seq": newest}

    async def _on_company(self) -> dict[str, Any]:
        """News of everything that is the sender's, from now on."""
        if self._watcher is None:
            self._watcher = self._held.enter_context(
                self._services.replies.watching(user_of(self._principal))
            )
            self._tasks.create_task(self._push_company(self._watcher))
        return {"subscribed": True}

    def _check_room(self) -> None:
        if len(self._sent) >= MAX_SESSIONS:
            raise Problem(Kind.INVALID, f"One connection follows {MAX_SESSIONS} sessions at most.")

    def _start(self, session_id: str, after_seq: int) -> None:
        """Follow from here on. A session that is followed already goes on where it is: no event comes twice."""
        self._sent.setdefault(session_id, after_seq)
        self._services.replies.follow(self._follower, session_id)

    async def _push(self) -> None:
        while True:
            for session_id in await self._follower.news():
                try:
                    await self._push_session(session_id)
                except StoreUnavailable as error:
                    log.warning("ws.store_unavailable", error=str(error))
                    await self._services.clock.sleep(1)
                    self._follower.wake(session_id)

    async def _push_session(self, session_id: str) -> None:
        while True:
            events = await self._services.store.events_after(session_id, self._sent[session_id], PAGE)
            for event in events:
                await self._send(_event_frame(event))
                self._sent[session_id] = event.seq
            if len(events) < PAGE:
                break
        for event in await self._services.store.previews_after(
            session_id, self._previewed.get(session_id, 0)
        ):
            await self._send(_event_frame(event).model_copy(update={"seq": None}))
            self._previewed[session_id] = event.seq

    async def _push_company(self, watcher: Watcher) -> None:
        async for changes in self._services.replies.company.changes(watcher):
            await self._send(CompanyFrame.of(changes))

    async def _send(self, frame: ResponseFrame | EventFrame | CompanyFrame) -> None:
        """One frame out; it waits while the client's buffers are full, at most `ws_stall_s`."""
        try:
            async with asyncio.timeout(self._stall_s), self._one_sender:
                await self._socket.send_text(frame.model_dump_json())
        except TimeoutError:
            raise _Hangup(1013, "too slow: come back with the last seq you saw") from None


def _event_frame(event: EventRecord) -> EventFrame:
    return EventFrame(event=event.type, payload=event_payload(event), seq=event.seq)
