"""Training: what scikit-learn fitted is what numpy predicts, and bad examples are refused."""

from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.ensemble import GradientBoostingRegressor
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline, make_union

from nexus.static_vectors import load_vectors
from nexus.work_order import TIERS, Role
from routing import members
from routing.artefact import Arrays, Artefact
from routing.calibration import fit_curve
from routing.ensemble import calibrated, estimates, material_of, odds
from routing.pieces import runs_of, words_of
from routing.router import Router
from routing.training import Example, data_sha256, lesson_of, train
from tests.routing.lessons import some_examples

EXAMPLES = some_examples()
ANY_TEXT = st.text(max_size=120) | st.sampled_from([example.text for example in EXAMPLES])


@pytest.fixture(scope="module")
def trained() -> Artefact:
    return train(EXAMPLES, seed=3)


@pytest.fixture(scope="module")
def arrays() -> Arrays:
    lesson = lesson_of(EXAMPLES, load_vectors())
    return members.fit_members(lesson.material, lesson.outcomes, lesson.weights, 3)


@pytest.fixture(scope="module")
def by_scikit_learn() -> dict[str, list[object]]:
    """The same members as scikit-learn would predict them, one for each tier."""
    material = lesson_of(EXAMPLES, load_vectors()).material
    texts = [example.text for example in EXAMPLES]
    found: dict[str, list[object]] = {"trees": [], "vectors": [], "pieces": []}
    for tier in TIERS:
        target = np.array([example.outcomes[tier] for example in EXAMPLES])
        trees = GradientBoostingRegressor(
            n_estimators=members.TREES,
            max_depth=members.DEPTH,
            learning_rate=members.LEARNING_RATE,
            min_samples_leaf=members.LEAST_IN_LEAF,
            subsample=members.SHARE_OF_ROWS,
            max_features=members.SHARE_OF_FEATURES,
            random_state=3,
        )
        union = make_union(
            TfidfVectorizer(analyzer=words_of, sublinear_tf=True, min_df=2, dtype=np.float64),
            TfidfVectorizer(analyzer=runs_of, sublinear_tf=True, min_df=3, dtype=np.float64),
        )
        pieces = make_pipeline(union, Ridge(alpha=members.PIECE_PENALTY, solver="sparse_cg", tol=1e-10))
        found["trees"].append(trees.fit(material.features, target))
        found["vectors"].append(
            Ridge(alpha=members.VECTOR_PENALTY).fit(material.vectors.astype(float), target)
        )
        found["pieces"].append(pieces.fit(texts, target))
    return found


@settings(max_examples=40)
@given(texts=st.lists(ANY_TEXT, min_size=1, max_size=4))
def test_numpy_predicts_what_scikit_learn_does(
    texts: list[str], arrays: Arrays, by_scikit_learn: dict[str, list[object]]
) -> None:
    material = material_of(texts, load_vectors())
    found = estimates(arrays, material)
    seen = {"trees": material.features, "vectors": material.vectors.astype(float), "pieces": texts}
    for name, models in by_scikit_learn.items():
        for head, model in enumerate(models):
            expected = model.predict(seen[name])  # type: ignore[attr-defined]
            assert np.allclose(found[name][:, head], expected, atol=1e-6), name


def test_the_same_examples_and_seed_give_the_same_router(trained: Artefact) -> None:
    again = train(EXAMPLES, seed=3)
    assert again.manifest == trained.manifest
    assert train(EXAMPLES, seed=4).manifest.version != trained.manifest.version


def test_the_router_tells_hard_from_easy(trained: Artefact) -> None:
    router = Router(trained, load_vectors())
    easy, hard = (
        router.predict("translate two words and a letter"),
        router.predict("prove a theorem and derive it"),
    )
    assert easy.success[Role.INTERN] > 0.7
    assert hard.success[Role.INTERN] < 0.4
    assert hard.gain > easy.gain
    assert hard.version == trained.manifest.version


