"""/api/tokens: who may come in by a token or a browser's session. For the owner alone."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import Response

from db.statements.access import BROWSER, TokenRow, insert_token, list_tokens, revoke_one
from gateway.auth import owner_only
from gateway.bodies import json_response, read_json
from gateway.errors import Kind, Problem
from gateway.new_tokens import LONGEST_DAYS, NAME, USUAL_DAYS, TokenWish, make_token
from gateway.openapi import problem_described
from gateway.principals import AccessRole, principal_of
from gateway.services import Services, services_of
from gateway.tokens import good_in
from nexus.errors import ConfigurationError, StoreUnavailable

router = APIRouter(tags=["access"])

_NOT_KEPT = {"Cache-Control": "no-store"}
_UNSIGNED = (
    "A token is signed with the secret, and there is none: this machine is served without. "
    "Run `nexus secret new`, then sign in with what it prints."
)
_JTI = r"^[A-Za-z0-9_-]{1,64}$"


class TokenView(BaseModel):
    """A token that was handed out, or a browser that signed in. Nothing here opens anything."""

    id: str = Field(description="the token's `jti`")
    kind: Literal["token", "browser"]
    name: str = Field(examples=["phone"], description="`@browser` for a browser")
    role: AccessRole
    created_at: datetime
    created_by: str = Field(examples=["operator:anna"])
    expires_at: datetime
    revoked_at: datetime | None
    opens: bool = Field(description="false once it is over or revoked, or the token that it was made by is")
    current: bool = Field(description="true for the token or browser that asks")

    @classmethod
    def of(cls, row: TokenRow, *, opens: bool, current: bool = False) -> Self:
        """The row as clients see it."""
        return cls(
            id=row.jti,
            kind="browser" if row.name == BROWSER else "token",
            name=row.name,
            role=AccessRole(row.role),
            created_at=row.created_at,
            created_by=row.created_by,
            expires_at=row.expires_at,
            revoked_at=row.revoked_at,
            opens=opens,
            current=current,
        )


class TokenList(BaseModel):
    """Tokens and browsers, the newest first."""

    items: list[TokenView]


class NewTokenView(TokenView):
    """A token that was just made."""

    token: str = Field(description="the token itself, said this once and kept nowhere")


class NewTokenRequest(BaseModel):
    """The body of POST /api/tokens."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(pattern=f"^{NAME}$", description="whose it is", examples=["phone"])
    role: Literal["owner", "viewer"] = Field(
        default="viewer", description="the owner may do everything, a viewer only read"
    )
    days: int = Field(default=USUAL_DAYS, ge=1, le=LONGEST_DAYS, description="how long it opens")


_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": NewTokenRequest.model_json_schema()}},
    }
}


@router.get(
    "/api/tokens", operation_id="list_tokens", summary="Who may come in by what", response_model=TokenList
)
@owner_only
async def get_tokens(request: Request) -> Response:
    """Every token that was handed out, and the browsers that are signed in, the newest first."""
    services = services_of(request)
    _check_there(services)
    rows = await services.database.read(list_tokens, browsers_too=True)
    now, known, asks = services.clock.now(), {row.jti: row for row in rows}, principal_of(request).token_id
    items = [TokenView.of(row, opens=good_in(known, row, now), current=row.jti == asks) for row in rows]
    return json_response(TokenList(items=items), headers=_NOT_KEPT)


@router.post(
    "/api/tokens",
    operation_id="create_token",
    summary="Make a token",
    response_model=NewTokenView,
    status_code=201,
    responses={409: problem_described("There is no secret to sign with")},
    openapi_extra=_BODY,
)
@owner_only
async def post_token(request: Request) -> Response:
    """The token comes in this reply and never again. One that is made by a token opens no longer than that."""
    services, principal = services_of(request), principal_of(request)
    body = await read_json(request, NewTokenRequest)
    _check_there(services)
    parent = await services.access.tokens.behind(principal)
    by = parent.id if parent else principal.id
    wish = TokenWish(body.name, AccessRole(body.role), body.days)
    until = parent.expires_at if parent else None
    try:
        secrets, now = services.access.secrets.active(), services.clock.now()
        token, row = make_token(wish, secrets, by, now, at_most_until=until)
    except ConfigurationError:
        raise Problem(Kind.NO_SECRET, _UNSIGNED) from None
    await services.database.run(insert_token, row)
    view = NewTokenView(**TokenView.of(row, opens=True).model_dump(), token=token)
    return json_response(view, 201, headers=_NOT_KEPT)


@router.delete(
    "/api/tokens/{id}", operation_id="revoke_token", summary="Revoke a token", response_model=TokenView
)
@owner_only
async def delete_token(request: Request, id: Annotated[str, Path(pattern=_JTI)]) -> Response:  # noqa: A002
    """It opens nothing any more: at once here, within 5 s at other gateways; its WebSockets close within 10 s.

    For a browser: it is signed out. What was made by it ends with it. Repeating it changes nothing.
    """
    services = services_of(request)
    _check_there(services)
    row = await services.database.run(revoke_one, id, principal_of(request).id, services.clock.now())
    if row is None:
        raise Problem(Kind.NOT_FOUND, f"There is no token {id}.")
    services.access.tokens.forget(row.jti)
    return json_response(TokenView.of(row, opens=False), headers=_NOT_KEPT)


def _check_there(services: Services) -> None:
    if services.store.is_local:
        raise StoreUnavailable("tokens are in a database that does not answer")
