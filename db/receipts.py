"""Making the receipt of an order that ends, from the order and its ledger."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from db.records import AttemptRecord, CallRecord, VerdictRecord
from nexus.receipt import Receipt, ReceiptCheck
from nexus.usage import NOTHING_USED
from nexus.work_order import WorkOrder


def make_receipt(
    order: WorkOrder,
    attempts: Sequence[AttemptRecord],
    calls: Sequence[CallRecord],
    now: datetime,
    note: str | None = None,
) -> Receipt:
    """Sum up: `attempts` and `calls` are all of the order's, the last attempt being the one that decided.

    `note` is what is weak about the answer, if anything.
    """
    last = attempts[-1] if attempts else None
    verdict = (last.verdict if last else None) or VerdictRecord(passed=False, checks=())
    checked = [check for check in verdict.checks if check.status != "not_checked"]
    usage = sum((call.usage for call in calls), NOTHING_USED)
    return Receipt(
        order_id=order.id,
        role=order.owner,
        difficulty=order.difficulty,
        reason=order.tier_reason or "not triaged",
        rule=order.tier_rule or "none",
        model=last.model if last else None,
        provider=last.provider if last else None,
        local=all(call.price is not None and call.price.is_free for call in calls),
        note=note if last else None,
        qa_passed=sum(check.status == "pass" for check in checked),
        qa_total=len(checked),
        checks=[ReceiptCheck(name=c.name, status=c.status, evidence=c.evidence) for c in verdict.checks],
        attempts=len(attempts),
        path=[attempt.role for attempt in attempts],
        input_tokens=usage.prompt_tokens,
        output_tokens=usage.output_tokens,
        cost_usd=total_cost(calls),
        seconds=round((now - order.created_at).total_seconds(), 3),
    )


def total_cost(calls: Sequence[CallRecord]) -> Decimal | None:
    """The sum of the ledger's rows; None (not priced) as soon as one of them has no known price."""
    total = Decimal(0)
    for call in calls:
        if call.cost_usd is None:
            return None
        total += call.cost_usd
    return total
