"""Keeps the history of the company's health: a task of each gateway, of which one at a time looks.

While a heartbeat process lives it does this instead; `db.health_watch` is what both use. `HEALTH_LOOK_S=0`: never here.
"""

import asyncio
import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from db.health_watch import SETTLE_S, Finding, HealthWatch
from gateway.routes.health import take_report
from gateway.services import Services
from nexus.ids import new_id


@asynccontextmanager
async def watching_health(services: Services) -> AsyncIterator[None]:
    """Look in the background until the context ends; never where the settings say so."""
    look_s, host = services.settings.health_look_s, socket.gethostname()
    if not look_s:
        yield
        return
    holder = f"{host}-{os.getpid()}-{new_id()[-6:]}"
    watch = HealthWatch(services.database, holder, host, services.clock, look_s)
    task = asyncio.create_task(_keep_looking(services, watch, look_s), name="health")
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        await watch.leave()


async def _keep_looking(services: Services, watch: HealthWatch, look_s: float) -> None:
    """At the start, when all that starts with us can be expected to be there, and then every `look_s` seconds."""
    wait_s = min(SETTLE_S, look_s)
    while True:
        await look(services, watch)
        await services.clock.sleep(wait_s)
        wait_s = look_s


async def look(services: Services, watch: HealthWatch) -> None:
    """Take a report and note what has changed, unless another gateway does."""
    if not await watch.is_mine():
        return
    report = await take_report(services)
    found = {name: Finding(part.status.value, part.reason) for name, part in report.components.items()}
    await watch.note(found)
