"""What the workers tell whoever watches them, beyond what their spans say by themselves. Nothing of it holds words."""

from agents.breaker import ModelBreakers, State
from db.records import VerdictRecord
from nexus.observing import Reading, Span, happened


def tell_verdict(qa: Span, verdict: VerdictRecord) -> None:
    """QA's verdict: how it ended, and each check by its kind, the word before the dot in its name."""
    role = qa.facts.get("role", "none")
    qa.note(verdict="passed" if verdict.passed else "failed", checks=len(verdict.checks))
    happened("qa_verdicts", role=role, verdict="passed" if verdict.passed else "failed")
    for check in verdict.checks:
        happened("qa_checks", check=check.name.partition(".")[0], status=check.status)


def breaker_readings(breakers: ModelBreakers) -> list[Reading]:
    """A one for each breaker's state, as the gauge has it."""
    return [
        ((model, state.value), float(known.state is state))
        for model, known in breakers.states().items()
        for state in State
    ]
