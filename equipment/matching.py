"""Does a tool answer this message, and with which parameters? Scored by rules, without a model, and pure.

A false match gives the owner a wrong answer, a missed one only a model's; so doubt speaks against the tool. What is
asked must be the tool's topic, and **every other word must be one that people use with it**: "how full is the disk"
is, "how full is the disk of my camera" is not, because of a camera. The score is made of

- the share of the words that carry meaning and that the tool knows, squared,
- how like one of the tool's examples the message is, that it has the shape of a question or an order, its length,
- less half of what the next best tool has.

Long, quoted, pasted or formatted text, a how-to and a definition are none. Within a conversation about something else
a message must name a thing that only the company has, and that the conversation has not been about.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from equipment.small_words import (
    ACTS,
    ASKS,
    ASKS_BACK_IN_CHINESE,
    ASKS_IN_CHINESE,
    FILLERS,
    FINITE,
    POLITE,
    Units,
    units_of,
)
from equipment.tool import Intent, Tool

MOST_CHARS = 160
EASY_UNITS, MOST_UNITS = 14, 40
ENOUGH = 0.65
LAST_TURNS = 6


@dataclass(frozen=True, slots=True)
class Said:
    """One earlier message of the conversation; `by_client` False: an answer."""

    text: str
    by_client: bool


@dataclass(frozen=True, slots=True)
class Match:
    """A tool that answers. `score` is from `ENOUGH` to 1; `rests_on` are the words of the message that point to it."""

    tool: str
    parameters: Mapping[str, str]
    score: float
    next_best: float
    rests_on: tuple[str, ...]

    @property
    def reason(self) -> str:
        """Why, in words."""
        words = ", ".join(self.rests_on)
        given = "".join(f", {name}={value}" for name, value in self.parameters.items())
        beside = f", next best {self.next_best:.2f}" if self.next_best else ""
        return f"the tool {self.tool}{given} answers this (score {self.score:.2f} by: {words}{beside})"


def match_tool(message: str, tools: Iterable[Tool], before: Sequence[Said] = ()) -> Match | None:
    """The tool that answers `message`; None: none does, or it is not certain. `before`: oldest first."""
    text = _plain(message)
    if text is None:
        return None
    units = units_of(text)
    found = [
        (scored, tool) for tool in tools if tool.answers.may_answer and (scored := _score(tool, text, units))
    ]
    if not found:
        return None
    (best, tool), *others = sorted(found, key=lambda each: each[0].score, reverse=True)
    next_best = others[0][0].score if others else 0.0
    score = best.score - next_best / 2
    parameters = _parameters(tool, best.pieces)
    if score < ENOUGH or parameters is None or not _fits_into(best, before, tool):
        return None
    return Match(tool.name, parameters, round(score, 2), round(next_best, 2), best.rests_on)


_MARKED = re.compile('["“”„«»「」『』`<>{}\\[\\]|=\\\\;#*_~^$@/]|https?:|\n\\s*\\S')
_ASKS_ELSE = re.compile(
    r"\b(?:how (?:do|to|can|could|would|should|often|did|come|does one)|what if|why|when|who|where)\b"
    r"|\bwhat (?:is|are) (?:an? )?(?!the\b|our\b|my\b|your\b|left\b|free\b|today|this\b|current)"
    r"|怎么(?!样)|如何|怎样|为什么|为何|什么"
)
_ASKS_ELSE_BUT = re.compile(r"\bhow (?:do|can|could) (?:we|things) stand\b")


def _plain(message: str) -> str | None:
    """The message in small letters; None when its form alone says that it is no question to a tool."""
    text = unicodedata.normalize("NFKC", message).strip()
    if not text or len(text) > MOST_CHARS or _MARKED.search(text):
        return None
    text = text.lower().replace("’", "'")
    text = re.sub(r"\b(what|how|where|it|that|everything)'s\b", r"\1 is", text)
    text = re.sub(r"(\w)'s\b", r"\1", text)
    return None if _ASKS_ELSE.search(text) and not _ASKS_ELSE_BUT.search(text) else text


def words_of(text: str) -> Units:
    """The small words and single Chinese characters of a text."""
    return units_of(unicodedata.normalize("NFKC", text).lower())


@dataclass(frozen=True, slots=True)
class _Piece:
    units: Units
    kinds: frozenset[str]

    @property
    def text(self) -> str:
        return "".join(self.units) if ord(self.units[0][0]) > 0x2E7F else " ".join(self.units)


@dataclass(frozen=True, slots=True)
class _Scored:
    score: float
    pieces: tuple[_Piece, ...]
    intent: Intent

    @property
    def rests_on(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(piece.text for piece in self.pieces if piece.kinds & {"topic", "aspect"}))


def _score(tool: Tool, text: str, units: Units) -> _Scored | None:
    """The best of the tool's intents; None when the message has not what any of them needs."""
    if not (_orders(text, units) if tool.answers.is_action else _asks(text, units)):
        return None
    choices = tuple(word for _, _, words in tool.answers.choices for word in words)
    scored = [each for intent in tool.answers.intents if (each := _score_intent(intent, choices, units))]
    return max(scored, key=lambda each: each.score, default=None)


