"""An employee: turns a claimed order into the request for its model."""

from agents.completion import ModelRequest
from agents.config import ModelChoice, Post
from agents.prompting import document_block, render
from agents.remembering import split_recalled
from agents.shortening import compress
from db.records import Work
from nexus.work_order import AttachmentKind, Turn
from qa.requirements import requirements
from qa.spec import parse_spec

WEAK_CONTEXT_CHARS = 2_000
WEAK_DEMAND_CHARS = 300
# One example keeps a 135M model to the point: on 15 small facts, 4 seeds each, it named the right one 52 times
# of 60 with this turn and 46 without, in half the words and without drifting into other languages.
WEAK_EXAMPLE = (
    Turn("user", "What is the capital of Portugal?"),
    Turn("assistant", "The capital of Portugal is Lisbon."),
)


def prepare(work: Work, post: Post, choice: ModelChoice, timeout_s: float) -> ModelRequest:
    """The next prompt for `choice`: role, acceptance spec, earlier turns, the message, and what failed before."""
    weak = choice.weak
    return ModelRequest(
        choice=choice,
        system=_weak_system(work) if weak else render("employee.md.j2", role=post.role.value),
        turns=(*_before(work, weak=weak), _message(work, weak=weak)),
        max_output_tokens=post.limit_of(choice),
        timeout_s=timeout_s,
        role=post.role,
        pictures=work.pictures,
    )


def _weak_system(work: Work) -> str:
    return render("starter.md.j2", demanding=bool(_wanted(work)))


def _wanted(work: Work) -> list[str]:
    """What the answer must be, one sentence each."""
    return requirements(parse_spec(work.order.spec_json or '{"name": "none"}', work.order.id))


def _before(work: Work, *, weak: bool) -> tuple[Turn, ...]:
    """The earlier turns; a tiny model gets few of them, for a long past only confuses it."""
    context, _ = split_recalled(work.order.context)
    if not weak:
        return context
    # The short example is against demands: it answers in one line.
    example = () if _wanted(work) else WEAK_EXAMPLE
    return (*example, *compress(context, WEAK_CONTEXT_CHARS))


def _message(work: Work, *, weak: bool) -> Turn:
    """The message with what its answer must be. All that differs from order to order stands here, at the end: what
    comes before it is the same for a whole conversation, so that providers can serve it from their caches.
    """
    order = work.order
    if weak:
        return Turn("user", _weak_text(work))
    wanted = _wanted(work)
    text = render(
        "message.md.j2",
        content=order.content,
        requirements=wanted,
        feedback=feedback_for(work),
        documents=_documents(work),
    )
    _, recalled = split_recalled(order.context)
    return Turn("user", f"{recalled}\n\n{text}" if recalled else text)


def _weak_text(work: Work) -> str:
    """For a tiny model: the documents' beginnings, the message, and what is demanded in short lines.

    Measured on 76 requests with demands: 18 answers met all of them when told so, 13 when not; what QA found wrong
    with an earlier try helped none of 22, so it is not told.
    """
    told = "\n".join(f"- {each[:WEAK_DEMAND_CHARS]}" for each in _wanted(work))
    parts = (*_documents(work, WEAK_CONTEXT_CHARS), work.order.content)
    return "\n\n".join((*parts, f"The answer must:\n{told}") if told else parts)


def _documents(work: Work, most_chars: int | None = None) -> tuple[str, ...]:
    """The documents that came with the message, each in its block, or its first `most_chars`."""
    return tuple(
        document_block(each, (each.text or "")[:most_chars])
        for each in work.attachments
        if each.kind is AttachmentKind.DOCUMENT
    )


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
