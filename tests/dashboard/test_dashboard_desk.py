"""The owner's day at the other views: in and out, orders and their proofs, money, agents, tokens; and who did it."""

import re

import httpx
import pytest
from playwright.sync_api import Browser, expect

from tests.dashboard.browser import SIGNED_OUT, Watch, a_window
from tests.dashboard.company import SECRET, Company
from tests.dashboard.owner import Owner
from tests.running import wait_for

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]


def test_the_one_time_link_signs_a_browser_in_once(chromium: Browser, company: Company) -> None:
    watch = Watch(company.url)
    watch.allow(SIGNED_OUT)
    link = company.link()
    with a_window(chromium, watch, None) as page:
        page.goto(link)
        expect(page.get_by_role("textbox", name="Message")).to_be_visible()
        expect(page).to_have_url(f"{company.url}/chat")
    with a_window(chromium, watch, None) as page:
        page.goto(link)
        expect(page.get_by_role("alert")).to_contain_text("The link was used already")
    assert watch.unexpected == []


def test_the_secret_signs_in_and_a_wrong_one_does_not(chromium: Browser, company: Company) -> None:
    watch = Watch(company.url)
    watch.allow(SIGNED_OUT)
    with a_window(chromium, watch, None) as page:
        page.goto("/orders")
        field = page.get_by_role("textbox", name="Secret")
        field.fill("no secret")
        field.press("Enter")
        expect(page.get_by_role("alert")).to_contain_text("not accepted")
        field.fill(SECRET)
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("heading", name="Work orders")).to_be_visible()
        assert SECRET not in str(page.context.storage_state()), "the secret is kept nowhere in the browser"
    assert watch.unexpected == []


def test_orders_are_filtered_and_the_address_keeps_the_filter(owner: Owner) -> None:
    for content, tier in (
        ("Say the longest river of Asia.", "intern"),
        ("Longest river of Asia?", "director"),
    ):
        owner.company.asks(content, tier=tier)
    page = owner.page
    owner.goes_to("Orders")
    page.get_by_role("combobox", name="Owner").select_option(label="Director")
    page.get_by_role("combobox", name="Status").select_option(label="Delivered")
    page.get_by_role("searchbox", name="Text").fill("of Asia")
    rows = page.get_by_role("table").get_by_role("row")
    expect(page).to_have_url(re.compile(r"(?=.*owner=director)(?=.*status=delivered)(?=.*q=of)"))
    expect(rows).to_have_count(2)
    expect(rows.nth(1)).to_contain_text("Longest river of Asia?")
    page.get_by_role("link", name="Longest river of Asia?").click()
    expect(page.get_by_role("heading", name="Order", exact=True)).to_be_visible()
    page.go_back()
    expect(rows).to_have_count(2)
    page.reload()
    expect(page.get_by_role("searchbox", name="Text")).to_have_value("of Asia")
    expect(rows).to_have_count(2)
    owner.presses("Clear filters")
    expect(page).to_have_url(re.compile(r"/orders$"))
    expect(page.get_by_role("link", name="Say the longest river of Asia.")).to_be_visible()


def test_a_qa_proof_shows_what_failed_and_then_passed_with_evidence(owner: Owner) -> None:
    turn = owner.says("Give me the capital of Portugal as JSON")
    turn.is_answered("Lisbon")
    turn.button("Show QA").click()
    proof = turn.place.get_by_role("list", name="QA proof")
    expect(proof).to_contain_text("PASS")
    expect(proof).not_to_contain_text("FAIL")
    turn.place.get_by_role("link", name="Open order").click()
    proofs = owner.page.get_by_role("list", name="QA proof")
    expect(proofs).to_have_count(2)
    failed = proofs.first.get_by_role("listitem").filter(has_text="FAIL")
    expect(failed.first).to_be_visible()
    verdicts = owner.company.order(owner.page.url.rpartition("/")[2])["verdicts"]
    evidence = [check["evidence"] for check in verdicts[0]["checks"] if check["status"] == "fail"]
    assert evidence
    for words in evidence:
        expect(proofs.first).to_contain_text(words)
    expect(proofs.last).not_to_contain_text("FAIL")


