"""The owner's day at the chat: real processes, the built bundle, Debian's Chromium, models with a script.

Each test is a part of the day on the same company; each begins in a new window, and leaves nothing switched off.
"""

import re

import pytest
from playwright.sync_api import FilePayload, expect

from tests.dashboard.browser import Watch
from tests.dashboard.day import CODE
from tests.dashboard.owner import Owner
from tests.photos import a_photo
from tests.running import wait_for

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]


def test_an_order_is_seen_live_from_the_queue_to_its_receipt(owner: Owner) -> None:
    owner.page.evaluate(WRITE_DOWN_STAGES)
    turn = owner.says("What is the capital of Italy?")
    expect(turn.card).to_contain_text(re.compile(r"Intern \(intern\)"))
    expect(turn.card).to_contain_text(re.compile(r"Elapsed [1-9]"))
    expect(turn.card).to_contain_text("Cost so far $0.00")
    turn.is_answered("The capital of Italy is Rome.")
    expect(turn.card).to_have_count(0)

    seen: list[str] = owner.page.evaluate("() => window.stages")
    assert seen == sorted(seen, key=STAGES.index), "it never went back"
    assert "Working" in seen
    turn.button("Why").click()
    expect(turn.place.locator("ol li strong")).to_have_text(
        ["Queued", "Intern chosen", "Intern works (intern)", "QA passed", "Delivered"]
    )


STAGES = ["Queued", "Triaged", "Working", "QA", "Delivered"]
WRITE_DOWN_STAGES = """() => {
    window.stages = [];
    new MutationObserver(() => {
        const now = document.querySelector("[aria-current=step]")?.textContent;
        if (now && window.stages.at(-1) !== now) window.stages.push(now);
    }).observe(document.body, { subtree: true, childList: true, attributes: true, characterData: true });
}"""


def test_the_receipt_has_the_numbers_of_the_api(owner: Owner) -> None:
    turn = owner.says("What is the longest river?")
    turn.is_answered("The Nile.")
    shown = turn.receipt_facts()
    receipt = owner.company.order(turn.order_id)["receipt"]
    assert shown["Done by"] == "Intern"
    assert shown["Model"] == f"{receipt['provider']}/{receipt['model']}"
    assert shown["Why"] == receipt["reason"]
    assert shown["QA"] == f"{receipt['qa_passed']}/{receipt['qa_total']}"
    assert shown["Tokens"] == f"{receipt['input_tokens']} + {receipt['output_tokens']}"
    assert shown["Time"] == f"{receipt['seconds']:.1f} s"
    assert shown["Cost"] == "free (local)"


def test_a_slow_order_is_stopped(owner: Owner) -> None:
    turn = owner.says("Tell a very long story.", tier="Intern")
    expect(turn.card.get_by_role("listitem").filter(has_text="Working")).to_have_attribute(
        "aria-current", "step"
    )
    turn.button("Stop").click()
    expect(turn.place).to_contain_text("Cancelled")
    expect(turn.card).to_have_count(0)
    order_id = turn.order_id
    assert owner.company.order(order_id)["order"]["status"] == "cancelled"
    expect(owner.finds_in_the_audit("order.cancelled")).to_contain_text(order_id)


def test_an_answer_is_done_again_higher_lower_and_once_more(owner: Owner) -> None:
    first = owner.says("What is the capital of France?")
    first.is_answered("The capital of France is Paris.")
    first.button("Escalate").click()
    second = owner.turn(1, "Does an earlier order again")
    second.is_answered("Île-de-France")
    expect(second.receipt).to_contain_text(re.compile(r"Director \(claude-sonnet-4-6\).*\$0\.00\d+"))
    second.button("Cheaper").click()
    third = owner.turn(2)
    third.is_answered("The capital of France is Paris.")
    expect(third.receipt).to_contain_text("Intern (intern)")
    second.button("Retry").click()
    owner.turn(3).is_answered("Paris")
    expect(owner.turns).to_have_count(4)


