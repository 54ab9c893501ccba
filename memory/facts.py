"""What a conversation must not lose: sentences with names, numbers, dates, paths, addresses, identifiers, decisions
and open tasks. A fact is the sentence as it was said; nothing is rephrased.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from memory.asking import asks
from memory.passages import KEPT_CHARS, KEPT_TURNS, passages_of
from memory.turns import Said

MOST_TOKENS: Final = 80  # of one fact; what is longer is found by retrieval
_WORDS: Final = re.IGNORECASE
_KINDS: Final = {
    "address": (re.compile(r"https?://\S+|\bwww\.\S+|[\w.+-]+@[\w-]+\.\w+"), 3.0),
    "path": (
        re.compile(
            r"(?<![\w/])(?:~|\.{1,2})?/[\w.@-]+(?:/[\w.@-]+)+|\b[A-Z]:\\\S+|\b\w+\.(?:py|md|csv|json"
            r"|ya?ml|sql|txt|pdf|xlsx?|docx?|ts|js|toml|sh)\b"
        ),
        2.5,
    ),
    "identifier": (
        re.compile(
            r"\b(?=[\w-]*\d)(?=[\w-]*[A-Za-z])[A-Za-z0-9]+(?:[-_][A-Za-z0-9]+)*\b|#\d+\b"
            r"|\b[A-Z]{2,}_[A-Z_]+\b"
        ),
        2.0,
    ),
    "number": (re.compile(r"\d[\d.,:'’ ]*\d|\d"), 1.5),
    "date": (
        re.compile(
            r"\b(?:january|february|march|april|june|july|august|september|october|november|december"
            r"|monday|tuesday|"
            r"wednesday|thursday|friday|saturday|sunday|januar|februar|märz|mai|juni|juli|oktober"
            r"|dezember|montag|"
            r"dienstag|mittwoch|donnerstag|freitag|samstag|sonntag|janvier|février|mars|avril|juin"
            r"|juillet|août|"
            r"septembre|octobre|novembre|décembre|lundi|mardi|mercredi|jeudi|vendredi|enero|febrero|marzo"
            r"|abril|mayo|"
            r"junio|julio|agosto|septiembre|octubre|noviembre|diciembre|lunes|martes|miércoles|jueves"
            r"|viernes)\b"
            r"|[一二三四五六七八九十\d]+[年月日号]|(?:星期|周)[一二三四五六日天]",
            _WORDS,
        ),
        1.0,
    ),
    "decision": (
        re.compile(
            r"\b(?:we(?:'ll| will| have)? (?:go with|decided?|agreed?|chose|choose|settled)|decided"
            r"|decision|let'?s go with|"
            r"agreed|final(?:ly|ised|ized)?|entschieden|beschlossen|wir nehmen|einigen|vereinbart|décidé"
            r"|on prend|convenu|"
            r"decidido|decidimos|acordado|quedamos|deciso|abbiamo scelto)\b|决定|定下|选定|敲定|決め",
            _WORDS,
        ),
        2.0,
    ),
    "task": (
        re.compile(
            r"\b(?:todo|to-do|must|need(?:s)? to|have to|deadline|due|by (?:monday|tuesday|wednesday"
            r"|thursday|friday|tomorrow|next)|"
            r"remind me|muss|müssen|frist|bis (?:montag|dienstag|mittwoch|donnerstag|freitag|morgen|zum)"
            r"|il faut|échéance|"
            r"avant (?:le|lundi|vendredi)|hay que|tengo que|plazo|bisogna|entro|scadenza)\b|截止|必须|需要在|待办"
            r"|しなければ",
            _WORDS,
        ),
        1.5,
    ),
    "change": (
        re.compile(
            r"\b(?:actually|correction|changed?|moved|instead|no longer|now|new|updated?|rather than"
            r"|scratch that|jetzt|neu(?:e|er|es)?|"
            r"stattdessen|geändert|verschoben|nicht mehr|désormais|changé|maintenant|plutôt|ahora"
            r"|cambiado|cambió|en vez|"
            r"adesso|cambiato|invece)\b|改为|改成|改到|现在|不再|更新|変更",
            _WORDS,
        ),
        1.5,
    ),
    "name": (re.compile(r"(?<=[a-z,;:] )[A-ZÀ-Þ][\w'’-]+(?: [A-ZÀ-Þ][\w'’-]+)*"), 1.0),
}
_VALUES: Final = ("address", "path", "identifier", "number", "date", "name")
_QUESTION: Final = re.compile(r"[?？]\s*[\"'”’)]*$")


@dataclass(frozen=True, slots=True)
class Fact:
    """A sentence worth keeping. `values` are what it says, `subject` the terms it says that of."""

    n: int
    role: str
    text: str
    tokens: int
    kinds: tuple[str, ...]
    values: frozenset[str]
    subject: frozenset[str]
    weight: float
    newer: int | None = None  # the turn that says something else of the same subject

    @property
    def is_firm(self) -> bool:
        """It says something that can be checked word for word."""
        return bool(self.values)


def facts_in(said: Said) -> tuple[Fact, ...]:
    """The facts of one turn."""
    found = (_find if len(said.content) > KEPT_CHARS else _kept)(said.content)
    share = 1.0 if said.role == "user" else 0.6
    return tuple(
        Fact(said.n, said.role, text, tokens, kinds, values, subject, weight * share)
        for text, tokens, kinds, values, subject, weight in found
    )


def values_in(text: str) -> frozenset[str]:
    """Every firm value in a text, however long its sentences are, and whether they state something or not."""
    return frozenset(value.strip() for kind in _VALUES for value in _KINDS[kind][0].findall(text))


type _Found = tuple[tuple[str, int, tuple[str, ...], frozenset[str], frozenset[str], float], ...]


@lru_cache(KEPT_TURNS)
def _kept(content: str) -> _Found:
    return _find(content)


def _find(content: str) -> _Found:
    found = []
    for passage in passages_of(content):
        text = content[passage.start : passage.end]
        if passage.tokens > MOST_TOKENS or asks(text):
            continue
        hits = {kind: pattern.findall(text) for kind, (pattern, _) in _KINDS.items()}
        kinds = tuple(kind for kind, matches in hits.items() if matches)
        if not kinds or kinds == ("change",):
            continue
        values = frozenset(value.strip() for kind in _VALUES for value in hits[kind])
        spoken = {term for value in values for term in value.casefold().split()}
        subject = frozenset(term for term in passage.terms if term not in spoken and not term[:1].isdigit())
        weight = sum(_KINDS[kind][1] for kind in kinds)
        found.append((text, passage.tokens, kinds, values, subject, weight))
    return tuple(found)
