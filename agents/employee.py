"""An employee: turns a claimed order into the request for its model."""

from agents.admin import compress
from agents.completion import ModelRequest
from agents.config import Post
from agents.prompting import render
from db.records import Work
from nexus.errors import PermanentError
from nexus.work_order import Turn
from qa.requirements import requirements
from qa.spec import parse_spec

WEAK_CONTEXT_CHARS = 2_000


def prepare(work: Work, post: Post, timeout_s: float) -> ModelRequest:
    """The prompt for the next try: role, acceptance spec, earlier turns, the message, and what failed before.

    Raises:
        PermanentError: the role has no model; the message names the setting that would give it one.
    """
    if post.choice is None:
        raise PermanentError(post.problem or f"{post.role.value} has no model.")
    order, weak = work.order, post.choice.weak
    return ModelRequest(
        choice=post.choice,
        system=render("starter.md.j2") if weak else _system(work, post),
        # A tiny model is only confused by a long past.
        turns=(
            *(compress(order.context, WEAK_CONTEXT_CHARS) if weak else order.context),
            _message(work, weak=weak),
        ),
        max_output_tokens=post.max_output_tokens,
        timeout_s=timeout_s,
    )


def _system(work: Work, post: Post) -> str:
    spec = parse_spec(work.order.spec_json or '{"name": "none"}', work.order.id)
    return render("employee.md.j2", role=post.role.value, requirements=requirements(spec))


def _message(work: Work, *, weak: bool) -> Turn:
    feedback = feedback_for(work)
    if not feedback or weak:
        return Turn("user", work.order.content)
    return Turn("user", render("retry.md.j2", content=work.order.content, feedback=feedback))


def feedback_for(work: Work) -> tuple[str, ...]:
    """What QA found wrong with the latest try that it judged; () for a first try."""
    for attempt in reversed(work.attempts):
        if attempt.verdict is not None:
            return tuple(
                check.feedback or f"{check.name}: {check.evidence}"
                for check in attempt.verdict.checks
                if check.status == "fail"
            )
    return ()