def test_a_dear_order_says_its_price_and_waits_for_a_yes(owner: Owner) -> None:
    turn = owner.says("Design a database architecture for a bank.")
    expect(turn.place).to_contain_text("This costs more than you allowed without asking")
    turn.button(re.compile(r"CEO for about \$0\.\d+ \(at most \$0\.\d+\)")).click()
    turn.is_answered("One ledger.")
    expect(turn.receipt).to_contain_text(re.compile(r"CEO \(claude-opus-4-6\).*\$0\.\d+"))
    again = owner.says("Design a distributed database for another bank.")
    again.button("Cancel it").click()
    expect(again.place).to_contain_text("Cancelled")


def test_what_is_said_elsewhere_in_the_same_conversation_appears(owner: Owner) -> None:
    owner.says("When is my birthday?").is_answered("third of March")
    owner.company.says_on_the_command_line(owner.session_id, "Is my birthday in winter?")
    turn = owner.turn(1, "Is my birthday in winter?")
    turn.is_answered("third of March")
    expect(turn.place).to_contain_text("via")


def test_a_picture_and_a_text_go_along(owner: Owner) -> None:
    with owner.page.expect_file_chooser() as chooser:
        owner.presses("Attach pictures, sounds or text files")
    picture = FilePayload(name="roof.jpg", mimeType="image/jpeg", buffer=a_photo(320, 240))
    note = FilePayload(name="note.txt", mimeType="text/plain", buffer=b"The roof is mended in April.\n")
    chooser.value.set_files([picture, note])
    chips = owner.page.locator("form", has=owner.field).get_by_role("list", name="Attachments")
    expect(chips.get_by_role("listitem")).to_have_text(["roof.jpg", "note.txt"])
    turn = owner.says("What is on this picture?")
    turn.is_answered("Its left half is red")
    expect(turn.place).to_contain_text("roof.jpg")
    expect(chips).to_have_count(0)
    kept = owner.company.order(turn.order_id)["attachments"]
    assert [(one["kind"], one["name"]) for one in kept] == [("image", "roof.jpg"), ("document", "note.txt")]


def test_code_has_colours_and_is_copied_as_it_is(owner: Owner) -> None:
    owner.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    turn = owner.says("Print squares in Python", tier="Intern")
    block = turn.place.get_by_role("figure")
    expect(block.locator("code span").first).to_be_visible()
    block.get_by_role("button", name="Copy").click()
    expect(block).to_contain_text("Copied")
    assert owner.page.evaluate("() => navigator.clipboard.readText()").strip() == CODE


def test_a_chat_needs_no_mouse(owner: Owner) -> None:
    page = owner.page
    expect(owner.field).to_be_focused()
    page.keyboard.type("What is the longest river?")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("Briefly, please.")
    page.keyboard.press("Enter")
    turn = owner.turn(0, "Briefly, please.")
    turn.is_answered("The Nile.")
    expect(owner.field).to_be_focused()
    owner.tabs_to("Why", "Shift+Tab")
    page.keyboard.press("Enter")
    expect(turn.button("Why")).to_have_attribute("aria-expanded", "true")
    owner.tabs_to("Retry", "Shift+Tab")
    page.keyboard.press("Enter")
    owner.turn(1).is_answered("The Nile.")
    page.goto("/orders")
    expect(page.get_by_role("table")).to_be_visible()
    owner.tabs_to("Skip to the content")
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()


def test_the_watch_sees_what_it_is_there_for(owner: Owner, watch: Watch) -> None:
    owner.page.evaluate("() => console.error('a planted complaint')")
    owner.page.evaluate("() => setTimeout(() => { throw new Error('a planted error'); })")
    owner.page.evaluate("() => { new Image().src = 'http://127.0.0.1:9/beacon.png'; }")
    script = "const tag = document.createElement('script'); tag.textContent = 'window.ran = true'; "
    owner.page.evaluate(f"() => {{ {script} document.body.append(tag); }}")
    planted = (
        "a planted complaint",
        "exception: .*a planted error",
        "elsewhere: .*beacon",
        "policy: script-src",
    )
    wait_for(
        lambda: owner.page.title() and all(re.search(one, "\n".join(watch.complaints)) for one in planted),
        20,
        "the complaints",
    )
    assert owner.page.evaluate("() => window.ran") is None
    watch.allow(*planted, "Content Security Policy", "beacon.png")
