"""Tables as aligned monospace text, with the widths that a terminal gives to CJK characters and emoji."""

from itertools import zip_longest
from typing import Final
from unicodedata import east_asian_width

import regex

# A longer cell sticks out of its column instead of making every row that long.
_MAX_COLUMN: Final = 60
_CLUSTER: Final = regex.compile(r"\X")


def aligned(rows: list[list[str]]) -> str:
    """The rows under each other, the first one as head, one space between cell and separator."""
    cells = [[cell.replace("\n", " ").strip() for cell in row] for row in rows]
    columns = zip_longest(*cells, fillvalue="")
    widths = [min(_MAX_COLUMN, max(width(cell) for cell in column)) for column in columns]
    lines = [_line(row, widths) for row in cells]
    if len(lines) > 1:
        lines.insert(1, "-+-".join("-" * size for size in widths))
    return "\n".join(lines)


def width(text: str) -> int:
    """How many columns `text` takes in monospace: 2 for a wide character or an emoji, 0 for a mark."""
    if text.isascii():
        return len(text)
    return sum(_cluster_width(cluster) for cluster in _CLUSTER.findall(text))


def _cluster_width(cluster: str) -> int:
    if any(east_asian_width(char) in "WF" for char in cluster) or "\ufe0f" in cluster:
        return 2
    return 0 if regex.fullmatch(r"[\p{Cf}\p{M}\p{Cc}]+", cluster) else 1


def _line(row: list[str], widths: list[int]) -> str:
    padded = [cell + " " * (size - width(cell)) for cell, size in zip(row, widths, strict=False)]
    return " | ".join(padded).rstrip()
