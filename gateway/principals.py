"""Who a request is from, as the guard has found out. Routes ask here and nowhere else."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from starlette.requests import HTTPConnection


class AccessRole(StrEnum):
    """What somebody may do: the owner everything, a viewer only read."""

    OWNER = "owner"
    VIEWER = "viewer"


@dataclass(frozen=True, slots=True)
class Principal:
    """A sender who was let in. `id` names him in audit rows and limits; `via` says by what."""

    id: str
    role: AccessRole
    via: str  # local, secret, token or ticket


LOCAL = Principal("owner", AccessRole.OWNER, "local")
"""Whoever sits at this machine while there is no secret."""


def principal_of(connection: HTTPConnection) -> Principal:
    """The sender that `gateway.auth.guard` let in."""
    principal: Principal = connection.state.principal
    return principal


class FailedLogins(Protocol):
    """Who wants to know of credentials that were refused."""

    async def failed(self, address: str) -> None:
        """A login from `address` was refused."""
        ...
