"""The limit holds exactly over gateway processes; `python -m benchmarks.rate_limits` is the same at full size."""

from pathlib import Path

import pytest

from benchmarks.rate_limits import Plan, Reply, Result, faults, most_in_a_window, run


@pytest.mark.e2e
@pytest.mark.parametrize(
    "plan",
    [
        Plan(gateways=2, senders=2, clients=40, requests=800, per_sender="60/minute"),
        Plan(gateways=2, senders=2, clients=40, requests=400, seconds=6, per_sender="20/4 seconds"),
        Plan(gateways=2, senders=2, clients=40, requests=400, per_sender="none", per_address="60/minute"),
    ],
    ids=["at full speed", "over two windows", "by address"],
)
def test_gateways_admit_exactly_the_limit_together(plan: Plan, tmp_path: Path) -> None:
    assert faults(plan, run(plan, tmp_path)) == []


def test_the_check_finds_one_too_many_and_one_too_few() -> None:
    plan = Plan(senders=1, requests=60, per_sender="60/minute")
    right = [Reply(0, 202, n / 10, n / 10 + 0.01) for n in range(60)]
    assert faults(plan, Result(right, 7.0, 60)) == []
    more = [*right, Reply(0, 202, 30.0, 30.1)]
    assert most_in_a_window(more, 60) == 61
    assert len(faults(plan, Result(more, 31.0, 61))) == 3  # the number of replies, too
    assert len(faults(plan, Result([*right[:-1], Reply(0, 429, 9.0, 9.1)], 7.0, 59))) == 1
