"""The setting of the QA runner."""

from pydantic import Field

from nexus.settings import CommonSettings


class QaSettings(CommonSettings):
    """What specs may do."""

    qa_allow_shell: bool = Field(
        default=False,
        description="Let a spec say `use_shell`: its command is then run by a shell, which is in the sandbox as well.",
    )
