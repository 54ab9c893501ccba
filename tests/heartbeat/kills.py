"""`python -m tests.heartbeat.kills --rounds 3 --quiet 300`: each part of a real company is killed, again and again.

The parts are those of `nexus up` with `WORKERS=apart`, and a PostgreSQL that the run keeps as a service manager would.
Each time: noticed within two intervals, healed within 60 s, told once that it is down and once that it is back (or
both in one message, when it was back before the next look). Noticed is when the owner's phone has the message: the
heartbeat's own death too, which only the next heartbeat can tell. Then quiet, in which nothing may be told. People are
told by a fake Bot API. Prints one line a kill and the sums; exit 1 when anything is not as it must be.
"""

import argparse
import json
import os
import signal
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psutil

from nexus.cli.ports import free_port
from nexus.parts_file import PartLife, PartsFile, Stage, read_parts
from tests.botapi.api import TOKEN, BotApi
from tests.botapi.people import Person
from tests.heartbeat.own_postgres import KeptPostgres
from tests.running import SCRIPTED, Up, wait_for

OWNER = 1001
INTERVAL_S = 5.0  # a third of the default: a run is then not too long
HEALED_S = 60.0
POSTGRES = "database"
SECRET = "s" * 40
SETTLED_S = 20.0  # what is not a part is told only 15 s after the heartbeat's start


@dataclass(frozen=True, slots=True)
class Kill:
    """One kill and what came of it; times in seconds after it. `interval_s` is the heartbeat's."""

    part: str
    interval_s: float
    noticed_s: float
    healed_s: float
    messages: tuple[str, ...]

    @property
    def is_noticed(self) -> bool:
        """Told within two intervals."""
        return self.noticed_s <= 2 * self.interval_s

    @property
    def is_told_once(self) -> bool:
        """One alert and one recovery, or one message that is both; and nothing else."""
        match self.messages:
            case (both,):
                return f"{self.part} ended (SIGKILL) and was started again" in both
            case (down, up):
                how = "PostgreSQL" if self.part == POSTGRES else "ended (SIGKILL)"
                is_down = f"{self.part} is critical: {how}" in down
                return is_down and f"{self.part} recovered after" in up
            case _:
                return False

    @property
    def is_good(self) -> bool:
        """All that is asked."""
        return self.is_noticed and self.healed_s <= HEALED_S and self.is_told_once


