"""What a tool is: deterministic, described, with typed parameters, a timeout and perhaps a schedule."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from equipment.config import EquipmentSettings

CatchUp = Literal["none", "latest"]
"""What to do with due times that passed while nobody was there: nothing, or the newest of them once."""


class Parameters(BaseModel):
    """Base of every tool's parameters; on its own: there are none."""

    model_config = ConfigDict(extra="forbid", frozen=True)


type Function = Callable[[EquipmentSettings, Any], str]
"""What a shipped tool does. It gets the settings and its validated parameters, and returns what it has to say.

Raises:
    NexusError: it could not; the message says why.
"""


@dataclass(frozen=True, slots=True)
class Intent:
    """One thing that people ask of a tool, as words in English and Chinese.

    A message must have one of `topic` and, where there are any, one of `aspect`; what else may stand in it is `beside`.
    `own` are those that can only mean this company, also in the middle of a conversation about something else.
    """

    topic: tuple[str, ...]
    aspect: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    own: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answers:
    """What messages a tool answers, if the Admin may have it answer at all (`may_answer`).

    Only a tool that reads, or does what harms nobody however often it is done, may. `is_action`: it is for orders
    ("take a backup"), not for questions. `within_s` is how long a sender waits for it, in seconds; `choices` are
    words of a message, and the parameters that they stand for.
    """

    intents: tuple[Intent, ...] = ()
    choices: tuple[tuple[str, str, tuple[str, ...]], ...] = ()
    may_answer: bool = False
    is_action: bool = False
    within_s: float = 20.0


@dataclass(frozen=True, slots=True)
class Tool:
    """One tool. `work` is a function of ours, or the file of a script of the owner's.

    `schedule` is a cron expression in the company's time zone; None: only when it is asked for. `per_host`: a due
    time is run once on every host, not once in the company. `again_when_lost`: a run whose process went away is run
    once more, so running it twice must do no harm. `network`: an own script may reach the network from the sandbox.
    """

    name: str
    description: str
    description_zh: str
    work: Function | Path
    timeout_s: float
    parameters: type[BaseModel] = Parameters
    schedule: str | None = None
    catch_up: CatchUp = "latest"
    per_host: bool = False
    again_when_lost: bool = False
    answers: Answers = Answers()
    network: bool = False

    @property
    def is_own_script(self) -> bool:
        """True for a script of the owner's."""
        return isinstance(self.work, Path)
