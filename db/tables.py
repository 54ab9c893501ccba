"""The one schema, for SQLite and PostgreSQL alike. `db/schema.sql` is generated from it.

Text columns hold JSON where a reader of one row needs the whole of it; what is filtered or summed is a column.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from db import (  # noqa: F401 - of the one schema
    equipment_tables,
    health_tables,
    linking_tables,
    memory_tables,
    routing_tables,
    table_kit,
    telegram_tables,
)
from db.types import Usd, UtcDateTime

metadata, ID = table_kit.metadata, table_kit.ID

sessions = Table(
    "sessions",
    metadata,
    Column("id", ID, primary_key=True),
    Column("user_id", String(128), nullable=False),
    Column("channel", String(16), nullable=False),
    Column("last_seq", BigInteger, nullable=False, comment="the newest event's number; events have no gaps"),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Index(None, "user_id", "updated_at", "id"),
    comment="Conversations. A session's events and messages are numbered and ordered within it.",
)

work_orders = Table(
    "work_orders",
    metadata,
    Column("id", ID, primary_key=True),
    Column("session_id", ID, ForeignKey("sessions.id"), nullable=False),
    Column("channel", String(16), nullable=False),
    Column("content", Text, nullable=False),
    Column("status", String(16), nullable=False),
    Column("owner", String(16), nullable=False, comment="the role that holds the order, or held it last"),
    Column("difficulty", String(16)),
    Column("requested_tier", String(16), comment="the owner's explicit wish"),
    Column("tier_reason", Text, comment="why this tier, in words"),
    Column("tier_rule", String(64), comment="the triage rule that decided"),
    Column("spec", Text, comment="acceptance spec, JSON; stored before the answer exists"),
    Column("context", Text, comment="earlier turns given to the model, JSON"),
    Column("left_out", Text, comment="earlier turns not given to the model, by number, and why, JSON"),
    Column("fence", Integer, nullable=False, comment="rises with every claim; older writers are refused"),
    Column("claims", Integer, nullable=False, comment="claims since the last recorded step; 5 at most"),
    Column("attempts", Integer, nullable=False, comment="employees' tries so far"),
    Column("lease_owner", String(128)),
    Column("lease_until", UtcDateTime, comment="by the database's clock"),
    Column("available_at", UtcDateTime, nullable=False, comment="not to be worked on before (backoff)"),
    Column("cancel_requested_at", UtcDateTime),
    Column("retry_of", ID, comment="the ended order that this one does again"),
    Column("deadline_at", UtcDateTime, nullable=False),
    Column("budget_usd", Usd, comment="limit for this order, nano-dollars; null means none of its own"),
    Column("approved_usd", Usd, comment="the owner said yes to a try that costs at most this"),
    Column("hold", Text, comment="why it waits for the owner, and what can be chosen, JSON"),
    Column("result", Text, comment="the answer, or the question asked back"),
    Column("failure_reason", Text),
    Column("receipt", Text, comment="JSON, see nexus.receipt"),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Column("finished_at", UtcDateTime),
    Index(None, "session_id"),
    Index(None, "status", "id"),
    Index(None, "owner", "id"),
    Index(None, "status", "owner", "id"),
    comment="One unit of work. Terminal statuses never change.",
)

# The sweeper looks only at open orders; a partial index keeps that cheap with a million finished ones.
Index(
    "ix_work_orders_open",
    work_orders.c.lease_until,
    postgresql_where=work_orders.c.finished_at.is_(None),
    sqlite_where=work_orders.c.finished_at.is_(None),
)
# Few orders do another one again; finding them must not read all.
Index(
    "ix_work_orders_retry_of",
    work_orders.c.retry_of,
    postgresql_where=work_orders.c.retry_of.is_not(None),
    sqlite_where=work_orders.c.retry_of.is_not(None),
)

outbox = Table(
    "outbox",
    metadata,
    Column("order_id", ID, ForeignKey("work_orders.id"), primary_key=True),
    Column("role", String(16), nullable=False, comment="whose stream is to be rung"),
    Column("ring_at", UtcDateTime, nullable=False, comment="when the relay rings (again)"),
    Column("rings", Integer, nullable=False, comment="how often the relay has rung"),
    Index(None, "ring_at"),
    comment="Orders that wait for a worker. The row goes when a worker claims the order.",
)

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    Column("scope", String(128), primary_key=True, comment="who sent it"),
    Column("key", String(255), primary_key=True),
    Column("fingerprint", String(64), nullable=False, comment="sha256 of the request"),
    Column("order_id", ID, ForeignKey("work_orders.id"), nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Index(None, "expires_at"),
    Index(None, "order_id"),
)

inbound = Table(
    "inbound",
    metadata,
    Column("channel", String(16), primary_key=True),
    Column("update_id", String(128), primary_key=True, comment="the channel's own id of the message"),
    Column("order_id", ID),
    Column("received_at", UtcDateTime, nullable=False),
    Column("payload", Text, comment="the message as it came, JSON; null once it is handled"),
    Column("handled_at", UtcDateTime),
    Index(None, "order_id"),
    comment="Messages already taken from channels that redeliver.",
)

Index(
    "ix_inbound_waiting",
    inbound.c.received_at,
    postgresql_where=inbound.c.payload.is_not(None),
    sqlite_where=inbound.c.payload.is_not(None),
)

attachments = Table(
    "attachments",
    metadata,
    Column("id", ID, primary_key=True),
    Column("order_id", ID, ForeignKey("work_orders.id"), nullable=False),
    Column("n", Integer, nullable=False, comment="1 for the first of the message"),
    Column("kind", String(16), nullable=False, comment="image, audio or document"),
    Column("name", Text, comment="the file's name, as the sender gave it"),
    Column("media_type", String(64), nullable=False),
    Column("size", Integer, nullable=False, comment="bytes, as kept"),
    Column("sha256", String(64), nullable=False, comment="of what is kept"),
    Column("data", LargeBinary, comment="an image or a voice message; null for documents"),
    Column("text", Text, comment="a document's text, or the transcript of a voice message"),
    Column("created_at", UtcDateTime, nullable=False),
    UniqueConstraint("order_id", "n"),
    comment="What came with a message besides its words.",
)

attempts = Table(
    "attempts",
    metadata,
    Column("id", ID, primary_key=True),
    Column("order_id", ID, ForeignKey("work_orders.id"), nullable=False),
    Column("n", Integer, nullable=False, comment="1 for the order's first try"),
    Column("fence", Integer, nullable=False, comment="the claim under which it runs"),
    Column("role", String(16), nullable=False),
    Column("model", String(128), nullable=False),
    Column("provider", String(32), nullable=False),
    Column("status", String(16), nullable=False, comment="running, passed, rejected, error or abandoned"),
    Column("feedback", Text, comment="failed checks of the try before, JSON list"),
    Column("answer", Text),
    Column("error", Text),
    Column("started_at", UtcDateTime, nullable=False),
    Column("finished_at", UtcDateTime),
    UniqueConstraint("order_id", "n"),
    comment="One employee's try at one order.",
)

model_calls = Table(
    "model_calls",
    metadata,
    Column("id", ID, primary_key=True),
    Column("order_id", ID, ForeignKey("work_orders.id"), nullable=False),
    Column("attempt_id", ID, ForeignKey("attempts.id")),
    Column("purpose", String(16), nullable=False, comment="triage, work or qa"),
    Column("role", String(16), nullable=False),
    Column("provider", String(32), nullable=False),
    Column("model", String(128), nullable=False),
    Column("status", String(16), nullable=False, comment="started, recorded, failed or in_doubt"),
    Column("prompt_hash", String(64), nullable=False),
    Column("prompt", Text, nullable=False, comment="messages as sent, JSON"),
    Column("answer", Text),
    Column("finish_reason", String(32)),
    Column("input_tokens", Integer, nullable=False),
    Column("output_tokens", Integer, nullable=False),
    Column("cache_read_tokens", Integer, nullable=False),
    Column("cache_write_tokens", Integer, nullable=False),
    Column("price", Text, comment="dollars per token when called, JSON; null means unknown"),
    Column("worst_case_usd", Usd, comment="known before the call, nano-dollars; null means not priced"),
    Column("cost_usd", Usd, comment="nano-dollars; null means not priced or not yet known"),
    Column("trouble", String(16), comment="what went wrong, in one word, see agents.completion"),
    Column("ceo_usd", Usd, comment="what the CEO's model would have charged for the same tokens"),
    Column("budget_day", String(10), comment="the day it is charged to, e.g. 2026-11-22; null: free"),
    Column("latency_ms", Integer),
    Column("request_id", String(128)),
    Column("error", Text),
    Column("started_at", UtcDateTime, nullable=False),
    Column("finished_at", UtcDateTime),
    Index(None, "order_id"),
    Index(None, "attempt_id"),
    Index(None, "started_at"),
    comment="The ledger: a row is written before every call and settled after it.",
)

budget_windows = Table(
    "budget_windows",
    metadata,
    Column("scope", String(16), primary_key=True, comment="company, or a role"),
    Column("period", String(10), primary_key=True, comment="a day, 2026-11-22, or a month, 2026-11"),
    Column("spent_usd", Usd, nullable=False, comment="cost of the settled calls, those in doubt included"),
    Column("reserved_usd", Usd, nullable=False, comment="worst case of the calls that run"),
    Column("elsewhere_usd", Usd, nullable=False, comment="in a spool: what PostgreSQL knew of"),
    Column("warned_at", UtcDateTime, comment="when four fifths of its limit were reached"),
    comment="Sums of the ledger's paid calls, kept with every call: what a reservation is checked against.",
)

switches = Table(
    "switches",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("is_on", Boolean, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
    Column("changed_by", String(128), nullable=False),
    Column("reason", Text, nullable=False),
    comment="What the owner turns on and off: `frozen` stops every paid call.",
)

tokens = Table(
    "tokens",
    metadata,
    Column("jti", ID, primary_key=True, comment="the token's own id; the token is kept nowhere"),
    Column("name", String(64), nullable=False),
    Column("role", String(16), nullable=False, comment="owner or viewer"),
    Column("created_at", UtcDateTime, nullable=False),
    Column("created_by", String(128), nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("revoked_at", UtcDateTime),
    comment="Tokens that were handed out. What a token may do stands here, not in it.",
)

ws_tickets = Table(
    "ws_tickets",
    metadata,
    Column("hash", String(64), primary_key=True, comment="sha256 of the ticket"),
    Column("principal", String(128), nullable=False),
    Column("role", String(16), nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    comment="One-use tickets for the WebSocket; a row goes when it is used.",
)

verdicts = Table(
    "verdicts",
    metadata,
    Column("id", ID, primary_key=True),
    Column("order_id", ID, ForeignKey("work_orders.id"), nullable=False),
    Column("attempt_id", ID, ForeignKey("attempts.id"), nullable=False, unique=True),
    Column("passed", Boolean, nullable=False),
    Column("checks", Text, nullable=False, comment="each check with its evidence, JSON list"),
    Column("created_at", UtcDateTime, nullable=False),
    Index(None, "order_id"),
    comment="What QA found, one verdict an attempt.",
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", ID, primary_key=True),
    Column("order_id", ID, ForeignKey("work_orders.id"), nullable=False),
    Column("channel", String(16), nullable=False),
    Column("target", String(128), nullable=False),
    Column("status", String(16), nullable=False, comment="pending or sent"),
    Column("created_at", UtcDateTime, nullable=False),
    Column("sent_at", UtcDateTime),
    UniqueConstraint("order_id", "channel", "target"),
    comment="One visible answer per order, channel and target.",
)

events = Table(
    "events",
    metadata,
    Column("session_id", ID, ForeignKey("sessions.id"), primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("order_id", ID, nullable=False),
    Column("type", String(32), nullable=False),
    Column("payload", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Index(None, "order_id"),
    comment="What happened, in order and without gaps within a session.",
)

messages = Table(
    "messages",
    metadata,
    Column("id", ID, primary_key=True),
    Column("session_id", ID, ForeignKey("sessions.id"), nullable=False),
    Column("order_id", ID, ForeignKey("work_orders.id"), nullable=False),
    Column("role", String(16), nullable=False, comment="user or assistant"),
    Column("content", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Index(None, "session_id", "id"),
    Index(None, "order_id"),
    comment="The conversation, kept in full.",
)

audit_logs = Table(
    "audit_logs",
    metadata,
    Column("id", ID, primary_key=True),
    Column("created_at", UtcDateTime, nullable=False),
    Column("actor", String(128), nullable=False),
    Column("action", String(64), nullable=False),
    Column("status", String(32), nullable=False),
    Column("work_order_id", String(128)),
    Column("session_id", String(128)),
    Column("details", Text, nullable=False, comment="JSON object"),
    Index(None, "created_at"),
    Index(None, "work_order_id"),
)

agent_metrics = Table(
    "agent_metrics",
    metadata,
    Column("id", ID, primary_key=True),
    Column("created_at", UtcDateTime, nullable=False),
    Column("work_order_id", String(128), nullable=False),
    Column("session_id", String(128)),
    Column("agent_name", String(64), nullable=False),
    Column("role", String(16), nullable=False),
    Column("model", String(128), nullable=False),
    Column("provider", String(32), nullable=False),
    Column("success", Boolean, nullable=False),
    Column("latency_ms", Integer, nullable=False),
    Column("prompt_tokens", Integer, nullable=False),
    Column("completion_tokens", Integer, nullable=False),
    Column("cost_usd", Usd, comment="nano-dollars; null means not priced"),
    Index(None, "created_at"),
    Index(None, "agent_name", "created_at"),
)

store_modes = Table(
    "store_modes",
    metadata,
    Column("id", ID, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("host", String(128), nullable=False),
    Column("mode", String(16), nullable=False, comment="primary, or local while PostgreSQL is away"),
    Column("reason", Text, nullable=False),
    comment="The mode log: when a host went over to its spool, and when it came back. The newest row holds.",
)

budget_limits = Table(
    "budget_limits",
    metadata,
    Column("scope", String(16), primary_key=True, comment="company, or a role"),
    Column("kind", String(8), primary_key=True, comment="day or month"),
    Column("is_set", Boolean, nullable=False, comment="false: the setting holds again"),
    Column("limit_usd", Usd, comment="nano-dollars; null means no limit"),
    Column("changed_at", UtcDateTime, nullable=False),
    Column("changed_by", String(128), nullable=False),
    comment="Limits that the owner has changed while the company runs; they stand above the settings.",
)

alerts = Table(
    "alerts",
    metadata,
    Column("id", ID, primary_key=True),
    Column("created_at", UtcDateTime, nullable=False),
    Column("key", String(255), nullable=False, unique=True, comment="what it tells of; told once"),
    Column("kind", String(32), nullable=False, comment="e.g. budget.warning"),
    Column("severity", String(16), nullable=False, comment="info, warning or critical"),
    Column("text", Text, nullable=False, comment="one line for the owner, in English"),
    Column("details", Text, nullable=False, comment="JSON object, for readers in other languages"),
    comment="What the owner is told without having asked, on every channel that can.",
)

leases = Table(
    "leases",
    metadata,
    Column("name", String(128), primary_key=True),
    Column("holder", String(128), nullable=False),
    Column("until", UtcDateTime, nullable=False, comment="by the database's clock"),
    comment="What only one process may do at a time.",
)
