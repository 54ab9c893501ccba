"""The ledger's side of a model call: the row before it, what it came to after it."""

from datetime import datetime
from decimal import Decimal

from agents.completion import Completion, ModelRefusesCall, ModelRequest, ModelUnavailable
from agents.config import ANTHROPIC_MODELS, ModelChoice, Payroll, Provider
from agents.pictures import most_tokens_of
from agents.price_sheet import price_of
from agents.prompting import prompt_hash, prompt_json
from agents.voice_prices import most_for_sound
from db.records import CallRecord, CallStatus, Settlement
from nexus.errors import NexusError
from nexus.ids import new_id
from nexus.usage import NOTHING_USED, Price
from nexus.work_order import Role, WorkOrder

FREE_OF_CHARGE = Decimal(0)


def open_call(
    order: WorkOrder,
    role: Role,
    purpose: str,
    attempt_id: str | None,
    request: ModelRequest,
    now: datetime,
    *,
    day: str,
) -> CallRecord:
    """The row that is written before the call: prompt, price, and the most it can cost. `day` is the budget's."""
    prompt = prompt_json(request)
    price = price_of(request.choice)
    return CallRecord(
        id=new_id(),
        order_id=order.id,
        attempt_id=attempt_id,
        purpose=purpose,
        role=role,
        provider=request.choice.provider.value,
        model=request.choice.model,
        status=CallStatus.STARTED,
        prompt_hash=prompt_hash(prompt),
        prompt=prompt,
        answer=None,
        finish_reason=None,
        usage=NOTHING_USED,
        price=price,
        worst_case_usd=_most(price, prompt, request),
        cost_usd=None,
        latency_ms=None,
        request_id=None,
        error=None,
        started_at=now,
        finished_at=None,
        budget_day=None if price is not None and price.is_free else day,
    )


def _most(price: Price | None, prompt: str, request: ModelRequest) -> Decimal | None:
    if request.sound is not None:
        return most_for_sound(price, request)
    return worst_case(price, prompt, request.max_output_tokens, picture_tokens(request))


def picture_tokens(request: ModelRequest) -> int:
    """The most that the request's pictures can take of its input."""
    return most_tokens_of(len(request.pictures), request.choice)


def worst_case(
    price: Price | None, prompt: str, max_output_tokens: int, pictures_tokens: int = 0
) -> Decimal | None:
    """The most the call can cost: no tokenizer makes more tokens than there are bytes, so bytes bound the text.

    `pictures_tokens` bounds what is no text.
    """
    if price is None:
        return None
    return price.most_for(len(prompt.encode("utf-8", "surrogatepass")) + pictures_tokens, max_output_tokens)


def ceo_price(payroll: Payroll) -> Price | None:
    """What the CEO's model charges: what savings are measured against.

    Where the CEO works on a local model, that is the price of the brief's CEO, which it stands in for.
    """
    choice = payroll[Role.CEO].choice
    if choice is None or choice.is_local:
        choice = ModelChoice(Provider.ANTHROPIC, ANTHROPIC_MODELS[Role.CEO])
    return price_of(choice)


def settlement_of_reply(call: CallRecord, completion: Completion, ceo: Price | None) -> Settlement:
    """A call that was answered: its usage at the price stored with it, and at the CEO's."""
    return Settlement(
        status=CallStatus.RECORDED,
        usage=completion.usage,
        cost_usd=call.price.cost_of(completion.usage) if call.price else None,
        answer=completion.text,
        finish_reason=completion.finish.value,
        latency_ms=completion.latency_ms,
        request_id=completion.request_id,
        ceo_usd=ceo.cost_of(completion.usage) if ceo else None,
    )


def settlement_of_error(call: CallRecord, error: NexusError, latency_ms: int) -> Settlement:
    """A call that failed. Refused by the provider: it cost nothing. Cut off: in doubt, at its worst case."""
    in_doubt = isinstance(error, ModelUnavailable) and error.in_doubt
    return Settlement(
        status=CallStatus.IN_DOUBT if in_doubt else CallStatus.FAILED,
        cost_usd=call.worst_case_usd if in_doubt else FREE_OF_CHARGE,
        latency_ms=latency_ms,
        error=str(error),
        trouble=error.trouble.value if isinstance(error, ModelUnavailable | ModelRefusesCall) else None,
    )
