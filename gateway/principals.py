"""Who a request is from, as the guard has found out, and what he may do. Routes ask here and nowhere else."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from starlette.requests import HTTPConnection

from gateway.errors import Kind, Problem

OF_A_TOKEN = "token:"  # noqa: S105 - begins the id of who comes by one: `token:NAME/JTI`
OF_A_BROWSER = "browser:"  # likewise of who signed in there: `browser:ROLE/JTI`


class AccessRole(StrEnum):
    """What somebody may do: the owner everything, a viewer only read."""

    OWNER = "owner"
    VIEWER = "viewer"


@dataclass(frozen=True, slots=True)
class Principal:
    """A sender who was let in. `id` names him in audit rows and limits; `via` says by what."""

    id: str
    role: AccessRole
    via: str  # local, secret, token, ticket or session

    @property
    def token_id(self) -> str | None:
        """The id of the token's or session's row, also behind a ticket; None for the secret, and at this machine."""
        return self.id.rpartition("/")[2] if self.id.startswith((OF_A_TOKEN, OF_A_BROWSER)) else None


LOCAL = Principal("owner", AccessRole.OWNER, "local")
"""Whoever sits at this machine while there is no secret."""

HOLDER = Principal("owner", AccessRole.OWNER, "secret")
"""Whoever sends the secret."""


def principal_of(connection: HTTPConnection) -> Principal:
    """The sender that `gateway.auth.guard` let in."""
    principal: Principal = connection.state.principal
    return principal


def check_may_change(principal: Principal) -> None:
    """The one place that says what a viewer may not.

    Raises:
        Problem: 403, this sender may only read.
    """
    if principal.role is not AccessRole.OWNER:
        raise Problem(Kind.FORBIDDEN, "A viewer may only read.")


def check_is_owner(principal: Principal) -> None:
    """For what a viewer may not even read.

    Raises:
        Problem: 403, this is for the owner.
    """
    if principal.role is not AccessRole.OWNER:
        raise Problem(Kind.FORBIDDEN, "A viewer may not see who may come in.")


def bad_credential() -> Problem:
    """The one answer to every credential that does not open, whatever is wrong with it."""
    return Problem(
        Kind.UNAUTHENTICATED,
        "Send the gateway's API_SECRET or a token as `Authorization: Bearer …`.",
        headers={"WWW-Authenticate": 'Bearer realm="nexus"'},
    )


class FailedLogins(Protocol):
    """Who wants to know of credentials that were refused."""

    async def failed(self, address: str) -> None:
        """A login from `address` was refused."""
        ...


class NobodyAsks:
    """Takes no note of refused credentials."""

    async def failed(self, address: str) -> None:
        """Nothing happens."""
