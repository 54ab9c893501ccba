"""What goes between chats and the company: each chat's conversation, its orders, and every message that is sent.

A message's row is written before it is sent and gets Telegram's id afterwards. A row without an id, found later, means
that the bot died in between: the message is sent again, and the doubt is counted and audited.
"""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from db.statements.linking import person_of, share_session, shared_session
from db.statements.logs import AuditEvent, insert_audit_event
from db.telegram_tables import telegram_chats, telegram_orders, telegram_sends
from nexus.work_order import Channel

_O, _S = telegram_orders.c, telegram_sends.c


@dataclass(frozen=True, slots=True)
class ChatOrder:
    """An order and the chat its answer goes to. `asked_by` is the owner's message; None: a button was pressed."""

    order_id: str
    chat_id: int
    user_id: int
    session_id: str
    asked_by: int | None
    language: str
    created_at: datetime
    answered_at: datetime | None = None


def chat_session(connection: Connection, chat_id: int) -> str | None:
    """The conversation that goes on in a chat; None: the next message starts one.

    In a private chat that is linked, that is the conversation which its person's channels share.
    """
    person = person_of(connection, Channel.TELEGRAM, str(chat_id))
    if person is not None:
        return shared_session(connection, person)
    found = sa.select(telegram_chats.c.session_id).where(telegram_chats.c.chat_id == chat_id)
    session_id: str | None = connection.execute(found).scalar()
    return session_id


def set_chat_session(connection: Connection, chat_id: int, session_id: str | None, now: datetime) -> None:
    """From now on the chat's messages belong to this conversation; None: the next one starts another."""
    values = {"chat_id": chat_id, "session_id": session_id, "updated_at": now}
    insert = _insert(connection, telegram_chats)
    changes = {"session_id": insert.excluded.session_id, "updated_at": insert.excluded.updated_at}
    connection.execute(insert.on_conflict_do_update(index_elements=["chat_id"], set_=changes), values)
    person = person_of(connection, Channel.TELEGRAM, str(chat_id))
    if person is not None:
        share_session(connection, person, session_id, now)


def note_order(connection: Connection, order: ChatOrder, now: datetime) -> None:
    """The order's answer goes to its chat, which goes on with its conversation. Again without harm."""
    values = {name: getattr(order, name) for name in ChatOrder.__dataclass_fields__}
    connection.execute(_insert(connection, telegram_orders).on_conflict_do_nothing(), values)
    set_chat_session(connection, order.chat_id, order.session_id, now)


def unanswered_orders(connection: Connection) -> list[ChatOrder]:
    """Orders whose answer has not been sent, oldest first."""
    found = sa.select(telegram_orders).where(_O.answered_at.is_(None)).order_by(_O.order_id)
    return [_order(row) for row in connection.execute(found)]


def chat_order(connection: Connection, order_id: str) -> ChatOrder | None:
    """The order's chat, or None when it did not come from one."""
    row = connection.execute(sa.select(telegram_orders).where(_O.order_id == order_id)).first()
    return _order(row) if row else None


def latest_order(connection: Connection, chat_id: int) -> ChatOrder | None:
    """The newest order of a chat."""
    newest = sa.select(telegram_orders).where(_O.chat_id == chat_id).order_by(_O.order_id.desc()).limit(1)
    row = connection.execute(newest).first()
    return _order(row) if row else None


def orders_of_chat(connection: Connection, chat_id: int, limit: int) -> list[ChatOrder]:
    """A chat's orders, newest first."""
    newest = sa.select(telegram_orders).where(_O.chat_id == chat_id).order_by(_O.order_id.desc()).limit(limit)
    return [_order(row) for row in connection.execute(newest)]


def order_of_message(connection: Connection, chat_id: int, message_id: int) -> ChatOrder | None:
    """The order that a message of a chat is about: one the bot sent, or the owner's own."""
    sent = sa.select(_S.order_id).where(_S.chat_id == chat_id, _S.message_id == message_id)
    order_id = connection.execute(sent).scalar()
    if order_id is not None:
        return chat_order(connection, order_id)
    asked = sa.select(telegram_orders).where(_O.chat_id == chat_id, _O.asked_by == message_id)
    row = connection.execute(asked.order_by(_O.order_id.desc()).limit(1)).first()
    return _order(row) if row else None


def mark_answered(connection: Connection, order_id: str, now: datetime) -> None:
    """The whole answer has been sent."""
    connection.execute(sa.update(telegram_orders).where(_O.order_id == order_id).values(answered_at=now))


def begin_send(
    connection: Connection, key: str, chat_id: int, order_id: str | None, now: datetime
) -> int | None:
    """The id of the message `key` when it was sent before; None: send it now.

    A row without an id is a send that nobody knows the outcome of. That is counted and audited, and it goes out again:
    rather twice than not at all.
    """
    row = connection.execute(sa.select(_S.message_id).where(_S.key == key)).first()
    if row is None:
        values = {"key": key, "order_id": order_id, "chat_id": chat_id, "doubts": 0, "started_at": now}
        connection.execute(sa.insert(telegram_sends), values)
        return None
    if row.message_id is not None:
        known: int = row.message_id
        return known
    connection.execute(sa.update(telegram_sends).where(_S.key == key).values(doubts=_S.doubts + 1))
    details = {"message": key, "chat_id": chat_id}
    audit = AuditEvent("telegram", "telegram.sent_again", "in_doubt", order_id, None, details)
    insert_audit_event(connection, audit, now)
    return None


def confirm_send(connection: Connection, key: str, message_id: int, now: datetime) -> None:
    """The message has arrived, under this id."""
    sent = sa.update(telegram_sends).where(_S.key == key)
    connection.execute(sent.values(message_id=message_id, sent_at=now))


def forget_send(connection: Connection, key: str) -> None:
    """The message is known not to have arrived, so sending it is no doubt."""
    connection.execute(
        sa.delete(telegram_sends).where(_S.key == key, _S.message_id.is_(None), _S.doubts == 0)
    )


def sent_message(connection: Connection, key: str) -> int | None:
    """The id of a message that was sent."""
    found: int | None = connection.execute(sa.select(_S.message_id).where(_S.key == key)).scalar()
    return found


def order_of_send(connection: Connection, key: str) -> str | None:
    """The order that the message `key` is about, sent or not yet; None when it is unknown or about none."""
    found: str | None = connection.execute(sa.select(_S.order_id).where(_S.key == key)).scalar()
    return found


def _insert(connection: Connection, table: sa.Table) -> postgresql.Insert | sqlite.Insert:
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    return insert(table)


def _order(row: sa.Row[tuple[object, ...]]) -> ChatOrder:
    return ChatOrder(**{name: getattr(row, name) for name in ChatOrder.__dataclass_fields__})
