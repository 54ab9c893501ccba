"""Secrets that are told by the name they are given: `DB_PASSWORD=…`, `"api_key": "…"`, `setProperty("X_TOKEN", "…")`.

The values are looked for first, behind an operator, because operators are rarer than words; then the name before it.
"""

import re
from collections.abc import Iterator
from functools import cache, lru_cache

from qa.secrets.coded import Coded
from qa.secrets.values import (
    bits_of,
    classes_of,
    digits_of,
    is_code_path,
    is_example,
    is_uuid,
    is_worded,
    names_itself,
    words,
)

_NAME_CHARS = 80
# An operator and a value. Possessive, so a value is read once; what calls a function is no value.
_ASSIGNED = re.compile(
    r"[=:：,](?:(?<=[\"'],)|(?<==)(?<![=!<>]=)>?(?!=)|(?<=[:：])(?<!::)(?![/:=]))[ \t]{0,8}+(?P<q>\\?[\"'`]{1,3})?+"
    r"(?P<s>(?(q)[^\s\"'`<>]{8,512}+|[^\s\"'`,;<>(){}\[\]|&]{8,512}+))(?!\()"
)
_VALUE_OF = re.compile(
    r"(?i:(?:name|key|id|env|variable))[\"']?\s{0,4}[:=]\s{0,4}[\"'](?P<n>[\w.-]{2,64})[\"'],?\s{1,80}[\"']?(?i:(?:secret_|string_)?value)[\"']?\s{0,4}"
    r"[:=]\s{0,4}[\"'](?P<s>[^\"'\n<>]{8,512})[\"']"
)
# Where the second half of it may begin, in lower case; and how far it reaches to both sides.
_VALUE = re.compile(rb"value[\"']?\s{0,4}[:=]\s{0,4}[\"']")
_BEFORE_VALUE, _BEHIND_VALUE = 200, 560
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|密码|口令|密钥|令牌")
# A name and what may stand between it and the operator, read backwards.
_EMAN = re.compile(r"[\s\"'`\])*\\:?+|]{0,12}([\w.$@ /-]{1,64})")
_INNER = re.compile(r"([\w.-]{2,64})=([^=&].{7,}|[^=&]{8,})")
_TYPE = re.compile(
    r"[:]\s{0,2}&?'?(?:str|string|String|char\s?\*?|text|bytes|NSString \*|Optional\[str\]|str \| None)\s{0,4}$"
)
_PASSWORD = words(
    """
    password passwd passphrase passwort pwd pass pw passcode pswd contraseña senha 密码 口令
    """
)
_TOKEN = words(
    """
    secret token apikey secretkey accesskey privatekey authkey credential credentials creds bearer jwt pat
    密钥 令牌
    """
)
_BEFORE_KEY = words(
    """
    api access secret private auth account encryption encrypt signing sign master license admin service
    client storage app application hmac aes webhook integration deploy subscription function shared
    security session rest write server consumer personal user db database host root cookie jwt crypto
    wallet
    """
)
_TRAILING = words(
    """
    value string str text new old prod production dev test staging default current live env var data 0 1 2
    3 4 5
    """
)
_NO_SECRET = words(
    """
    public publishable publickey primary foreign sort partition bucket sequence row object map cache
    idempotency keyword keywords count counts type types limit max min num number name names id ids url
    uri path file dir length len size index page next previous cursor continuation pagination expires
    expiry expiration at hash hashed digest checksum sha sha256 sha1 md5 fingerprint thumbprint etag
    integrity template field label hint prompt format regex pattern policy endpoint issuer alg algorithm
    kid location folder registry keyboard event translation i18n locale rev srcrev commit version class
    color
    """
)
# Who gives out keys without a mark of their own: a long random value under the bare name is one.
_VENDORS = words(
    """
    adafruit adobe airtable algolia asana atlassian beamer bitbucket bittrex cloudflare codecov cohere
    coinbase confluent contentful datadog deepl digitalocean discord dropbox etsy facebook fastly finicity
    finnhub flickr freshbooks gitter gitlab github gocardless heroku hubspot instagram intercom jfrog
    artifactory kraken kucoin launchdarkly linear linkedin looker mailchimp mailgun mapbox mattermost
    meraki messagebird mistral netlify newrelic notion nytimes okta openai openweather plaid postmark
    rapidapi rollbar sendbird sendgrid sentry shodan sidekiq snyk sourcegraph spotify squarespace sumo
    sumologic travis trello twilio twitch twitter typeform vercel yandex zendesk zoom
    """
)


