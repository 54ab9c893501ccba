"""What models cost and when they end, read from the table LiteLLM ships.

The file is read without importing LiteLLM, which takes seconds and 160 MB, so that `nexus doctor` and the
tests can ask at once. Source: `litellm/model_prices_and_context_window_backup.json` of the pinned version.
"""

import json
import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

from agents.config import ModelChoice, Provider
from agents.own_prices import MILLION
from nexus.usage import FREE_PRICE, Price

SHEET = "model_prices_and_context_window_backup.json"


@dataclass(frozen=True, slots=True)
class Listing:
    """One model of the table. `ends` is the day its vendor retires it, when known."""

    price: Price
    ends: date | None


def price_of(choice: ModelChoice) -> Price | None:
    """Dollars per token; free for local models, None when nobody knows."""
    if choice.is_local:
        return FREE_PRICE
    listing = listing_of(choice)
    return listing.price if listing else None


def listing_of(choice: ModelChoice) -> Listing | None:
    """What MODEL_PRICES or else the table says of a remote model; None when it is local, or nobody priced it."""
    if choice.provider not in (Provider.ANTHROPIC, Provider.OPENAI):
        return None
    listed, own = _listed(choice.provider, choice.model), choice.own_price
    if own is None:
        return listed
    return Listing(own.price_at(choice.provider.value), own.ends or (listed.ends if listed else None))


def is_listed_to_see(choice: ModelChoice) -> bool:
    """Whether the table says that an Anthropic or OpenAI model takes pictures; False when it does not know it."""
    entry = _sheet().get(choice.model)
    if not isinstance(entry, dict) or entry.get("litellm_provider") != choice.provider.value:
        return False
    return entry.get("supports_vision") is True


def price_text(price: Price | None) -> str:
    """A price as people quote it: `$5.00 in, $25.00 out per million tokens`, `free`, or `not priced`."""
    if price is None:
        return "not priced"
    if price.is_free:
        return "free"
    return f"{_per_million(price.input_usd)} in, {_per_million(price.output_usd)} out per million tokens"


def _per_million(per_token: Decimal) -> str:
    amount = (per_token * MILLION).normalize()
    return f"${amount:.2f}" if amount == round(amount, 2) else f"${amount:f}"


@lru_cache(maxsize=256)
def _listed(provider: Provider, model: str) -> Listing | None:
    """The table's entry, or None when it has none, or one that belongs to another vendor."""
    entry = _sheet().get(model)
    if not isinstance(entry, dict) or entry.get("litellm_provider") != provider.value:
        return None
    if "input_cost_per_token" not in entry or "output_cost_per_token" not in entry:
        return _by_the_second(model, entry)
    fresh = _dollars(entry["input_cost_per_token"])
    price = Price(
        fresh,
        _dollars(entry["output_cost_per_token"]),
        _dollars(entry.get("cache_read_input_token_cost", fresh)),
        _dollars(entry.get("cache_creation_input_token_cost", fresh)),
    )
    return Listing(price, _end_of(model))


def is_by_the_second(choice: ModelChoice) -> bool:
    """Whether a model is paid for the seconds it listens and not for tokens: a second then counts as one token."""
    entry = _sheet().get(choice.model)
    return (
        isinstance(entry, dict) and "input_cost_per_second" in entry and "input_cost_per_token" not in entry
    )


def _by_the_second(model: str, entry: dict[str, object]) -> Listing | None:
    """A transcriber's price as one for tokens, of which each second of sound is one.

    What the table calls the output's price is the same money once more (https://platform.openai.com/docs/pricing).
    """
    if entry.get("mode") != "audio_transcription" or "input_cost_per_second" not in entry:
        return None
    second = _dollars(entry["input_cost_per_second"])
    return Listing(Price(second, Decimal(0), second, second), _end_of(model))


def _end_of(model: str) -> date | None:
    """The day the table names. A name that stands for dated versions ends with the last of them, if all of them end."""
    dated = re.compile(re.escape(model) + r"-(\d{8}|\d{4}-\d\d-\d\d)")
    own = _date_in(_sheet()[model])
    if own is not None:
        return own
    versions = [_date_in(entry) for name, entry in _sheet().items() if dated.fullmatch(name)]
    ends = [end for end in versions if end is not None]
    return max(ends) if ends and len(ends) == len(versions) else None


def _date_in(entry: object) -> date | None:
    ends = entry.get("deprecation_date") if isinstance(entry, dict) else None
    return date.fromisoformat(ends) if isinstance(ends, str) and ends else None


def _dollars(value: object) -> Decimal:
    return Decimal(str(value))


@lru_cache(maxsize=1)
def _sheet() -> dict[str, object]:
    spec = find_spec("litellm")  # finds the package without running it
    if spec is None or not spec.submodule_search_locations:
        return {}
    sheet = json.loads(Path(spec.submodule_search_locations[0], SHEET).read_bytes())
    return sheet if isinstance(sheet, dict) else {}
