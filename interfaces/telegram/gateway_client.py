"""The gateway as the bot sees it: the company's own HTTP API, with the company's own secret.

Only what the bot reads is described; the gateway may say more.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import httpx
from pydantic import BaseModel, ConfigDict

from interfaces.telegram.config import TelegramSettings
from nexus.address import secrets_of
from nexus.errors import PermanentError, TransientError
from nexus.hold import HoldOption
from nexus.receipt import Receipt
from nexus.work_order import Difficulty, Role, Status

TIMEOUT_S = 30.0
SILENCE_S = 45.0  # a stream of events says something every 15 s
CONNECTIONS = 200  # each followed order holds one

# A wrong secret is the operator's to mend: until then nothing is refused that waits for an answer.
_SETTLED_BY_TIME = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)

type Json = dict[str, Any]


class GatewayAway(TransientError):
    """The gateway, or the store behind it, does not answer now."""


class GatewayRefused(PermanentError):
    """The gateway will not do this. `kind` is the problem's slug, `document` all of it."""

    def __init__(self, status: int, document: Mapping[str, Any]) -> None:
        super().__init__(str(document.get("detail") or f"the gateway answered {status}"))
        self.status = status
        self.kind = str(document.get("type", "")).rpartition(":")[2]
        self.document = document


class _Read(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class Accepted(_Read):
    """An order as it was accepted, now or by an earlier try of the same request."""

    order_id: str
    session_id: str


class Hold(_Read):
    """The question of a held order."""

    question: str
    options: list[HoldOption]


class Order(_Read):
    """A work order."""

    id: str
    session_id: str
    content: str
    status: Status
    owner: Role
    difficulty: Difficulty | None
    tier_reason: str | None
    tier_rule: str | None
    attempts: int
    result: str | None
    failure_reason: str | None
    created_at: str
    hold: Hold | None = None

    @property
    def is_open(self) -> bool:
        """True until it has ended."""
        return self.status in (Status.QUEUED, Status.TRIAGED, Status.WORKING, Status.HELD)


class Attempt(_Read):
    """One try."""

    n: int
    role: Role
    model: str
    status: str
    error: str | None


class Check(_Read):
    """One check of QA."""

    name: str
    status: str
    evidence: str


class Verdict(_Read):
    """QA's word on one try."""

    attempt: int
    passed: bool
    checks: list[Check]


class Detail(_Read):
    """All of one order."""

    order: Order
    attempts: list[Attempt]
    verdicts: list[Verdict]
    receipt: Receipt | None
    receipt_text: str | None


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to an order. `id` None: it has no number yet, and may come again."""

    id: str | None
    type: str
    payload: Json


class GatewayClient:
    """Calls of the gateway's API. One per process; `close` it."""

    def __init__(self, settings: TelegramSettings) -> None:
        self._settings = settings
        self._http = httpx.AsyncClient(
            base_url=settings.company_url,
            timeout=httpx.Timeout(TIMEOUT_S, connect=5),
            limits=httpx.Limits(max_connections=CONNECTIONS, max_keepalive_connections=20),
            trust_env=False,  # the company is here, not behind a proxy
        )

    async def send(self, body: Json, key: str) -> Accepted:
        """Say something (`POST /api/chat`). The same `key` twice is one order.

        Raises:
            GatewayAway: try again, with the same key.
            GatewayRefused: the message cannot be taken.
        """
        return await self._accept("/api/chat", body, key)

    async def again(
        self, order_id: str, action: str, tier: Role | None, key: str, reason: str | None = None
    ) -> Accepted:
        """Have an ended order done again: `action` is `escalate` or `retry`. Raises as `send`.

        `reason` is the owner's word to a higher tier, 500 characters at most.
        """
        body = ({"tier": tier.value} if tier else {}) | ({"reason": reason} if reason else {})
        return await self._accept(f"/api/work-orders/{order_id}/{action}", body, key)

    async def _accept(self, path: str, body: Json, key: str) -> Accepted:
        try:
            return Accepted.model_validate(await self.post(path, body, key=key))
        except GatewayRefused as error:
            if error.status == HTTPStatus.CONFLICT and error.kind == "idempotency-key-in-use":
                return Accepted.model_validate(error.document)  # our own earlier try
            raise

    async def detail(self, order_id: str) -> Detail:
        """All of one order. Raises as `get`."""
        return Detail.model_validate(await self.get(f"/api/work-orders/{order_id}"))

    async def get(self, path: str, **query: str | int | None) -> Json:
        """Read something.

        Raises:
            GatewayAway: try again.
            GatewayRefused: there is no such thing, or it is not for us.
        """
        asked = {name: value for name, value in query.items() if value is not None}
        return await self._call("GET", path, params=asked)

    async def post(self, path: str, body: Json | None = None, *, key: str | None = None) -> Json:
        """Change something. Raises as `get`."""
        return await self._call("POST", path, json=body or {}, key=key)

    async def put(self, path: str, body: Json) -> Json:
        """Set something. Raises as `get`."""
        return await self._call("PUT", path, json=body)

    async def _call(
        self,
        method: str,
        path: str,
        *,
        key: str | None = None,
        params: Json | None = None,
        json: Json | None = None,
    ) -> Json:
        headers = self._headers() | ({"Idempotency-Key": key} if key else {})
        try:
            response = await self._http.request(method, path, headers=headers, params=params, json=json)
        except httpx.HTTPError as error:
            raise GatewayAway(_no_answer(error)) from None
        return _document(response)

    async def events(self, order_id: str, after: str | None) -> AsyncIterator[Event]:
        """What happens to an order, from its first event or from behind `after`; ends when the order has, or the line.

        Raises:
            GatewayAway: the line broke; ask again.
            GatewayRefused: there is no such order.
        """
        headers = self._headers() | ({"Last-Event-ID": after} if after else {})
        quiet = httpx.Timeout(TIMEOUT_S, connect=5, read=SILENCE_S)
        path = f"/api/work-orders/{order_id}/events"
        try:
            async with self._http.stream("GET", path, headers=headers, timeout=quiet) as response:
                if response.is_error:
                    await response.aread()
                    _document(response)
                async for event in _parsed(response.aiter_lines()):
                    yield event
        except httpx.HTTPError as error:
            raise GatewayAway(_no_answer(error)) from None

    async def close(self) -> None:
        """Close every connection."""
        await self._http.aclose()

    def _headers(self) -> dict[str, str]:
        """The secret as it is now: it may be changed while we run."""
        secret = next(iter(secrets_of(self._settings)), None)
        return {"Authorization": f"Bearer {secret}"} if secret else {}


def _no_answer(error: httpx.HTTPError) -> str:
    return f"the gateway does not answer ({type(error).__name__})"


def _document(response: httpx.Response) -> Json:
    try:
        document: Json = response.json()
    except ValueError:
        document = {}
    if response.is_success:
        return document
    if response.status_code in _SETTLED_BY_TIME or response.is_server_error:
        raise GatewayAway(
            str(document.get("detail") or f"the gateway answered {response.status_code}"),
            _seconds(response.headers.get("Retry-After")),
        )
    raise GatewayRefused(response.status_code, document)


def _seconds(text: str | None) -> float | None:
    return float(text) if text and text.isdigit() else None


async def _parsed(lines: AsyncIterator[str]) -> AsyncIterator[Event]:
    """Server-sent events, each with one line of data, as the gateway writes them."""
    fields: dict[str, str] = {}
    async for line in lines:
        if not line:
            if "data" in fields:
                yield Event(fields.get("id"), fields.get("event", ""), json.loads(fields["data"]))
            fields = {}
        elif not line.startswith(":"):
            name, _, value = line.partition(":")
            fields[name] = value.removeprefix(" ")


async def patiently(attempt: int) -> None:
    """Wait before the next try of something that is away: 0.5 s, then twice as long each time, 15 s at most."""
    await asyncio.sleep(min(15.0, 0.5 * 2.0 ** min(attempt, 8)))
