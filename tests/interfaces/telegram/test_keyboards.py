"""Buttons and what stands behind them."""

from decimal import Decimal

import pytest

from interfaces.telegram.keyboards import Action, Press, of_question, under_answer, while_open
from nexus.hold import HoldOption
from nexus.work_order import TIERS, Role

ORDER = "WO-01M83F4T10T2RSAMQDFN17JPZ2"  # the same in every process: it is in names of tests


@pytest.mark.parametrize("tier", [None, *TIERS])
@pytest.mark.parametrize("action", list(Action))
def test_what_stands_behind_a_button_is_read_back_and_fits(action: Action, tier: Role | None) -> None:
    press = Press(action, ORDER, tier)
    assert Press.parse(press.data) == press
    assert len(press.data.encode()) <= 64


@pytest.mark.parametrize(
    "data",
    [
        None,
        "",
        "stop",
        "stop:",
        f"boom:{ORDER}",
        f"stop:{ORDER}:admin",
        f"stop:{ORDER} ",
        f"stop:{ORDER}\n",
        f"stop:{ORDER.lower()}",
        f"STOP:{ORDER}",
        "stop:WO-'; DROP TABLE work_orders",
        f"stop:{ORDER}:ceo:ceo",
    ],
)
def test_data_of_no_button_of_ours_is_nothing(data: str | None) -> None:
    assert Press.parse(data) is None


@pytest.mark.parametrize("language", ["en", "zh"])
def test_each_keyboard_leads_back_to_its_order(language: str) -> None:
    option = HoldOption(role=Role.CEO, model="m", about_usd=Decimal("0.4"), at_most_usd=Decimal("1.2"))
    for keyboard in (
        while_open(ORDER, language),
        under_answer(ORDER, language),
        of_question(ORDER, [option], language),
    ):
        buttons = [button for row in keyboard.inline_keyboard for button in row]
        assert buttons
        for button in buttons:
            press = Press.parse(str(button.callback_data))
            assert press is not None
            assert press.order_id == ORDER


def test_a_question_shows_what_each_way_costs() -> None:
    option = HoldOption(role=Role.CEO, model="m", about_usd=Decimal("0.4"), at_most_usd=Decimal("1.2"))
    rows = of_question(ORDER, [option], "en").inline_keyboard
    assert [button.text for row in rows for button in row] == [
        "the CEO, about $0.4000, at most $1.20",
        "No, drop it",
    ]
