"""`python -m tests.interfaces.telegram.day [--write]`: one day of six owners and their company, on the fake Bot API.

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
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import zip_longest
from pathlib import Path

from agents.config import ANTHROPIC_MODELS
from agents.fakes import anthropic_api, openai_api
from agents.fakes.ledger import SeenCall
from agents.fakes.server import FakeServer
from interfaces.telegram.words import Language, language_of
from tests.botapi.api import BotApi
from tests.interfaces.telegram.company import a_company, forget_settings
from tests.interfaces.telegram.day_golden import golden, seen
from tests.interfaces.telegram.day_owner import Owner
from tests.interfaces.telegram.day_scenes import CHATS
from tests.interfaces.telegram.day_texts import models, transcripts

KEY = "sk-ant-api03-the-key-of-the-scripted-day"
NOON = 12
PEOPLE = (
    (1001, "Ann", "en"),
    (1002, "Ben", "en"),
    (1003, "Cay", "en-GB"),
    (2001, "李雷", "zh-hans"),
    (2002, "韩梅梅", "zh-hans"),
    (2003, "王芳", "zh-hant"),
)
"""The owners: three English, three Chinese. The first of each is a stranger to begin with."""


@dataclass(frozen=True, slots=True)
class Day:
    """How it went."""

    owners: Sequence[Owner]
    seen: Mapping[Language, str]
    logs: Mapping[str, str]
    model_calls: Sequence[SeenCall]
    transcriptions: Sequence[SeenCall]
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
            "TELEGRAM_ALLOWED_IDS": "1002, 1003, 2002, 2003",
            "ASK_ABOVE_USD": "0.08",
            "BUDGET_TIMEZONE": _where_it_is_noon(),
            "ROUTER_MODE": "rules",  # what a trained router says changes with its training
        }
        people = [api.person(number, name, language_code=code) for number, name, code in PEOPLE]
        with a_company(folder, api, models={}, **settings) as company:
            owners = [Owner(company, each, language_of(each.user.language_code)) for each in people]
            await _play(owners)
            calls = tiers.calls, ears.calls
            shown: dict[Language, str] = {"en": seen(api, people[:3]), "zh": seen(api, people[3:])}
    return Day(owners, shown, company.logs(), *calls, time.monotonic() - began)


async def _play(owners: Sequence[Owner]) -> None:
    """Every scene, by the English owner and then by the Chinese one."""
    pairs = list(zip(owners[:3], owners[3:], CHATS, strict=True))
    for turn in zip_longest(*(scenes for _, _, scenes in pairs)):
        for (english, chinese, _), scene in zip(pairs, turn, strict=True):
            if scene is not None:
                await scene(english, owners)
                await scene(chinese, owners)


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
