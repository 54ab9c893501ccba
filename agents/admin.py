"""The Admin: the free front desk. Compresses the context, judges the difficulty, writes the acceptance spec.

Rules decide. A capable local model is asked only where the rules are uncertain, and only about difficulty;
when it is late, absent or talks nonsense, the rules' word stands. The starter model is never asked.
"""

from dataclasses import replace

from pydantic import BaseModel, ValidationError

from agents.background import MARK, is_background_call
from agents.completion import ModelRequest
from agents.config import Post
from agents.prompting import render
from agents.rules import Clarify, Judgement, judge
from db.records import Assignment
from nexus.logs import get_logger
from nexus.work_order import (
    TIER_OF,
    AttachmentInfo,
    Channel,
    Difficulty,
    Role,
    Turn,
    WorkOrder,
    with_attachments,
)
from qa.defaults import chat_spec, with_basics
from qa.spec import QaSpec, parse_spec

log = get_logger(__name__)

CONTEXT_TURNS = 20
CONTEXT_CHARS = 24_000
TURN_CHARS = 4_000
BACKGROUND = Judgement(
    Difficulty.TRIVIAL, "background_call", "asked by the chat front end itself: a title, tags or the like"
)
BASICS = with_basics(QaSpec(name="background call"))
DIFFICULTY_OF = {role: difficulty for difficulty, role in TIER_OF.items()}


class _Answer(BaseModel):
    difficulty: Difficulty


class Admin:
    """Decides who does an order, from the order and the conversation before it."""

    def __init__(self, post: Post, deadline_s: float) -> None:
        self._post = post
        self._deadline_s = deadline_s

    def triage(
        self, order: WorkOrder, history: tuple[Turn, ...], brought: tuple[AttachmentInfo, ...] = ()
    ) -> Assignment | Clarify:
        """The rules' decision, with the compressed context and the acceptance spec. `brought` came with the message."""
        judgement = _judge(order, history, brought)
        if isinstance(judgement, Clarify):
            return judgement
        return Assignment(
            role=TIER_OF[judgement.difficulty],
            difficulty=judgement.difficulty,
            reason=judgement.reason,
            rule=judgement.rule,
            spec_json=_spec(order, judgement).model_dump_json(exclude_none=True),
            context=_kept(history),
        )

    def second_opinion(
        self, order: WorkOrder, assignment: Assignment, brought: tuple[AttachmentInfo, ...] = ()
    ) -> ModelRequest | None:
        """The question for the local model, or None where the rules are certain or no capable model is there."""
        choice = self._post.choice
        if assignment.rule != "default" or choice is None or choice.weak:
            return None
        said = with_attachments(order.content, brought)
        return ModelRequest(
            choice=choice,
            system=render("triage.md.j2"),
            turns=(Turn("user", f"<message>\n{said}\n</message>"),),
            max_output_tokens=self._post.max_output_tokens,
            timeout_s=self._deadline_s,
            role=Role.ADMIN,
        )


def with_opinion(assignment: Assignment, answer: str, model: str) -> Assignment:
    """The assignment with the model's judgement in place of the default; unchanged when it is not valid JSON."""
    try:
        start, end = answer.index("{"), answer.rindex("}") + 1
        difficulty = _Answer.model_validate_json(answer[start:end]).difficulty
    except (ValueError, ValidationError):
        log.warning("triage.opinion_unusable", model=model)
        return assignment
    return replace(
        assignment,
        role=TIER_OF[difficulty],
        difficulty=difficulty,
        rule="local_model",
        reason=f"{difficulty.value}, in the judgement of {model}",
    )


def _spec(order: WorkOrder, judgement: Judgement) -> QaSpec:
    """What the answer must be: what the client wrote down, else what the message demands.

    Of a front end's own request only the basics: it reads what it can use, and a title is not worth a second try.
    """
    if order.spec_json is None:
        return BASICS if judgement.rule == BACKGROUND.rule else chat_spec(order.content)
    return with_basics(parse_spec(order.spec_json, f"{order.id}'s own spec"))


def _judge(
    order: WorkOrder, history: tuple[Turn, ...], brought: tuple[AttachmentInfo, ...]
) -> Judgement | Clarify:
    if asked_by_no_person(order, history):
        return BACKGROUND
    if order.requested_tier is not None and order.requested_tier is not Role.ADMIN:
        return Judgement(DIFFICULTY_OF[order.requested_tier], "owner_wish", "you asked for this tier")
    return judge(order.content, has_history=bool(history or brought))


def asked_by_no_person(order: WorkOrder, history: tuple[Turn, ...]) -> bool:
    """True for a front end's own request, whatever model it names; not when its owner wants it done again."""
    is_first = order.channel is Channel.OPENAI and order.retry_of is None
    return is_first and is_background_call(order.content, history)


def _kept(history: tuple[Turn, ...]) -> tuple[Turn, ...]:
    """The compressed context. An application's instructions stay in front, whatever else has to go."""
    if not history or not history[0].content.startswith(MARK):
        return compress(history, CONTEXT_CHARS)
    first = Turn("user", _shorten(history[0].content))
    return (first, *compress(history[1:], CONTEXT_CHARS - len(first.content)))


def compress(history: tuple[Turn, ...], budget_chars: int) -> tuple[Turn, ...]:
    """The newest turns that fit in `budget_chars`, oldest first, beginning with one of the client's.

    The middle of a very long turn is left out, and marked. Providers refuse a conversation that begins with
    the assistant, so what would stand before the first question is dropped.
    """
    kept: list[Turn] = []
    for turn in reversed(history):
        short = Turn(turn.role, _shorten(turn.content))
        budget_chars -= len(short.content)
        if budget_chars < 0:
            break
        kept.append(short)
    while kept and kept[-1].role != "user":
        kept.pop()
    return tuple(reversed(kept))


def _shorten(content: str) -> str:
    left_out = len(content) - TURN_CHARS
    if left_out <= 0:
        return content
    half = TURN_CHARS // 2
    return f"{content[:half]}\n[… {left_out} characters left out …]\n{content[-half:]}"
