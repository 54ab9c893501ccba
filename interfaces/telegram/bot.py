"""The bot: one process that puts the parts together and runs them until it is told to stop.

`python -m interfaces.telegram.bot`, or from a script:

    bot = create_telegram_bot()
    await bot.start()
"""

import asyncio
import logging
import os
import signal
import sys
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager, suppress
from functools import partial
from urllib.parse import urlsplit

from telegram import BotCommand, User
from telegram.error import InvalidToken, NetworkError, RetryAfter, TelegramError
from telegram.ext import AIORateLimiter, ExtBot
from telegram.request import HTTPXRequest

from db.engine import Database, open_database
from db.migrate import migrate
from db.statements.alerts import Alert, Severity, raise_alert
from db.statements.logs import AuditEvent, insert_audit_event
from interfaces.telegram.admission import Admission
from interfaces.telegram.announcer import Announcer
from interfaces.telegram.bot_lease import BotLease, once_held, this_process
from interfaces.telegram.commands import MENU
from interfaces.telegram.config import TelegramSettings
from interfaces.telegram.delivery import Delivery
from interfaces.telegram.desk import Office
from interfaces.telegram.gateway_client import GatewayClient
from interfaces.telegram.handlers import Handlers
from interfaces.telegram.inbox import Inbox
from interfaces.telegram.polling import LONG_POLL_S, Poller, refused_token
from interfaces.telegram.run_teller import RunTeller
from interfaces.telegram.sending import Sender, seconds_of
from interfaces.telegram.state_file import BotState, forget_state, write_state
from interfaces.telegram.webhook import Webhook
from nexus.clock import Clock, SystemClock
from nexus.errors import ConfigurationError, LeaseLost, StoreUnavailable
from nexus.logs import configure_logs, get_logger
from nexus.observation import observation
from nexus.redaction import learn_secrets
from nexus.settings import load_settings
from nexus.systemd import say_it_lives

log = get_logger(__name__)

CONNECTIONS = 64
# Telegram takes 30 messages a second. A bucket of 10, filled at 20 a second, is never above that in any second.
OVERALL = (10, 0.5)
TIMEOUT_S = 20.0
AGAIN_S = 2.0
DRAIN_S = 10.0


def create_telegram_bot(settings: TelegramSettings | None = None) -> "TelegramBot":
    """The bot of these settings, or of the environment's.

    Raises:
        ConfigurationError: a setting is missing or wrong.
    """
    if settings is None:
        settings = load_settings(TelegramSettings)
        configure_logs(settings, "telegram")
    return TelegramBot(settings, SystemClock())


