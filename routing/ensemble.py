"""The router's three members and how their estimates become one calibrated chance for each tier. Only numpy.

Each member estimates, for every tier, how likely its first answer passes: boosted trees on counted features, a linear
model on the static embedding, and a linear model on the weighed pieces of the text. Their mean goes through a logistic
curve that was fitted on estimates for texts the members had not seen (Platt scaling).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from nexus.static_vectors import StaticVectors
from routing.artefact import Arrays
from routing.features import features
from routing.pieces import Counts, Weighing, count, runs_of, words_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

type Estimates = Mapping[str, NDArray[np.float64]]

MEMBERS: Final = ("trees", "vectors", "pieces")
NARROWEST: Final = 0.02
"""Estimates are kept this far from 0 and 1 before their odds are taken."""


@dataclass(frozen=True, slots=True, eq=False)
class Material:
    """What members see of texts: one row of features and of vectors for each, and its counted pieces."""

    features: "NDArray[np.float64]"
    vectors: "NDArray[np.float32]"
    words: list[Counts]
    runs: list[Counts]


def material_of(texts: Sequence[str], vectors: StaticVectors) -> Material:
    """All that is looked at of some texts."""
    return Material(
        features(texts),
        vectors.embed(texts),
        [count(words_of(text)) for text in texts],
        [count(runs_of(text)) for text in texts],
    )


def estimates(arrays: Arrays, material: Material) -> Estimates:
    """Each member's estimate: a row for each text, a column for each tier; not yet calibrated, may leave 0 to 1."""
    return {
        "trees": grown(arrays, material.features),
        "vectors": material.vectors.astype("f8") @ arrays["vector_weights"] + arrays["vector_bias"],
        "pieces": weighed(arrays, material),
    }


def grown(arrays: Arrays, rows: "NDArray[np.float64]") -> "NDArray[np.float64]":
    """The sum of all trees' leaves. A leaf points to itself, so every tree is walked as deep as the deepest."""
    import numpy as np  # noqa: PLC0415

    heads, trees, nodes = arrays["tree_feature"].shape
    starts = np.arange(heads * trees) * nodes
    feature, threshold = arrays["tree_feature"].ravel(), arrays["tree_threshold"].ravel()
    left, right = arrays["tree_left"].ravel(), arrays["tree_right"].ravel()
    value = arrays["tree_value"].ravel()
    seen = rows.astype(np.float32)  # scikit-learn's trees compare in this precision
    sums = np.empty((len(rows), heads))
    for row, sum_ in zip(seen, sums, strict=True):
        at = starts.copy()
        for _ in range(nodes.bit_length()):
            at = starts + np.where(row[feature[at]] <= threshold[at], left[at], right[at])
        sum_[:] = value[at].reshape(heads, trees).sum(axis=1)
    sums += arrays["tree_bias"]
    return sums


def weighed(arrays: Arrays, material: Material) -> "NDArray[np.float64]":
    """The linear model on words and runs."""
    import numpy as np  # noqa: PLC0415

    sums = np.tile(arrays["piece_bias"].astype(np.float64), (len(material.words), 1))
    for kind, counted in (("word", material.words), ("run", material.runs)):
        weighing = Weighing(arrays[f"{kind}_hashes"], arrays[f"{kind}_rarity"].astype(np.float64))
        weights = arrays[f"{kind}_weights"]
        for place, counts in enumerate(counted):
            columns, found = weighing.weigh(counts)
            sums[place] += found @ weights[columns]
    return sums


def mean_of(members: Estimates) -> "NDArray[np.float64]":
    """The members' mean, which none of them outweighs."""
    import numpy as np  # noqa: PLC0415

    return np.asarray(np.mean([members[name] for name in MEMBERS], axis=0))


def spread_of(members: Estimates) -> "NDArray[np.float64]":
    """How far the members' estimates for the lowest tier are apart, for each text."""
    import numpy as np  # noqa: PLC0415

    return np.asarray(np.ptp([members[name][:, 0] for name in MEMBERS], axis=0))


def calibrated(estimate: "NDArray[np.float64]", calibration: "NDArray[np.float64]") -> "NDArray[np.float64]":
    """Chances from estimates, by each tier's curve: 1 / (1 + exp(-(slope · odds + offset)))."""
    import numpy as np  # noqa: PLC0415

    return np.asarray(1 / (1 + np.exp(-(odds(estimate) * calibration[:, 0] + calibration[:, 1]))))


def odds(estimate: "NDArray[np.float64]") -> "NDArray[np.float64]":
    """The logarithm of the odds."""
    import numpy as np  # noqa: PLC0415

    kept = np.clip(estimate, NARROWEST, 1 - NARROWEST)
    return np.asarray(np.log(kept / (1 - kept)))
