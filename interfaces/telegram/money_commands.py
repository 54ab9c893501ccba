"""The commands about money: /cost, /budget, /freeze and /thaw."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from interfaces.telegram import looking
from interfaces.telegram.acting import REASON_CHARS, NotPossible
from interfaces.telegram.desk import Ask
from interfaces.telegram.documents import Limit
from interfaces.telegram.gateway_client import GatewayRefused, Json
from interfaces.telegram.inbox import Handled
from interfaces.telegram.money_reports import limit_line

_PERIODS: Final = {
    "": "today",
    **dict.fromkeys(("today", "day", "今天", "今日"), "today"),
    **dict.fromkeys(("week", "本周", "这周"), "week"),
    **dict.fromkeys(("month", "本月", "这个月"), "month"),
    **dict.fromkeys(("all", "全部", "总计"), "all"),
}


async def cost(ask: Ask, argument: str) -> Handled:
    """What was spent in a period.

    Raises:
        NotPossible: what is written cannot be read.
    """
    period = _PERIODS.get(argument.lower())
    if period is None:
        raise NotPossible("period_examples")
    await looking.show(ask, await looking.cost(ask, period))
    return Handled()


_KINDS: Final = {
    **dict.fromkeys(("day", "daily", "每日", "每天", "日"), "day"),
    **dict.fromkeys(("month", "monthly", "每月", "月"), "month"),
}
_LIMITS: Final[Mapping[str, str | None]] = {
    **dict.fromkeys(("none", "off", "无", "不限")),
    **dict.fromkeys(("setting", "default", "设置"), "setting"),
}
_AMOUNT: Final = re.compile(r"\$?(\d{1,7}(?:\.\d{1,6})?)\$?")


async def budget(ask: Ask, argument: str) -> Handled:
    """Show the budget, or set a limit of the company: `5`, `month 50`, `none`, `setting`. Raises as `cost`."""
    if not argument:
        await looking.show(ask, await looking.budget(ask))
        return Handled()
    body = _wish(argument)
    if body is None:
        raise NotPossible("budget_examples")
    try:
        limit = Limit.model_validate(await ask.office.gateway.put("/api/budget/limits", body))
    except GatewayRefused as error:
        if error.kind != "invalid":
            raise
        raise NotPossible("budget_examples") from None
    await ask.reply(limit_line(ask.speaker.language, limit))
    return Handled(audit=ask.audit("command.budget", None, kind=body["kind"], limit_usd=body["limit_usd"]))


def _wish(argument: str) -> Json | None:
    """The body of PUT /api/budget/limits; None for what cannot be read."""
    words = argument.lower().split()
    kind = _KINDS[words.pop(0)] if words[0] in _KINDS else "day"
    if len(words) != 1:
        return None
    amount = _AMOUNT.fullmatch(words[0])
    if amount is None and words[0] not in _LIMITS:
        return None
    limit = float(Decimal(amount[1])) if amount else _LIMITS[words[0]]
    return {"scope": "company", "kind": kind, "limit_usd": limit}


async def freeze(ask: Ask, argument: str) -> Handled:
    """Stop every paid call. What is over the length of a reason is left out: this is no time to argue."""
    await ask.office.gateway.post("/api/budget/freeze", {"reason": argument[:REASON_CHARS]})
    await ask.reply(ask.say("freeze_done"))
    return Handled(audit=ask.audit("command.freeze"))


async def thaw(ask: Ask, _: str) -> Handled:
    """Let paid calls go on."""
    await ask.office.gateway.post("/api/budget/thaw")
    await ask.reply(ask.say("thaw_done"))
    return Handled(audit=ask.audit("command.thaw"))
