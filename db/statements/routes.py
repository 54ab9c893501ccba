"""How each order's tier was chosen: one row an order, written with its assignment or its end."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from db.records import PastOrder, RouteDecision
from db.routing_tables import route_decisions
from db.statements.rows import AnyRow
from db.tables import messages, work_orders
from nexus.work_order import Role, WorkOrder

EXPLORED_WITHIN = timedelta(hours=24)
SUBJECT_CHARS = 2_000
"""Of an earlier message, how much tells what it is about."""

_R = route_decisions.c


def _upsert(insert: postgresql.Insert | sqlite.Insert) -> sa.Executable:
    kept = {column.name: insert.excluded[column.name] for column in _R if column.name != "order_id"}
    return insert.on_conflict_do_update(index_elements=["order_id"], set_=kept)


# Built once: constructing a statement costs several times its execution on the hot path.
_WRITE = {
    "postgresql": _upsert(postgresql.insert(route_decisions)),
    "sqlite": _upsert(sqlite.insert(route_decisions)),
}
_READ = sa.select(route_decisions).where(_R.order_id == sa.bindparam("order"))
_PLAN = sa.select(_R.path, _R.floor).where(_R.order_id == sa.bindparam("order"))
_EXPLORED = sa.select(sa.func.coalesce(sa.func.sum(_R.explore_usd, type_=_R.explore_usd.type), 0)).where(
    _R.explored, _R.at > sa.bindparam("since", type_=_R.at.type)
)
_LAST = (
    sa.select(messages.c.order_id)
    .where(
        messages.c.session_id == sa.bindparam("session"),
        messages.c.order_id < sa.bindparam("order"),
        messages.c.role == "user",
    )
    .order_by(messages.c.id.desc())
    .limit(sa.bindparam("limit", type_=sa.Integer))
    .subquery()
)
_W = work_orders.c
_PAST = (
    sa.select(
        _W.owner, _W.tier_rule, sa.func.substr(_W.content, 1, SUBJECT_CHARS).label("content"), _W.created_at
    )
    .join(_LAST, _LAST.c.order_id == _W.id)
    .where(_W.tier_rule.is_not(None), _W.owner != Role.ADMIN.value)
    .order_by(_W.id.desc())
)


def store_route(connection: Connection, order_id: str, decision: RouteDecision, now: datetime) -> None:
    """Write how the order's tier was chosen; of an order that was put before the Admin again, the newest holds."""
    connection.execute(
        _WRITE[connection.dialect.name],
        {
            "order_id": order_id,
            "at": now,
            "layer": decision.layer,
            "router_version": decision.router_version,
            "success": _by_role(decision.success),
            "costs": _by_role({role: str(usd) for role, usd in decision.costs.items()}),
            "expected_usd": decision.expected_usd,
            "chosen": decision.chosen.value,
            "path": json.dumps([role.value for role in decision.path]),
            "floor": decision.floor.value if decision.floor else None,
            "explored": decision.explored,
            "explore_usd": decision.explore_usd,
            "propensity": decision.propensity,
            "confidence": decision.confidence,
            "reasons": json.dumps(decision.reasons, ensure_ascii=False),
            "latency_us": decision.latency_us,
        },
    )


def route_of(connection: Connection, order_id: str) -> RouteDecision | None:
    """How the order's tier was chosen; None for one that is not triaged, or of a release before 0010."""
    row = connection.execute(_READ, {"order": order_id}).first()
    return _decision_from(row) if row is not None else None


def plan_of(connection: Connection, order_id: str) -> tuple[tuple[Role, ...], Role | None]:
    """Who is to try, in order, and below whom nobody may; () and None where nothing is planned."""
    row = connection.execute(_PLAN, {"order": order_id}).first()
    return (_path(row.path), _role(row.floor)) if row is not None else ((), None)


def explored_usd(connection: Connection, now: datetime) -> Decimal:
    """What exploring was expected to cost more, in dollars, within the last 24 hours."""
    return Decimal(connection.execute(_EXPLORED, {"since": now - EXPLORED_WITHIN}).scalar_one())


def orders_before(connection: Connection, order: WorkOrder, limit: int) -> tuple[PastOrder, ...]:
    """The last `limit` orders of the conversation before this one that went to a tier, newest first."""
    last = {"session": order.session_id, "order": order.id, "limit": limit}
    return tuple(
        PastOrder(Role(row.owner), row.tier_rule, row.content, row.created_at)
        for row in connection.execute(_PAST, last)
    )


def _by_role(values: Mapping[Role, object]) -> str | None:
    return json.dumps({role.value: value for role, value in values.items()}) if values else None


def _path(stored: str) -> tuple[Role, ...]:
    return tuple(Role(role) for role in json.loads(stored))


def _role(stored: str | None) -> Role | None:
    return Role(stored) if stored else None


def _decision_from(row: AnyRow) -> RouteDecision:
    success: Mapping[str, float] = json.loads(row.success) if row.success else {}
    costs: Mapping[str, str] = json.loads(row.costs) if row.costs else {}
    return RouteDecision(
        layer=row.layer,
        chosen=Role(row.chosen),
        path=_path(row.path),
        reasons=tuple(json.loads(row.reasons)),
        confidence=row.confidence,
        floor=_role(row.floor),
        router_version=row.router_version,
        success={Role(role): chance for role, chance in success.items()},
        costs={Role(role): Decimal(usd) for role, usd in costs.items()},
        expected_usd=row.expected_usd,
        explored=row.explored,
        explore_usd=row.explore_usd,
        propensity=row.propensity,
        latency_us=row.latency_us,
    )
