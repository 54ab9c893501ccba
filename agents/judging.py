"""QA's word on an answer, by the spec that was stored before the answer existed."""

from dataclasses import dataclass

from db.records import CheckRecord, VerdictRecord, Work
from nexus.work_order import AttachmentKind, WorkOrder
from qa.findings import Given, Subject
from qa.spec import QaSpec, parse_spec
from qa.validator import judge


@dataclass(frozen=True, slots=True)
class JudgedAnswer:
    """The verdict, and the text as it may be delivered."""

    text: str
    verdict: VerdictRecord


def judge_answer(
    text: str, order: WorkOrder, spec_json: str | None, *, cut_off: bool = False, work: Work | None = None
) -> JudgedAnswer:
    """Judge `text` as an answer to `order`; `cut_off`: it is not whole. What is returned holds no secret.

    `work` is the claimed order with what came with it, from which an answer may quote.
    """
    spec = parse_spec(spec_json or "", f"{order.id}'s acceptance spec")
    subject = Subject(text, cut_off=cut_off, request=order.content, given=_given(work))
    verdict, safe = judge(subject, _as_can_be_seen(spec, work))
    checks = tuple(CheckRecord(c.name, c.status.value, c.evidence, c.feedback) for c in verdict.checks)
    return JudgedAnswer(safe, VerdictRecord(verdict.passed, checks))


def _given(work: Work | None) -> tuple[Given, ...]:
    """The documents that came with the message; with them, what was said before is quoted as well."""
    if work is None:
        return ()
    documents = tuple(
        Given(each.name or "the document", each.text or "")
        for each in work.attachments
        if each.kind is AttachmentKind.DOCUMENT
    )
    before = tuple(Given("the conversation", turn.content) for turn in work.order.context)
    return (*documents, *before) if documents else ()


def _as_can_be_seen(spec: QaSpec, work: Work | None) -> QaSpec:
    """Nobody here reads pictures, so a quote may be from one of them: then none is looked up."""
    if spec.opinions is None or work is None or not work.pictures:
        return spec
    return spec.model_copy(update={"opinions": spec.opinions.model_copy(update={"citations": False})})
