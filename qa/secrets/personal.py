"""Personal data: numbers with a checksum as one class, and contacts (e-mail, telephone, IP address) as another.

A contact never fails an answer and is never redacted: most letters and most configurations hold some.
"""

import ipaddress
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from qa.secrets import checksums
from qa.secrets.coded import Coded
from qa.secrets.scan import Found, apart
from qa.secrets.views import View, read_as

_START, _END = r"(?<![\w.+/-])(?<!\d )", r"(?![\w/-]|\.\d| \d{2})"


type Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Number:
    """A kind of number, its form and checksum; where the form is common, words one of which must stand before it.

    Those with letters have a `shape`, as in `Coded.shapes`, that stands where one begins.
    """

    kind: str
    pattern: re.Pattern[str]
    is_real: Callable[[str], bool]
    words: re.Pattern[str] | None = None
    before: int = 0  # characters of the number that stand before what the pattern matches
    shape: bytes = b""


def _number(kind: str, form: str, is_real: Callable[[str], bool], words: str = "") -> Number:
    near = re.compile(rf"\b(?:{words})\b", re.IGNORECASE) if words else None
    return Number(kind, re.compile(f"{_START}(?:{form}){_END}"), is_real, near)


NUMBERS = (
    _number(
        "card",
        r"\d{4}(?:[ -]\d{4}){3}(?:[ -]?\d{3})?|3[47]\d\d[ -]\d{6}[ -]\d{5}|3\d{3}[ -]\d{6}[ -]\d{4}|\d{13,19}",
        checksums.is_card,
    ),
    _number("us-ssn", r"\d{3}([- ])\d{2}\1\d{4}", checksums.is_us_ssn),
    _number("china-id", r"\d{17}[\dXx]", checksums.is_china_id),
    _number("spain-id", r"(?:\d{8}|[XYZ]-?\d{7})-?[TRWAGMYFPDXBNJZSQVHLCKE]", checksums.is_spain_id),
    _number("brazil-cpf", r"\d{3}\.\d{3}\.\d{3}-\d{2}", checksums.is_brazil_cpf),
    _number("india-aadhaar", r"[2-9]\d{3}[ -]\d{4}[ -]\d{4}", checksums.is_aadhaar),
    _number(
        "france-nir",
        r"[12] ?\d{2} ?(?:0[1-9]|1[0-2]) ?(?:\d{2}|2[AB]) ?\d{3} ?\d{3} ?\d{2}",
        checksums.is_france_nir,
    ),
    _number("finland-hetu", r"\d{6}[-+A-FU-Y]\d{3}[0-9A-FHJ-NPR-Y]", checksums.is_finland_hetu),
    _number("singapore-nric", r"[STFG]\d{7}[A-Z]", checksums.is_singapore_nric),
    _number("korea-rrn", r"\d{6}-[1-8]\d{6}", checksums.is_korea_rrn),
    _number("swiss-ahv", r"756\.\d{4}\.\d{4}\.\d{2}", checksums.is_swiss_ahv),
    _number(
        "sweden-pn",
        r"(?:19|20)?\d{6}[-+]\d{4}",
        checksums.is_sweden_pn,
        "personnummer|personal (?:identity )?number|swedish",
    ),
    _number("uk-nhs", r"\d{3}[ -]?\d{3}[ -]?\d{4}", checksums.is_nhs, "nhs"),
    _number("netherlands-bsn", r"\d{9}", checksums.is_bsn, "bsn|burgerservicenummer"),
    _number("poland-pesel", r"\d{11}", checksums.is_pesel, "pesel"),
    _number("canada-sin", r"\d{3}[ -]\d{3}[ -]\d{3}", checksums.is_canada_sin, "sin|social insurance"),
    _number(
        "germany-tax-id",
        r"\d{2} ?\d{3} ?\d{3} ?\d{3}",
        checksums.is_germany_tax_id,
        "steuer-?id|idnr|steuerliche identifikationsnummer|steueridentifikationsnummer|tax id",
    ),
    Number(
        "iban",
        re.compile(
            rf"\d(?<=[A-Za-z]{{2}}.)(?<![\w.+/-]...)(?<!\d ...)\d"
            rf"(?:[ -]?[A-Za-z0-9]{{4}}){{2,7}}(?:[ -]?[A-Za-z0-9]{{1,3}})?{_END}"
        ),
        checksums.is_iban,
        before=2,
        shape=b"aa00",
    ),
    Number(
        "italy-cf",
        re.compile(rf"[A-Z](?<![\w.+/-].)[A-Z]{{5}}\d{{2}}[ABCDEHLMPRST]\d{{2}}[A-Z]\d{{3}}[A-Z]{_END}"),
        checksums.is_italy_cf,
        shape=b"aaaaaa00a00a000a",
    ),
)
# Where a number may stand: six digits or more. Only around these the other forms are tried.
_CANDIDATE = re.compile(r"\d(?:[ .+-]?\d){5,40}+")
_THREE = re.compile(rb"0000*")  # in `Coded.digits`; written so that `re` looks for a literal
_MARGIN_CHARS = 24  # around the longest run of digits in any of the forms
_FAR_CHARS = 90  # around three digits: the longest candidate
_BEFORE_CHARS = 60
# Each begins with a class of characters, because `re` skips ahead to it; the edge before it is looked at second.
_DOMAIN = re.compile(
    r"@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.){1,6}(?:[A-Za-z]{2,24}|xn--[a-z0-9-]{2,50})(?![\w-])"
)
_LOCAL_PART = re.compile(r"[\w.%+-]{1,64}(?![\w.%+-])")  # read backwards
_PHONE = re.compile(
    r"[+(0-9](?<![\w.+/(-].)(?:(?<=\+)[1-9]\d{0,2}[ .-]?(?:\(\d{1,4}\)[ .-]?)?\d{1,5}(?:[ .-]?\d{1,5}){1,5}"
    r"|(?<=\()\d{3}\) ?\d{3}[ .-]\d{4}"
    r"|(?<=1)[3-9]\d{9}|(?<=\d)\d{2}[ .-]\d{3}[ .-]\d{4})(?![\w-])"
)
_IPV4 = re.compile(r"\d(?<![\w.:-].)\d{0,2}\.\d{1,3}\.\d{1,3}\.\d{1,3}(?![\w-]|\.\w)")
_IPV6 = re.compile(
    r":(?<!::)(?:(?<=[0-9A-Fa-f]:)|(?=:))[0-9A-Fa-f:]{1,38}+(?:(?:\.\d{1,3}){3})?(?:%[a-z][a-z0-9]{1,8})?(?![\w:]|\.\w|//)"
)
_FIRST_GROUP = re.compile(r"[0-9A-Fa-f]{1,4}(?![\w.:])|(?![\w.:])")  # read backwards


