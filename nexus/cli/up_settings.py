"""The settings of `nexus up` itself."""

from typing import Literal

from pydantic import Field

from gateway.config import GatewaySettings


class UpSettings(GatewaySettings):
    """How the company is cut into processes."""

    workers: Literal["together", "apart"] = Field(
        default="together",
        description="Of `nexus up`: `together` is one worker process of all roles; `apart` is one a role, which takes "
        "more memory, and a role whose process dies takes no other with it.",
    )