class TelegramBot:
    """One bot."""

    def __init__(self, settings: TelegramSettings, clock: Clock) -> None:
        """Raises ConfigurationError when there is no token."""
        learn_secrets([settings.token])  # it stands in every address that is called
        self._settings = settings
        self._clock = clock
        self._stopped = asyncio.Event()

    async def start(self) -> None:
        """Work until `stop` is called or the process gets a signal.

        Raises:
            ConfigurationError: Telegram does not know the token.
            StoreUnavailable: there is no database.
            LeaseLost: another process does this bot's work.
        """
        self._stop_on_signals()
        database = open_database(self._settings)
        gateway = GatewayClient(self._settings)
        try:
            await asyncio.to_thread(migrate, database)
            async with make_bot(self._settings) as bot, running(say_it_lives(self._clock)):
                await self._run(bot, database, gateway)
        finally:
            forget_state(self._settings.home)
            await gateway.close()
            database.close()

    async def stop(self) -> None:
        """Have `start` return soon."""
        self._stopped.set()

    async def _run(self, bot: ExtBot[int], database: Database, gateway: GatewayClient) -> None:
        me = await self._introduce(bot)
        if me is None:
            return
        sender = Sender(bot, database, self._clock)
        office = Office(self._settings, database, gateway, bot, sender, me, self._clock)
        delivery = Delivery(database, gateway, sender, self._clock)
        admission = Admission(self._settings, database, sender, me, self._clock)
        inbox = Inbox(database, bot.id, self._clock, Handlers(office, admission).handle, delivery.follow)
        announcer = Announcer(self._settings, database, sender, self._clock)
        teller = RunTeller(self._settings, database, sender, self._clock)
        entrance = partial(self._entrance, bot, inbox, database)
        lease = BotLease(database, bot.id, this_process(), self._clock)
        work = [
            once_held(lease, job) for job in (entrance, inbox.run, delivery.run, announcer.run, teller.run)
        ]
        mode = "webhook" if self._settings.telegram_webhook_url else "polling"
        write_state(self._settings.home, BotState(pid=os.getpid(), username=me.username or "", mode=mode))
        log.info("telegram.ready", bot=me.username, mode=mode)
        try:
            await self._until_stopped([asyncio.create_task(job) for job in (lease.keep(), *work)])
        finally:
            await sender.drain(DRAIN_S)

    async def _until_stopped(self, jobs: list[asyncio.Task[None]]) -> None:
        """Until `stop`, or until a part ends, which raises what ended it."""
        stopped = asyncio.create_task(self._stopped.wait())
        try:
            done, _ = await asyncio.wait([stopped, *jobs], return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (stopped, *jobs):
                task.cancel()
            await asyncio.gather(stopped, *jobs, return_exceptions=True)
        for task in done - {stopped}:
            task.result()

    async def _introduce(self, bot: ExtBot[int]) -> User | None:
        """Set up the menu and learn who we are, once Telegram answers; None when we are stopped before."""
        while not self._stopped.is_set():
            try:
                await bot.initialize()
                if not self._settings.telegram_webhook_url:
                    await bot.delete_webhook()
                await self._set_menu(bot)
            except InvalidToken:
                raise refused_token() from None
            except RetryAfter as error:
                await self._clock.sleep(seconds_of(error))
            except NetworkError as error:
                log.warning("telegram.away", error=f"{type(error).__name__}: {error}")
                await self._clock.sleep(AGAIN_S)
            else:
                return bot.bot
        return None

    async def _set_menu(self, bot: ExtBot[int]) -> None:
        for language, commands in MENU.items():
            menu = [BotCommand(name, description) for name, description in commands]
            try:
                await bot.set_my_commands(menu, language_code=None if language == "en" else language)
            except (NetworkError, RetryAfter):
                raise
            except TelegramError as error:
                log.warning("telegram.menu_not_set", error=str(error))

    async def _entrance(self, bot: ExtBot[int], inbox: Inbox, database: Database) -> None:
        if self._settings.telegram_webhook_url:
            forged = partial(self._forged, database)
            return await Webhook(bot, inbox, self._settings, self._clock, forged).run()
        return await Poller(bot, inbox, self._clock, partial(self._conflict, database)).run()

    async def _conflict(self, database: Database, what: str) -> None:
        """Said in the log, and once a day as an alert."""
        log.error("telegram.conflict", error=what)
        now = self._clock.now()
        key = f"telegram.conflict:{self._settings.bot_id}:{now:%Y-%m-%d}"
        text = "Another program asks Telegram for this bot's updates; stop it, or messages come late."
        alert = Alert(key, "telegram.conflict", Severity.WARNING, text, {})
        with suppress(StoreUnavailable):
            await database.run(raise_alert, alert, now)

    async def _forged(self, database: Database, address: str) -> None:
        details = {"why": "wrong secret", "what": "webhook", "address": address}
        audit = AuditEvent("telegram:?", "telegram.refused", "refused", None, None, details)
        with suppress(StoreUnavailable):
            await database.run(insert_audit_event, audit, self._clock.now())

    def _stop_on_signals(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            with suppress(NotImplementedError, ValueError, RuntimeError):  # not the main thread, or not Unix
                loop.add_signal_handler(number, self._stopped.set)


@asynccontextmanager
async def running(job: Coroutine[None, None, None]) -> AsyncIterator[None]:
    """`job` beside what is in the context."""
    task = asyncio.create_task(job)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@asynccontextmanager
async def make_bot(settings: TelegramSettings) -> AsyncIterator[ExtBot[int]]:
    """Telegram's API, with its limits kept. Closed at the end."""
    os.environ.setdefault(
        "PTB_TIMEDELTA", "true"
    )  # else each RetryAfter is a warning of the library's next version
    # It keeps the pace and waits for nothing: whoever sends knows what may be waited for, and logs it.
    logging.getLogger("telegram.ext.AIORateLimiter").setLevel(logging.CRITICAL)
    base = settings.telegram_api_base_url
    here = urlsplit(base).hostname in ("localhost", "127.0.0.1", "::1")
    kwargs = {"trust_env": not here}  # a proxy of the environment is for the world, not for this machine
    bot = ExtBot[int](
        settings.token,
        base_url=f"{base}/bot",
        base_file_url=f"{base}/file/bot",
        rate_limiter=AIORateLimiter(*OVERALL, 0, 0),
        request=HTTPXRequest(
            CONNECTIONS,
            read_timeout=TIMEOUT_S,
            write_timeout=TIMEOUT_S,
            pool_timeout=TIMEOUT_S,
            httpx_kwargs=kwargs,
        ),
        get_updates_request=HTTPXRequest(1, read_timeout=LONG_POLL_S + TIMEOUT_S, httpx_kwargs=kwargs),
    )
    try:
        yield bot
    finally:
        await bot.shutdown()


def main() -> int:
    """Run the bot; 0 after a signal, 2 for a wrong setting, 1 when the database does not answer."""
    try:
        settings = load_settings(TelegramSettings)
        configure_logs(settings, "telegram")
        with observation(settings, "telegram"):
            asyncio.run(create_telegram_bot(settings).start())
    except ConfigurationError as error:
        print(f"nexus: {error}", file=sys.stderr)
        return 2
    except StoreUnavailable as error:
        print(f"nexus: {error}; check DATABASE_URL.", file=sys.stderr)
        return 1
    except LeaseLost as error:
        print(f"nexus: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
