"""Lines of a mebibyte that a slow pattern would choke on, and every pattern by itself. For the exam and the tests."""

import random
import string
from collections.abc import Callable, Iterator

from qa.secrets import named, personal, scan, shapes, views
from qa.secrets.coded import Coded

_ANYWHERE = (
    "a",
    "1",
    " ",
    "=",
    ":",
    "\\",
    '"',
    "'",
    "-",
    "/",
    "@",
    ".",
    "\n",
    "%41",
    "%",
    "a1",
    "aA1 ",
    "a.",
    "1.",
    "1 ",
    "12-",
    "a@",
    ":a",
    "::",
    "'a',",
    "token=a ",
    "token=a1b2c3d4e5f6g7h8 ",
    "password: Xk3!vQ9z ",
    "key: 'a1b2c3d4e5f6g7h8i9j0' ",
    "name='a' value='b' ",
    "password=",
    "token is ",
    "eyJ",
    "-eyJ",
    "-eyJaaaaaaaaaa.",
    "eyJhbGciOiJIUzI1NiJ9.",
    "sk-",
    "a sk-",
    "ghp_aaaa ",
    "AAAAAAAAAA",
    "-----BEGIN PRIVATE KEY-----",
    "-----BEGIN PRIVATE KEY-----\na: ",
    "http://a:b",
    "://",
    "://a:",
    "bearer ",
    "basic QWxhZGRpbjpvcGVu ",
    "YTpiYTpiYTpiYTpiYTpiYTpiYTpi ",
    "abcdefghijkl\n",
    '"abcdefghijkl" "',
    "４１１１",
    "a\u200b",
    "1234 1234 1234 1234 ",
    "DE89 3704 0044 0532 0130 00 ",
    "+49 30 1234567 ",
    "<password>aaaaaaaa",
    "mysql -paaaaa",
    "machine a login b ",
    "hooks.slack.com/services/",
    "?token=aaaaaaaaaaaaa1",
    ".office.com/",
)


_ALPHABETS = {
    "digits": string.digits,
    "digits and spaces": string.digits * 3 + " -",
    "letters": string.ascii_letters,
    "hex": string.hexdigits.lower(),
    "base64": string.ascii_letters + string.digits + "+/",
    "words": string.ascii_lowercase * 2 + "     ",
    "equals": string.ascii_letters + "====",
    "quotes": string.ascii_letters + "\"'\"'`",
    "spaces": " \t",
    "signs": string.punctuation,
    "mixed": string.ascii_letters + string.digits + string.punctuation + " \n" * 5,
}


def lines(size: int) -> Iterator[tuple[str, str]]:
    """What is repeated, and the line of `size` characters that is made of it."""
    pieces = dict.fromkeys(
        (*_ANYWHERE, *(needle.decode() for shape in shapes.SHAPES for needle in shape.needles))
    )
    for piece in pieces:
        yield piece, (piece * (size // len(piece) + 1))[:size]


def random_lines(size: int, seed: int = 1) -> Iterator[tuple[str, str]]:
    """Lines in which nothing is repeated, the same for the same seed: a name and the line."""
    dice = random.Random(seed)
    for name, chars in _ALPHABETS.items():
        yield f"random {name}", "".join(dice.choices(chars, k=size))


def patterns() -> Iterator[tuple[str, Callable[[str], object]]]:
    """Every pattern by its name, as a function that takes it over a whole text with all that follows a match."""
    yield "tokens by prefix", lambda text: list(scan.tokens(text))
    yield "assignments", lambda text: list(named.named_secrets(Coded(text)))
    for shape in shapes.SHAPES:
        yield f"{shape.kind} ({shape.needles[0].decode()})", _over(shape)
    yield "candidates of numbers", lambda text: personal.number_windows(Coded(text))
    for number in personal.NUMBERS:
        yield f"number: {number.kind}", _over_number(number)
    for kind, contact in personal.CONTACTS.items():
        yield f"contact: {kind}", _over_contact(contact)
    yield "normalised", views.read_as
    yield "lines joined", lambda text: views.joined(views.View(text))
    yield "percent undone", lambda text: views.unquoted(views.View(text))
    yield "base64 undone", lambda text: views.unpacked(views.View(text))


def _over_contact(search: Callable[[views.View], Iterator[scan.Found]]) -> Callable[[str], object]:
    return lambda text: list(search(views.View(text)))


def _over_number(number: personal.Number) -> Callable[[str], object]:
    """In the whole text: what the windows leave out is a saving that a hostile line need not grant."""
    return lambda text: list(personal.of_number(number, Coded(text), [(0, len(text))]))


def _over(shape: shapes.Shape) -> Callable[[str], object]:
    return lambda text: list(scan.of_shape(shape, Coded(text)))