class Company:
    """A running `nexus up` with a bot, and its owner's phone."""

    def __init__(
        self,
        folder: Path,
        api: BotApi,
        *,
        starter: bool,
        postgres: bool = False,
        interval_s: float = INTERVAL_S,
    ) -> None:
        self.api = api
        self.interval_s = interval_s
        self.quiet_s = 2 * interval_s + 2  # after each kill: nothing more may be told in it
        self.postgres = KeptPostgres(folder) if postgres else None
        self.home = folder / "home"
        self.owner: Person = api.person(OWNER, "Ann", started=True)
        settings = {} if starter else SCRIPTED
        (folder / "script.json").write_text(json.dumps({"rules": [{"match": ".", "answers": ["Yes."]}]}))
        if not starter:
            settings = settings | {"NEXUS_SCRIPT": str(folder / "script.json")}
        if self.postgres:
            settings = settings | {"DATABASE_URL": self.postgres.url}
        self.up = Up(
            folder,
            **settings,
            WORKERS="apart",
            HEARTBEAT_INTERVAL_S=str(interval_s),
            TELEGRAM_BOT_TOKEN=TOKEN,
            TELEGRAM_API_BASE_URL=api.base_url,
            TELEGRAM_ALLOWED_IDS=str(OWNER),
            API_SECRET=SECRET,
            OLLAMA_BASE_URL="" if starter else f"http://127.0.0.1:{free_port()}",
        )

    def start(self) -> None:
        """Until every part works, the owner is known, and the heartbeat has settled."""
        self.up.wait_for("Ctrl-C stops it")
        wait_for(self.is_whole, what="every part")
        self.owner.says("/start")
        memory = self.home / "heartbeat-memory.json"
        wait_for(lambda: memory.exists() and str(OWNER) in memory.read_text(), what="the owner")
        self.be_quiet(SETTLED_S)

    def lives(self) -> dict[str, PartLife]:
        """The parts now."""
        file: PartsFile | None = read_parts(self.home)
        return file.parts if file else {}

    def is_whole(self) -> bool:
        """True when every part, the heartbeat and the bot among them, is ready."""
        lives = self.lives()
        there = {"heartbeat", "telegram", "worker admin", "worker ceo", "gateway", "valkey"} <= lives.keys()
        return there and all(life.stage is Stage.READY for life in lives.values())

    def told(self) -> list[str]:
        """What the owner was told without asking: alerts, in order."""
        marks = ("ℹ️", "⚠️", "🚨")
        return [one.text for one in self.api.messages(OWNER) if one.from_bot and one.text.startswith(marks)]

    def kill(self, part: str) -> Kill:
        """SIGKILL, then wait until it is told, whole, and told again."""
        return self._end(part, signal.SIGKILL)

    def hang(self, part: str) -> Kill:
        """SIGSTOP instead: it lives and does nothing, until it is ended and started again."""
        return self._end(part, signal.SIGSTOP)

    def _end(self, part: str, number: int) -> Kill:
        before, deaths = len(self.told()), self.lives()[part].deaths
        pid = self.lives()[part].pid
        assert pid is not None
        began = time.monotonic()
        os.kill(pid, number)
        wait_for(lambda: len(self.told()) > before, HEALED_S, f"the alert of {part}")
        noticed_s = time.monotonic() - began
        wait_for(lambda: self.is_whole() and self.lives()[part].deaths > deaths, HEALED_S, f"{part} again")
        healed_s = time.monotonic() - began
        wait_for(lambda: self.is_told_back(before), HEALED_S, f"the news that {part} is back")
        self.be_quiet(SETTLED_S if part == "heartbeat" or number == signal.SIGSTOP else self.quiet_s)
        return Kill(part, self.interval_s, noticed_s, healed_s, tuple(self.told()[before:]))

    def kill_postgres(self) -> Kill:
        """SIGKILL to PostgreSQL; the company works on in its spool until the service manager has it back."""
        assert self.postgres is not None
        before, began = len(self.told()), time.monotonic()
        os.kill(self.postgres.pid, signal.SIGKILL)
        wait_for(lambda: len(self.told()) > before, HEALED_S, "the alert of the database")
        noticed_s = time.monotonic() - began
        kept = str(wait_for(self.kept_here, HEALED_S, "an order in the spool"))
        wait_for(self.is_on_postgres, HEALED_S, "PostgreSQL again")
        healed_s = time.monotonic() - began
        wait_for(lambda: self.is_told_back(before), HEALED_S, "the news that the database is back")
        wait_for(lambda: self.is_delivered(kept), HEALED_S, "the answer to the order from the spool")
        self.be_quiet(SETTLED_S)
        return Kill(POSTGRES, self.interval_s, noticed_s, healed_s, tuple(self.told()[before:]))

    def kept_here(self) -> str | None:
        """The id of a new order, when it was accepted without PostgreSQL."""
        accepted = self.ask("POST", "/api/chat", {"content": "Hello?", "wait": 0})
        return str(accepted["order_id"]) if accepted.get("durability") == "local" else None

    def is_delivered(self, order_id: str) -> bool:
        """True when the order is answered, by what the company says now."""
        story = self.ask("GET", f"/api/work-orders/{order_id}")
        return bool(story) and story["order"]["status"] == "delivered"

    def is_on_postgres(self) -> bool:
        """True when the server runs and the company says that it works on it."""
        assert self.postgres is not None
        accepted = self.ask("POST", "/api/chat", {"content": "Hello?", "wait": 0})
        return self.postgres.is_running and "order_id" in accepted and accepted.get("durability") != "local"

    def ask(self, method: str, path: str, body: dict[str, object] | None = None) -> dict[str, Any]:
        """One request to the gateway; empty when it does not say yes."""
        url, headers = f"{self.up.door.url}{path}", {"Authorization": f"Bearer {SECRET}"}
        try:
            reply = httpx.request(method, url, json=body, headers=headers, timeout=10, trust_env=False)
        except httpx.TransportError:
            return {}
        return dict(reply.json()) if reply.is_success else {}

    def is_told_back(self, before: int) -> bool:
        """True when the newest word is that it is back."""
        return any(word in self.told()[-1] for word in ("recovered", "started again, ready"))

    def be_quiet(self, seconds: float) -> list[str]:
        """Let time pass; returns what was told in it."""
        before, ends_at = len(self.told()), time.monotonic() + seconds
        wait_for(lambda: time.monotonic() >= ends_at, seconds + 10, "the end of the quiet")
        return self.told()[before:]

    def stop(self) -> None:
        """End it."""
        if psutil.pid_exists(self.up.process.pid):
            self.up.stop(signal.SIGINT)
        self.up.kill()
        if self.postgres:
            self.postgres.close()


