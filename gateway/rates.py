"""The settings of the rate limits: how much a sender may ask for."""

import re
from typing import Annotated

from pydantic import BeforeValidator, Field

from gateway.windows import Rate
from nexus.budget import BudgetSettings

_RATE = re.compile(r"([1-9][0-9]{0,5})\s*(?:/|per)\s*([1-9][0-9]{0,4})?\s*(second|minute|hour|day)s?")
_SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400}


def parse_rate(text: object) -> str:
    """`text` as it was, if it can be read.

    Raises:
        ValueError: it is neither like `60/minute` nor `none`.
    """
    rate_of(str(text))
    return str(text).strip().lower()


def rate_of(text: str) -> Rate | None:
    """`60/minute`, `10 per 5 seconds` or `none`, which is None.

    Raises:
        ValueError: it is something else.
    """
    plain = text.strip().lower()
    if plain == "none":
        return None
    match = _RATE.fullmatch(plain)
    if match is None:
        raise ValueError("write a limit like 60/minute, 10/5 seconds or 1000/hour, or none")
    amount, times, unit = match.groups()
    return Rate(int(amount), int(times or 1) * _SECONDS[unit])


type RateText = Annotated[str, BeforeValidator(parse_rate)]


class RateSettings(BudgetSettings):
    """How many requests are served. Each limit holds in any span of its length, over all gateways together."""

    rate_limit: RateText = Field(
        default="600/minute",
        description="Requests of one sender (the owner, or a token), e.g. 60/minute or 100/10 seconds; or none.",
    )
    rate_limit_address: RateText = Field(
        default="1200/minute", description="Requests from one address, whoever sends them; or none."
    )
    rate_limit_login: RateText = Field(
        default="10/minute",
        description="Refused credentials from one address, after which it gets 429; right ones still open; or none.",
    )
