"""The router in use: what the shelf names, else the one before it, else the shipped one. Asked by the Admin.

A worker notices a newly adopted router without a restart: the pointer's file is looked at once a minute at most. A
router that cannot be read is never the end of an order: the next one decides, and `note` says why, for health.
"""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

from nexus.errors import NexusError
from nexus.logs import get_logger
from nexus.work_order import TIERS, Role
from routing.router import Router, load_router
from routing.shelf import Shelf

log = get_logger(__name__)

LOOK_S: Final = 60.0
type Load = Callable[[Path | None], Router]


class CurrentRouter:
    """Safe to share between threads. The first `router()` loads it, which takes a while: call it in a thread."""

    def __init__(
        self, home: Path, *, load: Load = load_router, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._shelf = Shelf(home)
        self._load = load
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._router: Router | None = None
        self._stamp = 0
        self._look_at = 0.0
        self.note: str | None = None

    def router(self) -> Router:
        """The router in use.

        Raises:
            ConfigurationError: not even the shipped one can be loaded; the message says what is missing.
        """
        found = self._router
        if found is not None and self._monotonic() < self._look_at:
            return found
        with self._lock:
            if self._router is None or self._monotonic() >= self._look_at:
                self._look()
            if self._router is None:
                raise AssertionError("a look loads a router or raises")
            return self._router

    def _look(self) -> None:
        stamp = self._shelf.stamp()
        if self._router is None or stamp != self._stamp:
            before = self._router
            self._router, self.note = self._newest()
            self._stamp = stamp
            if before is not None:  # the first one is nothing new
                log.info(
                    "router.changed", before=before.version, version=self._router.version, note=self.note
                )
        self._look_at = self._monotonic() + LOOK_S

    def _newest(self) -> tuple[Router, str | None]:
        notes = []
        try:
            pointer = self._shelf.pointer()
            names = [pointer.version, pointer.previous] if pointer.version is not None else []
        except NexusError as error:
            names, notes = [], [str(error)]
        for name in names:
            if name is None:
                continue
            try:
                return self._load(self._shelf.path_of(name)), _joined(notes, f"{name} decides")
            except (NexusError, OSError, ValueError) as error:
                notes.append(f"router {name} cannot be loaded: {error}")
                log.warning("router.broken", version=name, error=str(error))
        return self._load(None), _joined(notes, "the shipped router decides")


def _joined(notes: Sequence[str], instead: str) -> str | None:
    return "; ".join((*notes, instead)) if notes else None


class Asked:
    """A router as `routing.adoption` asks it."""

    def __init__(self, router: Router) -> None:
        self._router = router

    def chances(self, texts: Sequence[str]) -> Sequence[Mapping[Role, float]]:
        """The chance that the first answer passes, of each tier, for each text."""
        found = self._router.predict_many(texts)
        return [{tier: float(each.success[tier]) for tier in TIERS} for each in found]
