"""Text as the front desk's word lists see it: one form for every spelling. Pure; bounded by `MAX_CHARS`.

Full-width and styled letters, case, accents, invisible characters, letters set apart ("s u e") and letters of
another script that look alike become one plain form, so that a list needs each word once.
"""

import re
import unicodedata
from dataclasses import dataclass

MAX_CHARS = 24_000
"""Read at each end of a message; the middle of a longer one is not read, and `Folded.whole` is False."""

_UNSEEN = re.compile(
    "[\u00ad\u0600-\u0605\u061c\u06dd\u070f\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff"
    "\ufff9-\ufffb\U000e0000-\U000e007f]"
)
_MARKS = re.compile("[\u0300-\u036f\u064b-\u0655\u0670\u0640]")
_WORDS = re.compile(r"\w+")
_APART = re.compile(r"(?<!\w)(?:[^\W\d_][ .\-_*]){3,}[^\W\d_](?!\w)")
_LATIN = re.compile(r"[a-z]")
_PLAIN = str.maketrans({"ı": "i", "ł": "l", "ø": "o", "đ": "d", "æ": "ae", "œ": "oe", "’": "'"})
_LOOKALIKE = str.maketrans("авекмнорстухіѕ", "abekmhopctyxis")
_LEET = str.maketrans("013457@$", "oieastas")


@dataclass(frozen=True, slots=True)
class Folded:
    """A folded text. `spaced` has each word set in single spaces, with one before the first and after the last."""

    text: str
    spaced: str
    words: tuple[str, ...]
    whole: bool


def fold(text: str) -> Folded:
    """The plain form of `text`: at most its first and last `MAX_CHARS` characters."""
    whole = len(text) <= 2 * MAX_CHARS
    plain = plain_form(text if whole else f"{text[:MAX_CHARS]}\n{text[-MAX_CHARS:]}")
    joined = _APART.sub(lambda found: re.sub(r"[ .\-_*]", "", found.group()), plain)
    words = tuple(_unmasked(word) for word in _WORDS.findall(joined))
    return Folded(joined, f" {' '.join(words)} ", words, whole)


def plain_form(text: str) -> str:
    """Compatibility form, lower case, without accents and invisible characters."""
    if text.isascii():
        return text.casefold()
    shown = _UNSEEN.sub("", unicodedata.normalize("NFKC", text))
    apart = unicodedata.normalize("NFD", shown.casefold().translate(_PLAIN))
    return unicodedata.normalize("NFC", _MARKS.sub("", apart))


def _unmasked(word: str) -> str:
    """A word with look-alike letters or digits in place of its own as it is meant; others unchanged."""
    if word.isascii():
        if word.isalpha() or not word[0].isalpha() or not _LATIN.search(word[1:]) or len(word) < 5:
            return word
        return word.translate(_LEET)
    return word.translate(_LOOKALIKE) if _LATIN.search(word) else word
