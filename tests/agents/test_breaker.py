"""When a model is left alone, for how long, and how it comes back."""

from datetime import timedelta

import pytest

from agents.breaker import (
    FAILURES_TO_OPEN,
    FIRST_OPEN_S,
    MAX_OPEN_S,
    OWNERS_S,
    TRIAL_S,
    ModelBreakers,
    State,
)
from agents.completion import ModelRefusesCall, ModelUnavailable, Trouble
from agents.config import ModelChoice, Provider
from nexus.clock import ManualClock
from nexus.errors import NexusError

MODEL = ModelChoice(Provider.ANTHROPIC, "claude-haiku-4-5")
OTHER = ModelChoice(Provider.OPENAI, "gpt-5.4-nano")
COUNTED = (
    Trouble.RATE_LIMIT,
    Trouble.SERVER,
    Trouble.TIMEOUT,
    Trouble.CONNECTION,
    Trouble.BROKEN_REPLY,
)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def breakers(clock: ManualClock) -> ModelBreakers:
    return ModelBreakers(clock)


def trouble(kind: Trouble = Trouble.SERVER, retry_after_s: float | None = None) -> ModelUnavailable:
    return ModelUnavailable(f"it was {kind.value}", trouble=kind, retry_after_s=retry_after_s)


def refusal(kind: Trouble) -> ModelRefusesCall:
    return ModelRefusesCall(f"it was {kind.value}", trouble=kind)


def fail(breakers: ModelBreakers, times: int = FAILURES_TO_OPEN, error: NexusError | None = None) -> None:
    for _ in range(times):
        breakers.failed(MODEL, error or trouble())


def wait_s(breakers: ModelBreakers) -> float | None:
    """Seconds until the model may be asked; 0 when it may be asked now."""
    blocked = breakers.blocked(MODEL)
    return blocked.for_s if blocked is not None else 0


@pytest.mark.parametrize("kind", COUNTED)
def test_five_failures_in_a_row_open_it_for_half_a_minute(breakers: ModelBreakers, kind: Trouble) -> None:
    fail(breakers, FAILURES_TO_OPEN - 1, trouble(kind))
    assert breakers.blocked(MODEL) is None

    breakers.failed(MODEL, trouble(kind))

    blocked = breakers.blocked(MODEL)
    assert blocked is not None
    assert (blocked.reason, blocked.for_s) == (f"it was {kind.value}", FIRST_OPEN_S)
    assert breakers.blocked(OTHER) is None, "each model has its own"


def test_an_answer_between_them_starts_the_count_again(breakers: ModelBreakers) -> None:
    fail(breakers, FAILURES_TO_OPEN - 1)
    breakers.succeeded(MODEL)
    fail(breakers, FAILURES_TO_OPEN - 1)

    assert breakers.blocked(MODEL) is None


def test_half_open_lets_exactly_one_call_through_and_its_answer_closes(
    breakers: ModelBreakers, clock: ManualClock
) -> None:
    fail(breakers)
    clock.advance(FIRST_OPEN_S)
    assert breakers.states()["anthropic/claude-haiku-4-5"].state is State.HALF_OPEN

    assert breakers.blocked(MODEL) is None
    assert breakers.blocked(MODEL) is not None

    breakers.succeeded(MODEL)
    assert breakers.blocked(MODEL) is None
    assert breakers.states() == {}


def test_each_failed_trial_doubles_the_rest_up_to_five_minutes(
    breakers: ModelBreakers, clock: ManualClock
) -> None:
    fail(breakers)
    rests = []
    for _ in range(5):
        rests.append(wait_s(breakers))
        clock.advance(rests[-1] or 0)
        assert breakers.blocked(MODEL) is None
        breakers.failed(MODEL, trouble())
    rests.append(wait_s(breakers))

    assert rests == [30, 60, 120, 240, MAX_OPEN_S, MAX_OPEN_S]


def test_after_an_answer_the_rests_begin_short_again(breakers: ModelBreakers, clock: ManualClock) -> None:
    fail(breakers)
    clock.advance(FIRST_OPEN_S)
    assert breakers.blocked(MODEL) is None
    breakers.failed(MODEL, trouble())
    breakers.succeeded(MODEL)
    fail(breakers)

    assert wait_s(breakers) == FIRST_OPEN_S


