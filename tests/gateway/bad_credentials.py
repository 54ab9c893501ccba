"""Credentials that must open nothing, each with a name; and those that are forged need the right ones to start from."""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from db.engine import Database
from db.statements.access import TokenRow, insert_token, revoke_tokens
from gateway.tokens import key_id, sign_token, signing_key

SECRET = "Correct-Horse_battery-Staple.9"
PREVIOUS = "the-one-before-It.8"

type Headers = list[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class Known:
    """Tokens as the database has them, by their ids."""

    owner: str
    viewer: str
    revoked: str
    over: str


def put_tokens(database: Database) -> Known:
    """A good token of each role, a revoked one and one whose row is over."""
    now = datetime.now(UTC)
    known = Known("owner-jti", "viewer-jti", "revoked-jti", "over-jti")
    for jti, role, days in (
        (known.owner, "owner", 30),
        (known.viewer, "viewer", 30),
        (known.revoked, "owner", 30),
        (known.over, "owner", -1),
    ):
        row = TokenRow(jti, jti.partition("-")[0], role, now, "operator:test", now + timedelta(days=days))
        database.run_sync(insert_token, row)
    database.run_sync(revoke_tokens, known.revoked, "operator:test", now)
    return known


def good_token(jti: str, secret: str = SECRET) -> str:
    now = datetime.now(UTC)
    return sign_token(secret, jti, now, now + timedelta(days=1))


def bearer(token: str) -> Headers:
    return [(b"authorization", b"Bearer " + token.encode())]


def bad_headers(known: Known) -> dict[str, Headers]:
    """Request headers by what is wrong with them."""
    plain = {name: [(b"authorization", value)] for name, value in _bad_values().items()}
    tokens = {f"token: {name}": bearer(token) for name, token in bad_tokens(known).items()}
    return plain | _bad_sets() | tokens


def _bad_values() -> dict[str, bytes]:
    secret = SECRET.encode()
    encoded = base64.b64encode(secret)
    wide = "".join(chr(ord(letter) + 0xFEE0) for letter in SECRET)
    after_bearer = {
        "nothing": b"",
        "spaces": b"     ",
        "wrong": b"wrong",
        "a prefix": secret[:-1],
        "a suffix": secret + b"x",
        "without the first letter": secret[1:],
        "upper case": secret.upper(),
        "lower case": secret.lower(),
        "backwards": secret[::-1],
        "twice": secret + secret,
        "twice with a space": secret + b" " + secret,
        "Bearer again": b"Bearer " + secret,
        "in quotes": b'"' + secret + b'"',
        "with a comma": secret + b",",
        "a NUL after it": secret + b"\0",
        "a NUL before it": b"\0" + secret,
        "unicode": "sécret".encode(),
        "wide letters": wide.encode(),
        "a zero width space": SECRET.encode() + "\u200b".encode(),
        "no UTF-8": b"\xff\xfe",
        "in per cents": "".join(f"%{letter:02x}" for letter in secret).encode(),
        "base64": encoded,
        "its hash": hashlib.sha256(secret).hexdigest().encode(),
        "huge": b"A" * 60_000,
        "the secret and a lot": secret * 1500,
        "null": b"null",
        "undefined": b"undefined",
        "true": b"true",
        "a star": b"*",
        "SQL": b"' OR '1'='1",
        "dots": b"..",
        "its key": signing_key(SECRET).hex().encode(),
        "its key's id": key_id(SECRET).encode(),
    }
    return {f"Bearer {name}": b"Bearer " + value for name, value in after_bearer.items()} | {
        "empty": b"",
        "a space": b" ",
        "only the scheme": b"Bearer",
        "no scheme": secret,
        "scheme and no space": b"Bearer" + secret,
        "a tab": b"Bearer\t" + secret,
        "a colon": b"Bearer:" + secret,
        "an equals sign": b"Bearer=" + secret,
        "Basic": b"Basic " + secret,
        "Basic as user": b"Basic " + base64.b64encode(b"nexus:" + secret),
        "Digest": b'Digest username="nexus", response="' + secret + b'"',
        "Token": b"Token " + secret,
        "wide Bearer": "Ｂearer ".encode() + secret,
    }


def _bad_sets() -> dict[str, Headers]:
    right, wrong = (b"authorization", b"Bearer " + SECRET.encode()), (b"authorization", b"Bearer wrong")
    return {
        "no header": [],
        "right then wrong": [right, wrong],
        "wrong then right": [wrong, right],
        "right twice": [right, right],
        "an API key": [(b"x-api-key", SECRET.encode())],
        "a cookie": [(b"cookie", b"token=" + SECRET.encode())],
        "for a proxy": [(b"proxy-authorization", right[1])],
        "an original one": [(b"x-original-authorization", right[1])],
        "underscores": [(b"authorization_", right[1])],
        "a forwarded user": [(b"x-forwarded-user", b"owner"), (b"remote-user", b"owner")],
    }


def bad_tokens(known: Known) -> dict[str, str]:
    """JWTs that must not open, by what is wrong with them."""
    return dict(_wrong_algorithms(known)) | dict(_wrong_claims(known)) | dict(_wrong_shapes(known))


def _wrong_algorithms(known: Known) -> Iterator[tuple[str, str]]:
    good = good_token(known.owner)
    for alg in ("none", "None", "NONE", "nOnE", ""):
        yield f"alg {alg or 'empty'}", forge(known.owner, header={"alg": alg}, signature=b"")
    yield "alg none, kept signature", forge(known.owner, header={"alg": "none"})
    yield "no alg", forge(known.owner, header={"alg": None})
    for alg in ("RS256", "ES256", "PS256", "EdDSA", "HS384", "hs256", "HS256 "):
        yield f"alg {alg!r}", forge(known.owner, header={"alg": alg})
    yield "HS512 with the right key", forge(known.owner, header={"alg": "HS512"}, digest="sha512")
    yield "a bad signature", good[:-8] + "AAAAAAAA"
    yield "no signature", good.rpartition(".")[0] + "."
    yield "half a signature", good[:-20]
    yield "the secret itself as key", forge(known.owner, key=SECRET.encode())
    yield "an empty key", forge(known.owner, key=b"")
    yield "another secret's key", good_token(known.owner, "another")
    yield "another's key under our kid", forge(known.owner, key=signing_key("another"))
    yield "the kid as key", forge(known.owner, key=key_id(SECRET).encode())
    for kid in (
        "../../../../dev/null",
        "' OR 1=1 --",
        "",
        "0",
        f"{key_id(SECRET)}\0",
        "http://evil.example/k",
    ):
        yield f"kid {kid!r}", forge(known.owner, header={"kid": kid}, key=b"")
    yield "a kid that is a list", forge(known.owner, header={"kid": [key_id(SECRET)]})
    yield "a kid that is a number", forge(known.owner, header={"kid": 1})
    yield "no kid", forge(known.owner, header={"kid": None})
    for name, value in {
        "crit": ["exp"],
        "crit ": [],
        "jku": "http://127.0.0.1/jwks.json",
        "jwk": {"kty": "oct", "k": "AA"},
        "x5u": "http://127.0.0.1/c.pem",
        "x5c": ["MIIB"],
        "x5t": "AA",
        "zip": "DEF",
        "cty": "JWT",
        "b64": False,
        "epk": {},
    }.items():
        yield f"header {name}", forge(known.owner, header={name.strip(): value})
    yield "typ JWE", forge(known.owner, header={"typ": "JWE"})


def _wrong_claims(known: Known) -> Iterator[tuple[str, str]]:
    now = int(datetime.now(UTC).timestamp())
    for claim in ("exp", "nbf", "iat", "aud", "iss", "jti"):
        yield f"without {claim}", forge(known.owner, claims={claim: None})
    wrong: dict[str, dict[str, Any]] = {
        "expired": {"exp": now - 60},
        "expired by more than the leeway": {"exp": now - 7},
        "not yet": {"nbf": now + 600},
        "from the future": {"iat": now + 600},
        "another audience": {"aud": "somebody-else"},
        "an audience of many": {"aud": ["nexus-gateway", "other"]},
        "an audience of one in a list": {"aud": ["nexus-gateway"]},
        "another issuer": {"iss": "nexus2"},
        "an issuer that is a list": {"iss": ["nexus"]},
        "exp as words": {"exp": "tomorrow"},
        "exp infinite": {"exp": float("inf")},
        "exp no number": {"exp": float("nan")},
        "exp as a list": {"exp": [now + 60]},
        "nbf true": {"nbf": "now"},
        "an unknown jti": {"jti": "nobody"},
        "a revoked jti": {"jti": known.revoked},
        "a jti whose row is over": {"jti": known.over},
        "a jti of SQL": {"jti": "x' OR '1'='1"},
        "a jti with NUL": {"jti": f"{known.owner}\0"},
        "a jti that is a number": {"jti": 7},
        "a jti that is a list": {"jti": [known.owner]},
        "an empty jti": {"jti": ""},
        "a role of its own": {"jti": "nobody", "role": "owner", "scope": "*", "admin": True},
    }
    for name, claims in wrong.items():
        yield name, forge(known.owner, claims=claims)


def _wrong_shapes(known: Known) -> Iterator[tuple[str, str]]:
    header, payload, signature = good_token(known.owner).split(".")
    yield "a header that is no JSON", f"{encode(b'{alg:HS256}')}.{payload}.{signature}"
    yield "a header that is a list", f"{encode(b'[]')}.{payload}.{signature}"
    yield "a header that is nothing", f".{payload}.{signature}"
    yield "a header that is no base64", f"!!!.{payload}.{signature}"
    yield "a header of deep brackets", f"{encode(b'[' * 2500)}.{payload}.{signature}"
    for name, data in {"no JSON": b"{", "a list": b"[]", "nothing": b"", "no UTF-8": b"\xff"}.items():
        yield f"a payload that is {name}", signed(header, encode(data))
    yield "one part", header
    yield "two parts", f"{header}.{payload}"
    yield "four parts", f"{header}.{payload}.{signature}.{signature}"
    yield "five parts", ".".join([header, "", "", payload, signature])
    yield "only dots", ".."
    yield "a space inside", f"{header}. {payload}.{signature}"
    yield "huge", signed(header, encode(json.dumps({"jti": known.owner, "x": "y" * 30_000}).encode()))
    yield "with a letter that is none", f"{header}.{payload}é.{signature}"


def forge(
    jti: str,
    *,
    header: dict[str, Any] | None = None,
    claims: dict[str, Any] | None = None,
    key: bytes | None = None,
    digest: str = "sha256",
    signature: bytes | None = None,
) -> str:
    """A token that is right but for the given parts; None leaves a part out."""
    now = int(datetime.now(UTC).timestamp())
    full_header = {"alg": "HS256", "typ": "JWT", "kid": key_id(SECRET)} | (header or {})
    full_claims = {
        "iss": "nexus",
        "aud": "nexus-gateway",
        "jti": jti,
        "iat": now,
        "nbf": now,
        "exp": now + 3600,
    } | (claims or {})
    first, second = (
        encode(json.dumps({name: value for name, value in part.items() if value is not None}).encode())
        for part in (full_header, full_claims)
    )
    return signed(first, second, key, digest, signature)


def signed(
    header: str,
    payload: str,
    key: bytes | None = None,
    digest: str = "sha256",
    signature: bytes | None = None,
) -> str:
    message = f"{header}.{payload}"
    if signature is None:
        signature = hmac.digest(signing_key(SECRET) if key is None else key, message.encode(), digest)
    return f"{message}.{encode(signature)}"


def encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
