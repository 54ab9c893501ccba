"""The two sides of an equals sign in a sentence, read outwards from it as far as there are numbers and signs.

A side is None where its edge is not beyond doubt: it touches a letter or a variable, or goes on as something else.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from qa.opinions.evaluation import MINUS
from qa.opinions.tokens import Token

MAX_PARTS = 40
_STOP_WORDS = (
    "and or so which that in per for is are was the a an of to on at by as if then with from since "
    "because total each und oder pro ist sind mit für et ou par est y o por es but where when while "
    "giving leaving making left more less remaining altogether overall plus minus times over equals "
    "equal mal geteilt durch we you he she it they therefore thus hence"
)
_STOP = frozenset(_STOP_WORDS.split())
_FUNCTIONS_WORDS = (
    "sqrt root sin cos tan log ln exp plus minus times over by of per mod max min abs floor ceil lim "
    "sum det gcd lcm avg mean average square cube half double twice triple wurzel equation step "
    "version chapter"
)
_FUNCTIONS = frozenset(_FUNCTIONS_WORDS.split())


@dataclass(frozen=True, slots=True)
class Side:
    """The numbers and signs on one side of an equals sign, and the unit of each number."""

    tokens: tuple[Token, ...]
    units: tuple[str, ...]
    said: str

    @property
    def numbers(self) -> tuple[Token, ...]:
        """Its numbers, in order."""
        return tuple(token for token in self.tokens if token.kind == "number")

    @property
    def signs(self) -> set[str]:
        """The signs between numbers; a minus in front of one is not among them."""
        return {token.text for token in self.tokens[1:] if token.kind == "sign"}


def left_of(tokens: Sequence[Token], place: int, text: str) -> Side | None:
    """The expression before the equals sign at `place`, or None where its beginning is not beyond doubt."""
    first = place
    while first > 0 and place - first < MAX_PARTS and _belongs(tokens, first - 1, first, place):
        first -= 1
    while first < place and tokens[first].kind == "word":
        first += 1
    part = list(tokens[first:place])
    while part and part[0].text == "(" and _balance(part) > 0:
        part = part[1:]
    if not part or not _may_begin(tokens, first, text) or not _may_be_first(part):
        return None
    if len(part) == 1 and first and tokens[first - 1].kind == "word":
        return None  # "two at $18 = 2 × 18": the sum began before this number
    return _side(part, text)


def right_of(tokens: Sequence[Token], place: int, text: str) -> Side | None:
    """The expression after it, or None where its end is not beyond doubt."""
    last = place + 1
    while last < len(tokens) and last - place < MAX_PARTS and _belongs(tokens, last, last, last + 1):
        last += 1
    part = list(tokens[place + 1 : last])
    while part and (
        part[-1].text == "(" or (part[-1].text in (")", "!") and (part[-1].text == "!" or _balance(part) < 0))
    ):
        part.pop()
        last -= 1
    if part and part[-1].text == "–":
        part.pop()
        last -= 1
    if (
        not part
        or (part[-1].kind == "sign" and part[-1].text not in (")", "²", "³"))
        or not _may_be_first(part)
    ):
        return None
    if not _may_end(tokens, last, text):
        return None
    return _side(part, text)


def _belongs(tokens: Sequence[Token], place: int, first: int, end: int) -> bool:
    """Whether the token is part of an expression: a number, a sign, or a unit's word right behind a number."""
    token = tokens[place]
    before = tokens[place - 1] if place else None
    if token.kind == "number":
        after = tokens[place + 1] if place + 1 < len(tokens) and place < first else None
        follows = before is not None and before.kind == "number" and place >= first
        return not follows and (after is None or after.kind != "number")
    if token.kind == "sign":
        return True
    if token.kind != "word" or token.text.casefold() in _STOP or before is None:
        return False
    if before.kind == "word":
        return place >= 2 and tokens[place - 2].kind == "number" and before.text.casefold() not in _STOP
    return (before.kind == "number" and len(token.text) >= 2) or (
        token.text in ("m", "g", "l", "h", "s") and before.kind == "number"
    )


def _balance(part: Sequence[Token]) -> int:
    return sum(token.text == "(" for token in part) - sum(token.text == ")" for token in part)


def _may_be_first(part: Sequence[Token]) -> bool:
    """An expression begins with a number, a bracket, a root, or a minus that touches its number."""
    first = part[0]
    if first.kind == "number" or first.text in ("(", "√"):
        return True
    return first.text in MINUS and len(part) > 1 and part[1].start == first.end


def _may_begin(tokens: Sequence[Token], first: int, text: str) -> bool:
    """What stands before an expression may not be a part of it."""
    if first == 0 or tokens[first - 1].kind == "equals":
        return True
    before, touches = tokens[first - 1], tokens[first - 1].end == tokens[first].start
    if before.kind == "word":
        is_latin = before.text.isascii()
        return (
            not (is_latin and (touches or len(before.text) < 2)) and before.text.casefold() not in _FUNCTIONS
        )
    if before.kind == "other":
        return before.text in "，,:;：；\"'“”‘’|>→⇒•[]（。§?、" or (before.text == "." and not touches)
    return False


def _may_end(tokens: Sequence[Token], last: int, text: str) -> bool:
    """What stands after it may not either."""
    if last >= len(tokens) or tokens[last].kind == "equals":
        return True
    after, touches = tokens[last], tokens[last].start == tokens[last - 1].end
    if after.kind in ("number", "blob"):
        return False
    if after.kind == "word":
        if last + 1 < len(tokens) and tokens[last + 1].text in ("^", "/", "²", "³"):
            return False
        return not (touches and after.text.isascii()) and not (
            len(after.text) == 1 and after.text.isascii() and after.text not in "aAI"
        )
    if after.kind == "sign":
        return after.text in (")", "(") or (after.text in MINUS and not touches and _is_dash(tokens, last))
    return after.text not in "\\_{}~∕π°′″%‰:" or (after.text == ":" and not touches)


def _is_dash(tokens: Sequence[Token], place: int) -> bool:
    """A dash between two parts of a sentence, no minus."""
    after = tokens[place + 1] if place + 1 < len(tokens) else None
    return tokens[place].text == "–" and (after is None or (after.kind == "word" and len(after.text) > 1))


def _side(part: Sequence[Token], text: str) -> Side | None:
    units: list[str] = []
    tokens: list[Token] = []
    for place, token in enumerate(part):
        if token.kind == "word":
            if place + 1 < len(part) and part[place + 1].text in ("^", "²", "³"):
                return None
            if part[place - 1].kind == "number":
                units[-1] = token.text.casefold()
            continue
        tokens.append(token)
        if token.kind == "number":
            found = token.found
            units.append((found["money"] or found["after"] or "").strip())
    if _is_range_or_reference(tokens):
        return None
    return Side(tuple(tokens), tuple(units), text[part[0].start : part[-1].end])


def _is_range_or_reference(tokens: Sequence[Token]) -> bool:
    """What is written as 10–15, and as (1) + (2)."""
    for before, token, after in zip(tokens, tokens[1:], tokens[2:], strict=False):
        if before.text == "(" and after.text == ")" and token.kind == "number" and token.text.isdigit():
            return True
        if before.kind == after.kind == "number" and token.text in MINUS:
            touches = before.end == token.start or token.end == after.start
            if touches and token.text == "–":
                return True
    return any(
        (a.kind == "number" and b.text == "(") or (a.text == ")" and b.kind == "number")
        for a, b in pairwise(tokens)
    )
