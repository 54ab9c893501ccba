"""Posts with models that cost, for tests of money: the CEO ten times what the others do."""

from collections.abc import Callable
from decimal import Decimal

from agents.config import ModelChoice, Payroll, Post, Provider
from agents.handler import Workplace
from agents.own_prices import OwnPrice
from nexus.work_order import Role

PLENTY = {"budget_day_usd": Decimal(1000), "budget_order_usd": None, "ask_above_usd": None}
MILLION_IN = OwnPrice(input=Decimal(1), output=Decimal(10))
TEN_TIMES = OwnPrice(input=Decimal(10), output=Decimal(100))

type Make = Callable[..., Workplace]


def paid(model: str, price: OwnPrice = MILLION_IN, provider: Provider = Provider.ANTHROPIC) -> ModelChoice:
    return ModelChoice(provider, model, own_price=price)


def local(model: str = "local") -> ModelChoice:
    return ModelChoice(Provider.SCRIPTED, model)


def a_payroll(*ceo: ModelChoice, director: ModelChoice | None = None) -> Payroll:
    director = director or paid("director")
    posts = {
        Role.INTERN: Post(Role.INTERN, paid("intern"), 100),
        Role.DIRECTOR: Post(Role.DIRECTOR, director, 100),
        Role.CEO: Post(Role.CEO, ceo[0] if ceo else paid("ceo", TEN_TIMES), 100, fallbacks=ceo[1:]),
    }
    return {Role.ADMIN: Post(Role.ADMIN, None, 100), **posts}
