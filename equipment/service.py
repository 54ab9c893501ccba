"""The scheduler as a process: `python -m equipment.service`. Any number may run, on any host; SIGTERM ends it.

A tool that runs at SIGTERM is ended with it, and its run says so. SIGKILL is correct too: the tool's keeper ends the
tool, and another process marks the run as lost when its lease is over.
"""

import asyncio
import gc
import signal
import sys

from db.engine import open_database
from db.migrate import migrate
from equipment.config import EquipmentSettings
from equipment.registry import load_registry
from equipment.runner import Runner
from equipment.scheduler import Scheduler
from nexus.clock import SystemClock
from nexus.errors import ConfigurationError, StoreUnavailable
from nexus.logs import configure_logs, get_logger
from nexus.observation import observation
from nexus.settings import load_settings

log = get_logger(__name__)


async def serve(settings: EquipmentSettings) -> None:
    """Put the scheduler together and run it until SIGTERM or SIGINT.

    Raises:
        ConfigurationError: a setting or `equipment.toml` is wrong.
        StoreUnavailable: the database does not answer at start.
    """
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    registry, clock, database = load_registry(settings), SystemClock(), open_database(settings)
    try:
        await asyncio.to_thread(migrate, database)
        runner = Runner(settings, database, clock)
        gc.freeze()  # what start-up built never dies
        log.info("equipment.ready", holder=runner.holder, tools=list(registry))
        await Scheduler(settings, registry, database, runner, clock).run(stop)
    finally:
        database.close()


def main() -> int:
    """Serve; 0 after SIGTERM, 2 for a wrong setting, 1 when the database does not answer."""
    try:
        settings = load_settings(EquipmentSettings)
        configure_logs(settings, "equipment")
        with observation(settings, "equipment"):
            asyncio.run(serve(settings))
    except ConfigurationError as error:
        print(f"nexus: {error}", file=sys.stderr)
        return 2
    except StoreUnavailable as error:
        print(f"nexus: {error}; check DATABASE_URL.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
