"""Memory: what of a conversation was not sent with an order; summaries of it; linked channels and what they share.

Revision: 0011, after 0010.
"""

import sqlalchemy as sa
from alembic import op

from db.types import UtcDateTime

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "work_orders",
        sa.Column(
            "left_out", sa.Text(), comment="earlier turns not given to the model, by number, and why, JSON"
        ),
    )
    op.create_table(
        "linked_channels",
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column(
            "account",
            sa.String(64),
            nullable=False,
            comment="the person's id there; empty: who holds the secret",
        ),
        sa.Column("person", sa.String(128), nullable=False),
        sa.Column("linked_at", UtcDateTime, nullable=False),
        sa.Column("linked_by", sa.String(128), nullable=False),
        sa.Column("unlinked_at", UtcDateTime, comment="when it was taken out again; null: it is linked"),
        sa.PrimaryKeyConstraint("channel", "account", name="pk_linked_channels"),
        comment="Channels of one person that share a conversation. What is not here shares nothing.",
    )
    op.create_table(
        "shared_conversations",
        sa.Column("person", sa.String(128), nullable=False),
        sa.Column(
            "session_id",
            sa.String(64),
            comment="the conversation that goes on; null: the next message starts one",
        ),
        sa.Column("updated_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("person", name="pk_shared_conversations"),
        comment="The conversation that a person's linked channels go on with.",
    )
    op.create_table(
        "summaries",
        sa.Column("session_id", sa.String(64), nullable=False),
        sa.Column(
            "last",
            sa.Integer(),
            autoincrement=False,
            nullable=False,
            comment="the last turn that it stands for; the first is turn 1",
        ),
        sa.Column("order_id", sa.String(64), nullable=False, comment="after which it was asked for"),
        sa.Column("asked_at", UtcDateTime, nullable=False),
        sa.Column("status", sa.String(16), nullable=False, comment="asked, stands, refused or failed"),
        sa.Column("text", sa.Text(), comment="the summary; null where it does not stand"),
        sa.Column(
            "kept",
            sa.Float(),
            comment="share of the ledger's firm facts that it keeps, 0 to 1; null: none came",
        ),
        sa.Column("note", sa.Text(), comment="why it does not stand"),
        sa.PrimaryKeyConstraint("session_id", "last", name="pk_summaries"),
        sa.ForeignKeyConstraint(["session_id"], ["sessions.id"], name="fk_summaries_session_id_sessions"),
        sa.ForeignKeyConstraint(["order_id"], ["work_orders.id"], name="fk_summaries_order_id_work_orders"),
        comment="Summaries of a session's turns by a local model. Only one that stands is ever sent, and only there.",
    )


def downgrade() -> None:
    op.drop_table("summaries")
    op.drop_table("shared_conversations")
    op.drop_table("linked_channels")
    op.drop_column("work_orders", "left_out")
