"""Lists of words that are searched in folded text: beginnings of words, whole words, several words, misspellings.

Time grows with the text's length and, a little, with the list's; nothing here backtracks.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from routing.folding import Folded, plain_form

MIN_STEM = 3
MAX_STEM = 20
MISSPELT_CHARS: Final = 7
"""A beginning of a word from this length on is also found with one letter wrong, missing, added or swapped."""
MISSPELT_WORDS = 300
"""So many different words of a text are tried for misspellings."""


class Lexicon[Label]:
    """Words with what they stand for. Where several match, the first label of the mapping wins."""

    def __init__(self, words: Mapping[Label, str], *, not_meant: str = "", misspelt: bool = False) -> None:
        self._rank = {label: rank for rank, label in enumerate(words)}
        self._whole: dict[str, Label] = {}
        self._stems: dict[str, Label] = {}
        self._several: list[tuple[str, Label]] = []
        self._anywhere: list[tuple[str, Label]] = []
        for label, listed in words.items():
            for entry in listed.split():
                self._add(entry, label)
        self._not_meant = frozenset(map(plain_form, not_meant.split()))
        self._nearly = self._neighbours() if misspelt else {}

    def _add(self, entry: str, label: Label) -> None:
        word = plain_form(entry)
        text = word.replace("_", " ").replace("'", " ").replace("-", " ")
        if not _is_spaced(text):
            self._anywhere.append((text, label))
        elif word.startswith("="):
            self._whole.setdefault(text[1:].strip(), label)
        elif " " in text.strip():
            self._several.append((f" {text}", label))
        elif text.endswith(" "):
            self._whole.setdefault(text.strip(), label)
        else:
            self._stems.setdefault(text, label)

    def _neighbours(self) -> dict[str, Label]:
        near: dict[str, Label] = {}
        for stem, label in self._stems.items():
            if len(stem) >= MISSPELT_CHARS:
                for form in (stem, *_one_less(stem)):
                    near.setdefault(form, label)
        return near

    def first(self, folded: Folded) -> Label | None:
        """What the text's words stand for: the first label by the mapping's order, or None."""
        found = self._found(folded)
        return min(found, key=self._rank.__getitem__, default=None)

    def count(self, folded: Folded) -> int:
        """How many finds; a word that is found in two ways counts twice."""
        return sum(1 for _ in self._found(folded))

    def _found(self, folded: Folded) -> Iterator[Label]:
        yield from (label for words, label in self._several if words in folded.spaced)
        yield from (label for text, label in self._anywhere if text in folded.text)
        words = [word for word in dict.fromkeys(folded.words) if word not in self._not_meant]
        for word in words:
            yield from self._of_word(word)
        if self._nearly:
            for word in words[:MISSPELT_WORDS]:
                yield from self._of_misspelt(word)

    def _of_word(self, word: str) -> Iterator[Label]:
        if word in self._whole:
            yield self._whole[word]
        for end in range(MIN_STEM, min(len(word), MAX_STEM) + 1):
            if word[:end] in self._stems:
                yield self._stems[word[:end]]

    def _of_misspelt(self, word: str) -> Iterator[Label]:
        if len(word) < MISSPELT_CHARS - 1:
            return
        for end in range(MISSPELT_CHARS - 1, min(len(word), MAX_STEM) + 1):
            start = word[:end]
            for form in (start, *_one_less(start)):
                if form in self._nearly:
                    yield self._nearly[form]


def _one_less(word: str) -> Iterator[str]:
    """The word without one of its letters; the first letter is kept, as people do."""
    return (word[:place] + word[place + 1 :] for place in range(1, len(word)))


def _is_spaced(text: str) -> bool:
    """True for scripts whose words stand apart and take their endings behind: Latin, Greek, Cyrillic."""
    return all(letter < "\u0530" for letter in text)
