"""A store full of finished orders, by set-based SQL: what years of work leave behind, in minutes.

Order `n` of `orders` ended `SPAN_DAYS · (1 - n / orders)` days ago. Every order has what a real one has: two
messages, a try, a call, a verdict, a delivery, five events, a metrics row; the last day's have idempotency keys.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from ulid import ULID

from db.engine import Database
from db.tables import metadata

SPAN_DAYS = 180
CHUNK = 20_000
ORDERS_A_SESSION = 10
EVENTS = ("order.queued", "order.triaged", "order.working", "order.qa", "order.delivered")
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's, as ULIDs have it
WORDS = "The quick brown fox jumps over the lazy dog while the company works. "
ANSWER = WORDS * 5
RECEIPT = '{"order_id": "x", "role": "intern", "checks": [], "note": "' + WORDS * 4 + '"}'
SPEC = '{"name": "chat answer", "security": {"check_placeholders": false}, "answer": {"no_loops": true}}'


# What each row of a table holds, as SQL over the table `s` that `Filling` makes for every chunk.
ORDER = "'WO-' || child"
ROLE = "CASE WHEN n % 20 = 0 THEN 'ceo' WHEN n % 4 = 0 THEN 'director' ELSE 'intern' END"
STATUS = (
    "CASE WHEN n % 1000 = 1 THEN 'dead' WHEN n % 50 = 2 THEN 'failed' WHEN n % 100 = 3 THEN 'asked' "
    "ELSE 'delivered' END"
)
QUESTION = f"'What is order ' || n || ' about? {WORDS * 2}'"
TRIED = {
    "order_id": ORDER, "role": ROLE, "provider": "'scripted'", "model": "'tester'", "answer": f"'{ANSWER}'",
    "started_at": "began", "finished_at": "ended",
}  # fmt: skip
TABLES: dict[str, dict[str, str]] = {
    "sessions": {
        "id": "session", "user_id": "'owner'", "channel": "'rest'",
        "last_seq": str(len(EVENTS) * ORDERS_A_SESSION), "created_at": "began", "updated_at": "ended",
    },
    "work_orders": {
        "id": ORDER, "session_id": "session", "channel": "'rest'", "content": QUESTION, "status": STATUS,
        "owner": ROLE, "difficulty": "'trivial'", "tier_reason": "'a short factual question'",
        "tier_rule": "'small_fact'", "spec": f"'{SPEC}'", "fence": "2", "claims": "0", "attempts": "1",
        "available_at": "began", "deadline_at": "too_late", "result": f"'{ANSWER}'", "receipt": f"'{RECEIPT}'",
        "created_at": "began", "updated_at": "ended", "finished_at": "ended",
    },
    "attempts": TRIED | {"id": "'A' || child", "n": "1", "fence": "2", "status": "'passed'"},
    "model_calls": TRIED | {
        "id": "'C' || child", "attempt_id": "'A' || child", "purpose": "'work'", "status": "'recorded'",
        "prompt_hash": f"'{'0' * 38}' || child", "prompt": QUESTION, "finish_reason": "'stop'",
        "input_tokens": "60", "output_tokens": "80", "cache_read_tokens": "0", "cache_write_tokens": "0",
        "worst_case_usd": "0", "cost_usd": "0", "latency_ms": "5",
    },
    "verdicts": {
        "id": "'V' || child", "order_id": ORDER, "attempt_id": "'A' || child", "passed": "(1 = 1)",
        "checks": f"""'[{{"name": "answer", "status": "pass", "evidence": "{WORDS}"}}]'""", "created_at": "ended",
    },
    "deliveries": {
        "id": "'D' || child", "order_id": ORDER, "channel": "'rest'", "target": "session", "status": "'sent'",
        "created_at": "ended", "sent_at": "ended",
    },
    "agent_metrics": {
        "id": "'M' || child", "created_at": "ended", "work_order_id": ORDER, "session_id": "session",
        "agent_name": "'intern_agent'", "role": ROLE, "model": "'tester'", "provider": "'scripted'",
        "success": "(1 = 1)", "latency_ms": "5", "prompt_tokens": "60", "completion_tokens": "80",
        "cost_usd": "0",
    },
}  # fmt: skip
MESSAGE = {"session_id": "session", "order_id": ORDER, "created_at": "began"}
EVENT = {"session_id": "session", "order_id": ORDER, "created_at": "began"}
KEY = {
    "scope": "'owner'", "key": "'key-' || child", "fingerprint": f"'{'0' * 38}' || child", "order_id": ORDER,
    "expires_at": "forgotten",
}  # fmt: skip
EVERY = "1 = 1"
FIRST_OF_SESSION = f"(n - 1) % {ORDERS_A_SESSION} = 0"


@dataclass(frozen=True, slots=True)
class Dialect:
    """Where the two stores spell things differently. Each takes and gives SQL."""

    series: str
    moment: Callable[[str], str]
    padded: Callable[[str], str]


DIALECTS = {
    "sqlite": Dialect(
        "WITH RECURSIVE numbers(n) AS (SELECT {low} UNION ALL SELECT n + 1 FROM numbers WHERE n < {high})",
        lambda ms: f"strftime('%Y-%m-%d %H:%M:%f', ({ms}) / 1000.0, 'unixepoch') || '000'",
        lambda n: f"printf('%016d', {n})",
    ),
    "postgresql": Dialect(
        "WITH numbers(n) AS (SELECT generate_series({low}::bigint, {high}::bigint))",
        lambda ms: f"to_timestamp(({ms}) / 1000.0)",
        lambda n: f"lpad(({n})::text, 16, '0')",
    ),
}


class Filling:
    """Knows how many orders there are to be, and so which id and time each has."""

    def __init__(self, orders: int, now: datetime) -> None:
        self.orders = orders
        self._start_ms = int((now - timedelta(days=SPAN_DAYS)).timestamp() * 1000)
        self._step_ms = int(SPAN_DAYS * 86_400_000 / (orders + 1))

    def order_id(self, n: int) -> str:
        """The id of the n-th oldest order, from 1."""
        moment = ULID.from_timestamp((self._start_ms + n * self._step_ms) / 1000)
        return f"WO-{str(moment)[:10]}{n:016d}"

    def fill(self, database: Database) -> Iterator[int]:
        """Insert everything, in chunks; yields how many orders are there. Ends with ANALYZE."""
        with database.engine.connect() as connection:
            _hurry(connection)
            percent = "%%" if connection.dialect.name == "postgresql" else "%"
            for low in range(1, self.orders + 1, CHUNK):
                high = min(low + CHUNK - 1, self.orders)
                with connection.begin():
                    for statement in self._statements(connection.dialect.name, low, high):
                        connection.exec_driver_sql(statement.replace("%", percent))
                yield high
            with connection.begin():
                connection.exec_driver_sql("ANALYZE")
            connection.invalidate()  # what made it hurry does not go back into the pool

    def _statements(self, dialect: str, low: int, high: int) -> Iterator[str]:
        yield "DROP TABLE IF EXISTS s"
        yield self._numbers(DIALECTS[dialect], low, high)
        for table, columns in TABLES.items():
            yield _insert(table, columns, FIRST_OF_SESSION if table == "sessions" else EVERY)
        for k, (role, content) in enumerate((("user", QUESTION), ("assistant", f"'{ANSWER}'"))):
            message = {"id": f"child || '{k}'", "role": f"'{role}'", "content": content}
            yield _insert("messages", MESSAGE | message)
        for k, type_ in enumerate(EVENTS, start=1):
            payload = RECEIPT if k == len(EVENTS) else '{"channel": "rest", "words": "' + WORDS + '"}'
            seq = f"((n - 1) % {ORDERS_A_SESSION}) * {len(EVENTS)} + {k}"
            yield _insert("events", EVENT | {"seq": seq, "type": f"'{type_}'", "payload": f"'{payload}'"})
        yield _insert("idempotency_keys", KEY, f"n > {int(self.orders * (1 - 1 / SPAN_DAYS))}")

    def _numbers(self, sql: Dialect, low: int, high: int) -> str:
        """A table `s` of one chunk: what all the rows of one order share."""
        begin = f"({self._start_ms} + n * {self._step_ms})"
        time_part = " || ".join(
            f"substr('{ALPHABET}', CAST(({begin} >> {shift}) & 31 AS INTEGER) + 1, 1)"
            for shift in range(45, -1, -5)
        )
        columns = {
            "n": "n",
            "child": f"{time_part} || {sql.padded('n')}",
            "session": f"'sess-0000000000' || {sql.padded(f'(n - 1) / {ORDERS_A_SESSION}')}",
            "began": sql.moment(begin),
            "ended": sql.moment(f"{begin} + 20"),
            "too_late": sql.moment(f"{begin} + 600000"),
            "forgotten": sql.moment(f"{begin} + 86400000"),
        }
        selected = ", ".join(f"{value} AS {name}" for name, value in columns.items())
        series = sql.series.format(low=low, high=high)
        return f"CREATE TEMPORARY TABLE s AS {series} SELECT {selected} FROM numbers"  # noqa: S608 - no input


def _insert(table: str, columns: dict[str, str], where: str = EVERY) -> str:
    names = ", ".join(f'"{name}"' for name in columns)
    return f'INSERT INTO "{table}" ({names}) SELECT {", ".join(columns.values())} FROM s WHERE {where}'  # noqa: S608


def _hurry(connection: Connection) -> None:
    """No durability and no checks of foreign keys while filling: the store is thrown away if it fails."""
    if connection.dialect.name == "sqlite":
        driver: Any = connection.connection.driver_connection  # SQLAlchemy would begin a transaction first
        for pragma in ("foreign_keys=OFF", "synchronous=OFF", "cache_size=-400000"):
            driver.execute(f"PRAGMA {pragma}")
        return
    connection.exec_driver_sql("SET session_replication_role = replica")
    connection.exec_driver_sql("SET synchronous_commit = off")
    connection.commit()


def rows_of(database: Database) -> int:
    """All rows of all tables."""
    counts = [sa.select(sa.func.count()).select_from(table) for table in metadata.sorted_tables]
    return database.read_sync(lambda connection: sum(connection.execute(c).scalar_one() for c in counts))


def timed_fill(filling: Filling, database: Database) -> float:
    """Fill, say how far it is every few seconds; returns seconds."""
    began = said = time.monotonic()
    for there in filling.fill(database):
        if time.monotonic() - said > 10:
            said = time.monotonic()
            print(f"million: {there:,} of {filling.orders:,} orders in", flush=True)
    return time.monotonic() - began
