"""A day of the company and its owners on Telegram, with real processes, compared with the golden files."""

import base64
import difflib
import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from interfaces.telegram.commands import MENU
from interfaces.telegram.words import Language
from tests.botapi.api import TOKEN
from tests.interfaces.telegram.day import KEY, Day, play
from tests.interfaces.telegram.day_golden import golden, stable
from tests.interfaces.telegram.day_scenes import BUTTONS
from tests.photos import CAMERA, PLACE

JPEG = b"\xff\xd8\xff"
LANGUAGES: tuple[Language, ...] = ("en", "zh")


def difference(before: str, after: str) -> str:
    return "\n".join(
        difflib.unified_diff(before.splitlines(), after.splitlines(), "golden", "today", lineterm="")
    )


@pytest.mark.e2e
@pytest.mark.timeout(300)
async def test_the_owners_see_the_same_as_on_the_day_it_was_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "true")
    day = await play(tmp_path)

    assert_every_command_and_button_was_used(day)
    assert_files_arrived(day)
    assert_no_secret(day.logs)
    for language in LANGUAGES:
        changed = difference(golden(language).read_text(), day.seen[language])
        assert not changed, f"{changed}\n\n`python -m tests.interfaces.telegram.day --write` writes it anew"


def assert_every_command_and_button_was_used(day: Day) -> None:
    for language in LANGUAGES:
        owners = [owner for owner in day.owners if owner.language == language]
        written = {name for owner in owners for name in owner.written}
        assert {name for name, _ in MENU[language]} <= written
        assert {name for owner in owners for name in owner.pressed} == BUTTONS


def assert_files_arrived(day: Day) -> None:
    """Once in each language: the photo as an image, without its place, the document as a block, and the voice."""
    sent = [call.raw_body.decode() for call in day.model_calls]
    pictures = [base64.b64decode(data) for body in sent for data in re.findall(r'"data": ?"([^"]+)"', body)]
    assert len(pictures) == len(LANGUAGES)
    assert all(data.startswith(JPEG) for data in pictures)
    assert not any(secret in data for data in pictures for secret in (CAMERA.encode(), PLACE))
    assert len([body for body in sent if "<document name=" in body]) >= len(LANGUAGES)
    assert len(day.transcriptions) == len(LANGUAGES)


def assert_no_secret(logs: Mapping[str, str]) -> None:
    assert {"telegram.log", "worker.log", "gateway.log"} <= set(logs)
    assert not [name for name, text in logs.items() if TOKEN in text or KEY in text]


def test_what_differs_from_run_to_run_has_one_name() -> None:
    first = "WO-01M82STH5AYKYVHGP03YFQ4T28"
    second = "WO-01M82SVASNEM0VN5HMPG6RARWP"
    text = f"{second} 0.3 s, {first} 11-22 23:35 {second} 12 秒前 2 min ago approve PH4A-5WEV operator:root"
    assert stable(text) == "WO-1 N s, WO-2 MM-DD hh:mm WO-1 AGE前 AGE ago approve CODE operator:USER"


def test_what_does_not_differ_is_not_hidden() -> None:
    for kept in (
        "QA 4/4",
        "$0.000400",
        "200+40 tokens",
        "[document a.txt, 75 bytes]",
        "3 checks passed",
        "×24",
    ):
        assert stable(kept) == kept


def test_a_changed_word_shows() -> None:
    assert difference("✅ Done", "✅ Finished")
    assert not difference("✅ Done", "✅ Done")
