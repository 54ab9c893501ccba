"""Locks that have a name and last until the transaction ends. On SQLite a transaction that writes is alone anyway.

They wait in the database. Whoever takes more than one takes them in the order that `db.statements.budget` names.
"""

import sqlalchemy as sa
from sqlalchemy.engine import Connection

_NAME = sa.func.hashtextextended(sa.bindparam("name"), 0)
_ALONE = sa.select(sa.func.pg_advisory_xact_lock(_NAME))
_WITH_OTHERS = sa.select(sa.func.pg_advisory_xact_lock_shared(_NAME))


def lock(connection: Connection, name: str) -> None:
    """Wait until nobody holds `name`, in either way, and hold it alone."""
    if connection.dialect.name == "postgresql":
        connection.execute(_ALONE, {"name": name})


def lock_shared(connection: Connection, name: str) -> None:
    """Wait until nobody holds `name` alone, and hold it beside others."""
    if connection.dialect.name == "postgresql":
        connection.execute(_WITH_OTHERS, {"name": name})
