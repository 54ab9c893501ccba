"""The inbox of channels that redeliver: a message is kept here before the channel is told that it was taken.

A row's payload goes when the message is handled; the row stays, so that a message that comes again is known.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from db.tables import inbound
from nexus.work_order import Channel

_MISSING = {
    "postgresql": postgresql.insert(inbound).on_conflict_do_nothing(),
    "sqlite": sqlite.insert(inbound).on_conflict_do_nothing(),
}


@dataclass(frozen=True, slots=True)
class Inbound:
    """A message that waits to be handled. `update_id` is the channel's own name for it and sorts in its order."""

    update_id: str
    payload: str
    received_at: datetime


def store_inbound(
    connection: Connection, channel: Channel, messages: Mapping[str, str], now: datetime
) -> None:
    """Keep messages, by update id, that are not known yet; the others are left as they are."""
    rows = [
        {"channel": channel.value, "update_id": update_id, "payload": payload, "received_at": now}
        for update_id, payload in messages.items()
    ]
    if rows:
        connection.execute(_MISSING[connection.dialect.name], rows)


def waiting_inbound(
    connection: Connection, channel: Channel, prefix: str, after: str, limit: int
) -> list[Inbound]:
    """What is not handled yet, of the ids that begin with `prefix`, behind the id `after`, in order."""
    c = inbound.c
    rows = connection.execute(
        sa.select(c.update_id, c.payload, c.received_at)
        .where(
            c.channel == channel.value,
            c.payload.is_not(None),
            c.update_id.startswith(prefix, autoescape=True),
            c.update_id > after,
        )
        .order_by(c.update_id)
        .limit(limit)
    )
    return [Inbound(row.update_id, row.payload, row.received_at) for row in rows]


def handled_inbound(
    connection: Connection, channel: Channel, update_id: str, order_id: str | None, now: datetime
) -> bool:
    """The message is dealt with, and its text is not kept here any longer; False when it had been before."""
    done = connection.execute(
        sa.update(inbound)
        .where(
            inbound.c.channel == channel.value,
            inbound.c.update_id == update_id,
            inbound.c.payload.is_not(None),
        )
        .values(payload=None, handled_at=now, order_id=order_id)
        .returning(inbound.c.update_id)
    )
    return done.first() is not None
