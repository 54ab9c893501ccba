"""Updates that Telegram sends by itself: a small server that keeps each one before it says yes.

Every request must carry the secret that Telegram was given when the address was set; it is made anew at each start.
"""

import asyncio
import hmac
import json
import secrets
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from telegram import Update
from telegram.error import InvalidToken, NetworkError, RetryAfter
from telegram.ext import ExtBot

from interfaces.telegram.config import TelegramSettings
from interfaces.telegram.inbox import Inbox
from interfaces.telegram.polling import WANTED, refused_token
from interfaces.telegram.sending import seconds_of
from nexus.clock import Clock
from nexus.errors import StoreUnavailable
from nexus.logs import get_logger

log = get_logger(__name__)

HEADER = "X-Telegram-Bot-Api-Secret-Token"
MAX_BYTES = 1024 * 1024
METHODS = ("POST", "GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS")  # whoever tries another is noted, too
AGAIN_S = 2.0

type Forged = Callable[[str], Awaitable[None]]
"""Called with the address that a forged update came from."""


class _Server(uvicorn.Server):
    """Leaves the process's signals to the process."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Nothing is captured."""
        yield


class Webhook:
    """The server and its registration at Telegram."""

    def __init__(
        self, bot: ExtBot[int], inbox: Inbox, settings: TelegramSettings, clock: Clock, forged: Forged
    ) -> None:
        self._bot = bot
        self._inbox = inbox
        self._settings = settings
        self._clock = clock
        self._forged = forged
        self._secret = secrets.token_urlsafe(32)

    async def run(self) -> None:
        """Serve until cancelled.

        Raises:
            ConfigurationError: Telegram does not know the token.
        """
        settings = self._settings
        app = Starlette(routes=[Route("/{path:path}", self._receive, methods=METHODS)])
        server = _Server(
            uvicorn.Config(
                app,
                host=settings.telegram_webhook_host,
                port=settings.telegram_webhook_port,
                log_config=None,
                access_log=False,
                proxy_headers=False,
                server_header=False,
            )
        )
        serving = asyncio.create_task(server.serve())
        try:
            await self._register()
            await asyncio.shield(serving)
        finally:
            server.should_exit = True
            await asyncio.gather(serving, return_exceptions=True)

    async def _register(self) -> None:
        while True:
            try:
                await self._bot.set_webhook(
                    self._settings.telegram_webhook_url, secret_token=self._secret, allowed_updates=WANTED
                )
            except InvalidToken:
                raise refused_token() from None
            except RetryAfter as error:
                await self._clock.sleep(seconds_of(error))
            except NetworkError as error:
                log.warning("telegram.webhook_not_set", error=str(error))
                await self._clock.sleep(AGAIN_S)
            else:
                return

    async def _receive(self, request: Request) -> Response:
        """Keep one update. Telegram sends it again unless the answer is 200."""
        sent = request.headers.get(HEADER, "")
        if not hmac.compare_digest(sent.encode(), self._secret.encode()):
            await self._forged(request.client.host if request.client else "?")
            return Response(status_code=403)
        if request.method != "POST":
            return Response(status_code=405)
        body = b""
        async for chunk in request.stream():
            body += chunk
            if len(body) > MAX_BYTES:
                return Response(status_code=413)
        try:
            document = json.loads(body)
            if not isinstance(document, dict) or not isinstance(document.get("update_id"), int):
                return Response(status_code=400)
            update = Update.de_json(document, self._bot)
        except (ValueError, KeyError, TypeError, AttributeError):
            return Response(status_code=400)
        try:
            await self._inbox.take([update])
        except StoreUnavailable:
            return Response(status_code=503, headers={"Retry-After": "2"})
        return Response(status_code=200)
