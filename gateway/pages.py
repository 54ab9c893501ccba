"""How a page is answered: which asset a path means, in which encoding, with which headers.

The policy of what a page may do stands here. Scripts and styles come from files of our origin alone. React sets style
attributes through the object model, which no policy forbids.
"""

import re
from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from gateway.bundle import ASK_FIRST, HASHED, Asset, Bundle

NOT_BUILT = b"""<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>NEXUS</title></head>
<body>
<h1>NEXUS works, but its dashboard is not built</h1>
<p>Run <code>make dashboard</code> in its folder, then load this page again. No restart is needed.</p>
<p>Everything else is there: <a href="/docs">the API</a>, <code>nexus chat</code>, Telegram.</p>
</body>
</html>
"""
_PLAIN = Asset("text/html; charset=utf-8", ASK_FIRST, "not-built-1", {"identity": NOT_BUILT})
_CLIENT_ROUTE = re.compile(rb"(/[A-Za-z0-9_~:@-][A-Za-z0-9._~:@-]*)*/?")
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "style-src-attr 'none'",
        "img-src 'self' data: blob:",
        "media-src 'self' blob:",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
"""What a page may do: use what our own origin has, and nothing else."""

HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(self), payment=(), usb=()",
    "X-Frame-Options": "DENY",
}
"""What every page and every file of ours is sent with."""


def find_asset(bundle: Bundle, raw_path: bytes, accept: str) -> Asset | None:
    """What a path means: a file by its exact name; the page for `/`, and for a client's route where HTML is wanted."""
    name = raw_path.decode("latin-1").removeprefix("/")
    page = bundle.index or _PLAIN
    if not name:
        return page
    if (asset := bundle.assets.get(name)) is not None:
        return asset
    wants_html = "text/html" in accept.lower()
    is_route = _CLIENT_ROUTE.fullmatch(raw_path) is not None and not name.startswith(HASHED)
    return page if wants_html and is_route else None


def answer(request: Request, asset: Asset) -> Response:
    """The asset, or 304 for who has it."""
    encoding = best_encoding(asset.bodies, request.headers.get("accept-encoding", ""))
    etag = f'"{asset.etag}"' if encoding == "identity" else f'"{asset.etag}-{encoding}"'
    headers = {
        **HEADERS,
        "Cache-Control": asset.cache_control,
        "ETag": etag,
    }
    if len(asset.bodies) > 1:
        headers["Vary"] = "Accept-Encoding"
    if _has_it(request.headers.get("if-none-match", ""), etag):
        return Response(status_code=304, headers=headers)
    if encoding != "identity":
        headers["Content-Encoding"] = encoding
    headers["Content-Type"] = asset.media_type
    return Response(asset.bodies[encoding], headers=headers)


def best_encoding(bodies: Mapping[str, bytes], accepted: str) -> str:
    """The smallest form that the client takes; as it is when it takes no other."""
    taken: dict[str, bool] = {}
    for part in accepted.lower().split(","):
        name, _, options = part.partition(";")
        taken[name.strip()] = not re.fullmatch(r"\s*q=0(\.0*)?\s*", options)
    usable = [name for name in bodies if name == "identity" or taken.get(name, False)]
    return min(usable, key=lambda name: len(bodies[name]))


def _has_it(if_none_match: str, etag: str) -> bool:
    tags = [one.strip().removeprefix("W/") for one in if_none_match.split(",")]
    return etag in tags or "*" in tags
