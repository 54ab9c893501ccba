"""Finished orders of any age, with everything that belongs to them: for retention and for `nexus orders`."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from ulid import ULID

from db.engine import Database, open_database
from db.records import (
    AttemptStatus,
    CallStatus,
    CheckRecord,
    Ending,
    IdempotencyKey,
    Settlement,
    VerdictRecord,
)
from db.statements.attempts import claim_work, close_attempt, open_attempt, record_metric, store_verdict
from db.statements.calls import settle_call
from db.statements.orders import accept_order, assign_order, claim_order, finish_order
from db.tables import inbound
from nexus.ids import new_id, new_session_id
from nexus.settings import CommonSettings
from nexus.work_order import Channel, Role, Status
from tests.builders import LEASE_S, NO_LIMITS, a_try, an_assignment, an_order, now
from tests.db.order_invariants import everything
from tests.photos import a_document

ENDING = Ending(Status.DELIVERED, "Paris.", None, "{}")
CUTOFF_DAYS = 90


def cutoff() -> datetime:
    return now() - timedelta(days=CUTOFF_DAYS)


def begin(connection: Connection, at: datetime, session_id: str | None = None) -> str:
    """An order accepted at that time, with a key, a document and an inbound row, before a tier."""
    new = an_order(
        id=f"WO-{ULID.from_datetime(at)}",
        session_id=session_id or new_session_id(),
        deadline_at=at + timedelta(minutes=10),
        idempotency=IdempotencyKey("owner", new_id(), "fingerprint", at + timedelta(hours=24)),
        attachments=(a_document(),),
    )
    accept_order(connection, new, at)
    taken = {"channel": Channel.TELEGRAM, "update_id": new_id(), "order_id": new.id, "received_at": at}
    connection.execute(sa.insert(inbound), taken)
    claim = claim_order(connection, new.id, role=Role.ADMIN, holder=new_id(), lease_s=LEASE_S, now=at)
    assert claim is not None
    assign_order(connection, claim, an_assignment(), at)
    return new.id


def conclude(connection: Connection, order_id: str, at: datetime) -> str:
    """One try that passed, at that time."""
    work = claim_work(connection, order_id, role=Role.INTERN, holder=new_id(), lease_s=LEASE_S, now=at)
    assert work is not None
    order = work.order
    attempt, call = a_try(order)
    open_attempt(connection, order, attempt, call, at, limits=NO_LIMITS)
    settle_call(connection, call, Settlement(CallStatus.RECORDED, answer="Paris."), at)
    verdict = VerdictRecord(passed=True, checks=(CheckRecord("answer", "pass", "seen"),))
    store_verdict(connection, order, attempt.id, verdict, at)
    close_attempt(connection, attempt.id, AttemptStatus.PASSED, at, answer="Paris.")
    record_metric(connection, order, attempt, call, at, success=True)
    finish_order(connection, order, ENDING, at)
    return order_id


def begun(database: Database, age_days: float, session_id: str | None = None) -> str:
    return database.run_sync(begin, now() - timedelta(days=age_days), session_id)


def finish(database: Database, order_id: str, age_days: float) -> str:
    return database.run_sync(conclude, order_id, now() - timedelta(days=age_days))


def finished(database: Database, age_days: float, session_id: str | None = None) -> str:
    return finish(database, begun(database, age_days, session_id), age_days)


def many_finished(connection: Connection, orders: int) -> None:
    at = now() - timedelta(days=CUTOFF_DAYS + 1)
    for _ in range(orders):
        conclude(connection, begin(connection, at), at)


def another(database: Database) -> Database:
    """The same store as another process would open it."""
    url = None if database.is_sqlite else database.engine.url.render_as_string(hide_password=False)
    return open_database(CommonSettings(database_url=url and url.replace("+psycopg", "")))


def rows_in(database: Database, table: sa.Table) -> int:
    return len(database.read_sync(everything)[table.name])
