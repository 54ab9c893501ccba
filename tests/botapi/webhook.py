"""Delivery of updates to the bot's webhook, one after another, again until it says 2xx."""

import httpx

from tests.botapi.updates import Update
from tests.botapi.world import Webhook, World

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"
ANSWER_WITHIN_S = 10.0
FIRST_RETRY_S = 0.05
LONGEST_RETRY_S = 2.0  # Telegram waits longer; a test has no time for that


async def deliver_updates(world: World) -> None:
    """Run until cancelled. An update is confirmed when the webhook has answered it with 2xx."""
    retry_s = FIRST_RETRY_S
    async with httpx.AsyncClient(trust_env=False, timeout=ANSWER_WITHIN_S) as client:
        while True:
            hook, update = await world.changes.wait_for(lambda: _next(world), None)
            error = await _error_of(client, hook, update)
            with world.changes.lock:
                if error:
                    hook.error, hook.error_at = error, world.now()
                elif world.webhook is hook:
                    world.queue.confirm_below(update.id + 1)
                world.changes.tell()
            retry_s = min(2 * retry_s, LONGEST_RETRY_S) if error else FIRST_RETRY_S
            if error:
                await world.clock.sleep(retry_s)


def _next(world: World) -> tuple[Webhook, Update] | None:
    waiting = world.queue.waiting
    return (world.webhook, waiting[0]) if world.webhook and waiting else None


async def _error_of(client: httpx.AsyncClient, hook: Webhook, update: Update) -> str:
    headers = {SECRET_HEADER: hook.secret} if hook.secret else {}
    try:
        answer = await client.post(hook.url, json=update.as_json(), headers=headers)
    except httpx.TransportError as error:
        return f"Connection failed: {type(error).__name__}"
    if answer.is_success:
        return ""
    return f"Wrong response from the webhook: {answer.status_code} {answer.reason_phrase}"
