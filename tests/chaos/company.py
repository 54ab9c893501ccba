"""The company under test, as real processes, and the keeper that starts again whatever died.

Gateways and workers reach PostgreSQL through the proxy; Valkey and the model directly. Everything lives in one
folder. Must run in an event loop, which also carries the proxy.
"""

import asyncio
import signal
import sys
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

from redis.asyncio import Redis

from benchmarks.processes import bare_environment
from nexus.cli.ports import free_port
from nexus.cli.valkey import valkey_command
from nexus.redis_client import make_redis
from tests.chaos.members import Member
from tests.chaos.postgres import prepare_postgres
from tests.chaos.proxy import Proxy
from tests.chaos.stub import MODEL

REPOSITORY = Path(__file__).parent.parent.parent
READY_S = 90.0
KEEPER_S = 0.05


@dataclass(frozen=True, slots=True)
class Outfit:
    """How the company is staffed. `bug` is one of `tests.chaos.bugs`, put into gateways and workers."""

    gateways: int = 2
    workers: int = 3
    lease_s: float = 4.0
    seed: int = 1
    slowest_call_s: float = 1.5
    slow_share: float = 1 / 12
    bug: str | None = None
    stub_is_openai: bool = False
    settings: Mapping[str, str] = field(default_factory=dict)


class Company:
    """Everybody, by name. Use it as an async context manager: inside, all are ready."""

    def __init__(self, folder: Path, outfit: Outfit) -> None:
        self.folder = folder
        self.outfit = outfit
        folder.chmod(0o755)  # PostgreSQL's user must be able to get through
        self._files = prepare_postgres(folder / "postgres")
        self.proxy = Proxy(self._files.socket)
        self.ports = [free_port() for _ in range(outfit.gateways)]
        self._stub_port = free_port()
        self._valkey_socket = folder / "home" / "valkey" / "valkey.sock"
        self.redis: Redis = make_redis(f"unix://{self._valkey_socket}")
        self.postgres = Member(
            "postgres",
            self._files.argv,
            bare_environment(),
            folder,
            ready="ready to accept connections",
            user=self._files.user,
        )
        self.valkey = Member(
            "valkey",
            valkey_command(self._valkey_socket),
            bare_environment(),
            folder,
            ready="Ready to accept connections",
        )
        argv = [sys.executable, "-m", "tests.chaos.stub", str(self._stub_port), str(self.stub_ledger)]
        argv += [str(outfit.seed), str(outfit.slowest_call_s), str(outfit.slow_share)]
        self.stub = Member("stub", argv, _our_environment(), folder, ready="stub.ready")
        self.gateways: list[Member] = []
        self.workers: list[Member] = []
        self.senders: list[Member] = []
        self._keeper: asyncio.Task[None] | None = None

    @property
    def stub_ledger(self) -> Path:
        """What the model saw."""
        return self.folder / "stub.jsonl"

    @property
    def database_url(self) -> str:
        """PostgreSQL past the proxy, for the harness itself."""
        return self._files.url

    @property
    def members(self) -> Iterable[Member]:
        """Everybody the keeper looks after."""
        return (self.postgres, self.valkey, self.stub, *self.gateways, *self.workers, *self.senders)

    async def __aenter__(self) -> "Company":
        try:
            await self._open()
        except BaseException:
            await self.close()
            raise
        return self

    async def _open(self) -> None:
        await self.proxy.listen()
        for member in (self.postgres, self.valkey, self.stub):
            member.start()
        await self.until_ready((self.postgres, self.valkey, self.stub))
        settings = self._settings()
        for n, port in enumerate(self.ports, start=1):
            environment = _our_environment(**settings, PORT=str(port))
            self.gateways.append(self._member(f"gateway-{n}", "gateway.main", environment, "gateway.ready"))
        for n in range(1, self.outfit.workers + 1):
            environment = _our_environment(**settings)
            self.workers.append(self._member(f"worker-{n}", "agents.worker", environment, "worker.ready"))
        self._keeper = asyncio.create_task(self._keep())
        await self.until_ready((*self.gateways, *self.workers))

    def _settings(self) -> dict[str, str]:
        url = f"postgresql://postgres@127.0.0.1:{self.proxy.port}/postgres?sslmode=disable&gssencmode=disable"
        return {
            "NEXUS_HOME": str(self.folder / "home"),
            "DATABASE_URL": url,
            "LEASE_S": str(self.outfit.lease_s),
            "MODEL_TIMEOUT_S": "20",
            "ORDER_DEADLINE_S": "3600",
            "ROUTER_MODE": "rules",  # every message begins with the intern, whatever the router has learned
            "OLLAMA_BASE_URL": f"http://127.0.0.1:{free_port()}",
            ("OPENAI_BASE_URL" if self.outfit.stub_is_openai else "LOCAL_MODEL_URL"): (
                f"http://127.0.0.1:{self._stub_port}/v1"
            ),
            **{f"NEXUS_MODEL_{role}": f"local/{MODEL}" for role in ("INTERN", "DIRECTOR", "CEO")},
            **self.outfit.settings,
        }

    def _member(self, name: str, module: str, environment: Mapping[str, str], ready: str) -> Member:
        argv = [sys.executable, "-m", module]
        if self.outfit.bug is not None:
            argv = [sys.executable, "-m", "tests.chaos.broken", self.outfit.bug, module]
        member = Member(name, argv, environment, self.folder, ready=ready)
        member.start()
        return member

    def send(self, name: str, argv: Iterable[str]) -> Member:
        """Start a sender; the keeper starts it again until it has finished."""
        sender = Member(name, [sys.executable, *argv], _our_environment(), self.folder, ends=True)
        sender.start()
        self.senders.append(sender)
        return sender

    async def until_ready(self, members: Iterable[Member]) -> None:
        """Wait until all of them serve.

        Raises:
            TimeoutError: one does not; the message is its last output.
        """
        for member in members:
            try:
                async with asyncio.timeout(READY_S):
                    while not member.is_ready:  # noqa: ASYNC110 - what is waited for is outside this process
                        await asyncio.sleep(KEEPER_S)
            except TimeoutError:
                said = member.output.read_text(errors="replace")[-2_000:]
                raise TimeoutError(f"{member.name} is not ready after {READY_S:g} s: {said}") from None

    async def _keep(self) -> None:
        while True:
            for member in self.members:
                member.start_if_dead()
            await asyncio.sleep(KEEPER_S)

    async def freeze(self) -> None:
        """Stop everybody who writes, so that what is gathered is of one moment. There is no way back."""
        await self._stop_keeping()
        for member in (*self.senders, *self.gateways, *self.workers, self.stub):
            member.send_signal(signal.SIGSTOP)

    async def _stop_keeping(self) -> None:
        if self._keeper is not None:
            self._keeper.cancel()
            with suppress(asyncio.CancelledError):
                await self._keeper

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """End everybody: front doors first, the database last."""
        await self._stop_keeping()
        await self.redis.aclose(close_connection_pool=True)
        for member in (*self.senders, *self.gateways, *self.workers, self.stub, self.valkey):
            member.kill()
        for member in self.members:
            if member is not self.postgres:
                member.end()
        await self.proxy.close()
        self.postgres.end(signal.SIGINT)  # PostgreSQL's fast shutdown


def _our_environment(**settings: str) -> dict[str, str]:
    unlimited = {"RATE_LIMIT": "none", "RATE_LIMIT_ADDRESS": "none"}
    return bare_environment(PYTHONPATH=str(REPOSITORY), **unlimited, **settings)
