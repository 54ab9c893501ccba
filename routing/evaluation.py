"""How good a router is on labelled requests: the same numbers for it, its members, and what needs no training.

Every prediction that is judged comes from a router that has not seen the request (k folds). The numbers are those of
routing/metrics.py; the baselines are chance, length of the message, always one tier, and an oracle.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from nexus.static_vectors import StaticVectors
from nexus.work_order import Role
from routing.artefact import Arrays, Artefact, Manifest
from routing.ensemble import MEMBERS, calibrated, estimates, mean_of
from routing.metrics import apgr, calibration_error, calls_for, gap_recovered
from routing.router import Router
from routing.training import Example, Lesson, learn, lesson_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FOLDS: Final = 5
RESAMPLES: Final = 1_000
QUALITIES: Final = (0.95, 0.99)
TIMED: Final = 300


@dataclass(frozen=True, slots=True, eq=False)
class Unseen:
    """Chances for requests that the router had not seen: by tier, and each member's wish for the strong one."""

    lesson: Lesson
    chances: "NDArray[np.float64]"
    gains: "Mapping[str, NDArray[np.float64]]"
    times_ms: list[float]


@dataclass(frozen=True, slots=True)
class Standing:
    """One way to order requests. `calls_at` and `cost_at` by quality: shares of always-strong's calls and cost."""

    apgr: float
    low: float
    high: float
    cpt50: float
    cpt80: float
    calls_at: Mapping[float, float]
    cost_at: Mapping[float, float]

    def to_json(self) -> dict[str, object]:
        """As it is written to a file."""
        return {
            "apgr": round(self.apgr, 4),
            "apgr_95ci": [round(self.low, 4), round(self.high, 4)],
            "cpt50": round(self.cpt50, 4),
            "cpt80": round(self.cpt80, 4),
            **{
                f"calls{quality:.0%}".rstrip("%"): round(share, 4) for quality, share in self.calls_at.items()
            },
            **{f"cost{quality:.0%}".rstrip("%"): round(share, 4) for quality, share in self.cost_at.items()},
        }


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """The scores of the weak and of the strong model, and what each request costs there, in any unit."""

    weak: "NDArray[np.float64]"
    strong: "NDArray[np.float64]"
    weak_cost: "NDArray[np.float64]"
    strong_cost: "NDArray[np.float64]"


