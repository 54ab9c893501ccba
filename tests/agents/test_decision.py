"""Deliver, retry, escalate or fail."""

from agents.decision import Decision, Deliver, Escalate, Fail, Retry, Standing, decide
from nexus.work_order import TIERS, Role


def after(role: Role, attempts: int, tries: int, *, failed: bool = True, refused: bool = False) -> Decision:
    return decide(
        Standing(role, attempts, tries, ("answer.not_empty (0 characters)",) if failed else (), refused)
    )


def test_what_passed_is_delivered() -> None:
    assert after(Role.INTERN, 1, 1, failed=False) == Deliver()


def test_what_failed_once_is_tried_again_by_the_same_role() -> None:
    assert after(Role.INTERN, 1, 1) == Retry()


def test_what_failed_twice_goes_to_the_next_tier() -> None:
    assert after(Role.INTERN, 2, 2) == Escalate(Role.DIRECTOR)
    assert after(Role.DIRECTOR, 4, 2) == Escalate(Role.CEO)


def test_nobody_is_above_the_ceo() -> None:
    decision = after(Role.CEO, 2, 2)

    assert isinstance(decision, Fail)
    assert "answer.not_empty" in decision.reason


def test_a_refusal_is_not_argued_with() -> None:
    assert after(Role.INTERN, 1, 1, refused=True) == Escalate(Role.DIRECTOR)
    assert isinstance(after(Role.CEO, 1, 1, refused=True), Fail)


def test_a_refusal_is_never_delivered_even_when_its_text_passes() -> None:
    assert after(Role.DIRECTOR, 1, 1, failed=False, refused=True) == Escalate(Role.CEO)


def test_from_every_tier_five_failures_end_it() -> None:
    for first in TIERS:
        role, attempts, tries = first, 1, 1
        while not isinstance(decision := after(role, attempts, tries), Fail):
            attempts += 1
            match decision:
                case Retry():
                    tries += 1
                case Escalate(higher):
                    role, tries = higher, 1
        assert attempts <= 5
