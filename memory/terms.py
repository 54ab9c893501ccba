"""The words of a text as they are searched for, in any language, without a dictionary.

Words are folded (NFKC, case), long ones cut to their first 6 letters, which stands for stemming; identifiers are also
kept whole. Chinese, Japanese, Korean and Thai have no blanks between words, or glue particles to them: they are
searched by pairs of characters.
"""

import re
import unicodedata
from functools import lru_cache
from typing import Final

STEM_CHARS: Final = 6
_UNSPACED: Final = "\u0e00-\u0e7f\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\U00020000-\U0002fa1f"
_WORD: Final = re.compile(
    rf"(?P<unspaced>[{_UNSPACED}]+)|(?P<code>[^\W{_UNSPACED}]+(?:[._:/@#-][^\W{_UNSPACED}]+)+)|(?P<word>[^\W{_UNSPACED}]+)"
)
_PARTS: Final = re.compile(r"[^\W_]+")
_STOP: Final = frozenset(
    # One word after another, language after language.
    """
    a about above after again all also am an and any are as at be because been before being but by can could did do
    does doing for from had has have he her here hers him his how i if in into is it its just let me more most my no
    not now of off on once only or other our out over own please same she should so some such tell than that the their
    them then there these they this those to too under up us very was we were what when where which while who whom why
    will with would you your yes ok okay thanks remind again know
    der die das den dem des ein eine einen einem einer und oder aber ich du er sie es wir ihr ist sind war waren hat
    habe haben wird werden wie was wer wo wann warum welche welcher welches nicht kein keine mein meine dein sein von
    zu zum zur mit auf für im in an am als auch noch nur so bei nach aus über unter um dass doch mal bitte
    le la les un une des et ou mais je tu il elle nous vous ils elles est sont était a ai as avez ont que qui quoi quel
    quelle où quand pourquoi comment ne pas de du au aux ce cette ces mon ma mes ton ta son sa ses notre votre leur en
    dans par pour sur avec sans sous
    el los las una unos unas y o pero yo tú él ella nosotros es son era fue ha he han que quien cual cuál dónde cuándo
    cómo qué no mi mis tu su sus nuestro de del al a en por para con sin sobre se lo le
    il lo gli uno e ed ma io lui lei noi voi loro è sono era che chi quale dove quando perché come non di da del della
    o os as um uma e mas eu ele ela nós são foi que quem qual onde quando como não do da dos das no na em por para com
    """.split()  # noqa: SIM905 - a list of 300 quoted words is harder to read
)


def terms_of(text: str) -> tuple[str, ...]:
    """The terms of a text in order, repeated as they stand there; function words are left out."""
    found: list[str] = []
    for match in _WORD.finditer(unicodedata.normalize("NFKC", text).casefold()):
        match match.lastgroup:
            case "unspaced":
                found += _pairs(match[0])
            case "code":
                found.append(match[0])
                found += [_cut(part) for part in _PARTS.findall(match[0]) if part not in _STOP]
            case _:
                if match[0] not in _STOP:
                    found.append(_cut(match[0]))
    return tuple(found)


def words_of(text: str) -> tuple[str, ...]:
    """The words that have a meaning to compare: folded and whole, without function words and numbers."""
    found: list[str] = []
    for match in _WORD.finditer(unicodedata.normalize("NFKC", text).casefold()):
        if match.lastgroup == "unspaced":
            found += _pairs(match[0])
            continue
        parts = _PARTS.findall(match[0]) if match.lastgroup == "code" else (match[0],)
        found += [part for part in parts if part not in _STOP and not _has_digit(part) and len(part) > 1]
    return tuple(found)


@lru_cache(65_536)
def _has_digit(word: str) -> bool:
    return any(char.isdigit() for char in word)


def _cut(word: str) -> str:
    return word if word.isdigit() else word[:STEM_CHARS]


def _pairs(run: str) -> list[str]:
    return [run] if len(run) == 1 else [run[at : at + 2] for at in range(len(run) - 1)]
