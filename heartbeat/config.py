"""The heartbeat's settings. Flags of the command line go before them."""

from pydantic import Field, field_validator

from equipment.config import EquipmentSettings
from nexus.bot_settings import BotSettings, checked_url


class HeartbeatSettings(BotSettings, EquipmentSettings):
    """How often it looks, and whom outside it tells that it lives."""

    heartbeat_interval_s: float = Field(
        default=15,
        ge=1,
        le=3600,
        description="Seconds between two looks of the heartbeat. Under systemd's watchdog at most 60.",
    )
    heartbeat_ping_url: str = Field(
        default="",
        description="Called after each look (GET; with /fail at its end when something is critical), so that a "
        "service outside tells you when the pings stop, as healthchecks.io does. Empty: nobody is called.",
    )
    ollama_base_url: str = Field(default="", description="Ollama; looked at when it is set.")
    nexus_starter_url: str | None = Field(
        default=None, description="The starter model's server; `nexus up` sets it."
    )

    @field_validator("heartbeat_ping_url", "ollama_base_url")
    @classmethod
    def _is_an_address(cls, url: str) -> str:
        return checked_url(url)
