"""One run: the company, its senders, the scenario's faults, and what is left afterwards.

A scenario gets the `Stage` and decides who sends and what goes wrong; everything else is the same for all.
"""

import asyncio
import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Protocol

import redis.exceptions
import sqlalchemy as sa

from db.tables import outbox, work_orders
from nexus.messages import stream_of
from nexus.work_order import Role
from tests.chaos.company import Company, Outfit
from tests.chaos.driver import Driver
from tests.chaos.evidence import Evidence, notes_of, rows_of, stub_calls_of
from tests.chaos.facts import Violation
from tests.chaos.mail import QUICK_POISON, Plan, conversations

PROBE = 99  # the sender that comes after the last fault
PROBE_ORDERS = 5
LOOK_S = 0.25


@dataclass(frozen=True, slots=True)
class Options:
    """How big a run is. `seconds` is how long messages and faults come; `quiet_s` how long the end may take."""

    seed: int = 1
    orders: int = 200
    faults: int = 30
    seconds: float = 20.0
    senders: int = 2
    poison: int = 0
    quiet_s: float = 60.0
    outfit: Outfit = field(default_factory=Outfit)


class Scenario(Protocol):
    """What goes wrong. One object, registered in `tests.chaos.scenarios.registry`."""

    @property
    def name(self) -> str:
        """As `--scenario` takes it."""
        ...

    def outfit(self, outfit: Outfit) -> Outfit:
        """The company's staffing and settings that this scenario needs."""
        ...

    async def play(self, stage: "Stage") -> None:
        """Start senders and inject faults; return when the last fault is over."""
        ...

    def judge(self, evidence: Evidence) -> Iterator[Violation]:
        """What this scenario promises beyond the invariants."""
        ...

    def facts(self) -> Mapping[str, object]:
        """What this scenario has to say in the report."""
        ...


class Plain:
    """A scenario's part that most leave as it is: nothing to judge beyond the invariants, nothing to add."""

    def outfit(self, outfit: Outfit) -> Outfit:
        """As it is asked for."""
        return outfit

    def judge(self, evidence: Evidence) -> Iterator[Violation]:
        """Nothing more."""
        del evidence
        yield from ()

    def facts(self) -> Mapping[str, object]:
        """Nothing more."""
        return {}