def predict_unseen(
    examples: Sequence[Example], vectors: StaticVectors, *, seed: int = 0, folds: int = FOLDS
) -> Unseen:
    """Train on all folds but one and predict that one, for each fold. All examples have an outcome at every tier.

    Raises:
        ValueError: there are too few examples.
    """
    import numpy as np  # noqa: PLC0415

    lesson = lesson_of(examples, vectors)
    shuffled = np.random.default_rng(seed).permutation(len(examples))
    chances = np.zeros(lesson.outcomes.shape)
    gains = {name: np.zeros(len(examples)) for name in MEMBERS}
    times_ms: list[float] = []
    for fold in range(folds):
        out = np.sort(shuffled[fold::folds])
        arrays = learn(lesson.part(np.setdiff1d(shuffled, out)), seed).arrays
        members = estimates(arrays, lesson.part(out).material)
        chances[out] = calibrated(mean_of(members), arrays["calibration"])
        for name in MEMBERS:
            gains[name][out] = members[name][:, -1] - members[name][:, 0]
        texts = [examples[place].text for place in out[: TIMED // folds]]
        times_ms += timed(router_of(arrays, lesson.tiers, vectors), texts)
    gains["router"] = chances[:, -1] - chances[:, 0]
    return Unseen(lesson, chances, gains, times_ms)


def router_of(arrays: Arrays, tiers: tuple[Role, ...], vectors: StaticVectors) -> Router:
    """A router that was trained for an exam and is thrown away."""
    manifest = Manifest(
        origin="exam",
        tiers=tiers,
        examples=1,
        data_sha256="0" * 64,
        seed=0,
        spread_limit=0,
        metrics={},
        libraries={},
        arrays_sha256="0" * 64,
    )
    return Router(Artefact(manifest, arrays), vectors)


def timed(router: Router, texts: Sequence[str]) -> list[float]:
    """Milliseconds of one prediction each, all in: features, tokens, embedding, pieces, members, calibration."""
    router.predict("")  # what is done once in a process is not a prediction's time
    times: list[float] = []
    for text in texts:
        began = time.perf_counter()
        router.predict(text)
        times.append((time.perf_counter() - began) * 1000)
    return times


def standing(rank: "NDArray[np.float64]", pair: Pair, *, seed: int = 0) -> Standing:
    """All numbers of one way to order requests; the interval by bootstrap over requests."""
    import numpy as np  # noqa: PLC0415

    curve = gap_recovered(rank, pair.weak, pair.strong)
    random = np.random.default_rng(seed)
    again = []
    for _ in range(RESAMPLES):
        rows = random.integers(0, len(rank), len(rank))
        weak, strong = pair.weak[rows], pair.strong[rows]
        if strong.sum() > weak.sum():
            again.append(apgr(gap_recovered(rank[rows], weak, strong)))
    low, high = np.quantile(again, [0.025, 0.975]) if again else (np.nan, np.nan)
    reached = {quality: calls_for(curve, share_of_gap(quality, pair)) for quality in QUALITIES}
    return Standing(
        apgr(curve),
        float(low),
        float(high),
        calls_for(curve, 0.5),
        calls_for(curve, 0.8),
        reached,
        {quality: cost_share(rank, calls, pair) for quality, calls in reached.items()},
    )


def standings(
    unseen: Unseen, pair: Pair, lengths: "NDArray[np.float64]", *, seed: int = 0
) -> dict[str, Standing]:
    """The router, each of its members, and the baselines that order requests."""
    import numpy as np  # noqa: PLC0415

    ways = {
        **{name: unseen.gains[name] for name in ("router", *MEMBERS)},
        "length": lengths,
        "random": np.zeros(len(lengths)),  # all alike: what a random order gives on average
        "oracle": pair.strong - pair.weak,
    }
    return {name: standing(rank, pair, seed=seed) for name, rank in ways.items()}


def lead_over(
    rank: "NDArray[np.float64]", other: "NDArray[np.float64]", pair: Pair, *, seed: int = 0
) -> tuple[float, float]:
    """The 95 % interval of how much more APGR the first order has, by bootstrap over the same requests."""
    import numpy as np  # noqa: PLC0415

    random = np.random.default_rng(seed)
    leads = []
    for _ in range(RESAMPLES):
        rows = random.integers(0, len(rank), len(rank))
        weak, strong = pair.weak[rows], pair.strong[rows]
        if strong.sum() > weak.sum():
            ours, theirs = (apgr(gap_recovered(each[rows], weak, strong)) for each in (rank, other))
            leads.append(ours - theirs)
    low, high = np.quantile(leads, [0.025, 0.975])
    return float(low), float(high)


def share_of_gap(quality: float, pair: Pair) -> float:
    """Which share of the gap must be closed to reach `quality` times the strong model's quality."""
    weak, strong = float(pair.weak.mean()), float(pair.strong.mean())
    return max((quality * strong - weak) / (strong - weak), 0.0)


def cost_share(rank: "NDArray[np.float64]", calls: float, pair: Pair) -> float:
    """What sending the first share `calls` to the strong model costs, as a share of sending all there."""
    import numpy as np  # noqa: PLC0415

    order = np.argsort(-rank, kind="stable")
    many = round(calls * len(rank))
    spent = pair.strong_cost[order[:many]].sum() + pair.weak_cost[order[many:]].sum()
    return float(spent / pair.strong_cost.sum())


def choices_at(rank: "NDArray[np.float64]", calls: float, pair: Pair) -> dict[str, float]:
    """How well the two tiers were told apart when so many requests go to the strong one.

    `tier_accuracy`: the cheapest tier that is right was chosen (where none is right: the cheap one). `under_routing`:
    the cheap one was chosen and is wrong where the strong one is right. `over_routing`: the strong one was chosen
    where the cheap one is as good.
    """
    import numpy as np  # noqa: PLC0415

    chosen = np.zeros(len(rank), dtype=bool)
    chosen[np.argsort(-rank, kind="stable")[: round(calls * len(rank))]] = True
    needed = pair.strong > pair.weak
    return {
        "tier_accuracy": round(float((chosen == needed).mean()), 4),
        "under_routing": round(float((~chosen & needed).mean()), 4),
        "over_routing": round(float((chosen & ~needed).mean()), 4),
    }


def calibration_by_tier(unseen: Unseen) -> dict[str, float]:
    """The calibration error of each tier's chance, in ten bins of as many requests."""
    return {
        tier.value: round(calibration_error(unseen.chances[:, head], unseen.lesson.outcomes[:, head]), 4)
        for head, tier in enumerate(unseen.lesson.tiers)
    }
