"""The equipment of a worker that serves the Admin: the tools that answer, and the scheduler beside the orders.

Imported only there: it loads every tool of the registry.
"""

import asyncio
from collections.abc import Mapping

from agents.equipment_step import EquipmentStep
from db.engine import Database
from equipment.config import EquipmentSettings
from equipment.registry import SHIPPED, load_registry
from equipment.runner import Runner
from equipment.scheduler import Scheduler
from equipment.tool import Tool
from nexus.clock import Clock
from nexus.errors import ConfigurationError
from nexus.logs import get_logger

log = get_logger(__name__)

AGAIN_S = 10.0


class EquipmentJob:
    """Tools over the company's database, also while orders are worked on in the spool."""

    def __init__(self, settings: EquipmentSettings, database: Database, clock: Clock) -> None:
        registry = _registry(settings)
        runner = Runner(settings, database, clock)
        may_run = {
            name: tool
            for name, tool in registry.items()
            if settings.equipment_allow_scripts or not tool.is_own_script
        }
        self.step = EquipmentStep(may_run, runner, database, clock)
        self._scheduler = Scheduler(settings, registry, database, runner, clock)
        self._clock = clock

    async def run(self, stop: asyncio.Event) -> None:
        """Run what comes due and what is asked for until `stop` is set; then end what runs, within 20 s."""
        while not stop.is_set():
            try:
                await self._scheduler.run(stop)
            except Exception:  # an edge as an order's: a schedule may not end a worker
                log.exception("equipment.bug")
                await self._clock.sleep(AGAIN_S)


def _registry(settings: EquipmentSettings) -> Mapping[str, Tool]:
    """A script that is wrong is no reason to do no work: then there are only the shipped tools."""
    try:
        return load_registry(settings)
    except ConfigurationError as error:
        log.error("equipment.registry_is_wrong", error=str(error), instead="only the shipped tools")
        return {tool.name: tool for tool in SHIPPED}
