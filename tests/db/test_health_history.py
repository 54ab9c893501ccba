"""The history of the company's health, on both stores: a row for a change, never one for a look."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest

from db import health_watch
from db.engine import Database
from db.health_watch import GONE, SETTLE_S, Finding, HealthWatch
from db.retention import prune
from db.statements.health_history import (
    HEALTH_KEPT,
    HealthChange,
    health_page,
    health_since,
    newest_health,
    note_health,
    prune_health,
)
from nexus.clock import ManualClock
from nexus.errors import StoreUnavailable
from tests.builders import now

WELL = {"database": Finding("healthy", "fine"), "workers.ceo": Finding("healthy", "1 at work")}
NOBODY = {"workers.ceo": Finding("critical", "nobody works in this role")}


def a_watch(
    database: Database, clock: ManualClock, holder: str = "one", *, settled: bool = True
) -> HealthWatch:
    watch = HealthWatch(database, holder, "here", clock, 30)
    if settled:
        clock.advance(SETTLE_S)
    return watch


def told(database: Database) -> list[tuple[str, str]]:
    """The oldest first."""
    rows = database.read_sync(health_page, component=None, cursor=None, limit=100)
    return [(row.component, row.status) for row in reversed(rows)]


async def test_a_change_is_a_row_and_a_look_is_none(database: Database) -> None:
    clock = ManualClock(now())
    watch = a_watch(database, clock)
    for found in (WELL, WELL, WELL | NOBODY, WELL | NOBODY, WELL):
        clock.advance(30)
        await watch.note(found)
    assert told(database) == [
        ("database", "healthy"),
        ("workers.ceo", "healthy"),
        ("workers.ceo", "critical"),
        ("workers.ceo", "healthy"),
    ]
    holds = database.read_sync(newest_health)["workers.ceo"]
    assert (holds.reason, holds.host, holds.at) == ("1 at work", "here", clock.now())


async def test_another_reason_is_no_change(database: Database) -> None:
    watch = a_watch(database, ManualClock(now()))
    await watch.note(WELL)
    assert await watch.note(WELL | {"database": Finding("healthy", "3 open orders")}) == []


async def test_a_restart_writes_nothing_where_nothing_has_changed(database: Database) -> None:
    clock = ManualClock(now())
    await a_watch(database, clock).note(WELL)
    again = a_watch(database, clock, "two", settled=False)
    unheard = {"database": WELL["database"], "workers.ceo": Finding("unknown", "no worker can be heard")}
    assert await again.note(unheard) == []
    clock.advance(SETTLE_S)
    assert await again.note(WELL) == []
    assert [change.status for change in await again.note(unheard)] == ["unknown"]


async def test_at_the_start_only_what_is_well_is_noted(database: Database) -> None:
    clock = ManualClock(now())
    watch = a_watch(database, clock, settled=False)
    await watch.note(WELL | NOBODY)
    assert told(database) == [("database", "healthy")]
    clock.advance(SETTLE_S)
    await watch.note(WELL | NOBODY)
    assert told(database)[-1] == ("workers.ceo", "critical")


async def test_a_part_that_is_not_there_any_more_is_unknown_and_that_is_told_once(database: Database) -> None:
    watch = a_watch(database, ManualClock(now()))
    await watch.note(WELL | {"telegram": Finding("critical", "no sign of life")})
    for _ in range(2):
        await watch.note(WELL)
    assert told(database)[-2:] == [("telegram", "critical"), ("telegram", "unknown")]
    assert database.read_sync(newest_health)["telegram"].reason == GONE


async def test_one_process_looks_and_the_next_as_soon_as_it_leaves(database: Database) -> None:
    clock = ManualClock(now())
    one, other = a_watch(database, clock, "one"), a_watch(database, clock, "two")
    assert await one.is_mine()
    assert await one.is_mine()
    assert not await other.is_mine()
    await one.leave()
    assert await other.is_mine()


class Away:
    """Whether the database is away, for a test."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, database: Database) -> None:
        self.is_on = False
        run = database.run

        async def maybe(*args: object, **kwargs: object) -> object:
            if self.is_on:
                raise StoreUnavailable("it is away")
            return await run(*args, **kwargs)  # type: ignore[arg-type]

        monkeypatch.setattr(database, "run", maybe)


