"""A storm over the Telegram bot: `python -m tests.interfaces.telegram.storm --seed 1 [--updates 1000] [--kills 20]`.

The real company and the real bot as processes, a scripted model, the strict fake Bot API. Some 40 people write, reply,
press buttons and send photos; Telegram refuses, cuts connections and cannot read entities; the bot is killed again and
again. Then a checker that knows nothing of the bot's code compares what was said with what was seen.

Exit 0: every promise was kept; 1: one was not, and the folder with all output is kept.
"""

import argparse
import asyncio
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import get_args

from db.engine import Database
from tests.botapi.api import BotApi
from tests.botapi.faults import EDITS, SENDS, FaultKind, FaultPlan
from tests.interfaces.telegram.storm_bot import StormBot, until
from tests.interfaces.telegram.storm_bugs import BUGS
from tests.interfaces.telegram.storm_company import (
    Store,
    a_company,
    bot_of,
    environment_of,
    forget_own_settings,
    pair,
    takes_attachments,
)
from tests.interfaces.telegram.storm_evidence import (
    Evidence,
    as_lines,
    cuts_in,
    faults_in,
    limits_in,
    rows_of,
    said_in,
)
from tests.interfaces.telegram.storm_faults import AIMS, SHARES, Aim, StormFaults, put_into
from tests.interfaces.telegram.storm_plan import make_plan
from tests.interfaces.telegram.storm_players import Players
from tests.interfaces.telegram.storm_report import Report, as_text, make_report
from tests.running import Up

IDLE_S = 5.0
TELL_S = 10.0
LONGEST_S = 3600.0
GET_UPDATES_FAULTS: tuple[FaultKind, ...] = ("conflict", "cut_after", "cut_before", "conflict")


@dataclass(frozen=True, slots=True)
class Options:
    """How big a storm is. `patience_s`: how long anything may take before it counts as lost; `is_calm`: nothing goes
    wrong but the kills.
    """

    seed: int = 1
    updates: int = 1000
    kills: int = 20
    people: int = 40
    store: Store = "sqlite"
    patience_s: float = 120.0
    aims: tuple[Aim, ...] = AIMS
    is_calm: bool = False
    bug: str | None = None


class Storm:
    """One run."""

    def __init__(self, options: Options, folder: Path) -> None:
        self._options = options
        self._folder = folder
        self._dice = random.Random(f"kills:{options.seed}")
        self._plan = make_plan(options.seed, options.updates, options.people)

    async def run(self, tell: Callable[[str], None]) -> Evidence:
        """Everything, to the evidence."""
        api = BotApi()
        shares = FaultPlan() if self._options.is_calm else SHARES
        faults = put_into(api, replace(shares, seed=self._options.seed))
        async with api, a_company(self._folder, self._options.store, self._plan.script()) as (up, database):
            await asyncio.to_thread(pair, database, self._plan.steps)
            bot = self._bot(up, api, faults, database)
            players = Players(api, self._plan, self._options.patience_s)
            telling = asyncio.create_task(_tell(tell, players, bot, api))
            bot.start()
            try:
                await bot.until_ready()
                await self._rage(api, bot, players)
                return await self._evidence(up, api, faults, database, bot, players)
            finally:
                telling.cancel()
                bot.end()

    def _bot(self, up: Up, api: BotApi, faults: StormFaults, database: Database) -> StormBot:
        argv, environment = bot_of(self._options.bug), environment_of(up, api)
        return StormBot(argv, environment, self._folder, api, faults, database)

    async def _rage(self, api: BotApi, bot: StormBot, players: Players) -> None:
        playing = asyncio.create_task(players.play())
        disturbing = asyncio.create_task(self._disturb(api, players, playing))
        await self._kill(bot, players, playing)
        await asyncio.gather(playing, disturbing)

    async def _kill(self, bot: StormBot, players: Players, playing: asyncio.Task[None]) -> None:
        """The kills, evenly over the updates, each a little off."""
        count, aims = self._options.kills, self._options.aims
        for n in range(1, count + 1):
            aim, following = aims[(n - 1) % len(aims)], aims[n % len(aims)]
            if aim != "at the start":
                share = (n - self._dice.uniform(0.2, 0.8)) / count
                await self._until_sent(share * 0.95, players, playing)
            rises = n == count or following != "at the start"
            await bot.kill(n, aim, self._dice, rises=rises)

    async def _disturb(self, api: BotApi, players: Players, playing: asyncio.Task[None]) -> None:
        """Each fault of getUpdates at its share of the updates."""
        for n, kind in enumerate(() if self._options.is_calm else GET_UPDATES_FAULTS, start=1):
            await self._until_sent(n / (len(GET_UPDATES_FAULTS) + 1), players, playing)
            api.order_fault(kind, "getUpdates")

    async def _until_sent(self, share: float, players: Players, playing: asyncio.Task[None]) -> None:
        """Until that share of the updates was sent, or everybody is done or stuck."""
        wanted = share * self._options.updates
        await until(lambda: len(players.sent) >= wanted or playing.done(), LONGEST_S, "the updates")

    async def _evidence(
        self, up: Up, api: BotApi, faults: StormFaults, database: Database, bot: StormBot, players: Players
    ) -> Evidence:
        with suppress(TimeoutError):  # what is still open shows in the evidence
            await bot.until_ready()
            await until(lambda: _is_quiet(api, database), self._options.patience_s, "quiet", 0.5)
        late = await _late_sends(api, self._options.patience_s)
        waiting = tuple(update.id for update in api.pending)
        exit_code = bot.end()
        requests = api.requests
        await asyncio.to_thread((self._folder / "requests.txt").write_text, as_lines(requests))
        return Evidence(
            plan=self._plan,
            sent=tuple(sorted(players.sent, key=lambda sent: sent.step.n)),
            said=said_in(api, self._plan.steps),
            unconfirmed=frozenset(waiting),
            cuts=cuts_in(requests, faults.killed_at),
            kills=tuple(bot.kills),
            stuck=tuple(players.stuck),
            late_sends=late,
            exit_code=exit_code,
            photos_are_orders=await asyncio.to_thread(takes_attachments, up),
            faults=faults_in(requests, faults.killed_at),
            exceeded=limits_in(requests),
            requests=len(requests),
            **rows_of(database, api.world.bot.id),
        )


