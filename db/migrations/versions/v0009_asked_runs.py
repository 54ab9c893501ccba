"""Equipment: runs that were asked for and wait to be taken.

Revision: 0009, after 0008.
"""

import sqlalchemy as sa
from alembic import op

from db.types import UtcDateTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "equipment_runs",
        sa.Column(
            "asked_at", UtcDateTime, comment="when it was asked for, for any process to take; null: not so"
        ),
    )
    op.add_column(
        "equipment_runs",
        sa.Column("request_key", sa.String(64), comment="sha256 of who asked and his Idempotency-Key"),
    )
    asked = sa.text("status = 'asked'")
    op.create_index(
        "ix_equipment_runs_asked", "equipment_runs", ["id"], postgresql_where=asked, sqlite_where=asked
    )
    named = sa.text("request_key IS NOT NULL")
    op.create_index(
        "ix_equipment_runs_request_key",
        "equipment_runs",
        ["request_key"],
        unique=True,
        postgresql_where=named,
        sqlite_where=named,
    )


def downgrade() -> None:
    op.drop_index("ix_equipment_runs_request_key", "equipment_runs")
    op.drop_index("ix_equipment_runs_asked", "equipment_runs")
    op.drop_column("equipment_runs", "request_key")
    op.drop_column("equipment_runs", "asked_at")
