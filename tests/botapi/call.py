"""One request to a method: what was sent, in whichever of the four ways Telegram takes.

https://core.telegram.org/bots/api#making-requests: the query string, `application/x-www-form-urlencoded`,
`application/json`, `multipart/form-data`.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from tests.botapi.refusal import bad

MAX_BODY_BYTES = 51 * 1024 * 1024  # a file of 50 MB and what stands around it
PART_NAME = re.compile(r'[; ]name="([^"]*)"')
FILE_NAME = re.compile(r'filename="([^"]*)"')
PART_TYPE = re.compile(r"content-type:\s*([^\s;]+)", re.IGNORECASE)
BOUNDARY = re.compile(rb'boundary="?([^";,]+)"?')


@dataclass(frozen=True, slots=True)
class Upload:
    """A file in the request."""

    name: str
    mime: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Call:
    """The arguments as Telegram sees them: every value a string, an object as JSON."""

    method: str
    arguments: Mapping[str, str] = field(default_factory=dict)
    uploads: Mapping[str, Upload] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """The argument; empty when there is none."""
        return self.arguments.get(name, "")

    def flag(self, name: str) -> bool:
        """True for "true", "yes" and "1"."""
        return self.text(name).strip().lower() in {"true", "yes", "1"}

    def number(self, name: str, default: int = 0, low: int = -(2**31), high: int = 2**31) -> int:
        """A whole number within the bounds; one that cannot be read is 0."""
        raw = self.text(name).strip()
        if not raw:
            return default
        value = int(raw) if re.fullmatch(r"[+-]?[0-9]+", raw) else 0
        return min(max(value, low), high)

    def parsed(self, name: str, what: str) -> object:
        """A JSON argument; None when there is none.

        Raises:
            Refused: it is no JSON.
        """
        raw = self.text(name)
        if not raw:
            return None
        try:
            value: object = json.loads(raw)
        except ValueError:
            raise bad(f"Can't parse {what} JSON object") from None
        return value


def read_call(method: str, query: bytes, content_type: bytes, body: bytes) -> Call:
    """The call in a request.

    Raises:
        Refused: it cannot be read, or a text in it is not UTF-8.
    """
    arguments = _pairs(query)
    uploads: dict[str, Upload] = {}
    kind = content_type.split(b";")[0].strip().lower()
    if kind == b"application/json":
        arguments |= _from_json(body)
    elif kind == b"multipart/form-data":
        more, uploads = _from_multipart(content_type, body)
        arguments |= more
    elif kind == b"application/x-www-form-urlencoded":
        arguments |= _pairs(body)
    for value in arguments.values():
        _check_utf8(value)
    return Call(method, arguments, uploads)


def _check_utf8(value: str) -> None:
    try:
        value.encode()
    except UnicodeEncodeError:
        raise bad("strings must be encoded in UTF-8") from None


def _pairs(raw: bytes) -> dict[str, str]:
    read = parse_qsl(raw.decode("ascii", "surrogateescape"), keep_blank_values=True, errors="surrogateescape")
    return dict(read)


def _from_json(body: bytes) -> dict[str, str]:
    try:
        value = json.loads(body or b"{}")
    except UnicodeDecodeError:
        raise bad("strings must be encoded in UTF-8") from None
    except ValueError:
        raise bad("can't parse the request: it is no JSON") from None
    if not isinstance(value, dict):
        raise bad("can't parse the request: an object is expected")
    return {
        key: item if isinstance(item, str) else json.dumps(item)
        for key, item in value.items()
        if item is not None
    }


def _from_multipart(content_type: bytes, body: bytes) -> tuple[dict[str, str], dict[str, Upload]]:
    boundary = BOUNDARY.search(content_type)
    if boundary is None:
        raise bad("can't parse the request: boundary not found")
    arguments: dict[str, str] = {}
    uploads: dict[str, Upload] = {}
    for part in (b"\r\n" + body).split(b"\r\n--" + boundary[1])[1:-1]:
        raw_headers, _, data = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        headers = raw_headers.decode("utf-8", "replace")
        name, file_name = PART_NAME.search(headers), FILE_NAME.search(headers)
        if name is None:
            raise bad("can't parse the request: a part has no name")
        if file_name is None:
            arguments[name[1]] = data.decode("utf-8", "surrogateescape")
        else:
            mime = PART_TYPE.search(headers)
            shown = file_name[1].replace("%22", '"')
            uploads[name[1]] = Upload(shown, mime[1] if mime else "", data)
    return arguments, uploads
