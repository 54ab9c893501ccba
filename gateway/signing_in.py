"""How a browser signs in: by the secret, a token or a one-time link it gets a session; all else gets one answer."""

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from starlette.requests import Request

from gateway.auditing import audit
from gateway.browser_sessions import principal_of_session
from gateway.doors import client_address
from gateway.errors import Kind, Problem
from gateway.principals import HOLDER, AccessRole, Principal, bad_credential
from gateway.services import Services, services_of
from gateway.sign_in_links import MAX_CHARS
from gateway.tokens import MAX_TOKEN_CHARS

_BY_LINK = Principal(HOLDER.id, AccessRole.OWNER, "link")


class SignInRequest(BaseModel):
    """The body of POST /api/session: one of the two."""

    model_config = ConfigDict(extra="forbid", strict=True, hide_input_in_errors=True)

    secret: str | None = Field(
        default=None, min_length=1, max_length=MAX_TOKEN_CHARS, description="API_SECRET, or a token"
    )
    link: str | None = Field(
        default=None, min_length=1, max_length=MAX_CHARS, description="the code of a one-time link"
    )

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.secret is None) == (self.link is None):
            raise ValueError("send either secret or link")
        return self


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A browser that signed in: the cookie's value, who it is now, and until when."""

    cookie: str
    principal: Principal
    expires_at: datetime


async def sign_in_browser(request: Request, wish: SignInRequest) -> SignedIn:
    """Begin a session for who brings the right thing. Refusals are counted by address and audited.

    Raises:
        Problem: 401, it opens nothing, whatever is wrong with it; 429, this address has guessed too often.
        StoreUnavailable: it cannot be told or kept now.
    """
    services = services_of(request)
    address = client_address(request)
    try:
        secret, by = await _by_link(services, wish.link) if wish.link else await _by_secret(services, wish)
    except Problem as problem:
        if problem.kind is Kind.UNAUTHENTICATED:
            await _note_refusal(services, "link" if wish.link else "secret", address)
        raise
    cookie, row = await services.access.sessions.begin(secret, by, address)
    return SignedIn(cookie, principal_of_session(row), row.expires_at)


async def _by_link(services: Services, code: str) -> tuple[str, Principal]:
    secret = await services.access.links.redeem(code)
    if secret is None:
        raise bad_credential()
    return secret, _BY_LINK


async def _by_secret(services: Services, wish: SignInRequest) -> tuple[str, Principal]:
    credential = (wish.secret or "").strip().encode("utf-8", "replace")
    principal = await services.access.by_bearer(credential)
    secret = services.access.secret_behind(credential)
    if secret is None:  # it was dropped in this moment
        raise bad_credential()
    return secret, principal


async def _note_refusal(services: Services, via: str, address: str) -> None:
    """First the count: who guesses too often gets 429 and writes no rows."""
    await services.access.failed_logins.failed(address)
    stranger = Principal("stranger", AccessRole.VIEWER, via)
    await audit(services, stranger, "session.refused", status="refused", details={"address": address})
