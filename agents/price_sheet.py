"""What models cost and when they end, read from the table LiteLLM ships.

The file is read without importing LiteLLM, which takes seconds and 160 MB, so that `nexus doctor` and the
tests can ask at once. Source: `litellm/model_prices_and_context_window_backup.json` of the pinned version.
"""

import json
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

from agents.config import ModelChoice, Provider
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
    """The table's entry for a remote model, or None when it has none, or belongs to another vendor."""
    entry = _sheet().get(choice.model)
    if not isinstance(entry, dict) or choice.provider not in (Provider.ANTHROPIC, Provider.OPENAI):
        return None
    if entry.get("litellm_provider") != choice.provider.value:
        return None
    if "input_cost_per_token" not in entry or "output_cost_per_token" not in entry:
        return None
    fresh = _dollars(entry["input_cost_per_token"])
    price = Price(
        fresh,
        _dollars(entry["output_cost_per_token"]),
        _dollars(entry.get("cache_read_input_token_cost", fresh)),
        _dollars(entry.get("cache_creation_input_token_cost", fresh)),
    )
    ends = entry.get("deprecation_date")
    return Listing(price, date.fromisoformat(ends) if ends else None)


def _dollars(value: object) -> Decimal:
    return Decimal(str(value))


@lru_cache(maxsize=1)
def _sheet() -> dict[str, object]:
    spec = find_spec("litellm")  # finds the package without running it
    if spec is None or not spec.submodule_search_locations:
        return {}
    sheet = json.loads(Path(spec.submodule_search_locations[0], SHEET).read_bytes())
    return sheet if isinstance(sheet, dict) else {}
