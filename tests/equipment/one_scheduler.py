"""A scheduler of the tests, `python -m tests.equipment.one_scheduler SCRIPT`: runs the script every two seconds."""

import asyncio
import signal
import sys
from pathlib import Path

from db.engine import open_database
from equipment.config import EquipmentSettings
from equipment.runner import Runner
from equipment.scheduler import Scheduler
from equipment.tool import Tool
from nexus.clock import SystemClock
from nexus.logs import configure_logs
from nexus.settings import load_settings

EVERY_S = 2
LEASE_S = 4.0
NAME = "ticker"


def a_ticker(script: Path) -> Tool:
    """Six fields: the first is seconds. The company's own schedules have five."""
    return Tool(
        name=NAME,
        description="Ticks.",
        description_zh="滴答。",
        work=script,
        timeout_s=30.0,
        schedule=f"*/{EVERY_S} * * * * *",
        again_when_lost=True,
    )


async def serve(script: Path) -> None:
    """Run until SIGTERM."""
    settings = load_settings(EquipmentSettings)
    configure_logs(settings, "equipment")
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    database, clock = open_database(settings), SystemClock()
    runner = Runner(settings, database, clock, lease_s=LEASE_S)
    await Scheduler(settings, {NAME: a_ticker(script)}, database, runner, clock).run(stop)
    database.close()


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1])))
