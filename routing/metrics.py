"""The numbers a router is judged by, as RouteLLM's paper defines them (Ong et al. 2024, arXiv:2406.18665). Pure.

Two models stand beside each other, a weak and a strong one. A router orders the requests by how much it would rather
give them to the strong one; sending the first share c there gives the routing curve, the quality at every c.
"""

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

BINS: Final = 10


def gap_recovered(
    rank: "NDArray[np.float64]", weak: "NDArray[np.float64]", strong: "NDArray[np.float64]"
) -> "NDArray[np.float64]":
    """The share of the quality gap (PGR) that is closed with the 0, 1, … n first requests at the strong model.

    A higher `rank` goes first. Requests of one rank go together: between them the curve is a straight line, as it is
    on average for a random order.
    """
    import numpy as np  # noqa: PLC0415

    order = np.argsort(-rank, kind="stable")
    gain = (strong - weak)[order]
    _, start, size = np.unique(-rank[order], return_index=True, return_counts=True)
    even = np.repeat(np.add.reduceat(gain, start) / size, size)
    return np.asarray(np.concatenate([[0.0], np.cumsum(even)]) / gain.sum())


def apgr(curve: "NDArray[np.float64]") -> float:
    """The mean share of the gap over all shares of strong calls: 0.5 for chance, by the trapezoid rule."""
    import numpy as np  # noqa: PLC0415

    return float(np.trapezoid(curve, dx=1 / (len(curve) - 1)))


def calls_for(curve: "NDArray[np.float64]", share: float) -> float:
    """CPT: the least share of calls to the strong model that closes so much of the gap (between calls: a line)."""
    import numpy as np  # noqa: PLC0415

    reached = int(np.argmax(curve >= share - 1e-12))
    if reached == 0:
        return 0.0
    before, at = curve[reached - 1], curve[reached]
    part = (share - before) / (at - before) if at > before else 1.0
    return float((reached - 1 + part) / (len(curve) - 1))


def brier(chance: "NDArray[np.float64]", truth: "NDArray[np.float64]") -> float:
    """The mean squared error of chances."""
    return float(((chance - truth) ** 2).mean())


def calibration_error(chance: "NDArray[np.float64]", truth: "NDArray[np.float64]", bins: int = BINS) -> float:
    """ECE: how far chances are from what happened, on average over bins of as many requests each."""
    import numpy as np  # noqa: PLC0415

    order = np.argsort(chance, kind="stable")
    parts = np.array_split(order, min(bins, len(order)))
    errors = [len(part) * abs(float(chance[part].mean() - truth[part].mean())) for part in parts if len(part)]
    return float(sum(errors) / len(order))
