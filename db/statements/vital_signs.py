"""What the heartbeat reads of the company in one short read-only transaction. Each part reads an index."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from db.equipment_tables import equipment_runs
from db.statements.budget import windows_at
from db.statements.leases import TELEGRAM, Lease, leases_of
from db.statements.model_health import ModelHealth, all_model_health
from db.statements.switches import Switch, get_switch
from db.statements.telegram_people import Person, people
from db.tables import work_orders
from db.types import db_now
from nexus.budget import FROZEN, Limits, Window
from nexus.work_order import Status

_LOST_AFTER_S = 60.0  # the sweeper looks every few seconds
_LEFT = db_now(sa.bindparam("ago_s", type_=sa.Float))
_DEAD = sa.select(sa.func.count()).where(
    work_orders.c.status == Status.DEAD.value, work_orders.c.finished_at > sa.bindparam("since")
)
_STUCK = sa.select(sa.func.count()).where(
    work_orders.c.finished_at.is_(None), work_orders.c.lease_until < _LEFT
)
_LOST = sa.select(sa.func.count()).where(equipment_runs.c.lease_until < _LEFT)


@dataclass(frozen=True, slots=True)
class VitalSigns:
    """As the database has them. `stuck`: orders whose worker's lease has been over for a minute, and nobody took them;
    `lost_runs`: the same of tools."""

    models: list[ModelHealth]
    windows: list[Window]
    frozen: Switch | None
    bots: list[tuple[Lease, bool]]
    people: list[Person]
    dead: int
    stuck: int
    lost_runs: int


def vital_signs(connection: Connection, limits: Limits, now: datetime, dead_within: timedelta) -> VitalSigns:
    """Read them. `dead`: how many orders were given up within `dead_within`."""
    ago = {"ago_s": -_LOST_AFTER_S}
    return VitalSigns(
        models=all_model_health(connection),
        windows=windows_at(connection, limits, now),
        frozen=get_switch(connection, FROZEN),
        bots=leases_of(connection, TELEGRAM),
        people=people(connection),
        dead=connection.execute(_DEAD, {"since": now - dead_within}).scalar_one(),
        stuck=connection.execute(_STUCK, ago).scalar_one(),
        lost_runs=connection.execute(_LOST, ago).scalar_one(),
    )


def schema_revision(connection: Connection) -> str | None:
    """The database's schema, also a check that it answers; None when it was never migrated."""
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()
    return revision
