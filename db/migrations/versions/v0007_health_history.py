"""The company's health over time; conversations by their newest activity.

Revision: 0007, after 0006.
"""

import sqlalchemy as sa
from alembic import op

from db.types import UtcDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "health_changes",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False, comment="when it was seen"),
        sa.Column("component", sa.String(64), nullable=False, comment="e.g. database, or workers.ceo"),
        sa.Column("status", sa.String(16), nullable=False, comment="healthy, unknown, degraded or critical"),
        sa.Column("reason", sa.Text(), nullable=False, comment="one line, as it was at the change"),
        sa.Column("host", sa.String(128), nullable=False, comment="whose process saw it"),
        sa.PrimaryKeyConstraint("id", name="pk_health_changes"),
        comment="Changes of the status of the company's parts; the newest row of a part holds.",
    )
    op.create_index("ix_health_changes_component_id", "health_changes", ["component", "id"])
    op.create_index("ix_sessions_user_id_updated_at_id", "sessions", ["user_id", "updated_at", "id"])


def downgrade() -> None:
    op.drop_index("ix_sessions_user_id_updated_at_id", "sessions")
    op.drop_index("ix_health_changes_component_id", "health_changes")
    op.drop_table("health_changes")
