"""Secrets that are told by their shape around a mark in the middle, or by what stands around them. Data and validators.

A pattern is tried only where its needle stands (`qa.secrets.coded`). Patterns begin at the
edge of a word or at a mark, and every count in them is bounded, so that a megabyte of anything costs one pass.
"""

import base64
import binascii
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

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

_END = r"(?![A-Za-z0-9])"
_USUAL = words(
    """
    pass password passwd pwd secret test user admin token root changeme guest foo bar baz qux xxx abc 123
    1234 8000 username
    """
)
_PEM_NOISE = re.compile(r"[\s\\\"'+,>|#*]+|[A-Za-z-]{1,20}: [^\n]{0,120}\n")


# After "Bearer" and in headers; what may stand behind `--password`.
_CREDENTIAL = r"(?:token=)?[\"']?(?P<s>[A-Za-z0-9][\w.~+/=%:|!-]{11,4096}+)"
# And behind "the password": is it told?
_SAID = (
    r"[\"'`*]{0,3}\s{0,3}(?:(?i:is now|is|was|to|are|=)|为|是|:|：){1,2}\s{0,3}(?P<q>[\"'`*|「“]{1,3}\s?)?"
    r"(?P<s>[^\s\"'`*<>{}|」”，。]{8,128})(?![(\w])"
)
_ARGUMENT = r"[\"']?(?P<s>[^\s\"'`$<>{}()\[\],;|-][^\s\"'`$<>{}()\[\],;|]{5,255}+)"


@dataclass(frozen=True, slots=True)
class Shape:
    """A kind of secret, where to look for it, and its pattern; the group `s` or `t`, if any, is the secret.

    The pattern begins one of `at` characters before a needle, which stands in that `form` of the text. Without `at`
    it is tried everywhere in a text that has a needle.
    """

    kind: str
    needles: tuple[bytes, ...]
    pattern: re.Pattern[str]
    is_real: Callable[[str], bool]
    before: int = 0  # characters of the secret that stand before what the pattern matches
    at: tuple[int, ...] = (0,)
    form: str = "raw"

    def matches(self, text: Coded) -> Iterator[re.Match[str]]:
        """Where the pattern matches, in no order."""
        if self.at:
            yield from text.matches(self.pattern, self.form, self.needles, self.at)
        elif any(needle in text.form(self.form) for needle in self.needles):
            yield from self.pattern.finditer(text.text)


def _random(least_bits: float) -> Callable[[str], bool]:
    return lambda value: bits_of(value) >= least_bits and not is_example(value)


def _is_key_body(body: str) -> bool:
    """The body of a PEM block, whole or cut off: enough of it, and not a phrase."""
    plain = _PEM_NOISE.sub("", body)
    return (
        len(plain) >= 40
        and bits_of(plain[:2000]) >= 3.5
        and not is_worded(plain[:400])
        and not re.search(r"x{6}|\.\.\.|\*{3}", plain, re.IGNORECASE)
    )


def _is_password(value: str) -> bool:
    """Where the place itself says that it is a password (a URL's userinfo, `-p`), nearly any value is one."""
    lowered = value.lower().strip("'\"")
    return (
        len(value) >= 4
        and not is_example(value)
        and lowered not in _USUAL
        and not value.startswith(("$", "{", "<", "%"))
    )


def _is_url_password(value: str) -> bool:
    return _is_password(value) and not (names_itself(value) and is_worded(value))


def _is_userinfo(value: str) -> bool:
    """`user:password`, where neither is a name for one."""
    user, _, password = value.partition(":")
    return (
        _is_password(password)
        and not names_itself(password)
        and user.lower() not in ("username", "user", "<user")
    )


def _is_basic(value: str) -> bool:
    """Base64 of `user:password`."""
    try:
        decoded = base64.b64decode(value + "=" * (-len(value) % 4), validate=True).decode("utf-8")
    except (binascii.Error, ValueError):
        return False
    return ":" in decoded and decoded.isprintable() and _is_userinfo(decoded)


def _is_bearer(value: str) -> bool:
    """A word that no person writes after "Bearer" or "Token"."""
    if is_example(value) or is_code_path(value) or names_itself(value):
        return False
    return digits_of(value) >= 2 and bits_of(value) >= 3.0 and not is_worded(value)


def _is_spoken(value: str) -> bool:
    """After "the password is": a word with digits that mixes classes and is not one of the language."""
    value = value.rstrip(".,;:!?")
    if len(value) < 8 or is_example(value) or names_itself(value) or is_uuid(value):
        return False
    return (
        digits_of(value) >= 1
        and classes_of(value) >= 2
        and bits_of(value) >= 2.7
        and not value.startswith("http")
    )


def _shape(
    kind: str,
    needles: str,
    pattern: str,
    is_real: Callable[[str], bool],
    before: int = 0,
    at: tuple[int, ...] = (0,),
    form: str = "raw",
) -> Shape:
    """`needles` are apart by commas, with nothing beside those."""
    words = tuple(needle.encode() for needle in needles.split(","))
    return Shape(kind, words, re.compile(pattern), is_real, before, at, form)


