"""Training the router from labelled requests: each member on all of them, and the calibration on unseen ones.

Imports scikit-learn, which takes 1 s and 100 MB, so it runs in a process of its own (routing/training_child.py, the
exams and `nexus router train`), never in a worker. The same examples and seed give the same artefact on one machine,
and the same predictions to about 1e-6 on another.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version as version_of
from typing import TYPE_CHECKING, Final

from nexus.static_vectors import StaticVectors, load_vectors
from nexus.work_order import TIERS, Role
from routing.artefact import Arrays, Artefact, Manifest, fault_of, pack, sha256_of
from routing.calibration import fit_curve
from routing.ensemble import Estimates, Material, calibrated, estimates, material_of, mean_of, spread_of
from routing.members import fit_members
from routing.metrics import brier, calibration_error

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LEAST_EXAMPLES: Final = 50
LEAST_OUTCOMES: Final = 30
"""A tier that was tried less often than this gets no model of its own: it lies between its neighbours."""

FOLDS: Final = 5
USUAL_SPREAD: Final = 0.8
"""The share of unseen texts on which the members' disagreement counts as usual."""


@dataclass(frozen=True, slots=True)
class Example:
    """A request and how its first answer did at the tiers that tried: 1 passed, 0 failed, between: in part."""

    text: str
    outcomes: Mapping[Role, float]
    weight: float = 1.0
    at: datetime | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Lesson:
    """Examples as numbers. `outcomes` has a column for each of `tiers`, NaN where that tier did not try."""

    material: Material
    tiers: tuple[Role, ...]
    outcomes: "NDArray[np.float64]"
    weights: "NDArray[np.float64]"

    def part(self, rows: "NDArray[np.intp]") -> "Lesson":
        """Some of the examples."""
        material = self.material
        some = Material(
            material.features[rows],
            material.vectors[rows],
            [material.words[row] for row in rows],
            [material.runs[row] for row in rows],
        )
        return Lesson(some, self.tiers, self.outcomes[rows], self.weights[rows])


@dataclass(frozen=True, slots=True, eq=False)
class Learned:
    """All arrays of an artefact, the calibrated chances of unseen examples, and the limit of the usual spread."""

    arrays: Arrays
    chances: "NDArray[np.float64]"
    spread_limit: float


def train(
    examples: Sequence[Example],
    *,
    seed: int = 0,
    origin: str = "learned",
    vectors: StaticVectors | None = None,
) -> Artefact:
    """A router that was trained on all examples, with its numbers on those it had not seen.

    Raises:
        ValueError: there are too few examples, or one has a number that is none.
    """
    lesson = lesson_of(examples, vectors or load_vectors())
    learned = learn(lesson, seed)
    manifest = Manifest(
        origin=origin,
        tiers=lesson.tiers,
        examples=len(examples),
        data_sha256=data_sha256(examples),
        seed=seed,
        spread_limit=learned.spread_limit,
        metrics=metrics_of(lesson, learned.chances),
        libraries={name: version_of(name) for name in ("numpy", "scikit-learn", "scipy", "wordllama")},
        arrays_sha256=sha256_of(pack(learned.arrays)),
    )
    problem = fault_of(manifest, learned.arrays)
    if problem:
        raise ValueError(f"the training gave a router that cannot be used: {problem}")
    return Artefact(manifest, learned.arrays)


def lesson_of(examples: Sequence[Example], vectors: StaticVectors) -> Lesson:
    """The examples as numbers.

    Raises:
        ValueError: as `train`.
    """
    import numpy as np  # noqa: PLC0415

    if len(examples) < LEAST_EXAMPLES:
        raise ValueError(
            f"{len(examples)} examples are too few to train on; at least {LEAST_EXAMPLES} are needed"
        )
    outcomes = np.array([[example.outcomes.get(tier, np.nan) for tier in TIERS] for example in examples])
    weights = np.array([example.weight for example in examples], dtype=np.float64)
    _refuse_bad_numbers(examples, weights)
    tried = (~np.isnan(outcomes)).sum(axis=0) >= LEAST_OUTCOMES
    if not tried.any():
        raise ValueError(f"no tier has {LEAST_OUTCOMES} outcomes")
    tiers = tuple(tier for tier, enough in zip(TIERS, tried, strict=True) if enough)
    return Lesson(
        material_of([example.text for example in examples], vectors), tiers, outcomes[:, tried], weights
    )


