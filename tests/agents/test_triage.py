"""Triage in layers: which has the last word, and what it says."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.config import ANTHROPIC_MODELS, ModelChoice, Payroll, Post, Provider
from agents.planning import planner_of, tier_prices
from agents.triage import Asked, Office, Planned, Route, route, shift, with_opinion
from db.records import PastOrder
from nexus.work_order import TIERS, Difficulty, Role, Turn
from routing.clarity import Clarify

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
PAYROLL: Payroll = {
    role: Post(role, ModelChoice(Provider.ANTHROPIC, ANTHROPIC_MODELS[role]), 1_000) for role in TIERS
}
EASY = {Role.INTERN: 0.97, Role.DIRECTOR: 0.99, Role.CEO: 0.995}
EVERYDAY = {Role.INTERN: 0.45, Role.DIRECTOR: 0.95, Role.CEO: 0.97}
HARD = {Role.INTERN: 0.05, Role.DIRECTOR: 0.35, Role.CEO: 0.9}


@dataclass(frozen=True)
class Said:
    """A router's word."""

    success: Mapping[Role, float] = field(default_factory=lambda: EASY)
    uncertain: bool = False
    version: str = "test-1"


def an_office(
    success: Mapping[Role, float] = EASY, *, uncertain: bool = False, staffed: tuple[Role, ...] = TIERS
) -> Office:
    planner = planner_of(tier_prices(PAYROLL, staffed, 200, {}))
    return Office(lambda _: Said(success, uncertain), planner, staffed)


def asked(text: str, **changes: object) -> Asked:
    return replace(Asked(text, NOW), **changes)  # type: ignore[arg-type]


def decided(text: str, office: Office | None = None, **changes: object) -> Route:
    found = route(asked(text, **changes), office or an_office())
    assert isinstance(found, Route), found
    return found


def past(role: Role) -> tuple[PastOrder, ...]:
    return (PastOrder(role, "router", "Design a database for a bank.", NOW - timedelta(minutes=1)),)


PLAIN = "Name two colours that go well together in a kitchen"


@pytest.mark.parametrize(
    ("success", "role"), [(EASY, Role.INTERN), (EVERYDAY, Role.DIRECTOR), (HARD, Role.CEO)]
)
def test_the_router_chooses_the_cheapest_tier_that_is_good_enough(
    success: Mapping[Role, float], role: Role
) -> None:
    found = decided(PLAIN, an_office(success))
    assert (found.layer, found.rule, found.chosen) == ("router", "router", role)
    assert found.costs is not None
    assert set(found.costs) == set(TIERS)
    assert f"{success[role]:.0%}" in found.reason


def test_without_a_router_the_rules_choose() -> None:
    found = decided("What is the capital of France?", Office())
    assert (found.layer, found.rule, found.chosen) == ("rules", "small_fact", Role.INTERN)


def test_a_router_that_says_nothing_leaves_it_to_the_rules() -> None:
    office = replace(an_office(), predict=lambda _: None)
    assert decided("What is the capital of France?", office).layer == "rules"


def test_the_tier_that_the_api_names_is_done_as_it_says() -> None:
    found = decided("fix it", an_office(HARD), requested=Role.INTERN)
    assert (found.layer, found.chosen, found.path) == ("owner_wish", Role.INTERN, TIERS)


def test_a_wish_in_words_is_heard_but_not_below_the_floor() -> None:
    wish = decided("Ask the CEO: which two colours go well together?")
    assert (wish.layer, wish.chosen) == ("owner_wish", Role.CEO)
    unsafe = decided(
        "Use the cheapest model: should I sign this contract waiving my right to sue my landlord?"
    )
    assert (unsafe.layer, unsafe.chosen, unsafe.floor) == ("safety", Role.DIRECTOR, Role.DIRECTOR)
    assert "you asked for a cheaper tier" in unsafe.reason


def test_a_front_ends_own_call_goes_to_the_intern_whatever_else_holds() -> None:
    found = decided(
        "Should I sue?", an_office(HARD), by_front_end=True, requested=Role.CEO, past=past(Role.CEO)
    )
    assert (found.layer, found.chosen) == ("background_call", Role.INTERN)


def test_what_cannot_be_acted_on_is_asked_back_and_a_wish_comes_before() -> None:
    assert isinstance(route(asked("fix it"), an_office()), Clarify)
    assert isinstance(route(asked("fix it", has_past=True), an_office()), Route)


@pytest.mark.parametrize("text", ["Thanks!", "ok", "谢谢", "Guten Morgen"])
def test_small_talk_is_no_work_for_the_ceo_of_a_conversation(text: str) -> None:
    found = decided(text, an_office(HARD), has_past=True, past=past(Role.CEO))
    assert (found.layer, found.chosen) == ("small_talk", Role.INTERN)


def test_a_conversation_goes_up_and_not_down() -> None:
    stays = decided("And which of them is cheaper?", has_past=True, past=past(Role.CEO))
    assert (stays.layer, stays.chosen) == ("conversation", Role.CEO)
    assert "this conversation is with the CEO" in stays.reason
    rises = decided("And which of them is cheaper?", an_office(HARD), has_past=True, past=past(Role.DIRECTOR))
    assert (rises.layer, rises.chosen) == ("router", Role.CEO)


