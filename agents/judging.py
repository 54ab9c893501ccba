"""QA's word on an answer, by the spec that was stored before the answer existed."""

from dataclasses import dataclass

from db.records import CheckRecord, VerdictRecord
from nexus.work_order import WorkOrder
from qa.findings import Subject
from qa.spec import parse_spec
from qa.validator import judge


@dataclass(frozen=True, slots=True)
class JudgedAnswer:
    """The verdict, and the text as it may be delivered."""

    text: str
    verdict: VerdictRecord


def judge_answer(
    text: str, order: WorkOrder, spec_json: str | None, *, cut_off: bool = False
) -> JudgedAnswer:
    """Judge `text` as an answer to `order`; `cut_off`: it is not whole. What is returned holds no secret."""
    spec = parse_spec(spec_json or "", f"{order.id}'s acceptance spec")
    verdict, safe = judge(Subject(text, cut_off=cut_off, request=order.content), spec)
    checks = tuple(CheckRecord(c.name, c.status.value, c.evidence, c.feedback) for c in verdict.checks)
    return JudgedAnswer(safe, VerdictRecord(verdict.passed, checks))
