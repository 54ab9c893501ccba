"""How the front desk chooses a tier: settings of the workers."""

from decimal import Decimal
from typing import Literal

from pydantic import Field

from agents.voice_settings import VoiceSettings


class RouteSettings(VoiceSettings):
    """Routing and exploring."""

    router_mode: Literal["learned", "rules"] = Field(
        default="learned",
        description="`learned`: the trained router chooses among the tiers; `rules`: the fixed rules do, as where the "
        "router cannot be loaded.",
    )
    router_explore: float = Field(
        default=0.02,
        ge=0,
        le=0.05,
        description="Share of orders that go to a neighbouring tier in order to learn, up to 0.05; 0: none. Never "
        "where safety, a wish or a conversation decides.",
    )
    router_explore_usd: Decimal = Field(
        default=Decimal("0.05"),
        ge=0,
        allow_inf_nan=False,
        description="What exploring may be expected to cost more in 24 hours, in dollars.",
    )
