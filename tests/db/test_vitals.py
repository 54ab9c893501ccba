"""What health says of models and money."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from db.statements.leases import Lease
from db.statements.model_health import ModelHealth
from db.statements.switches import Switch
from db.vitals import budget_vital, heartbeat_vital, models_vital
from nexus.budget import Window
from nexus.model_status import ModelStatus

NOW = datetime(2026, 11, 22, tzinfo=UTC)


def a_model(status: ModelStatus, name: str = "claude-opus-4-6") -> ModelHealth:
    return ModelHealth(
        "anthropic", name, status, "the key is refused; check ANTHROPIC_API_KEY", None, NOW, "w1"
    )


def a_window(spent: str, scope: str = "company") -> Window:
    return Window(scope, "2026-11-22", Decimal(spent), Decimal(0), Decimal(10), NOW)


def test_models_are_as_bad_as_the_worst_but_others_may_stand_in() -> None:
    assert models_vital([]).status is ModelStatus.UNKNOWN
    assert models_vital([a_model(ModelStatus.HEALTHY)]).status is ModelStatus.HEALTHY
    worst = models_vital([a_model(ModelStatus.HEALTHY), a_model(ModelStatus.CRITICAL, "claude-nope")])
    assert worst.status is ModelStatus.DEGRADED
    assert worst.reason == "anthropic/claude-nope: the key is refused; check ANTHROPIC_API_KEY"


@pytest.mark.parametrize(
    ("spent", "status"),
    [("0", "healthy"), ("7.99", "healthy"), ("8", "degraded"), ("9.99", "degraded"), ("10", "critical")],
)
def test_the_budget_is_as_bad_as_its_tightest_window(spent: str, status: str) -> None:
    assert budget_vital([a_window("1", "ceo"), a_window(spent)], None).status == status


def test_a_freeze_is_seen() -> None:
    vital = budget_vital([a_window("0")], Switch("frozen", True, NOW, "owner", ""))
    assert (vital.status, "frozen by owner" in vital.reason) == (ModelStatus.DEGRADED, True)


def test_without_limits_there_is_nothing_to_say() -> None:
    assert budget_vital([], None).reason == "no limit is set"


def test_a_heartbeat_that_fell_silent_is_critical_and_one_that_never_ran_is_not_there() -> None:
    lease = Lease("heartbeat", "office:42:01J", NOW)
    assert heartbeat_vital([]) is None
    lives, silent = heartbeat_vital([(lease, True)]), heartbeat_vital([(lease, False)])
    assert lives is not None
    assert silent is not None
    assert (lives.status, silent.status) == (ModelStatus.HEALTHY, ModelStatus.CRITICAL)
    assert "no sign of life of office:42 since 2026-11-22" in silent.reason