def _score_intent(intent: Intent, choices: tuple[str, ...], units: Units) -> _Scored | None:
    pieces = _cut(units, _vocabulary(intent, choices))
    kinds = [piece.kinds for piece in pieces]
    topics = sum("topic" in kind for kind in kinds)
    if not topics or (intent.aspect and not _has_aspect(kinds)):
        return None
    known = sum(len(piece.units) for piece in pieces if piece.kinds - {"filler"})
    unknown = sum(2 if ord(piece.units[0][0]) > 0x2E7F else 1 for piece in pieces if not piece.kinds)
    share = known / (known + unknown)
    likeness = max((_likeness(units, _units_of(example)) for example in intent.examples), default=0.0)
    brevity = min(1.0, max(0.0, (MOST_UNITS - len(units)) / (MOST_UNITS - EASY_UNITS)))
    return _Scored(share * share * (0.7 + 0.2 * likeness + 0.1 * brevity), pieces, intent)


def _has_aspect(kinds: Sequence[frozenset[str]]) -> bool:
    """One word for both is enough only when it says both, as "disk usage" does."""
    return any("aspect" in kind for kind in kinds)


@cache
def _vocabulary(intent: Intent, choices: tuple[str, ...]) -> tuple[Mapping[Units, frozenset[str]], int]:
    kinds: dict[Units, set[str]] = {}
    lists = {
        "topic": intent.topic,
        "aspect": intent.aspect,
        "beside": intent.beside,
        "own": intent.own,
        "choice": choices,
        "filler": FILLERS,
    }
    for kind, words in lists.items():
        for word in words:
            kinds.setdefault(units_of(word), set()).add(kind)
    return {units: frozenset(kind) for units, kind in kinds.items()}, max(map(len, kinds))


def _cut(units: Units, vocabulary: tuple[Mapping[Units, frozenset[str]], int]) -> tuple[_Piece, ...]:
    """The message as words of the vocabulary: as few unknown units as can be, then as few pieces."""
    words, longest = vocabulary
    best = [(0, 0, 0)]  # unknown, pieces, where the last piece begins
    for end in range(1, len(units) + 1):
        unknown, pieces, _ = best[end - 1]
        known = [start for start in range(max(0, end - longest), end) if units[start:end] in words]
        found = [(best[start][0], best[start][1] + 1, start) for start in known]
        best.append(min([*found, (unknown + 1, pieces + 1, end - 1)]))
    cut: list[_Piece] = []
    end = len(units)
    while end:
        start = best[end][2]
        cut.append(_Piece(units[start:end], words.get(units[start:end], frozenset())))
        end = start
    return tuple(reversed(cut))


@cache
def _units_of(example: str) -> frozenset[str]:
    return frozenset(units_of(_plain(example) or ""))


def _likeness(units: Units, example: frozenset[str]) -> float:
    mine = frozenset(units)
    return 2 * len(mine & example) / (len(mine) + len(example)) if example else 0.0


def _asks(text: str, units: Units) -> bool:
    """A question, a wish to see something, or only its name; "the disk is full" is none."""
    first = next((unit for unit in units if unit not in POLITE or unit in ASKS), "")
    bare = len(units) <= 6 and not FINITE & set(units)
    return (
        text.endswith("?") or first in ASKS or bare or ASKS_IN_CHINESE.search(text.rstrip("。!.")) is not None
    )


def _orders(text: str, units: Units) -> bool:
    """An order to do it now; not whether it was done, nor whether it should be."""
    if ASKS_BACK_IN_CHINESE.search(text) or (
        text.endswith("?") and not re.match(r"\W*(?:\w+\W+)?(?:can|could) you", text)
    ):
        return False
    first = next((unit for unit in units if unit not in POLITE), "")
    return first in ACTS


def _parameters(tool: Tool, pieces: Iterable[_Piece]) -> Mapping[str, str] | None:
    """What the message says of the tool's parameters; None when it says two things of one.

    The value that stands last in the tool's choices gives way: "this week in total" is this week.
    """
    said = {piece.text for piece in pieces if "choice" in piece.kinds}
    chosen: dict[str, list[str]] = {}
    for name, value, words in tool.answers.choices:
        if said & set(words):
            chosen.setdefault(name, []).append(value)
    weakest = {name: value for name, value, _ in tool.answers.choices}
    clear = {name: [v for v in values if v != weakest[name]] or values for name, values in chosen.items()}
    return None if any(len(values) > 1 for values in clear.values()) else {n: v[0] for n, v in clear.items()}


def _fits_into(scored: _Scored, before: Sequence[Said], tool: Tool) -> bool:
    """True without a conversation, or when the message stands on its own within it."""
    elsewhere = tuple(_about_something_else(before, tool))
    if not elsewhere:
        return True
    names = {piece.text for piece in scored.pieces if "own" in piece.kinds}
    topics = {piece.text for piece in scored.pieces if "topic" in piece.kinds}
    talk = " ".join(elsewhere).lower()
    return bool(names) and not any(topic in talk for topic in topics)


def _about_something_else(before: Sequence[Said], tool: Tool) -> Iterator[str]:
    """The last of the conversation, without the questions that a tool answers, and their answers."""
    skips = False
    for said in before[-LAST_TURNS:]:
        if said.by_client:
            skips = match_tool(said.text, [tool]) is not None
        if not skips:
            yield said.text
