"""Budgets, the freeze, held orders, what the CEO would have cost, and the models' health.

Revision: 0004, after 0003. Calls made before it count in no window: they belong to days that are over.
"""

import sqlalchemy as sa
from alembic import op

from db.types import Usd, UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "work_orders",
        sa.Column("approved_usd", Usd, comment="the owner said yes to a try that costs at most this"),
    )
    op.add_column(
        "work_orders",
        sa.Column("hold", sa.Text, comment="why it waits for the owner, and what can be chosen, JSON"),
    )
    op.add_column(
        "model_calls",
        sa.Column("trouble", sa.String(16), comment="what went wrong, in one word, see agents.completion"),
    )
    op.add_column(
        "model_calls",
        sa.Column("ceo_usd", Usd, comment="what the CEO's model would have charged for the same tokens"),
    )
    op.add_column(
        "model_calls",
        sa.Column(
            "budget_day", sa.String(10), comment="the day it is charged to, e.g. 2026-11-22; null: free"
        ),
    )
    op.create_table(
        "budget_windows",
        sa.Column("scope", sa.String(16), nullable=False, comment="company, or a role"),
        sa.Column("period", sa.String(10), nullable=False, comment="a day, 2026-11-22, or a month, 2026-11"),
        sa.Column(
            "spent_usd", Usd, nullable=False, comment="cost of the settled calls, those in doubt included"
        ),
        sa.Column("reserved_usd", Usd, nullable=False, comment="worst case of the calls that run"),
        sa.Column("elsewhere_usd", Usd, nullable=False, comment="in a spool: what PostgreSQL knew of"),
        sa.Column("warned_at", UtcDateTime, comment="when four fifths of its limit were reached"),
        sa.PrimaryKeyConstraint("scope", "period", name="pk_budget_windows"),
        comment="Sums of the ledger's paid calls, kept with every call: what a reservation is checked against.",
    )
    op.create_table(
        "switches",
        sa.Column("name", sa.String(32), nullable=False),
        sa.Column("is_on", sa.Boolean, nullable=False),
        sa.Column("changed_at", UtcDateTime, nullable=False),
        sa.Column("changed_by", sa.String(128), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_switches"),
        comment="What the owner turns on and off: `frozen` stops every paid call.",
    )
    op.create_table(
        "model_health",
        sa.Column("provider", sa.String(32), nullable=False),
        sa.Column("model", sa.String(128), nullable=False),
        sa.Column("status", sa.String(16), nullable=False, comment="healthy, degraded, critical or unknown"),
        sa.Column("detail", sa.Text, nullable=False, comment="one line for the owner, with the fix"),
        sa.Column("ends", sa.String(10), comment="the day its vendor retires it, e.g. 2027-02-05"),
        sa.Column("checked_at", UtcDateTime, nullable=False),
        sa.Column("checked_by", sa.String(128), nullable=False, comment="worker or command"),
        sa.PrimaryKeyConstraint("provider", "model", name="pk_model_health"),
        comment="What the newest probe or call said of each model of the payroll.",
    )
