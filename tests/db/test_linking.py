"""Linked channels: one conversation for one person's channels, nothing for anybody else, and an end to it."""

from datetime import timedelta

from db.engine import Database
from db.statements.linking import (
    HOLDER,
    link_channel,
    linked_by_holder,
    links,
    may_go_on,
    person_of,
    share_if_linked,
    share_session,
    shared_session,
    unlink_channel,
)
from db.statements.telegram_people import approve, give_code, meet, remove
from db.statements.telegram_post import chat_session, set_chat_session
from nexus.pairing import hash_of
from nexus.work_order import OWNER, Channel
from tests.builders import now

MINE, STRANGER, GROUP = 4711, 666, -100123


def linked(database: Database) -> None:
    database.run_sync(link_channel, OWNER, Channel.TELEGRAM, str(MINE), "operator:me", now())
    database.run_sync(link_channel, OWNER, Channel.REST, HOLDER, "operator:me", now())


def test_without_a_link_every_channel_is_by_itself(database: Database) -> None:
    database.run_sync(set_chat_session, MINE, "sess-chat", now())
    database.run_sync(share_if_linked, Channel.REST, HOLDER, "sess-web", now())

    assert database.read_sync(chat_session, MINE) == "sess-chat"
    assert database.read_sync(shared_session, OWNER) is None
    assert database.read_sync(linked_by_holder) == frozenset()
    assert database.read_sync(links) == []


def test_what_is_begun_in_one_linked_channel_goes_on_in_the_other_both_ways(database: Database) -> None:
    linked(database)

    database.run_sync(share_if_linked, Channel.REST, HOLDER, "sess-web", now())
    assert database.read_sync(chat_session, MINE) == "sess-web"

    database.run_sync(set_chat_session, MINE, "sess-chat", now())
    assert database.read_sync(shared_session, OWNER) == "sess-chat"

    database.run_sync(set_chat_session, MINE, None, now())  # /new
    assert database.read_sync(shared_session, OWNER) is None


def test_another_person_and_a_group_neither_see_nor_move_what_is_shared(database: Database) -> None:
    linked(database)
    database.run_sync(share_session, OWNER, "sess-mine", now())

    for chat in (STRANGER, GROUP):
        assert database.read_sync(chat_session, chat) is None
        database.run_sync(set_chat_session, chat, f"sess-{chat}", now())
        assert database.read_sync(chat_session, chat) == f"sess-{chat}"

    assert database.read_sync(shared_session, OWNER) == "sess-mine"
    assert database.read_sync(chat_session, MINE) == "sess-mine"


def test_who_is_unlinked_starts_anew_and_cannot_go_on_with_what_was_shared(database: Database) -> None:
    linked(database)
    database.run_sync(set_chat_session, MINE, "sess-shared", now())
    begun_at = now()

    assert database.run_sync(
        unlink_channel, Channel.TELEGRAM, str(MINE), "operator:me", now() + timedelta(seconds=1)
    )

    assert database.read_sync(chat_session, MINE) is None
    assert not database.read_sync(may_go_on, Channel.TELEGRAM, str(MINE), begun_at)
    assert database.read_sync(may_go_on, Channel.TELEGRAM, str(MINE), now() + timedelta(seconds=2))
    assert database.read_sync(may_go_on, Channel.TELEGRAM, str(STRANGER), begun_at)
    assert database.read_sync(shared_session, OWNER) == "sess-shared"
    assert not database.run_sync(unlink_channel, Channel.TELEGRAM, str(MINE), "operator:me", now())


def test_linked_again_it_shares_again(database: Database) -> None:
    linked(database)
    database.run_sync(share_session, OWNER, "sess-mine", now())
    database.run_sync(unlink_channel, Channel.TELEGRAM, str(MINE), "operator:me", now())
    linked(database)

    assert database.read_sync(chat_session, MINE) == "sess-mine"
    assert [link.channel for link in database.read_sync(links)].count(Channel.TELEGRAM) == 1


def test_who_is_removed_from_the_bot_is_unlinked_too_and_stays_so_when_paired_again(
    database: Database,
) -> None:
    def pair() -> None:
        database.run_sync(meet, MINE, "Me", "en", now())
        database.run_sync(give_code, MINE, hash_of("7K3M-9XQ2"), now() + timedelta(hours=1))
        assert database.run_sync(approve, hash_of("7K3M-9XQ2"), "operator:me", now()) is not None

    pair()
    linked(database)
    assert database.run_sync(remove, MINE, "operator:me", now()) is not None
    assert database.read_sync(person_of, Channel.TELEGRAM, str(MINE)) is None

    pair()
    assert database.read_sync(person_of, Channel.TELEGRAM, str(MINE)) is None
