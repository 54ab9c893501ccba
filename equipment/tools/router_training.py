"""`router_training`: the router learns from the company's own verdicts. No model is asked, and it costs no token.

It only starts `python -m agents.learning` and hands on what that says: tools know nothing of the agents. What it
starts ends with it.
"""

import subprocess
import sys

from pydantic import Field

from equipment.config import EquipmentSettings
from equipment.tool import Parameters
from nexus.errors import ConfigurationError, PermanentError


class RouterTrainingParameters(Parameters):
    """How much there must be to learn from."""

    least_labels: int = Field(default=200, ge=50, le=20_000, description="judged orders that there must be")


def run(_settings: EquipmentSettings, parameters: RouterTrainingParameters) -> str:
    """Train a router, and adopt it where it proves better than the one in use. Says how it went.

    Raises:
        NexusError: it could not be trained.
    """
    command = (sys.executable, "-m", "agents.learning", "--least", str(parameters.least_labels))
    lines: list[str] = []
    with subprocess.Popen(  # noqa: S603 - our own module
        (*command, "--actor", "router_training"),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        for line in process.stdout or ():
            print("".join(lines), end="", flush=True)  # all but the last, which is what the run says
            lines = [line]
    said = "".join(lines).strip()
    if process.returncode == 2:
        raise ConfigurationError(said)
    if process.returncode != 0:
        raise PermanentError(said or f"the training ended with {process.returncode}")
    return said
