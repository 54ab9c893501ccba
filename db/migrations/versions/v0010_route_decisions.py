"""The front desk: how each order's tier was chosen.

Revision: 0010, after 0009.
"""

import sqlalchemy as sa
from alembic import op

from db.types import Usd, UtcDateTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "route_decisions",
        sa.Column("order_id", sa.String(64), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column(
            "layer", sa.String(32), nullable=False, comment="the layer of triage that had the last word"
        ),
        sa.Column("router_version", sa.String(64), comment="the router that was asked; null: none was"),
        sa.Column("success", sa.Text(), comment="its chance of success by tier, JSON object"),
        sa.Column("costs", sa.Text(), comment="dollars to be expected by first tier, JSON object of strings"),
        sa.Column("expected_usd", Usd, comment="of the chosen way, nano-dollars; null: not computed"),
        sa.Column("chosen", sa.String(16), nullable=False, comment="who tries first"),
        sa.Column("path", sa.Text(), nullable=False, comment="who tries, in order, JSON list"),
        sa.Column("floor", sa.String(16), comment="never below this; null: no floor"),
        sa.Column(
            "explored", sa.Boolean(), nullable=False, comment="another tier than the best, in order to learn"
        ),
        sa.Column("explore_usd", Usd, comment="what exploring costs more, as expected; null: not explored"),
        sa.Column(
            "propensity", sa.Float(), nullable=False, comment="how probable this very choice was, 0 to 1"
        ),
        sa.Column("confidence", sa.Float(), nullable=False, comment="in the choice, 0 to 1"),
        sa.Column("reasons", sa.Text(), nullable=False, comment="in words, one a layer, JSON list"),
        sa.Column(
            "latency_us", sa.Integer(), nullable=False, comment="how long deciding took, without any model"
        ),
        sa.PrimaryKeyConstraint("order_id", name="pk_route_decisions"),
        sa.ForeignKeyConstraint(
            ["order_id"], ["work_orders.id"], name="fk_route_decisions_order_id_work_orders"
        ),
        comment="Why each order went to its tier, written with its assignment.",
    )
    where = sa.text("explored")
    op.create_index(
        "ix_route_decisions_explored",
        "route_decisions",
        ["at"],
        postgresql_where=where,
        sqlite_where=where,
    )


def downgrade() -> None:
    op.drop_index("ix_route_decisions_explored", "route_decisions")
    op.drop_table("route_decisions")
