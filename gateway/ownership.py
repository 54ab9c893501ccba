"""Whose a thing is. Every route that takes an id, or lists, asks here; what is another's is not there (404)."""

from starlette.requests import HTTPConnection

from db.statements.queries import OrderPlace
from gateway.errors import Kind, Problem
from gateway.principals import Principal, principal_of
from gateway.services import services_of
from nexus.work_order import OWNER


def user_of(principal: Principal) -> str:
    """The user for whom a sender acts. A company has one client, so every credential is one of the owner's."""
    return OWNER


def owned_by(principal: Principal, user_id: str) -> bool:
    """True when what belongs to `user_id` is the sender's to see."""
    return user_id == user_of(principal)


async def own_order(connection: HTTPConnection, order_id: str) -> OrderPlace:
    """Where the order is.

    Raises:
        Problem: 404, there is no such order, or it is another's.
        StoreUnavailable: it is not in this host's spool, and PostgreSQL does not answer.
    """
    found = None
    if "\x00" not in order_id:  # PostgreSQL takes no NUL, not even to look for one
        found = await services_of(connection).store.place(order_id)
    if found is None or not owned_by(principal_of(connection), found.value.user_id):
        raise Problem(Kind.NOT_FOUND, "There is no work order with this id.")
    return found.value