def kill_all(company: Company, parts: list[str], rounds: int) -> list[Kill]:
    """Each part in turn, `rounds` times over."""
    kills = []
    for number in range(1, rounds + 1):
        for part in parts:
            one = company.kill_postgres() if part == POSTGRES else company.kill(part)
            kills.append(one)
            good = "good" if one.is_good else f"NOT GOOD: {one.messages}"
            print(
                f"round {number}  {part:14} noticed {one.noticed_s:5.2f} s  healed {one.healed_s:5.2f} s"
                f"  {len(one.messages)} message(s)  {good}",
                flush=True,
            )
    return kills


def hang_all(company: Company, parts: list[str]) -> None:
    """Each part hangs once: how long until it is told and until it is ended, started again and ready."""
    for part in parts:
        one = company.hang(part)
        print(f"hangs  {part:14} told {one.noticed_s:5.2f} s  healed {one.healed_s:5.2f} s", flush=True)
        for message in one.messages:
            print(f"         {message}", flush=True)


def main() -> int:
    """Run it and print the sums."""
    parser = argparse.ArgumentParser(prog="python -m tests.heartbeat.kills", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--quiet", type=float, default=300, metavar="S", help="seconds without an alert")
    parser.add_argument("--interval", type=float, default=INTERVAL_S, metavar="S", help="the heartbeat's")
    parser.add_argument("--no-starter", action="store_true", help="scripted models, no starter model")
    parser.add_argument("--parts", default="", help="only these, with commas between")
    parser.add_argument("--hang", default="", help="these are stopped (SIGSTOP) once, before the kills")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="nexus-kills-") as folder, BotApi() as api:
        company = Company(
            Path(folder), api, starter=not options.no_starter, postgres=True, interval_s=options.interval
        )
        try:
            company.start()
            parts = options.parts.split(",") if options.parts else [POSTGRES, *sorted(company.lives())]
            hang_all(company, options.hang.split(",") if options.hang else [])
            kills = kill_all(company, parts, options.rounds)
            false_alerts = company.be_quiet(options.quiet)
        finally:
            company.stop()
    good = [kill for kill in kills if kill.is_good]
    noticed, limit_s = sum(kill.is_noticed for kill in kills), 2 * options.interval
    print(f"{noticed} of {len(kills)} noticed within 2 intervals ({limit_s:g} s)")
    print(
        f"slowest: noticed {max(k.noticed_s for k in kills):.2f} s, healed {max(k.healed_s for k in kills):.2f} s"
    )
    print(f"{len(good)} of {len(kills)} wholly good; {len(false_alerts)} alerts in {options.quiet:g} quiet s")
    for alert in false_alerts:
        print(f"  false: {alert}")
    return 0 if len(good) == len(kills) and not false_alerts else 1


if __name__ == "__main__":
    sys.exit(main())
