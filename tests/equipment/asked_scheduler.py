"""A scheduler of the tests, `python -m tests.equipment.asked_scheduler SCRIPT`: runs the script when asked to."""

import asyncio
import signal
import sys
from dataclasses import replace
from pathlib import Path

from db.engine import open_database
from equipment.config import EquipmentSettings
from equipment.runner import Runner
from equipment.scheduler import Scheduler
from equipment.tool import Tool
from nexus.clock import SystemClock
from nexus.logs import configure_logs
from nexus.settings import load_settings
from tests.equipment.one_scheduler import LEASE_S, NAME, a_ticker


def a_tool_by_hand(script: Path) -> Tool:
    """It never comes due."""
    return replace(a_ticker(script), schedule=None)


async def serve(script: Path) -> None:
    """Run until SIGTERM."""
    settings = load_settings(EquipmentSettings)
    configure_logs(settings, "equipment")
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    database, clock = open_database(settings), SystemClock()
    runner = Runner(settings, database, clock, lease_s=LEASE_S)
    await Scheduler(settings, {NAME: a_tool_by_hand(script)}, database, runner, clock).run(stop)
    database.close()


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1])))