SHAPES: tuple[Shape, ...] = (
    _shape(
        "private-key",
        "-----BEGIN ",
        r"-----BEGIN (?:[A-Z0-9]{1,20} ){0,3}PRIVATE KEY(?: BLOCK)?-----"
        r"(?P<s>(?:[A-Za-z0-9+/=\s\\\"',>|#*]|-(?!----)|[A-Za-z-]{1,20}: ){40,20000})",
        _is_key_body,
    ),
    _shape(
        "private-key",
        "PuTTY-User-Key-File",
        r"PuTTY-User-Key-File-\d: [\s\S]{0,2000}?Private-Lines: \d{1,4}\s{1,4}(?P<s>[A-Za-z0-9+/=\s]{40,8000})",
        _is_key_body,
    ),
    # Those with a mark in the middle begin at the mark, because `re` skips ahead to it.
    _shape(
        "telegram-token",
        "00000000:AA",
        r"[0-9](?<![A-Za-z0-9].)\d{7,9}:AA[\w-]{33}(?![\w-])",
        _random(3.0),
        at=(0, 1, 2),
        form="digits",
    ),
    _shape(
        "mailchimp-key",
        "-us",
        rf"-us[0-9](?<=(?<![A-Za-z0-9])[0-9a-f]{{32}}-us.)[0-9]?{_END}",
        _random(2.8),
        before=32,
    ),
    _shape(
        "azure-client-secret",
        "Q~",
        r"Q~(?<=(?<![\w.~-])[\w.~]{3}\dQ~)[\w.~-]{31,34}(?![\w.~-])",
        _random(3.0),
        before=4,
    ),
    _shape(
        "terraform-token",
        ".atlasv1.",
        r"\.atlasv1\.(?<=(?<![A-Za-z0-9])[A-Za-z0-9]{14}\.atlasv1\.)[\w=-]{60,70}",
        _random(3.5),
        before=14,
    ),
    _shape(
        "maxmind-key",
        "_mmk",
        rf"_mmk(?<=(?<![A-Za-z0-9])[A-Za-z0-9]{{6}}_[A-Za-z0-9]{{29}}_mmk){_END}",
        _random(3.5),
        before=36,
    ),
    _shape(
        "dropbox-token",
        "AAAAAAAAAA",
        r"AAAAAAAAAA(?<=(?<![A-Za-z0-9])[a-z0-9]{11}AAAAAAAAAA)[\w=-]{43}",
        _random(3.0),
        before=11,
    ),
    _shape(
        "discord-token",
        ".wwwwww.",
        r"[MNOA](?<![\w.].)[A-Za-z0-9_-]{22,26}\.[\w-]{6}\.[\w-]{27,38}(?![\w-])",
        lambda v: bits_of(v) >= 3.5 and digits_of(v) >= 3 and not is_worded(v),
        at=(23, 24, 25, 26, 27),
        form="words",
    ),
    _shape(
        "facebook-token",
        f"{'0' * 15}|,{'0' * 15}%0C",
        rf"[0-9](?<![A-Za-z0-9].)\d{{14,15}}(?:\||%7C)[0-9A-Za-z_-]{{27,40}}{_END}",
        _random(3.0),
        at=(0, 1),
        form="digits",
    ),
    _shape(
        "teams-webhook",
        "webhook.office.com/",
        r"webhook\.office\.com/(?P<s>webhookb2/[\w@-]{30,100}/IncomingWebhook/[\w-]{20,64}/[\w-]{20,64}(?:/[\w-]{1,64})?)",
        _random(3.0),
    ),
    _shape(
        "zapier-webhook",
        "hooks.zapier.com/",
        r"hooks\.zapier\.com/(?P<s>hooks/catch/\d{4,12}/[a-z0-9]{5,12})",
        _random(2.5),
    ),
    _shape(
        "azure-storage-key",
        "AccountKey=,SharedAccessKey=",
        r"(?:AccountKey|SharedAccessKey)=(?P<s>[A-Za-z0-9+/]{40,100}={0,2})",
        _random(3.5),
    ),
    _shape("azure-sas", "sig=", r"[?&]sig=(?P<s>[A-Za-z0-9%+/]{40,120}(?:%3D|=)?)", _random(3.5), at=(1,)),
    _shape(
        "signed-url",
        "X-Amz-Signature=,X-Goog-Signature=",
        r"X-(?:Amz|Goog)-Signature=(?P<s>[0-9a-f]{64,512})",
        _random(3.0),
    ),
    _shape(
        "url-token",
        "?,&",
        r"[?&](?=[A-Za-z])(?i:(?:access_|auth_|id_|refresh_|api_?|session_)?token|(?:api|access|secret|auth|private)[_-]?key|apikey|client_secret|password|passwd|pwd|auth|ticket|key|code|secret)"
        r"=(?P<s>[^&\s\"'`<>#,;)\]}]{12,2048})",
        _is_bearer,
    ),
    _shape(
        "url-password",
        "://",
        r"://[^\s:@/'\"<>`|]{0,64}:(?P<s>[^\s@/'\"<>`|]{3,128})@(?=[\w\[.$%{-])",
        _is_url_password,
    ),
    _shape("authorization", "bearer", rf"[Bb](?i:earer)\s{{1,4}}{_CREDENTIAL}", _is_bearer, form="low"),
    _shape(
        "authorization",
        "authorization",
        rf"[Aa](?i:uthorization)[\"']?\s{{0,3}}[:=]\s{{0,3}}[\"']?(?i:token|apikey|api-key|key|genie-?key|ssws|digest)?\s{{1,4}}{_CREDENTIAL}",
        _is_bearer,
        form="low",
    ),
    _shape(
        "authorization",
        "-H,--header",
        rf"-(?:H|-header)[\s=]{{1,3}}[\"'](?i:[\w-]{{0,40}}(?:key|token|auth|secret|password)[\w-]{{0,12}}):\s{{0,4}}{_CREDENTIAL}",
        _is_bearer,
    ),
    _shape(
        "basic-auth",
        "basic",
        r"[Bb](?i:asic)\s{1,4}(?P<s>[A-Za-z0-9+/]{8,1024}={0,2})",
        _is_basic,
        form="low",
    ),
    _shape(
        "basic-auth",
        "auth",
        r"auth(?<=[\"'_]auth)[\"']?\s{0,4}[:=]\s{0,4}[\"']?(?P<s>[A-Za-z0-9+/]{12,1024}={0,2})",
        _is_basic,
    ),
    _shape(
        "curl-password",
        "-u,--user",
        r"(?:\s-u|--user)[\s=]{0,3}[\"']?(?P<s>[^\s\"':$<{]{1,64}:[^\s\"'$<{]{4,128})",
        _is_userinfo,
        at=(0, 1),
    ),
    _shape(
        "command-line-password",
        "-pass,-token,-secret,-api-key,-auth,-access",
        rf"-(?:password|passwd|pass|passphrase|token|secret|api-key|auth-token"
        rf"|access-token|secret-key)[ =]{{1,3}}{_ARGUMENT}",
        _is_spoken,
    ),
    _shape("command-line-password", "sshpass", rf"sshpass\s{{1,3}}-p\s{{0,3}}{_ARGUMENT}", _is_spoken),
    _shape(
        "command-line-password",
        "mysql,mariadb",
        rf"(?:mysql|mysqldump|mariadb|mysqladmin)\b[^\n]{{0,120}}?\s-p{_ARGUMENT}",
        _is_spoken,
    ),
    _shape(
        "command-line-password",
        "redis-cli",
        rf"redis-cli\b[^\n]{{0,80}}?\s-a\s{{1,3}}{_ARGUMENT}",
        _is_spoken,
    ),
    _shape(
        "command-line-password",
        "ldap",
        rf"ldap\w{{3,10}}\b[^\n]{{0,120}}?\s-w\s{{1,3}}{_ARGUMENT}",
        _is_spoken,
    ),
    _shape(
        "command-line-password",
        "docker login",
        rf"docker login\b[^\n]{{0,80}}?\s-p\s{{1,3}}{_ARGUMENT}",
        _is_spoken,
    ),
    _shape(
        "netrc-password",
        "machine",
        r"machine\s{1,4}\S{3,128}\s{1,8}login\s{1,4}\S{1,128}\s{1,8}password\s{1,4}(?P<s>\S{6,256})",
        _is_password,
    ),
    _shape(
        "xml-password",
        "</",
        r"<(?i:[\w:.-]{0,40}?(?:password|passwd|passphrase|secret|token|api[_-]?key))>(?P<s>[^\s<>{}$]{8,256})</",
        _is_spoken,
        at=(),
    ),
    _shape(
        "password-assignment",
        # In lower case or as titles: `X_TOKEN=` is an assignment's name and not what a person says.
        "assword,ASSWORD,assphrase,asswort,ecret,oken",
        rf"[PpAaSsTt](?<![A-Za-z].)(?i:assword|assphrase|asswort|ecret(?: key)?|oken){_SAID}",
        _is_spoken,
        at=(1,),
    ),
    _shape(
        "password-assignment",
        "api key,api-key,access key",
        rf"[Aa](?<![A-Za-z].)(?i:pi[ -]key|ccess key){_SAID}",
        _is_spoken,
        form="low",
    ),
    _shape(
        "password-assignment",
        "密码,口令,密钥",
        rf"[密口](?<![A-Za-z].)(?:码|令|钥){_SAID}",
        _is_spoken,
        at=(),
        form="utf8",
    ),
)
