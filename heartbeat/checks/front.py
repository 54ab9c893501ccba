"""The gateway as its clients meet it: GET /readyz, and a WebSocket that opens with the secret."""

import asyncio

from heartbeat.config import HeartbeatSettings
from heartbeat.finding import Check, Findings, Found
from heartbeat.http_probe import UPGRADED, get_status, websocket_status
from nexus.address import secrets_of
from nexus.errors import ConfigurationError
from nexus.model_status import ModelStatus

OK, UNAVAILABLE = 200, 503


def gateway_check(settings: HeartbeatSettings) -> Check:
    """`gateway`."""

    async def look() -> Findings:
        return {"gateway": await _gateway(settings)}

    return Check(("gateway",), look)


async def _gateway(settings: HeartbeatSettings) -> Found:
    url = settings.company_url
    try:
        ready = await get_status(f"{url}/readyz")
        if ready == UNAVAILABLE:
            return Found(ModelStatus.CRITICAL, "answers, and can accept no message", because="database")
        if ready != OK:
            return Found(ModelStatus.CRITICAL, f"/readyz answers {ready}: is something else at {url}?")
        return await _websocket(settings)
    except (OSError, ValueError) as error:
        return Found(ModelStatus.CRITICAL, f"does not answer at {url} ({type(error).__name__})", hangs=True)


async def _websocket(settings: HeartbeatSettings) -> Found:
    try:
        secrets = await asyncio.to_thread(secrets_of, settings)
    except ConfigurationError as error:
        return Found(ModelStatus.DEGRADED, str(error))
    status = await websocket_status(f"{settings.company_url}/ws", token=next(iter(secrets), None))
    if status == UPGRADED:
        return Found(ModelStatus.HEALTHY, "HTTP and WebSocket answer")
    if status in (401, 403):
        return Found(
            ModelStatus.DEGRADED, f"refuses the heartbeat's API_SECRET ({status}): are both the same?"
        )
    return Found(ModelStatus.CRITICAL, f"HTTP answers, a WebSocket does not open ({status})")
