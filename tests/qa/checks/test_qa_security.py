"""Secrets are found and never repeated; what only looks like one is left alone."""

import time

import pytest

from qa.checks.security import check_security, find_secrets, redact
from qa.findings import CheckStatus, Subject
from qa.spec import QaSpec, SecuritySpec
from qa.validator import judge

BODY = "Zk3vQ9wLx7RtB2nMfY8sHd4JcP6gU1eA5oKi0TqWbV"
# Put together here, so that no scanner takes this file for a leak.
SECRETS = {
    "anthropic-key": "sk-" + f"ant-api03-{BODY}",
    "openai-key": "sk-" + f"proj-{BODY}",
    "stripe-key": "sk_" + f"live_{BODY[:24]}",
    "aws-access-key": "AKIA" + "Q3EGRTZ7XKMWP2LD",
    "github-token": "ghp_" + BODY[:36],
    "gitlab-token": "glpat-" + BODY[:20],
    "slack-token": "xoxb-" + f"2048152346-{BODY[:24]}",
    "google-key": "AIza" + BODY[:35],
    "telegram-token": "6842197530" + ":AA" + BODY[:33],
    "jwt": "eyJhbGciOiJIUzI1NiJ9." + f"eyJzdWIiOiI0MiJ9.{BODY}",
}
IN_CONTEXT = {
    "url-password": ("postgresql://nexus:{}@db:5432/nexus", "Vq8-kRt2pLz"),
    "password-assignment": ("password = '{}'", "Vq8kRt2pLz7w"),
    "private-key": (
        "-----BEGIN RSA PRIVATE KEY-----\n{}\n-----END RSA PRIVATE KEY-----",
        f"{BODY}\n{BODY}\n{BODY}",
    ),
}
INNOCENT = [
    "Write to anna@example.com or 192.168.0.1 and put it in <tag>. TODO: more.",
    "Keys look like sk-... or AKIA...; set OPENAI_API_KEY=your-api-key-here.",
    "postgresql://nexus:your-password@localhost:5432/nexus",
    "Use postgresql://user:password@localhost/db as the URL.",
    "AKIAIOSFODNN7EXAMPLE is the key of the AWS documentation.",
    "export API_KEY=sk-xxxxxxxxxxxxxxxxxxxxxxxx",
    "api_key = os.environ['API_KEY']",
    "password = get_password_v2(user)",
    "const token = response.data.accessToken2;",
    "secret: ${SECRET_VALUE_1}",
    "risk-management-for-beginners-and-advanced-readers-2024",
    "A PEM file begins with -----BEGIN PRIVATE KEY----- and ends with -----END PRIVATE KEY-----.",
    "The commit 3f786850e387550fdab836ed7e6dc881de23001b and the id 550e8400-e29b-41d4-a716-446655440000.",
    "http://localhost:8000/path@2x.png and https://example.com:443/a@b",
    "Your password should have 12 characters: letters, digits and signs.",
]


@pytest.mark.parametrize("kind", SECRETS)
def test_a_leaked_key_is_failed_and_not_repeated(kind: str) -> None:
    secret = SECRETS[kind]
    subject = Subject(f"Sure,\nit is {secret}, keep it safe.")
    strict = QaSpec(name="x", security=SecuritySpec(on_secret="fail"))
    (result,) = check_security(subject, strict)
    assert result.status is CheckStatus.FAIL
    assert f"{kind} at 2:7 (" in result.evidence
    assert secret not in result.evidence + result.feedback


@pytest.mark.parametrize("kind", SECRETS)
def test_a_leaked_key_is_redacted_and_noted_unless_the_spec_says_fail(kind: str) -> None:
    secret = SECRETS[kind]
    spec = QaSpec(name="x", security=SecuritySpec())
    verdict, delivered = judge(Subject(f"It is {secret}, keep it."), spec)
    assert verdict.passed
    assert delivered == f"It is [redacted: {kind}], keep it."
    assert f"1 redacted: {kind} at 1:7 (" in verdict.checks[-1].evidence
    assert secret not in verdict.checks[-1].evidence


@pytest.mark.parametrize("kind", IN_CONTEXT)
def test_a_secret_known_by_its_surroundings_is_redacted_and_they_stay(kind: str) -> None:
    frame, secret = IN_CONTEXT[kind]
    safe, kinds = redact(f"Look: {frame.format(secret)} done")
    assert kinds == (kind,)
    assert secret not in safe
    assert safe.startswith("Look: ")
    assert f"[redacted: {kind}]" in safe


@pytest.mark.parametrize("text", INNOCENT)
def test_what_only_looks_like_a_secret_passes(text: str) -> None:
    assert find_secrets(text) == ()
    assert redact(text) == (text, ())


def test_all_secrets_are_redacted_in_their_order() -> None:
    text = f"a {SECRETS['github-token']} b {SECRETS['slack-token']} c"
    assert redact(text) == (
        "a [redacted: github-token] b [redacted: slack-token] c",
        ("github-token", "slack-token"),
    )


@pytest.mark.parametrize("text", ["a TODO is left", "FIXME", "this is a Placeholder", "Lorem ipsum dolor"])
def test_placeholders_fail_only_where_the_spec_asks(text: str) -> None:
    asked = QaSpec(name="x", security=SecuritySpec(check_placeholders=True))
    unasked = QaSpec(name="x", security=SecuritySpec())
    assert any(check.status is CheckStatus.FAIL for check in check_security(Subject(text), asked))
    assert all(check.status is CheckStatus.PASS for check in check_security(Subject(text), unasked))


def test_a_forbidden_pattern_is_named_by_number_and_place() -> None:
    spec = QaSpec(name="x", security=SecuritySpec(forbidden_patterns=("nothing", "hunter2")))
    result = check_security(Subject("pw hunter2"), spec)[1]
    assert result.status is CheckStatus.FAIL
    assert "pattern 1 at 1:4" in result.evidence
    assert "hunter2" not in result.evidence + result.feedback


def test_a_forbidden_pattern_that_runs_away_is_failed() -> None:
    spec = QaSpec(name="x", security=SecuritySpec(forbidden_patterns=("(a+)+b",)))
    result = check_security(Subject("a" * 5000), spec)[1]
    assert result.status is CheckStatus.FAIL
    assert "no answer within 1 s" in result.evidence


def test_security_that_is_switched_off_checks_nothing() -> None:
    assert check_security(Subject("x"), QaSpec(name="x", security=SecuritySpec(enabled=False))) == ()


@pytest.mark.parametrize(
    "piece",
    [
        "eyJ",
        "sk-ant-",
        "password: ",
        "a",
        "://",
        "a://",
        "-----BEGIN PRIVATE KEY-----",
        "1",
        ":AA",
        "xoxb-",
        "token=a ",
        "-----BEGIN PRIVATE KEY-----\na: ",
        "password      ",
        "eyJaaaaaaaa.",
        "a:",
        "http://a:",
    ],
)
def test_a_megabyte_is_scanned_in_linear_time(piece: str) -> None:
    started = time.process_time()
    find_secrets(piece * (1_000_000 // len(piece)))
    assert time.process_time() - started < 5
