"""Security: secrets, personal data, left-over placeholders, and the patterns a spec forbids. Called by `qa.validator`.

A secret is cut out of what is delivered and stored, and noted; it fails the work only where the spec says so. An
e-mail address, an IP, a <tag> or the word TODO is no finding unless the spec asks. Proofs hold the kind, the place
and a keyed hash, never the secret.
"""

import re
from collections import Counter
from collections.abc import Sequence

from qa.findings import CheckResult, Subject, failed, passed
from qa.patterns import PATTERN_TIMEOUT_S, find_pattern
from qa.secrets.personal import find_contacts
from qa.secrets.redaction import Redacted, redacted, told
from qa.secrets.scan import Found, find_secrets
from qa.spec import QaSpec, SecuritySpec

__all__ = ["check_security", "find_secrets", "redact", "redaction_of"]

_LISTED = 4
_PLACEHOLDERS = re.compile(r"\b(?:TODO|FIXME)\b|\b(?i:placeholder|lorem ipsum)\b")


def redaction_of(subject: Subject, spec: QaSpec) -> Redacted | None:
    """What must not be delivered or stored, and the text without it; None where the spec does not look for it."""
    rules = spec.security
    if rules is None or not rules.enabled:
        return None
    return redacted(subject.text, personal=rules.personal_data != "off", request=subject.request)


def check_security(subject: Subject, spec: QaSpec, seen: Redacted | None = None) -> tuple[CheckResult, ...]:
    """Secrets and personal data always; placeholders and forbidden patterns where the spec asks.

    `seen` is what `redaction_of` said, where the caller has it already.
    """
    rules = spec.security
    seen = seen or redaction_of(subject, spec)
    if rules is None or seen is None:
        return ()
    results = [_check_secrets(subject.text, seen.secrets, rules), *_check_personal(subject.text, seen, rules)]
    if rules.check_placeholders:
        results.append(_check_placeholders(subject.text))
    if rules.forbidden_patterns:
        results.append(_check_forbidden(subject.text, rules))
    return tuple(results)


def redact(text: str) -> tuple[str, tuple[str, ...]]:
    """The text with "[redacted: kind]" for each secret, and the kinds in order."""
    seen = redacted(text)
    return seen.text, tuple(secret.kind for secret in seen.secrets)


def _check_secrets(text: str, secrets: Sequence[Found], rules: SecuritySpec) -> CheckResult:
    name = "security.secrets"
    if not secrets:
        return passed(name, "no secret is found")
    places = told(text, secrets, _LISTED)
    if rules.on_secret != "fail":  # noqa: S105 - not a password
        return passed(name, f"{len(secrets)} redacted: {places}")
    kinds = ", ".join(dict.fromkeys(secret.kind for secret in secrets))
    return failed(
        name, f"{len(secrets)} found: {places}", f"Remove the secret ({kinds}) and refer to it by name only."
    )


def _check_personal(text: str, seen: Redacted, rules: SecuritySpec) -> tuple[CheckResult, ...]:
    """One result where there is something to say: numbers with a checksum count, contacts are only noted."""
    if rules.personal_data == "off":
        return ()
    name, parts = "security.personal_data", []
    if seen.personal and rules.personal_data == "fail":
        kinds = ", ".join(dict.fromkeys(one.kind for one in seen.personal))
        evidence = f"{len(seen.personal)} found: {told(text, seen.personal, _LISTED)}"
        return (failed(name, evidence, f"Remove the personal data ({kinds})."),)
    if seen.personal:
        parts.append(f"{len(seen.personal)} redacted: {told(text, seen.personal, _LISTED)}")
    if seen.kept:
        parts.append(f"{len(seen.kept)} of the request itself stay: {told(text, seen.kept, _LISTED)}")
    contacts = Counter(one.kind for one in find_contacts(text))
    if contacts:
        parts.append(
            "noted only: " + ", ".join(f"{count} {kind}" for kind, count in sorted(contacts.items()))
        )
    return (passed(name, "; ".join(parts)),) if parts else ()


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
            hits += [told(text, [Found(*span, f"pattern {number}")], 1)] if span else []
    if hits:
        return failed(name, "; ".join(hits), f"Remove what the spec forbids: {'; '.join(hits)}.")
    if slow:
        return failed(
            name, "; ".join(slow), "Simplify the text so that the forbidden patterns can be checked."
        )
    return passed(name, f"none of {len(rules.forbidden_patterns)} patterns matches")
