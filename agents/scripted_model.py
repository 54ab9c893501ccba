"""A model that is no model: it answers by rules. For tests, trials and benchmarks; it ships with the product.

Without a script it answers every message with a fixed sentence, at once and for free. With one
(`NEXUS_SCRIPT=answers.json`) the first rule whose pattern is found in the last message decides:

    {"rules": [{"match": "capital of France", "model": "ceo", "answers": ["Paris.", "Still Paris."]}]}

A rule's answers are given in turn and the last one is repeated. `"sees": ["ceo"]` beside the rules names the models
that take pictures.
"""

import asyncio
import re
from collections import Counter
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from agents.completion import Completion, Finish, ModelRequest
from nexus.errors import ConfigurationError
from nexus.usage import Usage

CHARS_PER_TOKEN = 4


class ScriptedAnswer(BaseModel):
    """One answer; a plain string in the script stands for one that is finished and immediate."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: str
    finish: Literal["stop", "length", "refusal"] = "stop"
    delay_s: float = Field(default=0, ge=0)


class ScriptedRule(BaseModel):
    """Answers for messages that match. `model` limits the rule to `scripted/<model>`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    match: str = ""
    model: str | None = None
    answers: list[ScriptedAnswer | str] = Field(min_length=1)

    @field_validator("match")
    @classmethod
    def _is_a_pattern(cls, match: str) -> str:
        try:
            re.compile(match)
        except re.error as error:
            raise ValueError(f"not a regular expression: {error}") from None
        return match


class Script(BaseModel):
    """The whole script."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rules: list[ScriptedRule] = []
    sees: list[str] = []


class ScriptedModel:
    """A `ChatModel` that follows a script."""

    def __init__(self, script: Script | None = None) -> None:
        self.sees = frozenset((script or Script()).sees)
        self._rules = [(re.compile(rule.match, re.IGNORECASE), rule) for rule in (script or Script()).rules]
        self._used: Counter[int] = Counter()

    @classmethod
    def load(cls, path: str | None) -> "ScriptedModel":
        """Read the script at `path`; None gives the fixed sentence.

        Raises:
            ConfigurationError: NEXUS_SCRIPT cannot be read or is not a script; names the field.
        """
        if path is None:
            return cls()
        try:
            return cls(Script.model_validate_json(Path(path).read_bytes()))
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"])
            raise ConfigurationError(f"NEXUS_SCRIPT={path}: {where}: {first['msg']}") from None
        except OSError as error:
            raise ConfigurationError(f"NEXUS_SCRIPT={path}: {error}") from None

    async def complete(self, request: ModelRequest) -> Completion:
        """Answer by the first rule that matches."""
        answer = self._answer(request.turns[-1].content, request.choice.model)
        await asyncio.sleep(answer.delay_s)
        read = len(request.system) + sum(len(turn.content) for turn in request.turns)
        usage = Usage(read // CHARS_PER_TOKEN, len(answer.text) // CHARS_PER_TOKEN)
        return Completion(answer.text, Finish(answer.finish), usage, int(answer.delay_s * 1000), None)

    def _answer(self, message: str, model: str) -> ScriptedAnswer:
        for number, (pattern, rule) in enumerate(self._rules):
            if rule.model in (None, model) and pattern.search(message):
                turn = min(self._used[number], len(rule.answers) - 1)
                self._used[number] += 1
                chosen = rule.answers[turn]
                return ScriptedAnswer(text=chosen) if isinstance(chosen, str) else chosen
        return ScriptedAnswer(text="This answer was scripted; no model was asked.")
