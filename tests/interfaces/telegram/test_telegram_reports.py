"""The reports as screens: what stands on them, in which language, and that Telegram can take any of them."""

import json
import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from interfaces.telegram.documents import (
    Agents,
    AuditPage,
    Budget,
    HealthReport,
    History,
    Metrics,
)
from interfaces.telegram.gateway_client import Detail, Order
from interfaces.telegram.money_reports import budget_screen, cost_screen
from interfaces.telegram.order_reports import qa_screen, why_screen
from interfaces.telegram.reports import agents_screen, audit_screen, orders_screen, status_screen
from interfaces.telegram.screens import Screen, bar, columns, short
from interfaces.telegram.wording import age, money, price
from nexus.model_status import ModelStatus
from nexus.work_order import Role, Status

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
ORDER_ID = "WO-01JD0Z7M2T9V6Q4B8X3N5K1YHR"
PERIODS = ("today", "week", "month", "all")
MODEL = "claude-opus-4-6"


def an_order(**changes: object) -> dict[str, Any]:
    order: dict[str, Any] = {
        "id": ORDER_ID, "session_id": "s", "content": "法国首都？", "status": "delivered", "owner": "intern",
        "difficulty": "trivial", "tier_reason": "简短问题", "tier_rule": "r1", "attempts": 2, "result": "巴黎",
        "failure_reason": None, "created_at": (NOW - timedelta(minutes=5)).isoformat(),
    }  # fmt: skip
    return order | changes


def a_history(**changes: object) -> History:
    check = {"name": "c1", "status": "pass", "evidence": "五个字符"}
    history: dict[str, Any] = {
        "order": an_order(),
        "attempts": [
            {"n": 1, "role": "intern", "model": MODEL, "status": "rejected", "error": None},
            {"n": 2, "role": "director", "model": MODEL, "status": "passed", "error": None},
        ],
        "verdicts": [
            {"attempt": 1, "passed": False, "checks": [check, check | {"name": "c2", "status": "fail"}]},
            {"attempt": 2, "passed": True, "checks": [check, check | {"status": "not_checked"}]},
        ],
        "model_calls": [
            a_call("triage", cost_usd=0), a_call("work"), a_call("work", cost_usd=None),
            a_call("work", status="in_doubt"), a_call("work", status="failed", cost_usd=None),
        ],
        "receipt": {
            "order_id": ORDER_ID, "role": "director", "difficulty": "trivial", "reason": "简短", "rule": "r1",
            "model": MODEL, "provider": "p", "local": False, "qa_passed": 1, "qa_total": 1, "checks": [],
            "attempts": 2, "path": ["intern", "director"], "input_tokens": 1, "output_tokens": 1,
            "cost_usd": 0.25, "seconds": 3.25,
        },
        "receipt_text": "",
    }  # fmt: skip
    return History.model_validate(history | changes)


def a_call(purpose: str, **changes: object) -> dict[str, Any]:
    call = {"purpose": purpose, "role": "intern", "provider": "p", "model": MODEL, "status": "recorded"}
    return call | {"cost_usd": 0.01} | changes


def health(**parts: str) -> HealthReport:
    found = {name: {"status": status, "reason": "原因"} for name, status in parts.items()}
    worst = max(parts.values(), key=[one.value for one in ModelStatus].index)
    return HealthReport.model_validate({"status": worst, "components": found})


def every_part(**changes: str) -> HealthReport:
    parts = dict.fromkeys(("gateway", "database", "redis", "models", "budget"), "healthy")
    return health(**parts | {f"workers.{role.value}": "healthy" for role in Role} | changes)


def sums(**changes: object) -> dict[str, Any]:
    return {
        "calls": 4, "cost_usd": 0.5, "in_doubt_usd": 0, "reserved_usd": 0, "unpriced_calls": 0,
        "input_tokens": 1000, "output_tokens": 200, "cache_read_tokens": 234, "cache_write_tokens": 0,
    } | changes  # fmt: skip


