"""/api/session: a browser signs in and out. The session is in a cookie that scripts cannot read."""

from datetime import datetime
from typing import Any, Literal, Self

from fastapi import APIRouter
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from gateway.auth import changes_nothing, public
from gateway.bodies import json_response, parse_json
from gateway.browser_sessions import COOKIE, LONGEST_S
from gateway.doors import came_by_https, check_local
from gateway.errors import Kind, Problem
from gateway.openapi import problem_described
from gateway.principals import LOCAL, AccessRole, Principal, principal_of
from gateway.schemas import Limits
from gateway.services import services_of
from gateway.signing_in import SignInRequest, sign_in_browser

router = APIRouter(tags=["access"])

MAX_BODY_BYTES = 16 * 1024  # strangers may send it
_NOT_KEPT = {"Cache-Control": "no-store"}
_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": SignInRequest.model_json_schema()}},
    },
    "security": [],
}


class BrowserSessionView(BaseModel):
    """Who one is."""

    role: AccessRole = Field(description="the owner may do everything, a viewer only read")
    via: Literal["local", "secret", "token", "ticket", "session"] = Field(
        description="`local`: there is no secret, this machine needs no sign-in; `session`: signed in with a cookie"
    )
    expires_at: datetime | None = Field(
        description="when it ends if it is not used again; null for what does not end by itself"
    )

    @classmethod
    def of(cls, principal: Principal, expires_at: datetime | None) -> Self:
        """The principal as clients see him."""
        return cls.model_validate({"role": principal.role, "via": principal.via, "expires_at": expires_at})


class EndedSessionsView(BaseModel):
    """How many browsers were signed in."""

    ended: int = Field(ge=0)


@router.post(
    "/api/session",
    operation_id="sign_in",
    summary="Sign a browser in",
    response_model=BrowserSessionView,
    responses={
        401: problem_described("It opens nothing, whatever is wrong with it"),
        429: problem_described("Too many refused from this address"),
    },
    openapi_extra=_BODY,
)
@public
async def post_session(request: Request) -> Response:
    """With the secret, a token, or the code of a one-time link. Sets the cookie `nexus_session`.

    It opens for 12 h after it was last used, 7 days at most. Without a secret nothing is set, nor needed.
    """
    access = services_of(request).access
    if not access.secrets.active():
        check_local(request)
        return json_response(BrowserSessionView.of(LOCAL, None), headers=_NOT_KEPT)
    signed_in = await sign_in_browser(request, await _read(request))
    view = BrowserSessionView.of(signed_in.principal, signed_in.expires_at)
    response = json_response(view, headers=_NOT_KEPT)
    _set_cookie(request, response, signed_in.cookie, LONGEST_S)
    return response


@router.get(
    "/api/session",
    operation_id="get_browser_session",
    summary="Who one is",
    response_model=BrowserSessionView,
)
async def get_session(request: Request) -> Response:
    """The sender's role and how he came in; 401 who must sign in first."""
    principal = principal_of(request)
    expires_at = await services_of(request).access.sessions.expires_at(principal)
    return json_response(BrowserSessionView.of(principal, expires_at), headers=_NOT_KEPT)


@router.delete(
    "/api/session",
    operation_id="sign_out",
    summary="Sign this browser out",
    status_code=204,
    response_class=Response,
)
@changes_nothing
async def delete_session(request: Request) -> Response:
    """End the session of the cookie that was sent; its WebSockets are closed within 10 s. Else nothing happens."""
    principal = principal_of(request)
    if principal.via == "session":
        await services_of(request).access.sessions.end(principal)
    response = Response(status_code=204, headers=_NOT_KEPT)
    _set_cookie(request, response, "", 0)
    return response


@router.post(
    "/api/session/end-all",
    operation_id="end_browser_sessions",
    summary="Sign every browser out",
    response_model=EndedSessionsView,
)
async def post_end_all(request: Request) -> Response:
    """This one too. Tokens and the secret open as before. Other gateways refuse the cookies within 5 s."""
    ended = await services_of(request).access.sessions.end_all(principal_of(request))
    response = json_response(EndedSessionsView(ended=ended), headers=_NOT_KEPT)
    _set_cookie(request, response, "", 0)
    return response


async def _read(request: Request) -> SignInRequest:
    """The body, of which no more is taken in than it may have."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise Problem(Kind.NOT_JSON, "Send the body with Content-Type: application/json.")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            raise Problem(
                Kind.TOO_LARGE,
                f"A body may have {MAX_BODY_BYTES} bytes at most.",
                headers={"Connection": "close"},
            )
    settings = services_of(request).settings
    return parse_json(bytes(body), SignInRequest, Limits(settings.max_content_chars, settings.max_wait_s))


def _set_cookie(request: Request, response: Response, value: str, max_age_s: int) -> None:
    response.set_cookie(
        COOKIE,
        value,
        max_age=max_age_s,
        path="/",
        secure=came_by_https(request),
        httponly=True,
        samesite="strict",
    )
