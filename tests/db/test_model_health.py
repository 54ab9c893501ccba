"""Model health: one row a model, and the newest finding wins, whoever writes last."""

from datetime import date, timedelta

from db.engine import Database
from db.statements.model_health import ModelHealth, all_model_health, put_model_health
from nexus.model_status import ModelStatus
from tests.builders import now

AT = now()


def finding(model: str = "claude-opus-4-6", age_s: float = 0, detail: str = "fine") -> ModelHealth:
    at = AT - timedelta(seconds=age_s)
    return ModelHealth("anthropic", model, ModelStatus.HEALTHY, detail, date(2027, 2, 5), at, "w1")


def test_what_was_found_is_read_back_by_name(database: Database) -> None:
    found = [finding("b"), finding("a")]

    database.run_sync(put_model_health, found)

    assert database.read_sync(all_model_health) == [finding("a"), finding("b")]


def test_the_newest_finding_stays_though_an_older_one_is_written_later(database: Database) -> None:
    for found in (finding(age_s=60, detail="old"), finding(detail="new"), finding(age_s=30, detail="late")):
        database.run_sync(put_model_health, [found])

    assert [row.detail for row in database.read_sync(all_model_health)] == ["new"]


def test_without_a_probe_nothing_is_known(database: Database) -> None:
    database.run_sync(put_model_health, [])

    assert database.read_sync(all_model_health) == []
