"""The company of a storm, as real processes: `nexus up` without its bot, and the bot beside it, which is killed.

`store` is SQLite in the data folder, or a PostgreSQL of the storm's own.
"""

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Literal

import httpx

from benchmarks.processes import bare_environment
from db.engine import Database, open_database
from db.statements.telegram_people import approve, give_code, meet
from nexus.clock import SystemClock
from nexus.pairing import hash_of
from nexus.settings import CommonSettings
from tests.botapi.api import TOKEN, BotApi
from tests.chaos.company import REPOSITORY
from tests.chaos.members import Member
from tests.chaos.postgres import prepare_postgres
from tests.interfaces.telegram.company import OPEN, forget_settings
from tests.interfaces.telegram.storm_bot import until
from tests.running import ONE_LOOK, SCRIPTED, Up

type Store = Literal["sqlite", "postgresql"]
BOT = "interfaces.telegram.bot"
PATIENT = {"ORDER_DEADLINE_S": "7200", "MODEL_TIMEOUT_S": "7200", "MODEL_STALL_S": "7200"}


@asynccontextmanager
async def a_company(
    folder: Path, store: Store, script: dict[str, object]
) -> AsyncIterator[tuple[Up, Database]]:
    """Gateway, worker and Valkey in `folder`, with a scripted model; and its database, opened a second time."""
    (folder / "script.json").write_text(json.dumps(script))
    settings = (
        SCRIPTED
        | ONE_LOOK
        | PATIENT
        | {"NEXUS_MODEL_ADMIN": "scripted/desk", "NEXUS_SCRIPT": str(folder / "script.json")}
    )
    async with _a_store(folder, store) as url:
        up = Up(folder, **settings, **({"DATABASE_URL": url} if url else {}))
        try:
            await asyncio.to_thread(up.wait_for, OPEN)
            home = Path(up.environment["NEXUS_HOME"])
            database = open_database(
                CommonSettings.model_validate({"nexus_home": home, "database_url": url or None})
            )
            try:
                yield up, database
            finally:
                database.close()
        finally:
            if up.process.poll() is None:
                await asyncio.to_thread(up.stop, signal.SIGINT)
            up.kill()


@asynccontextmanager
async def _a_store(folder: Path, store: Store) -> AsyncIterator[str]:
    """The database's address; empty for SQLite."""
    if store == "sqlite":
        yield ""
        return
    server, url = _a_postgres(folder)
    server.start()
    try:
        await until(lambda: server.is_ready, 60, "PostgreSQL")
        yield url
    finally:
        server.end(signal.SIGINT)


def _a_postgres(folder: Path) -> tuple[Member, str]:
    folder.chmod(0o755)  # PostgreSQL's user must be able to get through
    files = prepare_postgres(folder / "postgres")
    ready = "ready to accept connections"
    member = Member("postgres", files.argv, bare_environment(), folder, ready=ready, user=files.user)
    return member, files.url.replace("postgresql+psycopg", "postgresql")


def pair(database: Database, people: Iterable[int]) -> None:
    """Have these people approved, as `nexus telegram approve` does."""
    clock = SystemClock()
    for person in people:
        now, code = clock.now(), hash_of(f"STORM{person}")
        database.run_sync(meet, person, f"Person {person}", "en", now)
        database.run_sync(give_code, person, code, now + timedelta(hours=1))
        assert database.run_sync(approve, code, "owner", now) is not None


def bot_of(bug: str | None) -> tuple[str, ...]:
    """The module that is the bot, and its arguments."""
    return ("tests.interfaces.telegram.storm_bugs", bug) if bug else (BOT,)


def environment_of(up: Up, api: BotApi) -> dict[str, str]:
    """The bot's: the company's own, the token and where Telegram is."""
    telegram = {"TELEGRAM_BOT_TOKEN": TOKEN, "TELEGRAM_API_BASE_URL": api.base_url}
    return {**up.environment, **telegram, "PYTHONPATH": str(REPOSITORY)}


def forget_own_settings() -> None:
    """No setting of whoever runs the storm by hand gets into it."""
    kept = forget_settings(os.environ)
    os.environ.clear()
    os.environ.update(kept)


def takes_attachments(up: Up) -> bool:
    """Whether the gateway takes pictures at all, by its own description."""
    described = httpx.get(f"{up.door.url}/openapi.json", timeout=10, trust_env=False).json()
    return "attachments" in described["components"]["schemas"]["ChatRequest"]["properties"]
