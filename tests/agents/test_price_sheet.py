"""What models cost and when they end. The last test fails by itself before a default model is retired."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from agents.config import ANTHROPIC_MODELS, LOCAL_PROVIDERS, OPENAI_MODELS, ModelChoice, Provider
from agents.price_sheet import listing_of, price_of
from nexus.usage import FREE_PRICE

NOTICE = timedelta(days=14)
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


@each_default
def test_no_default_model_is_about_to_end(choice: ModelChoice) -> None:
    listing = listing_of(choice)

    assert listing is not None
    soon = (datetime.now(UTC) + NOTICE).date()
    assert listing.ends is None or listing.ends > soon, (
        f"{choice.model} ends on {listing.ends}: agents/config.py"
    )
