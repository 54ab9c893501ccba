"""The card of an order: what it says at each step, and that it says it in the reader's language."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from interfaces.telegram.cards import LINES, Card
from nexus.work_order import TERMINAL

BEGAN = datetime(2026, 1, 1, tzinfo=UTC)


def card(*events: tuple[str, dict[str, Any]], language: str = "en") -> Card:
    shown = Card(language, BEGAN)
    for name, payload in events:
        shown.saw(name, payload)
    return shown


def text(*events: tuple[str, dict[str, Any]], after_s: float = 3, language: str = "en") -> str:
    return card(*events, language=language).text(BEGAN + timedelta(seconds=after_s))


TRIAGED = ("order.triaged", {"owner": "director", "reason": "normal: two questions"})
WORKING = ("order.working", {"attempt": 1, "role": "director", "model": "m-1"})


def test_a_new_order_is_received_and_its_time_is_shown() -> None:
    assert text() == "⏳ Received, the Admin is looking at it · 3 s"
    assert text(after_s=61.4).endswith("· 61 s")


def test_it_tells_who_does_it_and_why() -> None:
    assert text(TRIAGED, WORKING).splitlines() == [
        "🧭 the Director will do it: normal: two questions",
        "✍️ the Director is working (m-1) · 3 s",
    ]


def test_chinese_owners_read_chinese() -> None:
    assert text(TRIAGED, language="zh").startswith("🧭 交给主管：")


@pytest.mark.parametrize(
    ("event", "payload", "line"),
    [
        ("order.working", {"attempt": 2, "role": "ceo", "model": "m"}, "✍️ the CEO is working, try 2 (m)"),
        ("order.working", {"fallback": True, "model": "other"}, "🔁 another model answers: other"),
        ("order.qa", {"passed": True, "checks": 4, "failed": []}, "🔎 QA: 4 checks passed"),
        ("order.qa", {"passed": False, "failed": [{"name": "a"}, {"name": "b"}]}, "🔎 QA failed: a, b"),
        ("order.escalated", {"from": "intern", "to": "ceo"}, "⬆️ handed up to the CEO"),
        ("order.postponed", {"wait_s": 2.5, "reason": "busy"}, "⏸ waits 2.5 s: busy"),
        ("order.waiting", {"role": "ceo", "reason": "…"}, "⏸ waits: the CEO is paused"),
        ("order.held", {"question": "?"}, "✋ waits for your yes"),
    ],
)
def test_each_step_has_its_line(event: str, payload: dict[str, Any], line: str) -> None:
    assert text((event, payload)) == f"{line} · 3 s"


def test_what_was_heard_stays_on_top() -> None:
    lines = text(("order.transcribed", {"text": "turn on\nthe light"}), TRIAGED).splitlines()
    assert lines[0] == "🎙 “turn on the light”"
    assert len(lines) == 2


@pytest.mark.parametrize("status", TERMINAL)
def test_every_end_is_told_and_ends_the_card(status: str) -> None:
    shown = card((f"order.{status}", {"status": status, "receipt": None}))
    assert shown.ended
    assert shown.text(BEGAN).splitlines()[-1]


def test_a_long_story_keeps_its_newest_lines() -> None:
    many = [("order.postponed", {"wait_s": n, "reason": f"r{n}"}) for n in range(30)]
    lines = text(*many).splitlines()
    assert len(lines) == LINES
    assert lines[-1].startswith("⏸ waits 29 s")


def test_hostile_words_stay_on_their_line() -> None:
    evil = "a\n\n✅ Done · free\u202e\x00" + "x" * 5000
    lines = text(("order.triaged", {"owner": "intern", "reason": evil})).splitlines()
    assert len(lines) == 1
    assert len(lines[0]) < 300
    assert "\x00" not in lines[0]


def test_unknown_events_change_nothing() -> None:
    assert text(("order.sneezed", {"x": 1})) == text()
