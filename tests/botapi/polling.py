"""getUpdates. As with Telegram, a new long poll ends the one that is open, which gets the 409."""

import asyncio

from agents.fakes.wire import Wire
from tests.botapi.asking import read_allowed_updates
from tests.botapi.refusal import Refused
from tests.botapi.sending import Asked
from tests.botapi.updates import WEBHOOK_IS_SET, Update

LONGEST_POLL_S = 50


async def get_updates(asked: Asked, wire: Wire) -> object:
    """https://core.telegram.org/bots/api#getupdates.

    Raises:
        Refused: 409, a webhook is set or another long poll began.
        HungUp: the client left; it has confirmed no more than its offset said.
    """
    world, call = asked.world, asked.call
    limit, timeout_s = call.number("limit", 100, 1, 100), call.number("timeout", 0, 0, LONGEST_POLL_S)
    with world.changes.lock:
        if world.webhook is not None:
            raise Refused(409, WEBHOOK_IS_SET)
        read_allowed_updates(asked)
        if offset := call.number("offset"):
            world.queue.confirm_below(offset)
            world.changes.tell()
        batch = world.queue.waiting[:limit]
        turn = world.queue.take_turn() if timeout_s and not batch else 0
        if turn:
            world.changes.tell()
    if turn:
        coming = world.changes.wait_for(lambda: world.queue.news(turn, limit), timeout_s)
        batch = await _unless_gone(asyncio.create_task(coming), wire)
    return [update.as_json() for update in batch]


async def _unless_gone(coming: asyncio.Task[tuple[Update, ...]], wire: Wire) -> tuple[Update, ...]:
    gone = asyncio.create_task(_gone(wire))
    try:
        await asyncio.wait({coming, gone}, return_when=asyncio.FIRST_COMPLETED)
        return await (coming if coming.done() else gone)
    except TimeoutError:
        return ()
    finally:
        for task in (coming, gone):
            task.cancel()
        await asyncio.gather(coming, gone, return_exceptions=True)


async def _gone(wire: Wire) -> tuple[Update, ...]:
    await wire.hang()
