"""The database: whether it answers and soon, its schema, the spool; and what it says of models, money and the rest."""

import re
import time
from datetime import timedelta
from functools import partial

import db.migrations.versions as migrations
from db.engine import Database, sqlite_engine
from db.spool import FILE as SPOOL_FILE
from db.statements.modes import Mode, newest_mode
from db.statements.spooling import count_orders
from db.statements.telegram_people import Person
from db.statements.vital_signs import VitalSigns, schema_revision, vital_signs
from db.vitals import Vital, budget_vital, models_vital, telegram_vital
from heartbeat.config import HeartbeatSettings
from heartbeat.finding import Check, Findings, Found
from nexus.clock import Clock
from nexus.errors import StoreUnavailable
from nexus.model_status import ModelStatus

SLOW_S = 1.0
DEAD_WITHIN = timedelta(hours=1)
END_NOTICE = timedelta(days=14)
NAMES = ("models", "budget", "dead_letters", "orders", "equipment")


def newest_schema() -> str:
    """The revision that this NEXUS brings, by the names of its migrations: Alembic itself takes 10 MB."""
    from importlib.resources import files  # noqa: PLC0415

    names = [path.name for path in files(migrations).iterdir()]
    return max(found[1] for name in names if (found := re.match(r"v(\d{4})_", name)))


def database_check(settings: HeartbeatSettings, database: Database, spool: "SpoolView") -> Check:
    """`database`."""
    newest = newest_schema()

    async def look() -> Findings:
        local = await spool.look()
        return {"database": local or await _database(settings, database, newest)}

    return Check(("database",), look)


async def _database(settings: HeartbeatSettings, database: Database, newest: str) -> Found:
    kind = "SQLite" if database.is_sqlite else "PostgreSQL"
    if database.is_sqlite and not settings.sqlite_path.exists():
        return Found(ModelStatus.CRITICAL, f"there is no {settings.sqlite_path}: start the company once")
    try:
        began = time.monotonic()
        present = await database.read(schema_revision)
        took_s = time.monotonic() - began
    except StoreUnavailable as error:
        return Found(ModelStatus.CRITICAL, f"{kind}: {error}")
    if present != newest:
        text = f"{kind} has schema {present or 'none'}, this heartbeat knows {newest}"
        return Found(ModelStatus.DEGRADED if present else ModelStatus.CRITICAL, text)
    status = ModelStatus.DEGRADED if took_s > SLOW_S else ModelStatus.HEALTHY
    return Found(status, f"{kind} answers in {took_s * 1000:.0f} ms, schema {present}")


class SpoolView:
    """This host's spool, read only; there is one only beside PostgreSQL."""

    def __init__(self, settings: HeartbeatSettings) -> None:
        self._path = settings.home / SPOOL_FILE if settings.database_url else None
        self._database: Database | None = None

    async def look(self) -> Found | None:
        """How the host is while it works without PostgreSQL; None in every other case."""
        if self._path is None or not self._path.exists():
            return None
        self._database = self._database or Database(sqlite_engine(self._path))
        try:
            mode, left = await self._database.read(newest_mode), await self._database.read(count_orders)
        except StoreUnavailable as error:
            return Found(ModelStatus.CRITICAL, f"this host's spool: {error}")
        if mode is None or mode.mode is Mode.PRIMARY:
            return None
        since = mode.at.isoformat(timespec="seconds")
        text = f"PostgreSQL is away since {since}: this host works by itself, {left} orders to be replayed"
        return Found(ModelStatus.DEGRADED, text)

    def close(self) -> None:
        """Close the file."""
        if self._database is not None:
            self._database.close()


class Records:
    """What the company has written down of itself. `people` are those the bot knows, as of the last good look."""

    def __init__(self, settings: HeartbeatSettings, database: Database, clock: Clock) -> None:
        self.people: list[Person] = []
        self._settings = settings
        self._database = database
        self._clock = clock
        self._has_a_bot = settings.telegram_bot_token is not None
        self._names = (*NAMES, "telegram") if self._has_a_bot else NAMES

    def check(self) -> Check:
        """`models`, `budget`, `dead_letters`, `orders`, `equipment`, and `telegram` with a token."""
        return Check(self._names, self._look, if_silent=ModelStatus.UNKNOWN, because="database")

    async def _look(self) -> Findings:
        read = partial(
            vital_signs, limits=self._settings.limits, now=self._clock.now(), dead_within=DEAD_WITHIN
        )
        try:
            signs = await self._database.read(read)
        except StoreUnavailable:
            unknown = Found(ModelStatus.UNKNOWN, "the database does not answer", because="database")
            return dict.fromkeys(self._names, unknown)
        self.people = signs.people
        found = self._judge(signs)
        if self._has_a_bot:
            found["telegram"] = _bot(signs)
        return found

    def _judge(self, signs: VitalSigns) -> Findings:
        budget = budget_vital(signs.windows, signs.frozen)
        return {
            "models": self._models(signs),
            "budget": Found(budget.status, budget.reason, quiet=True),  # its alerts are told when they happen
            "dead_letters": _dead(signs.dead),
            "orders": _count(signs.stuck, "orders have lost their worker and nobody takes them over"),
            "equipment": _count(signs.lost_runs, "runs of tools have lost their process and nobody noticed"),
        }

    def _models(self, signs: VitalSigns) -> Found:
        vital = models_vital(signs.models)
        soon = self._clock.now().date() + END_NOTICE
        ending = [model for model in signs.models if model.ends is not None and model.ends <= soon]
        if vital.status is ModelStatus.HEALTHY and ending:
            first = ending[0]
            return Found(ModelStatus.DEGRADED, f"{first.provider}/{first.model} ends on {first.ends}")
        return _of(vital)


def _bot(signs: VitalSigns) -> Found:
    vital = telegram_vital(signs.bots)
    return _of(vital) if vital else Found(ModelStatus.DEGRADED, "there is a token, and no bot runs")


def _of(vital: Vital) -> Found:
    return Found(vital.status, vital.reason)


def _dead(count: int) -> Found:
    """Each dead order is an alert of its own when it happens."""
    if not count:
        return Found(ModelStatus.HEALTHY, "none in the last hour", quiet=True)
    text = f"{count} orders were given up in the last hour: `nexus orders list --status dead`"
    return Found(ModelStatus.DEGRADED, text, quiet=True)


def _count(count: int, what: str) -> Found:
    return (
        Found(ModelStatus.DEGRADED, f"{count} {what}")
        if count
        else Found(ModelStatus.HEALTHY, "none is stuck")
    )