class Stage:
    """A running company and what has been sent to it."""

    def __init__(self, company: Company, options: Options) -> None:
        self.company = company
        self.options = options
        self.driver = Driver(company, company.folder / "faults.jsonl")
        self.began_at = time.time()
        self.last_fault_at = 0.0
        self.cancelled_tokens: set[str] = set()
        self.capped = False
        self._plans: list[Plan] = []
        self._engine = sa.create_engine(company.database_url, pool_pre_ping=True, pool_size=1)

    def start_senders(
        self,
        count: int,
        orders: int,
        seconds: float,
        *,
        poison: int = 0,
        poisons: tuple[str, ...] = QUICK_POISON,
    ) -> None:
        """Send `orders` messages over `seconds`, from `count` processes; `poison` of them cannot be answered."""
        for n in range(count):
            share = orders // count + (n < orders % count)
            bad = poison // count + (n < poison % count)
            self._start_sender(len(self._plans) + 1, share, seconds, bad, poisons)

    def _start_sender(
        self,
        number: int,
        orders: int,
        seconds: float,
        poison: int = 0,
        poisons: tuple[str, ...] = QUICK_POISON,
    ) -> None:
        company = self.company
        starts_at, ports = time.time(), tuple(company.ports)
        plan = Plan(self.options.seed, number, orders, seconds, starts_at, ports, poison, poisons)
        self._plans.append(plan)
        argv = ["-m", "tests.chaos.senders", json.dumps(asdict(plan)), str(self._notes(plan))]
        company.send(f"sender-{number}", argv)

    def _notes(self, plan: Plan) -> Path:
        return self.company.folder / f"sender-{plan.number}.jsonl"

    async def until_sent(self) -> None:
        """Wait until every message that the senders have is an order, `quiet_s` after its time at most."""
        ends_at = time.monotonic() + self.options.seconds + self.options.quiet_s
        while time.monotonic() < ends_at:
            if sum(plan.orders for plan in self._plans) <= len(self._accepted()):
                return
            await asyncio.sleep(LOOK_S)

    def _accepted(self) -> set[str]:
        """The orders that senders were told of."""
        return {one.order_id for plan in self._plans for one in notes_of(self._notes(plan)).accepted}

    def faults_are_over(self) -> None:
        """From here on nothing goes wrong any more; a new sender sees how soon the company serves."""
        self.last_fault_at = time.time()
        self._start_sender(PROBE, PROBE_ORDERS, 0.0)

    def counts(self) -> tuple[int, int]:
        """Orders in the database, and ended ones."""
        query = sa.select(sa.func.count(), sa.func.count(work_orders.c.finished_at)).select_from(work_orders)
        try:
            with self._engine.connect() as connection:
                every, ended = connection.execute(query).one()
        except sa.exc.OperationalError:
            return (-1, -1)  # it is down, on purpose
        return every, ended

    async def wait_for_quiet(self) -> bool:
        """Wait until nothing is left to do, in a host's spool neither, at most `quiet_s`; False when something is."""
        ends_at = time.monotonic() + self.options.quiet_s
        while time.monotonic() < ends_at:
            if all(sender.is_finished for sender in self.company.senders) and await self._is_quiet():
                return True
            await asyncio.sleep(LOOK_S)
        return False

    async def _is_quiet(self) -> bool:
        every, ended = await asyncio.to_thread(self.counts)
        if every != ended or every < len(self._accepted()) or any(map(any, (await self.streams()).values())):
            return False
        return not await asyncio.to_thread(self._outbox_rows)

    def _outbox_rows(self) -> int:
        with self._engine.connect() as connection:
            return connection.execute(sa.select(sa.func.count()).select_from(outbox)).scalar_one()

    async def streams(self) -> dict[str, tuple[int, int]]:
        """Length and pending entries of every work stream."""
        return {stream_of(role): await self._stream(role) for role in Role}

    async def _stream(self, role: Role) -> tuple[int, int]:
        client, stream, pending = self.company.redis, stream_of(role), 0
        with suppress(redis.exceptions.ResponseError):  # no group: nobody has read it yet
            pending = (await client.xpending(stream, role.value))["pending"]
        return await client.xlen(stream), pending

    async def gather(self) -> Evidence:
        """Everything that is left, after a freeze."""
        await self.company.freeze()
        streams = await self.streams()
        stub_calls, refusals = stub_calls_of(self.company.stub_ledger)
        rows = await asyncio.to_thread(self._rows)
        finished = {sender.name: sender.is_finished for sender in self.company.senders}
        return replace(
            rows,
            streams=streams,
            stub_calls=stub_calls,
            stub_refusals=refusals,
            senders=[
                notes_of(self._notes(plan), finished=finished[f"sender-{plan.number}"])
                for plan in self._plans
            ],
            sent=frozenset(
                message.token
                for plan in self._plans
                for talk in conversations(plan)
                for message in talk.messages
            ),
            cancelled=frozenset(self.cancelled_tokens),
            capped=self.capped,
            faults=self.driver.injected,
            last_fault_at=self.last_fault_at,
            gathered_at=time.time(),
        )

    def _rows(self) -> Evidence:
        engine = self._engine.execution_options(isolation_level="REPEATABLE READ")
        with engine.connect() as connection:
            return Evidence(**rows_of(connection))

    def close(self) -> None:
        """Let the database go."""
        self._engine.dispose()


async def perform(
    scenario: Scenario, options: Options, folder: Path, tell: Callable[[Stage], None] = lambda _: None
) -> Evidence:
    """Run a scenario in an empty folder, from start to quiet; `tell` is called every few seconds."""
    outfit = replace(scenario.outfit(options.outfit), seed=options.seed)
    async with Company(folder, outfit) as company:
        stage = Stage(company, options)
        telling = asyncio.create_task(_tell(stage, tell))
        try:
            await scenario.play(stage)
            stage.faults_are_over()
            await stage.wait_for_quiet()
            return await stage.gather()
        finally:
            telling.cancel()
            stage.close()


async def _tell(stage: Stage, tell: Callable[[Stage], None]) -> None:
    while True:
        await asyncio.sleep(5)
        await asyncio.to_thread(tell, stage)
