"""A day with the equipment: tools are run, fail, come due, are paused, and answer; the real company behind the page."""

import json
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Route, expect

from tests.dashboard.browser import Watch, a_window
from tests.dashboard.company import SECRET, Company, a_company
from tests.dashboard.owner import Owner

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

REFUSED = r"status of 422.*/api/equipment/"
LINE_IS_GONE = (r"net::ERR_", r"WebSocket connection")
SCRIPTS = """
[tools]
greet = { file = "greet.sh", description = "Says hello.", description_zh = "问好。", parameters = { name = "text" } }
"""


@pytest.fixture(scope="module")
def company(bundle: object, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    """Backups cannot be written, so one tool always fails; a script of the owner's is there and not allowed."""
    folder = tmp_path_factory.mktemp("tools")
    scripts = folder / "home" / "equipment"
    scripts.mkdir(parents=True)
    (folder / "home" / "equipment.toml").write_text(SCRIPTS)
    (scripts / "greet.sh").write_text("#!/bin/sh\necho hello\n")
    (scripts / "greet.sh").chmod(0o755)
    (folder / "no-folder").write_text("a file")
    with a_company(folder, [], BACKUP_DIR=str(folder / "no-folder")) as company:
        yield company


def row_of(owner: Owner, tool: str) -> Locator:
    """The tool's part of the list: its row, and the one below it that opens."""
    link = owner.page.get_by_role("link", name=tool, exact=True)
    return owner.page.locator("main tbody").filter(has=link)


def runs_of(company: Company, tool: str) -> list[dict[str, object]]:
    """The newest first, as the gateway has them."""
    return list(company.call("GET", f"/api/equipment/{tool}/runs")["items"])


def test_a_tool_is_run_from_the_list_and_shows_what_it_printed(owner: Owner) -> None:
    owner.goes_to("Equipment")
    row = row_of(owner, "health_check")
    expect(row).to_contain_text("Look at the database")
    expect(row).to_contain_text("by hand only")
    row.get_by_role("button", name="Run now: health_check").click()
    expect(row.get_by_role("status")).to_contain_text(re.compile("Done|Failed"))
    printed = row.get_by_role("figure", name="What health_check printed").locator("pre")
    expect(printed).to_contain_text("disk: ")
    newest = runs_of(owner.company, "health_check")[0]
    assert str(newest["output"]).rstrip() == printed.inner_text().rstrip()
    assert "owner" in str(newest["triggered_by"])
    expect(row.locator("tr").first).to_contain_text(re.compile("Done|Failed"))
    owner.finds_in_the_audit("equipment.run")


def test_a_tool_with_parameters_asks_for_them_first(owner: Owner) -> None:
    before = len(runs_of(owner.company, "cost_report"))
    owner.goes_to("Equipment")
    row = row_of(owner, "cost_report")
    row.get_by_role("button", name="Run now: cost_report").click()
    row.get_by_role("combobox", name="period").select_option("week")
    row.get_by_role("button", name="Run now", exact=True).click()
    expect(row.locator("pre")).to_contain_text("This week")
    runs = runs_of(owner.company, "cost_report")
    assert len(runs) == before + 1
    assert runs[0]["parameters"] == {"period": "week"}


def test_a_wrong_parameter_is_said_beside_its_field_by_the_page_and_by_the_gateway(owner: Owner) -> None:
    owner.watch.allow(REFUSED)
    page = owner.page
    owner.opens("/equipment/retention")
    form = page.get_by_role("form", name="Run now: retention")
    days = form.get_by_role("textbox", name="older_than_days")
    days.fill("0")
    days.press("Enter")
    expect(form).to_contain_text("At least 1.")
    expect(days).to_be_focused()

    def as_another_client(route: Route) -> None:
        body = json.dumps({"parameters": {"older_than_days": "many"}})
        route.continue_(post_data=body)

    page.route("**/api/equipment/retention/run", as_another_client)
    days.fill("9")
    days.press("Enter")
    expect(form).to_contain_text("valid integer")
    expect(days).to_have_attribute("aria-invalid", "true")
    assert runs_of(owner.company, "retention") == []


def test_a_run_that_fails_says_why_and_stands_in_the_history(owner: Owner) -> None:
    page = owner.page
    owner.company.call("POST", "/api/equipment/backup/run", {"wait": 60})  # a picture has at least two
    owner.opens("/equipment/backup")
    form = page.get_by_role("form", name="Run now: backup")
    form.get_by_role("button").click()
    expect(page.get_by_role("status").filter(has_text="Failed")).to_contain_text("exit code 1")
    history = page.get_by_role("listitem").filter(has_text="Failed")
    expect(history.first).to_be_visible()
    history.first.locator("summary").click()
    expect(history.first.locator("pre")).to_contain_text("no-folder")
    expect(history.first).to_contain_text("Exit code")
    expect(page.get_by_text(re.compile(r"^The last \d+ runs.* 0 of \d+ ended well"))).to_be_visible()
    expect(page.locator("main figure svg g[data-status=failed]").first).to_be_attached()


def test_the_output_is_copied_and_saved_as_it_is_shown(owner: Owner) -> None:
    page = owner.page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    owner.opens("/equipment/cost_report")
    page.get_by_role("form", name="Run now: cost_report").get_by_role("button").click()
    figure = page.get_by_role("figure", name="What cost_report printed").first
    text = figure.locator("pre").inner_text().rstrip()
    figure.get_by_role("button", name="Copy the output").click()
    expect(figure.get_by_text("Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == text
    with page.expect_download() as saved:
        figure.get_by_role("button", name="Save the output as a file").click()
    assert re.fullmatch(r"cost_report-\w+\.txt", saved.value.suggested_filename)
    assert saved.value.path().read_text().rstrip() == text


def test_a_schedule_is_set_seen_and_given_back(owner: Owner) -> None:
    owner.watch.allow(REFUSED)
    page, path = owner.page, "/api/equipment/cost_report"
    owner.opens("/equipment/cost_report")
    owner.presses("Change the schedule")
    form = page.get_by_role("form", name="Change the schedule")
    field = form.get_by_role("textbox", name="Minute, hour, day, month, weekday")
    expect(field).to_be_focused()
    field.fill("0 0 31 2 *")
    expect(form).to_contain_text("is no schedule")
    field.fill("15 7 * * 1")
    expect(form).to_contain_text("Every Monday at 07:15")
    expect(form.get_by_role("listitem")).to_have_count(5)
    form.get_by_role("combobox", name="period").select_option("week")
    form.get_by_role("button", name="Save the schedule").click()
    expect(page.get_by_text("Saved", exact=True)).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text("Set by you")
    kept = owner.company.call("GET", path)["schedule"]
    assert (kept["own_cron"], kept["parameters"]) == ("15 7 * * 1", {"period": "week"})

    owner.presses("Change the schedule")
    expect(form.get_by_role("combobox", name="period")).to_have_value("week")
    field.fill("")
    form.get_by_role("combobox", name="period").select_option("today")
    field.press("Enter")
    expect(page.get_by_role("main")).to_contain_text("by hand only")
    kept = owner.company.call("GET", path)["schedule"]
    assert (kept["cron"], kept["parameters"]) == (None, None)
    owner.finds_in_the_audit("equipment.scheduled")


def test_a_schedule_is_paused_and_resumed_by_the_keyboard(owner: Owner) -> None:
    page = owner.page
    owner.goes_to("Equipment")
    expect(row_of(owner, "log_rotate")).to_contain_text(re.compile("in .* hours|minutes|Every day"))
    owner.tabs_to("Pause the schedule of log_rotate")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Resume the schedule of log_rotate")).to_be_visible()
    expect(row_of(owner, "log_rotate")).to_contain_text("Paused")
    try:
        assert owner.company.call("GET", "/api/equipment/log_rotate")["schedule"]["is_paused"] is True
    finally:
        owner.presses("Resume the schedule of log_rotate")
    expect(page.get_by_role("button", name="Pause the schedule of log_rotate")).to_be_visible()
    assert owner.company.call("GET", "/api/equipment/log_rotate")["schedule"]["is_paused"] is False
    owner.finds_in_the_audit("equipment.resumed")


def test_a_script_that_is_not_allowed_is_there_and_says_why_it_does_not_run(owner: Owner) -> None:
    owner.goes_to("Equipment")
    row = row_of(owner, "greet")
    expect(row).to_contain_text("your script")
    expect(row).to_contain_text("EQUIPMENT_ALLOW_SCRIPTS=true")
    expect(row.get_by_role("button")).to_have_count(0)


def test_a_tool_that_is_not_there_is_said(owner: Owner) -> None:
    owner.opens("/equipment/no_such_tool")
    expect(owner.page.get_by_text("There is no tool of this name.")).to_be_visible()
    owner.page.get_by_role("link", name="All equipment").click()
    expect(owner.page.get_by_role("heading", name="Equipment")).to_be_visible()


def test_without_the_gateway_what_was_seen_stays_and_a_wish_comes_once(owner: Owner) -> None:
    owner.watch.allow(*LINE_IS_GONE)
    before = len(runs_of(owner.company, "cost_report"))
    owner.opens("/equipment/cost_report")
    form = owner.page.get_by_role("form", name="Run now: cost_report")
    taken: list[int] = []

    def lose_the_answer(route: Route) -> None:
        taken.append(route.fetch().status)
        route.abort()

    owner.page.route("**/api/equipment/cost_report/run", lose_the_answer, times=1)
    form.get_by_role("button").click()
    expect(form.get_by_role("alert")).to_contain_text("The gateway does not answer")
    assert taken == [202]
    with owner.company.without_its_gateway():
        expect(owner.page.get_by_role("alert").filter(has_text="The connection is lost")).to_be_visible()
        expect(owner.page.get_by_role("heading", name="cost_report")).to_be_visible()
    owner.is_live()
    form.get_by_role("button").click()
    expect(owner.page.get_by_role("figure", name="What cost_report printed").first).to_be_visible()
    assert len(runs_of(owner.company, "cost_report")) == before + 1


def test_who_may_only_read_sees_everything_and_no_button(chromium: Browser, company: Company) -> None:
    made = company.call("POST", "/api/tokens", {"name": "reader", "role": "viewer", "days": 1})
    company.call("POST", "/api/equipment/health_check/run", {"wait": 30})
    watch = Watch(company.url)
    with a_window(chromium, watch, made["token"]) as page:
        page.goto("/equipment")
        expect(page.get_by_role("link", name="health_check")).to_be_visible()
        expect(page.get_by_role("main").get_by_role("button")).to_have_count(0)
        page.get_by_role("link", name="health_check").click()
        expect(page.get_by_role("heading", name="History")).to_be_visible()
        expect(page.get_by_role("main").get_by_role("button")).to_have_count(0)
    assert watch.unexpected == []


def test_a_question_that_a_tool_answers_has_its_receipt_and_its_way_to_the_history(owner: Owner) -> None:
    turn = owner.says("How full is the disk?")
    expect(turn.receipt).to_contain_text("equipment: health_check")
    expect(turn.receipt).to_contain_text("0 tokens · $0.00")
    assert turn.receipt_facts()["Done by"] == "equipment: health_check"
    turn.button("Why").click()
    expect(turn.place).to_contain_text("health_check runs, without a model")
    owner.opens("/equipment/health_check")
    order = owner.page.get_by_role("link", name="an order").first
    assert SECRET not in owner.page.content()
    order.click()
    expect(owner.page).to_have_url(re.compile(r"/orders/WO-"))
