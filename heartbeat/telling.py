"""Alerts reach people: the log, the `alerts` table (which the bot and the dashboard read), and Telegram itself.

With Telegram the heartbeat sends first, because the bot or the database may be what is down, and notes in the row whom
it has told; the bot tells the others. A message whose outcome nobody knows is left to the bot: it may come twice.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from db.engine import Database
from db.statements.alerts import Alert, Severity, raise_alert
from heartbeat.alerts import Notice
from heartbeat.config import HeartbeatSettings
from nexus.clock import Clock
from nexus.errors import StoreUnavailable
from nexus.health_words import MARKS, health_text
from nexus.ids import new_id
from nexus.logs import get_logger
from nexus.observing import happened

if TYPE_CHECKING:
    import httpx

log = get_logger(__name__)

TIMEOUT_S = 10.0
TRIES = 3
AGAIN_S = 1.0
LONGEST_WAIT_S = 30.0
MOST_KEPT_BACK = 200
WARNED = {Severity.INFO: "info", Severity.WARNING: "warning", Severity.CRITICAL: "error"}


@dataclass(frozen=True, slots=True)
class Owner:
    """Somebody to tell: the id of the private chat, and the language."""

    user_id: int
    language: str


class Telegram:
    """Sends by the Bot API. Its errors name no address: the token stands in it."""

    def __init__(self, settings: HeartbeatSettings, clock: Clock) -> None:
        self._url = f"{settings.telegram_api_base_url}/bot{settings.token}/sendMessage"
        host = urlsplit(settings.telegram_api_base_url).hostname
        self._trust_env = host not in ("localhost", "127.0.0.1", "::1")  # a proxy is for the world
        self._clock = clock

    async def tell(self, notice: Notice, owners: Sequence[Owner]) -> list[int]:
        """Send to each; returns the ids of those who have it."""
        import httpx  # noqa: PLC0415 - 8 MB that a healthy company never needs

        async with httpx.AsyncClient(timeout=TIMEOUT_S, trust_env=self._trust_env) as client:
            sent = await asyncio.gather(*(self._send(client, notice, owner) for owner in owners))
        return [owner.user_id for owner, arrived in zip(owners, sent, strict=True) if arrived]

    async def _send(self, client: "httpx.AsyncClient", notice: Notice, owner: Owner) -> bool:
        text = f"{MARKS[notice.severity.value]} {health_text(notice.kind, notice.details, owner.language)}"
        body = {"chat_id": owner.user_id, "text": text[:4000]}
        for left in reversed(range(TRIES)):
            wait_s = await self._try(client, body)
            if wait_s is None:
                return True
            if not left or wait_s > LONGEST_WAIT_S:
                break
            await self._clock.sleep(wait_s)
        return False

    async def _try(self, client: "httpx.AsyncClient", body: dict[str, object]) -> float | None:
        """None when it arrived; else after how many seconds to try again, infinity for never."""
        import httpx  # noqa: PLC0415

        try:
            reply = await client.post(self._url, json=body)
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            log.warning("heartbeat.not_told", error=type(error).__name__)
            return AGAIN_S
        except httpx.HTTPError as error:
            log.warning("heartbeat.told_perhaps", error=type(error).__name__)
            return float("inf")
        if reply.is_success:
            return None
        log.warning("heartbeat.not_told", status=reply.status_code)
        if reply.status_code == httpx.codes.TOO_MANY_REQUESTS:
            return float(reply.headers.get("retry-after", AGAIN_S))
        return AGAIN_S if reply.is_server_error else float("inf")


class Teller:
    """Tells notices, in order. `telegram` None: the bot tells what is in the table."""

    def __init__(self, database: Database, telegram: Telegram | None, clock: Clock) -> None:
        self._database = database
        self._telegram = telegram
        self._clock = clock
        self._kept_back: list[Alert] = []

    async def tell(self, notices: Sequence[Notice], owners: Sequence[Owner]) -> None:
        """To everybody, and into the table; what the database does not take now is written at the next call."""
        for notice in notices:
            line = health_text(notice.kind, notice.details, "en")
            happened("alerts", kind=notice.kind)
            getattr(log, WARNED[notice.severity])("heartbeat.alert", kind=notice.kind, text=line)
            told = await self._telegram.tell(notice, owners) if self._telegram and owners else []
            details: dict[str, object] = {**notice.details, "at": notice.at.isoformat()}
            if told:
                details["told"] = told
            alert = Alert(f"{notice.kind}:{new_id()}", notice.kind, notice.severity, line, details)
            self._kept_back.append(alert)
        await self._write()

    async def _write(self) -> None:
        while self._kept_back:
            try:
                async with asyncio.timeout(TIMEOUT_S):
                    await self._database.run(raise_alert, self._kept_back[0], self._clock.now())
            except (StoreUnavailable, TimeoutError):
                del self._kept_back[:-MOST_KEPT_BACK]
                return
            self._kept_back.pop(0)
