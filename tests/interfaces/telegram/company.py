"""The company with its bot as real processes (`nexus up`), the fake Bot API before it."""

import asyncio
import re
import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from agents.config import AgentSettings
from gateway.config import GatewaySettings
from interfaces.telegram.config import TelegramSettings
from tests.botapi.api import TOKEN, BotApi
from tests.botapi.people import Person
from tests.running import ONE_LOOK, SCRIPTED, Up

OPEN = "Ctrl-C stops it"
CODE = re.compile(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}\b")


@dataclass(frozen=True, slots=True)
class Company:
    """A running company and the Telegram that its bot sees."""

    up: Up
    api: BotApi

    async def nexus(self, *arguments: str) -> str:
        """A command of the operator's; returns what it printed, errors too."""
        done = await asyncio.to_thread(self.up.nexus, *arguments)
        return done.stdout + done.stderr

    async def code_of(self, stranger: Person) -> str:
        """The pairing code that stands in the stranger's chat, now or soon."""
        shown = await self.api.wait_for(stranger, lambda message: CODE.search(message.text))
        found = CODE.search(shown.text)
        assert found is not None
        return found[0]

    async def pair(self, stranger: Person, greeting: str) -> None:
        """Have somebody who has written approved by the real command, and wait until the bot has greeted them."""
        code = await self.code_of(stranger)
        said = await self.nexus("telegram", "approve", code)
        assert "is paired" in said, said
        await self.api.wait_for(stranger, greeting)

    @property
    def home(self) -> Path:
        """The data folder."""
        return Path(self.up.environment["NEXUS_HOME"])

    def logs(self) -> dict[str, str]:
        """What every process has written to its log, by file name, and what `nexus up` itself printed."""
        found = {path.name: path.read_text(errors="replace") for path in self.home.glob("logs/**/*.log")}
        return found | {self.up.output.name: self.up.said}


@contextmanager
def a_company(
    folder: Path, api: BotApi, models: Mapping[str, str] = SCRIPTED, **settings: str
) -> Iterator[Company]:
    """Start everything in `folder`; it is ended with the context. `models`: the settings that say who works.

    It blocks while it starts and ends; the fake Bot API serves on a thread of its own.
    """
    telegram = {"TELEGRAM_BOT_TOKEN": TOKEN, "TELEGRAM_API_BASE_URL": api.base_url}
    up = Up(folder, **models, **ONE_LOOK, **telegram, **settings)
    try:
        up.wait_for(OPEN)
        yield Company(up, api)
    finally:
        if up.process.poll() is None:
            up.stop(signal.SIGINT)
        up.kill()


def forget_settings(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment without anything that NEXUS reads, as tests have it."""
    classes = (AgentSettings, GatewaySettings, TelegramSettings)
    ours = {name.upper() for each in classes for name in each.model_fields}
    return {name: value for name, value in environment.items() if name.upper() not in ours}