def metrics(**changes: object) -> Metrics:
    report = {
        "timezone": "UTC", "partial": False, "totals": sums(),
        "by_role": [sums(role="admin", cost_usd=0), sums(role="intern", cost_usd=0.1), sums(role="ceo", cost_usd=0.4)],
        "savings": {"orders": 2, "cost_usd": 0.5, "ceo_cost_usd": 2.0, "saved_usd": 1.5},
        "orders": {"total": 3, "by_status": {"delivered": 2, "working": 1}},
    }  # fmt: skip
    return Metrics.model_validate(report | changes)


def a_budget(*, frozen: bool = False, **window: object) -> Budget:
    windows = [
        {"scope": scope, "period": period, "spent_usd": 1, "reserved_usd": 0.25, "limit_usd": limit, "used": 0.125}
        | window
        for scope, period, limit in (
            ("company", "2026-11", None), ("company", "2026-11-22", 10), ("ceo", "2026-11-22", 5),
            ("intern", "2026-11-22", None),
        )
    ]  # fmt: skip
    freeze = {"frozen": frozen, "reason": "假期" if frozen else None}
    report = {"freeze": freeze, "windows": windows, "order_limit_usd": 2, "ask_above_usd": None}
    return Budget.model_validate(report)


A_PAUSE = {"since": "2026-11-22T10:02:00Z", "by": "原因", "reason": "假期"}


def agents(**changes: object) -> Agents:
    agent = {
        "status": "healthy", "reason": "原因", "model": MODEL, "local": True, "weak": True, "workers": 1,
        "health": {"status": "degraded", "detail": "细节"},
    }  # fmt: skip
    return Agents.model_validate({"items": [agent | {"role": role.value} | changes for role in Role]})


def audit_page() -> AuditPage:
    row = {"at": NOW.isoformat(), "actor": "owner", "action": "order.cancelled", "status": "done"}
    return AuditPage.model_validate({"items": [row]})


def an_open_order(status: str = "working", **changes: object) -> Order:
    return Order.model_validate(an_order(status=status, **changes))


def text(screen: Screen) -> str:
    return "\n".join(part.text for part in screen.parts())


def marked(screen: Screen, kind: str) -> list[str]:
    (part,) = screen.parts()
    units = part.text.encode("utf-16-le")
    return [
        units[2 * one.offset : 2 * (one.offset + one.length)].decode("utf-16-le")
        for one in part.entities
        if one.type == kind
    ]


def screens(language: str) -> dict[str, Screen]:
    """Every screen with everything on it, the company's own words in Chinese."""
    troubled = every_part(gateway="degraded", redis="unknown", budget="critical", database="degraded")
    detail = [
        Detail.model_validate({**a_history().model_dump(), "order": an_order(status=one.value)})
        for one in Status
    ]
    orders = [an_open_order(), an_open_order("queued", owner="admin")]
    queued = an_order(status="queued", tier_rule=None)
    calls = [a_call("work")] * 20
    early = a_history(order=queued, attempts=[], verdicts=[], model_calls=calls, receipt=None)
    dear = {"orders": 1, "cost_usd": 2, "ceo_cost_usd": 1, "saved_usd": -1}
    odd = metrics(
        totals=sums(in_doubt_usd=0.1, reserved_usd=0.2, unpriced_calls=3), savings=dear, partial=True
    )
    return {
        "status": status_screen(language, troubled, orders * 4, NOW, is_private=True),
        "status, well": status_screen(language, every_part(), [], NOW, is_private=False),
        "agents": agents_screen(language, agents(), orders * 2, is_private=True),
        "agents, paused": agents_screen(
            language, agents(paused=A_PAUSE, waiting=3, reason="原因"), orders, is_private=True
        ),
        "agents, group": agents_screen(language, agents(model=None, health=None), orders, is_private=False),
        "orders": orders_screen(language, detail, NOW),
        "no orders": orders_screen(language, [], NOW),
        "no audit": audit_screen(language, AuditPage(items=[])),
        **{f"cost, {period}": cost_screen(language, period, metrics(), a_budget()) for period in PERIODS},
        "cost, odd": cost_screen(language, "all", odd, a_budget()),
        "budget": budget_screen(language, a_budget(frozen=True)),
        "why": why_screen(language, a_history()),
        "why, early": why_screen(language, early),
        "qa": qa_screen(language, a_history()),
        "no qa": qa_screen(language, a_history(verdicts=[])),
    }  # fmt: skip