def learn(lesson: Lesson, seed: int) -> Learned:
    """Fit the members to all examples, and the calibration to estimates for those they had not seen."""
    import numpy as np  # noqa: PLC0415

    unseen = unseen_estimates(lesson, seed)
    mean = mean_of(unseen)
    heads = range(len(lesson.tiers))
    curves = np.array([fit_curve(mean[:, head], lesson.outcomes[:, head], lesson.weights) for head in heads])
    arrays = dict(fit_members(lesson.material, lesson.outcomes, lesson.weights, seed))
    arrays["calibration"] = curves
    limit = round(float(np.quantile(spread_of(unseen), USUAL_SPREAD)), 6)
    return Learned(arrays, calibrated(mean, curves), limit)


def metrics_of(lesson: Lesson, chances: "NDArray[np.float64]") -> dict[str, float]:
    """How many outcomes each tier has, how many passed, and how good the chances of unseen examples are."""
    import numpy as np  # noqa: PLC0415

    metrics: dict[str, float] = {}
    for head, tier in enumerate(lesson.tiers):
        tried = ~np.isnan(lesson.outcomes[:, head])
        found, truth = chances[tried, head], lesson.outcomes[tried, head]
        metrics[f"{tier.value}_outcomes"] = int(tried.sum())
        metrics[f"{tier.value}_success"] = round(float(truth.mean()), 4)
        metrics[f"{tier.value}_brier"] = round(brier(found, truth), 4)
        metrics[f"{tier.value}_ece"] = round(calibration_error(found, truth), 4)
    return metrics


def unseen_estimates(lesson: Lesson, seed: int) -> Estimates:
    """What each member says of every example after training on the four fifths without it."""
    import numpy as np  # noqa: PLC0415

    shuffled = np.random.default_rng(seed).permutation(len(lesson.weights))
    found: dict[str, NDArray[np.float64]] = {}
    for fold in range(FOLDS):
        out = np.sort(shuffled[fold::FOLDS])
        rest = np.setdiff1d(shuffled, out)
        known, asked = lesson.part(rest), lesson.part(out)
        arrays = fit_members(known.material, known.outcomes, known.weights, seed)
        for name, estimate in estimates(arrays, asked.material).items():
            found.setdefault(name, np.zeros(lesson.outcomes.shape))[out] = estimate
    return found


def data_sha256(examples: Sequence[Example]) -> str:
    """A hash of all that was trained on, the same wherever it is computed."""
    digest = hashlib.sha256()
    for example in examples:
        row = {
            "text": example.text,
            "outcomes": {tier.value: example.outcomes[tier] for tier in TIERS if tier in example.outcomes},
            "weight": example.weight,
            "at": example.at.isoformat() if example.at else None,
        }
        digest.update(json.dumps(row, ensure_ascii=True, sort_keys=True).encode() + b"\n")
    return digest.hexdigest()


def _refuse_bad_numbers(examples: Sequence[Example], weights: "NDArray[np.float64]") -> None:
    import numpy as np  # noqa: PLC0415

    for number, example in enumerate(examples, start=1):
        for tier, outcome in example.outcomes.items():
            if not 0 <= outcome <= 1:  # also true of NaN
                raise ValueError(f"example {number}: the outcome of {tier} is {outcome}, not between 0 and 1")
    if not np.isfinite(weights).all() or (weights < 0).any() or not weights.any():
        raise ValueError("the examples' weights must be finite, not below 0, and not all 0")
