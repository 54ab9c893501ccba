"""The whole company under every kind of fault: short here, long by `make chaos`."""

import json
from dataclasses import asdict
from pathlib import Path

import pytest

from tests.chaos.driver import KINDS
from tests.chaos.report import as_text, make_report
from tests.chaos.scenarios.registry import SCENARIOS
from tests.chaos.stage import Options, perform

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]


@pytest.mark.parametrize(
    ("scenario", "options"),
    [
        ("cap", Options(seed=1, orders=80, faults=8, seconds=8, senders=2, quiet_s=90)),
        ("paid", Options(seed=2, orders=120, faults=20, seconds=10, senders=2, quiet_s=60)),
    ],
)
async def test_money_is_right_to_the_cent_under_faults(
    short_folder: Path, scenario: str, options: Options
) -> None:
    evidence = await perform(SCENARIOS[scenario], options, short_folder)
    report = make_report(SCENARIOS[scenario], options.seed, evidence)

    assert report.is_green, f"{as_text(report)}\nkept: {short_folder}"
    assert any(window.spent_usd for window in evidence.windows)


async def test_every_guarantee_holds_under_all_kinds_of_faults(short_folder: Path) -> None:
    options = Options(seed=1, orders=240, faults=38, seconds=19, senders=2, quiet_s=60)
    evidence = await perform(SCENARIOS["mixed"], options, short_folder)
    report = make_report(SCENARIOS["mixed"], options.seed, evidence)
    (short_folder / "report.json").write_text(json.dumps(asdict(report), indent=2))

    assert report.is_green, f"{as_text(report)}\nkept: {short_folder}"
    assert report.orders >= options.orders
    assert len(report.faults) >= 9
    assert sum(report.faults.values()) >= 30
    assert set(report.faults) <= set(KINDS)
