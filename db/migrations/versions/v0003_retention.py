"""Indexes for retention, requeue and lists: deleting an order looks for its rows in every table that names it.

Revision: 0003, after 0002.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_idempotency_keys_order_id", "idempotency_keys", ["order_id"])
    op.create_index("ix_inbound_order_id", "inbound", ["order_id"])
    op.create_index("ix_messages_order_id", "messages", ["order_id"])
    op.create_index("ix_model_calls_attempt_id", "model_calls", ["attempt_id"])
    op.create_index("ix_work_orders_status_owner_id", "work_orders", ["status", "owner", "id"])
    op.create_index(
        "ix_work_orders_retry_of",
        "work_orders",
        ["retry_of"],
        postgresql_where=sa.text("retry_of IS NOT NULL"),
        sqlite_where=sa.text("retry_of IS NOT NULL"),
    )
