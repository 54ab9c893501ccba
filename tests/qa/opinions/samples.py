"""The project's own labelled snippets: written by hand, none of them from an exam."""

from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).parent


class Pair(NamedTuple):
    """The same statement, right and with one planted error."""

    kind: str
    right: str
    wrong: str


def pairs(name: str) -> list[Pair]:
    """The pairs of a file."""
    return [Pair(kind, _text(right), _text(wrong)) for kind, right, wrong in _rows(name)]


def traps() -> list[str]:
    """Texts in which nothing is surely wrong, though they look like it."""
    return [_text(text) for (text,) in _rows("traps.tsv")]


def _rows(name: str) -> list[list[str]]:
    lines = (FOLDER / name).read_text(encoding="utf-8").splitlines()
    return [line.split("\t") for line in lines if not line.startswith("#")]


def _text(written: str) -> str:
    """As the answer had it; LaTeX keeps its backslashes."""
    return written if "\\frac" in written or "\\times" in written else written.replace("\\n", "\n")
