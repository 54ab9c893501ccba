"""The gateway's side of the equipment: which tools there are, and waiting for a run to end.

The gateway runs no tool. Whoever waits for a run is served by one reader, that asks for all of them at once.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from db.engine import Database
from db.statements.equipment import Run, RunStatus
from db.statements.equipment_queue import runs_by_id
from equipment.config import EquipmentSettings
from equipment.registry import SHIPPED, load_registry
from equipment.tool import Tool
from nexus.errors import ConfigurationError, StoreUnavailable
from nexus.logs import get_logger

log = get_logger(__name__)

EVERY_S: Final = 0.3
OPEN: Final = frozenset({RunStatus.ASKED, RunStatus.RUNNING})

type Stamp = tuple[int, int] | None
"""When a file was changed, and its size; None: there is none."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """The tools there are. `problem`: why the owner's own are not among them."""

    tools: Mapping[str, Tool]
    problem: str | None = None


@dataclass(slots=True)
class EquipmentDesk:
    """Tools, and who waits for their runs. One for each gateway."""

    _shelf: tuple[Stamp, Shelf] | None = None
    _waiters: dict[str, set[asyncio.Future[Run | None]]] = field(default_factory=dict)
    _reader: asyncio.Task[None] | None = None

    async def shelf(self, settings: EquipmentSettings) -> Shelf:
        """The tools as `equipment.toml` has them now."""
        return await asyncio.to_thread(self._look, settings)

    def _look(self, settings: EquipmentSettings) -> Shelf:
        stamp = _stamp_of(settings.registry_file)
        if self._shelf is None or self._shelf[0] != stamp or self._shelf[1].problem is not None:
            self._shelf = (stamp, _load(settings))
        return self._shelf[1]

    async def ended(self, run: Run, database: Database, wait_s: float, stopping: asyncio.Event) -> Run:
        """The run when it has ended, or as it was after `wait_s` seconds, or when the gateway stops."""
        if run.status not in OPEN or wait_s <= 0:
            return run
        waiting: asyncio.Future[Run | None] = asyncio.get_running_loop().create_future()
        self._waiters.setdefault(run.id, set()).add(waiting)
        self._read_on(database)
        stop = asyncio.create_task(stopping.wait())
        try:
            either: tuple[asyncio.Future[Any], ...] = (waiting, stop)
            await asyncio.wait(either, timeout=wait_s, return_when=asyncio.FIRST_COMPLETED)
            return (waiting.result() if waiting.done() else None) or run
        finally:
            stop.cancel()
            self._leave(run.id, waiting)

    def _leave(self, run_id: str, waiting: "asyncio.Future[Run | None]") -> None:
        waiting.cancel()
        waiters = self._waiters.get(run_id, set())
        waiters.discard(waiting)
        if not waiters:
            self._waiters.pop(run_id, None)
        if not self._waiters and self._reader is not None:
            self._reader.cancel()  # the database may be closed behind the last who waited
            self._reader = None

    def _read_on(self, database: Database) -> None:
        if self._reader is None or self._reader.done():
            self._reader = asyncio.create_task(self._read(database), name="equipment")

    async def _read(self, database: Database) -> None:
        """One short query for everybody who waits, again and again, until it is cancelled."""
        while True:
            await asyncio.sleep(EVERY_S)
            try:
                found = await database.read(runs_by_id, list(self._waiters))
            except StoreUnavailable as error:
                log.warning("store.unavailable", doing="wait for a run", error=str(error))
                continue
            for run in found.values():
                if run.status not in OPEN:
                    self._tell(run)

    def _tell(self, run: Run) -> None:
        for waiting in self._waiters.pop(run.id, set()):
            if not waiting.done():
                waiting.set_result(run)


def _load(settings: EquipmentSettings) -> Shelf:
    try:
        return Shelf(load_registry(settings))
    except ConfigurationError as error:
        log.warning("equipment.registry_wrong", error=str(error))
        return Shelf({tool.name: tool for tool in SHIPPED}, str(error))


def _stamp_of(file: Path) -> Stamp:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size
