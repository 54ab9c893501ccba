"""What the company has to show of strangers: audit rows, orders, calls, and every place where a secret could be."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import psutil
import sqlalchemy as sa

from db.engine import Database, open_database
from db.statements.inbox import waiting_inbound
from db.statements.logs import AuditFilter, AuditRow, audit_page
from db.statements.switches import get_switch
from db.tables import metadata, model_calls, work_orders
from db.telegram_tables import telegram_people
from nexus.budget import FROZEN
from nexus.settings import CommonSettings
from nexus.work_order import Channel
from tests.conftest import wait_until
from tests.interfaces.telegram.company import Company

AT_MOST = 1000
WORK = (work_orders, model_calls)


@dataclass(frozen=True, slots=True)
class Books:
    """The company's database, read beside it."""

    company: Company
    database: Database

    def audited(self) -> list[AuditRow]:
        """Every audit row, newest first."""
        return self.database.read_sync(audit_page, AuditFilter(), cursor=None, limit=AT_MOST)

    def work(self) -> list[int]:
        """How many orders and model calls there are."""
        with self.database.engine.connect() as connection:
            counted = sa.func.count()
            return [connection.execute(sa.select(counted).select_from(t)).scalar_one() for t in WORK]

    def content_of_newest_order(self) -> str:
        """What the newest order says."""
        with self.database.engine.connect() as connection:
            newest = sa.select(work_orders.c.content).order_by(work_orders.c.id.desc()).limit(1)
            return str(connection.execute(newest).scalar_one())

    def frozen(self) -> bool:
        """Whether paid calls are stopped."""
        switch = self.database.read_sync(get_switch, FROZEN)
        return switch is not None and switch.is_on

    async def settled(self) -> None:
        """Until the bot has dealt with every update that there is."""
        await self.company.api.wait_until(lambda: not self.company.api.pending)
        await wait_until(
            lambda: not self.database.read_sync(waiting_inbound, Channel.TELEGRAM, "", "", AT_MOST)
        )

    def expire_code(self, user_id: int) -> None:
        """As if an hour had passed since the person was shown a code."""
        over = sa.update(telegram_people).where(telegram_people.c.user_id == user_id)
        with self.database.engine.begin() as connection:
            connection.execute(over.values(code_until=datetime.now(UTC) - timedelta(seconds=1)))

    def rows(self) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """Every row of every table, with the table's name."""
        with self.database.engine.connect() as connection:
            for table in metadata.sorted_tables:
                for row in connection.execute(sa.select(table)):
                    yield table.name, row._asdict()


@contextmanager
def books_of(company: Company) -> Iterator[Books]:
    """The books, while the context is open."""
    database = open_database(CommonSettings(nexus_home=company.home))
    try:
        yield Books(company, database)
    finally:
        database.close()


def tables_with(secret: str, rows: Iterable[tuple[str, Mapping[str, Any]]]) -> set[str]:
    """The tables where the secret stands in a row."""
    found = set()
    for name, row in rows:
        values = (v.decode("latin-1") if isinstance(v, bytes) else str(v) for v in row.values())
        if any(secret in value for value in values):
            found.add(name)
    return found


def logs_with(secret: str, logs: Mapping[str, str]) -> set[str]:
    """The logs where it stands."""
    return {name for name, text in logs.items() if secret in text}


def processes_with(secret: str, root: int) -> list[list[str]]:
    """The command lines of a process and of all below it where it stands."""
    process = psutil.Process(root)
    lines = [each.cmdline() for each in (process, *process.children(recursive=True))]
    return [line for line in lines if any(secret in word for word in line)]
