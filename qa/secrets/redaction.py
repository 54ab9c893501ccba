"""Takes secrets and personal data out of texts, and says what was taken without repeating it.

What is delivered and what is stored is the redacted text. A place is told as line and column of the text before;
the hash beside it is keyed with a key of this process, so it tells equal values apart and cannot be guessed from.
"""

import hashlib
import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from qa.secrets.personal import find_personal
from qa.secrets.scan import Found, apart, find_secrets
from qa.secrets.views import read_as

_KEY = os.urandom(32)
_HASH_CHARS = 8
# A secret that was found once is cut out wherever else it stands; so many different ones are looked for again.
_MAX_REPEATED = 64
_MIN_REPEATED_CHARS = 8
_NOT_PLAIN = re.compile(r"[^0-9a-z]+")


@dataclass(frozen=True, slots=True)
class Redacted:
    """A text as it may be delivered, and what was taken out of it.

    Attributes:
        text: with "[redacted: kind]" where something was.
        secrets, personal: what was found in the text before, each in order of place.
        kept: personal data that the owner wrote himself and that stays.
    """

    text: str
    secrets: tuple[Found, ...]
    personal: tuple[Found, ...] = ()
    kept: tuple[Found, ...] = ()


def redacted(text: str, *, personal: bool = False, request: str = "") -> Redacted:
    """The text without secrets, and without personal data where `personal`.

    Personal data that stands in `request` stays: the owner's own IBAN belongs into his invoice. A secret does not,
    not even his own: answers go to more places than requests do.
    """
    view = read_as(text)
    secrets = _with_repeats(text, find_secrets(text, view))
    numbers = find_personal(text, view) if personal else ()
    own = _plain(request) if numbers else ""
    kept = tuple(one for one in numbers if _plain(text[one.start : one.end]) in own) if own else ()
    taken = tuple(one for one in numbers if one not in kept)
    return Redacted(_cut(text, apart((*secrets, *taken))), secrets, taken, kept)


def told(text: str, found: Sequence[Found], at_most: int) -> str:
    """Kind, line, column and keyed hash of the first few, for a proof: "jwt at 3:14 (1f2e3d4c)"."""
    shown = [
        f"{one.kind} at {_place(text, one.start)} ({hash_of(text[one.start : one.end])})"
        for one in found[:at_most]
    ]
    more = len(found) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more > 0 else "")


def hash_of(value: str) -> str:
    """Short, keyed, and the same for the same value while this process lives."""
    return hashlib.blake2s(value.encode("utf-8", "surrogatepass"), key=_KEY).hexdigest()[:_HASH_CHARS]


def _place(text: str, offset: int) -> str:
    """Line and column, both from 1, as editors count."""
    return f"{text.count('\n', 0, offset) + 1}:{offset - text.rfind('\n', 0, offset)}"


def _with_repeats(text: str, found: tuple[Found, ...]) -> tuple[Found, ...]:
    kinds = {text[one.start : one.end]: one.kind for one in reversed(found)}
    values = [value for value in kinds if len(value) >= _MIN_REPEATED_CHARS][:_MAX_REPEATED]
    if not values:
        return found
    # The longest first, so that of two values that begin alike none is left in half.
    again = re.compile("|".join(map(re.escape, sorted(values, key=len, reverse=True))))
    return apart((*found, *(Found(*match.span(), kinds[match[0]]) for match in again.finditer(text))))


def _cut(text: str, found: Iterable[Found]) -> str:
    parts, at = [], 0
    for one in found:
        parts += [text[at : one.start], f"[redacted: {one.kind}]"]
        at = one.end
    return "".join((*parts, text[at:]))


def _plain(value: str) -> str:
    return _NOT_PLAIN.sub("", value.lower())
