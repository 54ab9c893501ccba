"""The shortest way to a bot on the fake: `async with a_talk() as talk`, for tests of the fake itself."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import cast

import httpx
from telegram.ext import ExtBot
from telegram.request import HTTPXRequest

from nexus.clock import Clock
from tests.botapi.api import TOKEN, BotApi
from tests.botapi.faults import FaultPlan
from tests.botapi.people import Person

DIRECT = {"trust_env": False}


@dataclass(frozen=True, slots=True)
class Talk:
    """The fake, a real python-telegram-bot client on it, and a person who has said hello."""

    api: BotApi
    bot: ExtBot[int]
    owner: Person

    async def raw(self, method: str, **arguments: object) -> httpx.Response:
        """A call as JSON, past everything that the client library does."""
        async with httpx.AsyncClient(trust_env=False) as client:
            return await client.post(f"{self.api.bot_url}{TOKEN}/{method}", json=arguments)


def a_client(api: BotApi, token: str = TOKEN) -> ExtBot[int]:
    """A real client of the fake."""
    requests = [HTTPXRequest(connection_pool_size=16, httpx_kwargs=dict(DIRECT)) for _ in range(2)]
    client = ExtBot(
        token,
        base_url=api.bot_url,
        base_file_url=api.file_url,
        request=requests[0],
        get_updates_request=requests[1],
    )
    return cast("ExtBot[int]", client)  # with a rate limiter, as the company's own, or without one


@asynccontextmanager
async def a_talk(
    *,
    enforce_limits: bool = False,
    sees_all_in_groups: bool = False,
    faults: FaultPlan | None = None,
    clock: Clock | None = None,
) -> AsyncIterator[Talk]:
    """Fake, client and owner. The arguments are BotApi's."""
    api = BotApi(
        enforce_limits=enforce_limits, sees_all_in_groups=sees_all_in_groups, faults=faults, clock=clock
    )
    async with api, a_client(api) as bot:
        owner = api.person(1001, "Ann", language_code="en", started=True)
        yield Talk(api, bot, owner)
