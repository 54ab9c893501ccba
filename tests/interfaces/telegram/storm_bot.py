"""The bot's process in a storm: its lives, its kills, and what each kill cut off."""

import asyncio
import random
import signal
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import sqlalchemy as sa

from db.engine import Database
from db.tables import idempotency_keys, inbound
from db.telegram_tables import telegram_orders, telegram_sends
from tests.botapi.api import BotApi
from tests.chaos.members import Member
from tests.interfaces.telegram.storm_faults import Aim, StormFaults

READY = "telegram.ready"
LOOK_S = 0.05
AIM_S = 20.0  # how long a kill waits for what it is aimed at
CLOSE_LOOK_S = 0.001
READY_S = 60.0


@dataclass(slots=True)
class Kill:
    """One SIGKILL. `messages`: how many the fake's world had numbered when the next life began.

    What it found, in the database right after the process was gone: updates kept and not confirmed to Telegram;
    updates not dealt with; accepted orders whose update is not dealt with; sends without an outcome; answers of which
    some parts are sent.
    """

    n: int
    aim: Aim
    hit: bool = False
    messages: int = 0
    found: dict[str, int] = field(default_factory=dict)


class StormBot:
    """The bot, started again after each kill."""

    def __init__(
        self,
        argv: tuple[str, ...],
        environment: Mapping[str, str],
        folder: Path,
        api: BotApi,
        faults: StormFaults,
        database: Database,
    ) -> None:
        self.kills: list[Kill] = []
        self._member = Member("bot", (sys.executable, "-m", *argv), environment, folder, ready=READY)
        self._api = api
        self._faults = faults
        self._database = database

    @property
    def output(self) -> Path:
        """What it printed, over all its lives."""
        return self._member.output

    @property
    def is_running(self) -> bool:
        """It lives."""
        return self._member.is_running

    def start(self) -> None:
        """The first life."""
        self._member.start()

    async def until_ready(self) -> None:
        """Until it works.

        Raises:
            TimeoutError: it does not.
        """
        await until(lambda: self._member.is_ready, READY_S, "the bot works")

    def end(self) -> int:
        """End it as an operator does; its exit code."""
        self._member.end(patience_s=20)
        return self._member.process.returncode

    async def kill(self, n: int, aim: Aim, dice: random.Random, *, rises: bool = True) -> None:
        """Kill it at what `aim` means, or after 20 s anyhow, see what that left, and start it again.

        `rises` False leaves it dead, for a kill "at the start", which starts it.
        """
        kill = Kill(n, aim)
        if aim != "at the start":
            await self.until_ready()
        self._faults.arm(aim, self._shoot, dice.uniform(0.001, 0.05))
        if aim == "at the start":
            self._member.start()
        kill.hit = await self._struck(aim)
        self._faults.disarm()
        self._shoot()
        await until(lambda: not self._member.is_running, READY_S, "the process ends")
        kill.found = await asyncio.to_thread(self._left)
        await asyncio.sleep(dice.choice((0.0, 0.0, 0.3, 1.0)))  # a supervisor's pause
        kill.messages = self._api.world._numbers  # the newest message's number
        self.kills.append(kill)
        if rises:
            self._member.start()

    async def _struck(self, aim: Aim) -> bool:
        """Wait for the kill; False when what was aimed at did not come."""
        look: Callable[[], object] = lambda: not self._member.is_running  # noqa: E731
        every_s = LOOK_S
        if aim == "order accepted":
            look, every_s = self._has_accepted, CLOSE_LOOK_S
        try:
            await until(look, AIM_S, "the kill", every_s)
        except TimeoutError:
            return False
        return True

    def _shoot(self) -> None:
        self._member.kill(signal.SIGKILL)

    def _has_accepted(self) -> bool:
        with self._database.engine.connect() as connection:
            return _accepted(connection) > 0

    def _left(self) -> dict[str, int]:
        unconfirmed = [update.id for update in self._api.pending]
        prefix = self._api.world.bot.id
        names = [f"{prefix}:{each:012d}" for each in unconfirmed]
        with self._database.engine.connect() as connection:
            return {
                "kept, not confirmed": _count(connection, inbound, inbound.c.update_id.in_(names)),
                "not dealt with": _count(connection, inbound, inbound.c.payload.is_not(None)),
                "accepted, not noted": _accepted(connection),
                "sends in doubt": _count(connection, telegram_sends, telegram_sends.c.message_id.is_(None)),
                "half sent": _half_sent(connection),
            }


def _count(connection: sa.Connection, table: sa.Table, where: sa.ColumnElement[bool]) -> int:
    return connection.execute(sa.select(sa.func.count()).select_from(table).where(where)).scalar_one()


def _accepted(connection: sa.Connection) -> int:
    """Orders of the bot's that it has not noted."""
    noted = sa.select(telegram_orders.c.order_id)
    is_ours = idempotency_keys.c.key.startswith("tg-")
    return _count(connection, idempotency_keys, is_ours & idempotency_keys.c.order_id.not_in(noted))


def _half_sent(connection: sa.Connection) -> int:
    """Answers that are not wholly sent, and of which a part has arrived."""
    is_open = sa.select(telegram_orders.c.order_id).where(telegram_orders.c.answered_at.is_(None))
    s = telegram_sends.c
    begun = s.order_id.in_(is_open) & s.key.startswith("answer:") & s.key.endswith(":1")
    return _count(connection, telegram_sends, begun & s.message_id.is_not(None))


async def until(
    condition: Callable[[], object], timeout_s: float, what: str, every_s: float = LOOK_S
) -> None:
    """Wait for a condition.

    Raises:
        TimeoutError: it did not come.
    """
    try:
        async with asyncio.timeout(timeout_s):
            while not condition():  # noqa: ASYNC110 - what is waited for is outside this process
                await asyncio.sleep(every_s)
    except TimeoutError:
        raise TimeoutError(f"not within {timeout_s:g} s: {what}") from None
