"""A worker process: a `Worker` for its roles, from the settings to the drain.

`python -m agents.worker --roles admin,intern,director,ceo`. Any number may run, on any host. SIGTERM drains:
reading stops, what runs gets 25 s, then the process exits 0. SIGKILL is equally correct: leases run out.

With PostgreSQL, a second `Worker` of the process serves the host's spool, where orders are while PostgreSQL is away.
"""

import argparse
import asyncio
import gc
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Coroutine, Iterable
from contextlib import aclosing, asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from redis.asyncio import Redis

from agents.breaker import ModelBreakers
from agents.config import AgentSettings, Payroll, Provider, resolve_payroll
from agents.handler import Workplace
from agents.lease import LeaseKeeper
from agents.local_models import find_local_model
from agents.model_router import ModelRouter
from agents.model_watch import ModelWatch
from agents.route_desk import RouteDesk
from agents.serving import Worker
from agents.summarising import SummaryDesk
from agents.watching import breaker_readings
from db.budget import Budget
from db.engine import Database, open_database
from db.migrate import migrate
from db.spool import Spool
from equipment.config import EquipmentSettings
from nexus.bus import Bus
from nexus.clock import SystemClock
from nexus.errors import ConfigurationError, StoreUnavailable
from nexus.ids import new_id
from nexus.logs import configure_logs, get_logger
from nexus.observation import observation
from nexus.observing import offer_gauge
from nexus.redis_client import make_redis
from nexus.sandbox.client import use_runner
from nexus.sandbox.state import keep_looking
from nexus.settings import load_settings
from nexus.systemd import notify, say_it_lives
from nexus.work_order import Role
from qa.config import QaSettings

if TYPE_CHECKING:
    from agents.equipment_job import EquipmentJob

log = get_logger(__name__)


async def serve(
    settings: AgentSettings, roles: tuple[Role, ...], equipment: EquipmentSettings | None = None
) -> None:
    """Put a worker together, run it until SIGTERM or SIGINT, and take it apart.

    With `equipment`, one that serves the Admin also answers by tools and runs what comes due.

    Raises:
        ConfigurationError: a setting is wrong.
        StoreUnavailable: the database does not answer at start.
    """
    clock, router = SystemClock(), ModelRouter(settings)
    database, spool = open_database(settings), Spool.open(settings)
    url = settings.effective_redis_url
    client, blocking = make_redis(url), make_redis(url, blocking_reads=True)
    bus = Bus(client, blocking, clock)
    try:
        payroll, _ = await asyncio.gather(_ready_models(settings, router), _ready_stores(database, spool))
        breakers = ModelBreakers(clock)
        routes = await _ready_routes(settings, roles, payroll, breakers)
        name = f"{socket.gethostname()}-{os.getpid()}-{new_id()[-6:]}"
        leases = LeaseKeeper(database, clock, settings.lease_s)
        place = Workplace(name, settings, payroll, database, bus, clock, router, leases, breakers)
        job = _equipment(equipment, roles, place)
        summaries = SummaryDesk.at(place)
        place = replace(place, equipment=job.step if job else None, routes=routes, summaries=summaries)
        offer_gauge("breaker_open", lambda: breaker_readings(breakers))
        offer_gauge("orders_in_work", lambda: [((), float(leases.busy))])
        gc.freeze()  # what start-up built never dies
        log.info("worker.ready", worker=name, roles=[role.value for role in roles])
        budget = Budget(database, spool, settings.limits, clock)
        jobs = [*ModelWatch(place, breakers).jobs(), *_spool_jobs(spool, database, budget)]
        beside = [*jobs, routes.keep(clock), keep_looking(clock), say_it_lives(clock)]
        async with _beside(beside), aclosing(summaries):
            await _work(place, client, spool, roles, job)
        notify("STOPPING=1")
    finally:
        await router.close()
        await bus.close()
        database.close()
        if spool is not None:
            spool.close()


async def _ready_stores(database: Database, spool: Spool | None) -> None:
    if spool is None:
        await asyncio.to_thread(migrate, database)
    else:
        await spool.start(database)


def _spool_jobs(
    spool: Spool | None, database: Database, budget: Budget
) -> tuple[Coroutine[None, None, None], ...]:
    """While PostgreSQL is away and after it is back, see to the spool; while it is there, tell it what is spent."""
    return (spool.keep(database), budget.keep_spool()) if spool is not None else ()


