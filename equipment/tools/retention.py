"""`retention`: deletes what is old, by the pruning that `nexus orders prune` does. It has no schedule of its own.

Deleting is the owner's decision: `nexus equipment schedule retention "30 4 * * 0" older_than_days=180`.
"""

from contextlib import closing
from datetime import timedelta

from pydantic import Field

from db.engine import open_database
from db.retention import Pruned, prune
from db.statements.equipment import prune_runs
from equipment.config import EquipmentSettings
from equipment.tool import Parameters
from nexus.clock import SystemClock


class RetentionParameters(Parameters):
    """What is old."""

    older_than_days: int = Field(default=180, ge=1, le=36500, description="days since an order's end")
    metrics_too: bool = Field(default=False, description="also rows of agent_metrics of that age")


def run(settings: EquipmentSettings, parameters: RetentionParameters) -> str:
    """Delete it, a little at a time, while the company works; also runs of tools of that age.

    Raises:
        StoreUnavailable: the database does not answer; what is left is whole.
    """
    now = SystemClock().now()
    cutoff = now - timedelta(days=parameters.older_than_days)
    pruned, runs = Pruned(), 0
    with closing(open_database(settings)) as database:
        for pruned in prune(database, cutoff, now, metrics_too=parameters.metrics_too):  # noqa: B007 - the last counts
            pass
        while deleted := database.run_sync(prune_runs, cutoff):
            runs += deleted
    kept = f"; {pruned.kept:,} stay until the orders beside them are old too" if pruned.kept else ""
    return (
        f"{pruned.orders:,} orders that ended before {cutoff:%Y-%m-%d %H:%M} UTC deleted, "
        f"{pruned.rows.total():,} rows in all, and {runs:,} runs of tools{kept}."
    )
