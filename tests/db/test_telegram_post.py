"""Chats, their orders, and the journal of what was sent, on both stores."""

import sqlalchemy as sa

from db.engine import Database
from db.statements.logs import select_audit_events
from db.statements.telegram_post import (
    ChatOrder,
    begin_send,
    chat_order,
    chat_session,
    confirm_send,
    forget_send,
    latest_order,
    mark_answered,
    note_order,
    order_of_message,
    sent_message,
    set_chat_session,
    unanswered_orders,
)
from db.telegram_tables import telegram_sends
from tests.builders import now

CHAT = -1_001_234_567_890  # a supergroup's
KEY = "answer:WO-1:1"


def noted(database: Database, order_id: str = "WO-1", asked_by: int | None = 10) -> ChatOrder:
    order = ChatOrder(order_id, CHAT, 5, f"sess-of-{order_id}", asked_by, "en", now())
    database.run_sync(note_order, order, now())
    return order


def begun(database: Database, key: str = KEY) -> int | None:
    return database.run_sync(begin_send, key, CHAT, "WO-1", now())


def doubts(database: Database) -> list[tuple[str, str]]:
    rows = database.read_sync(select_audit_events, work_order_id=None, limit=10)
    return [(str(row["action"]), str(row["status"])) for row in rows]


def test_an_order_moves_its_chat_to_its_conversation(database: Database) -> None:
    assert database.read_sync(chat_session, CHAT) is None
    noted(database)
    assert database.read_sync(chat_session, CHAT) == "sess-of-WO-1"
    database.run_sync(set_chat_session, CHAT, None, now())
    assert database.read_sync(chat_session, CHAT) is None


def test_an_order_is_noted_once_and_waits_until_it_is_answered(database: Database) -> None:
    order = noted(database)
    noted(database)
    assert [each.order_id for each in database.read_sync(unanswered_orders)] == ["WO-1"]
    database.run_sync(mark_answered, "WO-1", now())
    assert database.read_sync(unanswered_orders) == []
    kept = database.read_sync(chat_order, "WO-1")
    assert kept is not None
    assert (kept.chat_id, kept.asked_by) == (order.chat_id, 10)


def test_the_newest_order_of_a_chat_is_found(database: Database) -> None:
    noted(database, "WO-1")
    noted(database, "WO-2")
    newest = database.read_sync(latest_order, CHAT)
    assert newest is not None
    assert newest.order_id == "WO-2"
    assert database.read_sync(latest_order, 1) is None


def test_a_message_leads_to_its_order_whoever_wrote_it(database: Database) -> None:
    noted(database)
    begun(database)
    database.run_sync(confirm_send, KEY, 77, now())
    for message_id in (10, 77):
        found = database.read_sync(order_of_message, CHAT, message_id)
        assert found is not None
        assert found.order_id == "WO-1"
    assert database.read_sync(order_of_message, CHAT, 78) is None
    assert database.read_sync(order_of_message, 1, 77) is None


def test_a_message_that_was_sent_is_not_sent_again(database: Database) -> None:
    assert begun(database) is None
    database.run_sync(confirm_send, KEY, 77, now())
    assert begun(database) == 77
    assert database.read_sync(sent_message, KEY) == 77
    assert doubts(database) == []


def test_a_send_of_unknown_outcome_goes_out_again_and_every_doubt_is_audited(database: Database) -> None:
    assert begun(database) is None
    assert begun(database) is None
    assert doubts(database) == [("telegram.sent_again", "in_doubt")]
    assert begun(database) is None
    assert len(doubts(database)) == 2
    assert database.read_sync(lambda c: c.execute(sa.select(telegram_sends.c.doubts)).scalar()) == 2


def test_what_is_known_not_to_have_arrived_is_no_doubt(database: Database) -> None:
    begun(database)
    database.run_sync(forget_send, KEY)
    assert begun(database) is None
    assert doubts(database) == []


def test_forgetting_does_not_touch_what_has_arrived(database: Database) -> None:
    begun(database)
    database.run_sync(confirm_send, KEY, 77, now())
    database.run_sync(forget_send, KEY)
    assert begun(database) == 77
