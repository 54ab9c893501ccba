"""The audit: who changed what, one row for each change of state that a client asked for. `GET /api/audit` reads it.

What the database itself decides about (approvals, freezes, tokens, requeues) writes its row in its own transaction;
the rest comes through `audit`, after it has happened.
"""

from collections.abc import Mapping

from db.statements.logs import AuditEvent, insert_audit_event
from gateway.principals import Principal
from gateway.services import Services
from nexus.errors import StoreUnavailable
from nexus.logs import get_logger
from nexus.work_order import WorkOrder

log = get_logger(__name__)


async def audit(
    services: Services,
    principal: Principal,
    action: str,
    *,
    status: str = "done",
    order: WorkOrder | None = None,
    details: Mapping[str, object] | None = None,
) -> None:
    """Note that `principal` did it. It has happened already, so a store that is away does not undo it: the log has it.

    `action` is what and how, like `order.cancelled`. Secrets in `details` are cut out.
    """
    row = AuditEvent(
        actor=principal.id,
        action=action,
        status=status,
        work_order_id=order.id if order else None,
        session_id=order.session_id if order else None,
        details={"via": principal.via, **(details or {})},
    )
    store = services.store
    database = store.spool.database if store.spool is not None and store.is_local else store.primary
    try:
        await database.run(insert_audit_event, row, services.clock.now())
    except StoreUnavailable:
        log.error("audit.not_written", actor=row.actor, action=action, order_id=row.work_order_id)
