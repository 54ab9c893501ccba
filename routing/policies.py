"""What a router and a cascade save, with and without each other, at the quality of the strongest tier. For the exam.

A policy gives every request a path of tiers. Each answer but the last one's is checked; a rejected one goes to the
next tier. One half of the requests trains the router and sets the policy's knob to the least cost that keeps the
wanted quality there; cost and quality are read off the other half. Nothing is learned from that one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Final

from routing.economy import ALIKE
from routing.ensemble import calibrated, estimates, mean_of
from routing.training import Lesson, learn

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SEEDS: Final = 5
VALUES: Final = tuple(10 ** (step / 8) for step in range(-16, 25))
"""What a right answer is worth, in tries at the strongest tier: the knob of policies that use the router."""

type Path = tuple[int, ...]
type Run = tuple[float, float, bool]


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """Requests by tier: whether the answer is right (0 to 1), and what it costs, in dollars."""

    right: "NDArray[np.float64]"
    usd: "NDArray[np.float64]"

    def part(self, rows: "NDArray[np.intp]") -> "Table":
        """Some of the requests."""
        return Table(self.right[rows], self.usd[rows])


@dataclass(frozen=True, slots=True, eq=False)
class Check:
    """How an answer is judged: for each request and tier, the chance that it is rejected."""

    name: str
    rejects: "NDArray[np.float64]"

    def part(self, rows: "NDArray[np.intp]") -> "Check":
        """For some of the requests."""
        return Check(self.name, self.rejects[rows])


@dataclass(frozen=True, slots=True)
class Result:
    """What a policy reached on the half that it was not set on, over several halvings: means and deviations."""

    quality: float
    quality_sd: float
    cost: float
    cost_sd: float
    reached: int

    def to_json(self) -> dict[str, float]:
        """Shares of always-strong's quality and cost, and in how many halvings the setting half reached the goal."""
        return {
            "quality": round(self.quality, 4),
            "quality_sd": round(self.quality_sd, 4),
            "cost": round(self.cost, 4),
            "cost_sd": round(self.cost_sd, 4),
            "reached_on_setting_half": self.reached,
        }


def simulated(name: str, table: Table, catches: float, false_alarms: float) -> Check:
    """A check that fails so many of the wrong answers and so many of the right ones, whatever they are about."""
    return Check(name, table.right * false_alarms + (1 - table.right) * catches)


def compare(
    lesson: Lesson, table: Table, checks: Sequence[Check], qualities: Sequence[float], *, seeds: int = SEEDS
) -> dict[str, dict[float, Result]]:
    """Every policy at every wanted quality (shares of the strongest tier's).

    Names: `mixture` (no router, no check: requests are dealt out at random between tiers), `router`, and for each
    check `cascade (…)` and `router + cascade (…)`.
    """
    found: dict[str, dict[float, list[Run]]] = {}
    for seed in range(seeds):
        for name, runs in _one_halving(lesson, table, checks, qualities, seed).items():
            for quality, run in runs.items():
                found.setdefault(name, {}).setdefault(quality, []).append(run)
    return {name: {quality: _summary(runs) for quality, runs in by.items()} for name, by in found.items()}


