"""Platt scaling: the logistic curve that turns estimates into chances, fitted on texts the members had not seen."""

from typing import TYPE_CHECKING, Final

from routing.ensemble import odds

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

ROUNDS: Final = 50
BELIEF: Final = 2.0
"""How many examples the curve that changes nothing (slope 1, offset 0) is worth."""


def fit_curve(
    estimate: "NDArray[np.float64]", outcome: "NDArray[np.float64]", weight: "NDArray[np.float64]"
) -> tuple[float, float]:
    """Slope and offset by weighted maximum likelihood (Newton's method); outcomes that are NaN do not count."""
    import numpy as np  # noqa: PLC0415

    tried = ~np.isnan(outcome) & (weight > 0)
    x, y, w = odds(estimate[tried]), outcome[tried], weight[tried]
    design = np.stack([x, np.ones_like(x)], axis=1)
    start = np.array([1.0, 0.0])
    curve = start.copy()
    for _ in range(ROUNDS):
        chance = 1 / (1 + np.exp(-np.clip(design @ curve, -30, 30)))
        slope = design.T @ (w * (chance - y)) + BELIEF * (curve - start)
        bend = (design * (w * chance * (1 - chance))[:, None]).T @ design + BELIEF * np.eye(2)
        step = np.linalg.solve(bend, slope)
        curve = curve - np.clip(step, -2, 2)
        if np.abs(step).max() < 1e-10:
            break
    # Estimates that point the wrong way say nothing: the curve is flat then, never falling.
    return max(float(curve[0]), 0.0), float(curve[1])
