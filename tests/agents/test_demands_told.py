"""The employee is told the demands, the weak one in its own short way; the next try what was wanted and found."""

from dataclasses import fields
from datetime import UTC, datetime
from typing import Any

from agents.config import ModelChoice, Post, Provider
from agents.employee import WEAK_EXAMPLE, prepare
from db.records import AttemptRecord, CheckRecord, VerdictRecord, Work
from nexus.work_order import Role, WorkOrder
from qa.defaults import chat_spec
from qa.findings import Subject
from qa.validator import validate

STRONG = ModelChoice(Provider.SCRIPTED, "any")
WEAK = ModelChoice(Provider.SCRIPTED, "starter", weak=True)
DEMANDING = "Describe a harbour. Use no commas and at most 5 words."


def work_on(message: str, wrong: str | None = None) -> Work:
    """A claimed order; with `wrong`, an answer that QA rejected stands before this try."""
    spec = chat_spec(message)
    values: dict[str, Any] = dict.fromkeys(each.name for each in fields(WorkOrder))
    values |= {"id": "WO-1", "content": message, "context": (), "created_at": datetime.now(UTC)}
    order = WorkOrder(**values | {"spec_json": spec.model_dump_json(exclude_none=True)})
    if wrong is None:
        return Work(order, ())
    verdict = validate(Subject(wrong, request=message), spec)
    checks = tuple(CheckRecord(c.name, c.status.value, c.evidence, c.feedback) for c in verdict.checks)
    tried: dict[str, Any] = dict.fromkeys(each.name for each in fields(AttemptRecord))
    attempt = AttemptRecord(**tried | {"verdict": VerdictRecord(verdict.passed, checks)})
    return Work(order, (attempt,))


def test_a_strong_employee_is_told_every_demand() -> None:
    said = prepare(work_on(DEMANDING), Post(Role.INTERN, STRONG, 100), STRONG, 10).turns[-1].content
    assert "- use no comma at all" in said
    assert "- have at most 5 words" in said
    assert "rejected" not in said


def test_the_next_try_names_each_failed_check_with_what_was_found_and_what_is_wanted() -> None:
    work = work_on(DEMANDING, wrong="Boats, nets and gulls on a wall.")
    said = prepare(work, Post(Role.INTERN, STRONG, 100), STRONG, 10).turns[-1].content
    assert "- Use no comma at all (it has: 1 comma)." in said
    assert "- Have at most 5 words (it has: 7 found)." in said


def test_a_weak_model_is_told_demands_in_short_lines_and_without_the_example_that_answers_in_one_line() -> (
    None
):
    request = prepare(work_on(DEMANDING), Post(Role.INTERN, WEAK, 100), WEAK, 10)
    assert len(request.turns) == 1
    assert request.turns[0].content == (
        f"{DEMANDING}\n\nThe answer must:\n- have at most 5 words\n- use no comma at all"
    )
    assert "one or two sentences" not in request.system


def test_a_weak_model_gets_a_message_without_demands_as_it_is() -> None:
    request = prepare(work_on("What is a harbour?"), Post(Role.INTERN, WEAK, 100), WEAK, 10)
    assert request.turns[: len(WEAK_EXAMPLE)] == WEAK_EXAMPLE
    assert request.turns[-1].content == "What is a harbour?"
    assert "one or two sentences" in request.system
