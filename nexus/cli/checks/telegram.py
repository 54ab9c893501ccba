"""The Telegram bot: whether its token opens, and whether anybody may speak to it."""

from http import HTTPStatus

import httpx

from db.statements.telegram_people import PersonStatus, people
from interfaces.telegram.config import TelegramSettings
from nexus.cli.checks.finding import Finding, Level
from nexus.cli.order_desk import store
from nexus.cli.terminal import one_line
from nexus.errors import NexusError

TIMEOUT_S = 5.0
ABOUT = "telegram"


async def check_telegram(settings: TelegramSettings) -> list[Finding]:
    """One finding for the token and one for who may speak; [] when there is no token. Never shows the token."""
    if settings.telegram_bot_token is None:
        return []
    url = f"{settings.telegram_api_base_url}/bot{settings.token}/getMe"
    try:
        async with httpx.AsyncClient(timeout=TIMEOUT_S) as client:
            reply = await client.get(url)
        name = one_line(str((reply.json().get("result") or {}).get("username", "")))
    except (httpx.HTTPError, httpx.InvalidURL, ValueError, AttributeError) as error:
        away = f"the Bot API does not answer ({type(error).__name__}): check the network or TELEGRAM_API_BASE_URL."
        return [Finding(Level.WARN, ABOUT, away)]
    if reply.status_code in (HTTPStatus.UNAUTHORIZED, HTTPStatus.NOT_FOUND):
        return [
            Finding(Level.FAIL, ABOUT, "TELEGRAM_BOT_TOKEN is not known there: take the one of @BotFather.")
        ]
    if not reply.is_success:
        return [Finding(Level.WARN, ABOUT, f"the Bot API answered {reply.status_code}: try again later.")]
    return [Finding(Level.OK, ABOUT, f"@{name}"), *_listeners(settings, name)]


def _listeners(settings: TelegramSettings, name: str) -> list[Finding]:
    if settings.allowed_ids:
        return []
    try:
        with store() as database:
            paired = database.read_sync(people, PersonStatus.PAIRED)
    except NexusError:
        return []  # said by the database's own check
    if paired:
        return [Finding(Level.OK, ABOUT, f"{len(paired)} paired")]
    fix = f"nobody may speak to it yet: write to @{name}, then `nexus telegram approve CODE`."
    return [Finding(Level.WARN, ABOUT, fix)]
