"""Logging from custom code: one call each, to whichever database is configured.

These write for scripts, the QA runner and tools. The company's own workers write the same tables in the
transactions of their steps.
"""

import math
from collections.abc import Mapping
from decimal import Decimal

from db.client import get_db_client
from db.statements.logs import AuditEvent, Execution


def log_agent_execution(  # noqa: PLR0913 - the brief's signature, keyword by keyword
    *,
    work_order_id: str,
    agent_name: str,
    role: str,
    model: str,
    provider: str,
    success: bool,
    latency_ms: int,
    session_id: str | None = None,
    prompt_tokens: int = 0,
    completion_tokens: int = 0,
    cost_usd: float | Decimal | None = None,
) -> str:
    """Record one execution of an agent; returns the row's id.

    `cost_usd` is in dollars, exact to the nano-dollar; None, and the NaN of `query_metrics`, mean not priced.

    Raises:
        StoreUnavailable: not even SQLite can be written.
    """
    execution = Execution(
        work_order_id=work_order_id,
        session_id=session_id,
        agent_name=agent_name,
        role=role,
        model=model,
        provider=provider,
        success=success,
        latency_ms=latency_ms,
        prompt_tokens=prompt_tokens,
        completion_tokens=completion_tokens,
        cost_usd=_dollars(cost_usd),
    )
    return get_db_client().log_execution(execution)


def _dollars(cost_usd: float | Decimal | None) -> Decimal | None:
    if cost_usd is None or math.isnan(cost_usd):
        return None
    return Decimal(str(cost_usd))


def log_audit_event(
    *,
    actor: str,
    action: str,
    status: str,
    work_order_id: str | None = None,
    session_id: str | None = None,
    details: Mapping[str, object] | None = None,
) -> str:
    """Record who did what; returns the row's id.

    Raises:
        StoreUnavailable: not even SQLite can be written.
    """
    audit = AuditEvent(actor, action, status, work_order_id, session_id, details or {})
    return get_db_client().log_audit(audit)
