"""PostgreSQL goes and comes back, again and again, while messages come in: over to the spool and home."""

import asyncio
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from tests.chaos.checker import Violation
from tests.chaos.company import Outfit
from tests.chaos.driver import Fault
from tests.chaos.evidence import Evidence
from tests.chaos.stage import Stage

AWAY_S = 14.0  # some 4 of them until the host goes over
EMPTY_WITHIN_S = 30.0
GIVES_UP_S = 120.0
LOCAL_SHARE = 0.2


class Flips:
    """`--faults` immediate stops of PostgreSQL, 14 s each; the next when the spool is empty and home again."""

    name = "flips"

    def __init__(self) -> None:
        self._home_s: list[float] = []
        self._local = 0
        self._left = 0

    def outfit(self, outfit: Outfit) -> Outfit:
        """As it is asked for."""
        return outfit

    async def play(self, stage: Stage) -> None:
        """Flip, and wait until everything is home."""
        options, spool = stage.options, stage.company.folder / "home" / "spool.db"
        stage.start_senders(options.senders, options.orders, options.seconds)
        for _ in range(options.faults):
            await asyncio.sleep(2)
            await stage.driver.inject(Fault(0, "stop postgres at once", 0, AWAY_S))
            await stage.company.until_ready([stage.company.postgres])
            self._home_s.append(await _until_home(spool))
        await stage.until_sent()
        self._left = _orders_in(spool)

    def judge(self, evidence: Evidence) -> Iterator[Violation]:
        """The host went over each time, accepted there, and the spool was empty within 30 s each time."""
        self._local = sum(one.durability == "local" for s in evidence.senders for one in s.accepted)
        for n, seconds in enumerate(self._home_s, start=1):
            if seconds > EMPTY_WITHIN_S:
                yield Violation("slow way home", f"flip {n}", f"the spool was empty after {seconds:.1f} s")
        if self._left:
            yield Violation("spool not empty", "spool.db", f"{self._left} orders")
        if self._local < LOCAL_SHARE * len(evidence.orders):
            yield Violation("spool unused", "spool.db", f"{self._local} of {len(evidence.orders)} orders")

    def facts(self) -> dict[str, object]:
        """For the report."""
        return {
            "flips": len(self._home_s),
            "accepted on SQLite": self._local,
            "slowest way home, s": round(max(self._home_s, default=0.0), 1),
        }


async def _until_home(spool: Path) -> float:
    """Wait until the host is in primary mode and nothing is left to replay; returns the seconds."""
    began = time.monotonic()
    while time.monotonic() - began < GIVES_UP_S:
        if _mode(spool) == "primary" and not _orders_in(spool):
            break
        await asyncio.sleep(0.1)
    return time.monotonic() - began


def _mode(spool: Path) -> str:
    with closing(sqlite3.connect(spool, timeout=10)) as connection:
        row = connection.execute("SELECT mode FROM store_modes ORDER BY id DESC LIMIT 1").fetchone()
    return row[0] if row else "primary"


def _orders_in(spool: Path) -> int:
    return _count(spool, "SELECT count(*) FROM work_orders")


def _count(spool: Path, query: str) -> int:
    with closing(sqlite3.connect(spool, timeout=10)) as connection:
        count: int = connection.execute(query).fetchone()[0]
    return count
