"""Due times: when a cron expression comes due in a time zone. Pure; all moments that go in and out are in UTC.

What a due time is does not depend on when one asks. That takes care around the change of the clocks, when the same
wall time comes twice: a search that begins inside that hour cannot tell which of the two it is in, so a search begins
at noon of the day before. Times that the change skips come due right after it, and times that it repeats come due
once, as in Debian's cron; what comes due in every hour goes by elapsed time.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

from nexus.errors import ConfigurationError

LOOK_BACK = tuple(timedelta(hours=hours) for hours in (2, 48, 32 * 24, 400 * 24, 4 * 400 * 24))
ONE_DAY = timedelta(days=1)
NOON = time(12)
FIELDS = 5


@dataclass(frozen=True, slots=True)
class Cron:
    """An expression such as `30 3 * * *` (minute, hour, day, month, weekday) in a time zone.

    Raises:
        ConfigurationError: by `check`, when it is none, or never comes due.
    """

    expression: str
    zone: str = "UTC"

    def next_after(self, moment: datetime) -> datetime | None:
        """The first due time after `moment`; None when there is none in 50 years."""
        return next(self._after(moment), None)

    def between(self, after: datetime, until: datetime) -> list[datetime]:
        """The due times after `after`, up to and with `until`, oldest first."""
        found = []
        for due in self._after(after):
            if due > until:
                break
            found.append(due)
        return found

    def newest(self, moment: datetime) -> datetime | None:
        """The last due time that is not after `moment`; None when there was none in four years."""
        for back in LOOK_BACK:
            if found := self.between(moment - back, moment):
                return found[-1]
        return None

    def check(self) -> "Cron":
        """Itself, when it is a five-field expression that comes due some day.

        Raises:
            ConfigurationError: it is not; says what is wrong.
        """
        wrong = f"{self.expression!r} is no schedule"
        if len(self.expression.split()) != FIELDS:
            raise ConfigurationError(
                f"{wrong}: write minute, hour, day, month and weekday, e.g. `30 3 * * *` for 03:30 every day."
            )
        try:
            comes = self.next_after(datetime(2026, 1, 1, tzinfo=UTC))
        except CronSimError as error:
            raise ConfigurationError(f"{wrong}: {str(error).lower()}.") from None
        if comes is None:
            raise ConfigurationError(f"{wrong}: that day never comes.")
        return self

    def _after(self, moment: datetime) -> Iterator[datetime]:
        for due in CronSim(self.expression, self._begin(moment)):
            if (utc := due.astimezone(UTC)) > moment:
                yield utc

    def _begin(self, moment: datetime) -> datetime:
        local = moment.astimezone(ZoneInfo(self.zone))
        if self._goes_by_elapsed_time():
            return local
        return datetime.combine((local - ONE_DAY).date(), NOON, local.tzinfo)

    def _goes_by_elapsed_time(self) -> bool:
        fields = self.expression.split()
        return len(fields) != FIELDS or fields[1] == "*"
