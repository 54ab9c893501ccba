"""The gateway's reports as the bot reads them. Only what it shows is described; amounts are in US dollars."""

from datetime import datetime
from decimal import Decimal

from pydantic import BaseModel, ConfigDict

from interfaces.telegram.gateway_client import Detail, Order
from nexus.model_status import ModelStatus
from nexus.work_order import Role, Status


class Read(BaseModel):
    """A document of the gateway's."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class Component(Read):
    """One part of the company."""

    status: ModelStatus
    reason: str


class HealthReport(Read):
    """GET /api/health/detailed."""

    status: ModelStatus
    components: dict[str, Component]


class ModelState(Read):
    """What the newest probe of a model found."""

    status: ModelStatus
    detail: str


class Pause(Read):
    """That a role begins nothing new, and who said so."""

    since: datetime
    by: str
    reason: str | None


class Agent(Read):
    """One role. `model` None: nobody works in it, or it needs none. `waiting` orders are queued for it."""

    role: Role
    status: ModelStatus
    reason: str
    model: str | None
    local: bool | None
    weak: bool | None
    health: ModelState | None
    workers: int
    paused: Pause | None = None
    waiting: int = 0


class Agents(Read):
    """GET /api/agents."""

    items: list[Agent]


class Sums(Read):
    """Model calls added up."""

    calls: int
    cost_usd: Decimal
    in_doubt_usd: Decimal
    reserved_usd: Decimal
    unpriced_calls: int
    input_tokens: int
    output_tokens: int
    cache_read_tokens: int
    cache_write_tokens: int


class RoleSums(Sums):
    """One role's calls."""

    role: Role


class Savings(Read):
    """What the CEO would have charged, for the orders where both amounts are known."""

    orders: int
    cost_usd: Decimal
    ceo_cost_usd: Decimal
    saved_usd: Decimal


class OrderSums(Read):
    """Orders that arrived in the period."""

    total: int
    by_status: dict[Status, int]


class Metrics(Read):
    """GET /api/metrics. `partial`: something is missing."""

    timezone: str
    partial: bool
    totals: Sums
    by_role: list[RoleSums]
    savings: Savings
    orders: OrderSums


class Window(Read):
    """What is spent of a limit. `scope` is `company` or a role; `used` is a share of the limit."""

    scope: str
    period: str
    spent_usd: Decimal
    reserved_usd: Decimal
    limit_usd: Decimal | None
    used: float

    @property
    def kind(self) -> str:
        """`day` or `month`."""
        return "day" if len(self.period) == len("2026-11-22") else "month"


class Freeze(Read):
    """Whether paid calls are stopped."""

    frozen: bool
    reason: str | None = None


class Budget(Read):
    """GET /api/budget."""

    freeze: Freeze
    windows: list[Window]
    order_limit_usd: Decimal | None
    ask_above_usd: Decimal | None


class Limit(Read):
    """PUT /api/budget/limits."""

    kind: str
    limit_usd: Decimal | None


class OrderPage(Read):
    """GET /api/work-orders."""

    items: list[Order]
    next_cursor: str | None


class AuditRow(Read):
    """One thing that somebody did."""

    at: datetime
    actor: str
    action: str
    status: str


class AuditPage(Read):
    """GET /api/audit."""

    items: list[AuditRow]


class Call(Read):
    """One model call. `cost_usd` None: not priced, or not known yet."""

    purpose: str
    role: Role
    provider: str
    model: str
    status: str
    cost_usd: Decimal | None


class History(Detail):
    """GET /api/work-orders/{id}, with the ledger."""

    model_calls: list[Call]
