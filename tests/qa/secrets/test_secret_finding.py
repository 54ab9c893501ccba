"""What is told by its name or its place is found; what only looks so is left; hidden secrets are found, too."""

import base64
import random
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.secrets.personal import find_contacts, find_personal
from qa.secrets.redaction import redacted
from qa.secrets.scan import find_secrets
from qa.secrets.views import joined, read_as, unquoted

WORD = "Xk9vQ2wLz7Rt"
LONG = "q8Zt2mVb5nKc7xLp3dRf9gHs4jWy6uTe"
HEX = "9f86d081884c7d659a2feaa0c55ad015"
TOKEN = "gh" + "p_" + "Zk3vQ9wLx7RtB2nMfY8sHd4JcP6gU1eA5oKi"

NAMED = [
    f"DB_PASSWORD={WORD}!",
    f'"db_password": "{WORD}"',
    f"password: str = '{WORD}'",
    f"api_key = '{LONG}'",
    f"API-Key: {LONG}",
    f'System.setProperty("OKTA_TOKEN", "{LONG}")',
    f'{{"config.ini": "CODECOV_TOKEN={LONG}\\nBACKUP=true"}}',
    f'name = "X_API_KEY"\n  secret_value = "{LONG}"',
    f"datadogToken := `{HEX}`",
    f"spring.datasource.password={WORD}",
    f"Authorization: Bearer {LONG}",
    f"curl -H 'X-Api-Key: {LONG}' https://h.test",
    f"curl -u deploy:{WORD} https://h.test",
    f"sshpass -p {WORD} ssh root@host",
    f"mysql -u root -p{WORD} shop",
    f"amqp://svc:{WORD}@mq.internal:5672/",
    f"The password is {WORD}.",
    f"Your API key: `{LONG}`",
    f"密码是 {WORD}",
    f"密码：{WORD}",
    f"<password>{WORD}</password>",
    f"https://h.test/ws?token={LONG}&x=1",
    f"machine h.test login me password {WORD}",
    f"DefaultEndpointsProtocol=https;AccountName=a;AccountKey={LONG}{LONG}==;",
    "Basic " + base64.b64encode(f"deploy:{WORD}".encode()).decode(),
    '{"auths": {"r.test": {"auth": "' + base64.b64encode(f"deploy:{WORD}".encode()).decode() + '"}}}',
]
INNOCENT = [
    "password: ${DB_PASSWORD}",
    "password = <your password here>",
    "api_key = os.environ['API_KEY']",
    "token = response.data.accessToken2",
    'password = "SecurePass123!"  # change me',
    'API_KEY = "YOUR_API_KEY_HERE_1234"',
    "Authorization: Bearer $TOKEN",
    "Authorization: Bearer <token>",
    "curl -u user:password https://h.test",
    "postgresql://user:password@localhost/db",
    "max_tokens = 4096, next_page_token = 'CAUQAA12345678901234'",
    f"sha256: {HEX}{HEX}",
    f'integrity="sha384-{LONG}{LONG}"',
    f"commit {HEX}aabbccdd",
    "id: 0192f1c4-5b7e-7c1d-9c3f-2a1b3c4d5e6f",
    "primary_key=True, sort_key='created_at_2024_index'",
    "key = secrets.token_hex(32)\nprint(f'Your key: {key}')",
    "openssl rand -base64 32 > key.txt",
    "data:image/png;base64," + base64.b64encode(bytes(range(200))).decode(),
    "A PEM file starts with -----BEGIN PRIVATE KEY----- followed by several lines of text, all of which are encoded",
    "def verify_token(token: str, password: Optional[str] = None) -> bool:",
    "密码必须至少包含12个字符。",
    "const csrfToken = document.querySelector('meta[name=csrf-token]').content;",
    'public_key = "9Cnzj4p4WGeKLs1Pt8QuKUpRKfFLfRYC9AIKjbJTWit"',
]


@pytest.mark.parametrize("text", NAMED)
def test_a_secret_is_told_by_its_name_or_its_place(text: str) -> None:
    safe = redacted(text).text
    assert "[redacted: " in safe
    for secret in (WORD, LONG, HEX, base64.b64encode(f"deploy:{WORD}".encode()).decode()):
        assert secret not in safe


@pytest.mark.parametrize("text", INNOCENT)
def test_examples_names_hashes_and_code_that_makes_keys_stay_whole(text: str) -> None:
    assert redacted(text, personal=True).text == text


