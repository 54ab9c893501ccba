"""What stays of a training: an audit row with its numbers, and a word to the owner where there is something to know."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from db.statements.alerts import Alert, Severity, raise_alert
from db.statements.logs import AuditEvent, insert_audit_event
from db.tables import audit_logs

ADOPTED: Final = "router.adopted"
REFUSED: Final = "router.refused"
ROLLED_BACK: Final = "router.rolled_back"
ACTIONS: Final = (ADOPTED, REFUSED, ROLLED_BACK)

type What = Literal["router.adopted", "router.refused", "router.rolled_back"]


@dataclass(frozen=True, slots=True)
class Chapter:
    """One change of the router that was made or refused. `version` is the candidate's, or what was gone back to."""

    at: datetime
    actor: str
    what: str
    version: str
    reason: str
    numbers: Mapping[str, object]


def write_chapter(connection: Connection, chapter: Chapter, *, tell: bool) -> None:
    """Write the audit row; with `tell`, the owner hears of it: an adoption at once, a suspicion once a week."""
    details = {"version": chapter.version, "reason": chapter.reason, "numbers": dict(chapter.numbers)}
    status = chapter.what.removeprefix("router.")
    insert_audit_event(
        connection, AuditEvent(chapter.actor, chapter.what, status, None, None, details), chapter.at
    )
    if tell:
        raise_alert(connection, _alert(chapter), chapter.at)


def _alert(chapter: Chapter) -> Alert:
    details: dict[str, object] = {"version": chapter.version, "reason": chapter.reason}
    if chapter.what == REFUSED:
        week = "{}-{:02}".format(*chapter.at.isocalendar()[:2])
        text = f"A newly trained router was refused, look at it with `nexus router show`: {chapter.reason}"
        return Alert(f"{REFUSED}:{week}", REFUSED, Severity.WARNING, text, details)
    word = "is in use" if chapter.what == ADOPTED else "is in use again"
    text = f"Router {chapter.version} {word}: {chapter.reason}"
    key = f"{chapter.what}:{chapter.version}:{chapter.at.isoformat()}"
    return Alert(key, chapter.what, Severity.INFO, text, details)


_CHAPTERS = (
    sa.select(audit_logs.c.created_at, audit_logs.c.actor, audit_logs.c.action, audit_logs.c.details)
    .where(audit_logs.c.action.in_(ACTIONS))
    .order_by(audit_logs.c.id.desc())
    .limit(sa.bindparam("limit", type_=sa.Integer))
)


def chapters(connection: Connection, *, limit: int = 20) -> tuple[Chapter, ...]:
    """What was adopted, refused and gone back to, the newest first."""
    return tuple(
        Chapter(
            at=row.created_at,
            actor=row.actor,
            what=row.action,
            version=str((details := json.loads(row.details)).get("version", "")),
            reason=str(details.get("reason", "")),
            numbers=details.get("numbers") or {},
        )
        for row in connection.execute(_CHAPTERS, {"limit": limit})
    )
