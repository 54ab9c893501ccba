"""Metrics and audit rows that callers write themselves, and reading them back."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from db.tables import agent_metrics, audit_logs
from nexus.ids import new_id
from nexus.redaction import redact, redact_details


@dataclass(frozen=True, slots=True)
class Execution:
    """One execution of one agent, as `agent_metrics` keeps it. `cost_usd` None means not priced."""

    work_order_id: str
    session_id: str | None
    agent_name: str
    role: str
    model: str
    provider: str
    success: bool
    latency_ms: int
    prompt_tokens: int
    completion_tokens: int
    cost_usd: Decimal | None


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """Who did what, and how it ended."""

    actor: str
    action: str
    status: str
    work_order_id: str | None
    session_id: str | None
    details: Mapping[str, object]


def insert_execution(connection: Connection, execution: Execution, now: datetime) -> str:
    """Write one row of `agent_metrics`; returns its id."""
    row_id = new_id()
    connection.execute(
        sa.insert(agent_metrics),
        {
            "id": row_id,
            "created_at": now,
            **{name: getattr(execution, name) for name in Execution.__dataclass_fields__},
        },
    )
    return row_id


def insert_audit_event(connection: Connection, audit: AuditEvent, now: datetime) -> str:
    """Write one audit row, without secrets; returns its id. Audit rows are never changed."""
    row_id = new_id()
    connection.execute(
        sa.insert(audit_logs),
        {
            "id": row_id,
            "created_at": now,
            "actor": redact(audit.actor),
            "action": audit.action,
            "status": audit.status,
            "work_order_id": audit.work_order_id,
            "session_id": audit.session_id,
            "details": json.dumps(redact_details(audit.details), ensure_ascii=False, default=str),
        },
    )
    return row_id


def select_metrics(
    connection: Connection,
    *,
    start_time: datetime | None,
    end_time: datetime | None,
    agent_name: str | None,
    limit: int,
) -> list[Mapping[str, object]]:
    """Rows of `agent_metrics` in the half-open interval [start, end), newest first, at most `limit`."""
    query = sa.select(agent_metrics).order_by(agent_metrics.c.created_at.desc()).limit(limit)
    if start_time is not None:
        query = query.where(agent_metrics.c.created_at >= start_time)
    if end_time is not None:
        query = query.where(agent_metrics.c.created_at < end_time)
    if agent_name is not None:
        query = query.where(agent_metrics.c.agent_name == agent_name)
    return [dict(row._mapping) for row in connection.execute(query)]


def select_audit_events(
    connection: Connection, *, work_order_id: str | None, limit: int
) -> list[Mapping[str, object]]:
    """Audit rows, newest first, at most `limit`; `details` is JSON text."""
    query = sa.select(audit_logs).order_by(audit_logs.c.id.desc()).limit(limit)
    if work_order_id is not None:
        query = query.where(audit_logs.c.work_order_id == work_order_id)
    return [dict(row._mapping) for row in connection.execute(query)]


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which audit rows; None: whatever it is. The time is half open: `after` counts, `before` does not."""

    actor: str | None = None
    action: str | None = None
    order_id: str | None = None
    after: datetime | None = None
    before: datetime | None = None


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One audit row as it is stored; `details` is JSON text."""

    id: str
    at: datetime
    actor: str
    action: str
    status: str
    work_order_id: str | None
    session_id: str | None
    details: str


def audit_page(
    connection: Connection, wanted: AuditFilter, *, cursor: str | None, limit: int
) -> list[AuditRow]:
    """Audit rows, newest first, at most `limit`, older than the row whose id `cursor` is."""
    c = audit_logs.c
    tests = (
        (wanted.actor, c.actor == wanted.actor),
        (wanted.action, c.action == wanted.action),
        (wanted.order_id, c.work_order_id == wanted.order_id),
        (wanted.after, c.created_at >= sa.bindparam("after", wanted.after, c.created_at.type)),
        (wanted.before, c.created_at < sa.bindparam("before", wanted.before, c.created_at.type)),
        (cursor, c.id < sa.bindparam("cursor", cursor, c.id.type)),
    )
    query = (
        sa.select(audit_logs)
        .where(*(test for value, test in tests if value is not None))
        .order_by(c.id.desc())
        .limit(limit)
    )
    return [
        AuditRow(
            row.id,
            row.created_at,
            row.actor,
            row.action,
            row.status,
            row.work_order_id,
            row.session_id,
            row.details,
        )
        for row in connection.execute(query)
    ]
