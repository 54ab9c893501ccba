"""Retries of ended orders, and the mode log of hosts that fall back to their spool.

Revision: 0002, after 0001.
"""

import sqlalchemy as sa
from alembic import op

import db.types

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "store_modes",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("at", db.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("host", sa.String(length=128), nullable=False),
        sa.Column(
            "mode", sa.String(length=16), nullable=False, comment="primary, or local while PostgreSQL is away"
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_store_modes")),
        comment="The mode log: when a host went over to its spool, and when it came back. The newest row holds.",
    )
    op.add_column(
        "work_orders",
        sa.Column(
            "retry_of",
            sa.String(length=64),
            nullable=True,
            comment="the ended order that this one does again",
        ),
    )
