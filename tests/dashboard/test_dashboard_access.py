"""axe-core finds nothing serious or critical on any view: light, dark, at a desk, on a phone, English, Chinese.

Four settings meet every pair of these; each opens every view, also the sign-in, with panels and the menu open.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.conftest import REPOSITORY
from tests.dashboard.browser import DESK, PHONE, SIGNED_OUT, Watch, a_window
from tests.dashboard.company import SECRET, Company, a_company

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]
AXE = REPOSITORY / "dashboard" / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
NO_AXE = "axe-core is not there: `npm ci` in dashboard/frontend brings it (`make dashboard` does that too)"
RUN = """async () => {
    const found = await axe.run(document, { resultTypes: ["violations"] });
    return found.violations.filter((one) => ["serious", "critical"].includes(one.impact)).flatMap((one) =>
        one.nodes.map((node) => `${one.impact} ${one.id}: ${node.html.slice(0, 160)} ${node.failureSummary}`));
}"""
OPEN_ALL = """() => document.querySelectorAll("main details").forEach((one) => { one.open = true; })"""
SETTINGS: dict[str, dict[str, Any]] = {
    "light at a desk in English": {"color_scheme": "light", "viewport": DESK, "locale": "en-GB"},
    "dark on a phone in English": {"color_scheme": "dark", "viewport": PHONE, "locale": "en-GB"},
    "light on a phone in Chinese": {"color_scheme": "light", "viewport": PHONE, "locale": "zh-CN"},
    "dark at a desk in Chinese": {"color_scheme": "dark", "viewport": DESK, "locale": "zh-CN"},
}
RULES = [
    {
        "match": "table",
        "answers": [
            "# Title\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```python\nx = 1  # a\n```\n[x](https://a.example)"
        ],
    },
    {"match": "never", "answers": [{"text": "late", "delay_s": 300}]},
]


@pytest.fixture(scope="module")
def axe() -> Path:
    if not AXE.is_file():
        pytest.skip(NO_AXE)
    return AXE


@pytest.fixture(scope="module")
def company(bundle: Path, axe: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    with a_company(tmp_path_factory.mktemp("access"), RULES) as company:
        yield company


@pytest.fixture(scope="module")
def views(company: Company) -> Iterator[list[str]]:
    """Every address that has a view of its own, with something to see in each."""
    done = company.asks("Make a table of it", tier="intern", attachments=[NOTE])
    failed = company.asks("Say what is missing", tier="intern", qa={"name": "q", "completeness": MISSING})
    at_work = company.asks("This never ends", tier="intern", wait=0)
    company.call("POST", "/api/equipment/cost_report/run", {"wait": 30})
    company.call("POST", "/api/equipment/backup/pause")
    company.call("POST", "/api/budget/freeze", {"reason": "to look at it"})
    company.call("POST", "/api/agents/ceo/pause", {"reason": "to look at it"})
    company.call("POST", "/api/tokens", {"name": "a-token", "role": "viewer", "days": 1})
    orders = [sent["order_id"] for sent in (done, failed, at_work)]
    yield [
        "/chat",
        *(f"/chat/{sent['session_id']}" for sent in (done, failed, at_work)),
        "/orders",
        "/orders?q=nothing-has-these-words",
        *(f"/orders/{order}" for order in orders),
        f"/orders/{failed['order_id']}/replay",
        *("/equipment", "/equipment/cost_report", "/equipment/backup"),
        *("/agents", "/figures", "/budget", "/condition", "/audit", "/nowhere"),
        *(f"/settings/{part}" for part in ("payroll", "telegram", "tokens", "sessions")),
    ]
    company.call("POST", f"/api/work-orders/{at_work['order_id']}/cancel")


NOTE = {"kind": "document", "name": "note.txt", "data": "YSBub3Rl"}
MISSING = {"required_substrings": ["these words"]}


@pytest.mark.parametrize("setting", SETTINGS)
def test_no_view_has_a_serious_finding(
    chromium: Browser, company: Company, views: list[str], axe: Path, setting: str
) -> None:
    watch = Watch(company.url)
    findings = {}
    with a_window(chromium, watch, SECRET, reduced_motion="reduce", **SETTINGS[setting]) as page:
        page.context.add_init_script(path=axe)
        for path in views:
            page.goto(path)
            _is_loaded(page)
            page.evaluate(OPEN_ALL)
            _open_panels(page)
            findings[path] = page.evaluate(RUN)
        page.get_by_role("button", name="Account").or_(page.get_by_role("button", name="账户")).click()
        expect(page.get_by_role("menu")).to_be_visible()
        findings["the menu"] = page.evaluate(RUN)
    told = [f"{path}: {said}" for path, found in findings.items() for said in found]
    assert not told, "\n".join(told)


@pytest.mark.parametrize("setting", SETTINGS)
def test_the_sign_in_has_no_serious_finding_also_when_it_refuses(
    chromium: Browser, company: Company, axe: Path, setting: str
) -> None:
    watch = Watch(company.url)
    watch.allow(SIGNED_OUT)
    with a_window(chromium, watch, None, reduced_motion="reduce", **SETTINGS[setting]) as page:
        page.context.add_init_script(path=axe)
        page.goto("/")
        expect(page.get_by_role("heading", name="NEXUS")).to_be_visible()
        assert page.evaluate(RUN) == []
        page.locator("input[type=password]").fill("not the secret")
        page.locator("button[type=submit]").click()
        expect(page.get_by_role("alert")).to_be_visible()
        assert page.evaluate(RUN) == []


def test_control_planted_faults_are_found(chromium: Browser, company: Company, axe: Path) -> None:
    with a_window(chromium, Watch(company.url), SECRET) as page:
        page.context.add_init_script(path=axe)
        page.goto("/chat")
        _is_loaded(page)
        page.evaluate(
            """() => {
                const put = (name, change) =>
                    change(document.querySelector("main").appendChild(document.createElement(name)));
                put("img", (one) => { one.src = "/icon.svg"; });
                put("button", () => undefined);
                put("p", (one) => {
                    one.textContent = "pale";
                    one.style.color = "#bbb";
                    one.style.background = "#ddd";
                });
                put("input", () => undefined);
            }"""
        )
        found = {said.split()[1] for said in page.evaluate(RUN)}
    assert {"image-alt:", "button-name:", "color-contrast:", "label:"} <= found


def _is_loaded(page: Page) -> None:
    expect(page.get_by_role("heading", level=1).first).to_be_visible()
    expect(page.locator(".mantine-Loader-root")).to_have_count(0)


def _open_panels(page: Page) -> None:
    """What can be unfolded: in the chat QA's proof and the reason, at the equipment the forms."""
    for name in ("Show QA", "查看质检", "Why", "为什么"):
        for button in page.locator("article").get_by_role("button", name=name, exact=True).all():
            button.click()
    for name in ("Run now: retention", "立即运行：retention", "Change the schedule", "修改计划"):
        for button in page.locator("main").get_by_role("button", name=name, exact=True).all():
            button.click()
