"""The budget's words and settings: what may be spent, by whom, in which day or month.

Every paid call is reserved at its worst case before it begins and settled at its cost afterwards
(`db.statements.budget`). Local models are free and never asked about.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Final, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, field_validator

from nexus.errors import PermanentError, TransientError
from nexus.settings import CommonSettings
from nexus.usage import NANO, dollars
from nexus.work_order import Role

COMPANY: Final = "company"
"""The scope that counts everybody; the others are roles."""

FROZEN: Final = "frozen"
"""The switch that stops every paid call."""

BUSY_WAIT_S: Final = 1.0

MOST_USD: Final = Decimal(1_000_000)
"""No limit that is set while the company runs may be above this, in dollars: a slip of the finger is not money."""

PeriodKind = Literal["day", "month"]
type Place = tuple[str, PeriodKind]
"""A scope and a kind of period: what a limit is for."""


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
        periods: dict[Place, Decimal] = {}
        of_a_kind: tuple[tuple[PeriodKind, Decimal | None, dict[Role, Decimal]], ...] = (
            ("day", self.budget_day_usd, self.budget_day_usd_by_role),
            ("month", self.budget_month_usd, self.budget_month_usd_by_role),
        )
        for name, company, by_role in of_a_kind:
            if company is not None:
                periods[COMPANY, name] = company
            periods |= {(role.value, name): limit for role, limit in by_role.items()}
        return Limits(periods, self.budget_timezone, self.unpriced_models == "allow")


@dataclass(frozen=True, slots=True)
class LimitChange:
    """What the owner made of a limit while the company runs.

    `is_set` False: the setting holds again. `limit_usd` None with `is_set`: there is no limit.
    """

    scope: str
    kind: PeriodKind
    is_set: bool
    limit_usd: Decimal | None
    changed_at: datetime
    changed_by: str

    @property
    def place(self) -> Place:
        """What it is for."""
        return self.scope, self.kind


@dataclass(frozen=True, slots=True)
class Limits:
    """Dollars by scope (`company` or a role) and kind of period (`day` or `month`); what is missing is unlimited.

    `by_period` is what the settings say; `changes`, which stand above it, what was changed since.
    """

    by_period: Mapping[Place, Decimal]
    timezone: str = "UTC"
    allow_unpriced: bool = False
    changes: Mapping[Place, LimitChange] = field(default_factory=dict)

    def with_changes(self, changes: Iterable[LimitChange]) -> "Limits":
        """The same with these above the settings."""
        return replace(self, changes={change.place: change for change in changes})

    @property
    def places(self) -> set[Place]:
        """Where the settings or the owner have said something."""
        return {*self.by_period, *(place for place, change in self.changes.items() if change.is_set)}

    def at(self, place: Place) -> Decimal | None:
        """The limit that holds there; None: there is none."""
        change = self.set_at(place)
        return change.limit_usd if change is not None else self.by_period.get(place)

    def set_at(self, place: Place) -> LimitChange | None:
        """The owner's change that holds there; None: the setting does."""
        change = self.changes.get(place)
        return change if change is not None and change.is_set else None

    def of(self, scope: str, period: str) -> Decimal | None:
        """The limit of a window; `period` is a day like 2026-11-22 or a month like 2026-11."""
        return self.at((scope, kind_of(period)))

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


def kind_of(period: str) -> PeriodKind:
    """`day` or `month`."""
    return "day" if len(period) == len("2026-11-22") else "month"


def setting_of(place: Place) -> str:
    """The name of the setting that limits it where nobody has changed that."""
    scope, kind = place
    return f"BUDGET_{kind.upper()}_USD{'' if scope == COMPANY else '_BY_ROLE'}"


def name_of(place: Place) -> str:
    """In words: `the company's day` or `the ceo's month`."""
    return f"the {place[0]}'s {place[1]}"


def checked_limit(amount_usd: Decimal) -> Decimal:
    """A limit as it is stored, in dollars, exact to the nano-dollar.

    Raises:
        ValueError: it is no amount from 0 to a million; the message says so.
    """
    if not amount_usd.is_finite() or not 0 <= amount_usd <= MOST_USD:
        raise ValueError(f"must be from 0 to {MOST_USD:,} dollars")
    return amount_usd.quantize(NANO)


def limit_text(limit_usd: Decimal | None) -> str:
    """`$5.00`, or `none`."""
    return "none" if limit_usd is None else dollars(limit_usd)


def exact(amount_usd: Decimal | None) -> str | None:
    """Dollars as text without loss, in one way only: `10`, `0.042`. For details that machines read."""
    return None if amount_usd is None else f"{amount_usd.normalize():f}"


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
    set_by: LimitChange | None = None  # the owner's change that is the limit; None: the setting is

    @property
    def place(self) -> Place:
        """What its limit is for."""
        return self.scope, kind_of(self.period)

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
        return name_of(self.place)

    @property
    def limit_source(self) -> str:
        """Where its limit is from: the setting's name, or `set by owner on 2026-11-22 10:00 UTC`."""
        if self.set_by is None:
            return setting_of(self.place)
        return f"set by {self.set_by.changed_by} on {self.set_by.changed_at:%Y-%m-%d %H:%M} UTC"


class BudgetRefused(PermanentError):
    """A paid call that would go over a limit. Nothing was spent; the message names scope, spent, limit and reset.

    `short` is the same in a few words, for a receipt.
    """

    def __init__(self, message: str, short: str | None = None) -> None:
        super().__init__(message)
        self.short = short or message


class BudgetUsedUp(BudgetRefused):
    """A limit leaves no room for the call. `window` is as it would be with the call reserved."""

    def __init__(self, message: str, short: str, window: Window, needs_usd: Decimal) -> None:
        super().__init__(message, short)
        self.window = window
        self.needs_usd = needs_usd


class PaidCallsFrozen(BudgetRefused):
    """The owner has frozen all paid calls."""


class BudgetBusy(TransientError):
    """It fits, but not beside the worst case of what runs at this moment: once that is settled it may."""

    def __init__(self, message: str) -> None:
        super().__init__(message, retry_after_s=BUSY_WAIT_S)


def refusal(window: Window, needs_usd: Decimal) -> BudgetUsedUp:
    """The cap is reached."""
    source = window.limit_source
    limits = f"{source} is the limit" if window.set_by is None else f"the limit was {source}"
    spent = f"{dollars(window.spent_usd)} of {dollars(window.limit_usd or Decimal(0))}"
    return BudgetUsedUp(
        f"The budget of {window.name} is used up: {spent} spent, and this call may cost {dollars(needs_usd)}."
        f" It resets at {window.resets_at:%Y-%m-%d %H:%M} UTC; {limits}.",
        f"{spent} of {window.name} are spent",
        window,
        needs_usd,
    )