NAMES = {"NEXUS", "CEO", "Redis", "PostgreSQL", "UTC", ORDER_ID, MODEL, "c1", "c2", "r1"}


@pytest.mark.parametrize("name", screens("zh"))
def test_no_english_slips_into_a_chinese_screen(name: str) -> None:
    shown = text(screens("zh")[name])
    for known in NAMES:
        shown = shown.replace(known, " ")
    shown = re.sub(r"/[a-z]+", " ", shown)
    assert re.findall(r"[A-Za-z]{2,}", shown) == [], shown


@pytest.mark.parametrize("name", screens("en"))
def test_no_chinese_slips_into_an_english_screen_but_what_was_said(name: str) -> None:
    shown = text(screens("en")[name])
    for said in ("法国首都？", "简短问题", "五个字符", "原因", "细节", "假期", "每月", "无", "设置"):
        shown = shown.replace(said, " ")
    assert not re.search(r"[\u4e00-\u9fff]", shown), shown


def test_only_what_is_not_healthy_gets_its_reason() -> None:
    lines = text(status_screen("en", every_part(redis="degraded"), [], NOW, is_private=True)).splitlines()
    assert lines[0] == "⚠️ It works, with trouble"
    assert "✅ database" in lines
    assert "⚠️ Redis: 原因" in lines
    assert "✅ workers: CEO" in lines


def test_open_orders_are_counted_and_the_first_five_named_in_private_only() -> None:
    orders = [an_open_order()] * 7
    private = text(status_screen("en", every_part(), orders, NOW, is_private=True))
    assert "Open orders: 7" in private
    assert private.count("法国首都？ · 5 min ago") == 5
    assert private.endswith("… and 2 more")
    group = text(status_screen("en", every_part(), orders, NOW, is_private=False))
    assert "法国首都" not in group


def test_a_part_that_the_bot_does_not_know_keeps_its_name() -> None:
    shown = text(status_screen("zh", health(turbine="critical"), [], NOW, is_private=True))
    assert "❌ turbine: 原因" in shown


def test_cost_tells_money_savings_orders_and_tokens() -> None:
    shown = text(cost_screen("en", "today", metrics(), a_budget()))
    assert "Spent: $0.5000" in shown
    assert "The CEO alone: $2.00 for what cost $0.5000 ($1.50 saved)" in shown
    assert "Orders: 3 · ✍️ 1 ✅ 2" in shown
    assert "Tokens: 1,234 read, 200 written" in shown


def test_a_pause_says_since_when_by_whom_why_and_what_waits() -> None:
    shown = text(agents_screen("en", agents(paused=A_PAUSE, waiting=3), [], is_private=True))
    assert "⏸ paused since 11-22 10:02 UTC by 原因: 假期 · waiting: 3" in shown
    assert "paused" not in text(agents_screen("en", agents(), [], is_private=True))


def test_cost_draws_a_bar_for_each_role_and_each_limit_in_monospace() -> None:
    by_role, limits = marked(cost_screen("en", "today", metrics(), a_budget()), "pre")
    assert by_role.splitlines() == [
        "Admin   ░░░░░░░░░░  $0       ×4",
        "Intern  ██░░░░░░░░  $0.1000  ×4",
        "CEO     ██████████  $0.4000  ×4",
    ]
    assert limits.splitlines() == [
        "company, day  █░░░░░░░░░  12%  $1.25 / $10.00",
        "CEO, day      █░░░░░░░░░  12%  $1.25 / $5.00",
    ]


