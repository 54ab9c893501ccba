"""The dashboard's pages: every path that no other part of the gateway has. They hold nothing, so they are public."""

import asyncio

from fastapi import APIRouter
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match
from starlette.types import Scope

from gateway.auth import public
from gateway.pages import answer, find_asset
from gateway.services import services_of

OTHERS = frozenset({"api", "v1", "ws", "docs", "openapi.json", "health", "livez", "readyz", "metrics"})
"""First parts of paths that are never pages: what is unknown there is 404 as it was."""


class PageRoute(APIRoute):
    """Matches what is left: GET and HEAD of a path whose first part nobody else has."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """None for what is not a page, so that the router's own 404 and 405 stay."""
        first = scope["path"].lstrip("/").partition("/")[0].lower() if scope["type"] == "http" else ""
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD") or first in OTHERS:
            return Match.NONE, {}
        return super().matches(scope)


router = APIRouter(include_in_schema=False, route_class=PageRoute)


@router.api_route("/{path:path}", methods=["GET", "HEAD"])
@public
async def page(request: Request) -> Response:
    """A file of the bundle, or the page that runs the client's routes.

    Raises:
        HTTPException: 404, there is no such file, and no route of a client looks like this.
    """
    shelf = services_of(request).shelf
    if not shelf.is_fresh():
        await asyncio.to_thread(shelf.look)
    bundle = shelf.bundle
    raw_path = request.scope.get("raw_path") or request.scope["path"].encode()
    asset = find_asset(bundle, raw_path, request.headers.get("accept", ""))
    if asset is None:
        del request.scope["route"]  # to be counted like other paths that nobody has
        raise HTTPException(404)
    return answer(request, asset)
