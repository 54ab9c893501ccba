"""Lines of a mebibyte that a slow pattern would choke on, and every pattern by itself. For the exam and the tests."""

from collections.abc import Callable, Iterator

from qa.secrets import named, personal, scan, shapes, views

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


def lines(size: int) -> Iterator[tuple[str, str]]:
    """What is repeated, and the line of `size` characters that is made of it."""
    pieces = dict.fromkeys((*_ANYWHERE, *(needle for shape in shapes.SHAPES for needle in shape.needles)))
    for piece in pieces:
        yield piece, (piece * (size // len(piece) + 1))[:size]


def patterns() -> Iterator[tuple[str, Callable[[str], object]]]:
    """Every pattern by its name, as a function that takes it over a whole text with all that follows a match."""
    yield "tokens by prefix", lambda text: list(scan.tokens(text))
    yield "assignments", lambda text: list(named.named_secrets(text))
    for shape in shapes.SHAPES:
        yield f"{shape.kind} ({shape.needles[0]})", _over(shape)
    yield "personal numbers", personal.find_personal
    yield "contacts", personal.find_contacts
    yield "normalised", views.read_as
    yield "lines joined", lambda text: views.joined(views.View(text))
    yield "percent undone", lambda text: views.unquoted(views.View(text))
    yield "base64 undone", lambda text: views.unpacked(views.View(text))


def _over(shape: shapes.Shape) -> Callable[[str], object]:
    return lambda text: list(scan.of_shape(shape, text))
