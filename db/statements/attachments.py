"""What came with a message besides its words: stored with the order, read by whoever works on it."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from db.tables import attachments
from nexus.ids import new_id
from nexus.work_order import Attachment, AttachmentInfo, AttachmentKind

type AnyRow = sa.Row[*tuple[object, ...]]

_C = attachments.c
# Built once: constructing a statement costs several times its execution on the hot path.
_INSERT = sa.insert(attachments)
_INFOS = (
    sa.select(_C.kind, _C.name, _C.media_type, _C.size, _C.sha256)
    .where(_C.order_id == sa.bindparam("order"))
    .order_by(_C.n)
)
_ALL = sa.select(attachments).where(_C.order_id == sa.bindparam("order")).order_by(_C.n)
_ONE = sa.select(attachments).where(
    _C.order_id == sa.bindparam("order"), _C.n == sa.bindparam("number", type_=sa.Integer)
)


def insert_attachments(
    connection: Connection, order_id: str, of: Sequence[Attachment], now: datetime
) -> None:
    """Write an order's attachments, in order; part of the transaction that accepts it."""
    rows = [
        {
            "id": new_id(),
            "order_id": order_id,
            "n": n,
            "kind": each.kind.value,
            "name": each.name,
            "media_type": each.media_type,
            "size": each.size,
            "sha256": each.sha256,
            "data": each.data,
            "text": each.text,
            "created_at": now,
        }
        for n, each in enumerate(of, 1)
    ]
    if rows:
        connection.execute(_INSERT, rows)


def infos_of(connection: Connection, order_id: str) -> tuple[AttachmentInfo, ...]:
    """The order's attachments, in order, without what is in them."""
    rows = connection.execute(_INFOS, {"order": order_id})
    return tuple(
        AttachmentInfo(AttachmentKind(row.kind), row.name, row.media_type, row.size, row.sha256)
        for row in rows
    )


def attachments_of(connection: Connection, order_id: str) -> tuple[Attachment, ...]:
    """The order's attachments, in order, with their bytes and texts."""
    return tuple(_attachment_from(row) for row in connection.execute(_ALL, {"order": order_id}))


def get_attachment(connection: Connection, order_id: str, n: int) -> Attachment | None:
    """The order's attachment number `n`, counted from 1, or None."""
    row = connection.execute(_ONE, {"order": order_id, "number": n}).first()
    return _attachment_from(row) if row else None


def _attachment_from(row: AnyRow) -> Attachment:
    return Attachment(
        AttachmentKind(row.kind), row.name, row.media_type, row.size, row.sha256, row.data, row.text
    )
