"""A candidate takes over only where it proves better, and never what a poisoner would like it to be."""

import random
from collections.abc import Sequence
from dataclasses import replace

import pytest

from nexus.work_order import TIERS, Role
from routing.adoption import Decision, HeldOut, adopt, calibration_error
from routing.hygiene import Evidence
from tests.routing.evidence import SaysSo, a_piece, words

EASY = {words(number) for number in range(0, 2_200, 2)}
HARD_REQUESTS = [f"prove theorem number {number}" for number in range(40)]


def truth(text: str) -> float:
    """Half of the messages are easy for the cheapest tier, half are hard."""
    return 0.9 if text in EASY else 0.15


KNOWS = SaysSo(truth)
IGNORANT = SaysSo(lambda _: 0.5)


def chooses(chances: "dict[Role, float]") -> Role:
    return Role.INTERN if chances[Role.INTERN] >= 0.6 else Role.CEO


def pieces(begin: int, end: int, *, seed: int = 5) -> list[Evidence]:
    chance = random.Random(seed)
    return [a_piece(number, passed=chance.random() < truth(words(number))) for number in range(begin, end)]


def held_out(newest: int = 200, drawn: int = 200, anchors: Sequence[str] = HARD_REQUESTS) -> HeldOut:
    everything = pieces(0, newest + drawn)
    return HeldOut(everything[drawn:], everything[:drawn], anchors)


def judged(candidate: SaysSo, current: SaysSo, out: HeldOut | None = None) -> Decision:
    return adopt(candidate, current, out or held_out(), chooses)  # type: ignore[arg-type]


def test_what_knows_more_is_adopted() -> None:
    decision = judged(KNOWS, IGNORANT)

    assert decision.adopted, decision.reason
    assert decision.numbers["gain_at_least"] > 0


def test_what_knows_less_is_refused() -> None:
    assert not judged(IGNORANT, KNOWS).adopted


def test_what_is_the_same_is_refused() -> None:
    decision = judged(KNOWS, KNOWS)

    assert not decision.adopted
    assert "not proved better" in decision.reason


def test_the_same_input_gives_the_same_decision() -> None:
    assert judged(KNOWS, IGNORANT) == judged(KNOWS, IGNORANT)


def test_what_is_better_only_on_old_orders_is_refused() -> None:
    out = held_out()
    knows_old = {each.text for each in out.drawn} - {each.text for each in out.newest}
    half = SaysSo(lambda text: truth(text) if text in knows_old else 1 - truth(text))

    assert not judged(half, IGNORANT, out).adopted


def test_what_is_better_only_on_new_orders_is_refused() -> None:
    out = held_out()
    knows_new = {each.text for each in out.newest} - {each.text for each in out.drawn}
    half = SaysSo(lambda text: truth(text) if text in knows_new else 1 - truth(text))

    assert not judged(half, IGNORANT, out).adopted


def test_too_few_held_out_orders_prove_nothing() -> None:
    decision = judged(KNOWS, IGNORANT, held_out(newest=20))

    assert not decision.adopted
    assert "40 are needed" in decision.reason


@pytest.mark.parametrize("passed", [True, False], ids=["all passed", "all failed"])
def test_verdicts_that_are_all_alike_prove_nothing(passed: bool) -> None:
    out = held_out()
    alike = [replace(each, outcomes={each.role: float(passed)}) for each in (*out.newest, *out.drawn)]
    believes_it = SaysSo(lambda _: 0.99 if passed else 0.01)

    decision = judged(believes_it, IGNORANT, HeldOut(alike[200:], alike[:200], HARD_REQUESTS))

    assert not decision.adopted
    assert "nothing can be told apart" in decision.reason


def test_one_sessions_busy_day_carries_no_proof() -> None:
    """A flood that all says the same, in the held-out orders too: one session's day is one voice."""
    out = held_out()
    flood = [a_piece(number, passed=True, session="one") for number in range(1_000, 1_024)]
    loud = [replace(each, weight=50.0, at=flood[0].at) for each in flood]
    believes = {each.text for each in flood}
    candidate = SaysSo(lambda text: 0.99 if text in believes else 0.5)

    alone = judged(candidate, IGNORANT, HeldOut([*out.newest, *loud], out.drawn))
    spread = [replace(each, session=f"s{index}") for index, each in enumerate(loud)]
    many = judged(candidate, IGNORANT, HeldOut([*out.newest, *spread], out.drawn))

    assert not alone.adopted
    assert "not proved better" in alone.reason
    assert many.numbers["gain_at_least"] > 0, (
        "the control: the same orders from as many sessions would be a proof"
    )


def test_what_forgets_the_shipped_hard_requests_is_refused_and_told() -> None:
    forgets = SaysSo(lambda text: 0.99 if text in HARD_REQUESTS else truth(text))

    decision = judged(forgets, SaysSo(lambda text: 0.2 if text in HARD_REQUESTS else 0.5))

    assert not decision.adopted
    assert decision.is_suspicious
    assert "hard requests" in decision.reason


def test_what_sends_failed_orders_to_the_cheapest_tier_again_is_refused() -> None:
    careful = SaysSo(lambda text: 0.55 if text in EASY else 0.3)
    reckless = SaysSo(lambda text: 0.85 if text in EASY else 0.62)
    sloppy = [
        replace(each, outcomes={each.role: float(index % 5 > 1)}) for index, each in enumerate(pieces(0, 400))
    ]

    decision = judged(reckless, careful, HeldOut(sloppy[200:], sloppy[:200], HARD_REQUESTS[:0]))

    assert not decision.adopted
    assert "failed at the cheapest tier" in decision.reason


def test_a_tier_that_became_good_may_get_more_although_some_of_it_failed() -> None:
    """The control: nine of ten of what newly goes to the cheapest tier passed there."""
    decision = judged(SaysSo(truth), SaysSo(lambda text: 0.5 if text in EASY else 0.15))

    assert decision.adopted, decision.reason
    assert decision.numbers["failed_to_cheap_then"] > decision.numbers["failed_to_cheap_now"]


def test_what_is_sharper_and_badly_calibrated_is_refused() -> None:
    shy = SaysSo(lambda text: 0.62 if text in EASY else 0.4)
    sharp = SaysSo(lambda text: 0.78 if text in EASY else 0.28)
    fair = SaysSo(lambda _: sum(each.outcomes[each.role] for each in held_out().newest) / 200)

    decision = judged(sharp, fair)

    assert decision.numbers["calibration_then"] > 0.05
    assert not decision.adopted
    assert "calibration" in decision.reason
    assert judged(KNOWS, shy).adopted, "the control: well calibrated"


def test_calibration_is_measured_over_bins_of_equal_weight() -> None:
    np = pytest.importorskip("numpy")
    chance = np.repeat([0.2, 0.8], 50)
    outcome = np.concatenate([np.arange(50) % 5 == 0, np.arange(50) % 5 != 0]).astype(float)

    assert calibration_error(chance, outcome, np.ones(100)) == pytest.approx(0)
    assert calibration_error(chance, 1 - outcome, np.ones(100)) == pytest.approx(0.6)


def test_tiers_above_the_cheapest_are_judged_too() -> None:
    alike = [
        replace(each, role=TIERS[1], outcomes={TIERS[1]: each.outcomes[TIERS[0]]}) for each in pieces(0, 400)
    ]

    assert judged(KNOWS, IGNORANT, HeldOut(alike[200:], alike[:200])).adopted
