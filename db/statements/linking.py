"""Linked channels: which accounts belong to one person, and the conversation that they share. Denied by default.

An account is a person's id in a channel, e.g. a Telegram user's, which is also the id of the private chat with him; a
group has another id and so is never linked. Empty stands for whoever holds the company's secret.
"""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from db.linking_tables import linked_channels, shared_conversations
from db.statements.logs import AuditEvent, insert_audit_event
from db.telegram_tables import telegram_chats
from nexus.work_order import Channel

HOLDER = ""
"""The account of whoever holds the company's secret."""

_L, _S = linked_channels.c, shared_conversations.c
_LINKED = _L.unlinked_at.is_(None)


@dataclass(frozen=True, slots=True)
class Link:
    """One linked account."""

    channel: Channel
    account: str
    person: str
    linked_at: datetime
    linked_by: str


def link_channel(
    connection: Connection, person: str, channel: Channel, account: str, actor: str, now: datetime
) -> None:
    """From now on the account goes on with the person's shared conversation. Again without harm; audited."""
    values = {
        "channel": channel.value,
        "account": account,
        "person": person,
        "linked_at": now,
        "linked_by": actor,
        "unlinked_at": None,
    }
    insert = _insert(connection, linked_channels)
    changes = {name: insert.excluded[name] for name in ("person", "linked_at", "linked_by", "unlinked_at")}
    key = ["channel", "account"]
    connection.execute(insert.on_conflict_do_update(index_elements=key, set_=changes), values)
    _audit(connection, "channel.linked", channel, account, actor, now)


def unlink_channel(connection: Connection, channel: Channel, account: str, actor: str, now: datetime) -> bool:
    """The account shares nothing any more, and starts a new conversation; False when it was not linked. Audited."""
    gone = connection.execute(
        sa.update(linked_channels)
        .where(_L.channel == channel.value, _L.account == account, _LINKED)
        .values(unlinked_at=now)
    )
    if gone.rowcount == 0:
        return False
    if channel is Channel.TELEGRAM:
        chat = telegram_chats.c.chat_id == int(account)
        connection.execute(sa.update(telegram_chats).where(chat).values(session_id=None, updated_at=now))
    _audit(connection, "channel.unlinked", channel, account, actor, now)
    return True


def links(connection: Connection) -> list[Link]:
    """Every account that is linked, the earliest first."""
    rows = connection.execute(sa.select(linked_channels).where(_LINKED).order_by(_L.linked_at, _L.channel))
    return [Link(Channel(row.channel), row.account, row.person, row.linked_at, row.linked_by) for row in rows]


def linked_by_holder(connection: Connection) -> frozenset[Channel]:
    """The channels that are linked for whoever holds the company's secret."""
    return frozenset(link.channel for link in links(connection) if link.account == HOLDER)


def person_of(connection: Connection, channel: Channel, account: str) -> str | None:
    """Whose linked account this is; None: nobody's."""
    found = sa.select(_L.person).where(_L.channel == channel.value, _L.account == account, _LINKED)
    person: str | None = connection.execute(found).scalar()
    return person


def may_go_on(connection: Connection, channel: Channel, account: str, begun_at: datetime) -> bool:
    """Whether the account may go on with what was said at `begun_at`: not with what it only shared while linked."""
    found = sa.select(_L.unlinked_at).where(_L.channel == channel.value, _L.account == account)
    unlinked_at: datetime | None = connection.execute(found).scalar()
    return unlinked_at is None or begun_at > unlinked_at


def shared_session(connection: Connection, person: str) -> str | None:
    """The conversation that the person's linked channels go on with; None: the next message starts one."""
    found = sa.select(_S.session_id).where(_S.person == person)
    session_id: str | None = connection.execute(found).scalar()
    return session_id


def share_session(connection: Connection, person: str, session_id: str | None, now: datetime) -> None:
    """From now on the person's linked channels go on with this conversation."""
    insert = _insert(connection, shared_conversations)
    changes = {"session_id": insert.excluded.session_id, "updated_at": insert.excluded.updated_at}
    values = {"person": person, "session_id": session_id, "updated_at": now}
    connection.execute(insert.on_conflict_do_update(index_elements=["person"], set_=changes), values)


def share_if_linked(
    connection: Connection, channel: Channel, account: str, session_id: str, now: datetime
) -> None:
    """What was said in a linked channel is what the person's other channels go on with."""
    person = person_of(connection, channel, account)
    if person is not None:
        share_session(connection, person, session_id, now)


def _audit(
    connection: Connection, action: str, channel: Channel, account: str, actor: str, now: datetime
) -> None:
    details = {"channel": channel.value, "account": account}
    insert_audit_event(connection, AuditEvent(actor, action, "accepted", None, None, details), now)


def _insert(connection: Connection, table: sa.Table) -> postgresql.Insert | sqlite.Insert:
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    return insert(table)