def named_secrets(coded: Coded) -> Iterator[tuple[str, int, int]]:
    """Each secret that is told by its name: kind, start and end of the value alone."""
    text = coded.text
    # For this text alone: what is repeated is judged once.
    is_secret, name_before = cache(_is_secret), lru_cache(512)(_name_before)
    for match in _ASSIGNED.finditer(text):
        start = match.start("s")
        value, quoted = match["s"].rstrip("\\"), match["q"] is not None
        if not _may_be(value):
            continue
        kind = _kind_of_name(name_before(text[max(0, match.start() - _NAME_CHARS) : match.start()]))
        inner = None if kind else _INNER.fullmatch(value)  # "FILE": "NAME=value
        if inner:
            kind, value, quoted = _kind_of_name(inner[1]), inner[2], False
            start += inner.start(2)
        if kind and is_secret(kind, value, quoted, match[0][0] == ","):
            yield kind, start, start + len(value)
    for begin, end in _around_values(coded.low):
        for match in _VALUE_OF.finditer(text, begin, end):
            kind = _kind_of_name(match["n"])
            if kind and is_secret(kind, match["s"], True, False):
                yield kind, *match.span("s")


def _around_values(low: bytes) -> Iterator[tuple[int, int]]:
    """The parts of a text where the word "value" follows something quoted, with room for a match; apart."""
    begin = end = 0
    for match in _VALUE.finditer(low):
        if match.start() - _BEFORE_VALUE > end:
            if end:
                yield begin, end
            begin = match.start() - _BEFORE_VALUE
        end = match.end() + _BEHIND_VALUE
    if end:
        yield max(0, begin), end


def _may_be(value: str) -> bool:
    """The cheapest question first: words without a digit or a sign are no secret that can be told."""
    return (len(value) >= 8 and not value.isalpha()) or (value.isalpha() and len(value) >= 20)


def _name_before(before: str) -> str:
    line = before[before.rfind("\n") + 1 :]
    typed = _TYPE.search(line) if ":" in line else None
    if typed:
        line = line[: typed.start()]
    match = _EMAN.match(line[::-1])
    return match[1][::-1].strip() if match else ""


@lru_cache(maxsize=512)
def _kind_of_name(name: str) -> str | None:
    """`password`, `token`, `key` or `vendor`, as the end of the name says; None for any other name."""
    words = [word.lower() for word in _WORDS.findall(name)][-6:]
    while len(words) > 1 and (words[-1] in _TRAILING or words[-1].isdigit()):
        words.pop()
    if (
        not words
        or words[-1] in _NO_SECRET
        or not _NO_SECRET.isdisjoint(words[-2:-1])
        or words[0] in ("public", "no", "not")
    ):
        return None
    last, before = words[-1], words[-2] if len(words) > 1 else ""
    if last in _PASSWORD:
        return "password"
    if last in _TOKEN or last.endswith(("password", "passwd", "apikey", "secret", "token")):
        return "password" if last.endswith(("password", "passwd")) else "token"
    if last in ("key", "keys"):
        if before in _BEFORE_KEY or before in _VENDORS:
            return "token"
        return "key" if before and before not in ("map", "dict", "hot", "mon", "don", "tur") else None
    if last in ("auth", "authorization", "dsn", "seed"):
        return "key"
    return "vendor" if last in _VENDORS or (before in _VENDORS and last in ("api", "access")) else None


def _is_secret(kind: str, value: str, quoted: bool, called: bool) -> bool:
    if is_example(value) or value.startswith(("http://", "https://", "/", "./", "$", "@", "--", "arn:")):
        return False
    if kind == "password":
        return not called and _is_password(value, quoted=quoted)
    return _is_random(kind, value, quoted=quoted)


def _is_password(value: str, *, quoted: bool) -> bool:
    """Random enough, and not the name of a variable: without quotes it must mix three classes of characters."""
    if names_itself(value) or (not quoted and is_code_path(value)) or (is_uuid(value) and not quoted):
        return False
    if digits_of(value) == 0 or classes_of(value) < (2 if quoted else 3):
        # A long one without signs is still random where no word is in it.
        return len(value) >= 16 and digits_of(value) >= 2 and bits_of(value) >= 3.0 and not is_worded(value)
    return bits_of(value) >= 2.7


def _is_random(kind: str, value: str, *, quoted: bool) -> bool:
    size, numbers = len(value), digits_of(value)
    if is_uuid(value):
        return kind == "token"
    if size < {"token": 10, "key": 20, "vendor": 24}[kind] or is_code_path(value) or is_worded(value):
        return False
    if value.isdigit():
        return kind == "token" and size >= 16 and bits_of(value) >= 2.5
    if any(char in value for char in ("(", ")", "{", "}", "[", "]")) or not value.isascii():
        return False
    if numbers == 0:
        return kind == "token" and size >= 20 and classes_of(value) >= 2 and bits_of(value) >= 3.8
    return bits_of(value) >= (2.8 if kind == "token" else 3.3) and (numbers >= 2 or size >= 16)
