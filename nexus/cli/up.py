"""`nexus up`: the whole company on this machine, until Ctrl-C.

Order: lock the data folder; Valkey and the survey of the models side by side; then at once the worker, the
gateway and, if it is needed, the starter model, while the survey goes on to migrate the database (each process
would do that too, at the same time without harm; the survey says best what is wrong with it). The second Ctrl-C
ends everything at once.
"""

import asyncio
import signal
import time

from rich.console import Console

from agents.starter_server import find_model_file
from gateway.config import check_exposure
from interfaces.telegram.config import TelegramSettings
from interfaces.telegram.state_file import read_state
from nexus.address import secrets_of, url_of
from nexus.cli.company import place_of
from nexus.cli.lock import take_lock
from nexus.cli.panel import Opening, show_opening
from nexus.cli.parts import (
    TELEGRAM,
    Part,
    heartbeat_part,
    office_parts,
    starter_part,
    telegram_part,
    valkey_part,
    with_metrics_port,
)
from nexus.cli.ports import free_port, require_free_port
from nexus.cli.progress import Progress
from nexus.cli.redis_probe import NoAnswer, RedisClient, ask, redis_trouble
from nexus.cli.supervisor import Supervisor
from nexus.cli.surveyor import surveying
from nexus.cli.up_settings import UpSettings
from nexus.errors import ConfigurationError, NexusError
from nexus.redis_client import make_redis
from nexus.settings import load_settings

TELEGRAM_WITHIN_S = 5.0


def run(began: float) -> int:
    """Start, keep running, stop. `began` is the monotonic time of the owner's command. Returns the exit code.

    Raises:
        ConfigurationError: a setting is wrong, or the port is taken.
        NexusError: the company runs already, or a part cannot be started.
    """
    settings = _with_a_port(load_settings(UpSettings))
    check_exposure(settings)
    settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock = take_lock(settings.home, url_of(settings))
    require_free_port(settings.host, settings.port)
    console = Console(highlight=False)
    with Progress(console) as progress:
        supervisor = Supervisor(settings.home / "logs", progress, inherited=[lock])
        return asyncio.run(Company(settings, supervisor, progress, console, began).run())


class Company:
    """One run of the company."""

    def __init__(
        self,
        settings: UpSettings,
        supervisor: Supervisor,
        progress: Progress,
        console: Console,
        began: float,
    ) -> None:
        self._settings = settings
        self._supervisor = supervisor
        self._progress = progress
        self._console = console
        self._began = began
        self._redis: RedisClient = make_redis(settings.effective_redis_url, max_connections=4)
        self._has_a_bot = load_settings(TelegramSettings).telegram_bot_token is not None

    async def run(self) -> int:
        """Work until a signal comes; 0 then.

        Raises:
            NexusError: a part cannot be started.
        """
        work = asyncio.create_task(self._work())
        self._on_signals(work)
        try:
            await work
        except asyncio.CancelledError:
            return 0
        finally:
            self._progress.finish()
            await self._supervisor.stop()
            await self._redis.aclose(close_connection_pool=True)
            self._progress.say("everything is stopped")
        return 0

    async def _work(self) -> None:
        try:
            async with asyncio.TaskGroup() as group:
                await self._open(group)
        except* NexusError as errors:
            raise errors.exceptions[0] from None

    async def _open(self, group: asyncio.TaskGroup) -> None:
        """Start the parts, each a task of `group` that goes on for ever, and say when they are ready."""
        settings, supervisor = self._settings, self._supervisor
        if settings.redis_url is None:
            group.create_task(supervisor.keep(valkey_part(settings, self._redis)))
        else:
            await self._require_redis(settings.redis_url)
        port = free_port()
        async with surveying(
            f"http://127.0.0.1:{port}/v1", settings.home / "logs" / "survey.log"
        ) as surveyor:
            with self._progress.step("models"):
                models = await surveyor.models()
            parts = self._office(port if models.needs_starter else None)
            for part in parts:
                group.create_task(supervisor.keep(part))
            with self._progress.step("database"):
                stores = await surveyor.stores()
        await supervisor.ready([part.name for part in parts if part.is_vital])
        telegram = await self._telegram()
        self._progress.finish()
        redis, seconds = await self._describe_redis(), time.monotonic() - self._began
        link = await asyncio.to_thread(_link, settings)
        show_opening(Opening(settings, models, stores, redis, seconds, telegram, link), self._console)

    def _office(self, starter_port: int | None) -> list[Part]:
        telegram = [telegram_part(self._settings)] if self._has_a_bot else []
        starter, url = list[Part](), None
        if starter_port is not None:
            find_model_file()
            starter, url = [starter_part(starter_port)], f"http://127.0.0.1:{starter_port}/v1"
        office = office_parts(self._settings, self._redis, url)
        needs = tuple(part.name for part in office)
        heartbeat = heartbeat_part(self._settings, url, needs, has_a_bot=self._has_a_bot)
        parts = [*starter, *office, *telegram, heartbeat]
        return [with_metrics_port(part, self._settings.metrics_port) for part in parts]

    async def _telegram(self) -> str | None:
        """What to say of the bot; None when there is none. It is waited for only a little: Telegram may be far away."""
        if not self._has_a_bot:
            return None
        try:
            async with asyncio.timeout(TELEGRAM_WITHIN_S):
                await self._supervisor.ready([TELEGRAM])
        except TimeoutError:
            return f"not ready yet, see {self._settings.home / 'logs' / 'telegram.log'}"
        state = read_state(self._settings.home)
        name = f"@{state.username}" if state else "ready"
        return f"{name}: write to it, then `nexus telegram approve CODE` with the code that it shows"

    async def _require_redis(self, url: str) -> None:
        answer = await ask(self._redis.ping())
        if isinstance(answer, NoAnswer):
            raise ConfigurationError(redis_trouble(url, answer))

    async def _describe_redis(self) -> str:
        answer = await ask(self._redis.info("server"))
        about = {} if isinstance(answer, NoAnswer) else answer
        name = "Valkey" if "valkey_version" in about else "Redis"
        version = about.get("valkey_version") or about.get("redis_version") or "of unknown version"
        if self._settings.redis_url:
            return f"{name} {version} at {place_of(self._settings.redis_url)}"
        return f"{name} {version}, embedded, {self._settings.valkey_socket}"

    def _on_signals(self, work: asyncio.Task[None]) -> None:
        loop = asyncio.get_running_loop()
        seen: list[int] = []

        def on_signal(number: int) -> None:
            seen.append(number)
            if len(seen) > 1:
                self._supervisor.kill()
                return
            self._progress.say("stopping … (again to stop at once)")
            work.cancel()

        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, on_signal, number)


def _with_a_port(settings: UpSettings) -> UpSettings:
    return settings if settings.port else settings.model_copy(update={"port": free_port()})


def _link(settings: UpSettings) -> str | None:
    """The link that signs a browser in; None without a secret, when there is nothing to sign in to."""
    if not secrets_of(settings):
        return None
    # The database's modules take 28 MB, which this process would keep for as long as the company runs.
    from nexus.cli.link_desk import opening_link  # noqa: PLC0415

    return opening_link(settings)
