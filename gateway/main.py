"""The gateway's entry: `python -m gateway.main`, or `uvicorn gateway.main:app`."""

import asyncio
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from fastapi import Depends, FastAPI
from starlette.middleware import Middleware

from gateway import openapi, ws
from gateway.auth import guard
from gateway.config import GatewaySettings, check_exposure
from gateway.edge import Edge
from gateway.errors import HANDLED, on_error
from gateway.health_watch import watching_health
from gateway.limiting import limit
from gateway.routes import (
    access,
    actions,
    agents,
    alerts,
    audit,
    budget,
    chat,
    dashboard,
    equipment,
    events,
    health,
    health_history,
    metrics,
    openai,
    probing,
    prometheus,
    sessions,
    sign_in,
    telegram,
    tokens,
    work_orders,
)
from gateway.services import check_stores, open_services
from gateway.telemetry import VERSION
from nexus.clock import SystemClock
from nexus.errors import ConfigurationError, NexusError
from nexus.logs import configure_logs, get_logger
from nexus.observation import observation
from nexus.settings import load_settings
from nexus.systemd import say_it_lives

log = get_logger(__name__)

LINGER_S = 0.5  # in which every client that is in touch hears 503 and where to come back
LAST_WORDS_S = 0.2  # for requests on connections that were made before the door closed
DRAIN_S = 20  # well under the 25 s in which a process must be gone
KEEP_ALIVE_S = 65  # longer than clients keep idle connections, so that they never meet a closing one


def create_app(settings: GatewaySettings | None = None) -> FastAPI:
    """The app. Settings are read and everything is opened when it starts, nothing before."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        chosen = settings or load_settings(GatewaySettings)
        check_exposure(chosen)
        async with open_services(chosen) as services, watching_health(services):
            app.state.services = services
            yield

    app = FastAPI(
        title="NEXUS gateway",
        summary="One door to a company of language models that works for you.",
        version=VERSION,
        lifespan=lifespan,
        dependencies=[Depends(guard), Depends(limit)],
        middleware=[Middleware(Edge)],
        exception_handlers=dict.fromkeys(HANDLED, on_error),
        responses=openapi.PROBLEM_RESPONSE,
        redirect_slashes=False,
        docs_url=None,  # these would be routes that the guard does not cover; gateway.openapi has ours
        redoc_url=None,
        openapi_url=None,
    )
    for part in (
        chat,
        openai,
        work_orders,
        actions,
        events,
        sessions,
        metrics,
        prometheus,
        budget,
        alerts,
        audit,
        agents,
        equipment,
        probing,
        health,
        health_history,
        access,
        sign_in,
        tokens,
        telegram,
        ws,
        openapi,
        dashboard,  # last: it takes what is left
    ):
        app.include_router(part.router)
    return app


app = create_app()


class GatewayServer(uvicorn.Server):
    """Uvicorn that lets waiting calls answer at once when it is told to stop, and tells new ones to come back."""

    def __init__(self, config: uvicorn.Config, app: FastAPI) -> None:
        super().__init__(config)
        self._app = app
        self._living: asyncio.Task[None] | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, then say where."""
        await super().startup(sockets)
        if self.started:
            self._living = asyncio.create_task(say_it_lives(SystemClock()))
            log.info("gateway.ready", url=f"http://{self.config.host}:{self.port}")

    @property
    def port(self) -> int:
        """The port it listens on, also when a free one was asked for."""
        port: int = self.servers[0].sockets[0].getsockname()[1]
        return port

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Answer what waits; for a moment, 503 to what still arrives; then drain as uvicorn does.

        Closing at once would cut off requests that are on their way, on connections kept alive or just made.
        """
        services = self._app.state.services
        services.stopping.set()
        services.replies.release()
        if self.server_state.connections:
            await services.clock.sleep(LINGER_S)
            for server in self.servers:
                server.close()
            await services.clock.sleep(LAST_WORDS_S)
        await super().shutdown(sockets)
        if self._living is not None:
            self._living.cancel()


def make_server(settings: GatewaySettings) -> GatewayServer:
    """A server that is ready to run."""
    app = create_app(settings)
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        loop="uvloop",
        http="httptools",
        ws="websockets-sansio",
        ws_max_size=ws.MAX_FRAME_BYTES,
        ws_per_message_deflate=False,
        proxy_headers=False,  # uvicorn would believe X-Forwarded-For of everybody on this machine
        access_log=False,
        server_header=False,
        log_config=None,
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=DRAIN_S,
    )
    return GatewayServer(config, app)


def main() -> None:
    """Run until SIGTERM or SIGINT. Exit 2 with one line when a setting is wrong, 1 when the store is away."""
    try:
        settings = load_settings(GatewaySettings)
        check_exposure(settings)
        check_stores(settings)
    except NexusError as error:
        sys.stderr.write(f"nexus gateway: {error}\n")
        sys.exit(2 if isinstance(error, ConfigurationError) else 1)
    configure_logs(settings, "gateway")
    server = make_server(settings)
    for number in (signal.SIGTERM, signal.SIGINT):
        # Uvicorn raises the signal again when it is done; with its default action the exit status would be wrong.
        signal.signal(number, server.handle_exit)
    with observation(settings, "gateway", metrics=False):  # it has a door of its own: GET /metrics
        server.run()


if __name__ == "__main__":
    main()
