"""Equipment: every run of a tool, and the owner's changes of schedules.

Revision: 0008, after 0007.
"""

import sqlalchemy as sa
from alembic import op

from db.types import UtcDateTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _runs()
    _schedules()


def _runs() -> None:
    op.create_table(
        "equipment_runs",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("tool", sa.String(64), nullable=False),
        sa.Column(
            "place", sa.String(128), nullable=False, comment="the host it is for; empty: the whole company"
        ),
        sa.Column("due_at", UtcDateTime, comment="the due time it was claimed for; null: run by hand"),
        sa.Column(
            "attempt", sa.Integer(), nullable=False, comment="2: again, because the first run was lost"
        ),
        sa.Column(
            "status", sa.String(16), nullable=False, comment="running, done, failed, timed_out or lost"
        ),
        sa.Column("parameters", sa.Text(), nullable=False, comment="JSON object"),
        sa.Column("triggered_by", sa.String(128), nullable=False, comment="schedule, or who asked"),
        sa.Column("tell", sa.String(160), comment="the channel that is to hear of the result"),
        sa.Column("told_at", UtcDateTime, comment="when that channel had it"),
        sa.Column("holder", sa.String(128), nullable=False, comment="the process that runs it"),
        sa.Column("lease_until", UtcDateTime, comment="by the database's clock; null once it has ended"),
        sa.Column("started_at", UtcDateTime, nullable=False),
        sa.Column("finished_at", UtcDateTime),
        sa.Column("exit_code", sa.Integer(), comment="minus the signal's number when a signal ended it"),
        sa.Column("output", sa.Text(), comment="what it printed; the middle of a flood is cut out"),
        sa.Column("output_bytes", sa.BigInteger(), comment="how much it printed"),
        sa.PrimaryKeyConstraint("id", name="pk_equipment_runs"),
        sa.UniqueConstraint(
            "tool", "place", "due_at", "attempt", name="uq_equipment_runs_tool_place_due_at_attempt"
        ),
        comment="Runs of tools. A due time is claimed by the one row that can be written for it.",
    )
    op.create_index("ix_equipment_runs_tool_id", "equipment_runs", ["tool", "id"])
    for name, column, condition in (
        ("ix_equipment_runs_running", "lease_until", "lease_until IS NOT NULL"),
        ("ix_equipment_runs_untold", "id", "tell IS NOT NULL AND told_at IS NULL"),
    ):
        where = sa.text(condition)
        op.create_index(name, "equipment_runs", [column], postgresql_where=where, sqlite_where=where)


def _schedules() -> None:
    op.create_table(
        "equipment_schedules",
        sa.Column("tool", sa.String(64), nullable=False),
        sa.Column("counts_from", UtcDateTime, nullable=False, comment="due times before this are nobody's"),
        sa.Column("cron", sa.String(128), comment="the owner's own schedule; null: the tool's"),
        sa.Column("is_paused", sa.Boolean(), nullable=False),
        sa.Column(
            "parameters", sa.Text(), comment="for scheduled runs, JSON object; null: the tool's defaults"
        ),
        sa.Column("tell", sa.String(160), comment="the channel that hears of scheduled runs"),
        sa.Column("changed_at", UtcDateTime, nullable=False),
        sa.Column("changed_by", sa.String(128), nullable=False),
        sa.PrimaryKeyConstraint("tool", name="pk_equipment_schedules"),
        comment="Since when a tool's due times count, and what the owner changed: schedule, pause, channel.",
    )


def downgrade() -> None:
    op.drop_table("equipment_schedules")
    op.drop_index("ix_equipment_runs_untold", "equipment_runs")
    op.drop_index("ix_equipment_runs_running", "equipment_runs")
    op.drop_index("ix_equipment_runs_tool_id", "equipment_runs")
    op.drop_table("equipment_runs")
