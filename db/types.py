"""Column types and expressions that mean the same on SQLite and PostgreSQL."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, BindParameter, DateTime, Dialect, Float, String, literal
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator, TypeEngine

NANO_PER_DOLLAR = Decimal(10) ** 9
SQLITE_FORMAT = "%Y-%m-%d %H:%M:%S.%f"


class UtcDateTime(TypeDecorator[datetime]):
    """A moment in UTC: TIMESTAMPTZ on PostgreSQL, sortable text on SQLite. Naive datetimes are refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Text on SQLite, which has no type for time."""
        if dialect.name == "sqlite":
            return dialect.type_descriptor(String(26))
        return dialect.type_descriptor(DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | str | None:
        """To the database."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone cannot be stored; use datetime.now(UTC)")
        utc = value.astimezone(UTC)
        return utc.strftime(SQLITE_FORMAT) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: object, dialect: Dialect) -> datetime | None:
        """From the database."""
        if isinstance(value, str):
            return datetime.fromisoformat(value).replace(tzinfo=UTC)
        return value.astimezone(UTC) if isinstance(value, datetime) else None


class Usd(TypeDecorator[Decimal]):
    """Dollars as `Decimal` in Python and whole nano-dollars in the column, so sums are exact on both stores."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        """To nano-dollars."""
        return None if value is None else int((value * NANO_PER_DOLLAR).to_integral_value())

    def process_result_value(self, value: object, dialect: Dialect) -> Decimal | None:
        """To dollars."""
        return None if value is None else Decimal(str(value)) / NANO_PER_DOLLAR


class db_now(FunctionElement[datetime]):  # noqa: N801 - reads as the SQL function it is
    """The database's own clock plus `offset_s` seconds, a number or a parameter of the statement.

    Leases use it, so workers' clocks need not agree.
    """

    type = UtcDateTime()
    inherit_cache = True

    def __init__(self, offset_s: float | BindParameter[float] = 0.0) -> None:
        super().__init__(offset_s if isinstance(offset_s, BindParameter) else literal(offset_s, Float))


@compiles(db_now, "postgresql")
def _now_on_postgresql(element: db_now, compiler: SQLCompiler, **kwargs: object) -> str:
    return f"(clock_timestamp() + make_interval(secs => {compiler.process(element.clauses)}))"


@compiles(db_now, "sqlite")
def _now_on_sqlite(element: db_now, compiler: SQLCompiler, **kwargs: object) -> str:
    return f"strftime('%Y-%m-%d %H:%M:%f', 'now', {compiler.process(element.clauses)} || ' seconds')"
