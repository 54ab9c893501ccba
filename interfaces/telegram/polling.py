"""Asking Telegram for updates: by one process per bot, and never forgetting one that was not kept.

Telegram allows one asker per token. Within the company a lease sees to that (`interfaces.telegram.bot_lease`).
Somebody outside shows as a 409, which is told once and waited out.
"""

from collections.abc import Awaitable, Callable

from telegram import Update
from telegram.error import Conflict, InvalidToken, NetworkError, RetryAfter, TelegramError
from telegram.ext import ExtBot

from interfaces.telegram.inbox import Inbox
from interfaces.telegram.sending import seconds_of
from nexus.clock import Clock
from nexus.errors import ConfigurationError, StoreUnavailable
from nexus.logs import get_logger

log = get_logger(__name__)

WANTED = [Update.MESSAGE, Update.CALLBACK_QUERY]
LONG_POLL_S = 25
LONGEST_S = 30.0
CONFLICT_TOLD_AFTER = 3  # one or two are our own last question, which Telegram has not noticed to be gone

type Notice = Callable[[str], Awaitable[None]]
"""Called once with what an operator should know."""


class Poller:
    """Takes updates into the inbox."""

    def __init__(self, bot: ExtBot[int], inbox: Inbox, clock: Clock, notice: Notice) -> None:
        self._bot = bot
        self._inbox = inbox
        self._clock = clock
        self._notice = notice

    async def run(self) -> None:
        """Ask until cancelled.

        Raises:
            ConfigurationError: Telegram does not know the token.
        """
        offset, failures, conflicts = None, 0, 0
        while True:
            try:
                updates = await self._bot.get_updates(
                    offset=offset, timeout=LONG_POLL_S, allowed_updates=WANTED, limit=100
                )
                if updates:
                    await self._inbox.take(updates)
                    offset = updates[-1].update_id + 1
                failures = conflicts = 0
            except InvalidToken:
                raise refused_token() from None
            except Conflict as error:
                conflicts += 1
                if conflicts == CONFLICT_TOLD_AFTER:
                    await self._notice(f"somebody else asks for this bot's updates: {error}")
                await self._clock.sleep(min(LONGEST_S, 2.0**conflicts))
            except RetryAfter as error:
                await self._clock.sleep(seconds_of(error))
            except (NetworkError, StoreUnavailable, TelegramError) as error:
                failures += 1
                log.warning("telegram.no_updates", error=f"{type(error).__name__}: {error}")
                await self._clock.sleep(min(LONGEST_S, 0.5 * 2.0 ** min(failures, 8)))


def refused_token() -> ConfigurationError:
    """For a token that Telegram does not know."""
    return ConfigurationError(
        "TELEGRAM_BOT_TOKEN: Telegram does not know this token; @BotFather shows the right one."
    )
