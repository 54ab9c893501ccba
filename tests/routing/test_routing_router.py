"""The shipped router at work: chances in order, the same in any company, bounded, and reproducible."""

import subprocess
import sys
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nexus.static_vectors import load_vectors
from nexus.work_order import TIERS, Role
from routing.artefact import load
from routing.prior_data import SEED, samples
from routing.router import PRIOR, Router, load_router
from routing.training import data_sha256, train


@pytest.fixture(scope="module")
def prior() -> Router:
    return load_router()


@settings(max_examples=60)
@given(
    texts=st.lists(
        st.text(alphabet=st.characters(codec=None, exclude_categories=()), max_size=150), max_size=4
    )
)
def test_chances_never_fall_with_the_tier_and_do_not_depend_on_company(
    texts: list[str], prior: Router
) -> None:
    found = prior.predict_many(texts)
    assert len(found) == len(texts)
    for text, prediction in zip(texts, found, strict=True):
        chances = [prediction.success[tier] for tier in TIERS]
        assert chances == sorted(chances)
        assert all(0 <= chance <= 1 for chance in chances)
        alone = prior.predict(text)
        assert alone.success == pytest.approx(prediction.success, abs=1e-9)
        assert alone.version == prior.version


def test_the_prior_is_a_sane_one(prior: Router) -> None:
    hello = prior.predict("Hello! How are you?")
    proof = prior.predict(
        "Prove that every bounded sequence of real numbers has a convergent subsequence, and why."
    )
    assert hello.success[Role.INTERN] > 0.8
    assert proof.success[Role.INTERN] < 0.4
    assert proof.success[Role.CEO] > 0.7


def test_the_prior_was_trained_on_the_shipped_requests_and_on_nothing_else() -> None:
    manifest = load(PRIOR).manifest
    examples = [sample.example for sample in samples()]
    assert manifest.data_sha256 == data_sha256(examples), "run `python -m routing.prior_data`"
    assert manifest.examples == len(examples)
    assert manifest.origin == "prior"


def test_training_the_prior_anew_gives_the_same_predictions(prior: Router) -> None:
    again = Router(train([sample.example for sample in samples()], seed=SEED, origin="prior"), load_vectors())
    texts = [sample.example.text for sample in samples()[::7]]
    for ours, theirs in zip(prior.predict_many(texts), again.predict_many(texts), strict=True):
        assert ours.success == pytest.approx(theirs.success, abs=1e-3)


def test_about_one_text_in_five_is_uncertain(prior: Router) -> None:
    found = prior.predict_many([sample.example.text for sample in samples()])
    assert 0.02 < np.mean([each.uncertain for each in found]) < 0.4


def test_predicting_loads_neither_scikit_learn_nor_scipy() -> None:
    script = (
        "import sys; from routing.router import load_router; load_router().predict('hello');"
        "print([name for name in ('sklearn', 'scipy', 'wordllama') if name in sys.modules])"
    )
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert ended.stdout.strip() == "[]"


@pytest.mark.parametrize("piece", ["a", "你好 ", "A. x\n", "\u0fff"])
def test_a_megabyte_is_judged_at_once(prior: Router, piece: str) -> None:
    text = piece * (2**20 // len(piece))
    began = time.process_time()
    prior.predict(text)
    assert time.process_time() - began < 0.2  # about 15 ms here
