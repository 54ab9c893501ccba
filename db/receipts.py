"""Making the receipt of an order that ends, from the order and its ledger."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from db.records import EQUIPMENT, AttemptRecord, AttemptStatus, CallRecord, CallStatus, VerdictRecord
from nexus.receipt import Receipt, ReceiptCheck, Unanswered
from nexus.usage import NOTHING_USED
from nexus.work_order import WorkOrder

DID_NOT_ANSWER = (CallStatus.FAILED, CallStatus.IN_DOUBT)


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
    deciding = [call for call in calls if last is not None and call.attempt_id == last.id]
    answered = next((call for call in deciding if call.status is CallStatus.RECORDED), None)
    tool = last.model if last is not None and last.provider == EQUIPMENT else None
    delivers = last is not None and last.status is AttemptStatus.PASSED
    cost_usd, ceo_usd = total_cost(calls), answered.ceo_usd if answered and delivers else None
    return Receipt(
        order_id=order.id,
        role=order.owner,
        difficulty=order.difficulty,
        reason=order.tier_reason or "not triaged",
        rule=order.tier_rule or "none",
        model=(answered or last).model if last and not tool else None,
        provider=(answered or last).provider if last and not tool else None,
        equipment=tool,
        local=bool(calls) and all(call.price is not None and call.price.is_free for call in calls),
        note=note if last else None,
        qa_passed=sum(check.status == "pass" for check in checked),
        qa_total=len(checked),
        checks=[ReceiptCheck(name=c.name, status=c.status, evidence=c.evidence) for c in verdict.checks],
        attempts=len(attempts),
        path=[attempt.role for attempt in attempts],
        input_tokens=usage.prompt_tokens,
        output_tokens=usage.output_tokens,
        cached_tokens=usage.cache_read_tokens,
        cost_usd=cost_usd,
        priced_usd=priced_cost(calls),
        ceo_cost_usd=ceo_usd,
        saved_usd=None if ceo_usd is None or cost_usd is None else ceo_usd - cost_usd,
        fallbacks=_unanswered(deciding) if answered else [],
        seconds=round((now - order.created_at).total_seconds(), 3),
    )


def with_amounts_of(receipt: Receipt, calls: Sequence[CallRecord]) -> Receipt:
    """The same receipt with the tokens and dollars of `calls`, all of the order's, as the ledger has them now."""
    usage = sum((call.usage for call in calls), NOTHING_USED)
    cost_usd, ceo_usd = total_cost(calls), receipt.ceo_cost_usd
    amounts = {
        "input_tokens": usage.prompt_tokens,
        "output_tokens": usage.output_tokens,
        "cached_tokens": usage.cache_read_tokens,
        "cost_usd": cost_usd,
        "priced_usd": priced_cost(calls),
        "saved_usd": None if ceo_usd is None or cost_usd is None else ceo_usd - cost_usd,
    }
    return receipt.model_copy(update=amounts)


def _unanswered(calls: Sequence[CallRecord]) -> list[Unanswered]:
    return [
        Unanswered(provider=call.provider, model=call.model, trouble=call.error or call.status.value)
        for call in calls
        if call.status in DID_NOT_ANSWER
    ]


def total_cost(calls: Sequence[CallRecord]) -> Decimal | None:
    """The sum of the ledger's rows; None (not priced) as soon as one of them has no known price."""
    if any(call.cost_usd is None for call in calls):
        return None
    return priced_cost(calls)


def priced_cost(calls: Sequence[CallRecord]) -> Decimal:
    """The sum of those rows that have a known price."""
    return sum((call.cost_usd for call in calls if call.cost_usd is not None), Decimal(0))
