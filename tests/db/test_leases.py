"""Leases by name on both stores: one holder at a time, by the database's clock."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
import sqlalchemy as sa

from db.engine import Database
from db.statements.leases import Lease, give_back, take_lease
from db.tables import leases
from tests.builders import now
from tests.db.paid_calls import other_processes

NAME = "telegram:123"


def take(database: Database, holder: str, for_s: float = 30) -> Lease | None:
    return database.run_sync(take_lease, NAME, holder, for_s)


def test_one_has_it_and_the_other_does_not(database: Database) -> None:
    lease = take(database, "a")
    assert lease is not None
    assert (lease.name, lease.holder) == (NAME, "a")
    assert timedelta(seconds=20) < lease.until - now() < timedelta(seconds=40)
    assert take(database, "b") is None


def test_who_has_it_renews_it(database: Database) -> None:
    first, second = take(database, "a", 5), take(database, "a", 50)
    assert first is not None
    assert second is not None
    assert second.until > first.until
    assert take(database, "b") is None


def test_what_is_over_is_taken_over_and_then_lost_for_the_old_holder(database: Database) -> None:
    take(database, "a", for_s=-1)
    assert take(database, "b") is not None
    assert take(database, "a") is None


def test_what_is_given_back_is_free_at_once(database: Database) -> None:
    take(database, "a")
    assert not database.run_sync(give_back, NAME, "b")
    assert take(database, "b") is None
    assert database.run_sync(give_back, NAME, "a")
    assert take(database, "b") is not None


def test_names_do_not_know_of_each_other(database: Database) -> None:
    take(database, "a")
    assert database.run_sync(take_lease, "telegram:456", "b", 30) is not None


@pytest.mark.parametrize("is_there", [False, True])
def test_of_two_processes_that_race_for_it_one_gets_it(database: Database, is_there: bool) -> None:
    """Free, or over: fifty rounds each."""
    with other_processes(database, 2) as processes, ThreadPoolExecutor(2) as threads:
        for _ in range(50):
            database.run_sync(lambda c: c.execute(sa.delete(leases)))
            if is_there:
                take(database, "dead", for_s=-1)
            together = Barrier(2)

            def attempt(holder: str, process: Database, together: Barrier = together) -> Lease | None:
                together.wait(10)
                return take(process, holder)

            outcomes = list(threads.map(attempt, ("a", "b"), processes))
            assert [lease is None for lease in outcomes].count(True) == 1, outcomes
