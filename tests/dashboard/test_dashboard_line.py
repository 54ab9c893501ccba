"""The dashboard when its line breaks: it says so, keeps what was written, comes back by itself, and shows all once."""

import pytest
from playwright.sync_api import Route, expect

from tests.dashboard.owner import Owner

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

LOST = "The connection is lost"
LINE_IS_GONE = (r"net::ERR_", r"WebSocket connection")
CODE_IS_HERE = "(page) => performance.getEntriesByType('resource').some((one) => one.name.includes(page))"
"""The code of the other pages is fetched ahead, two seconds after the first page."""


def test_a_killed_gateway_is_said_and_what_went_on_meanwhile_comes_once(owner: Owner) -> None:
    owner.watch.allow(*LINE_IS_GONE)
    running = owner.says("Describe a slow tide.", tier="Intern")
    expect(running.card).to_contain_text("Intern (intern)")
    with owner.company.without_its_gateway():
        expect(owner.page.get_by_role("alert").filter(has_text=LOST)).to_be_visible()
        expect(running.place).to_contain_text("Describe a slow tide.")
        owner.field.fill("When is the tide high?")
        owner.field.press("Enter")
        expect(owner.page.get_by_text("Not sent. Your words are still here.")).to_be_visible()
        expect(owner.field).to_have_value("When is the tide high?")
    owner.is_live()
    running.is_answered("Ebb and flow.")
    expect(owner.page.get_by_role("alert").filter(has_text=LOST)).to_have_count(0)
    owner.field.press("Enter")
    owner.turn(1, "When is the tide high?").is_answered("High water at noon.")
    expect(owner.turns).to_have_count(2)
    expect(owner.page.get_by_text("Ebb and flow.")).to_have_count(1)
    assert len(owner.company.orders_with("When is the tide high?")) == 1


def test_a_message_whose_answer_was_lost_is_not_an_order_twice(owner: Owner) -> None:
    owner.watch.allow(*LINE_IS_GONE)
    owner.says("Which tide is the first?", tier="Intern").is_answered("High water at noon.")
    taken: list[int] = []

    def lose_the_answer(route: Route) -> None:
        taken.append(route.fetch().status)
        route.abort()

    owner.page.route("**/api/chat", lose_the_answer, times=1)
    owner.field.fill("Which tide is the second?")
    owner.field.press("Enter")
    expect(owner.page.get_by_text("Not sent. Your words are still here.")).to_be_visible()
    assert taken == [202]
    owner.field.press("Enter")
    owner.turn(1, "Which tide is the second?").is_answered("High water at noon.")
    expect(owner.field).to_have_value("")
    expect(owner.turns).to_have_count(2)
    assert len(owner.company.orders_with("Which tide is the second?")) == 1


def test_a_browser_that_was_offline_catches_up(owner: Owner) -> None:
    owner.watch.allow(*LINE_IS_GONE)
    owner.says("When is the first tide?", tier="Intern").is_answered("High water at noon.")
    session_id = owner.session_id
    owner.page.context.set_offline(True)
    owner.field.fill("When is the third tide?")
    owner.field.press("Enter")
    expect(owner.page.get_by_text("Not sent. Your words are still here.")).to_be_visible()
    owner.company.asks("When is the second tide?", session_id=session_id)
    owner.page.context.set_offline(False)
    owner.turn(1, "When is the second tide?").is_answered("High water at noon.")
    owner.is_live()
    owner.field.press("Enter")
    owner.turn(2, "When is the third tide?").is_answered("High water at noon.")
    expect(owner.turns).to_have_count(3)
    assert len(owner.company.orders_with("When is the third tide?")) == 1


def test_every_view_says_that_the_gateway_is_away_and_comes_back(owner: Owner) -> None:
    owner.watch.allow(*LINE_IS_GONE)
    owner.goes_to("Health")
    expect(owner.page.get_by_role("heading", name="The company is")).to_be_visible()
    owner.page.wait_for_function(CODE_IS_HERE, arg="AuditPage")
    with owner.company.without_its_gateway():
        expect(owner.page.get_by_role("alert").filter(has_text=LOST)).to_be_visible()
        owner.goes_to("Audit")
        expect(owner.page.get_by_text("The gateway does not answer")).to_be_visible()
    owner.is_live()
    expect(owner.page.get_by_text("The gateway does not answer")).to_have_count(0)
    expect(owner.page.get_by_role("main").get_by_role("listitem").first).to_be_visible()
