"""The budget's counters, limits and switches, in whichever store holds them now.

While PostgreSQL is away a host's spool goes on from what PostgreSQL's windows came to at the last look, at most a
second old; what other hosts spend meanwhile it cannot know (docs/decisions/0006-spool.md).
"""

from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy.engine import Connection

from db.engine import Database
from db.spool import Spool
from db.statements.budget import note_elsewhere, windows_at, windows_elsewhere, windows_known
from db.statements.limits import all_limit_changes, limits_in_force, set_limit, take_over_limits
from db.statements.switches import (
    Switch,
    all_switches,
    get_switch,
    set_switch,
    take_over_switches,
)
from nexus.budget import FROZEN, LimitChange, Limits, Window, limit_text
from nexus.clock import Clock
from nexus.errors import StoreUnavailable
from nexus.logs import get_logger

log = get_logger(__name__)

LOOK_S = 1.0


class Budget:
    """Reads the windows, changes limits, and freezes and thaws paid calls. `spool` None: there is one store only.

    `limits` are the settings'.
    """

    def __init__(self, primary: Database, spool: Spool | None, limits: Limits, clock: Clock) -> None:
        self._primary = primary
        self._spool = spool
        self._limits = limits
        self._clock = clock

    async def windows(self) -> list[Window]:
        """Every window of today and this month that has a limit or was used.

        Raises:
            StoreUnavailable: the store does not answer.
        """
        return await self._here().read(windows_at, self._limits, self._clock.now())

    async def limits(self) -> Limits:
        """The settings' limits with what the owner has changed since.

        Raises:
            StoreUnavailable: the store does not answer.
        """
        return await self._here().read(limits_in_force, self._limits)

    async def set_limit(self, wish: LimitChange) -> Limits:
        """Change a limit for every worker, from the next paid call on, in every store that answers; returns what holds.

        Raises:
            StoreUnavailable: no store answers, or a reservation hangs; nothing was changed.
        """
        change = await self._here().run(set_limit, wish, self._limits)
        if self._spool is not None and not self._spool.is_local:
            await self._spool.database.run(take_over_limits, [change])
        limits = await self.limits()
        log.warning(
            "budget.limit_changed",
            scope=change.scope,
            kind=change.kind,
            limit=limit_text(limits.at(change.place)),
            by=change.changed_by,
        )
        return limits

    async def frozen(self) -> Switch | None:
        """The freeze, if it was ever used; `is_on` says whether it holds.

        Raises:
            StoreUnavailable: the store does not answer.
        """
        return await self._here().read(get_switch, FROZEN)

    async def set_frozen(self, *, is_on: bool, by: str, reason: str) -> Switch:
        """Stop every paid call that has not begun yet, in every store that answers; or let them go on.

        Raises:
            StoreUnavailable: no store answers.
        """
        switch = Switch(FROZEN, is_on, self._clock.now(), by, reason)
        await self._here().run(set_switch, switch)
        if self._spool is not None and not self._spool.is_local:
            await self._spool.database.run(take_over_switches, [switch])
        log.warning("budget.frozen" if is_on else "budget.thawed", by=by, reason=reason)
        return switch

    def _here(self) -> Database:
        return self._spool.database if self._spool is not None and self._spool.is_local else self._primary

    async def keep_spool(self) -> None:
        """Tell the spool for ever what PostgreSQL's windows come to, and both of each other's switches and limits."""
        while self._spool is not None:
            if not self._spool.is_local:
                try:
                    await self._exchange_with(self._spool.database)
                except StoreUnavailable as error:
                    log.debug("budget.not_exchanged", error=str(error))
            await self._clock.sleep(LOOK_S)

    async def _exchange_with(self, spool: Database) -> None:
        day = self._limits.day_of(self._clock.now())
        known, there = await self._primary.read(_known, [day, day[:7]])
        held, here = await spool.read(_known_elsewhere, [day, day[:7]])
        news = {place: amount for place, amount in known.items() if held.get(place) != amount}
        if news or there.has_more_than(here):
            await spool.run(_note, news, there)
        if here.has_more_than(there):
            await self._primary.run(_take_over, here)


type Amounts = dict[tuple[str, str], Decimal]


@dataclass(frozen=True, slots=True)
class _Word:
    """What the owner has said in one store."""

    switches: list[Switch]
    limits: list[LimitChange]

    def has_more_than(self, other: "_Word") -> bool:
        return any(switch not in other.switches for switch in self.switches) or any(
            change not in other.limits for change in self.limits
        )


def _known(connection: Connection, periods: list[str]) -> tuple[Amounts, _Word]:
    return windows_known(connection, periods), _word(connection)


def _known_elsewhere(connection: Connection, periods: list[str]) -> tuple[Amounts, _Word]:
    return windows_elsewhere(connection, periods), _word(connection)


def _word(connection: Connection) -> _Word:
    return _Word(all_switches(connection), all_limit_changes(connection))


def _note(connection: Connection, known: Amounts, there: _Word) -> None:
    note_elsewhere(connection, known)
    _take_over(connection, there)


def _take_over(connection: Connection, word: _Word) -> None:
    take_over_switches(connection, word.switches)
    take_over_limits(connection, word.limits)
