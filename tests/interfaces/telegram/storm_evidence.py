"""What is left after a storm: the chats as people saw them, the database's rows, the fake's ledger.

None of it is read by the bot's own code.
"""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from db.engine import Database
from db.tables import audit_logs, inbound, work_orders
from db.telegram_tables import telegram_orders, telegram_sends
from tests.botapi.api import BotApi
from tests.botapi.chats import Keyboard, Message
from tests.botapi.faults import SENDS
from tests.botapi.formatted import made_right
from tests.botapi.ledger import SeenRequest
from tests.interfaces.telegram.storm_bot import Kill
from tests.interfaces.telegram.storm_plan import Plan
from tests.interfaces.telegram.storm_players import Sent


@dataclass(frozen=True, slots=True)
class Said:
    """A message of the bot's: as it was sent, and what its buttons do now."""

    id: int
    chat_id: int
    text: str
    buttons: tuple[str, ...] = ()
    reply_to: int | None = None
    buttons_now: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OrderRow:
    """An order of the company's."""

    id: str
    content: str
    status: str
    session_id: str
    result: str | None = None
    retry_of: str | None = None


@dataclass(frozen=True, slots=True)
class Again:
    """An audit row that a message was sent again. `message` is its name in the bot's journal."""

    message: str
    chat_id: int
    order_id: str | None


@dataclass(frozen=True, slots=True)
class CutSend:
    """A send that Telegram took and that was never answered, by the fault plan."""

    chat_id: int
    text: str
    reply_to: int | None


@dataclass(frozen=True, slots=True)
class Evidence:
    """All of it. `waiting`: updates that are not dealt with; `unanswered`: orders that the bot still follows."""

    plan: Plan
    sent: tuple[Sent, ...]
    orders: tuple[OrderRow, ...] = ()
    said: tuple[Said, ...] = ()
    inbox: frozenset[int] = frozenset()
    waiting: frozenset[int] = frozenset()
    unconfirmed: frozenset[int] = frozenset()
    unanswered: tuple[str, ...] = ()
    unsettled: tuple[str, ...] = ()
    again: tuple[Again, ...] = ()
    cuts: tuple[CutSend, ...] = ()
    kills: tuple[Kill, ...] = ()
    stuck: tuple[str, ...] = ()
    late_sends: int = 0
    exit_code: int = 0
    photos_are_orders: bool = True
    faults: dict[str, int] = field(default_factory=dict)
    exceeded: dict[str, int] = field(default_factory=dict)
    requests: int = 0


def said_in(api: BotApi, people: Iterable[int]) -> tuple[Said, ...]:
    """Everything that the bot wrote, in its order."""
    return tuple(_said(message) for person in people for message in api.messages(person) if message.from_bot)


def _said(message: Message) -> Said:
    first = message.versions[0] if message.versions else message
    return Said(
        message.id,
        message.chat_id,
        first.text,
        _datas(first.keyboard),
        message.reply_to,
        _datas(message.keyboard),
    )


def _datas(keyboard: Keyboard) -> tuple[str, ...]:
    return tuple(button.data for row in keyboard for button in row)


def cuts_in(requests: Iterable[SeenRequest], killed_at: set[int]) -> tuple[CutSend, ...]:
    """The sends that were taken and not answered, without those that a kill cut off."""
    return tuple(
        CutSend(
            int(each.parameters["chat_id"]),
            made_right(each.parameters.get("text", ""), ()).text,
            _reply_to(each),
        )
        for each in requests
        if each.method in SENDS and each.fault == "cut_after" and each.n not in killed_at
    )


def _reply_to(request: SeenRequest) -> int | None:
    found: int | None = json.loads(request.parameters.get("reply_parameters", "{}")).get("message_id")
    return found


def faults_in(requests: Iterable[SeenRequest], killed_at: set[int]) -> dict[str, int]:
    """How often each fault took effect, without the kills' own."""
    took = Counter(
        f"{each.fault} {'send' if each.method in SENDS else each.method}"
        for each in requests
        if each.fault and each.n not in killed_at
    )
    return dict(sorted(took.items()))


def as_lines(requests: Iterable[SeenRequest]) -> str:
    """The ledger, for whoever looks into a red run."""
    return "\n".join(
        f"{each.n:6} {each.at:%H:%M:%S.%f} {each.method} {each.status} {each.fault or '-'}"
        f" {each.parameters.get('chat_id', '')} {_reply_to(each)} {each.parameters.get('text', '')[:60]!r}"
        for each in requests
    )


def limits_in(requests: Iterable[SeenRequest]) -> dict[str, int]:
    """How often each of Telegram's limits was broken, which the fake notes and does not refuse."""
    return dict(Counter(limit for each in requests for limit in each.exceeded))


def rows_of(database: Database, bot_id: int) -> dict[str, Any]:
    """The database's part of the evidence."""
    o, i, t, s = work_orders.c, inbound.c, telegram_orders.c, telegram_sends.c
    with database.engine.connect() as connection:
        orders = connection.execute(
            sa.select(o.id, o.content, o.status, o.session_id, o.result, o.retry_of).order_by(o.id)
        ).all()
        updates = connection.execute(
            sa.select(i.update_id, i.payload.is_not(None).label("waits")).where(
                i.update_id.startswith(f"{bot_id}:")
            )
        ).all()
        unanswered = connection.scalars(sa.select(t.order_id).where(t.answered_at.is_(None))).all()
        unsettled = connection.scalars(sa.select(s.key).where(s.message_id.is_(None))).all()
        again = _again(connection)
    numbers = {int(row.update_id.partition(":")[2]): bool(row.waits) for row in updates}
    return {
        "orders": tuple(OrderRow(*row) for row in orders),
        "inbox": frozenset(numbers),
        "waiting": frozenset(number for number, waits in numbers.items() if waits),
        "unanswered": tuple(unanswered),
        "unsettled": tuple(unsettled),
        "again": again,
    }


def _again(connection: sa.Connection) -> tuple[Again, ...]:
    a = audit_logs.c
    found = connection.execute(
        sa.select(a.work_order_id, a.details).where(a.action == "telegram.sent_again").order_by(a.id)
    )
    rows = [(row.work_order_id, json.loads(row.details)) for row in found]
    return tuple(Again(details["message"], details["chat_id"], order_id) for order_id, details in rows)