def test_the_manifest_says_how_good_it_is_on_unseen_requests(trained: Artefact) -> None:
    numbers = trained.manifest.metrics
    assert trained.manifest.examples == len(EXAMPLES)
    assert trained.manifest.data_sha256 == data_sha256(EXAMPLES)
    for tier in TIERS:
        assert numbers[f"{tier.value}_outcomes"] == len(EXAMPLES)
        assert 0 <= numbers[f"{tier.value}_ece"] < 0.25
    assert numbers["intern_brier"] < 0.2  # chance is 0.25


def test_a_tier_that_hardly_tried_lies_between_its_neighbours() -> None:
    examples = some_examples(middle=False)
    artefact = train(examples)
    assert artefact.manifest.tiers == (Role.INTERN, Role.CEO)
    success = Router(artefact, load_vectors()).predict("prove a theorem").success
    assert success[Role.DIRECTOR] == pytest.approx((success[Role.INTERN] + success[Role.CEO]) / 2)


def test_partial_outcomes_and_weights_are_fine() -> None:
    examples = [
        Example(
            each.text,
            {tier: each.outcomes[tier] for tier in TIERS[place % 2 :]},
            1 + place % 3,
            datetime.now(UTC),
        )
        for place, each in enumerate(EXAMPLES)
    ]
    assert train(examples).manifest.metrics["intern_outcomes"] == len(EXAMPLES) / 2


def test_an_example_of_no_weight_changes_nothing_but_the_data() -> None:
    lying = [Example(each.text, dict.fromkeys(TIERS, 0.0), weight=0) for each in EXAMPLES[:40]]
    lesson = lesson_of([*EXAMPLES, *lying], load_vectors())
    plain = lesson.part(np.arange(len(EXAMPLES)))
    with_lies, without = (
        members.fit_members(each.material, each.outcomes, each.weights, 3)["vector_weights"]
        for each in (lesson, plain)
    )
    assert np.allclose(with_lies, without, atol=1e-6)


@pytest.mark.parametrize("outcome", [float("nan"), -0.1, 1.1, float("inf")])
def test_an_outcome_that_is_no_share_is_refused(outcome: float) -> None:
    with pytest.raises(ValueError, match="example 3: the outcome of intern"):
        train([*EXAMPLES[:2], Example("x", {Role.INTERN: outcome}), *EXAMPLES])


@pytest.mark.parametrize("weight", [float("nan"), float("inf"), -1.0])
def test_a_weight_that_is_none_is_refused(weight: float) -> None:
    with pytest.raises(ValueError, match="weights"):
        train([*EXAMPLES, Example("x", {Role.INTERN: 1.0}, weight)])


def test_too_few_examples_or_outcomes_are_refused_with_numbers() -> None:
    with pytest.raises(ValueError, match="10 examples are too few"):
        train(EXAMPLES[:10])
    with pytest.raises(ValueError, match="no tier has 30 outcomes"):
        train([Example(each.text, {}) for each in EXAMPLES])


@pytest.mark.parametrize("passes", [0.0, 1.0])
def test_outcomes_that_are_all_alike_give_a_router_that_says_so(passes: float) -> None:
    router = Router(
        train([Example(each.text, dict.fromkeys(TIERS, passes)) for each in EXAMPLES]), load_vectors()
    )
    assert router.predict("anything").success[Role.INTERN] == pytest.approx(passes, abs=0.1)


def test_the_curve_finds_what_made_the_outcomes() -> None:
    random = np.random.default_rng(0)
    estimate = random.uniform(0.05, 0.95, 20_000)
    chance = 1 / (1 + np.exp(-(0.5 * odds(estimate) + 0.7)))
    slope, offset = fit_curve(estimate, (random.random(20_000) < chance).astype(float), np.ones(20_000))
    assert slope == pytest.approx(0.5, abs=0.05)
    assert offset == pytest.approx(0.7, abs=0.05)


def test_estimates_that_point_the_wrong_way_become_flat() -> None:
    estimate = np.linspace(0.1, 0.9, 200)
    slope, offset = fit_curve(estimate, (estimate < 0.5).astype(float), np.ones(200))
    assert slope == 0
    chances = calibrated(estimate[:, None], np.array([[slope, offset]]))
    assert chances.min() == chances.max()