async def test_what_was_found_while_the_database_was_away_is_told_afterwards_with_its_time(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = ManualClock(now())
    watch, away = a_watch(database, clock), Away(monkeypatch, database)
    await watch.note(WELL)
    away.is_on = True
    clock.advance(30)
    began = clock.now()
    assert await watch.is_mine()
    outage = WELL | {"database": Finding("degraded", "PostgreSQL does not answer")}
    for _ in range(3):
        assert await watch.note(outage) == []
        clock.advance(30)
    away.is_on = False

    await watch.note(WELL)

    assert told(database)[2:] == [("database", "degraded"), ("database", "healthy")]
    rows = database.read_sync(health_page, component="database", cursor=None, limit=2)
    assert [row.at for row in rows] == [clock.now(), began]


async def test_an_outage_of_days_keeps_back_a_bounded_number(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health_watch, "MOST_KEPT_BACK", 10)
    watch, away = a_watch(database, ManualClock(now())), Away(monkeypatch, database)
    away.is_on = True
    for n in range(40):
        await watch.note({"redis": Finding("degraded" if n % 2 else "healthy", "as it is")})
    away.is_on = False
    assert len(await watch.note({"redis": Finding("degraded", "as it is")})) == 10


def changes(*findings: tuple[str, str], at: datetime, host: str = "here") -> list[HealthChange]:
    return [
        HealthChange(f"{int(at.timestamp() * 1000):020}{n}", at, component, status, "why", host)
        for n, (component, status) in enumerate(findings)
    ]


def test_what_another_host_has_told_since_is_not_told_again_late(database: Database) -> None:
    early, late = now(), now() + timedelta(minutes=5)
    database.run_sync(note_health, changes(("database", "degraded"), ("database", "healthy"), at=late))
    assert database.run_sync(note_health, changes(("database", "degraded"), at=early, host="there")) == []


def test_pages_go_back_in_time_by_part_and_by_cursor(database: Database) -> None:
    for n in range(6):
        status = "healthy" if n % 2 else "degraded"
        database.run_sync(
            note_health, changes(("redis", status), ("models", status), at=now() + timedelta(minutes=n))
        )
    seen: list[str] = []
    cursor: str | None = None
    while page := database.read_sync(health_page, component="redis", cursor=cursor, limit=4):
        seen += [row.id for row in page]
        cursor = page[-1].id
    assert len(seen) == 6
    assert seen == sorted(seen, reverse=True)


def test_old_changes_go_and_the_one_that_holds_stays(database: Database) -> None:
    first = datetime(2026, 1, 1, tzinfo=UTC)
    database.run_sync(note_health, changes(("redis", "degraded"), ("database", "healthy"), at=first))
    database.run_sync(note_health, changes(("redis", "healthy"), at=first + timedelta(days=1)))
    today = first + HEALTH_KEPT + timedelta(days=2)
    assert database.read_sync(health_since) == first

    pruned = [
        step.rows["health_changes"]
        for step in prune(database, today - timedelta(days=90), today, rest=_at_once)
    ]

    assert pruned[-1] == 1
    assert told(database) == [("database", "healthy"), ("redis", "healthy")]
    assert database.run_sync(prune_health, today) == 0


def _at_once(_: float) -> None:
    """No rest."""


async def test_noting_a_change_forgets_what_is_ninety_days_old(database: Database) -> None:
    clock = ManualClock(now())
    watch = a_watch(database, clock)
    steps: tuple[Mapping[str, Finding], ...] = (WELL, WELL | NOBODY, WELL)
    for found in steps:
        await watch.note(found)
    clock.advance(HEALTH_KEPT.total_seconds() + 1)
    await watch.note(WELL | NOBODY)
    assert told(database) == [("database", "healthy"), ("workers.ceo", "critical")]
