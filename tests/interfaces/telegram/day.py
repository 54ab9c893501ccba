"""`python -m tests.interfaces.telegram.day [--write]`: one day of two English and two Chinese owners and their company, on the fake Bot API.

`nexus up` runs as it does for an owner: gateway, worker, Valkey, SQLite and the bot are real processes. Only the ends
are played: Telegram, Anthropic's API and a transcriber, each by a strict fake. What they saw is compared with
the golden files, or written there.
"""

import argparse
import asyncio
import difflib
import os
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from agents.config import ANTHROPIC_MODELS
from agents.fakes import anthropic_api, openai_api
from agents.fakes.server import FakeServer
from interfaces.telegram.words import Language, language_of
from tests.botapi.api import BotApi
from tests.interfaces.telegram.company import a_company, forget_settings
from tests.interfaces.telegram.day_golden import golden, seen
from tests.interfaces.telegram.day_owner import Owner
from tests.interfaces.telegram.day_scenes import FIRST, LAST, SECOND, Scene
from tests.interfaces.telegram.day_texts import models, transcripts

KEY = "sk-ant-api03-the-key-of-the-scripted-day"
NOON = 12


@dataclass(frozen=True, slots=True)
class Day:
    """How it went."""

    owners: tuple[Owner, ...]
    seen: dict[Language, str]
    seconds: float


async def play(folder: Path) -> Day:
    """Play the whole day in `folder`.

    Raises:
        TimeoutError: something that should have come did not; the text is what was seen last.
    """
    began = time.monotonic()
    anthropic = anthropic_api.create_app(models(), api_key=KEY, models=list(ANTHROPIC_MODELS.values()))
    hearing = openai_api.create_app(transcripts(), api_key=None, models=["whisper-1"])
    async with BotApi() as api, FakeServer(anthropic) as tiers, FakeServer(hearing) as ears:
        settings = {
            "ANTHROPIC_API_KEY": KEY,
            "ANTHROPIC_BASE_URL": tiers.base_url,
            "VOICE_BASE_URL": f"{ears.base_url}/v1",
            "VOICE_MODEL": "whisper-1",
            "TELEGRAM_ALLOWED_IDS": "1002, 2002",
            "ASK_ABOVE_USD": "0.08",
            "BUDGET_TIMEZONE": _where_it_is_noon(),
        }
        people = (
            api.person(1001, "Ann", language_code="en"),
            api.person(1002, "Ben", language_code="en"),
            api.person(2001, "李雷", language_code="zh-hans"),
            api.person(2002, "韩梅梅", language_code="zh-hans"),
        )
        async with a_company(folder, api, models={}, **settings) as company:
            owners = tuple(Owner(company, person, language_of(person.user.language_code)) for person in people)
            await _play(owners)
            shown: dict[Language, str] = {"en": seen(api, people[:2]), "zh": seen(api, people[2:])}
    return Day(owners, shown, time.monotonic() - began)


async def _play(owners: tuple[Owner, ...]) -> None:
    ann, ben, li, mei = owners
    for first, second in zip(FIRST, SECOND, strict=True):
        for scene, owner in ((first, ann), (first, li), (second, ben), (second, mei)):
            await _act(scene, owner, owners)
    money, freeze = LAST
    for scene, owner in ((money, ann), (freeze, ben), (money, li), (freeze, mei)):
        await _act(scene, owner, owners)


async def _act(scene: Scene, owner: Owner, owners: tuple[Owner, ...]) -> None:
    print(f"{time.monotonic():.1f}", scene.__name__, owner.language, file=sys.stderr)
    await scene(owner, owners)


def _where_it_is_noon() -> str:
    """A time zone in which neither the day nor the month ends during the run."""
    ahead = NOON - datetime.now(UTC).hour
    return f"Etc/GMT{-ahead:+d}" if ahead else "Etc/GMT"


def main() -> int:
    """Play, then compare or write; 1 when something differs."""
    parser = argparse.ArgumentParser(prog="python -m tests.interfaces.telegram.day", description=__doc__)
    parser.add_argument("--write", action="store_true", help="write the golden files")
    options = parser.parse_args()
    kept = forget_settings(os.environ)
    os.environ.clear()
    os.environ.update(kept)
    with tempfile.TemporaryDirectory(prefix="nexus-day-") as folder:
        os.chdir(folder)
        day = asyncio.run(play(Path(folder)))
    print(f"the day took {day.seconds:.0f} s", file=sys.stderr)
    return 0 if _settled(day, write=options.write) else 1


def _settled(day: Day, *, write: bool) -> bool:
    same = True
    for language, text in day.seen.items():
        path = golden(language)
        if write:
            path.write_text(text)
            continue
        before = path.read_text() if path.exists() else ""
        diff = difflib.unified_diff(before.splitlines(), text.splitlines(), str(path), "today", lineterm="")
        for line in diff:
            same = False
            print(line)
    return same


if __name__ == "__main__":
    sys.exit(main())
