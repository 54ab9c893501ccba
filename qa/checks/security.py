"""Security: leaked secrets, left-over placeholders, and the patterns a spec forbids. Called by `qa.validator`.

An e-mail address, an IP address, a <tag> or the word TODO is no finding unless the spec asks. Reports hold
the kind, the place and a hash, never the secret.
"""

import hashlib
import math
import re
from collections import Counter
from dataclasses import dataclass

from qa.findings import CheckResult, Subject, failed, passed
from qa.patterns import PATTERN_TIMEOUT_S, find_pattern
from qa.spec import QaSpec, SecuritySpec

_LISTED = 4


@dataclass(frozen=True, slots=True)
class Secret:
    """A secret in a text: its kind and where it stands, end excluded."""

    kind: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Kind:
    """A kind of secret: the pattern is tried only on a text that holds the hint, which is far faster.

    The secret is the pattern's group `s`, or the whole match where there is no such group.
    """

    name: str
    hint: str
    pattern: re.Pattern[str]


def _kind(name: str, hint: str, pattern: str) -> _Kind:
    return _Kind(name, hint, re.compile(rf"(?<![A-Za-z0-9]){pattern}"))


# Each begins at the edge of a word, so a long run of letters costs one attempt and not one for each letter.
_KINDS = (
    _kind("anthropic-key", "sk-ant-", r"sk-ant-[\w-]{20,}"),
    _kind("openai-key", "sk-", r"sk-(?:(?:proj|svcacct|admin|or-v1)-[\w-]{20,}|[A-Za-z0-9]{20,})"),
    _kind("stripe-key", "k_live_", r"[sr]k_live_[A-Za-z0-9]{16,}"),
    _kind("aws-access-key", "AKIA", r"AKIA[A-Z0-9]{16}(?![A-Za-z0-9])"),
    _kind("aws-access-key", "ASIA", r"ASIA[A-Z0-9]{16}(?![A-Za-z0-9])"),
    _kind("github-token", "gh", r"gh[opusr]_[A-Za-z0-9]{30,}"),
    _kind("github-token", "github_pat_", r"github_pat_\w{30,}"),
    _kind("gitlab-token", "glpat-", r"glpat-[\w-]{20,}"),
    _kind("slack-token", "xox", r"xox[abeoprs]-[A-Za-z0-9-]{10,}"),
    _kind("google-key", "AIza", r"AIza[\w-]{35}(?![\w-])"),
    _kind("telegram-token", ":AA", r"\d{8,10}:AA[\w-]{33}(?![\w-])"),
    _kind("jwt", "eyJ", r"(?<![\w-])eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{10,}"),
    _kind(
        "private-key",
        "PRIVATE KEY",
        r"-----BEGIN (?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: BLOCK)?-----"
        r"(?:[\s\\nr]{0,4}[A-Za-z-]{1,20}: [^\n\\]{0,120}){0,4}"
        r"(?P<s>[A-Za-z0-9+/=\s\\]{64,})",
    ),
    _kind("url-password", "://", r"[a-z][a-z0-9+]{1,20}://[^\s:@/'\"]{0,64}:(?P<s>[^\s:@/'\"]{3,128})@"),
)
# password, passwd, pwd, secret, token, api_key, access_key, 密码, 口令. The set of first letters stands outside
# of the part that ignores case: only so can `re` skip ahead, which makes it six times faster.
_ASSIGNED = re.compile(
    r"[PpSsTtAa密口](?i:assw(?:or)?d|wd|ecret|oken|pi[_-]?key|ccess[_-]?key|码|令)"
    r"[\"']?\s{0,4}(?::=|=>|[:=：])\s{0,4}(?P<q>[\"'`]?)(?P<s>[^\s\"'`,;<>(){}\[\]$]{8,128}+)(?![(\[{])"
)
_ASSIGNED_HINTS = ("pass", "pwd", "secret", "token", "key", "密码", "口令")
# What documentation writes where a secret would stand.
_EXAMPLE = re.compile(
    r"example|your|x{4,}|dummy|change-?me|placeholder|redacted|sample|fake|random|\.\.\.|\*{3,}|1234567|abcdefg"
    r"|^pass(?:word|wd)?\d{0,4}$|^secret\d{0,3}$|^user(?:name)?$|^test\d{0,4}$|^[<${%]",
    re.IGNORECASE,
)
_CODE_PATH = re.compile(r"[A-Za-z_]\w*(?:\.\w+)+")
_ANSI = re.compile(r"\x1b\[[0-9;]{0,20}[A-Za-z]")
_PLACEHOLDERS = re.compile(r"\b(?:TODO|FIXME)\b|\b(?i:placeholder|lorem ipsum)\b")


