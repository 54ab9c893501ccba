"""BM25: how well a passage matches a query by the terms they share, rare terms counting more.

Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond", 2009, with k1 = 1.2 and b = 0.6:
passages are sentences, so their length says less than that of documents.
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

K1: Final = 1.2
B: Final = 0.6


def rarity(holding: int, among: int) -> float:
    """The weight of a term that `holding` of `among` passages hold; never negative."""
    return math.log(1 + (among - holding + 0.5) / (holding + 0.5))


def bm25(query: Mapping[str, float], passages: Sequence[tuple[str, ...]]) -> list[float]:
    """Each passage's score for the weighted terms of `query`; 0 where they share none."""
    wanted = set(query)
    shared = [(place, hits) for place, terms in enumerate(passages) if (hits := wanted.intersection(terms))]
    holding = Counter(term for _, hits in shared for term in hits)
    weight = {term: query[term] * rarity(count, len(passages)) for term, count in holding.items()}
    mean = sum(map(len, passages)) / len(passages) if passages else 1.0
    scores = [0.0] * len(passages)
    for place, hits in shared:
        terms = passages[place]
        length = K1 * (1 - B + B * len(terms) / mean)
        scores[place] = sum(
            weight[term] * (K1 + 1) * (n := terms.count(term)) / (n + length) for term in sorted(hits)
        )
    return scores
