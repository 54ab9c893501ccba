"""What can be counted in a request: about thirty numbers, each with a name, in a fraction of a millisecond.

The router's trees see these and nothing else of the text. They are counts of form, not of meaning: meaning is the
business of the embedding and of the words (routing/words.py). Pure, and bounded: of a long text only the beginning
and the end are looked at, so a megabyte costs what four kilobytes cost. Its whole length still counts.
"""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from routing.work import kinds_of_work, risk
from routing.work_words import Work

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

HEAD_CHARS: Final = 3_072
TAIL_CHARS: Final = 1_024
NEAR_HEAD_CHARS: Final = 768
NEAR_TAIL_CHARS: Final = 256
"""The lists of words are long: of a text they see its first and last characters only, where the task is mostly said."""

MOST_WORDS: Final = 1_000
"""More words stand in the characters that are looked at only where each is one or two letters, or Chinese."""


@dataclass(frozen=True, slots=True)
class Parts:
    """A text taken apart once, for all features. `whole_chars` is the length before it was cut."""

    text: str
    whole_chars: int
    words: list[str]
    sentences: int
    choices: list[str]
    work: Mapping[Work, int]
    risk: int


@dataclass(frozen=True, slots=True)
class Feature:
    """One number: its name, what it says, and how it is counted."""

    name: str
    meaning: str
    of: Callable[[Parts], float]


def features(texts: Sequence[str]) -> "NDArray[np.float64]":
    """One row for each text, one column for each of `FEATURES`, in their order; all finite."""
    import numpy as np  # noqa: PLC0415 - takes 0.1 s and 20 MB, which only some processes need

    rows = np.empty((len(texts), len(FEATURES)), dtype=np.float64)
    for row, text in zip(rows, texts, strict=True):
        parts = take_apart(text)
        row[:] = [feature.of(parts) for feature in FEATURES]
    return rows


def clipped(text: str, head: int = HEAD_CHARS, tail: int = TAIL_CHARS) -> str:
    """The part of a text that the router looks at: all of it, or the first 3,072 and the last 1,024 characters."""
    return text if len(text) <= head + tail else f"{text[:head]}\n{text[-tail:]}"


def take_apart(text: str) -> Parts:
    """Words, sentences and choices of a text. A character of Chinese or Japanese is a word of its own."""
    cut = clipped(text)
    words = _WORD.findall(cut)[:MOST_WORDS]
    near = clipped(text, NEAR_HEAD_CHARS, NEAR_TAIL_CHARS)
    sentences = len(_SENTENCE_END.findall(cut)) or 1
    return Parts(cut, len(text), words, sentences, _CHOICE.findall(cut), kinds_of_work(near), risk(near))


def _count(pattern: str, flags: int = 0) -> Callable[[Parts], float]:
    """The logarithm of one plus how often a pattern is found: the second hit says less than the first."""
    compiled = re.compile(pattern, flags)
    return lambda parts: math.log1p(len(compiled.findall(parts.text)))


def _share(pattern: str) -> Callable[[Parts], float]:
    """How many of the characters match."""
    compiled = re.compile(pattern)
    return lambda parts: len(compiled.findall(parts.text)) / max(len(parts.text), 1)


def _words_in(words: str) -> Callable[[Parts], float]:
    known = frozenset(words.split())
    return lambda parts: math.log1p(sum(word.lower() in known for word in parts.words))


def _work(work: Work) -> Callable[[Parts], float]:
    return lambda parts: math.log1p(parts.work[work])


def _share_of_words(test: Callable[[str], bool]) -> Callable[[Parts], float]:
    return lambda parts: sum(map(test, parts.words)) / max(len(parts.words), 1)


def _mean(numbers: Sequence[int]) -> float:
    return sum(numbers) / len(numbers) if numbers else 0.0


