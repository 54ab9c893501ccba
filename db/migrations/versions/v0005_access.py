"""Tokens and WebSocket tickets: who may come in besides the holder of the secret.

Revision: 0005, after 0004.
"""

import sqlalchemy as sa
from alembic import op

from db.types import UtcDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "tokens",
        sa.Column(
            "jti", sa.String(64), nullable=False, comment="the token's own id; the token is kept nowhere"
        ),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("role", sa.String(16), nullable=False, comment="owner or viewer"),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("created_by", sa.String(128), nullable=False),
        sa.Column("expires_at", UtcDateTime, nullable=False),
        sa.Column("revoked_at", UtcDateTime),
        sa.PrimaryKeyConstraint("jti", name="pk_tokens"),
        comment="Tokens that were handed out. What a token may do stands here, not in it.",
    )
    op.create_table(
        "ws_tickets",
        sa.Column("hash", sa.String(64), nullable=False, comment="sha256 of the ticket"),
        sa.Column("principal", sa.String(128), nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("expires_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("hash", name="pk_ws_tickets"),
        comment="One-use tickets for the WebSocket; a row goes when it is used.",
    )
