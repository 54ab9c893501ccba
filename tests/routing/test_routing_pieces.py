"""Words and runs are scikit-learn's, and so are their weights: what is predicted is what was trained."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.feature_extraction.text import TfidfVectorizer

from routing.pieces import Counts, Weighing, count, learn_weighing, runs_of, words_of

WORDS = TfidfVectorizer(ngram_range=(1, 2)).build_analyzer()
RUNS = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4)).build_analyzer()
TEXTS = st.text(alphabet=st.sampled_from("abcdeä ß.,-'你好дa\n\t0123"), max_size=60)


@settings(max_examples=150)
@given(st.text(max_size=80))
def test_the_pieces_are_those_of_scikit_learn(text: str) -> None:
    assert words_of(text) == list(WORDS(text))
    assert sorted(runs_of(text)) == sorted(RUNS(text))


@settings(max_examples=50)
@given(st.lists(TEXTS, min_size=3, max_size=12), TEXTS)
def test_the_weights_are_those_of_scikit_learn(texts: list[str], asked: str) -> None:
    vectorizer = TfidfVectorizer(analyzer=runs_of, sublinear_tf=True, min_df=2, dtype=np.float64)
    try:
        vectorizer.fit(texts)
    except ValueError:  # no piece is in two of the texts
        assert not len(
            learn_weighing([count(runs_of(text)) for text in texts], least_texts=2, most_pieces=10**6).hashes
        )
        return
    weighing = learn_weighing([count(runs_of(text)) for text in texts], least_texts=2, most_pieces=10**6)
    assert len(weighing.hashes) == len(vectorizer.vocabulary_)
    expected = sorted(vectorizer.transform([asked]).toarray()[0])
    _, found = weighing.weigh(count(runs_of(asked)))
    assert np.allclose(np.sort(found), [weight for weight in expected if weight > 0], atol=1e-12)


def test_half_a_surrogate_pair_is_a_piece_like_others() -> None:
    assert count(runs_of("\ud800 x")).times.sum() > 0


def test_the_most_frequent_pieces_are_kept_and_the_choice_does_not_depend_on_the_order_of_texts() -> None:
    texts = [count(words_of(text)) for text in ("alpha beta", "alpha gamma", "alpha beta delta", "epsilon")]
    kept = learn_weighing(texts, least_texts=1, most_pieces=2)
    again = learn_weighing(texts[::-1], least_texts=1, most_pieces=2)
    assert np.array_equal(kept.hashes, again.hashes)
    assert set(kept.hashes) <= set(count(["alpha", "beta", "alpha beta"]).hashes)
    assert (np.diff(kept.hashes.astype(int)) > 0).all()


def test_a_text_of_unknown_pieces_weighs_nothing() -> None:
    nothing = Weighing(np.empty(0, dtype=np.uint32), np.empty(0))
    for weighing in (nothing, learn_weighing([count(["alpha"])], least_texts=1, most_pieces=5)):
        columns, weights = weighing.weigh(count(["omega"]))
        assert not len(columns)
        assert not len(weights)


def test_no_word_of_the_text_is_kept() -> None:
    counts = count(words_of("Jean Dupont owes 4711 euros"))
    assert isinstance(counts, Counts)
    assert counts.hashes.dtype == np.uint32
