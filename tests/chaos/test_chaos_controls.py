"""The harness can fail: each of six classic bugs turns the checker red for its own reason; without them it is green.

A control runs a bug and the schedule that brings it to light on a company of its own.
"""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.chaos.company import Outfit
from tests.chaos.report import as_text, make_report
from tests.chaos.scenarios.controls import CONTROLS, Control, Provocations
from tests.chaos.stage import Options, perform

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]
OPTIONS = Options(seed=1, quiet_s=4)


@pytest.mark.parametrize("control", CONTROLS, ids=lambda control: control.bug)
async def test_the_checker_turns_red_for_the_bug(control: Control, short_folder: Path) -> None:
    options = replace(OPTIONS, outfit=Outfit(bug=control.bug))
    evidence = await perform(control, options, short_folder)
    report = make_report(control, options.seed, evidence)

    assert report.violations.get(control.turns_red, 0) > 0, f"{as_text(report)}\nkept: {short_folder}"


async def test_the_same_schedules_without_a_bug_are_green(short_folder: Path) -> None:
    evidence = await perform(Provocations(), replace(OPTIONS, quiet_s=60), short_folder)
    report = make_report(Provocations(), OPTIONS.seed, evidence)

    assert report.is_green, f"{as_text(report)}\nkept: {short_folder}"
