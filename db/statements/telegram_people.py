"""Who has written to the Telegram bot, and who may. A code is kept only as its hash, and opens once."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from db.statements.linking import unlink_channel
from db.statements.logs import AuditEvent, insert_audit_event
from db.telegram_tables import telegram_people
from nexus.work_order import Channel


class PersonStatus(StrEnum):
    """Whether somebody may speak."""

    WAITING = "waiting"
    PAIRED = "paired"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody on Telegram. `user_id` is also the id of the private chat with them."""

    user_id: int
    name: str
    language: str | None
    status: PersonStatus
    code_until: datetime | None
    first_seen_at: datetime
    decided_at: datetime | None
    decided_by: str | None
    greeted_at: datetime | None


def _upsert(insert: postgresql.Insert | sqlite.Insert) -> sa.Executable:
    new = insert.excluded
    return insert.on_conflict_do_update(
        index_elements=["user_id"], set_={"name": new.name, "language": new.language}
    )


_MEET = {
    "postgresql": _upsert(postgresql.insert(telegram_people)),
    "sqlite": _upsert(sqlite.insert(telegram_people)),
}
_P = telegram_people.c


def meet(connection: Connection, user_id: int, name: str, language: str | None, now: datetime) -> Person:
    """Note who writes, under the name and language that Telegram gives now."""
    values = {
        "user_id": user_id,
        "name": name[:128],
        "language": language and language[:16],
        "status": PersonStatus.WAITING.value,
        "first_seen_at": now,
    }
    connection.execute(_MEET[connection.dialect.name], values)
    found = get_person(connection, user_id)
    if found is None:
        raise AssertionError("a row that was just written is there")
    return found


def get_person(connection: Connection, user_id: int) -> Person | None:
    """One person, or None."""
    row = connection.execute(sa.select(telegram_people).where(_P.user_id == user_id)).first()
    return _person(row) if row else None


def people(connection: Connection, status: PersonStatus | None = None) -> list[Person]:
    """Everybody who has written, or those of one status, in the order in which they first wrote."""
    found = sa.select(telegram_people).order_by(_P.first_seen_at, _P.user_id)
    if status is not None:
        found = found.where(_P.status == status.value)
    return [_person(row) for row in connection.execute(found)]


def give_code(connection: Connection, user_id: int, code_hash: str, until: datetime) -> None:
    """The code that lets this person in, until then; the one before it opens nothing any more."""
    connection.execute(
        sa.update(telegram_people)
        .where(_P.user_id == user_id, _P.status != PersonStatus.PAIRED.value)
        .values(code_hash=code_hash, code_until=until, status=PersonStatus.WAITING.value)
    )


def approve(connection: Connection, code_hash: str, actor: str, now: datetime) -> Person | None:
    """Pair whoever has this code; None when nobody has it, or it is over. Either is audited."""
    who = connection.execute(
        sa.update(telegram_people)
        .where(_P.code_hash == code_hash, _P.code_until > now, _P.status == PersonStatus.WAITING.value)
        .values(
            status=PersonStatus.PAIRED.value,
            code_hash=None,
            code_until=None,
            decided_at=now,
            decided_by=actor,
            greeted_at=None,
        )
        .returning(_P.user_id)
    ).scalar()
    if who is None:
        refused = AuditEvent(actor, "telegram.paired", "refused", None, None, {"why": "no such code"})
        insert_audit_event(connection, refused, now)
        return None
    details = {"user_id": who}
    insert_audit_event(connection, AuditEvent(actor, "telegram.paired", "accepted", None, None, details), now)
    return get_person(connection, who)


def remove(connection: Connection, user_id: int, actor: str, now: datetime) -> Person | None:
    """Let somebody in no longer, with an audit row; None when nobody was paired under this id."""
    gone = connection.execute(
        sa.update(telegram_people)
        .where(_P.user_id == user_id, _P.status == PersonStatus.PAIRED.value)
        .values(status=PersonStatus.REMOVED.value, decided_at=now, decided_by=actor)
        .returning(_P.user_id)
    ).first()
    if gone is None:
        return None
    unlink_channel(connection, Channel.TELEGRAM, str(user_id), actor, now)
    details = {"user_id": user_id}
    insert_audit_event(
        connection, AuditEvent(actor, "telegram.removed", "accepted", None, None, details), now
    )
    return get_person(connection, user_id)


def to_greet(connection: Connection) -> list[Person]:
    """Who was paired and does not know it yet."""
    paired = sa.and_(_P.status == PersonStatus.PAIRED.value, _P.greeted_at.is_(None))
    return [_person(row) for row in connection.execute(sa.select(telegram_people).where(paired))]


def greeted(connection: Connection, person: Person, now: datetime) -> None:
    """They know of this pairing; one that was made meanwhile is told too."""
    this = sa.and_(_P.user_id == person.user_id, _P.decided_at == person.decided_at)
    connection.execute(sa.update(telegram_people).where(this).values(greeted_at=now))


def _person(row: sa.Row[tuple[object, ...]]) -> Person:
    fields = {name: getattr(row, name) for name in Person.__dataclass_fields__}
    return Person(**{**fields, "status": PersonStatus(row.status)})
