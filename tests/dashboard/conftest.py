"""Chromium and the built dashboard; both are looked for once, and what is missing is said in the reason of the skip.

Modules share the company of the day, or start their own by a fixture `company` (`tests.dashboard.company.a_company`).
Tests are plain functions: Playwright's own loop and pytest's cannot be in one module.
"""

import fcntl
import os
import subprocess
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.dashboard.browser import NO_CHROMIUM, Watch, a_window, chromium_path, launch
from tests.dashboard.company import SECRET, Company
from tests.dashboard.day import a_day
from tests.dashboard.owner import Album, Owner

REPOSITORY = Path(__file__).parent.parent.parent
BUILD = REPOSITORY / "dashboard" / "build"
INDEX = REPOSITORY / "dashboard" / "frontend" / "dist" / "index.html"
BUILD_WITHIN_S = 500
NOT_HERE = ("could not be installed", "none could be fetched")


@pytest.fixture(scope="session")
def bundle() -> Path:
    """The dashboard as it is served, built when it is missing or older than its sources; returns its page.

    `NEXUS_BUNDLE=kept` takes the one that is there, e.g. while somebody edits the sources.
    """
    if chromium_path() is None:
        pytest.skip(NO_CHROMIUM)
    if os.environ.get("NEXUS_BUNDLE") == "kept" and INDEX.is_file():
        return INDEX
    cache = REPOSITORY / ".cache"
    cache.mkdir(exist_ok=True)
    with (cache / "dashboard.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # another run of the tests may be building it
        done = subprocess.run(
            [str(BUILD), "--if-needed"], capture_output=True, text=True, check=False, timeout=BUILD_WITHIN_S
        )
    if done.returncode != 0 and any(words in done.stderr for words in NOT_HERE):
        pytest.skip(
            f"no dashboard could be built, which needs Node.js and its packages. {_last_line(done.stderr)}"
        )
    assert done.returncode == 0, done.stderr
    return INDEX


def _last_line(said: str) -> str:
    return said.strip().splitlines()[-1]


@pytest.fixture(scope="module")
def chromium(bundle: Path) -> Iterator[Browser]:
    """The browser, for a module."""
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def company(bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    """The company of the day, for all modules that have not their own."""
    assert bundle.is_file()
    with a_day(tmp_path_factory.mktemp("day")) as company:
        yield company


@pytest.fixture
def watch(company: Company) -> Watch:
    """What the browser of a test complained of."""
    return Watch(company.url)


@pytest.fixture
def owner(chromium: Browser, company: Company, watch: Watch) -> Iterator[Owner]:
    """Somebody who is signed in and sits before an empty chat. Whatever the browser complains of fails the test.

    `company` is the day's, or the module's own.
    """
    with a_window(chromium, watch, SECRET) as page:
        owner = Owner(company, page, watch)
        owner.opens("/chat")
        yield owner
    assert watch.unexpected == []


@pytest.fixture(scope="session")
def album(tmp_path_factory: pytest.TempPathFactory) -> Album:
    """Where screenshots go: the folder that NEXUS_SCREENSHOTS names, else the run's own."""
    named = os.environ.get("NEXUS_SCREENSHOTS")
    folder = Path(named) if named else tmp_path_factory.mktemp("screenshots")
    folder.mkdir(parents=True, exist_ok=True)
    return Album(folder)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Function) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A test that failed before a page tells what the page was, and leaves a picture of it."""
    report = yield
    owner = item.funcargs.get("owner")
    if report.when == "call" and report.failed and isinstance(owner, Owner):
        folder = Path(os.environ.get("NEXUS_SCREENSHOTS") or str(item.funcargs["tmp_path"]))
        picture = folder / f"failed_{item.name}.png"
        owner.page.screenshot(path=picture, full_page=True)
        text = owner.page.locator("body").inner_text()
        report.sections.append(("the page", f"{owner.page.url}\n{picture}\n\n{text}"))
    return report
