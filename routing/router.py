"""The learned router at work: how likely each tier's first answer to a request passes. Needs only numpy, 2 ms."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from nexus.static_vectors import StaticVectors, load_vectors
from nexus.work_order import TIERS, Role
from routing.artefact import Artefact, Manifest, load
from routing.ensemble import calibrated, estimates, material_of, mean_of, spread_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

PRIOR: Final = Path(__file__).parent / "prior"
"""The artefact that ships with the package, trained on routing/samples."""


@dataclass(frozen=True, slots=True)
class Prediction:
    """How likely each tier's first answer passes, never falling with the tier.

    `gain` is the highest tier's chance less the lowest's before they were brought in order, so it may be below 0;
    `spread` tells how far the members are apart, and `uncertain` that they are further apart than is usual.
    """

    success: Mapping[Role, float]
    gain: float
    spread: float
    uncertain: bool
    version: str


class Router:
    """A trained artefact and the word vectors. Safe to share between threads."""

    def __init__(self, artefact: Artefact, vectors: StaticVectors) -> None:
        self._arrays = artefact.arrays
        self._vectors = vectors
        self.manifest: Manifest = artefact.manifest
        self.version = artefact.manifest.version

    def predict(self, text: str) -> Prediction:
        """The chances for one request."""
        return self.predict_many([text])[0]

    def predict_many(self, texts: Sequence[str]) -> list[Prediction]:
        """The chances for several; each as if it were alone."""
        if not texts:
            return []
        members = estimates(self._arrays, material_of(texts, self._vectors))
        chances = calibrated(mean_of(members), self._arrays["calibration"])
        spreads = spread_of(members)
        return [self._prediction(row, float(spread)) for row, spread in zip(chances, spreads, strict=True)]

    def _prediction(self, chances: "NDArray[np.float64]", spread: float) -> Prediction:
        import numpy as np  # noqa: PLC0415

        rising = np.maximum.accumulate(chances)
        known = [TIERS.index(tier) for tier in self.manifest.tiers]
        # A tier nobody trained lies between its neighbours.
        filled = np.interp(np.arange(len(TIERS)), known, rising)
        success = {tier: float(chance) for tier, chance in zip(TIERS, filled, strict=True)}
        gain = float(chances[-1] - chances[0])
        return Prediction(success, gain, spread, spread > self.manifest.spread_limit, self.version)


def load_router(path: Path | None = None) -> Router:
    """The router in a folder, by default the shipped one. Takes about 0.15 s the first time; keep what it returns.

    Raises:
        ConfigurationError: the artefact or the word vectors cannot be used; says why and what to do.
    """
    return Router(load(path or PRIOR), load_vectors())
