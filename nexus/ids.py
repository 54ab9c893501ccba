"""Identifiers. ULIDs: unique across processes and restarts, and sortable by time, so that they page well."""

from ulid import ULID


def new_order_id() -> str:
    """A work order's id, `WO-` and 26 characters."""
    return f"WO-{ULID()}"


def new_session_id() -> str:
    """A conversation's id, `sess-` and 26 characters."""
    return f"sess-{ULID()}"


def new_id() -> str:
    """The id of any other row."""
    return str(ULID())
