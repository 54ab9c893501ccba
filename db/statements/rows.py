"""From database rows to records. The only place that knows how records are stored as columns."""

import json
from collections.abc import Iterable
from decimal import Decimal

from pydantic import TypeAdapter
from sqlalchemy import Row

from db.records import AttemptRecord, AttemptStatus, CallRecord, CallStatus, CheckRecord, VerdictRecord
from nexus.usage import Price, Usage
from nexus.work_order import Channel, Difficulty, Role, Status, Turn, WorkOrder

type AnyRow = Row[*tuple[object, ...]]

_CHECKS = TypeAdapter(tuple[CheckRecord, ...])
_TURNS = TypeAdapter(tuple[Turn, ...])


def order_from(row: AnyRow) -> WorkOrder:
    """A work order."""
    return WorkOrder(
        id=row.id,
        session_id=row.session_id,
        channel=Channel(row.channel),
        content=row.content,
        status=Status(row.status),
        owner=Role(row.owner),
        difficulty=Difficulty(row.difficulty) if row.difficulty else None,
        requested_tier=Role(row.requested_tier) if row.requested_tier else None,
        tier_reason=row.tier_reason,
        tier_rule=row.tier_rule,
        spec_json=row.spec,
        context=_TURNS.validate_json(row.context) if row.context else (),
        brings_context=row.context is not None and row.tier_rule is None,
        fence=row.fence,
        claims=row.claims,
        attempts=row.attempts,
        lease_owner=row.lease_owner,
        lease_until=row.lease_until,
        available_at=row.available_at,
        cancel_requested_at=row.cancel_requested_at,
        retry_of=row.retry_of,
        budget_usd=row.budget_usd,
        approved_usd=row.approved_usd,
        hold_json=row.hold,
        deadline_at=row.deadline_at,
        result=row.result,
        failure_reason=row.failure_reason,
        receipt_json=row.receipt,
        created_at=row.created_at,
        updated_at=row.updated_at,
        finished_at=row.finished_at,
        left_out_json=row.left_out,
    )


def call_from(row: AnyRow) -> CallRecord:
    """A row of the ledger."""
    return CallRecord(
        id=row.id,
        order_id=row.order_id,
        attempt_id=row.attempt_id,
        purpose=row.purpose,
        role=Role(row.role),
        provider=row.provider,
        model=row.model,
        status=CallStatus(row.status),
        prompt_hash=row.prompt_hash,
        prompt=row.prompt,
        answer=row.answer,
        finish_reason=row.finish_reason,
        usage=Usage(row.input_tokens, row.output_tokens, row.cache_read_tokens, row.cache_write_tokens),
        price=price_from(row.price),
        worst_case_usd=row.worst_case_usd,
        cost_usd=row.cost_usd,
        latency_ms=row.latency_ms,
        request_id=row.request_id,
        error=row.error,
        started_at=row.started_at,
        finished_at=row.finished_at,
        trouble=row.trouble,
        ceo_usd=row.ceo_usd,
        budget_day=row.budget_day,
    )


def attempt_from(row: AnyRow, verdict: VerdictRecord | None, calls: Iterable[CallRecord]) -> AttemptRecord:
    """A try with what belongs to it."""
    return AttemptRecord(
        id=row.id,
        order_id=row.order_id,
        n=row.n,
        fence=row.fence,
        role=Role(row.role),
        model=row.model,
        provider=row.provider,
        status=AttemptStatus(row.status),
        feedback=tuple(json.loads(row.feedback)) if row.feedback else (),
        answer=row.answer,
        error=row.error,
        started_at=row.started_at,
        finished_at=row.finished_at,
        verdict=verdict,
        calls=tuple(calls),
    )


def verdict_from(row: AnyRow) -> VerdictRecord:
    """QA's result."""
    return VerdictRecord(passed=row.passed, checks=_CHECKS.validate_json(row.checks))


def checks_json(verdict: VerdictRecord) -> str:
    """A verdict's checks as stored."""
    return _CHECKS.dump_json(verdict.checks).decode()


def turns_json(turns: tuple[Turn, ...]) -> str | None:
    """A context as stored; None for an empty one."""
    return _TURNS.dump_json(turns).decode() if turns else None


def own_context_json(turns: tuple[Turn, ...] | None) -> str | None:
    """A sender's own context as stored; an empty one is one too, and None is none."""
    return None if turns is None else _TURNS.dump_json(turns).decode()


def price_json(price: Price | None) -> str | None:
    """A price as stored, in dollars per token; None for an unknown one."""
    if price is None:
        return None
    return json.dumps(
        {
            "input": str(price.input_usd),
            "output": str(price.output_usd),
            "cache_read": str(price.cache_read_usd),
            "cache_write": str(price.cache_write_usd),
        }
    )


def price_from(stored: str | None) -> Price | None:
    """A stored price."""
    if stored is None:
        return None
    values = json.loads(stored)
    return Price(
        Decimal(values["input"]),
        Decimal(values["output"]),
        Decimal(values["cache_read"]),
        Decimal(values["cache_write"]),
    )
