"""A fake on a real socket: uvicorn's protocol on its own thread and loop, on 127.0.0.1 only.

    with FakeServer(openai_api.create_app(Script.saying("Hello"), api_key="k", models=["gpt-5-mini"])) as server:
        client = AsyncOpenAI(base_url=server.base_url + "/v1", api_key="k", max_retries=0)

uvicorn's own `Server` polls ten times a second and takes a tenth of a second to stop; tests start hundreds of
fakes, so this one drives the same protocol with a plain asyncio server and stops at once.
"""

import asyncio
import socket
import threading
from types import TracebackType
from typing import Self

from starlette.applications import Starlette
from uvicorn.config import Config
from uvicorn.server import ServerState

from agents.fakes.ledger import SeenCall
from agents.fakes.script import Playback, Script
from agents.fakes.stage import stage_of
from agents.fakes.wire import FakeProtocol

HOST = "127.0.0.1"
STOP_TIMEOUT_S = 5.0
KEEP_ALIVE_S = 75  # nginx's default; long enough that no test meets it


class FakeServer:
    """Serves a fake while its context, plain or async, is open. Open requests are dropped when it closes.

    Args:
        app: from one of the `create_app`s.
        port: 0 lets the system choose a free one.
    """

    def __init__(self, app: Starlette, *, port: int = 0) -> None:
        self._stage = stage_of(app)
        self._config = Config(
            app,
            http=FakeProtocol,
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            timeout_keep_alive=KEEP_ALIVE_S,
        )
        self._wanted_port = port
        self._listener: socket.socket | None = None
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping: asyncio.Event | None = None

    @property
    def port(self) -> int:
        """The TCP port; known from the moment the context is entered."""
        if self._listener is None:
            raise RuntimeError("the fake is not running: use it in a with statement")
        port: int = self._listener.getsockname()[1]
        return port

    @property
    def base_url(self) -> str:
        """`http://127.0.0.1:PORT`, without a slash; OpenAI clients want `/v1` after it."""
        return f"http://{HOST}:{self.port}"

    @property
    def calls(self) -> tuple[SeenCall, ...]:
        """Every request so far, oldest first (the newest 10,000); still readable after the end."""
        return self._stage.ledger.calls

    @property
    def script(self) -> Script:
        """What is played. Assigning a script starts it from its beginning, also while serving."""
        return self._stage.playback.script

    @script.setter
    def script(self, script: Script) -> None:
        self._stage.playback = Playback(script)

    def __enter__(self) -> Self:
        self._listener = socket.create_server((HOST, self._wanted_port), backlog=1024)
        started = threading.Event()
        self._thread = threading.Thread(
            target=self._run, args=(self._listener, started), name="nexus-fake", daemon=True
        )
        self._thread.start()
        if not started.wait(STOP_TIMEOUT_S):
            raise RuntimeError("the fake did not start")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._loop is not None and self._stopping is not None:
            self._loop.call_soon_threadsafe(self._stopping.set)
        if self._thread is not None:
            self._thread.join(STOP_TIMEOUT_S)
        if self._listener is not None:
            self._listener.close()
        self._listener = self._thread = self._loop = self._stopping = None

    async def __aenter__(self) -> Self:
        return await asyncio.to_thread(self.__enter__)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await asyncio.to_thread(self.__exit__, kind, error, trace)

    def _run(self, listener: socket.socket, started: threading.Event) -> None:
        with asyncio.Runner(loop_factory=self._config.get_loop_factory()) as runner:
            runner.run(self._serve(listener, started))

    async def _serve(self, listener: socket.socket, started: threading.Event) -> None:
        self._config.load()
        state = ServerState()
        self._loop, self._stopping = asyncio.get_running_loop(), asyncio.Event()
        server = await self._loop.create_server(
            lambda: FakeProtocol(config=self._config, server_state=state, app_state={}), sock=listener
        )
        started.set()
        await self._stopping.wait()
        server.close()
        await _drop_connections(state)
        await asyncio.gather(*state.tasks)
        await server.wait_closed()


async def _drop_connections(state: ServerState) -> None:
    """Abort them all; each protocol tells its request, which ends as "hung up".

    One that was accepted in this very turn of the loop joins `state.connections` in the next, hence the turns.
    """
    for _ in range(3):
        await asyncio.sleep(0)
        for connection in list(state.connections):
            connection.transport.abort()
