"""The settings of QA: of the runner, and of the workers."""

from pathlib import Path

from pydantic import Field

from nexus.settings import CommonSettings


class QaSettings(CommonSettings):
    """What specs may do, and where code in answers is run."""

    qa_allow_shell: bool = Field(
        default=False,
        description="Let a spec say `use_shell`: its command is then run by a shell, which is in the sandbox as well.",
    )
    qa_runner_socket: Path | None = Field(
        default=None,
        description="Unix socket of a qa-runner (`python -m nexus.sandbox.serve`): workers have code in answers run "
        "there, and nowhere else. Empty: in the sandbox of the worker's own machine.",
    )
