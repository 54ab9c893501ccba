"""The owner at a browser: goes to pages, says things, presses buttons. What is seen is found by role and by name."""

import re
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.dashboard.browser import PHONE, Watch
from tests.dashboard.company import Company

SESSION = re.compile(r"/chat/sess-\w+$")
MOST_TABS = 60
FOCUSED = (
    "() => [document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent ?? '']"
)


@dataclass(frozen=True, slots=True)
class Turn:
    """One message in the chat, and the card or the answer below it."""

    place: Locator

    @property
    def card(self) -> Locator:
        """What is shown while the order is open."""
        return self.place.get_by_role("region", name="Progress of the order")

    @property
    def receipt(self) -> Locator:
        """The line that opens to the whole receipt."""
        return self.place.locator("details", has_text="Receipt")

    @property
    def order_id(self) -> str:
        """Of the order, as its link has it; once it has ended."""
        address = self.place.get_by_role("link", name="Open order").get_attribute("href")
        assert address is not None
        return address.rpartition("/")[2]

    def button(self, name: str | re.Pattern[str]) -> Locator:
        """A button of this turn."""
        return self.place.get_by_role("button", name=name)

    def is_answered(self, text: str) -> None:
        """Wait for the answer with this text, and for its receipt."""
        expect(self.place).to_contain_text(text)
        expect(self.receipt).to_be_visible()

    def receipt_facts(self) -> dict[str, str]:
        """Open the receipt; returns its lines by their names."""
        self.receipt.locator("summary").click()
        return facts_in(self.receipt)


@dataclass(frozen=True, slots=True)
class Owner:
    """Somebody who is signed in, in a window of their own."""

    company: Company
    page: Page
    watch: Watch

    def goes_to(self, name: str) -> None:
        """By the navigation."""
        self.page.get_by_role("navigation", name="Main").get_by_role("link", name=name, exact=True).click()
        expect(self.page.get_by_role("link", name=name, exact=True)).to_have_attribute("aria-current", "page")

    def opens(self, path: str) -> None:
        """By the address."""
        self.page.goto(path)
        expect(self.page.get_by_role("main")).to_be_visible()
        self.is_live()

    def is_live(self) -> None:
        """Wait until the page says that its line is open."""
        expect(self.page.get_by_role("status").filter(has_text="Live")).to_be_attached()

    @property
    def field(self) -> Locator:
        """Where the next message is written."""
        return self.page.get_by_role("textbox", name="Message")

    @property
    def turns(self) -> Locator:
        """All messages that are shown."""
        return self.page.get_by_role("log").get_by_role("article")

    @property
    def session_id(self) -> str:
        """Of the conversation that is open."""
        expect(self.page).to_have_url(SESSION)
        return self.page.url.rpartition("/")[2]

    def starts_a_conversation(self) -> None:
        """By the link above the conversations."""
        self.page.get_by_role("link", name="New conversation").click()
        expect(self.turns).to_have_count(0)

    def says(self, content: str, tier: str = "") -> Turn:
        """Write it and press Enter; returns its turn, which has come but needs not have ended."""
        before = self.turns.count()
        if tier:
            self.page.get_by_role("combobox", name="Who does it").select_option(label=tier)
        self.field.fill(content)
        self.field.press("Enter")
        return self.turn(before, content)

    def turn(self, number: int, content: str = "") -> Turn:
        """The turn of that number, counted from 0, once it shows the message."""
        place = self.turns.nth(number)
        expect(place).to_contain_text(content)
        return Turn(place)

    def presses(self, name: str | re.Pattern[str]) -> None:
        """A button that is the only one of its name."""
        self.page.get_by_role("button", name=name).click()

    def chooses(self, item: str) -> None:
        """From the menu of the account."""
        self.presses("Account")
        self.page.get_by_role("menuitem", name=item, exact=True).click()

    def finds_in_the_audit(self, action: str) -> Locator:
        """Filter the audit by what was done; returns the newest row, which names the owner."""
        self.goes_to("Audit")
        self.page.get_by_role("textbox", name="What").fill(action)
        row = self.page.get_by_role("main").get_by_role("listitem").filter(has_text=action).first
        expect(row).to_contain_text("owner")
        return row

    def tabs_to(self, name: str, key: str = "Tab") -> None:
        """Press a key until the focus is on what has this name."""
        for _ in range(MOST_TABS):
            self.page.keyboard.press(key)
            if name in self.page.evaluate(FOCUSED):
                return
        raise AssertionError(f"{MOST_TABS} times {key} did not reach {name!r}")


@dataclass(frozen=True, slots=True)
class Album:
    """The folder where screenshots are put."""

    folder: Path

    def shoot(self, page: Page, name: str) -> None:
        """The page as it is now: all of it, on a phone what the screen shows."""
        is_phone = page.viewport_size == PHONE
        page.screenshot(path=self.folder / f"{name}.png", full_page=not is_phone, animations="disabled")


def facts_in(place: Locator) -> dict[str, str]:
    """The lines of a list of facts by their names."""
    names = [text.strip() for text in place.locator("dt").all_inner_texts()]
    return dict(zip(names, (text.strip() for text in place.locator("dd").all_inner_texts()), strict=True))