def find_personal(text: str, view: View | None = None) -> tuple[Found, ...]:
    """Numbers that tell who somebody is or what he pays with, with a right checksum; in order of place.

    `view` is `read_as(text)`, where the caller has it already.
    """
    view = view or read_as(text)
    return apart(Found(*view.span(start, end), kind) for kind, start, end in _numbers(view.text))


def _numbers(text: str) -> Iterator[tuple[str, int, int]]:
    coded = Coded(text)
    windows = number_windows(coded)
    for number in NUMBERS:
        for start, end in of_number(number, coded, windows):
            yield number.kind, start, end


def of_number(number: Number, text: Coded, windows: Sequence[Place]) -> Iterator[Place]:
    """Where right numbers of this kind stand; `windows` as `number_windows` says."""
    plain = text.text
    is_real = cache(number.is_real)  # for this text alone
    if number.shape:
        matches = text.matches(number.pattern, "shapes", (number.shape,), (-number.before,))
    else:
        matches = (match for begin, end in windows for match in number.pattern.finditer(plain, begin, end))
    for match in matches:
        start = match.start() - number.before
        if is_real(plain[start : match.end()]) and _is_near(number, plain, start):
            yield start, match.end()


def number_windows(text: Coded) -> list[Place]:
    """The parts of the text where a number may stand, in order and apart: each form has three digits in a row."""
    near = _apart(_threes(text.digits), _FAR_CHARS)
    found = (match.span() for begin, end in near for match in _CANDIDATE.finditer(text.text, begin, end))
    return list(_apart(found, _MARGIN_CHARS))


def _threes(digits: bytes) -> Iterator[Place]:
    return (match.span() for match in _THREE.finditer(digits))


def _apart(places: Iterable[Place], margin: int) -> Iterator[Place]:
    """Each with a margin on both sides; those that meet are one."""
    begin = end = 0
    for start, stop in places:
        if start - margin > end:
            if end:
                yield begin, end
            begin = start - margin
        end = stop + margin
    if end:
        yield max(0, begin), end


def find_contacts(text: str) -> tuple[Found, ...]:
    """E-mail addresses, telephone numbers and public IP addresses; in order of place."""
    view = read_as(text)
    return apart(found for search in CONTACTS.values() for found in search(view))


def _is_near(number: Number, text: str, place: int) -> bool:
    return number.words is None or bool(number.words.search(text, max(0, place - _BEFORE_CHARS), place))


def _emails(view: View) -> Iterator[Found]:
    text = view.text
    for match in _DOMAIN.finditer(text):
        local = _LOCAL_PART.match(text[max(0, match.start() - 65) : match.start()][::-1])
        if local:
            yield Found(*view.span(match.start() - local.end(), match.end()), "email")


def _phones(view: View) -> Iterator[Found]:
    is_long = cache(_is_long)  # for this text alone
    for match in _PHONE.finditer(view.text):
        if is_long(match[0]):
            yield Found(*view.span(*match.span()), "phone")


def _addresses(view: View) -> Iterator[Found]:
    text, is_public = view.text, cache(_is_public)  # for this text alone
    for match in _IPV4.finditer(text):
        if is_public(match[0]):
            yield Found(*view.span(*match.span()), "ip")
    for match in _IPV6.finditer(text):
        first = _FIRST_GROUP.match(text[max(0, match.start() - 5) : match.start()][::-1])
        start = match.start() - (first.end() if first else 0)
        if first and ":" in match[0][1:] and is_public(text[start : match.end()]):
            yield Found(*view.span(start, match.end()), "ip")


def _is_long(number: str) -> bool:
    """As many digits as a telephone number has."""
    return 9 <= len(checksums.digits(number)) <= 15


def _is_public(address: str) -> bool:
    """An address that says where somebody is; IPv4 networks of one's own say nothing."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    return parsed.version == 6 or parsed.is_global


CONTACTS: dict[str, Callable[[View], Iterator[Found]]] = {
    "e-mail": _emails,
    "telephone": _phones,
    "address": _addresses,
}
