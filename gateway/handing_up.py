"""What whoever does an order again is told of the try before: the answer, what QA did not let pass, the owner's word.

Called by `gateway.again`. It is one exchange of the conversation, ended by a turn of the owner's; what checks and the
owner said is quoted, line by line, as material.
"""

from db.records import AttemptRecord, CheckRecord
from db.statements.queries import OrderHistory
from nexus.work_order import TIERS, Role, Status, Turn, WorkOrder

MOST_CHECKS = 10
EVIDENCE_CHARS = 300
BETTER = "I want a better answer than that one."
NO_ANSWER = "(no answer)"
AGAIN = "Give a new and better answer to the same message, which follows."
FAILED_CHECKS = "Quality assurance did not let it pass:"
OWNER_SAYS = "What I say about it:"


def handed_up(history: OrderHistory, tier: Role | None, reason: str | None) -> tuple[Turn, ...]:
    """The turns that follow the old context. Nothing for a cheaper tier without a reason, or when nothing was tried."""
    old = history.order
    if reason is None and _is_cheaper(old.owner, tier):
        return ()
    tried = next((one for one in reversed(history.attempts) if one.answer), None)
    answer = _answer(old, tried)
    if answer is None and reason is None:
        return ()
    failed = _failed(old, tried)
    said = [BETTER, *([FAILED_CHECKS, *failed] if failed else []), *_word(reason), AGAIN]
    return Turn("user", old.content), Turn("assistant", answer or NO_ANSWER), Turn("user", "\n".join(said))


def _is_cheaper(owner: Role, tier: Role | None) -> bool:
    return owner in TIERS and tier in TIERS and TIERS.index(tier) < TIERS.index(owner)


def _answer(old: WorkOrder, tried: AttemptRecord | None) -> str | None:
    """What was delivered; else what QA kept back."""
    if old.status is Status.DELIVERED and old.result is not None:
        return old.result
    return tried.answer if tried else None


def _failed(old: WorkOrder, tried: AttemptRecord | None) -> list[str]:
    if tried is None or tried.verdict is None or tried.verdict.passed:
        return []
    failed = [check for check in tried.verdict.checks if check.status == "fail"]
    return [_line(check) for check in failed[:MOST_CHECKS]]


def _line(check: CheckRecord) -> str:
    evidence = " ".join(check.evidence.split())
    if len(evidence) > EVIDENCE_CHARS:
        evidence = f"{evidence[: EVIDENCE_CHARS - 1]}…"
    return f"> {check.name}: {evidence}"


def _word(reason: str | None) -> list[str]:
    if reason is None:
        return []
    return [OWNER_SAYS, *(f"> {line}" for line in reason.splitlines())]