def test_a_trial_that_never_reports_gives_way_to_another(breakers: ModelBreakers, clock: ManualClock) -> None:
    fail(breakers)
    clock.advance(FIRST_OPEN_S)
    assert breakers.blocked(MODEL) is None
    assert wait_s(breakers) == TRIAL_S

    clock.advance(TRIAL_S)

    assert breakers.blocked(MODEL) is None
    assert breakers.blocked(MODEL) is not None


def test_calls_that_were_under_way_when_it_opened_do_not_lengthen_the_rest(breakers: ModelBreakers) -> None:
    fail(breakers, 3 * FAILURES_TO_OPEN)
    assert wait_s(breakers) == FIRST_OPEN_S


def test_what_the_provider_asks_for_is_kept_exactly_and_counts_as_no_failure(
    breakers: ModelBreakers, clock: ManualClock
) -> None:
    fail(breakers, 20, trouble(Trouble.RATE_LIMIT, retry_after_s=7.5))
    assert wait_s(breakers) == 7.5
    clock.advance(7.4)
    assert wait_s(breakers) == pytest.approx(0.1)
    clock.advance(0.2)

    assert [breakers.blocked(MODEL) for _ in range(3)] == [None, None, None], "all may go on"


def test_another_call_s_answer_does_not_cut_the_wait_short(breakers: ModelBreakers) -> None:
    breakers.failed(MODEL, trouble(Trouble.RATE_LIMIT, retry_after_s=7))
    breakers.succeeded(MODEL)

    assert wait_s(breakers) == 7


def test_a_trial_that_is_told_to_wait_waits_and_is_a_trial_again(
    breakers: ModelBreakers, clock: ManualClock
) -> None:
    fail(breakers)
    clock.advance(FIRST_OPEN_S)
    assert breakers.blocked(MODEL) is None
    breakers.failed(MODEL, trouble(Trouble.RATE_LIMIT, retry_after_s=3))
    assert wait_s(breakers) == 3
    clock.advance(3)

    assert breakers.blocked(MODEL) is None
    assert breakers.blocked(MODEL) is not None


@pytest.mark.parametrize("kind", [Trouble.KEY, Trouble.CREDIT, Trouble.NO_MODEL])
def test_what_the_owner_must_mend_rests_ten_minutes_at_once_and_is_forgotten_on_request(
    breakers: ModelBreakers, kind: Trouble
) -> None:
    breakers.failed(MODEL, refusal(kind))
    blocked = breakers.blocked(MODEL)
    assert blocked is not None
    assert (blocked.reason, blocked.for_s) == (f"it was {kind.value}", OWNERS_S)

    breakers.forget(MODEL)
    assert breakers.blocked(MODEL) is None


@pytest.mark.parametrize("kind", [Trouble.REQUEST, Trouble.TOO_LONG])
def test_a_request_that_is_refused_for_its_own_sake_never_counts(
    breakers: ModelBreakers, kind: Trouble
) -> None:
    fail(breakers, 50, refusal(kind))
    assert breakers.blocked(MODEL) is None


def test_a_trial_with_a_bad_request_leaves_room_for_another(
    breakers: ModelBreakers, clock: ManualClock
) -> None:
    fail(breakers)
    clock.advance(FIRST_OPEN_S)
    assert breakers.blocked(MODEL) is None
    breakers.failed(MODEL, refusal(Trouble.REQUEST))

    assert breakers.blocked(MODEL) is None


def test_health_sees_state_reason_and_end(breakers: ModelBreakers, clock: ManualClock) -> None:
    breakers.failed(MODEL, trouble())
    assert breakers.states()["anthropic/claude-haiku-4-5"].state is State.CLOSED
    fail(breakers)
    state = breakers.states()["anthropic/claude-haiku-4-5"]

    assert (state.state, state.reason) == (State.OPEN, "it was server")
    assert state.until == clock.now() + timedelta(seconds=FIRST_OPEN_S)