@asynccontextmanager
async def _beside(jobs: Iterable[Coroutine[None, None, None]]) -> AsyncIterator[None]:
    """Run `jobs` in the background until the context ends. None of them holds up an order."""
    tasks = [asyncio.create_task(job) for job in jobs]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _equipment(
    settings: EquipmentSettings | None, roles: tuple[Role, ...], place: Workplace
) -> "EquipmentJob | None":
    if settings is None or Role.ADMIN not in roles:
        return None
    from agents.equipment_job import EquipmentJob  # noqa: PLC0415 - other workers do without its 2.5 MiB

    return EquipmentJob(settings, place.database, place.clock)


async def _work(
    place: Workplace, client: Redis, spool: Spool | None, roles: tuple[Role, ...], job: "EquipmentJob | None"
) -> None:
    """Serve the company's database and this host's spool until a signal, then drain both, and what tools run.

    A PostgreSQL that comes back is not worked on before the spool is replayed: an order may be in both.
    """
    stop = _stop_on_signals()
    async with asyncio.TaskGroup() as work:
        if job is not None:
            work.create_task(job.run(stop))
        if spool is None:
            work.create_task(Worker(place, client, roles).run(stop))
            return
        leases = LeaseKeeper(spool.database, place.clock, place.settings.lease_s)
        # Tools and summaries work on the company's database, so in the spool there are none.
        here = replace(place, database=spool.database, leases=leases, equipment=None, summaries=None)
        work.create_task(Worker(place, client, roles, is_open=lambda: not spool.is_local).run(stop))
        work.create_task(Worker(here, None, roles).run(stop))


async def _ready_models(settings: AgentSettings, router: ModelRouter) -> Payroll:
    """The payroll, with LiteLLM loaded if anybody on it needs it."""
    local = await find_local_model(settings)
    payroll = resolve_payroll(settings, local.choice)
    for note in (*local.notes, *(post.problem for post in payroll.values() if post.problem)):
        log.warning("models.note", note=note)
    choices = [choice for post in payroll.values() for choice in post.choices]
    if any(choice.provider is not Provider.SCRIPTED for choice in choices):
        await router.warm_up()
    return payroll


async def _ready_routes(
    settings: AgentSettings, roles: tuple[Role, ...], payroll: Payroll, breakers: ModelBreakers
) -> RouteDesk:
    """The desk with its router, loaded before the first order comes. Workers that do not triage load none."""
    if Role.ADMIN not in roles:
        return RouteDesk(payroll, breakers)
    routers = None
    if settings.router_mode == "learned":
        from agents.learning.current import CurrentRouter  # noqa: PLC0415 - other workers do without

        routers = CurrentRouter(settings.home)
    desk = RouteDesk(payroll, breakers, routers)
    await asyncio.to_thread(desk.warm_up)
    await asyncio.to_thread(desk.load)
    return desk


def _stop_on_signals() -> asyncio.Event:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    return stop


def parse_roles(text: str) -> tuple[Role, ...]:
    """`admin,intern` as roles.

    Raises:
        ConfigurationError: a name is no role.
    """
    try:
        return tuple(Role(name.strip()) for name in text.split(","))
    except ValueError:
        known = ",".join(role.value for role in Role)
        raise ConfigurationError(f"--roles {text}: roles are {known}.") from None


def main() -> int:
    """Run a worker; 0 after a drain, 2 for a wrong setting, 1 when the database does not answer."""
    import uvloop  # noqa: PLC0415 - not on Windows, and only a process needs it

    parser = argparse.ArgumentParser(prog="python -m agents.worker", description="A NEXUS worker.")
    parser.add_argument("--roles", default=",".join(role.value for role in Role))
    arguments = parser.parse_args()
    try:
        settings = load_settings(AgentSettings)
        configure_logs(settings, "worker")
        with observation(settings, "worker"):
            use_runner(load_settings(QaSettings).qa_runner_socket)
            uvloop.run(serve(settings, parse_roles(arguments.roles), load_settings(EquipmentSettings)))
    except ConfigurationError as error:
        print(f"nexus: {error}", file=sys.stderr)
        return 2
    except StoreUnavailable as error:
        print(f"nexus: {error}; check DATABASE_URL.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
