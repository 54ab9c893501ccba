"""Every view in every look: light, dark, on a phone, in Chinese. Pictures of all go to the album."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.dashboard.browser import PHONE, SIGNED_OUT, Watch, a_window
from tests.dashboard.company import SECRET, Company
from tests.dashboard.owner import Album, Owner
from tests.dashboard.words import DATA, KEEP_DATA, TEXTS, left_in_english

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

NO_BOT = r"status of 409.*/api/telegram/people"
IS_WIDE = "() => document.documentElement.scrollWidth - Math.min(innerWidth, screen.width)"
"""Pixels that are beside the screen. A phone widens its window for what is wider, but not its screen."""
WIDEN = """() => {
    const wide = document.createElement("div");
    wide.style.width = "900px";
    wide.textContent = ".";
    document.body.append(wide);
}"""
BRIGHTNESS = """() => {
    const [red, green, blue] = getComputedStyle(document.body).backgroundColor.match(/[\\d.]+/g).map(Number);
    return (red + green + blue) / 3 / 255;
}"""


@dataclass(frozen=True, slots=True)
class Look:
    """A way to see the dashboard."""

    name: str
    options: Mapping[str, Any] = field(default_factory=dict)


LIGHT = Look("light", {"color_scheme": "light"})
DARK = Look("dark", {"color_scheme": "dark"})
ON_A_PHONE = Look("phone", {"viewport": PHONE, "is_mobile": True, "has_touch": True})
CHINESE = Look("chinese", {"locale": "zh-CN"})


@dataclass(frozen=True, slots=True)
class Office:
    """A company in which something has happened, and its views by their names."""

    company: Company
    views: Mapping[str, str]


@pytest.fixture(scope="module")
def office(company: Company) -> Iterator[Office]:
    plan = company.asks("Write down our backup with its commands.", tier="intern")
    first = company.asks("Give me the capital of Spain as JSON", tier="intern", session_id=plan["session_id"])
    story = company.asks("Tell a very long story.", tier="intern", wait=0)
    company.call("POST", "/api/equipment/cost_report/run", {"parameters": {"period": "all"}, "wait": 30})
    company.call("PUT", "/api/budget/limits", {"scope": "director", "kind": "month", "limit_usd": 50})
    yield Office(company, _views(plan["session_id"], first["order_id"]))
    company.call("POST", f"/api/work-orders/{story['order_id']}/cancel")  # the workers would wait for it


def _views(session_id: str, order_id: str) -> dict[str, str]:
    settings = {name: f"/settings/{name}" for name in ("payroll", "telegram", "tokens", "sessions")}
    return {
        "new": "/chat",
        "chat": f"/chat/{session_id}",
        "orders": "/orders",
        "order": f"/orders/{order_id}",
        "replay": f"/orders/{order_id}/replay",
        "agents": "/agents",
        "equipment": "/equipment",
        "tool": "/equipment/cost_report",
        "metrics": "/figures",
        "budget": "/budget",
        "health": "/condition",
        "audit": "/audit",
        **settings,
    }


def visit(page: Page, path: str) -> None:
    """Open a view and wait until it shows what it has."""
    page.goto(path)
    expect(page.get_by_role("heading", level=1).first).to_be_visible()  # an answer may have one too
    expect(page.locator("main [role=status][aria-label]")).to_have_count(0)  # nothing is loading
    expect(page.locator("main [aria-busy=true]")).to_have_count(0)
    if path.startswith("/chat/"):
        expect(page.get_by_role("article").last.locator("details")).to_be_visible()


def visit_all(browser: Browser, office: Office, look: Look, album: Album) -> Iterator[tuple[str, Page]]:
    """Every view in turn, its picture taken; what the browser complains of is an error at the end."""
    watch = Watch(office.company.url)
    watch.allow(NO_BOT)
    with a_window(browser, watch, SECRET, **look.options) as page:
        page.context.add_init_script(KEEP_DATA)
        for name, path in office.views.items():
            visit(page, path)
            album.shoot(page, f"{look.name}_{name}")
            yield name, page
    assert watch.unexpected == []


@pytest.mark.parametrize(("look", "least", "most"), [(LIGHT, 0.9, 1), (DARK, 0, 0.25)], ids=["light", "dark"])
def test_every_view_is_light_or_dark_as_the_system_wants_it(
    chromium: Browser, office: Office, album: Album, look: Look, least: float, most: float
) -> None:
    brightness = {name: page.evaluate(BRIGHTNESS) for name, page in visit_all(chromium, office, look, album)}
    assert [name for name, bright in brightness.items() if not least <= bright <= most] == []


def test_on_a_phone_no_view_is_wider_than_the_screen(chromium: Browser, office: Office, album: Album) -> None:
    wider = {name: page.evaluate(IS_WIDE) for name, page in visit_all(chromium, office, ON_A_PHONE, album)}
    assert {name: pixels for name, pixels in wider.items() if pixels > 0} == {}


def test_in_chinese_no_view_has_an_english_word(chromium: Browser, office: Office, album: Album) -> None:
    left = {
        name: left_in_english(page.evaluate(TEXTS), page.evaluate(DATA))
        for name, page in visit_all(chromium, office, CHINESE, album)
    }
    assert {name: words for name, words in left.items() if words} == {}


def test_english_words_would_be_seen(owner: Owner) -> None:
    found = left_in_english(owner.page.evaluate(TEXTS), data="")
    assert {"Chat", "Work orders", "What is to be done?"} & set(found) >= {"Chat", "What is to be done?"}


def test_the_sign_in_is_there_in_every_look(chromium: Browser, company: Company, album: Album) -> None:
    watch = Watch(company.url)
    watch.allow(SIGNED_OUT)
    for look in (LIGHT, DARK, ON_A_PHONE, CHINESE):
        with a_window(chromium, watch, None, **look.options) as page:
            page.goto("/")
            expect(page.get_by_role("button", name=re.compile("^(Sign in|登录)$"))).to_be_visible()
            assert page.evaluate(IS_WIDE) <= 0
            album.shoot(page, f"{look.name}_sign_in")
    assert watch.unexpected == []


def test_language_and_colours_are_chosen_and_kept(owner: Owner) -> None:
    owner.chooses("Dark")
    expect(owner.page.locator("html")).to_have_attribute("data-mantine-color-scheme", "dark")
    owner.chooses("中文")
    expect(owner.page.locator("html")).to_have_attribute("lang", "zh-CN")
    owner.page.reload()
    expect(owner.page.get_by_role("heading", level=1)).to_have_text("新对话")
    assert owner.page.evaluate(BRIGHTNESS) < 0.25


def test_a_phone_is_enough_for_a_chat(chromium: Browser, company: Company) -> None:
    watch = Watch(company.url)
    with a_window(chromium, watch, SECRET, **ON_A_PHONE.options) as page:
        page.goto("/agents")
        owner = Owner(company, page, watch)
        owner.goes_to("Chat")
        turn = owner.says("Is there a backup of my phone?", tier="Intern")
        turn.is_answered("Duplicate")
        turn.button("Why").tap()
        expect(turn.button("Why")).to_have_attribute("aria-expanded", "true")
        page.get_by_role("button", name="Conversations").tap()
        page.get_by_role("navigation", name="Conversations").get_by_role("link").last.tap()
        expect(page.get_by_role("navigation", name="Conversations")).to_be_hidden()
        expect(owner.turns.first).to_be_visible()
        assert page.evaluate(IS_WIDE) <= 0
        page.evaluate(WIDEN)
        assert page.evaluate(IS_WIDE) > 0, "something wide would be seen"
    assert watch.unexpected == []