_WORD = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]|[^\W\d_]+(?:['’][^\W\d_]+)*|\d+(?:[.,]\d+)*")
_SENTENCE_END = re.compile(r"[.!?](?=\s|$)|[。！？]|\n[ \t]*\n")
_CHOICE = re.compile(r"(?m)^[ \t]{0,20}\(?[A-Ja-j][.)][ \t]+(.*)$")

_COMMA = re.compile(r"[,;，；、]")

_FUNCTION_WORDS = (
    "a an the of to in on at by for with from as is are was were be been it its this that these those and or but not"
    " he she they we you i his her their our your my which who whom what when where how if then than so will would"
    " can could should may might must do does did has have had there here into about all some any no one"
    " der die das und ist ein eine den dem nicht mit zu von le la les un une et est des du que qui pour dans el los"
    " las y es en por para con una il di che e per non"
)
_KNOWN = frozenset(_FUNCTION_WORDS.split())
_QUESTION = (
    "what which who whom whose when where why how was wer wann wo warum wie welche welcher quoi qui quand où comment"
    " quel quelle qué quién cuándo dónde cómo cuál che chi quando dove come quale 什 么 谁 哪 吗 何"
)
_NEGATION = (
    "not no never none neither nor except without least incorrect false cannot nicht kein sans jamais nunca"
)
_CONDITION = (
    "if suppose assume given let unless provided whenever where such wenn falls angenommen si supongamos soit"
)

FEATURES: Final[tuple[Feature, ...]] = (
    Feature("chars", "length in characters, logarithm", lambda parts: math.log1p(parts.whole_chars)),
    Feature("words", "number of words, logarithm", lambda parts: math.log1p(len(parts.words))),
    Feature("sentences", "number of sentences, logarithm", lambda parts: math.log1p(parts.sentences)),
    Feature("sentence_words", "words in a sentence", lambda parts: len(parts.words) / parts.sentences),
    Feature("word_chars", "mean length of a word", lambda parts: _mean([len(word) for word in parts.words])),
    Feature(
        "long_words", "share of words of ten letters or more", _share_of_words(lambda word: len(word) >= 10)
    ),
    Feature(
        "rare_words",
        "share of words that are no function words",
        _share_of_words(lambda word: word.lower() not in _KNOWN),
    ),
    Feature(
        "distinct_words",
        "share of words that are not said before",
        lambda parts: len({word.lower() for word in parts.words}) / max(len(parts.words), 1),
    ),
    Feature("names", "share of words with a capital", _share_of_words(lambda word: word[0].isupper())),
    Feature("digits", "share of characters that are digits", _share(r"\d")),
    Feature("numbers", "how many numbers", _count(r"\d+(?:[.,]\d+)*")),
    Feature("math", "signs of mathematics", _count(r"[=+*/^<>≤≥≠≈±√∑∫∞π×÷°%∈∀∃→]|\$[^$\n]{1,80}\$")),
    Feature("latex", "commands of LaTeX", _count(r"\\[A-Za-z]+|\\[\[(]")),
    Feature(
        "code",
        "signs of code",
        _count(r"```|[{};]|\(\)|==|!=|->|=>|\bdef |\bclass |\bimport |\bSELECT\b|</?\w+>"),
    ),
    Feature("questions", "question marks", _count(r"[?？]")),
    Feature("question_words", "words that ask", _words_in(_QUESTION)),
    Feature("thought", "words for work where a mistake is dear and hard to see", _work(Work.THOUGHT)),
    Feature("craft", "words for work where a mistake is seen on reading", _work(Work.CRAFT)),
    Feature("small_work", "words for a small thing", _work(Work.SMALL)),
    Feature(
        "risk", "0, or 1 for a subject with a safety floor, 2 for a decision in one", lambda parts: parts.risk
    ),
    Feature("negations", "words that deny", _words_in(_NEGATION)),
    Feature("conditions", "words that set conditions", _words_in(_CONDITION)),
    Feature("list_items", "lines of a list", _count(r"(?m)^[ \t]{0,20}(?:\d+[.)]|[-*•])[ \t]+\S")),
    Feature("choices", "lettered choices", lambda parts: float(len(parts.choices))),
    Feature(
        "choice_chars",
        "mean length of a choice, logarithm",
        lambda parts: math.log1p(_mean([len(choice) for choice in parts.choices])),
    ),
    Feature(
        "choice_digits",
        "share of choices with a number",
        lambda parts: _mean([any(map(str.isdigit, choice)) for choice in parts.choices]),
    ),
    Feature("blanks", "blanks to fill", _count(r"_{2,}|\.{3,}|…")),
    Feature("quotes", "quotation marks", _count(r"[\"“”„«»「」]")),
    Feature("brackets", "brackets", _count(r"[(\[（]")),
    Feature(
        "commas",
        "commas and semicolons in a sentence",
        lambda parts: len(_COMMA.findall(parts.text)) / parts.sentences,
    ),
    Feature("lines", "lines", _count(r"\n")),
    Feature("years", "years", _count(r"\b1[0-9]{3}\b|\b20[0-9]{2}\b")),
    Feature("capitals", "share of capital letters", _share(r"[A-ZÄÖÜÀ-Þ]")),
    Feature("han", "share of Chinese and Japanese signs", _share(r"[\u3040-\u30ff\u4e00-\u9fff]")),
    Feature("beyond_ascii", "share of characters beyond ASCII", lambda parts: _beyond_ascii(parts.text)),
)
NAMES: Final = tuple(feature.name for feature in FEATURES)


def _beyond_ascii(text: str) -> float:
    return 1 - len(text.encode("ascii", "ignore")) / max(len(text), 1)
