"""The receipt under an answer, in one line. In English it is the company's own; in Chinese it has the same facts."""

from interfaces.telegram.gateway_client import Detail
from interfaces.telegram.reasons import reason_text
from interfaces.telegram.wording import money, price, title
from interfaces.telegram.words import say
from nexus.receipt import Receipt


def receipt_line(language: str, detail: Detail) -> str:
    """Who did it, why them, what QA checked, what it cost, how long it took; nothing for an order without a receipt."""
    if language == "en" or detail.receipt is None:
        return detail.receipt_text or ""
    return " · ".join(part for part in _parts(language, detail.receipt) if part)


def _parts(language: str, receipt: Receipt) -> tuple[str, ...]:
    who = title(language, receipt.role) if receipt.equipment is None else say(language, "by_equipment")
    doer = receipt.equipment or receipt.model
    read, written = f"{receipt.input_tokens:,}", f"{receipt.output_tokens:,}"
    asked = list(dict.fromkeys(each.model for each in receipt.fallbacks))
    path = " → ".join(title(language, role) for role in receipt.path)
    return (
        f"{who}（{doer}）" if doer else who,
        reason_text(language, receipt.reason),
        say(language, "after_silence", models="、".join(asked)) if asked else "",
        f"{say(language, 'qa')} {receipt.qa_passed}/{receipt.qa_total}",
        say(language, "try_count", n=receipt.attempts, path=path) if receipt.attempts > 1 else "",
        say(language, "tokens", read=read, written=written),
        say(language, "from_cache", n=f"{receipt.cached_tokens:,}") if receipt.cached_tokens else "",
        _cost(language, receipt),
        _at_the_ceo(language, receipt),
        say(language, "seconds", n=f"{receipt.seconds:.1f}"),
        receipt.order_id,
    )


def _cost(language: str, receipt: Receipt) -> str:
    if receipt.model is None and receipt.cost_usd == 0 and not receipt.input_tokens:
        return say(language, "nothing_spent") if receipt.equipment is None else money(receipt.cost_usd)
    text = price(language, receipt.cost_usd, local=receipt.local)
    if receipt.cost_usd is None and receipt.priced_usd:
        return say(language, "beside_priced", text=text, cost=money(receipt.priced_usd))
    return text


def _at_the_ceo(language: str, receipt: Receipt) -> str:
    """Nothing when it is not known, or the same."""
    if receipt.ceo_cost_usd is None or receipt.ceo_cost_usd == receipt.cost_usd:
        return ""
    return say(language, "at_the_ceo", cost=money(receipt.ceo_cost_usd))
