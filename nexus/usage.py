"""Tokens and money: what a model call used and what it cost.

Money is `Decimal` dollars everywhere in the code and whole nano-dollars in the database, so sums are exact.
An unknown price is `None` and stays `None`: it is "not priced", never $0.
"""

from dataclasses import dataclass
from decimal import Decimal

FREE = Decimal(0)
NANO = Decimal("0.000000001")


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one call. `input_tokens` excludes the cached ones, which are priced differently."""

    input_tokens: int = 0
    output_tokens: int = 0
    cache_read_tokens: int = 0
    cache_write_tokens: int = 0

    @property
    def prompt_tokens(self) -> int:
        """Everything that was read: fresh, from the cache, and into the cache."""
        return self.input_tokens + self.cache_read_tokens + self.cache_write_tokens

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(
            self.input_tokens + other.input_tokens,
            self.output_tokens + other.output_tokens,
            self.cache_read_tokens + other.cache_read_tokens,
            self.cache_write_tokens + other.cache_write_tokens,
        )


NOTHING_USED = Usage()


@dataclass(frozen=True, slots=True)
class Price:
    """Dollars per token. Stored with every call, so that a later price change rewrites no history."""

    input_usd: Decimal
    output_usd: Decimal
    cache_read_usd: Decimal
    cache_write_usd: Decimal

    def cost_of(self, usage: Usage) -> Decimal:
        """Dollars for `usage`, exact to the nano-dollar."""
        dollars = (
            self.input_usd * usage.input_tokens
            + self.output_usd * usage.output_tokens
            + self.cache_read_usd * usage.cache_read_tokens
            + self.cache_write_usd * usage.cache_write_tokens
        )
        return dollars.quantize(NANO)

    def most_for(self, prompt_tokens: int, output_tokens: int) -> Decimal:
        """The most that so many tokens can cost, cached or not, exact to the nano-dollar."""
        dearest = max(self.input_usd, self.cache_read_usd, self.cache_write_usd)
        return (dearest * prompt_tokens + self.output_usd * output_tokens).quantize(NANO)

    @property
    def is_free(self) -> bool:
        """True for models that run on the owner's own machine."""
        return self == FREE_PRICE


FREE_PRICE = Price(FREE, FREE, FREE, FREE)


def dollars(amount: Decimal) -> str:
    """Dollars with 2 to 9 decimals, so that no amount reads as zero that is none."""
    if amount and abs(amount) < Decimal("0.000001"):
        return f"${amount:.9f}"
    if amount and abs(amount) < Decimal("0.01"):
        return f"${amount:.6f}"
    return f"${amount:.4f}" if abs(amount) < 1 else f"${amount:.2f}"


def cost_text(cost_usd: Decimal | None, *, local: bool) -> str:
    """How a cost is written everywhere: `free (local)`, `not priced`, or dollars with 2 to 9 decimals."""
    if cost_usd is None:
        return "not priced"
    if local and not cost_usd:
        return "free (local)"
    return dollars(cost_usd)
