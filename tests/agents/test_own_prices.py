"""MODEL_PRICES: what the owner says of a model's price goes before the table, and a slip is named."""

from decimal import Decimal

import pytest

from agents.config import AgentSettings, resolve_payroll
from agents.price_sheet import listing_of, price_of, price_text
from nexus.errors import ConfigurationError
from nexus.settings import load_settings
from nexus.usage import Price, Usage
from nexus.work_order import Role


def priced(monkeypatch: pytest.MonkeyPatch, prices: str, model: str) -> Price | None:
    monkeypatch.setenv("MODEL_PRICES", prices)
    monkeypatch.setenv("OPENAI_API_KEY", "k")
    monkeypatch.setenv("ANTHROPIC_API_KEY", "k")
    monkeypatch.setenv("NEXUS_MODEL_CEO", f"{model},claude-opus-4-6")
    choice = resolve_payroll(load_settings(AgentSettings), None)[Role.CEO].choice
    assert choice is not None
    return price_of(choice)


def test_a_model_that_nobody_lists_costs_what_the_owner_says(monkeypatch: pytest.MonkeyPatch) -> None:
    own = '{"openai/my-model": {"input": 1, "output": 2.5, "cache_read": 0.1, "cache_write": 1.25}}'
    price = priced(monkeypatch, own, "openai/my-model")

    assert price is not None
    assert price.cost_of(Usage(1_000_000, 0)) == 1
    assert price.cost_of(Usage(0, 1_000_000)) == Decimal("2.5")
    assert price.cost_of(Usage(0, 0, 1, 1)) == Decimal("0.00000135")


@pytest.mark.parametrize(("model", "write"), [("anthropic/mine", "1.25"), ("openai/mine", "1")])
def test_cache_prices_that_are_left_out_are_never_too_low(
    monkeypatch: pytest.MonkeyPatch, model: str, write: str
) -> None:
    price = priced(monkeypatch, f'{{"{model}": {{"input": 1, "output": 2}}}}', model)

    assert price is not None
    assert price.cost_of(Usage(0, 0, 1_000_000, 0)) == 1
    assert price.cost_of(Usage(0, 0, 0, 1_000_000)) == Decimal(write)


def test_a_listed_price_can_be_corrected_and_so_can_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    own = '{"openai/gpt-5.4-nano": {"input": 7, "output": 9, "ends": "2028-01-31"}}'
    settings = {"MODEL_PRICES": own, "OPENAI_API_KEY": "k"}
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    payroll = resolve_payroll(load_settings(AgentSettings), None)
    intern, ceo = payroll[Role.INTERN].choice, payroll[Role.CEO].choice
    assert intern is not None
    assert ceo is not None

    listing = listing_of(intern)

    assert listing is not None
    assert price_text(listing.price) == "$7.00 in, $9.00 out per million tokens"
    assert str(listing.ends) == "2028-01-31"
    assert price_text(price_of(ceo)) == "$2.50 in, $15.00 out per million tokens"


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("nope", "not valid JSON"),
        ("[]", 'write an object like {"openai/my-model"'),
        ('{"mine": {"input": 1, "output": 2}}', "mine: write anthropic/… or openai/…"),
        ('{"ollama/qwen3:8b": {"input": 1, "output": 2}}', "local models are free"),
        ('{"openai/": {"input": 1, "output": 2}}', "openai/: write"),
        ('{"openai/x": 3}', "openai/x: Input should be a valid dictionary"),
        ('{"openai/x": {"input": 1}}', "openai/x.output: Field required"),
        ('{"openai/x": {"input": -1, "output": 2}}', "openai/x.input: Input should be greater"),
        ('{"openai/x": {"input": "NaN", "output": 2}}', "openai/x.input: Input should be a finite number"),
        ('{"openai/x": {"input": true, "output": 2}}', "openai/x.input: Decimal input"),
        ('{"openai/x": {"input": 1, "output": 2, "cached": 3}}', "openai/x.cached: Extra inputs"),
        (
            '{"openai/x": {"input": 1, "output": 2, "ends": "soon"}}',
            "openai/x.ends: Input should be a valid date",
        ),
    ],
)
def test_a_slip_is_one_line_that_names_the_setting_the_model_and_the_field(
    monkeypatch: pytest.MonkeyPatch, value: str, says: str
) -> None:
    monkeypatch.setenv("MODEL_PRICES", value)

    with pytest.raises(ConfigurationError, match=r"^MODEL_PRICES: ") as raised:
        load_settings(AgentSettings)

    assert says in str(raised.value)
    assert "\n" not in str(raised.value)
