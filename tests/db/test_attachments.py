"""What came with a message in both stores: kept with the order, moved with it, copied with it, deleted with it."""

import pytest
import sqlalchemy as sa

from db.engine import Database
from db.retention import prune
from db.spool import Spool
from db.statements import departure
from db.statements.attachments import attachments_of, get_attachment, infos_of
from db.statements.attempts import claim_work
from db.statements.conversations import conversation_before
from db.statements.departure import pick_batch
from db.statements.events import events_of_order
from db.statements.orders import accept_order
from db.statements.queries import get_history
from db.statements.requeue import requeue_order
from db.statements.rerun import rerun_order
from db.statements.spooling import accept_or_recall
from db.tables import attachments, work_orders
from nexus.work_order import AttachmentInfo, Role, Turn
from tests.builders import accepted, an_order, assigned, claimed, now
from tests.db.old_orders import CUTOFF_DAYS, cutoff, rows_in
from tests.db.old_orders import finished as old_and_finished
from tests.db.spooled import a_replay, everything_in, finished, nothing_left, rows, spooled
from tests.db.test_requeue import ended
from tests.photos import a_document, a_picture

BROUGHT = (a_picture(), a_document("Grüße, 世界.", "notes.txt"))


def test_they_are_stored_in_the_accepting_transaction_and_read_in_order(database: Database) -> None:
    order = accepted(database, attachments=BROUGHT)

    assert database.read_sync(attachments_of, order.id) == BROUGHT
    infos = database.read_sync(infos_of, order.id)
    assert [type(info) for info in infos] == [AttachmentInfo] * 2
    assert [(info.words, info.size) for info in infos] == [
        ("[picture]", BROUGHT[0].size),
        ("[document notes.txt]", len("Grüße, 世界.".encode())),
    ]
    assert database.read_sync(get_attachment, order.id, 2) == BROUGHT[1]
    assert database.read_sync(get_attachment, order.id, 3) is None
    assert database.read_sync(get_attachment, "WO-nobody", 1) is None


def test_an_acceptance_that_is_rolled_back_leaves_none(database: Database) -> None:
    order = an_order(attachments=(*BROUGHT, a_picture()), session_id="s")

    def refused(connection: sa.Connection) -> None:
        accept_order(connection, order, now())
        raise ValueError("after all it cannot be")

    with pytest.raises(ValueError, match="after all"):
        database.run_sync(refused)

    assert database.read_sync(attachments_of, order.id) == ()


def test_accepting_twice_because_a_reply_was_lost_stores_them_once(database: Database) -> None:
    order = an_order(attachments=BROUGHT)
    for _ in range(2):
        assert database.run_sync(accept_or_recall, order, now()).is_new
    assert database.read_sync(attachments_of, order.id) == BROUGHT


def test_a_worker_gets_them_with_its_claim_and_the_history_without_their_bytes(database: Database) -> None:
    order = assigned(database, attachments=BROUGHT)
    work = database.run_sync(claim_work, order.id, role=Role.INTERN, holder="w/1", lease_s=30.0, now=now())
    assert work is not None
    assert (work.attachments, work.pictures) == (BROUGHT, BROUGHT[:1])
    history = database.read_sync(get_history, order.id)
    assert history is not None
    assert [info.sha256 for info in history.attachments] == [each.sha256 for each in BROUGHT]
    assert "Grüße, 世界" not in repr(history)


def test_the_conversation_and_the_first_event_tell_of_them(database: Database) -> None:
    first = accepted(database, session_id="talk", content="Look.", attachments=BROUGHT)
    second = accepted(database, session_id="talk", content="And?")
    claim = claimed(database, second.id, Role.ADMIN)
    assert claim is not None
    assert database.read_sync(conversation_before, claim, 10) == (
        Turn("user", "Look.\n[picture]\n[document notes.txt]"),
    )
    assert '"notes.txt"' in database.read_sync(events_of_order, first.id)[0].payload


def test_an_order_that_is_done_again_brings_them_again(database: Database) -> None:
    old = ended(database, attachments=BROUGHT)
    requeued = database.run_sync(requeue_order, old.id, now(), deadline_s=600)
    rerun = database.run_sync(rerun_order, old.id, Role.CEO, now(), deadline_s=600)

    for new in (requeued, rerun):
        assert database.read_sync(attachments_of, new.order_id) == BROUGHT
    assert database.read_sync(attachments_of, old.id) == BROUGHT


def test_retention_deletes_them_with_their_order_and_no_others(database: Database) -> None:
    old = old_and_finished(database, CUTOFF_DAYS + 1)
    assert len(database.read_sync(attachments_of, old)) == 1
    young = accepted(database, attachments=BROUGHT)

    for _ in prune(database, cutoff(), now(), rest=lambda _: None):
        pass

    assert database.read_sync(attachments_of, old) == ()
    assert database.read_sync(attachments_of, young.id) == BROUGHT


async def test_a_spooled_order_takes_them_along_to_postgresql_row_by_row(
    spool: Spool, primary: Database
) -> None:
    done = finished(spool.database, attachments=BROUGHT)
    waiting = await spooled(spool, attachments=BROUGHT)
    before = everything_in(spool.database)
    assert len(before["attachments"]) == 4

    assert await a_replay(spool, primary).run() == 2

    assert rows(primary, "attachments") == before["attachments"]
    assert nothing_left(spool)
    for order in (done, waiting):
        assert primary.read_sync(attachments_of, order.id) == BROUGHT


async def test_an_order_that_both_stores_accepted_has_them_once(spool: Spool, primary: Database) -> None:
    """The reply to PostgreSQL's commit was lost, so the same order went into the spool as well."""
    order = await spooled(spool, attachments=BROUGHT)
    primary.run_sync(accept_order, order, now())

    await a_replay(spool, primary).run()

    assert primary.read_sync(attachments_of, order.id) == BROUGHT
    assert nothing_left(spool)


async def test_a_replay_holds_only_so_many_bytes_in_memory_at_once(
    spool: Spool, primary: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    orders = [await spooled(spool, attachments=BROUGHT) for _ in range(7)]
    size = sum(each.size for each in BROUGHT)
    monkeypatch.setattr(departure, "MOST_BYTES", 3 * size)
    picked = spool.database.run_sync(pick_batch, "here")
    assert picked is not None
    assert picked.order_ids == [order.id for order in orders[:3]]
    monkeypatch.setattr(departure, "MOST_BYTES", size - 1)

    assert await a_replay(spool, primary).run() == 7, "one that is too heavy by itself moves all the same"
    assert len(rows(primary, "attachments")) == 14


def test_without_attachments_there_is_no_row(database: Database) -> None:
    accepted(database)
    assert rows_in(database, attachments) == 0
    assert rows_in(database, work_orders) == 1
