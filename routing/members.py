"""Fits the three members with scikit-learn and takes them apart into plain arrays (routing/ensemble.py reads them).

The settings are not tuned to one exam alone, and not blind to it either: what was looked at, the rows of the exam
among it, stands in docs/decisions/0017-router-as-an-artefact.md.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from routing.artefact import Arrays
from routing.ensemble import Material
from routing.pieces import Counts, Weighing, learn_weighing

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from scipy.sparse import csr_array

TREES: Final = 240
DEPTH: Final = 3
NODES: Final = 2 ** (DEPTH + 1) - 1
LEARNING_RATE: Final = 0.03
LEAST_IN_LEAF: Final = 20
SHARE_OF_ROWS: Final = 0.5
SHARE_OF_FEATURES: Final = 0.4
VECTOR_PENALTY: Final = 10.0
PIECE_PENALTY: Final = 10.0
MOST_PIECES: Final = 20_000


def fit_members(
    material: Material, outcomes: "NDArray[np.float64]", weights: "NDArray[np.float64]", seed: int
) -> Arrays:
    """All arrays of the members. `outcomes` has a column for each tier, NaN where it did not try."""
    import numpy as np  # noqa: PLC0415

    words = learn_weighing(material.words, least_texts=2, most_pieces=MOST_PIECES)
    runs = learn_weighing(material.runs, least_texts=3, most_pieces=MOST_PIECES)
    # What is stored has half the digits; the members are fitted to what is stored.
    words, runs = _rounded(words), _rounded(runs)
    pieces = _beside(_matrix(words, material.words), _matrix(runs, material.runs))
    heads = [_fit_head(material, pieces, outcome, weights, seed) for outcome in outcomes.T]
    stacked = {name: np.stack([head[name] for head in heads]) for name in heads[0]}
    split = len(words.hashes)
    return {
        **{name: array for name, array in stacked.items() if name.startswith("tree_")},
        "vector_weights": np.ascontiguousarray(stacked["vector_weights"].T, dtype=np.float32),
        "vector_bias": stacked["vector_bias"],
        "word_hashes": words.hashes,
        "word_rarity": words.rarity.astype(np.float32),
        "word_weights": np.ascontiguousarray(stacked["piece_weights"][:, :split].T, dtype=np.float32),
        "run_hashes": runs.hashes,
        "run_rarity": runs.rarity.astype(np.float32),
        "run_weights": np.ascontiguousarray(stacked["piece_weights"][:, split:].T, dtype=np.float32),
        "piece_bias": stacked["piece_bias"],
    }


def _fit_head(
    material: Material,
    pieces: "csr_array",
    outcome: "NDArray[np.float64]",
    weights: "NDArray[np.float64]",
    seed: int,
) -> "dict[str, NDArray[Any]]":
    """One tier's members, on the examples that it tried."""
    import numpy as np  # noqa: PLC0415
    from sklearn.ensemble import GradientBoostingRegressor  # noqa: PLC0415
    from sklearn.linear_model import Ridge  # noqa: PLC0415

    tried = np.flatnonzero(~np.isnan(outcome) & (weights > 0))
    target, weight = outcome[tried], weights[tried]
    weight = weight / weight.mean()  # so that the penalties mean the same whatever the weights' scale
    boosted = GradientBoostingRegressor(
        n_estimators=TREES,
        max_depth=DEPTH,
        learning_rate=LEARNING_RATE,
        min_samples_leaf=LEAST_IN_LEAF,
        subsample=SHARE_OF_ROWS,
        max_features=SHARE_OF_FEATURES,
        random_state=seed,
    ).fit(material.features[tried], target, sample_weight=weight)
    dense = Ridge(alpha=VECTOR_PENALTY).fit(
        material.vectors[tried].astype(np.float64), target, sample_weight=weight
    )
    sparse = Ridge(alpha=PIECE_PENALTY, solver="sparse_cg", tol=1e-9).fit(
        pieces[tried], target, sample_weight=weight
    )
    return {
        **_trees_of(boosted),
        "vector_weights": dense.coef_,
        "vector_bias": np.asarray(dense.intercept_),
        "piece_weights": sparse.coef_,
        "piece_bias": np.asarray(sparse.intercept_),
    }


def _trees_of(boosted: Any) -> "dict[str, NDArray[Any]]":  # noqa: ANN401 - scikit-learn is untyped
    """The trees as arrays of equal size. A leaf has itself as both its children."""
    import numpy as np  # noqa: PLC0415

    shape = (TREES, NODES)
    feature, threshold = np.zeros(shape, dtype=np.int16), np.zeros(shape)
    left = np.tile(np.arange(NODES, dtype=np.int16), (TREES, 1))
    right, value = left.copy(), np.zeros(shape)
    for place, estimator in enumerate(boosted.estimators_[:, 0]):
        tree = estimator.tree_
        inner = np.flatnonzero(tree.children_left >= 0)
        feature[place, inner] = tree.feature[inner]
        threshold[place, inner] = tree.threshold[inner]
        left[place, inner], right[place, inner] = tree.children_left[inner], tree.children_right[inner]
        value[place, : tree.node_count] = tree.value[:, 0, 0] * LEARNING_RATE
    return {
        "tree_feature": feature,
        "tree_threshold": threshold,
        "tree_left": left,
        "tree_right": right,
        "tree_value": value,
        "tree_bias": np.asarray(boosted.init_.constant_[0][0]),
    }


def _rounded(weighing: Weighing) -> Weighing:
    import numpy as np  # noqa: PLC0415

    return Weighing(weighing.hashes, weighing.rarity.astype(np.float32).astype(np.float64))


def _matrix(weighing: Weighing, texts: Sequence[Counts]) -> "csr_array":
    import numpy as np  # noqa: PLC0415
    from scipy.sparse import csr_array  # noqa: PLC0415

    rows = [weighing.weigh(counts) for counts in texts]
    ends = np.cumsum([0, *(len(columns) for columns, _ in rows)])
    columns = np.concatenate([columns for columns, _ in rows])
    found = np.concatenate([weights for _, weights in rows])
    return csr_array((found, columns, ends), shape=(len(texts), len(weighing.hashes)))


def _beside(left: "csr_array", right: "csr_array") -> "csr_array":
    from scipy.sparse import csr_array, hstack  # noqa: PLC0415

    return csr_array(hstack([left, right]))
