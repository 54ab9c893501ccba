"""A reply that is put together from pieces: its text, and what of it is bold, code or monospace.

Used by the reports. What the company or a model has said may be any text: every piece is cleaned, and none is read
as markup.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final, Self

from interfaces.telegram.format import Part, clean
from interfaces.telegram.parts import cut
from interfaces.telegram.rendering import Kind, Rendered, Span
from interfaces.telegram.tables import width

BAR_CELLS: Final = 10


class Screen:
    """Grows by pieces; every method that adds one returns the screen."""

    def __init__(self) -> None:
        self._text = ""
        self._spans: list[Span] = []

    def text(self, text: str) -> Self:
        """Add plain text."""
        self._text += clean(text)
        return self

    def line(self, text: str = "") -> Self:
        """Begin a new line with `text`; the first one needs no line end before it."""
        return self.text(f"\n{text}" if self._text else text)

    def bold(self, text: str) -> Self:
        """Add bold text."""
        return self._marked("bold", text)

    def code(self, text: str) -> Self:
        """Add text that a tap copies."""
        return self._marked("code", text)

    def block(self, text: str) -> Self:
        """Add monospace text on lines of its own."""
        return self.line()._marked("pre", text)

    def _marked(self, kind: Kind, text: str) -> Self:
        start = len(self._text)
        self.text(text)
        self._spans.append(Span(kind, start, len(self._text)))
        return self

    def parts(self) -> tuple[Part, ...]:
        """The screen as messages that Telegram takes."""
        return tuple(cut(Rendered(self._text, tuple(self._spans))))


def bar(share: float) -> str:
    """A share of 1 as a bar of ten cells; what is more than nothing shows at least one."""
    filled = min(BAR_CELLS, max(round(share * BAR_CELLS), 1 if share > 0 else 0))
    return "█" * filled + "░" * (BAR_CELLS - filled)


def share_of(part: Decimal, whole: Decimal) -> float:
    """`part` of `whole`; 0 of nothing."""
    return float(part / whole) if whole else 0.0


def columns(rows: Sequence[Sequence[str]]) -> str:
    """The rows under each other in columns, for monospace; all have as many cells."""
    widths = [max(width(cell) for cell in column) for column in zip(*rows, strict=True)]
    return "\n".join(_padded(row, widths) for row in rows)


def _padded(row: Sequence[str], widths: Sequence[int]) -> str:
    cells = (cell + " " * (size - width(cell)) for cell, size in zip(row, widths, strict=True))
    return "  ".join(cells).rstrip()


def short(text: str, chars: int) -> str:
    """`text` in one line of at most `chars` characters."""
    plain = " ".join(clean(text).split())
    return plain if len(plain) <= chars else f"{plain[: chars - 1]}…"