def _one_halving(
    lesson: Lesson, table: Table, checks: Sequence[Check], qualities: Sequence[float], seed: int
) -> dict[str, dict[float, Run]]:
    import numpy as np  # noqa: PLC0415

    shuffled = np.random.default_rng(seed).permutation(len(table.usd))
    halves = [np.sort(shuffled[: len(shuffled) // 2]), np.sort(shuffled[len(shuffled) // 2 :])]
    known = lesson.part(halves[0])
    learned = learn(known, seed)
    unseen = estimates(learned.arrays, lesson.part(halves[1]).material)
    chances = [
        learned.chances,
        calibrated(mean_of(unseen), learned.arrays["calibration"]),
    ]
    parts = [table.part(half) for half in halves]
    tiers = range(table.usd.shape[1])
    nothing = Check("", np.zeros(table.usd.shape))
    runs = {
        "mixture": fixed(
            [(tier,) for tier in tiers], parts, [nothing.part(half) for half in halves], qualities
        ),
        "router": routed(
            [(tier,) for tier in tiers], parts, [nothing.part(half) for half in halves], chances, qualities
        ),
    }
    for check in checks:
        judged = [check.part(half) for half in halves]
        runs[f"cascade ({check.name})"] = fixed(_rising(tiers), parts, judged, qualities)
        runs[f"router + cascade ({check.name})"] = routed(_rising(tiers), parts, judged, chances, qualities)
    return runs


def fixed(
    paths: Sequence[Path], parts: Sequence[Table], checks: Sequence[Check], qualities: Sequence[float]
) -> dict[float, Run]:
    """The same for every request: two paths, dealt out at random in the best proportion."""
    return _mixed(_points(paths, parts, checks), parts, qualities)


def routed(
    paths: Sequence[Path],
    parts: Sequence[Table],
    checks: Sequence[Check],
    chances: "Sequence[NDArray[np.float64]]",
    qualities: Sequence[float],
) -> dict[float, Run]:
    """Each request takes the path with the least expected loss; the knob is what a right answer is worth.

    As without a router, two settings are dealt out in the best proportion; "the same for every request" is one.
    """
    import numpy as np  # noqa: PLC0415

    # Before a request is answered its tokens are unknown: each tier's mean on the setting half stands for them.
    usual = parts[0].usd.mean(axis=0)
    rates = _rates(checks[0], parts[0])
    points = _points(paths, parts, checks)
    for half, (part, check, chance) in enumerate(zip(parts, checks, chances, strict=True)):
        gain, price = _beside([expect(path, chance, usual, rates) for path in paths])
        right, usd = _beside([_outcome(path, part, check) for path in paths])
        rows = np.arange(len(part.usd))
        for value in VALUES:
            taken = np.argmin(price - value * usual[-1] * gain, axis=1)
            points[half].append((float(right[rows, taken].mean()), float(usd[rows, taken].mean())))
    return _mixed(points, parts, qualities)


def _points(
    paths: Sequence[Path], parts: Sequence[Table], checks: Sequence[Check]
) -> list[list[tuple[float, float]]]:
    """Quality and cost of each path for all requests, on both halves."""
    halves = []
    for part, check in zip(parts, checks, strict=True):
        outcomes = [_outcome(path, part, check) for path in paths]
        halves.append([(float(right.mean()), float(usd.mean())) for right, usd in outcomes])
    return halves


def _mixed(
    points: Sequence[Sequence[tuple[float, float]]], parts: Sequence[Table], qualities: Sequence[float]
) -> dict[float, Run]:
    """The cheapest mixture of two points that reaches the goal on the first half, read off the second."""
    strong = [(float(part.right[:, -1].mean()), float(part.usd[:, -1].mean())) for part in parts]
    result = {}
    for quality in qualities:
        first, second, share, met = _cheapest_mix(points[0], quality * strong[0][0])
        right, usd = (
            share * points[1][first][axis] + (1 - share) * points[1][second][axis] for axis in (0, 1)
        )
        result[quality] = (right / strong[1][0], usd / strong[1][1], met)
    return result


def _beside(
    columns: "Sequence[tuple[NDArray[np.float64], NDArray[np.float64]]]",
) -> "tuple[NDArray[np.float64], NDArray[np.float64]]":
    import numpy as np  # noqa: PLC0415

    return np.stack([first for first, _ in columns], axis=1), np.stack(
        [second for _, second in columns], axis=1
    )


def expect(
    path: Path, chance: "NDArray[np.float64]", usd: "NDArray[np.float64]", rates: "NDArray[np.float64]"
) -> "tuple[NDArray[np.float64], NDArray[np.float64]]":
    """What a path is expected to deliver and to cost, by the same reasoning as routing/economy.py, for all requests.

    `rates` has a row for each tier: how many wrong and how many right answers the check rejects there.
    """
    import numpy as np  # noqa: PLC0415

    alike = float(ALIKE)
    reached, right, spent = np.ones(len(chance)), np.zeros(len(chance)), np.zeros(len(chance))
    was_right = np.zeros(len(chance))
    for place, tier in enumerate(path):
        rate = chance[:, tier]
        if place:
            weaker = chance[:, path[place - 1]]
            left = np.clip(rate - weaker, 0, None) / np.clip(1 - weaker, 1e-6, None)
            after_wrong = alike * left + (1 - alike) * rate
            rate = was_right * (alike + (1 - alike) * rate) + (1 - was_right) * after_wrong
        spent += reached * usd[tier]
        if place == len(path) - 1:
            right += reached * rate
            break
        catches, alarms = rates[tier]
        rejected = rate * alarms + (1 - rate) * catches
        right += reached * rate * (1 - alarms)
        was_right = np.divide(rate * alarms, rejected, out=np.zeros_like(rate), where=rejected > 0)
        reached = reached * rejected
    return right, spent


def _outcome(path: Path, part: Table, check: Check) -> "tuple[NDArray[np.float64], NDArray[np.float64]]":
    """What a path does deliver and cost, for each request. The last tier's answer is delivered as it is."""
    import numpy as np  # noqa: PLC0415

    reached, right, spent = np.ones(len(part.usd)), np.zeros(len(part.usd)), np.zeros(len(part.usd))
    for place, tier in enumerate(path):
        rejected = check.rejects[:, tier] if place < len(path) - 1 else np.zeros(len(part.usd))
        spent += reached * part.usd[:, tier]
        right += reached * (1 - rejected) * part.right[:, tier]
        reached = reached * rejected
    return right, spent


def _rates(check: Check, part: Table) -> "NDArray[np.float64]":
    """How many wrong and right answers of each tier a check rejects, as measured on the setting half."""
    import numpy as np  # noqa: PLC0415

    wrong = 1 - part.right
    return np.stack(
        [
            (check.rejects * wrong).sum(axis=0) / np.clip(wrong.sum(axis=0), 1e-9, None),
            (check.rejects * part.right).sum(axis=0) / np.clip(part.right.sum(axis=0), 1e-9, None),
        ],
        axis=1,
    )


def _cheapest_mix(points: Sequence[tuple[float, float]], goal: float) -> tuple[int, int, float, bool]:
    """Two points and the share of the first whose mixture reaches the goal for the least cost."""
    best = (len(points), 0, 0.0, float("inf"))
    for first, (q1, usd1) in enumerate(points):
        for second, (q2, usd2) in enumerate(points):
            if q1 < goal or (first != second and q2 >= goal):
                continue
            share = 1.0 if first == second else (goal - q2) / (q1 - q2)
            usd = share * usd1 + (1 - share) * usd2
            if usd < best[3]:
                best = (first, second, share, usd)
    if best[0] == len(points):
        highest = max(range(len(points)), key=lambda at: points[at][0])
        return highest, highest, 1.0, False
    return best[0], best[1], best[2], True


def _rising(tiers: Sequence[int]) -> list[Path]:
    return [path for length in range(1, len(tiers) + 1) for path in combinations(tiers, length)]


def _summary(runs: Sequence[Run]) -> Result:
    import numpy as np  # noqa: PLC0415

    numbers = np.array([run[:2] for run in runs])
    mean, deviation = numbers.mean(axis=0), numbers.std(axis=0)
    return Result(
        float(mean[0]), float(deviation[0]), float(mean[1]), float(deviation[1]), sum(run[2] for run in runs)
    )