def test_what_costs_nothing_is_drawn_by_calls() -> None:
    free = [sums(role="admin", cost_usd=0, calls=1), sums(role="intern", cost_usd=0, calls=2)]
    (by_role, _) = marked(cost_screen("en", "today", metrics(by_role=free), a_budget()), "pre")
    assert [line.count("█") for line in by_role.splitlines()] == [5, 10]


def test_an_unknown_price_is_never_a_zero() -> None:
    assert price("en", None) == "not priced"
    assert price("en", Decimal(0), local=True) == "free"
    assert price("en", Decimal(0)) == money(Decimal(0)) == "$0"
    assert money(Decimal("0.000000001")) == "$0.000000001"


def test_the_budget_shows_who_is_limited_and_what_asks_first() -> None:
    shown = text(budget_screen("en", a_budget(frozen=True)))
    assert shown.startswith("🧊 Paid calls are frozen")
    assert "“假期”" in shown
    assert "company, month" in shown
    assert "intern" not in shown.lower().replace("/budget", ""), "nobody has limited it"
    assert "Asks first above: no limit a try" in shown
    assert "Most for one order: $2.00" in shown


def test_why_tells_rule_tries_qa_and_calls() -> None:
    shown = text(why_screen("en", a_history())).splitlines()
    assert "🧭 Intern, because: 简短问题 (rule r1)" in shown
    assert f"1. Intern · {MODEL} · QA did not let it pass · QA 1/2 · ❌ c2" in shown
    assert f"2. Director · {MODEL} · passed · QA 1/2" in shown
    assert [line for line in shown if line.startswith("•")] == [
        f"• triage · {MODEL} · free",
        f"• work · {MODEL} · $0.0100",
        f"• work · {MODEL} · not priced",
        f"• work · {MODEL} · in doubt · $0.0100",
        f"• work · {MODEL} · failed",
    ]  # fmt: skip
    assert "Together: $0.2500, 3.2 s" in shown


def test_qa_shows_each_check_of_each_try_with_its_mark() -> None:
    shown = text(qa_screen("en", a_history())).splitlines()
    assert [line[:2].strip() for line in shown if "c1" in line or "c2" in line] == ["✅", "❌", "✅", "▫️"]
    assert "Try 1" in shown
    assert "Try 2" in shown


def test_qa_of_hundreds_of_checks_with_hostile_evidence_comes_in_parts_that_telegram_takes() -> None:
    evil = "\u202e<b>_*[x](http://a)*_</b>\x00\ud800" + "😀" * 500
    checks = [{"name": f"check_{n}_*", "status": "fail", "evidence": evil} for n in range(300)]
    parts = qa_screen("en", a_history(verdicts=[{"attempt": 1, "passed": False, "checks": checks}])).parts()
    assert len(parts) > 1
    for part in parts:
        size = len(part.text.encode("utf-16-le")) // 2
        assert 0 < size <= 4096
        assert len(part.entities) <= 100
        assert all(0 <= one.offset < one.offset + one.length <= size for one in part.entities)
        json.dumps(part.text).encode()
    assert all(f"check_{n}_*" in "".join(part.text for part in parts) for n in range(300))


@pytest.mark.parametrize(
    ("seconds", "english"),
    [(-5, "0 s ago"), (59, "59 s ago"), (60, "1 min ago"), (7300, "2 h ago"), (9e5, "10 d ago")],
)  # fmt: skip
def test_ages_are_told_in_their_largest_unit(seconds: float, english: str) -> None:
    assert age("en", NOW - timedelta(seconds=seconds), NOW) == english


@pytest.mark.parametrize(("share", "cells"), [(0, 0), (0.001, 1), (0.5, 5), (1, 10), (7.5, 10)])
def test_a_bar_never_hides_a_little_and_never_overflows(share: float, cells: int) -> None:
    assert bar(share) == "█" * cells + "░" * (10 - cells)


def test_columns_align_wide_characters() -> None:
    assert columns([("实习生", "1"), ("CEO", "2")]) == "实习生  1\nCEO     2"


def test_short_is_one_line() -> None:
    assert short("a\n\nb  c", 10) == "a b c"
    assert short("x" * 50, 10) == "x" * 9 + "…"
