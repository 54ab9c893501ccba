"""What turning sound into words comes to, at most: what budgets reserve before a call.

OpenAI's transcribers count about ten tokens a second of sound and five for two spoken words
(https://platform.openai.com/docs/pricing names cents a minute that follow from that); four times as many are reserved,
and as many words as the model can write. Others are paid by the second, each counted as one token
(`agents.price_sheet.is_by_the_second`), parts of a second as a whole one.
"""

from decimal import Decimal
from math import ceil
from typing import Final

from agents.completion import ModelRequest
from agents.price_sheet import is_by_the_second
from nexus.usage import Price, Usage

TOKENS_A_SECOND: Final = 40


def most_for_sound(price: Price | None, request: ModelRequest) -> Decimal | None:
    """The most that the call can cost, in dollars; None when nobody knows the price."""
    return None if price is None else price.cost_of(most_used(request))


def most_used(request: ModelRequest) -> Usage:
    """The most that it can take: what is reserved, and what counts when nobody has said what it took."""
    seconds = ceil(request.sound.most_s) if request.sound is not None else 0
    if is_by_the_second(request.choice):
        return Usage(seconds)
    return Usage(seconds * TOKENS_A_SECOND, request.max_output_tokens)
