"""/docs in Chromium: Swagger UI shows the API and calls it, by our own files and under the policy of all pages."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.dashboard.browser import Watch, a_window
from tests.gateway.company import Running, gateway_settings, running_gateway

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]


@pytest.fixture
def api(tmp_path: Path, bundle: Path) -> Iterator[Running]:
    """A gateway with the built dashboard, and without Redis, which this page does not need."""
    assert bundle.is_file()
    with running_gateway(gateway_settings(tmp_path, f"unix://{tmp_path}/nobody.sock")) as gateway:
        yield gateway


def test_it_shows_the_api_and_tries_it(chromium: Browser, api: Running) -> None:
    watch = Watch(f"http://127.0.0.1:{api.port}")
    with a_window(chromium, watch, None) as page:
        page.goto("/docs")
        agents = page.locator("#operations-agents-list_agents")
        agents.locator(".opblock-summary-control").first.click()
        agents.locator(".try-out__btn").click()
        agents.locator(".execute").click()
        expect(agents.locator(".live-responses-table .response-col_status").last).to_contain_text("200")
        assert page.locator(".opblock").count() > 30
    assert watch.unexpected == []
