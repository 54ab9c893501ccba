"""The money side of routing. Pure: orders, prices and windows in, decisions out.

What is reserved and refused is in `db.statements.budget`; here is what the company does before it comes to that:
step a tier down while money runs short, and ask the owner before a try that would cost too much.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from agents.config import Payroll
from agents.pictures import most_tokens_of
from agents.price_sheet import price_of
from db.records import Assignment, AttemptRecord, CallRecord, RouteDecision
from nexus.budget import COMPANY, BudgetSettings, Window
from nexus.hold import Hold, HoldOption
from nexus.usage import Price, dollars
from nexus.work_order import TIERS, Role, WorkOrder, title_of

BUDGET = "budget"
"""The triage rule of an order that went a tier down."""

SHORT_AT = 0.8
"""Share of a window from which on work goes a tier down: the same four fifths at which the owner is warned."""

BYTES_PER_TOKEN = 4
"""English text has about four bytes a token; other languages have fewer, so an estimate for them is low."""

TYPICAL_SHARE = 0.25
"""Of the output that is allowed, how much an answer takes as a rule; what an estimate is made with."""


def step_down(
    assignment: Assignment,
    order: WorkOrder,
    windows: Sequence[Window],
    among: Sequence[Role] = TIERS,
) -> Assignment:
    """A tier lower while money runs short, with the reason for the receipt; as it is otherwise.

    The owner's own wish for a tier is left alone: its calls are refused at the limit, and not before. `among` are the
    tiers that can do the order at all, the cheapest first. Nothing goes below the floor that safety has set: there the
    order waits or is refused as the limits say.
    """
    is_wish = order.requested_tier is not None or assignment.rule == "owner_wish"
    if is_wish or assignment.role is TIERS[0]:
        return assignment
    scopes = (COMPANY, assignment.role.value)
    tightest = max((w for w in windows if w.scope in scopes), key=lambda w: w.used, default=None)
    if tightest is None or tightest.used < SHORT_AT:
        return assignment
    floor = assignment.route.floor if assignment.route is not None else None
    lower = lower_of(assignment.role, at_least(floor, among))
    if lower is None:
        return assignment
    why = f"one tier down, for {tightest.used:.0%} of {tightest.name} is used"
    return replace(
        assignment,
        role=lower,
        reason=f"{assignment.reason}; {why}",
        rule=BUDGET,
        route=moved_to(assignment.route, lower, BUDGET, why),
    )


def moved_to(decision: RouteDecision | None, role: Role, layer: str, why: str) -> RouteDecision | None:
    """The decision with another tier in front, and why."""
    if decision is None:
        return None
    path = tuple(tier for tier in decision.path if TIERS.index(tier) > TIERS.index(role))
    usd = decision.costs.get(role)
    return replace(
        decision,
        layer=layer,
        chosen=role,
        path=(role, *path),
        reasons=(*decision.reasons, why),
        expected_usd=usd,
    )


def at_least(floor: Role | None, among: Sequence[Role]) -> tuple[Role, ...]:
    """Those of `among` that are not below the floor."""
    least = TIERS.index(floor) if floor is not None else 0
    return tuple(tier for tier in among if TIERS.index(tier) >= least)


def lower_of(role: Role, among: Sequence[Role] = TIERS) -> Role | None:
    """The next lower tier of those; None when there is none."""
    lower = [tier for tier in among if TIERS.index(tier) < TIERS.index(role)]
    return lower[-1] if lower else None


def is_paid(payroll: Payroll, role: Role) -> bool:
    """True when the role's first model costs money."""
    choice = payroll[role].choice
    return choice is not None and not choice.is_local


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a try costs as a rule, and at most, in dollars."""

    about_usd: Decimal
    at_most_usd: Decimal


def estimate(price: Price, prompt: str, max_output_tokens: int, pictures_tokens: int = 0) -> Estimate:
    """Of a prompt as it is stored with the call, and of what its pictures can take of the input."""
    size = len(prompt.encode("utf-8", "surrogatepass"))
    read = size // BYTES_PER_TOKEN + pictures_tokens
    about = price.most_for(read, int(max_output_tokens * TYPICAL_SHARE))
    return Estimate(about, price.most_for(size + pictures_tokens, max_output_tokens))


def hold_for(
    order: WorkOrder,
    attempts: Iterable[AttemptRecord],
    call: CallRecord,
    options: tuple[HoldOption, ...],
    settings: BudgetSettings,
) -> Hold | None:
    """The question for the owner, or None when `call` may be made without one.

    `options` are the tiers that could do it, the one of `call` first. What the owner has said yes to once is not asked
    again for the same money.
    """
    if call.worst_case_usd is None or not options:
        return None
    if order.approved_usd is not None and call.worst_case_usd <= order.approved_usd:
        return None
    asked = options[0]
    spent = sum((c.cost_usd or Decimal(0) for attempt in attempts for c in attempt.calls), Decimal(0))
    limit = order.budget_usd if order.budget_usd is not None else settings.budget_order_usd
    if limit is not None and spent + call.worst_case_usd > limit:
        after = f" after {dollars(spent)} that are spent" if spent else ""
        return _hold(order, options, f"more{after} than the order's limit of {dollars(limit)}")
    above = settings.ask_above_usd
    if above is not None and asked.about_usd > above:
        return _hold(order, options, f"more than the {dollars(above)} from which on you want to be asked")
    return None


def _hold(order: WorkOrder, options: tuple[HoldOption, ...], why: str) -> Hold:
    first = options[0]
    question = (
        f"{title_of(first.role)} ({first.model}) would cost about {dollars(first.about_usd)}, at most"
        f" {dollars(first.at_most_usd)}: {why}."
    )
    choices = [f"run for about {dollars(first.about_usd)}"]
    choices += [f"{title_of(o.role)} for about {dollars(o.about_usd)}" for o in options[1:]]
    return Hold(
        question=f"{question} Your choice: {', '.join(choices)}, or cancel.",
        options=options,
        span_s=(order.deadline_at - order.created_at).total_seconds(),
    )


def options_for(
    payroll: Payroll,
    role: Role,
    prompt: str,
    first: HoldOption,
    *,
    pictures: int = 0,
) -> tuple[HoldOption, ...]:
    """What the owner can choose from: `role` as it was to be done (`first`), and every cheaper tier below it.

    `pictures` is how many come with the message; then the payroll is to have only models that see.
    """
    cheaper = []
    for tier in reversed(TIERS[: TIERS.index(role)]):
        choice = payroll[tier].choice
        price = price_of(choice) if choice is not None else None
        if choice is None or price is None:
            continue
        money = estimate(price, prompt, payroll[tier].limit_of(choice), most_tokens_of(pictures, choice))
        if money.at_most_usd < first.at_most_usd:
            cheaper.append(option_of(tier, choice.model, money))
    return (first, *cheaper)


def option_of(role: Role, model: str, money: Estimate) -> HoldOption:
    """A tier's offer."""
    return HoldOption(role=role, model=model, about_usd=money.about_usd, at_most_usd=money.at_most_usd)
