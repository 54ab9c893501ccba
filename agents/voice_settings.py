"""The settings of who turns voice messages into words; part of `agents.config.AgentSettings`."""

from pydantic import Field, SecretStr, field_validator

from nexus.budget import BudgetSettings


class VoiceSettings(BudgetSettings):
    """Empty ones are found out: the local engine, else the server of one's own, else OpenAI, else nobody."""

    voice_model: str = Field(
        default="",
        description="Who turns voice messages into words: openai/gpt-4o-transcribe, or the name that VOICE_BASE_URL's "
        "server knows; `none` for nobody. Empty: VOICE_MODEL_PATH, else VOICE_BASE_URL, else OpenAI.",
    )
    voice_model_path: str | None = Field(
        default=None,
        description="whisper.cpp model file (ggml) for the engine of the extra `voice`; nothing leaves the machine.",
    )
    voice_base_url: str | None = Field(
        default=None,
        description="Any server with OpenAI's /audio/transcriptions, with /v1. Free when its address is local or "
        "private; another one costs what MODEL_PRICES says of openai/VOICE_MODEL.",
    )
    voice_api_key: SecretStr | None = Field(
        default=None, description="Key for VOICE_BASE_URL, if it wants one."
    )
    voice_max_s: float = Field(
        default=600, gt=0, le=3600, description="Longest voice message that is worked on, in seconds."
    )

    @field_validator("voice_base_url")
    @classmethod
    def _voice_with_v1(cls, url: str | None) -> str | None:
        """As other OpenAI-compatible servers: the path may be left out."""
        plain = (url or "").strip().rstrip("/")
        _, _, rest = plain.partition("://")
        if not plain:
            return None
        return plain if "/" in rest else f"{plain}/v1"
