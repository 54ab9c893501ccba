"""A model's word on an answer, where a spec asks for one: who is asked, with what, and how the reply is read. Pure.

The judge is never the author's own model, and is asked only when every check that needs no model has passed. What it
judges is data: it stands between lines with a token that its author cannot know, and a reply without that token, or of
any other shape than the one asked for, is no verdict.
"""

import hashlib
import hmac
import json
from collections.abc import Iterator, Sequence
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from agents.completion import ModelRequest
from agents.config import ModelChoice, Payroll
from agents.prompting import render
from nexus.work_order import TIERS, Role, Turn
from qa.spec import JudgeSpec

MAX_ANSWER_CHARS = 60_000
MAX_REQUEST_CHARS = 8_000
MAX_REPLY_CHARS = 4_000
MAX_OUTPUT_TOKENS = 1_000
"""Of a reply: some models think before they speak."""
LONGEST_S = 60.0


class Ruling(BaseModel):
    """The judge's verdict."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    token: str
    verdict: Literal["pass", "fail"]
    reason: str = Field(min_length=1, max_length=1_000)


def judges_for(
    author: tuple[str, str], wanted: Role | None, payroll: Payroll
) -> Iterator[tuple[Role, ModelChoice]]:
    """Who may judge, the one to ask first: the tier that the spec names, then those above it, then those below.

    Never a model of the author's name, wherever it runs, and never the starter model.
    """
    first = TIERS.index(wanted or Role.DIRECTOR)
    for role in (*TIERS[first:], *reversed(TIERS[:first])):
        for choice in payroll[role].choices:
            if choice.model != author[1] and not choice.weak:
                yield role, choice


def token_of(attempt_id: str, text: str) -> str:
    """The same for the same try, so that a redelivery asks the same; its author was never told the try's id."""
    return hashlib.sha256(f"judge\0{attempt_id}\0{text}".encode("utf-8", "surrogatepass")).hexdigest()[:32]


def ruling_request(
    judge: tuple[Role, ModelChoice], spec: JudgeSpec, request: str, answer: str, token: str, timeout_s: float
) -> ModelRequest:
    """The question for the judge."""
    role, choice = judge
    parts = (
        f"Token: {token}",
        f"BEGIN {token}",
        f"CRITERIA:\n{spec.criteria}",
        f"REQUEST:\n{request[:MAX_REQUEST_CHARS]}",
        f"ANSWER:\n{answer}",
        f"END {token}",
    )
    return ModelRequest(
        choice=choice,
        system=render("judge.md.j2"),
        turns=(Turn("user", "\n\n".join(parts)),),
        max_output_tokens=MAX_OUTPUT_TOKENS,
        timeout_s=min(LONGEST_S, timeout_s),
        role=role,
    )


def read_ruling(reply: str, token: str) -> Ruling | None:
    """The verdict, or None where the reply is anything but the one object that was asked for."""
    text = reply.strip()
    if text.startswith("```") and text.endswith("```") and "\n" in text:
        text = text[text.index("\n") : -3].strip()
    if len(text) > MAX_REPLY_CHARS:
        return None
    try:
        json.loads(text, object_pairs_hook=_unique)
        ruling = Ruling.model_validate_json(text)
    except (ValueError, RecursionError, ValidationError):
        return None
    return ruling if hmac.compare_digest(ruling.token.encode(), token.encode()) else None


def _unique(pairs: Sequence[tuple[str, object]]) -> dict[str, object]:
    if len({key for key, _ in pairs}) != len(pairs):
        raise ValueError("a key stands twice")
    return dict(pairs)
