"""A client that does not give up: `python -m tests.chaos.senders PLAN NOTES`.

Every message has an Idempotency-Key. It is sent to one gateway or another until it has an order's id; the
acceptance is noted before anything else happens; the order is read until it has ended, and once more later, to
see that the answer stays. A sender that was killed goes on from its notes.
"""

import asyncio
import json
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import websockets

from nexus.work_order import TERMINAL
from tests.chaos.mail import Conversation, Message, Notes, Plan, conversations

ENDED = frozenset(status.value for status in TERMINAL)
REQUEST_S = 10.0
FIRST_WAIT_S = 0.3
LONGEST_WAIT_S = 2.0
TALKS_AT_ONCE = 60  # as many as an office has people; who comes later waits for a free chair
LOOKS_AGAIN_S = 1.0
COUNTS_S = 0.5
CONNECTIONS = 100


class Sender:
    """One client process with all its conversations at once."""

    def __init__(self, plan: Plan, notes: Notes) -> None:
        self._plan = plan
        self._notes = notes
        self._rng = random.Random()  # which gateway, and how long to wait: no part of the seeded plan
        self._counts: Counter[str] = Counter()
        self._chairs = asyncio.Semaphore(TALKS_AT_ONCE)
        limits = httpx.Limits(max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS)
        self._http = httpx.AsyncClient(timeout=REQUEST_S, limits=limits, trust_env=False)

    async def run(self) -> None:
        """Say everything, read every answer twice."""
        counting = asyncio.create_task(self._write_counts())
        async with self._http, asyncio.TaskGroup() as tasks:
            for conversation in conversations(self._plan):
                tasks.create_task(self._begin(conversation))
        counting.cancel()
        self._note_counts()

    async def _begin(self, conversation: Conversation) -> None:
        await asyncio.sleep(max(0.0, self._plan.starts_at + conversation.begins_s - time.time()))
        async with self._chairs:
            await self._converse(conversation)

    async def _converse(self, conversation: Conversation) -> None:
        notes, orders = self._notes, list[str]()
        session: str | None = None
        for message in conversation.messages:
            accepted = notes.accepted.get(message.key) or await self._submit(message, session)
            if accepted is None:
                continue  # refused, and noted
            order, session = accepted
            orders.append(order)
            if message.pauses_for_answer:
                await self._read_answer(order)
        if session is not None and conversation.watching == "websocket":
            await self._watch(session, set(orders))
        for order in orders:
            await self._read_answer(order)
        await asyncio.sleep(LOOKS_AGAIN_S)
        for order in orders:
            await self._read_answer(order, look=2)

    async def _submit(self, message: Message, session: str | None) -> tuple[str, str] | None:
        """Send it until it has an order; None when the company refuses it, which it must not."""
        body: dict[str, object] = {"content": message.content, "wait": message.wait_s}
        body |= {"session_id": session} if session else {}
        body |= {"tier": message.tier} if message.tier else {}
        for wait_s in self._longer_and_longer():
            reply = await self._ask("POST", "/api/chat", json=body, headers={"Idempotency-Key": message.key})
            if reply is not None and (known := _accepted(reply)) is not None:
                order = str(known["order_id"])
                session = known.get("session_id") or session or await self._session_of(order)
                self._accept(message, reply, order, session)
                return order, session
            if reply is not None and reply.status_code < 500 and reply.status_code != 409:
                self._notes.note(
                    "refused", key=message.key, token=message.token, status=reply.status_code, text=reply.text
                )
                return None
            await asyncio.sleep(wait_s)
        return None

    def _accept(self, message: Message, reply: httpx.Response, order: str, session: str) -> None:
        self._notes.note(
            "accepted",
            key=message.key,
            token=message.token,
            order=order,
            session=session,
            status=reply.status_code,
            durability=_document(reply).get("durability"),
        )
        if reply.status_code == 200 and (document := _document(reply)).get("status") in ENDED:
            self._notes.note(
                "answer", order=order, look=1, status=document["status"], text=document.get("content")
            )

    async def _session_of(self, order: str) -> str:
        """A conflict may name the order alone; the order names its session."""
        for wait_s in self._longer_and_longer():
            reply = await self._ask("GET", f"/api/work-orders/{order}")
            if reply is not None and reply.status_code == 200:
                return str(_document(reply)["order"]["session_id"])
            await asyncio.sleep(wait_s)
        raise AssertionError("waits for ever")

    async def _read_answer(self, order: str, look: int = 1) -> None:
        """Read the order until it has ended, and note what it says."""
        for wait_s in self._longer_and_longer():
            if (order, look) in self._notes.answers:
                return
            reply = await self._ask("GET", f"/api/work-orders/{order}")
            if reply is not None and reply.status_code == 200:
                found = _document(reply)["order"]
                if found["status"] in ENDED:
                    status, text = found["status"], found["result"]
                    self._notes.note("answer", order=order, look=look, status=status, text=text)
                    return
            elif reply is not None and reply.status_code < 500:
                self._notes.note("unknown", order=order, status=reply.status_code)
            await asyncio.sleep(wait_s)

    async def _watch(self, session: str, orders: set[str]) -> None:
        """Follow the session by WebSocket, from the last event that was noted, until its orders have ended."""
        while orders - self._notes.seen_to_end:
            url = f"ws://127.0.0.1:{self._rng.choice(self._plan.ports)}/ws"
            try:
                async with asyncio.timeout(REQUEST_S), websockets.connect(url, proxy=None) as socket:
                    params = {"session_id": session, "after_seq": self._notes.watched.get(session, 0)}
                    request = {"type": "req", "id": 1, "method": "session.subscribe", "params": params}
                    await socket.send(json.dumps(request))
                    while orders - self._notes.seen_to_end:
                        self._hear(session, json.loads(await socket.recv()))
            except (OSError, TimeoutError, websockets.WebSocketException) as error:
                self._counts[f"ws {type(error).__name__}"] += 1
                await asyncio.sleep(self._rng.uniform(FIRST_WAIT_S, LONGEST_WAIT_S))

    def _hear(self, session: str, frame: dict[str, Any]) -> None:
        """Note an event, and the order that it ends, if it does."""
        if frame["type"] == "event" and frame["seq"] is None:
            self._counts["ws previews"] += 1
        elif frame["type"] == "event":
            seen, seq = self._notes.watched.get(session, 0), frame["seq"]
            order, type_ = frame["payload"]["order_id"], frame["event"]
            ended = type_.removeprefix("order.") in ENDED
            self._notes.note(
                "event", session=session, seq=seq, after=seen, order=order, type=type_, ended=ended
            )
        elif not frame["ok"]:
            self._counts[f"ws {frame['error']['code']}"] += 1
            raise websockets.WebSocketException(frame["error"]["code"])

    async def _ask(self, method: str, path: str, **request: Any) -> httpx.Response | None:
        """One request to one of the gateways; None when no reply came."""
        url = f"http://127.0.0.1:{self._rng.choice(self._plan.ports)}{path}"
        try:
            reply = await self._http.request(method, url, **request)
        except httpx.HTTPError as error:
            self._counts[f"{method} {type(error).__name__}"] += 1
            return None
        self._counts[f"{method} {reply.status_code}"] += 1
        if reply.status_code == 503 and "retry-after" not in reply.headers:
            self._counts[f"{method} 503 without Retry-After"] += 1
        return reply

    def _longer_and_longer(self) -> Iterator[float]:
        """Waits between tries, in seconds, for ever: from 0.3 s up to 2 s, each with some chance in it.

        A Retry-After is not heeded: the company must stand an impatient client.
        """
        wait_s = FIRST_WAIT_S
        while True:
            yield wait_s * self._rng.uniform(0.5, 1.0)
            wait_s = min(LONGEST_WAIT_S, wait_s * 1.5)

    async def _write_counts(self) -> None:
        while True:
            await asyncio.sleep(COUNTS_S)
            self._note_counts()

    def _note_counts(self) -> None:
        """What was counted since the last time; a kill loses half a second of it at most."""
        if self._counts:
            self._notes.note("counts", counts=dict(self._counts))
            self._counts.clear()


def _accepted(reply: httpx.Response) -> dict[str, Any] | None:
    """The reply's document if it names the order: a success, or a conflict with the order that is under way."""
    if reply.status_code not in (200, 202, 409):
        return None
    document = _document(reply)
    return document if "order_id" in document else None


def _document(reply: httpx.Response) -> dict[str, Any]:
    with suppress(ValueError):
        document = reply.json()
        if isinstance(document, dict):
            return document
    return {}


def main() -> None:
    """Work off the plan."""
    import uvloop  # noqa: PLC0415 - only this process needs it

    plan, notes = Plan.from_json(sys.argv[1]), Notes(Path(sys.argv[2]))
    uvloop.run(Sender(plan, notes).run())


if __name__ == "__main__":
    main()