def _is_quiet(api: BotApi, database: Database) -> bool:
    """Nothing is left to do, neither for the bot nor for Telegram."""
    rows = rows_of(database, api.world.bot.id)
    return not (api.pending or rows["waiting"] or rows["unanswered"] or rows["unsettled"])


async def _late_sends(api: BotApi, patience_s: float) -> int:
    """Let the last edits go out; then how many requests for a chat came in 5 s in which there should be none."""
    for _ in range(int(patience_s / IDLE_S) + 1):
        before = len(api.calls_of(*SENDS, *EDITS))
        await asyncio.sleep(IDLE_S)
        late = len(api.calls_of(*SENDS, *EDITS)) - before
        if not late:
            break
    return late


async def _tell(tell: Callable[[str], None], players: Players, bot: StormBot, api: BotApi) -> None:
    began = time.monotonic()
    while True:
        await asyncio.sleep(TELL_S)
        seconds, sends = time.monotonic() - began, len(api.requests)
        tell(f"{seconds:6.1f} s  {len(players.sent):5} updates, {len(bot.kills):3} kills, {sends:6} requests")


def storm(options: Options, folder: Path, tell: Callable[[str], None] = lambda _: None) -> Report:
    """Run one in an empty folder, which has a short path because unix sockets are in it."""
    began = time.monotonic()
    evidence = asyncio.run(Storm(options, folder).run(tell))
    return make_report(evidence, options.seed, options.store, time.monotonic() - began)


def parse_arguments(argv: list[str] | None = None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.interfaces.telegram.storm", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--updates", type=int, default=1000)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--people", type=int, default=40)
    parser.add_argument("--store", choices=get_args(Store.__value__), default="sqlite")
    parser.add_argument("--patience", type=float, default=120, help="seconds until something counts as lost")
    parser.add_argument("--bug", choices=sorted(BUGS), help="a control: put this bug into the bot's process")
    return parser.parse_args(argv)


def main() -> int:
    """Run, print, and say by the exit code whether every promise was kept."""
    arguments = parse_arguments()
    options = Options(
        seed=arguments.seed,
        updates=arguments.updates,
        kills=arguments.kills,
        people=arguments.people,
        store=arguments.store,
        patience_s=arguments.patience,
        bug=arguments.bug,
    )
    forget_own_settings()
    folder = Path(tempfile.mkdtemp(prefix="nexus-storm-"))
    report = storm(options, folder, lambda line: print(line, flush=True))
    print(as_text(report))
    if report.is_green:
        shutil.rmtree(folder)
        return 0
    print(f"kept for you: {folder}")
    return 1


if __name__ == "__main__":
    sys.exit(main())
