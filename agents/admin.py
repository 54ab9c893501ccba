"""The Admin: the free front desk. Judges the difficulty, writes the acceptance spec.

`agents.triage` decides in layers. A capable local model is asked only where these leave it open, and only about
difficulty; when it is late, absent or talks nonsense, their word stands. The starter model is never asked.
"""

import time
from dataclasses import dataclass

from pydantic import BaseModel, ValidationError

from agents.background import is_background_call
from agents.completion import ModelRequest
from agents.config import Post
from agents.prompting import render
from agents.triage import Asked, Office, Route, route, with_opinion
from db.records import Assignment, PastOrder, RouteDecision
from nexus.logs import get_logger
from nexus.work_order import AttachmentInfo, Channel, Difficulty, Role, Turn, WorkOrder, with_attachments
from qa.defaults import chat_spec, with_basics
from qa.spec import QaSpec, parse_spec
from routing.clarity import Clarify

log = get_logger(__name__)

CONTEXT_TURNS = 20
CONTEXT_CHARS = 24_000
"""About what an order is given of its conversation, as its cost is reckoned with."""

BASICS = with_basics(QaSpec(name="background call"))
NO_PAST: tuple[PastOrder, ...] = ()


class _Answer(BaseModel):
    difficulty: Difficulty


@dataclass(frozen=True, slots=True)
class Brief:
    """An order as the Admin sees it: what is to be decided on, and what its answer must be."""

    order: WorkOrder
    history: tuple[Turn, ...]
    asked: Asked
    spec: QaSpec
    began_ns: int

    @property
    def chars(self) -> int:
        """How much the employee will have to read, about."""
        return len(self.order.content) + min(CONTEXT_CHARS, sum(len(turn.content) for turn in self.history))


class Admin:
    """Decides who does an order, from the order and the conversation before it."""

    def __init__(self, post: Post, deadline_s: float) -> None:
        self._post = post
        self._deadline_s = deadline_s

    def brief(
        self,
        order: WorkOrder,
        history: tuple[Turn, ...],
        brought: tuple[AttachmentInfo, ...] = (),
        past: tuple[PastOrder, ...] = NO_PAST,
    ) -> Brief:
        """Read the order. `brought` came with the message, `past` are the conversation's earlier orders."""
        began_ns = time.perf_counter_ns()
        by_front_end = asked_by_no_person(order, history)
        spec = _spec(order, by_front_end=by_front_end)
        asked = Asked(
            text=order.content,
            now=order.created_at,
            history=history,
            has_past=bool(history or brought),
            requested=order.requested_tier,
            by_front_end=by_front_end,
            past=past,
            checkable=is_checkable(spec),
        )
        return Brief(order, history, asked, spec, began_ns)

    def triage(
        self,
        order: WorkOrder,
        history: tuple[Turn, ...],
        brought: tuple[AttachmentInfo, ...] = (),
        past: tuple[PastOrder, ...] = NO_PAST,
        office: Office | None = None,
    ) -> Assignment | Clarify:
        """The decision without any model, with the acceptance spec."""
        brief = self.brief(order, history, brought, past)
        decided = route(brief.asked, office or Office())
        return decided if isinstance(decided, Clarify) else self.assignment(brief, decided)

    def assignment(self, brief: Brief, decided: Route, took_us: int | None = None) -> Assignment:
        """What is written of the decision. `took_us`: how long it took without a model; None: until now."""
        if took_us is None:
            took_us = (time.perf_counter_ns() - brief.began_ns) // 1000
        return Assignment(
            role=decided.chosen,
            difficulty=decided.difficulty,
            reason=decided.reason,
            rule=decided.rule,
            spec_json=brief.spec.model_dump_json(exclude_none=True),
            context=(),  # agents.remembering
            route=decision_of(decided, took_us),
        )

    def second_opinion(
        self, order: WorkOrder, decided: Route, brought: tuple[AttachmentInfo, ...] = ()
    ) -> ModelRequest | None:
        """The question for the local model, or None where the choice is not open or no capable model is there."""
        choice = self._post.choice
        if not decided.is_open or choice is None or choice.weak:
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


def heard(decided: Route, asked: Asked, office: Office, answer: str, model: str) -> Route:
    """The route with the local model's judgement; unchanged when its answer is not valid JSON."""
    try:
        start, end = answer.index("{"), answer.rindex("}") + 1
        difficulty = _Answer.model_validate_json(answer[start:end]).difficulty
    except (ValueError, ValidationError):
        log.warning("triage.opinion_unusable", model=model)
        return decided
    return with_opinion(decided, asked, office, difficulty, model)


def decision_of(decided: Route, took_us: int) -> RouteDecision:
    """What is stored of a route."""
    known = decided.prediction
    return RouteDecision(
        layer=decided.layer,
        chosen=decided.chosen,
        path=decided.path,
        reasons=decided.reasons,
        confidence=round(decided.confidence, 4),
        floor=decided.floor,
        router_version=known.version if known is not None else None,
        success={role: round(chance, 4) for role, chance in known.success.items()} if known else {},
        costs=decided.costs or {},
        expected_usd=(decided.costs or {}).get(decided.chosen),
        latency_us=took_us,
    )


def _spec(order: WorkOrder, *, by_front_end: bool) -> QaSpec:
    """What the answer must be: what the client wrote down, else what the message demands.

    Of a front end's own request only the basics: it reads what it can use, and a title is not worth a second try.
    """
    if order.spec_json is None:
        return BASICS if by_front_end else chat_spec(order.content)
    return with_basics(parse_spec(order.spec_json, f"{order.id}'s own spec"))


def is_checkable(spec: QaSpec) -> bool:
    """Whether QA checks more of the answer than what goes for every answer."""
    return any(part is not None for part in (spec.format, spec.completeness, spec.code_execution)) or bool(
        spec.demands
    )


def asked_by_no_person(order: WorkOrder, history: tuple[Turn, ...]) -> bool:
    """True for a front end's own request, whatever model it names; not when its owner wants it done again."""
    is_first = order.channel is Channel.OPENAI and order.retry_of is None
    return is_first and is_background_call(order.content, history)
