"""Finds secrets in a text. Called by `qa.checks.security` for every answer, and by the exam.

Pure but for the key of the hashes. The time is linear in the text: one pass for all prefixes of tokens, one for
assignments, one for each shape whose needle is there, over each view of `qa.secrets.views` that shows something new.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import NamedTuple

from qa.secrets.coded import Coded
from qa.secrets.named import named_secrets
from qa.secrets.rules import Prefixes, Rule
from qa.secrets.shapes import SHAPES, Shape
from qa.secrets.values import bits_of, is_example
from qa.secrets.vendors import VENDOR_RULES
from qa.secrets.views import View, joined, read_as, unpacked, unquoted

_PREFIXES = Prefixes(VENDOR_RULES)
_REACH = 300  # characters on both sides of what was undone; longer tokens are joined by several places

type Place = tuple[str, int, int]


class Found(NamedTuple):
    """A secret or a personal datum in a text: where it stands, end excluded, and its kind."""

    start: int
    end: int
    kind: str


def find_secrets(text: str, view: View | None = None) -> tuple[Found, ...]:
    """Every secret that is told by its form, its name or its place; in order, none inside another.

    `view` is `read_as(text)`, where the caller has it already.
    """
    view = view or read_as(text)
    found = [Found(*view.span(start, end), kind) for kind, start, end in _in_text(view.text)]
    whole = joined(view)
    if whole is not None:
        found += _undone(whole, tokens)
    plain = unquoted(view)
    if plain is not None:
        found += _undone(plain, _in_text)
    packed = unpacked(view)
    if packed is not None:
        found += [Found(*packed.span(start, end), kind) for kind, start, end in _in_text(packed.text)]
    return apart(found)


def apart(found: Iterable[Found]) -> tuple[Found, ...]:
    """In order of place, none inside or over another: what overlaps becomes one, of the kind that came first."""
    merged: list[Found] = []
    for one in sorted(found, key=lambda one: (one.start, -one.end)):
        if not merged or one.start >= merged[-1].end:
            merged.append(one)
        elif one.end > merged[-1].end:
            merged[-1] = Found(merged[-1].start, one.end, merged[-1].kind)
    return tuple(merged)


def _undone(view: View, search: Callable[[str], Iterator[Place]]) -> Iterator[Found]:
    """What goes over something that this view undid; the rest was found in the text itself."""
    for begin, end in view.windows(_REACH):
        for kind, start, stop in search(view.text[begin:end]):
            if view.crosses(begin + start, begin + stop):
                yield Found(*view.span(begin + start, begin + stop), kind)


def _in_text(text: str) -> Iterator[Place]:
    coded = Coded(text)
    yield from tokens(text)
    for shape in SHAPES:
        for start, end in of_shape(shape, coded):
            yield shape.kind, start, end
    for kind, start, end in named_secrets(coded):
        yield ("password-assignment" if kind == "password" else "key-assignment"), start, end


def of_shape(shape: Shape, text: Coded) -> Iterator[tuple[int, int]]:
    """Where secrets of this shape stand in the text."""
    group = "s" if "s" in shape.pattern.groupindex else 0
    is_real = cache(shape.is_real)  # for this text alone: what is repeated is judged once
    for match in shape.matches(text):
        start, end = match.span(group)
        start -= shape.before
        if is_real(text.text[start:end]):
            yield start, end


def tokens(text: str) -> Iterator[Place]:
    """Tokens whose prefix tells who gave them out: kind, start and end."""
    is_real = cache(_is_real)
    for rule, match in _PREFIXES.matches(text):
        group = "s" if "s" in match.re.groupindex else 0
        if is_real(rule, match[group]):
            yield rule.kind, *match.span(group)


def _is_real(rule: Rule, token: str) -> bool:
    if rule.min_bits and (bits_of(token) < rule.min_bits or is_example(token)):
        return False
    return rule.is_real is None or rule.is_real(token)
