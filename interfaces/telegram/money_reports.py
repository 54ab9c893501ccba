"""Money on a screen of the phone: /cost and /budget."""

from collections.abc import Iterable
from decimal import Decimal

from interfaces.telegram.documents import Budget, Limit, Metrics, RoleSums, Window
from interfaces.telegram.screens import Screen, bar, columns, share_of
from interfaces.telegram.wording import STATUS_MARKS, money, title
from interfaces.telegram.words import say
from nexus.work_order import Role, Status

COMPANY = "company"


def cost_screen(language: str, period: str, metrics: Metrics, budget: Budget) -> Screen:
    """What was spent in the period, what the CEO would have charged, by whom, and what is left of the budget."""
    sums = metrics.totals
    screen = Screen().text("💵 ").bold(say(language, f"p_{period}")).text(f" ({metrics.timezone})")
    screen.line(say(language, "spent", cost=money(sums.cost_usd)))
    if sums.in_doubt_usd:
        screen.line(say(language, "in_doubt", cost=money(sums.in_doubt_usd)))
    if sums.reserved_usd:
        screen.line(say(language, "running_now", cost=money(sums.reserved_usd)))
    if sums.unpriced_calls:
        screen.line(say(language, "unpriced", n=sums.unpriced_calls))
    if metrics.savings.orders:
        screen.line(_savings(language, metrics))
    screen.line(_orders(language, metrics.orders.by_status, metrics.orders.total))
    read = sums.input_tokens + sums.cache_read_tokens + sums.cache_write_tokens
    screen.line(say(language, "tokens", read=f"{read:,}", written=f"{sums.output_tokens:,}"))
    if metrics.by_role:
        screen.block(_by_role(language, metrics.by_role))
    _limits(language, screen, [window for window in budget.windows if window.limit_usd is not None])
    if metrics.partial:
        screen.line(say(language, "partial"))
    return screen


def _savings(language: str, metrics: Metrics) -> str:
    savings = metrics.savings
    told = {"ceo": money(savings.ceo_cost_usd), "cost": money(savings.cost_usd)}
    if savings.saved_usd < 0:
        return say(language, "dearer", more=money(-savings.saved_usd), **told)
    return say(language, "saved", saved=money(savings.saved_usd), **told)


def _orders(language: str, by_status: dict[Status, int], total: int) -> str:
    counts = {status: by_status[status] for status in Status if by_status.get(status)}
    told = " ".join(f"{STATUS_MARKS[status]} {n}" for status, n in counts.items())
    return say(language, "order_count", n=total) + (f" · {told}" if told else "")


def _by_role(language: str, roles: list[RoleSums]) -> str:
    """A bar for each role: its part of the money, or of the calls when nothing was spent."""
    dearest = max(sums.cost_usd for sums in roles)
    most = Decimal(max(sums.calls for sums in roles))
    rows = []
    for sums in roles:
        share = share_of(sums.cost_usd, dearest) if dearest else share_of(Decimal(sums.calls), most)
        rows.append((title(language, sums.role), bar(share), money(sums.cost_usd), f"×{sums.calls}"))
    return columns(rows)


def _limits(language: str, screen: Screen, windows: Iterable[Window]) -> None:
    rows = [_limit_row(language, window) for window in windows]
    if rows:
        screen.line().line().bold(say(language, "budget")).block(columns(rows))


def _limit_row(language: str, window: Window) -> tuple[str, ...]:
    scope = window.scope
    who = title(language, Role(scope)) if scope in set(Role) else say(language, COMPANY)
    when = say(language, f"w_{window.kind}")
    taken = money(window.spent_usd + window.reserved_usd)
    if window.limit_usd is None:
        return say(language, "w_of", who=who, when=when), "", taken, say(language, "no_limit")
    amount = f"{taken} / {money(window.limit_usd)}"
    return say(language, "w_of", who=who, when=when), bar(window.used), f"{window.used:.0%}", amount


def budget_screen(language: str, budget: Budget) -> Screen:
    """Every limit with what is spent or reserved of it, what asks first, and whether paid calls are frozen."""
    screen = Screen()
    if budget.freeze.frozen:
        screen.text(say(language, "frozen"))
        if budget.freeze.reason:
            screen.line(f"“{budget.freeze.reason}”")
    shown = [window for window in budget.windows if window.scope == COMPANY or window.limit_usd is not None]
    _limits(language, screen, shown)
    screen.line(say(language, "asks_above", cost=_or_none(language, budget.ask_above_usd)))
    screen.line(say(language, "order_limit", cost=_or_none(language, budget.order_limit_usd)))
    return screen.line(say(language, "budget_examples"))


def limit_line(language: str, limit: Limit) -> str:
    """A limit that was just set."""
    return say(language, f"limit_{limit.kind}", cost=_or_none(language, limit.limit_usd))


def _or_none(language: str, amount_usd: Decimal | None) -> str:
    return say(language, "no_limit") if amount_usd is None else money(amount_usd)
