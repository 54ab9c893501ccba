"""`python -m tests.heartbeat.kills --rounds 3 --quiet 300`: each part of a real `nexus up` is killed, again and again.

Each time: noticed within two intervals, healed within 60 s, told once that it is down and once that it is back (or
both in one message, when it was back before the next look). Then quiet, in which nothing may be told. People are told
by a fake Bot API. Prints one line a kill and the sums; exit 1 when anything is not as it must be.
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

import psutil

from nexus.cli.ports import free_port
from nexus.parts_file import PartLife, PartsFile, Stage, read_parts
from tests.botapi.api import TOKEN, BotApi
from tests.botapi.people import Person
from tests.running import SCRIPTED, Up, wait_for

OWNER = 1001
INTERVAL_S = 2.0
HEALED_S = 60.0
SETTLED_S = 20.0  # what is not a part is told only 15 s after the heartbeat's start


@dataclass(frozen=True, slots=True)
class Kill:
    """One kill and what came of it; times in seconds after it."""

    part: str
    noticed_s: float
    healed_s: float
    messages: tuple[str, ...]

    @property
    def is_noticed(self) -> bool:
        """Told within two intervals, and a second for the way."""
        return self.noticed_s <= 2 * INTERVAL_S + 1

    @property
    def is_told_once(self) -> bool:
        """One alert and one recovery, or one message that is both; and nothing else."""
        match self.messages:
            case (both,):
                return f"{self.part} ended (SIGKILL) and was started again" in both
            case (down, up):
                is_down = f"{self.part} is critical: ended (SIGKILL)" in down
                return is_down and f"{self.part} recovered after" in up
            case _:
                return False

    @property
    def is_good(self) -> bool:
        """All that is asked."""
        return self.is_noticed and self.healed_s <= HEALED_S and self.is_told_once


class Company:
    """A running `nexus up` with a bot, and its owner's phone."""

    def __init__(self, folder: Path, api: BotApi, *, starter: bool) -> None:
        self.api = api
        self.home = folder / "home"
        self.owner: Person = api.person(OWNER, "Ann", started=True)
        settings = {} if starter else SCRIPTED
        (folder / "script.json").write_text(json.dumps({"rules": [{"match": ".", "answers": ["Yes."]}]}))
        if not starter:
            settings = settings | {"NEXUS_SCRIPT": str(folder / "script.json")}
        self.up = Up(
            folder,
            **settings,
            HEARTBEAT_INTERVAL_S=str(INTERVAL_S),
            TELEGRAM_BOT_TOKEN=TOKEN,
            TELEGRAM_API_BASE_URL=api.base_url,
            TELEGRAM_ALLOWED_IDS=str(OWNER),
            API_SECRET="s" * 40,
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
        there = {"heartbeat", "telegram", "worker", "gateway", "valkey"} <= lives.keys()
        return there and all(life.stage is Stage.READY for life in lives.values())

    def told(self) -> list[str]:
        """What the owner was told without asking: alerts, in order."""
        marks = ("ℹ️", "⚠️", "🚨")
        return [one.text for one in self.api.messages(OWNER) if one.from_bot and one.text.startswith(marks)]

    def kill(self, part: str) -> Kill:
        """SIGKILL, then wait until it is told, whole, and told again."""
        before, deaths = len(self.told()), self.lives()[part].deaths
        pid = self.lives()[part].pid
        assert pid is not None
        began = time.monotonic()
        os.kill(pid, signal.SIGKILL)
        wait_for(lambda: len(self.told()) > before, HEALED_S, f"the alert of {part}")
        noticed_s = time.monotonic() - began
        wait_for(lambda: self.is_whole() and self.lives()[part].deaths > deaths, HEALED_S, f"{part} again")
        healed_s = time.monotonic() - began
        wait_for(lambda: self.is_told_back(before), HEALED_S, f"the news that {part} is back")
        self.be_quiet(SETTLED_S if part == "heartbeat" else 4 * INTERVAL_S)
        return Kill(part, noticed_s, healed_s, tuple(self.told()[before:]))

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


def kill_all(company: Company, parts: list[str], rounds: int) -> list[Kill]:
    """Each part in turn, `rounds` times over."""
    kills = []
    for number in range(1, rounds + 1):
        for part in parts:
            one = company.kill(part)
            kills.append(one)
            good = "good" if one.is_good else f"NOT GOOD: {one.messages}"
            print(
                f"round {number}  {part:14} noticed {one.noticed_s:5.2f} s  healed {one.healed_s:5.2f} s"
                f"  {len(one.messages)} message(s)  {good}",
                flush=True,
            )
    return kills


def main() -> int:
    """Run it and print the sums."""
    parser = argparse.ArgumentParser(prog="python -m tests.heartbeat.kills", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--quiet", type=float, default=300, metavar="S", help="seconds without an alert")
    parser.add_argument("--no-starter", action="store_true", help="scripted models, no starter model")
    parser.add_argument("--parts", default="", help="only these, with commas between")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="nexus-kills-") as folder, BotApi() as api:
        company = Company(Path(folder), api, starter=not options.no_starter)
        try:
            company.start()
            parts = options.parts.split(",") if options.parts else sorted(company.lives())
            kills = kill_all(company, parts, options.rounds)
            false_alerts = company.be_quiet(options.quiet)
        finally:
            company.stop()
    good = [kill for kill in kills if kill.is_good]
    print(f"{sum(kill.is_noticed for kill in kills)} of {len(kills)} noticed within 2 intervals (+1 s)")
    print(
        f"slowest: noticed {max(k.noticed_s for k in kills):.2f} s, healed {max(k.healed_s for k in kills):.2f} s"
    )
    print(f"{len(good)} of {len(kills)} wholly good; {len(false_alerts)} alerts in {options.quiet:g} quiet s")
    for alert in false_alerts:
        print(f"  false: {alert}")
    return 0 if len(good) == len(kills) and not false_alerts else 1


if __name__ == "__main__":
    sys.exit(main())
