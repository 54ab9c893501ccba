"""Spans as Telegram nests them.

Two spans with common characters stand one inside the other; `pre` and `code` hold nothing and stand in
nothing but a quote; quotes do not nest; a link holds no link, code or quote (Bot API, "Formatting options",
and tdlib's `fix_entities`).
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from interfaces.telegram.characters import is_blank
from interfaces.telegram.rendering import Kind, Span

# The order in which spans of the same stretch hold one another, and which ones stay when there are too many.
_RANK: Final[dict[Kind, int]] = {
    "blockquote": 0,
    "expandable_blockquote": 0,
    "pre": 1,
    "text_link": 2,
    "code": 3,
    "bold": 4,
    "italic": 5,
    "underline": 6,
    "strikethrough": 7,
}
_QUOTES: Final = frozenset[Kind]({"blockquote", "expandable_blockquote"})
_VERBATIM: Final = frozenset[Kind]({"pre", "code"})
_STYLES: Final = frozenset[Kind]({"bold", "italic", "underline", "strikethrough"})


def nested(text: str, spans: Iterable[Span]) -> tuple[Span, ...]:
    """The spans repaired and sorted; none is empty or blank. What cannot stand is cut, or left out."""
    known = sorted((span for span in spans if span.kind in _RANK and span.start < span.end), key=_order)
    quotes = _apart([span for span in known if span.kind in _QUOTES])
    solid = _apart([span for span in known if span.kind not in _QUOTES | _STYLES])
    verbatim = [span for span in solid if span.kind in _VERBATIM]
    styles = [piece for span in known if span.kind in _STYLES for piece in _around(span, verbatim)]
    fitted = _fitted(sorted([*quotes, *solid, *styles], key=_order))
    return tuple(span for span in fitted if not is_blank(text[span.start : span.end]))


def weightiest(spans: Sequence[Span], most: int) -> tuple[Span, ...]:
    """At most `most` of the spans, in their order: quotes, code and links stay before mere style."""
    if len(spans) <= most:
        return tuple(spans)
    kept = sorted(spans, key=lambda span: (_RANK[span.kind], span.start))[:most]
    return tuple(sorted(kept, key=_order))


def _order(span: Span) -> tuple[int, int, int]:
    return span.start, -span.end, _RANK[span.kind]


def _apart(ordered: Sequence[Span]) -> list[Span]:
    """Of spans that overlap, the first, which is the outer one."""
    kept: list[Span] = []
    for span in ordered:
        if not kept or span.start >= kept[-1].end:
            kept.append(span)
    return kept


def _around(span: Span, holes: Sequence[Span]) -> list[Span]:
    """The pieces of `span` outside of the holes, which are sorted."""
    pieces: list[Span] = []
    start = span.start
    for hole in holes:
        if hole.start >= span.end:
            break
        if hole.end <= start:
            continue
        if start < hole.start:
            pieces.append(replace(span, start=start, end=hole.start))
        start = hole.end
    if start < span.end:
        pieces.append(replace(span, start=start))
    return pieces


def _fitted(ordered: Sequence[Span]) -> list[Span]:
    """Each span within the one that it begins in: what sticks out is cut off, what repeats a style goes."""
    kept: list[Span] = []
    around: list[Span] = []
    for span in ordered:
        while around and around[-1].end <= span.start:
            around.pop()
        if any(outer.kind == span.kind for outer in around):
            continue
        if around and span.end > around[-1].end:
            if span.kind not in _STYLES:
                continue
            span = replace(span, end=around[-1].end)  # noqa: PLW2901 - the rest of a style is not missed
        kept.append(span)
        around.append(span)
    return kept