@pytest.mark.parametrize(
    "text",
    [
        "My landlord wants to evict me next week. What are my rights, can I sue him?",
        "How much ibuprofen can I give my two year old daughter?",
        "Should I put my whole pension into one share?",
        "Delete all customer records in the production database now.",
    ],
)
def test_what_may_do_harm_never_goes_to_the_intern_however_sure_the_router_is(text: str) -> None:
    found = decided(text, an_office(EASY))
    assert found.chosen is not Role.INTERN
    assert found.floor is Role.DIRECTOR
    assert "so at least the" in found.reason


def test_a_follow_up_on_such_a_matter_keeps_its_floor() -> None:
    history = (
        Turn("user", "How much ibuprofen can I give my two year old daughter?"),
        Turn("assistant", "…"),
    )
    assert (
        decided("and with paracetamol?", an_office(EASY), history=history, has_past=True).floor
        is Role.DIRECTOR
    )


def test_design_and_proof_are_hard_whatever_the_router_thinks() -> None:
    found = decided("Prove that there are infinitely many primes.", an_office(EASY))
    assert (found.layer, found.chosen) == ("rules", Role.CEO)


def test_only_tiers_with_a_model_are_chosen() -> None:
    above = decided(PLAIN, an_office(EASY, staffed=(Role.DIRECTOR, Role.CEO)))
    assert above.chosen is Role.DIRECTOR
    wish = decided("fix it", an_office(staffed=(Role.INTERN, Role.DIRECTOR)), requested=Role.CEO)
    assert (wish.layer, wish.chosen) == ("payroll", Role.DIRECTOR)
    assert "the CEO has no model that may be asked" in wish.reason
    assert decided(PLAIN, Office(staffed=())).path == TIERS, "the tier itself says what is missing"


def test_a_local_models_word_turns_only_what_was_nearly_even() -> None:
    close = {Role.INTERN: 0.86, Role.DIRECTOR: 0.93, Role.CEO: 0.97}
    for success in (EASY, HARD, EVERYDAY):
        office = an_office(success, uncertain=True)
        before = decided(PLAIN, office)
        assert before.is_open
        for difficulty in Difficulty:
            after = with_opinion(before, asked(PLAIN), office, difficulty, "qwen3:8b")
            assert not after.is_open
            assert abs(TIERS.index(after.chosen) - TIERS.index(before.chosen)) <= 1
            assert "in the judgement of qwen3:8b" in after.reason
    office = an_office(close, uncertain=True)
    words = {
        difficulty: with_opinion(decided(PLAIN, office), asked(PLAIN), office, difficulty, "m").chosen
        for difficulty in Difficulty
    }
    assert TIERS.index(words[Difficulty.TRIVIAL]) <= TIERS.index(words[Difficulty.COMPLEX])


def test_its_word_never_goes_below_what_safety_or_the_conversation_want() -> None:
    office = an_office(EASY, uncertain=True)
    before = decided("And which of them is cheaper?", office, has_past=True, past=past(Role.CEO))
    after = with_opinion(before, asked("x"), office, Difficulty.TRIVIAL, "m")
    assert after.chosen is Role.CEO


chances = st.lists(st.floats(0.001, 0.999), min_size=3, max_size=3).map(
    lambda some: dict(zip(TIERS, sorted(some), strict=True))
)


@given(chances, st.sampled_from(Difficulty))
def test_a_shift_keeps_chances_chances_and_their_order(
    success: dict[Role, float], difficulty: Difficulty
) -> None:
    shifted = shift(success, difficulty)
    assert all(0 <= chance <= 1 for chance in shifted.values())
    assert sorted(shifted.values()) == [shifted[role] for role in TIERS]


@given(
    st.text(max_size=300), chances, st.sampled_from([None, *TIERS]), st.sampled_from([(), *map(past, TIERS)])
)
def test_whatever_is_asked_somebody_does_it_or_it_is_asked_back(
    text: str, success: dict[Role, float], requested: Role | None, before: tuple[PastOrder, ...]
) -> None:
    question = asked(text, requested=requested, past=before, has_past=bool(before))
    found = route(question, an_office(success))
    assert found == route(question, an_office(success)), "the same is decided the same"
    if isinstance(found, Route):
        assert list(found.path) == sorted(set(found.path), key=TIERS.index)
        assert found.reasons
        assert 0 <= found.confidence <= 1
        if found.floor is not None and requested is None:
            assert TIERS.index(found.chosen) >= TIERS.index(found.floor)


def test_free_models_are_weighed_by_the_shipped_payrolls_prices() -> None:
    local = ModelChoice(Provider.OLLAMA, "qwen3:8b")
    free = {role: Post(role, local, 1_000) for role in TIERS}
    prices = tier_prices(free, TIERS, 200, {})
    planned: Planned = planner_of(prices)(EASY, floor=Role.INTERN, checkable=False)
    assert planned.first is Role.INTERN
    assert prices[Role.CEO].cost_of_try(0) > prices[Role.INTERN].cost_of_try(0) > Decimal(0)
