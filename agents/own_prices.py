"""MODEL_PRICES: the owner's word on what models cost and when they end. It goes before the table that LiteLLM ships."""

import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from nexus.usage import Price

MILLION: Final = 1_000_000
PRICED_VENDORS: Final = ("anthropic", "openai")
CACHE_WRITE_FACTOR: Final = {"anthropic": Decimal("1.25")}
"""What writing into the cache costs over reading afresh: Anthropic's five-minute cache; OpenAI takes no more."""

type Amount = Annotated[Decimal, Field(ge=0, le=1_000_000, allow_inf_nan=False)]


class OwnPrice(BaseModel):
    """What one model costs, in dollars per million tokens.

    Left out, `cache_read` costs as `input`, and `cache_write` as `input` or, at Anthropic, a quarter more.
    `ends` corrects the day on which the model is retired.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    input: Amount
    output: Amount
    cache_read: Amount | None = None
    cache_write: Amount | None = None
    ends: date | None = None

    def price_at(self, vendor: str) -> Price:
        """The same per token."""
        read = self.input if self.cache_read is None else self.cache_read
        write = self.cache_write
        if write is None:
            write = self.input * CACHE_WRITE_FACTOR.get(vendor, Decimal(1))
        return Price(self.input / MILLION, self.output / MILLION, read / MILLION, write / MILLION)


def parse_own_prices(value: object) -> dict[str, OwnPrice]:
    """The setting as it is written: a JSON object of prices by `provider/model`.

    Raises:
        ValueError: one line that names the model and the field, and says what is wrong with it.
    """
    if isinstance(value, str):
        try:
            value = json.loads(value, parse_float=Decimal)
        except ValueError as error:
            raise ValueError(f"not valid JSON ({error})") from None
    if not isinstance(value, Mapping):
        raise ValueError('write an object like {"openai/my-model": {"input": 1, "output": 2}}')
    return {str(name): _parse(str(name), entry) for name, entry in value.items()}


def _parse(name: str, entry: object) -> OwnPrice:
    vendor, slash, model = name.partition("/")
    if vendor not in PRICED_VENDORS or not slash or not model:
        raise ValueError(f"{name}: write anthropic/… or openai/… and the model's id; local models are free")
    try:
        return OwnPrice.model_validate(entry)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join((name, *(str(part) for part in first["loc"])))
        raise ValueError(f"{field}: {first['msg']}") from None
