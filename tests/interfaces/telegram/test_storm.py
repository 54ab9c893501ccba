"""The bot under a storm: short here, long by `python -m tests.interfaces.telegram.storm`. And the storm can fail."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.interfaces.telegram.storm import Options, Storm
from tests.interfaces.telegram.storm_faults import Aim
from tests.interfaces.telegram.storm_report import Report, as_text, make_report

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(500)]
SHORT = Options(updates=150, kills=5, patience_s=120)


@pytest.fixture
def short_folder(request: pytest.FixtureRequest) -> Iterator[Path]:
    """With a short path, because unix sockets are in it; kept when the test is red."""
    folder = Path(tempfile.mkdtemp(prefix="nexus-storm-"))
    failures = request.session.testsfailed
    yield folder
    if request.session.testsfailed == failures:
        shutil.rmtree(folder)


async def storm(options: Options, folder: Path) -> Report:
    evidence = await Storm(options, folder).run(lambda _: None)
    return make_report(evidence, options.seed, options.store, 0)


async def test_nothing_is_lost_or_doubled_beyond_what_a_kill_may_double(short_folder: Path) -> None:
    report = await storm(SHORT, short_folder)

    assert report.is_green, f"{as_text(report)}\nkept: {short_folder}"
    assert sum(report.steps.values()) == SHORT.updates
    assert len(report.kills) == SHORT.kills
    assert report.faults["conflict getUpdates"] == 2
    assert {"retry_after send", "parse_error send", "cut_after send", "cut_before send"} <= set(report.faults)


@pytest.mark.parametrize(
    ("bug", "aims", "turns_red"),
    [
        ("confirm-before-keeping", ("after the offset",), "update lost"),
        ("no-journal", ("in an answer", "after a send"), "double without a record"),
    ],
)
async def test_the_checker_turns_red_for_the_bug(
    bug: str, aims: tuple[Aim, ...], turns_red: str, short_folder: Path
) -> None:
    options = Options(updates=60, kills=len(aims), people=20, patience_s=8, aims=aims, is_calm=True, bug=bug)
    report = await storm(options, short_folder)

    assert report.names[turns_red] > 0, f"{as_text(report)}\nkept: {short_folder}"
