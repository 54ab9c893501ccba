"""The budget's words and settings: what may be spent, by whom, in which day or month.

Every paid call is reserved at its worst case before it begins and settled at its cost afterwards
(`db.statements.budget`). Local models are free and never asked about.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Final, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, field_validator

from nexus.errors import PermanentError, TransientError
from nexus.settings import CommonSettings
from nexus.usage import dollars
from nexus.work_order import Role

COMPANY: Final = "company"
"""The scope that counts everybody; the others are roles."""

FROZEN: Final = "frozen"
"""The switch that stops every paid call."""

BUSY_WAIT_S: Final = 1.0


class BudgetSettings(CommonSettings):
    """What may be spent, in dollars. Limits hold for paid models; local ones are free."""

    budget_order_usd: Decimal | None = Field(
        default=Decimal("2.00"),
        ge=0,
        description="Most that one order may cost before it asks, in dollars; `none` for no limit.",
    )
    budget_day_usd: Decimal | None = Field(
        default=Decimal("10.00"),
        ge=0,
        description="Most that the company may spend in a day, in dollars; `none` for no limit.",
    )
    budget_month_usd: Decimal | None = Field(
        default=Decimal("100.00"),
        ge=0,
        description="Most that the company may spend in a calendar month, in dollars; `none` for no limit.",
    )
    budget_day_usd_by_role: dict[Role, Decimal] = Field(
        default={}, description='Most that a role may spend in a day, in dollars, e.g. {"ceo": 5}.'
    )
    budget_month_usd_by_role: dict[Role, Decimal] = Field(
        default={}, description='Most that a role may spend in a month, in dollars, e.g. {"ceo": 50}.'
    )
    ask_above_usd: Decimal | None = Field(
        default=Decimal("0.50"),
        ge=0,
        description="A try that will cost more than about this, in dollars, asks first; `none` never asks.",
    )
    budget_timezone: str = Field(
        default="UTC", description="Where the budget's days and months begin, e.g. Europe/Berlin."
    )
    unpriced_models: Literal["refuse", "allow"] = Field(
        default="refuse",
        description="What to do with a paid model whose price nobody knows; `allow` spends without a limit.",
    )

    @field_validator("budget_order_usd", "budget_day_usd", "budget_month_usd", "ask_above_usd", mode="before")
    @classmethod
    def _none_is_a_word(cls, value: object) -> object:
        return None if isinstance(value, str) and value.strip().lower() == "none" else value

    @field_validator("budget_timezone")
    @classmethod
    def _is_a_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError(f"{name!r} is no time zone; write one like UTC or Europe/Berlin") from None
        return name

    @property
    def limits(self) -> "Limits":
        """The limits of days and months."""
        periods: dict[tuple[str, str], Decimal] = {}
        for name, company, by_role in (
            ("day", self.budget_day_usd, self.budget_day_usd_by_role),
            ("month", self.budget_month_usd, self.budget_month_usd_by_role),
        ):
            if company is not None:
                periods[COMPANY, name] = company
            periods |= {(role.value, name): limit for role, limit in by_role.items()}
        return Limits(periods, self.budget_timezone, self.unpriced_models == "allow")


@dataclass(frozen=True, slots=True)
class Limits:
    """Dollars by scope (`company` or a role) and kind of period (`day` or `month`); what is missing is unlimited."""

    by_period: Mapping[tuple[str, str], Decimal]
    timezone: str = "UTC"
    allow_unpriced: bool = False

    def of(self, scope: str, period: str) -> Decimal | None:
        """The limit of a window; `period` is a day like 2026-11-22 or a month like 2026-11."""
        return self.by_period.get((scope, kind_of(period)))

    def day_of(self, moment: datetime) -> str:
        """The budget's day that `moment` is in, as 2026-11-22."""
        return moment.astimezone(ZoneInfo(self.timezone)).date().isoformat()

    def resets_at(self, period: str) -> datetime:
        """When the period is over, in UTC."""
        zone = ZoneInfo(self.timezone)
        if kind_of(period) == "day":
            after = datetime.fromisoformat(period).date() + timedelta(days=1)
        else:
            year, month = (int(part) for part in period.split("-"))
            after = datetime(year + month // 12, month % 12 + 1, 1, tzinfo=UTC).date()
        return datetime(after.year, after.month, after.day, tzinfo=zone).astimezone(UTC)


def kind_of(period: str) -> str:
    """`day` or `month`."""
    return "day" if len(period) == len("2026-11-22") else "month"


def windows_of(role: Role, day: str) -> tuple[tuple[str, str], ...]:
    """Scope and period of every window that a call of `role` on `day` counts in, in the order they are locked."""
    scopes = sorted((COMPANY, role.value))
    return tuple((scope, period) for scope in scopes for period in (day[:7], day))


@dataclass(frozen=True, slots=True)
class Window:
    """One scope in one period, in dollars. `reserved` is the worst case of calls that run; `limit` None: unlimited."""

    scope: str
    period: str
    spent_usd: Decimal
    reserved_usd: Decimal
    limit_usd: Decimal | None
    resets_at: datetime

    @property
    def used(self) -> float:
        """Share of the limit that is spent or reserved; 0 without a limit."""
        if self.limit_usd is None:
            return 0.0
        taken = self.spent_usd + self.reserved_usd
        return float(taken / self.limit_usd) if self.limit_usd else 1.0

    @property
    def name(self) -> str:
        """In words: `the company's day` or `the ceo's month`."""
        return f"the {self.scope}'s {kind_of(self.period)}"


class BudgetRefused(PermanentError):
    """A paid call that would go over a limit. Nothing was spent; the message names scope, spent, limit and reset.

    `short` is the same in a few words, for a receipt.
    """

    def __init__(self, message: str, short: str | None = None) -> None:
        super().__init__(message)
        self.short = short or message


class PaidCallsFrozen(BudgetRefused):
    """The owner has frozen all paid calls."""


class BudgetBusy(TransientError):
    """It fits, but not beside the worst case of what runs at this moment: once that is settled it may."""

    def __init__(self, message: str) -> None:
        super().__init__(message, retry_after_s=BUSY_WAIT_S)


def refusal(window: Window, needs_usd: Decimal) -> BudgetRefused:
    """The cap is reached."""
    setting = f"BUDGET_{kind_of(window.period).upper()}_USD"
    if window.scope != COMPANY:
        setting += "_BY_ROLE"
    spent = f"{dollars(window.spent_usd)} of {dollars(window.limit_usd or Decimal(0))}"
    return BudgetRefused(
        f"The budget of {window.name} is used up: {spent} spent, and this call may cost {dollars(needs_usd)}."
        f" It resets at {window.resets_at:%Y-%m-%d %H:%M} UTC; {setting} is the limit.",
        short=f"{spent} of {window.name} are spent",
    )
