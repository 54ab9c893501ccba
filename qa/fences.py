"""Fenced code blocks of a Markdown text, as models write them. Used by the checks; never raises.

Looser than CommonMark in two ways, both because models do it: a fence may be indented by any depth (lists),
and a labelled fence inside a block opens a nested one (a ```markdown block that shows a ```python block).
"""

import re
from dataclasses import dataclass

_FENCE = re.compile(r"[ \t]*(`{3,}+|~{3,}+)[ \t]*+([^`]*)$")


@dataclass(frozen=True, slots=True)
class Block:
    """One outermost fenced block: its label in lower case ("" without one) and what stands between."""

    label: str
    body: str


@dataclass(frozen=True, slots=True)
class Fenced:
    """A text taken apart: its closed blocks, the lines outside of every block, and whether one stayed open."""

    blocks: tuple[Block, ...]
    outside: str
    unclosed: bool


def split_fences(text: str) -> Fenced:
    """Take the text apart in one pass over its lines. The body of an unclosed block is in no part."""
    if "```" not in text and "~~~" not in text:
        return Fenced((), text, unclosed=False)
    blocks: list[Block] = []
    outside: list[str] = []
    body: list[str] = []
    open_fences: list[str] = []
    label = ""
    for line in text.split("\n"):
        fence = _FENCE.match(line.rstrip("\r"))
        was_open = bool(open_fences)
        if fence:
            _step(open_fences, fence[1], fence[2].strip())
        if not was_open and open_fences and fence:
            label, body = _label(fence[2]), []
        elif was_open and not open_fences:
            blocks.append(Block(label, "\n".join(body)))
        else:
            (body if was_open else outside).append(line)
    return Fenced(tuple(blocks), "\n".join(outside), unclosed=bool(open_fences))


def _step(open_fences: list[str], mark: str, info: str) -> None:
    """Open, close or ignore one fence line, given the fences that are open (outermost first)."""
    if not open_fences:
        open_fences.append(mark)
    elif mark[0] == open_fences[-1][0] and len(mark) >= len(open_fences[-1]):
        if info:
            open_fences.append(mark)
        else:
            open_fences.pop()


def _label(info: str) -> str:
    words = info.split(maxsplit=1)
    return words[0].lower() if words else ""
