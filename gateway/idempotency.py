"""The Idempotency-Key header, for every route that makes an order."""

import re

from starlette.requests import Request

from gateway.errors import FieldError, Kind, Problem

KEY = re.compile(r"[\x21-\x7e]{1,255}")

KEY_PARAMETER = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Your own name for this request: sent again within 24 h its outcome is the order that it made.",
    "schema": {"type": "string", "pattern": f"^{KEY.pattern}$"},
}
"""How the API's description names the header."""


def idempotency_key(request: Request) -> str | None:
    """The sender's own name for this request; None when it has none.

    Raises:
        Problem: 422, it is not 1 to 255 visible ASCII characters.
    """
    key = request.headers.get("idempotency-key")
    if key is not None and not KEY.fullmatch(key):
        wrong = FieldError("Idempotency-Key", "must be 1 to 255 visible ASCII characters")
        raise Problem(Kind.INVALID, f"{wrong.field} {wrong.message}", errors=[wrong])
    return key
