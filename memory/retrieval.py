"""Earlier passages for a message: two rankings, by shared terms and by likeness in meaning, fused by reciprocal rank.

Fusion: Cormack, Clarke and Buettcher, "Reciprocal Rank Fusion outperforms Condorcet", SIGIR 2009. A passage that is
found brings its neighbours: what follows it in its turn ("Her number is …"), and the answer where it is a question.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from memory.asking import asks, is_question, points_back, wanted_kinds
from memory.bm25 import bm25
from memory.facts import facts_in
from memory.meaning import WordVectors, closeness
from memory.passages import Passage, passages_of
from memory.terms import terms_of, words_of
from memory.turns import Said

FUSE_K: Final = 20
ASKS: Final = -0.03  # an earlier question is seldom what answers a later one
LEAST_SHARE: Final = 0.3  # of the best score; what is below has no rank
STANDING: Final = 0.05  # the first place of one ranking
FULL_WEIGHT: Final = 3.0
DEEPEST: Final = 300  # places of each ranking that count
SMALL_TURN: Final = 32  # tokens; a turn up to here is taken whole
NEIGHBOUR_TOKENS: Final = 40  # a longer neighbour stays away
QUERY_HEAD: Final = 4_000
QUERY_TAIL: Final = 2_000
QUERY_WORDS: Final = 64
FEW_WORDS: Final = 4  # a message with fewer is understood with what was said just before
EARLIER_WEIGHT: Final = 0.25
LINE_TOKENS: Final = 4
GOES_ON_CHARS: Final = 30
MOST_TRIED: Final = 200
ALIKE: Final = 0.3


@dataclass(frozen=True, slots=True)
class Query:
    """What is looked for: weighted terms and words."""

    terms: Mapping[str, float]
    words: Mapping[str, float]
    wants: frozenset[str] = frozenset()  # kinds of facts that would answer it


@dataclass(frozen=True, slots=True)
class Place:
    """A passage and the index of its turn."""

    turn: int
    passage: Passage


def query_of(message: str, before: Sequence[Said] = ()) -> Query:
    """What a message asks for. A short one that points back ("and his number?") also asks, more softly, for what the
    last exchange spoke of."""
    text = _bounded(message)
    terms, words = dict.fromkeys(terms_of(text), 1.0), dict.fromkeys(words_of(text), 1.0)
    if len(words) < FEW_WORDS and points_back(text):
        for said in before[-2:]:
            terms |= {term: EARLIER_WEIGHT for term in terms_of(_bounded(said.content)) if term not in terms}
            words |= {word: EARLIER_WEIGHT for word in words_of(_bounded(said.content)) if word not in words}
    return Query(_first(terms), _first(words), wanted_kinds(text))


def _bounded(text: str) -> str:
    return text if len(text) <= QUERY_HEAD + QUERY_TAIL else f"{text[:QUERY_HEAD]}\n{text[-QUERY_TAIL:]}"


def _first(weights: dict[str, float]) -> dict[str, float]:
    return dict(list(weights.items())[:QUERY_WORDS])


def places_in(turns: Sequence[Said]) -> list[Place]:
    """Every passage of `turns`, in order."""
    return [Place(at, passage) for at, said in enumerate(turns) for passage in passages_of(said.content)]


def ranked(
    turns: Sequence[Said], places: Sequence[Place], query: Query, vectors: WordVectors | None
) -> list[int]:
    """Indexes in `places`, the best match first. Of equals the newer is first.

    A sentence that states something stands above one that does not, most of all when it states what is asked for;
    what matches in no way and states nothing is left out.
    """
    rankings = [bm25(query.terms, [place.passage.terms for place in places])]
    if vectors is not None:
        words = [place.passage.words for place in places]
        rankings.append(closeness(vectors, query.words, words))
    return fused(rankings, _standing(turns, places, query.wants))


def _standing(turns: Sequence[Said], places: Sequence[Place], wants: frozenset[str]) -> dict[int, float]:
    """What each passage that states something gets for it."""
    facts = [{fact.text: fact for fact in facts_in(said)} for said in turns]
    standing: dict[int, float] = {}
    for at, place in enumerate(places):
        said = turns[place.turn]
        fact = facts[place.turn].get(said.content[place.passage.start : place.passage.end])
        if fact is not None:
            fits = 1.0 if wants & set(fact.kinds) else 0.5 if wants else 0.75
            standing[at] = STANDING * fits * min(1.0, fact.weight / FULL_WEIGHT)
        elif asks(said.content[place.passage.start : place.passage.end]):
            standing[at] = ASKS
    return standing


def fused(rankings: Sequence[Sequence[float]], standing: Mapping[int, float]) -> list[int]:
    """Places by their standing and the sum of their reciprocal ranks over all rankings; a score of 0 has no rank."""
    sums: dict[int, float] = defaultdict(float, standing)
    for scores in rankings:
        order = sorted(
            (at for at, score in enumerate(scores) if score > 0), key=lambda at: (-scores[at], -at)
        )
        for rank, at in enumerate(order[:DEEPEST], 1):
            sums[at] += 1 / (FUSE_K + rank)
    return sorted((at for at in sums if sums[at] > 0), key=lambda at: (-sums[at], -at))


def gathered(
    turns: Sequence[Said], places: Sequence[Place], order: Sequence[int], budget_tokens: int
) -> set[int]:
    """Indexes in `places` of what fits into the budget: the best first, each with its neighbours."""
    starts = _first_places(places, len(turns))
    taken: set[int] = set()
    opened: set[int] = set()
    left = budget_tokens
    said_already: list[frozenset[str]] = []
    for found in order[:MOST_TRIED]:
        terms = frozenset(places[found].passage.terms)
        if any(_alike(terms, other) for other in said_already):
            continue
        said_already.append(terms)
        for at in _with_neighbours(turns, places, starts, found):
            if at in taken:
                continue
            turn = places[at].turn
            cost = places[at].passage.tokens + (1 if turn in opened else LINE_TOKENS)
            if cost > left:
                continue
            taken.add(at)
            opened.add(turn)
            left -= cost
        if left < 2 * LINE_TOKENS:
            break
    return taken


def _alike(terms: frozenset[str], other: frozenset[str]) -> bool:
    """The same sentence again; one number more or less makes another sentence."""
    if min(len(terms), len(other)) < (1 - ALIKE) * max(len(terms), len(other)):
        return False
    different = terms ^ other
    return len(different) <= ALIKE * len(terms | other) and not any(term[:1].isdigit() for term in different)


def _goes_on(said: Said, place: Place) -> bool:
    """The passage speaks of what stands before it."""
    text = said.content[place.passage.start : place.passage.end]
    return not is_question(text) and points_back(text[:GOES_ON_CHARS])


def _first_places(places: Sequence[Place], turns: int) -> list[int]:
    """Where each turn's passages begin; one more for the end."""
    starts = [len(places)] * (turns + 1)
    for at in range(len(places) - 1, -1, -1):
        starts[places[at].turn] = at
    for turn in range(turns - 1, -1, -1):
        starts[turn] = min(starts[turn], starts[turn + 1])
    return starts


def _with_neighbours(
    turns: Sequence[Said], places: Sequence[Place], starts: Sequence[int], found: int
) -> Iterator[int]:
    """The passage, then its turn where that is small, what goes on about it there ("She …"), and what answers it."""
    yield found
    turn = places[found].turn
    own = range(starts[turn], starts[turn + 1])
    if sum(places[at].passage.tokens for at in own) <= SMALL_TURN:
        yield from own
    for at in (found + 1, found - 1):
        second = max(at, found)
        if (
            at in own
            and places[at].passage.tokens <= NEIGHBOUR_TOKENS
            and _goes_on(turns[turn], places[second])
        ):
            yield at
    passage, said = places[found].passage, turns[turn]
    if is_question(said.content[passage.start : passage.end]) and turn + 1 < len(turns):
        answer = range(
            starts[turn + 1],
            min(starts[turn + 1] + 2, starts[turn + 2] if turn + 2 < len(starts) else len(places)),
        )
        yield from (at for at in answer if places[at].passage.tokens <= NEIGHBOUR_TOKENS)
