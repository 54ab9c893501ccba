"""A text as the words, pairs of words and short runs of letters it is made of, counted: what TF-IDF weighs.

Pieces are kept as 32-bit hashes and never as text: a model that was trained on the owner's messages holds no word of
them. The pieces themselves are those of scikit-learn's `TfidfVectorizer` (`word` with 1 and 2, `char_wb` with 2 to 4),
and so are the weights (tests/routing/test_routing_pieces.py compares them).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final
from zlib import crc32

from routing.features import clipped

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SHORTEST_RUN: Final = 2
LONGEST_RUN: Final = 4
_WORD = re.compile(r"\b\w\w+\b")


@dataclass(frozen=True, slots=True, eq=False)
class Counts:
    """The pieces of one text: sorted hashes, and how often each is there."""

    hashes: "NDArray[np.uint32]"
    times: "NDArray[np.int64]"


@dataclass(frozen=True, slots=True, eq=False)
class Weighing:
    """Which pieces count (sorted hashes), and how rare each is: the inverse document frequency."""

    hashes: "NDArray[np.uint32]"
    rarity: "NDArray[np.float64]"

    def weigh(self, counts: Counts) -> "tuple[NDArray[np.intp], NDArray[np.float64]]":
        """The columns of the known pieces of a text and their weights, of length 1 together.

        A weight is (1 + ln times) · rarity, as `TfidfVectorizer(sublinear_tf=True)` has it.
        """
        import numpy as np  # noqa: PLC0415

        if not len(self.hashes):
            return np.empty(0, dtype=np.intp), np.empty(0)
        columns = np.minimum(np.searchsorted(self.hashes, counts.hashes), len(self.hashes) - 1)
        known = self.hashes[columns] == counts.hashes
        columns = columns[known]
        weights = (1.0 + np.log(counts.times[known])) * self.rarity[columns]
        length = float(np.sqrt(weights @ weights))
        return columns, weights / length if length else weights


def words_of(text: str) -> list[str]:
    """The words of two letters or more in lower case, and the pairs of neighbours."""
    words = _WORD.findall(_readable(text))
    return [*words, *(f"{first} {second}" for first, second in pairwise(words))]


def runs_of(text: str) -> list[str]:
    """Runs of two to four characters within words, where a space stands before and after each word."""
    runs: list[str] = []
    for word in _readable(text).split():
        padded = f" {word} "
        for length in range(SHORTEST_RUN, LONGEST_RUN + 1):
            last = len(padded) - length
            if last <= 0:  # a short word counts once, and no longer run fits into it
                runs.append(padded[:length])
                break
            runs.extend([padded[start : start + length] for start in range(last + 1)])
    return runs


def count(pieces: Sequence[str]) -> Counts:
    """How often each piece is there."""
    import numpy as np  # noqa: PLC0415

    hashes = np.fromiter((crc32(piece.encode()) for piece in pieces), dtype=np.uint32, count=len(pieces))
    distinct, times = np.unique(hashes, return_counts=True)
    return Counts(distinct, times.astype(np.int64))


def learn_weighing(texts: Sequence[Counts], *, least_texts: int, most_pieces: int) -> Weighing:
    """The pieces that are in at least `least_texts` texts, at most so many, the most frequent first."""
    import numpy as np  # noqa: PLC0415

    everything = np.concatenate([text.hashes for text in texts]) if texts else np.empty(0, dtype=np.uint32)
    hashes, frequency = np.unique(everything, return_counts=True)
    kept = frequency >= least_texts
    hashes, frequency = hashes[kept], frequency[kept]
    if len(hashes) > most_pieces:
        chosen = np.sort(np.argsort(-frequency, kind="stable")[:most_pieces])
        hashes, frequency = hashes[chosen], frequency[chosen]
    return Weighing(hashes, np.log((1 + len(texts)) / (1 + frequency)) + 1)


def _readable(text: str) -> str:
    return clipped(text).encode("utf-8", "replace").decode("utf-8").lower()
