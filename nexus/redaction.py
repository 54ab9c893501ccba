"""Keeps secrets out of everything that is written down or shown: logs, audit rows, error bodies, reports.

Two nets. Values that are known to be secret are cut out wherever they stand: `learn_secrets` takes them from the
settings when a process sets up its logs. Texts of a shape that only secrets have are cut out whoever wrote them.
What the owner and the models say to each other is not touched: it is the record.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote, unquote, urlsplit

from pydantic import BaseModel, SecretStr

MASK = "[redacted]"
MIN_SECRET_CHARS = 8  # a shorter one may be a word
MAX_LEARNED = 256

SECRET_NAMES = frozenset(
    {
        "authorization",
        "proxy-authorization",
        "cookie",
        "set-cookie",
        "password",
        "passwd",
        "secret",
        "api_secret",
        "token",
        "access_token",
        "refresh_token",
        "id_token",
        "ticket",
        "api_key",
        "apikey",
        "x-api-key",
        "private_key",
        "client_secret",
    }
)
_learned: dict[str, None] = {}  # in the order of learning; the one list of the process, as its log is one


@dataclass(frozen=True, slots=True)
class _Shape:
    """A form that only secrets have. `needles`: without one of them in a text, the search is spared."""

    needles: tuple[str, ...]
    pattern: re.Pattern[str]
    replacement: str = MASK


_SHAPES = (
    _Shape(
        ("PRIVATE KEY",),
        re.compile(
            r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----.*?(?:-----END [A-Z ]{0,30}PRIVATE KEY-----|\Z)",
            re.DOTALL,
        ),
    ),
    _Shape(("eyJ",), re.compile(r"eyJ[\w-]{6,}\.[\w-]{4,}\.[\w-]*")),  # JWT
    _Shape(("sk-",), re.compile(r"\bsk-[\w-]{12,}")),  # OpenAI, Anthropic and who copied them
    _Shape(("gh",), re.compile(r"\b(?:gh[pousr]_|github_pat_)\w{20,}")),
    _Shape(("AKIA", "AIza"), re.compile(r"\b(?:AKIA[A-Z0-9]{16}|AIza[\w-]{30,})")),
    _Shape(("hf_", "gsk_", "xai-"), re.compile(r"\b(?:hf_|gsk_|xai-)\w{20,}")),
    _Shape(("xox",), re.compile(r"\bxox[abprs]-[\w-]{10,}")),
    _Shape((":",), re.compile(r"(?<!\d)\d{6,12}:[\w-]{30,}")),  # a Telegram bot's token
    _Shape(("%3",), re.compile(r"(?<!\d)\d{6,12}%3[Aa][\w-]{30,}")),
    # One word of 20 characters or with a digit: prose says "bearer token", too.
    _Shape(
        ("earer ", "EARER ", "asic ", "ASIC "),
        re.compile(r"\b(bearer|basic)\s+(?:(?=[^\s\"']*\d)[^\s\"',]{6,}|[^\s\"',]{20,})", re.IGNORECASE),
        rf"\1 {MASK}",
    ),
    _Shape(("://",), re.compile(r"://([^\s/:@\"']{0,128}):[^\s/@\"']{1,256}@"), rf"://\1:{MASK}@"),
    _Shape(
        ("=",),
        re.compile(
            r"([?&;\s\"']|^)(\w{0,64}(?:_API_KEY|_SECRET|_TOKEN|PASSWORD)|token|ticket|secret|api[-_]?key)"
            r"=[^&\s\"']+",
            re.IGNORECASE,
        ),
        rf"\1\2={MASK}",
    ),
)


def redact(text: str) -> str:
    """`text` without secrets. Cheap where there are none: some substring searches, each pattern compiled once."""
    for secret in tuple(_learned):
        if secret in text:
            text = text.replace(secret, MASK)
    for shape in _SHAPES:
        if any(needle in text for needle in shape.needles):
            text = shape.pattern.sub(shape.replacement, text)
    return text


def redact_value(value: object) -> object:
    """`value` with every text in it redacted, and what stands under a name like `password` cut out."""
    match value:
        case str():
            return redact(value)
        case SecretStr():
            return MASK
        case Mapping():
            return {redact(str(name)): _named(str(name), inner) for name, inner in value.items()}
        case list() | tuple() | set() | frozenset():
            return [redact_value(inner) for inner in value]
        case None | bool() | int() | float():
            return value
        case _:
            return redact(str(value))


def redact_details(details: Mapping[str, object]) -> dict[str, object]:
    """A flat or nested mapping, as audit rows have it, redacted."""
    return {redact(name): _named(name, value) for name, value in details.items()}


def _named(name: str, value: object) -> object:
    return MASK if name.lower() in SECRET_NAMES and value is not None else redact_value(value)


def learn_secrets(secrets: Iterable[str]) -> None:
    """Cut these values out of everything from now on, also as URLs and JSON write them. At most 256 are kept.

    Values under 8 characters are not learned: they would be found in harmless words.
    """
    for secret in secrets:
        for form in (secret, quote(secret, safe=""), json.dumps(secret)[1:-1]):
            if len(form) >= MIN_SECRET_CHARS:
                _learned[form] = None
    for oldest in list(_learned)[: max(0, len(_learned) - MAX_LEARNED)]:
        del _learned[oldest]


def secrets_of(settings: BaseModel) -> Iterator[str]:
    """The secret values in settings: every SecretStr, alone or in a list, and the passwords of URLs."""
    for name in type(settings).model_fields:
        yield from _secrets_in(getattr(settings, name))


def _secrets_in(value: object) -> Iterator[str]:
    match value:
        case SecretStr():
            yield value.get_secret_value()
        case str() if "://" in value:
            yield from _password_of(value)
        case Mapping():
            yield from _secrets_in(list(value.values()))
        case Sequence() if not isinstance(value, str | bytes):
            for inner in value:
                yield from _secrets_in(inner)
        case _:
            return


def _password_of(url: str) -> Iterator[str]:
    try:
        password = urlsplit(url).password
    except ValueError:
        return
    if password:
        yield unquote(password)
        yield password