def check_security(subject: Subject, spec: QaSpec) -> tuple[CheckResult, ...]:
    """Secrets always; placeholders and forbidden patterns where the spec asks."""
    rules = spec.security
    if rules is None or not rules.enabled:
        return ()
    results = [_check_secrets(subject.text)]
    if rules.check_placeholders:
        results.append(_check_placeholders(subject.text))
    if rules.forbidden_patterns:
        results.append(_check_forbidden(subject.text, rules))
    return tuple(results)


def find_secrets(text: str) -> tuple[Secret, ...]:
    """Every leaked secret that is known by its form, in order of place, none inside another."""
    if "\x1b" in text:
        # Colours must not hide the edge of a word; offsets stay as they are.
        text = _ANSI.sub(lambda code: " " * len(code[0]), text)
    found = [secret for kind in _KINDS if kind.hint in text for secret in _of_kind(kind, text)]
    lowered = text.lower()
    if any(hint in lowered for hint in _ASSIGNED_HINTS):
        found += [
            Secret("password-assignment", *match.span("s"))
            for match in _ASSIGNED.finditer(text)
            if _is_password(match["s"], quoted=bool(match["q"]))
        ]
    found.sort(key=lambda secret: (secret.start, -secret.end))
    apart: list[Secret] = []
    for secret in found:
        if not apart or secret.start >= apart[-1].end:
            apart.append(secret)
    return tuple(apart)


def redact(text: str) -> tuple[str, tuple[str, ...]]:
    """The text with "[redacted: kind]" for each secret, and the kinds in order."""
    secrets = find_secrets(text)
    for secret in reversed(secrets):
        text = f"{text[: secret.start]}[redacted: {secret.kind}]{text[secret.end :]}"
    return text, tuple(secret.kind for secret in secrets)


def _of_kind(kind: _Kind, text: str) -> list[Secret]:
    group = "s" if "s" in kind.pattern.groupindex else 0
    return [
        Secret(kind.name, *match.span(group))
        for match in kind.pattern.finditer(text)
        if len(set(match[group])) >= min(8, len(match[group]) // 2) and not _EXAMPLE.search(match[group])
    ]


def _is_password(value: str, *, quoted: bool) -> bool:
    """Random enough, and not the name of a variable: without quotes it must mix three classes of characters."""
    classes = (
        any(map(str.islower, value)),
        any(map(str.isupper, value)),
        any(map(str.isdigit, value)),
        any(not char.isalnum() and char not in "._-/" for char in value),
    )
    if not quoted and _CODE_PATH.fullmatch(value):
        return False
    if _EXAMPLE.search(value) or sum(classes) < (2 if quoted else 3) or not classes[2]:
        return False
    return _entropy_bits(value) >= 3.0


def _entropy_bits(value: str) -> float:
    """Shannon entropy of one character, in bits."""
    return -sum(n / len(value) * math.log2(n / len(value)) for n in Counter(value).values())


def _check_secrets(text: str) -> CheckResult:
    name = "security.secrets"
    secrets = find_secrets(text)
    if not secrets:
        return passed(name, "no known form of a secret")
    places = ", ".join(
        _place(secret.kind, secret.start, text[secret.start : secret.end]) for secret in secrets[:_LISTED]
    )
    kinds = ", ".join(dict.fromkeys(secret.kind for secret in secrets))
    return failed(
        name, f"{len(secrets)} found: {places}", f"Remove the secret ({kinds}) and refer to it by name only."
    )


def _check_placeholders(text: str) -> CheckResult:
    name = "security.placeholders"
    match = _PLACEHOLDERS.search(text)
    if match is None:
        return passed(name, "no placeholder is left")
    evidence = f'"{match[0]}" at offset {match.start()}'
    return failed(name, evidence, f'Replace the placeholder "{match[0]}" with the real content.')


def _check_forbidden(text: str, rules: SecuritySpec) -> CheckResult:
    """Patterns are named by their number: one may spell out the very secret that it forbids."""
    name, hits, slow = "security.forbidden_patterns", [], []
    for number, pattern in enumerate(rules.forbidden_patterns):
        try:
            span = find_pattern(pattern, text)
        except TimeoutError:
            slow.append(f"pattern {number}: no answer within {PATTERN_TIMEOUT_S:g} s")
        else:
            hits += [_place(f"pattern {number}", span[0], text[slice(*span)])] if span else []
    if hits:
        return failed(name, "; ".join(hits), f"Remove what the spec forbids: {'; '.join(hits)}.")
    if slow:
        return failed(
            name, "; ".join(slow), "Simplify the text so that the forbidden patterns can be checked."
        )
    return passed(name, f"none of {len(rules.forbidden_patterns)} patterns matches")


def _place(kind: str, offset: int, secret: str) -> str:
    digest = hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
    return f"{kind} at offset {offset} (sha256 {digest[:8]})"
