"""What models cost and when they end. The last tests fail by themselves before a default model is retired."""

import subprocess
import sys
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from agents import price_sheet
from agents.config import ANTHROPIC_MODELS, LOCAL_PROVIDERS, OPENAI_MODELS, ModelChoice, Provider
from agents.price_sheet import Listing, listing_of, price_of, price_text
from agents.probe import end_problem
from nexus.usage import FREE_PRICE, Price

DEFAULTS = [
    *(ModelChoice(Provider.ANTHROPIC, model) for model in ANTHROPIC_MODELS.values()),
    *(ModelChoice(Provider.OPENAI, model) for model in OPENAI_MODELS.values()),
]
each_default = pytest.mark.parametrize("choice", DEFAULTS, ids=lambda choice: choice.model)


@each_default
def test_every_default_model_has_a_price(choice: ModelChoice) -> None:
    price = price_of(choice)

    assert price is not None
    assert 0 < price.cache_read_usd < price.input_usd < price.output_usd < Decimal("0.001")
    assert price.cache_write_usd >= price.input_usd


@pytest.mark.parametrize("provider", LOCAL_PROVIDERS)
def test_a_local_model_is_free_even_under_a_famous_name(provider: Provider) -> None:
    assert price_of(ModelChoice(provider, "gpt-5.4")) == FREE_PRICE


@pytest.mark.parametrize(
    ("provider", "model"),
    [
        (Provider.ANTHROPIC, "claude-next-9"),
        (Provider.OPENAI, "claude-opus-4-6"),
        (Provider.ANTHROPIC, "gpt-5.4"),
        (Provider.OPENAI, "text-moderation-stable"),
        (Provider.OPENAI, "sample_spec"),
        (Provider.OPENAI, ""),
    ],
)
def test_what_nobody_priced_has_no_price(provider: Provider, model: str) -> None:
    price = price_of(ModelChoice(provider, model))

    assert price is None or price.input_usd == 0, "never a price of another vendor"


def test_asking_does_not_load_litellm() -> None:
    look = (
        "import sys\n"
        "from agents.config import ModelChoice, Provider\n"
        "from agents.price_sheet import price_of\n"
        "assert price_of(ModelChoice(Provider.ANTHROPIC, 'claude-haiku-4-5'))\n"
        "assert 'litellm' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", look], check=True, timeout=60)


@pytest.mark.parametrize(
    ("price", "text"),
    [
        (None, "not priced"),
        (FREE_PRICE, "free"),
        (Price(*map(Decimal, ("5e-6", "25e-6", "0", "0"))), "$5.00 in, $25.00 out per million tokens"),
        (Price(*map(Decimal, ("7.5e-8", "1e-4", "0", "0"))), "$0.075 in, $100.00 out per million tokens"),
    ],
)
def test_a_price_reads_as_vendors_quote_it(price: Price | None, text: str) -> None:
    assert price_text(price) == text


def test_an_alias_ends_with_the_last_of_its_dated_versions_and_not_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    entry = {"litellm_provider": "openai", "input_cost_per_token": 1e-6, "output_cost_per_token": 2e-6}
    table = {
        "ends": entry,
        "ends-2025-01-01": entry | {"deprecation_date": "2026-12-11"},
        "ends-20250601": entry | {"deprecation_date": "2027-01-20"},
        "stays": entry,
        "stays-2025-01-01": entry | {"deprecation_date": "2026-12-11"},
        "stays-2025-06-01": entry,
        "ends-mini": entry,
    }
    monkeypatch.setattr(price_sheet, "_sheet", lambda: table)
    price_sheet._listed.cache_clear()
    found = {name: listing_of(ModelChoice(Provider.OPENAI, name)) for name in ("ends", "stays", "ends-mini")}
    price_sheet._listed.cache_clear()

    ends = {name: listing.ends for name, listing in found.items() if listing}
    assert ends == {"ends": date(2027, 1, 20), "stays": None, "ends-mini": None}


def in_words(choice: ModelChoice, listing: Listing | None, today: date) -> tuple[str, bool]:
    """A model's line for the list, and whether it may be a default."""
    if listing is None:
        return f"{choice.model}: in no price table", False
    problem = end_problem(choice, listing.ends, "agents/config.py", today)
    until = listing.ends or "further notice"
    line = f"{choice.provider.value}/{choice.model}: {price_text(listing.price)}, until {until}"
    return f"{line} {problem.text}" if problem else line, problem is None and not listing.price.is_free


def test_the_defaults_of_the_payroll_with_price_and_end_none_of_which_is_retired_within_fourteen_days() -> (
    None
):
    today = datetime.now(UTC).date()
    lines = [in_words(choice, listing_of(choice), today) for choice in DEFAULTS]

    print(*(line for line, _ in lines), sep="\n")  # `pytest -s` shows the list
    assert [line for line, is_fine in lines if not is_fine] == [], "choose others in agents/config.py"


@pytest.mark.parametrize("model", ["claude-mythos-preview", "claude-next-9"])
def test_the_list_would_tell_a_retired_default_and_one_without_a_price(model: str) -> None:
    choice = ModelChoice(Provider.ANTHROPIC, model)

    _, is_fine = in_words(choice, listing_of(choice), date(2026, 11, 22))

    assert not is_fine