def test_a_limit_is_changed_and_paid_calls_are_frozen_and_thawed(owner: Owner) -> None:
    page = owner.page
    owner.goes_to("Budget")
    page.get_by_role("combobox", name="Scope").select_option(label="CEO")
    page.get_by_role("textbox", name="Limit in US dollars").fill("12.5")
    owner.presses("Save")
    expect(page.get_by_role("main")).to_contain_text("of $12.50")
    windows = owner.company.call("GET", "/api/budget")["windows"]
    assert 12.5 in [window["limit_usd"] for window in windows if window["scope"] == "ceo"]

    owner.presses("Freeze paid calls")
    expect(page.get_by_text("Paid calls are frozen ·")).to_be_visible()
    try:
        refused = owner.company.asks("Which river is the longest in winter?", tier="director")
        assert refused["status"] == "failed"
        assert "Paid calls are frozen" in refused["reason"]
    finally:
        owner.presses("Let paid calls go on")
    expect(page.get_by_role("button", name="Freeze paid calls")).to_be_visible()
    again = owner.company.call("POST", f"/api/work-orders/{refused['order_id']}/retry")
    assert owner.company.ended(again["order_id"])["order"]["status"] == "delivered"

    owner.finds_in_the_audit("budget.limit")
    owner.finds_in_the_audit("switch.frozen")


def test_a_paused_agent_lets_its_orders_wait_until_it_is_resumed(owner: Owner) -> None:
    page = owner.page
    owner.goes_to("Agents")
    owner.presses("Pause the Intern")
    form = page.get_by_role("form", name="Pause the Intern")
    form.get_by_role("textbox", name="Reason").fill("lunch")
    form.get_by_role("button", name="Pause", exact=True).click()
    expect(page.get_by_role("status").filter(has_text="lunch")).to_be_visible()
    try:
        owner.goes_to("Chat")
        turn = owner.says("Which river is the longest of all?", tier="Intern")
        expect(turn.card).to_contain_text("lunch")
        expect(turn.card).not_to_contain_text("works")
        owner.goes_to("Agents")
        expect(page.get_by_role("status").filter(has_text="lunch")).to_contain_text("1 order waits")
    finally:
        owner.presses("Resume the Intern")
    expect(page.get_by_role("button", name="Pause the Intern")).to_be_visible()
    (order,) = owner.company.orders_with("longest of all")
    ended = owner.company.ended(order["id"])
    assert ended["order"]["status"] == "delivered"
    assert [attempt["status"] for attempt in ended["attempts"]] == ["passed"]
    owner.goes_to("Chat")
    page.get_by_role("link", name="Which river is the longest of all?").click()
    owner.turn(0).is_answered("The Nile.")
    owner.finds_in_the_audit("switch.paused.intern")


def test_signing_out_everywhere_ends_the_other_browser(chromium: Browser, owner: Owner) -> None:
    watch = Watch(owner.company.url)
    watch.allow(SIGNED_OUT)
    owner.watch.allow(SIGNED_OUT)
    with a_window(chromium, watch, SECRET) as other:
        other.goto("/agents")
        expect(other.get_by_role("heading", name="Agents")).to_be_visible()
        owner.chooses("Sign out everywhere")
        for page in (owner.page, other):
            expect(page.get_by_role("textbox", name="Secret")).to_be_visible()


def test_a_token_is_made_opens_the_api_and_is_revoked(owner: Owner) -> None:
    page = owner.page
    owner.opens("/settings/tokens")
    page.get_by_role("textbox", name="Name").fill("printer")
    owner.presses("Make token")
    token = page.get_by_role("region", name="The new token").locator("code").inner_text()
    headers = {"Authorization": f"Bearer {token}"}

    def status() -> int:
        return httpx.get(f"{owner.company.url}/api/agents", headers=headers, trust_env=False).status_code

    assert status() == 200
    page.reload()
    row = page.get_by_role("row").filter(has_text="printer")
    expect(row).to_be_visible()
    assert token not in page.content(), "it is shown once"
    row.get_by_role("button", name="Revoke").click()
    row.get_by_role("group").get_by_role("button", name="Revoke").click()
    expect(row).to_contain_text("revoked")
    wait_for(lambda: status() == 401, 20, "the refusal")
    owner.finds_in_the_audit("token.revoke")


def test_an_order_is_replayed_by_the_keyboard(owner: Owner) -> None:
    page = owner.page
    order = owner.company.asks("Which river is the longest in Peru?", tier="intern")
    owner.opens(f"/orders/{order['order_id']}")
    page.get_by_role("link", name="Replay").click()
    expect(page.get_by_text(re.compile(r"^Step 1 of \d+$"))).to_be_visible()
    expect(page.get_by_role("main")).not_to_contain_text("The Nile.")
    page.keyboard.press("ArrowRight")
    expect(page.get_by_text(re.compile(r"^Step 2 of \d+$"))).to_be_visible()
    page.keyboard.press("End")
    expect(page.get_by_role("main")).to_contain_text("The Nile.")
    page.keyboard.press("Home")
    expect(page.get_by_text(re.compile(r"^Step 1 of \d+$"))).to_be_visible()
