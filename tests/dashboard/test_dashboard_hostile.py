"""Hostile words in every place where words of models and strangers are shown: nothing runs, loads or hides.

More than 300 payloads (`hostile`) come as answers, messages, titles, file names, QA evidence and reasons. Every view is
opened in a real browser; `canary` says what was watched. The last tests show that the watch sees what it should.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Page, expect

from equipment.registry import SHIPPED
from tests.dashboard.browser import SIGNED_OUT, Watch, a_window
from tests.dashboard.canary import CALL, INSPECT, Canary, Recorder, a_canary
from tests.dashboard.company import SECRET, Company, a_company
from tests.dashboard.hostile import Payload, payloads
from tests.dashboard.hostile_day import REASON, TURNS, Day, fill, rules_for, stop
from tests.dashboard.hostile_tools import LONG_LINE, PRINTER, print_them, register_scripts

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]
GO = """(path) => { history.pushState({}, "", path); dispatchEvent(new PopStateEvent("popstate")); }"""
OPEN_ALL = """() => document.querySelectorAll("main details").forEach((one) => { one.open = true; })"""
PRESS_ALL = """(words) => [...document.querySelectorAll("main button")]
    .filter((one) => words.includes(one.textContent.trim())).forEach((one) => one.click())"""
IS_FULL = """(turns) => {
    const buttons = [...document.querySelectorAll("main button")];
    const isFull = document.querySelectorAll("main article").length >= turns;
    if (!isFull) buttons.find((one) => one.textContent.startsWith("Show earlier"))?.click();
    return isFull && !document.querySelector("main [aria-busy=true]");
}"""
SHOWS_ORDER = """(id) => document.querySelectorAll("main dl").length > 0
    && document.querySelector("main").textContent.includes(id)"""
SETTINGS = tuple(f"/settings/{part}" for part in ("payroll", "telegram", "tokens", "sessions"))
PATHS = ("/agents", "/equipment", "/figures", "/budget", "/condition", *SETTINGS)
NO_BOT = r"status of 409.*/api/telegram/people"
REFUSED = r"status of 4(04|22).*/api/"


@dataclass(frozen=True, slots=True)
class Scene:
    """A company that has met them all, and a browser with everything that watches it."""

    company: Company
    payloads: tuple[Payload, ...]
    day: Day
    canary: Canary
    watch: Watch
    recorder: Recorder
    page: Page

    def goes_to(self, path: str) -> None:
        """Within the running page, as a click on a link does."""
        self.page.evaluate(GO, path)

    def opens(self, session: str, turns: int) -> None:
        """The whole of a conversation, and none of the one before."""
        self.goes_to("/chat")
        expect(self.page.get_by_role("article")).to_have_count(0)
        self.goes_to(f"/chat/{session}")
        self.page.wait_for_function(IS_FULL, arg=turns, polling=100)

    def is_clean(self, where: str) -> None:
        """Nothing hostile is in the page as it is now, and it works: its navigation is there and it says something."""
        assert self.page.evaluate(INSPECT) == [], where
        assert self.recorder.happened == [], where
        assert (self.canary.connections, self.canary.paths) == (0, []), where
        assert self.watch.unexpected == [], where
        assert self.page.get_by_role("navigation", name="Main").get_by_role("link").count() >= 7, where
        wide = self.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert wide <= 0, f"{where}: {wide} pixels wider than the window"


@pytest.fixture(scope="module")
def scene(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    with a_canary() as canary:
        hostile = payloads(canary.address)
        folder = tmp_path_factory.mktemp("hostile")
        register_scripts(folder / "home", hostile)
        with a_company(folder, rules_for(hostile)) as company:
            day = fill(company, hostile)
            watch, recorder = Watch(company.url), Recorder(company.url)
            try:
                with a_window(chromium, watch, SECRET) as page:
                    recorder.over(page)
                    watch.allow(NO_BOT)
                    page.goto("/chat")
                    yield Scene(company, hostile, day, canary, watch, recorder, page)
            finally:
                stop(company, day)


def test_there_are_at_least_150_different_payloads() -> None:
    hostile = payloads("127.0.0.1:9")
    assert len({re.sub(r"\s+|\d+", "", one.text).lower() for one in hostile}) >= 300
    assert len({one.trick for one in hostile}) >= 20


def test_as_answers_and_questions_in_the_chat_they_do_nothing(scene: Scene) -> None:
    for session, orders in scene.day.answered.items():
        scene.opens(session, len(orders) + 1)
        scene.is_clean(f"chat {session}")
        expect(scene.page.get_by_role("textbox", name="Message")).to_be_editable()


def test_what_was_sent_as_html_is_read_as_what_was_sent(scene: Scene) -> None:
    session = next(iter(scene.day.answered))
    scene.opens(session, TURNS + 1)
    for one in scene.payloads[1:4]:
        expect(scene.page.locator("article section").get_by_text(one.text, exact=True)).to_have_count(1)


def test_under_receipt_qa_and_why_they_do_nothing(scene: Scene) -> None:
    order = scene.company.order(scene.day.unchecked[0])["order"]
    turns = len(scene.day.unchecked) + 1
    scene.opens(order["session_id"], turns)
    articles = scene.page.get_by_role("article")
    expect(articles.get_by_role("button", name="Show QA")).to_have_count(turns)
    for words, panel in (("Show QA", "ul[aria-label='QA proof']"), ("Why", "ol")):
        scene.page.evaluate(OPEN_ALL)
        scene.page.evaluate(PRESS_ALL, [words])
        expect(articles.locator(panel)).to_have_count(turns)
        scene.is_clean(words)


def test_as_titles_of_conversations_they_do_nothing(scene: Scene) -> None:
    scene.goes_to("/chat")
    titles = scene.page.get_by_role("navigation", name="Conversations")
    expect(titles.get_by_role("link").first).to_be_visible()
    more = titles.get_by_role("button", name="Load more")
    while more.count() > 0:
        before = titles.get_by_role("link").count()
        more.click()
        expect(titles.get_by_role("link").nth(before)).to_be_attached()
    assert titles.get_by_role("link").count() > len(scene.payloads) // 2
    scene.is_clean("titles")


def test_in_the_table_of_orders_and_its_filters_they_do_nothing(scene: Scene) -> None:
    scene.goes_to("/orders")
    last = scene.page.get_by_role("row").last.get_by_role("link")
    more = scene.page.locator("main").get_by_role("button", name="Load more")
    expect(scene.page.get_by_role("row").nth(10)).to_be_visible()
    while more.count() > 0:  # far pages are dropped on the way
        scene.is_clean("orders")
        seen = last.get_attribute("href") or ""
        more.click()
        expect(last).not_to_have_attribute("href", seen)
    scene.is_clean("the last orders")
    for one in _one_of_each_trick(scene.payloads):
        scene.goes_to(f"/orders?q={quote(one.text[:150].encode('utf-8', 'replace'))}")
        expect(scene.page.get_by_role("row").or_(scene.page.get_by_text("No orders")).first).to_be_visible()
        scene.is_clean(f"orders with {one.trick}")


def test_on_the_pages_of_orders_they_do_nothing(scene: Scene) -> None:
    answered = [order for orders in scene.day.answered.values() for order in orders]
    for order in (*answered[::2], *scene.day.unchecked[::2], *scene.day.with_files):
        scene.goes_to(f"/orders/{order}")
        scene.page.wait_for_function(SHOWS_ORDER, arg=order)
        scene.page.evaluate(OPEN_ALL)
        scene.is_clean(order)


def test_in_a_replay_they_do_nothing(scene: Scene) -> None:
    answered = [order for orders in scene.day.answered.values() for order in orders]
    for order in (*answered[::20], *scene.day.unchecked[::20], *scene.day.with_files[::10]):
        scene.goes_to(f"/orders/{order}/replay")
        slider = scene.page.get_by_role("slider")
        expect(slider).to_be_visible()
        for _ in range(int(slider.get_attribute("aria-valuemax") or slider.get_attribute("max") or 1)):
            slider.press("ArrowRight")
            scene.is_clean(f"replay of {order}")


@pytest.mark.parametrize("path", PATHS)
def test_in_the_views_of_the_company_they_do_nothing(scene: Scene, path: str) -> None:
    scene.goes_to(path)
    expect(
        scene.page.locator(
            f"main a[aria-current=page][href='{path}'], nav [aria-current=page][href='{path}']"
        )
    ).to_be_visible()
    expect(scene.page.locator(".mantine-Loader-root")).to_have_count(0)
    scene.page.wait_for_load_state("networkidle")
    if path == "/equipment":  # a tool for each trick
        expect(scene.page.locator("main tbody")).to_have_count(
            len(SHIPPED) + len(_one_of_each_trick(scene.payloads))
        )
    if path in ("/agents", "/budget"):  # the reason of the pause and of the freeze
        expect(scene.page.locator("main").get_by_text(REASON).first).to_be_visible()
    scene.is_clean(path)


def test_printed_by_tools_they_do_nothing_and_are_read_as_they_were_printed(scene: Scene) -> None:
    runs = print_them(scene.company, scene.payloads)
    scene.goes_to(f"/equipment/{PRINTER}")
    rows = scene.page.locator("main li:has(details)")
    more = scene.page.locator("main").get_by_role("button", name="Load more")
    expect(rows.first).to_be_visible()
    while more.count() > 0:
        before = rows.count()
        more.click()
        expect(rows.nth(before)).to_be_attached()
    assert rows.count() >= runs
    scene.page.evaluate(OPEN_ALL)
    printed = scene.page.locator("main figure pre")
    expect(printed.first).to_be_visible()
    expect(scene.page.locator(".mantine-Loader-root")).to_have_count(0)
    scene.is_clean("the history of a tool")
    shown = set(printed.all_inner_texts())
    assert {one.text for one in scene.payloads[1:4]} <= shown
    assert any(text.rstrip() == LONG_LINE for text in shown)
    for one in _one_of_each_trick(scene.payloads):
        scene.goes_to(f"/equipment/tool_{one.number}")
        expect(scene.page.get_by_text("not allowed", exact=True)).to_be_visible()
        scene.is_clean(f"a tool described by {one.trick}")


def test_in_the_audit_they_do_nothing(scene: Scene) -> None:
    scene.goes_to("/audit")
    rows, more = (
        scene.page.locator("main li"),
        scene.page.locator("main").get_by_role("button", name="Load more"),
    )
    expect(rows.first).to_be_visible()
    while more.count() > 0:
        before = rows.count()
        more.click()
        expect(rows.nth(before)).to_be_attached()
    scene.page.evaluate(OPEN_ALL)
    assert rows.count() > len(scene.payloads)
    scene.is_clean("audit")


def test_in_the_address_they_do_nothing(scene: Scene) -> None:
    scene.watch.allow(REFUSED)
    for one in _one_of_each_trick(scene.payloads):
        words = quote(one.text[:100].encode("utf-8", "replace"), safe="")
        for path in (
            f"/chat/{words}",
            f"/orders/{words}",
            f"/equipment/{words}",
            f"/nowhere/{words}#{words}",
            f"/audit?actor={words}",
        ):
            scene.goes_to(path)
            expect(scene.page.locator("main").get_by_role("heading").first).to_be_attached()
            scene.is_clean(path)


def test_a_link_to_sign_in_with_cannot_carry_them(scene: Scene, chromium: Browser) -> None:
    watch, recorder = Watch(scene.company.url), Recorder(scene.company.url)
    watch.allow(SIGNED_OUT, r"status of 4(00|01|03|22|29).*/api/session")
    with a_window(chromium, watch, None) as page:
        recorder.over(page)
        for one in scene.payloads[::100]:
            page.goto(f"/#link={quote(one.text[:200].encode('utf-8', 'replace'))}")
            page.reload()
            expect(page.get_by_role("heading", name="NEXUS")).to_be_visible()
            assert page.evaluate(INSPECT) == []
    assert (recorder.happened, scene.canary.connections, watch.unexpected) == ([], 0, [])


def test_a_document_that_is_a_page_is_never_shown_as_one(scene: Scene) -> None:
    order = scene.day.with_files[0]
    path = f"/api/work-orders/{order}/attachments/1"
    reply = scene.page.context.request.get(path)
    assert reply.headers["content-disposition"].startswith("attachment;")
    assert reply.headers["content-type"] == "text/plain; charset=utf-8"
    assert reply.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert reply.headers["x-content-type-options"] == "nosniff"


def test_half_a_character_as_json_allows_it_breaks_neither_the_gateway_nor_the_page(scene: Scene) -> None:
    body = b'{"content": "half \\ud83d a character \\udc00", "tier": "intern", "wait": 60}'
    reply = scene.page.context.request.post(
        "/api/chat", data=body, headers={"Content-Type": "application/json", "Origin": scene.company.url}
    )
    assert reply.status in (200, 400, 422), reply.text()
    scene.goes_to(f"/orders/{reply.json()['order_id']}" if reply.ok else "/orders")
    expect(scene.page.locator("main").get_by_role("heading", level=1)).to_be_visible()
    scene.is_clean("half a character")


# --- controls -------------------------------------------------------------------------------------------------------


def test_control_where_nothing_protects_a_page_the_payloads_run_and_call_out(chromium: Browser) -> None:
    with a_canary() as canary:
        home = f"http://{canary.address}"
        recorder, watch = Recorder(home), Watch("http://127.0.0.1:9")  # for which every address is elsewhere
        context = chromium.new_context()
        watch.over(context)
        page = context.new_page()
        recorder.over(page)
        for one in payloads(canary.address):
            if one.trick in ("handlers", "svg", "loading", "mutation"):
                page.goto(f"{home}/page")
                page.evaluate("(text) => { document.body.innerHTML = text; }", one.text)
        page.goto(f"{home}/page")
        page.evaluate("() => fetch('/planted')")
        context.close()
    assert len({said for said in recorder.happened if said.startswith("script: ")}) >= 10
    assert "/planted" in canary.paths
    assert f"elsewhere: {home}/planted" in watch.unexpected
    assert len({path.partition(".")[0] for path in canary.paths}) >= 5


def test_control_past_the_sanitiser_the_pages_policy_stops_them_and_the_watch_sees_it(
    scene: Scene, chromium: Browser
) -> None:
    watch, recorder = Watch(scene.company.url), Recorder(scene.company.url)
    with a_canary() as canary, a_window(chromium, watch, SECRET) as page:
        recorder.over(page)
        page.goto("/chat")
        for one in payloads(canary.address):
            if one.trick in ("script", "handlers", "svg", "frames", "loading", "css"):
                page.evaluate(
                    "(text) => { const place = document.createElement('div'); document.body.append(place);"
                    " place.innerHTML = text; }",
                    one.text,
                )
        found = page.evaluate(INSPECT)
        page.evaluate(f"{CALL}(0)")
        assert canary.paths == []
    ran = [said for said in recorder.happened if not said.startswith("navigation: ")]
    assert ran == ["script: 0"], (
        "the policy stops every script; the canary's function itself works on this page"
    )
    assert any("policy: script-src" in said for said in watch.unexpected)
    assert any("policy: img-src" in said for said in watch.unexpected)
    assert any(said.startswith("element <iframe") for said in found)
    assert any(said.startswith("handler ") for said in found)


def test_control_a_turned_text_a_link_and_a_request_that_the_policy_stops_are_seen(
    scene: Scene, chromium: Browser
) -> None:
    watch = Watch(scene.company.url)
    with a_canary() as canary, a_window(chromium, watch, SECRET) as page:
        page.goto("/chat")
        page.evaluate(
            "() => document.body.insertAdjacentHTML('beforeend',"
            ' \'<p title="\u202ea">\u202eb</p><a href="javascript:1">x</a><a href="https://a.example">y</a>\')'
        )
        found = page.evaluate(INSPECT)
        page.evaluate("(address) => fetch(`http://${address}/planted`).catch(() => 0)", canary.address)
    assert [said.partition(" ")[0] for said in found] == ["character", "address", "link", "character"]
    assert any("policy: connect-src" in said for said in watch.unexpected)


def _one_of_each_trick(hostile: tuple[Payload, ...]) -> list[Payload]:
    return list({one.trick: one for one in hostile}.values())