HIDDEN = {
    "full width": "".join(chr(ord(c) + 0xFEE0) for c in TOKEN),
    "zero width": "\u200b".join(TOKEN),
    "soft hyphen": TOKEN[:20] + "\u00ad" + TOKEN[20:],
    "broken line": TOKEN[:22] + "\n    " + TOKEN[22:],
    "continued line": TOKEN[:22] + "\\\n" + TOKEN[22:],
    "two pieces": '"' + TOKEN[:22] + '" + "' + TOKEN[22:] + '"',
    "percent": "".join(f"%{ord(c):02X}" for c in TOKEN),
    "base64": base64.b64encode(f"token={TOKEN}".encode()).decode(),
    "base64 for URLs": base64.urlsafe_b64encode(f"use {TOKEN}?>".encode()).decode().rstrip("="),
    "colours": f"\x1b[31m{TOKEN}\x1b[0m",
    "escaped line end": f"a\\n{TOKEN}\\n",
}


@pytest.mark.parametrize("how", HIDDEN)
def test_a_hidden_secret_is_found_at_its_own_place(how: str) -> None:
    text = f"before {HIDDEN[how]} after"
    safe = redacted(text).text
    assert safe.startswith("before ")
    assert safe.endswith("after")
    assert "[redacted: github-token]" in safe
    plain = read_as(safe)
    for view in (plain, joined(plain), unquoted(plain)):
        assert view is None or TOKEN[8:30] not in view.text


def test_a_secret_is_cut_out_everywhere_once_it_was_found() -> None:
    safe = redacted(f"password='{WORD}'. Remember: {WORD}, and again {WORD}.").text
    assert WORD not in safe
    assert safe.count("[redacted: ") == 3


TEXTS = st.text(st.sampled_from("ab1 \n\"'=:%\u200bＡ＝é字/\\"), max_size=60)


@given(TEXTS, TEXTS, st.integers(0, 2**32), st.sampled_from(["", "token=", "password: '", "\u200b", "x "]))
def test_redaction_never_leaves_a_token_whatever_stands_around_it(
    before: str, after: str, seed: int, mark: str
) -> None:
    chance = random.Random(seed)
    token = "gh" + "p_" + "".join(chance.choices(string.ascii_letters + string.digits, k=36))
    safe = redacted(f"{before} {mark}{token} {after}").text
    assert token not in safe
    assert token[6:30] not in safe


@given(st.text(max_size=300))
def test_places_stand_in_the_text_itself_and_in_order(text: str) -> None:
    last = 0
    for one in (*find_secrets(text),):
        assert last <= one.start < one.end <= len(text)
        last = one.end


@given(TEXTS, TEXTS)
def test_the_place_after_normalising_is_the_place_of_the_secret(before: str, after: str) -> None:
    text = f"{before} {TOKEN} {after}"
    found = [one for one in find_secrets(text) if one.kind == "github-token"]
    assert len(found) >= 1
    assert any(TOKEN in text[one.start : one.end] or text[one.start : one.end] in TOKEN for one in found)


CARD, IBAN = "4539 1488 0343 6467", "DE75512108001245126199"


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("card", f"Card {CARD}."),
        ("iban", f"to {IBAN} please"),
        ("iban", "IBAN GB94 BARC 1020 1530 0934 59"),
        ("china-id", "身份证 11010519491231002X"),
        ("spain-id", "DNI 12345678Z"),
        ("brazil-cpf", "CPF 529.982.247-25"),
        ("uk-nhs", "NHS number 943 476 5919"),
        ("us-ssn", "SSN 536-90-4399"),
        ("finland-hetu", "131052-308T"),
        ("italy-cf", "RSSMRA85T10A562S"),
    ],
)
def test_personal_data_is_told_by_its_checksum(kind: str, text: str) -> None:
    assert [one.kind for one in find_personal(text)] == [kind]
    digits = [i for i, c in enumerate(text) if c in "0123456789"]
    at = digits[-1]
    wrong = text[:at] + str((int(text[at]) + 1) % 10) + text[at + 1 :]
    if kind != "us-ssn":  # has none
        assert find_personal(wrong) == ()


def test_what_the_owner_wrote_himself_stays_but_not_a_secret() -> None:
    request = f"Write an invoice with my IBAN {IBAN}; my key is {TOKEN}"
    seen = redacted(f"Pay to {IBAN}. Key {TOKEN}. Card {CARD}.", personal=True, request=request)
    assert seen.text == f"Pay to {IBAN}. Key [redacted: github-token]. Card [redacted: card]."
    assert [one.kind for one in seen.kept] == ["iban"]


def test_a_contact_is_found_and_never_redacted() -> None:
    text = "Write to anna@firma.test, call +49 30 1234567 or look at 8.8.8.8 and 2001:db8::8a2e:370:7334."
    assert [one.kind for one in find_contacts(text)] == ["email", "phone", "ip", "ip"]
    assert redacted(text, personal=True).text == text
