"""The company on a screen of the phone: /status, /agents, /orders and /audit."""

from collections.abc import Sequence
from datetime import UTC, datetime

from interfaces.telegram.documents import Agent, Agents, AuditPage, HealthReport, Pause
from interfaces.telegram.gateway_client import Detail, Order
from interfaces.telegram.screens import Screen, short
from interfaces.telegram.wording import HEALTH_MARKS, STATUS_MARKS, age, price, title
from interfaces.telegram.words import WORDS, say
from nexus.model_status import ModelStatus
from nexus.work_order import Role, Status

OPEN_SHOWN = 5
WORDS_CHARS = 60
BUSY_SHOWN = 2


def status_screen(
    language: str, health: HealthReport, open_orders: Sequence[Order], now: datetime, *, is_private: bool
) -> Screen:
    """Each part with a mark, and the reason of what is not healthy; then what is open, in words only in private."""
    screen = Screen().text(f"{HEALTH_MARKS[health.status]} ").bold(say(language, f"h_{health.status.value}"))
    screen.line()
    for name, part in health.components.items():
        screen.line(f"{HEALTH_MARKS[part.status]} {_part_name(language, name)}")
        if part.status is not ModelStatus.HEALTHY:
            screen.text(f": {part.reason}")
    screen.line().line().bold(say(language, "open_orders", n=len(open_orders)))
    if is_private:
        for order in open_orders[:OPEN_SHOWN]:
            since = age(language, datetime.fromisoformat(order.created_at), now)
            screen.line(f"{STATUS_MARKS[order.status]} {short(order.content, WORDS_CHARS)} · {since}")
        if len(open_orders) > OPEN_SHOWN:
            screen.line(say(language, "and_more", n=len(open_orders) - OPEN_SHOWN))
    return screen


def _part_name(language: str, name: str) -> str:
    kind, _, role = name.partition(".")
    if kind == "workers" and role in set(Role):
        return say(language, "c_workers", role=title(language, Role(role)))
    return say(language, f"c_{name}") if f"c_{name}" in WORDS else name


def agents_screen(language: str, agents: Agents, open_orders: Sequence[Order], *, is_private: bool) -> Screen:
    """Each role with its model, and what it is doing."""
    screen = Screen().bold(say(language, "agents"))
    for agent in agents.items:
        screen.line().line(f"{HEALTH_MARKS[_worst(agent)]} ").bold(title(language, agent.role)).text(" · ")
        if agent.model is None:
            screen.text(say(language, "no_model"))
        else:
            screen.code(agent.model)
        flags = [name for name, is_so in (("local", agent.local), ("weak", agent.weak)) if is_so]
        for flag in flags:
            screen.text(f" · {say(language, flag)}")
        if agent.paused is not None:
            screen.line(_paused(language, agent.paused, agent.waiting))
        screen.line(_doing(language, _held_by(agent.role, open_orders), is_private=is_private))
        for trouble in _troubles(agent):
            screen.line(trouble)
    return screen


def _paused(language: str, pause: Pause, waiting: int) -> str:
    since = f"{pause.since.astimezone(UTC):%m-%d %H:%M} UTC"
    reason = f": {short(pause.reason, WORDS_CHARS)}" if pause.reason else ""
    waits = f" · {say(language, 'orders_wait', n=waiting)}" if waiting else ""
    return f"{say(language, 'paused', since=since, by=pause.by)}{reason}{waits}"


def _worst(agent: Agent) -> ModelStatus:
    found = [agent.status, *([agent.health.status] if agent.health else [])]
    return max(found, key=list(ModelStatus).index)


def _held_by(role: Role, open_orders: Sequence[Order]) -> list[Order]:
    """What a role works on; the Admin, what it has not handed on."""
    busy = Status.QUEUED if role is Role.ADMIN else Status.WORKING
    return [order for order in open_orders if order.owner is role and order.status is busy]


def _doing(language: str, orders: Sequence[Order], *, is_private: bool) -> str:
    if not orders:
        return say(language, "idle")
    if not is_private:
        return say(language, "works_on_count", n=len(orders))
    what = ", ".join(f"“{short(order.content, WORDS_CHARS)}”" for order in orders[:BUSY_SHOWN])
    more = f" +{len(orders) - BUSY_SHOWN}" if len(orders) > BUSY_SHOWN else ""
    return say(language, "works_on", what=f"{what}{more}")


def _troubles(agent: Agent) -> list[str]:
    troubles = [] if agent.status is ModelStatus.HEALTHY else [agent.reason]
    if agent.health is not None and agent.health.status is not ModelStatus.HEALTHY:
        troubles.append(agent.health.detail)
    return troubles


def orders_screen(language: str, orders: Sequence[Detail], now: datetime) -> Screen:
    """The orders with their first words, age and money; a tap copies an order's number."""
    screen = Screen().bold(say(language, "orders"))
    if not orders:
        screen.line(say(language, "no_order"))
    for detail in orders:
        order = detail.order
        facts = [
            say(language, f"is_{order.status.value}"),
            age(language, datetime.fromisoformat(order.created_at), now),
        ]
        if detail.receipt is not None:
            facts.append(price(language, detail.receipt.cost_usd, local=detail.receipt.local))
        screen.line().line(f"{STATUS_MARKS[order.status]} {short(order.content, WORDS_CHARS)}")
        screen.line(" · ".join(facts)).line().code(order.id)
    return screen


def audit_screen(language: str, page: AuditPage) -> Screen:
    """Who did what, and when. Actions are names that the company uses itself, in no language."""
    screen = Screen().bold(say(language, "audit"))
    if not page.items:
        screen.line(say(language, "nothing_noted"))
    for row in page.items:
        screen.line().code(f"{row.at.astimezone(UTC):%m-%d %H:%M}")
        screen.text(f" {row.actor} · {row.action} · {row.status}")
    return screen
