"""What a chat may see of the company, read from the gateway: by commands and by buttons.

In a private chat its owner sees everything. A group has readers that nobody has paired: there, only the group's own
orders are shown, and no words of others.
"""

import asyncio
import re
from collections.abc import Sequence
from http import HTTPStatus
from typing import Final

from db.statements.telegram_post import chat_order, orders_of_chat
from interfaces.telegram.acting import NotPossible
from interfaces.telegram.desk import Ask
from interfaces.telegram.documents import Agents, AuditPage, Budget, HealthReport, History, Metrics, OrderPage
from interfaces.telegram.gateway_client import Detail, GatewayRefused, Order
from interfaces.telegram.money_reports import budget_screen, cost_screen
from interfaces.telegram.order_reports import qa_screen, why_screen
from interfaces.telegram.reports import agents_screen, audit_screen, orders_screen, status_screen
from interfaces.telegram.screens import Screen
from nexus.work_order import OPEN

ROWS: Final = 10
OPEN_PAGE: Final = 200
_ORDER: Final = re.compile(r"WO-[0-9A-HJKMNP-TV-Z]{26}")


async def show(ask: Ask, screen: Screen, order_id: str | None = None, *, first: int = 1) -> None:
    """Send the screen as answers to the update, from the `first` on; whoever replies to one means `order_id`."""
    for n, part in enumerate(screen.parts(), start=first):
        await ask.reply(part.text, part.entities, n=n, order_id=order_id)


async def status(ask: Ask) -> Screen:
    """How every part is, and what is open. Raises GatewayAway, as everything here that reads from the gateway."""
    gateway, speaker = ask.office.gateway, ask.speaker
    health, orders = await asyncio.gather(gateway.get("/api/health/detailed"), _open_orders(ask))
    report, now = HealthReport.model_validate(health), ask.office.clock.now()
    return status_screen(speaker.language, report, orders, now, is_private=not speaker.is_group)


async def agents(ask: Ask) -> Screen:
    """Who works here, and on what."""
    found, orders = await asyncio.gather(ask.office.gateway.get("/api/agents"), _open_orders(ask))
    language, is_private = ask.speaker.language, not ask.speaker.is_group
    return agents_screen(language, Agents.model_validate(found), orders, is_private=is_private)


async def _open_orders(ask: Ask) -> list[Order]:
    """The company's open orders, newest first; 200 of each status at most."""
    gateway = ask.office.gateway
    pages = await asyncio.gather(
        *(gateway.get("/api/work-orders", status=one.value, limit=OPEN_PAGE) for one in OPEN)
    )
    found = [order for page in pages for order in OrderPage.model_validate(page).items]
    return sorted(found, key=lambda order: order.id, reverse=True)


async def cost(ask: Ask, period: str) -> Screen:
    """What was spent in `today`, `week`, `month` or `all`."""
    gateway = ask.office.gateway
    metrics, money = await asyncio.gather(
        gateway.get("/api/metrics", period=period), gateway.get("/api/budget")
    )
    language = ask.speaker.language
    return cost_screen(language, period, Metrics.model_validate(metrics), Budget.model_validate(money))


async def budget(ask: Ask) -> Screen:
    """What may be spent, and is."""
    found = await ask.office.gateway.get("/api/budget")
    return budget_screen(ask.speaker.language, Budget.model_validate(found))


async def orders(ask: Ask) -> Screen:
    """The newest ten orders: the company's, in a group the group's own."""
    if ask.speaker.is_group:
        own = await ask.office.database.read(orders_of_chat, ask.speaker.chat_id, ROWS)
        ids = [order.order_id for order in own]
    else:
        page = OrderPage.model_validate(await ask.office.gateway.get("/api/work-orders", limit=ROWS))
        ids = [order.id for order in page.items]
    found = await asyncio.gather(*(_detail(ask, order_id) for order_id in ids))
    known: Sequence[Detail] = [detail for detail in found if detail is not None]
    return orders_screen(ask.speaker.language, known, ask.office.clock.now())


async def _detail(ask: Ask, order_id: str) -> Detail | None:
    """An order, or None when it is in the books no more."""
    try:
        return await ask.office.gateway.detail(order_id)
    except GatewayRefused as error:
        if error.status == HTTPStatus.NOT_FOUND:
            return None
        raise


async def audit(ask: Ask, order_id: str | None) -> Screen:
    """The newest ten audit rows, of an order or of everything."""
    page = await ask.office.gateway.get("/api/audit", limit=ROWS, order_id=order_id)
    return audit_screen(ask.speaker.language, AuditPage.model_validate(page))


async def why(ask: Ask, order_id: str) -> Screen:
    """The way an order went. Raises NotPossible: there is no such order."""
    return why_screen(ask.speaker.language, await _history(ask, order_id))


async def qa(ask: Ask, order_id: str) -> Screen:
    """What QA has checked of an order. Raises as `why`."""
    return qa_screen(ask.speaker.language, await _history(ask, order_id))


async def _history(ask: Ask, order_id: str) -> History:
    try:
        return History.model_validate(await ask.office.gateway.get(f"/api/work-orders/{order_id}"))
    except GatewayRefused as error:
        if error.status == HTTPStatus.NOT_FOUND:
            raise NotPossible("no_such_order") from None
        raise


async def order_named(ask: Ask, argument: str, command: str) -> str:
    """The order of a command: the one that is written, or replied to, or the chat's newest.

    Raises:
        NotPossible: what is written is none, it is not for this chat's eyes, or there is none here.
    """
    if argument:
        return await _seen_here(ask, _order_in(argument, command))
    meant = await ask.order_meant()
    if meant is None:
        raise NotPossible("no_order")
    return meant.order_id


async def audited_order(ask: Ask, argument: str) -> str | None:
    """As `order_named`; None in a private chat where none is written and none replied to: everything."""
    if argument or ask.speaker.is_group or await replied_order(ask) is not None:
        return await order_named(ask, argument, "/audit")
    return None


async def replied_order(ask: Ask) -> str | None:
    """The order of the message that is replied to."""
    found = await ask.order_replied_to()
    return found.order_id if found else None


def _order_in(argument: str, command: str) -> str:
    word = argument.strip().upper()
    if not _ORDER.fullmatch(word):
        raise NotPossible("bad_order", command=command)
    return word


async def _seen_here(ask: Ask, order_id: str) -> str:
    """In a group, only what was asked there."""
    if ask.speaker.is_group:
        known = await ask.office.database.read(chat_order, order_id)
        if known is None or known.chat_id != ask.speaker.chat_id:
            raise NotPossible("no_such_order")
    return order_id
