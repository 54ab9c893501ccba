"""Leases by name: what only one process may do at a time, such as asking Telegram for one token's updates.

The database's clock decides, so the hosts' clocks need not agree. Whoever holds one renews it well before it is over,
and stops when that fails: at its end another may have it.
"""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from db.tables import leases
from db.types import db_now

TELEGRAM = "telegram:"
"""What the names of bots' leases begin with; the bot's id follows."""

HEARTBEAT = "heartbeat"
"""The lease of the one process that looks after the whole company."""


@dataclass(frozen=True, slots=True)
class Lease:
    """Who may do it, and until when by the database's clock."""

    name: str
    holder: str
    until: datetime


def _upsert(insert: postgresql.Insert | sqlite.Insert) -> sa.Executable:
    new = insert.values(
        name=sa.bindparam("lease"),
        holder=sa.bindparam("by"),
        until=db_now(sa.bindparam("for_s", type_=sa.Float)),
    )
    return new.on_conflict_do_update(
        index_elements=["name"],
        set_={"holder": new.excluded.holder, "until": new.excluded.until},
        where=sa.or_(leases.c.holder == new.excluded.holder, leases.c.until <= db_now()),
    ).returning(*leases.c)


_TAKE = {"postgresql": _upsert(postgresql.insert(leases)), "sqlite": _upsert(sqlite.insert(leases))}
_OWN = sa.and_(leases.c.name == sa.bindparam("lease"), leases.c.holder == sa.bindparam("by"))
_GIVE_BACK = sa.delete(leases).where(_OWN)


def take_lease(connection: Connection, name: str, holder: str, for_s: float) -> Lease | None:
    """Take or renew it for `for_s` seconds from now; None while another holds it.

    `holder` is one process, not one host: two with the same name would both have it.
    """
    values = {"lease": name, "by": holder, "for_s": for_s}
    row = connection.execute(_TAKE[connection.dialect.name], values).first()
    return Lease(row.name, row.holder, row.until) if row is not None else None


def seize_lease(connection: Connection, name: str, holder: str, for_s: float) -> Lease | None:
    """`take_lease`, also from another who holds it: for a process whose turn it is whoever was first."""
    connection.execute(sa.delete(leases).where(leases.c.name == name, leases.c.holder != holder))
    return take_lease(connection, name, holder, for_s)


def leases_of(connection: Connection, prefix: str) -> list[tuple[Lease, bool]]:
    """Every lease whose name begins so, and whether it still holds."""
    c = leases.c
    found = connection.execute(
        sa.select(*c, (c.until > db_now()).label("holds"))
        .where(c.name.startswith(prefix, autoescape=True))
        .order_by(c.name)
    )
    return [(Lease(row.name, row.holder, row.until), bool(row.holds)) for row in found]


def give_back(connection: Connection, name: str, holder: str) -> bool:
    """Let others have it at once; False when `holder` does not hold it, and then nothing changes."""
    return connection.execute(_GIVE_BACK, {"lease": name, "by": holder}).rowcount == 1
