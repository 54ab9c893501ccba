"""Closeness in meaning by static word vectors: the angle between the sum of a passage's words and that of the query's.

Function words and numbers are left out. What was made once is kept. Comparing word by word, each with its nearest, was
tried and found less: .91 of the planted facts where the sums found .93 (docs/memory.md).
"""

from collections.abc import Mapping, Sequence
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

type Floats = NDArray[np.float32]
type Words = tuple[str, ...]

KEPT_WORDS: Final = 20_000  # 20 MB
KEPT_PASSAGES: Final = 16_000  # 16 MB
LONGEST_WORD: Final = 40
CHUNK: Final = 1_000  # passages whose vectors are made at once: 12 MB


class Embeds(Protocol):
    """What makes vectors of texts, one unit row each."""

    def embed(self, texts: Sequence[str], /) -> Floats:
        """The rows."""
        ...


class _Rows[Key]:
    """Vectors by their keys, in one matrix; all are forgotten when there are too many."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._at: dict[Key, int] = {}
        self._matrix: Floats = np.zeros((0, 0), np.float32)

    def missing(self, keys: Sequence[Key]) -> list[Key]:
        """Those without a vector, each once."""
        if len(self._at) > self._most:
            self._at, self._matrix = {}, np.zeros((0, 0), np.float32)
        return list(dict.fromkeys(key for key in keys if key not in self._at))

    def add(self, keys: Sequence[Key], rows: Floats) -> None:
        """Keep the vectors of new keys."""
        self._at.update(zip(keys, range(len(self._at), len(self._at) + len(keys)), strict=True))
        self._matrix = rows if not self._matrix.size else np.vstack((self._matrix, rows))

    def of(self, keys: Sequence[Key]) -> Floats:
        """One row a key."""
        return self._matrix[[self._at[key] for key in keys]]


class WordVectors:
    """The vectors of the words and passages that were met. One per process; not for two threads at once."""

    def __init__(self, source: Embeds) -> None:
        self._source = source
        self._words = _Rows[str](KEPT_WORDS)
        self._passages = _Rows[Words](KEPT_PASSAGES)

    def of_words(self, words: Sequence[str]) -> Floats:
        """One unit row a word."""
        if new := self._words.missing(words):
            self._words.add(new, self._source.embed([word[:LONGEST_WORD] for word in new]))
        return self._words.of(words)

    def of_passages(self, passages: Sequence[Words]) -> Floats:
        """One row of length 1 a passage; zeros for one without words."""
        new = self._passages.missing(passages)
        for start in range(0, len(new), CHUNK):
            chunk = new[start : start + CHUNK]
            self._passages.add(chunk, self._sums(chunk))
        return self._passages.of(passages)

    def _sums(self, passages: Sequence[Words]) -> Floats:
        sums = np.zeros((len(passages), self.of_words(["a"]).shape[1]), np.float32)
        filled = [at for at, words in enumerate(passages) if words]
        if filled:
            begins = np.cumsum([0, *(len(passages[at]) for at in filled[:-1])])
            rows = self.of_words([word for at in filled for word in passages[at]])
            sums[filled] = np.add.reduceat(rows, begins, axis=0)
        lengths = np.sqrt(np.einsum("ij,ij->i", sums, sums))
        rows_of_length_1: Floats = sums / np.maximum(lengths, 1e-6)[:, None]
        return rows_of_length_1


def closeness(vectors: WordVectors, query: Mapping[str, float], passages: Sequence[Words]) -> list[float]:
    """Each passage's cosine with the weighted words of `query`; 0 and up."""
    if not query or not passages:
        return [0.0] * len(passages)
    asked = np.array(list(query.values()), np.float32) @ vectors.of_words(list(query))
    asked /= max(float(np.linalg.norm(asked)), 1e-6)
    cosines = vectors.of_passages(passages) @ asked
    return [float(score) for score in np.round(np.maximum(cosines, 0).astype(np.float64), 5)]
