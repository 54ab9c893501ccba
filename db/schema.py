"""Writes `db/schema.sql`: the schema as PostgreSQL sees it, for readers and for other tools."""

from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateIndex, CreateTable

from db.tables import metadata

HEADER = """-- The schema of NEXUS on PostgreSQL. Generated from db/tables.py by `make generate`; do not edit.
-- Amounts named *_usd are whole nano-dollars (1 dollar = 1,000,000,000).
"""


def schema_sql() -> str:
    """The DDL of every table, its indexes and its comments."""
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]  # untyped upstream
    parts = [HEADER]
    for table in metadata.sorted_tables:
        if table.comment:
            parts.append(f"-- {table.comment}")
        parts.append(str(CreateTable(table).compile(dialect=dialect)).strip().replace(" \n", "\n") + ";")
        indexes = sorted(table.indexes, key=lambda index: str(index.name))
        parts += [str(CreateIndex(index).compile(dialect=dialect)) + ";" for index in indexes]
        parts.append("")
    return "\n".join(parts)
