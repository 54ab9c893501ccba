"""Ended orders with tries and verdicts, written as rows: a company's past for tests and simulations of learning."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from ulid import ULID

from db.routing_tables import route_decisions
from db.tables import attempts, sessions, verdicts, work_orders
from nexus.work_order import Role, Status

CHECKED = ("answer.not_empty", "answer.complete", "demand.words")
BASICS = ("answer.not_empty", "answer.complete", "security.secrets")


@dataclass(frozen=True, slots=True)
class Past:
    """One order that has ended at `at`. `tries` are who tried and whether QA passed it, in order."""

    at: datetime
    content: str
    tries: Sequence[tuple[Role, bool]]
    session: str = "sess-1"
    id: str = field(default_factory=lambda: f"WO-{ULID()}")
    status: Status = Status.DELIVERED
    rule: str | None = "router"
    checks: Sequence[str] = CHECKED
    propensity: float | None = 1.0
    explored: bool = False
    retry_of: str | None = None
    provider: str = "scripted"


def at_id(at: datetime, number: int) -> str:
    """An id as one that was made at `at`; the numbers of one millisecond sort."""
    return f"WO-{str(ULID.from_datetime(at))[:10]}{number:016}"


def write_past(connection: Connection, past: Iterable[Past]) -> None:
    """Write them, with their sessions where those are new."""
    orders = list(past)
    known = set(connection.execute(sa.select(sessions.c.id)).scalars())
    new = {each.session: each.at for each in orders if each.session not in known}
    rows: dict[sa.Table, list[dict[str, Any]]] = {
        sessions: [_session(name, at) for name, at in new.items()],
        work_orders: [_order(each) for each in orders],
        route_decisions: [_decision(each) for each in orders if each.propensity is not None],
        attempts: [_attempt(each, n) for each in orders for n in range(len(each.tries))],
        verdicts: [_verdict(each, n) for each in orders for n in range(len(each.tries))],
    }
    for table, values in rows.items():
        if values:
            connection.execute(sa.insert(table), values)


def _session(name: str, at: datetime) -> dict[str, Any]:
    return {
        "id": name,
        "user_id": "owner",
        "channel": "rest",
        "last_seq": 0,
        "created_at": at,
        "updated_at": at,
    }


def _order(each: Past) -> dict[str, Any]:
    last = each.tries[-1][0] if each.tries else Role.ADMIN
    return {
        "id": each.id,
        "session_id": each.session,
        "channel": "rest",
        "content": each.content,
        "status": each.status.value,
        "owner": last.value,
        "tier_rule": each.rule,
        "fence": 1,
        "claims": 0,
        "attempts": len(each.tries),
        "available_at": each.at,
        "deadline_at": each.at + timedelta(hours=1),
        "retry_of": each.retry_of,
        "created_at": each.at,
        "updated_at": each.at,
        "finished_at": each.at if each.status not in (Status.WORKING, Status.QUEUED) else None,
    }


def _decision(each: Past) -> dict[str, Any]:
    path = [role.value for role, _ in each.tries]
    return {
        "order_id": each.id,
        "at": each.at,
        "layer": each.rule or "router",
        "chosen": path[0] if path else "intern",
        "path": json.dumps(path),
        "explored": each.explored,
        "propensity": each.propensity,
        "confidence": 0.5,
        "reasons": "[]",
        "latency_us": 100,
    }


def _attempt(each: Past, n: int) -> dict[str, Any]:
    role, passed = each.tries[n]
    return {
        "id": f"{each.id}-{n}",
        "order_id": each.id,
        "n": n + 1,
        "fence": 1,
        "role": role.value,
        "model": "tester",
        "provider": each.provider,
        "status": "passed" if passed else "rejected",
        "started_at": each.at,
        "finished_at": each.at,
    }


def _verdict(each: Past, n: int) -> dict[str, Any]:
    passed = each.tries[n][1]
    checks = [{"name": name, "status": "pass", "evidence": "-"} for name in each.checks]
    checks.append({"name": "format.json", "status": "not_checked", "evidence": "-"})
    if not passed:
        checks[0]["status"] = "fail"
    return {
        "id": f"{each.id}-v{n}",
        "order_id": each.id,
        "attempt_id": f"{each.id}-{n}",
        "passed": passed,
        "checks": json.dumps(checks),
        "created_at": each.at,
    }
