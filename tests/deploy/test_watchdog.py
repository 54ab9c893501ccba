"""What the units rest on: each process tells systemd that it works and lives, by the loop that does its work."""

import asyncio
import signal
import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from nexus.clock import SystemClock
from nexus.systemd import notify, say_it_lives, watchdog_s
from tests.botapi.api import TOKEN, BotApi
from tests.running import SCRIPTED, Process, an_environment

WATCH_S = 0.6


class Systemd:
    """The side that listens."""

    def __init__(self, path: Path) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(path))
        self.environment = {"NOTIFY_SOCKET": str(path), "WATCHDOG_USEC": str(int(WATCH_S * 1e6))}

    def hears(self, state: str, within_s: float) -> bool:
        """True when that arrives in time; other states are passed over."""
        ends_at = time.monotonic() + within_s
        while (left_s := ends_at - time.monotonic()) > 0:
            self._socket.settimeout(left_s)
            try:
                if state in self._socket.recv(1000).decode().splitlines():
                    return True
            except TimeoutError:
                return False
        return False

    def forget(self) -> None:
        """What has arrived so far."""
        self._socket.setblocking(False)
        try:
            while True:
                self._socket.recv(1000)
        except BlockingIOError:
            return

    def close(self) -> None:
        """Listen no more."""
        self._socket.close()


@pytest.fixture
def systemd(tmp_path: Path) -> Iterator[Systemd]:
    listening = Systemd(tmp_path / "notify")
    yield listening
    listening.close()


@pytest.mark.e2e
@pytest.mark.parametrize("module", ["gateway.main", "agents.worker", "interfaces.telegram.bot"])
def test_a_process_says_that_it_works_and_lives_and_one_that_hangs_does_not(
    module: str, systemd: Systemd, valkey_server: str, tmp_path: Path
) -> None:
    with BotApi() as api:
        bot = {"TELEGRAM_BOT_TOKEN": TOKEN, "TELEGRAM_API_BASE_URL": api.base_url}
        own = SCRIPTED | bot | systemd.environment | {"REDIS_URL": valkey_server}
        process = Process(
            (sys.executable, "-m", module), an_environment(tmp_path, **own), tmp_path / "process.out"
        )
        try:
            assert systemd.hears("READY=1", 60), process.said
            assert all(systemd.hears("WATCHDOG=1", 10) for _ in range(3))
            process.process.send_signal(signal.SIGSTOP)
            systemd.forget()
            assert not systemd.hears("WATCHDOG=1", 2 * WATCH_S), "systemd would end it now"
            process.process.send_signal(signal.SIGCONT)
            assert systemd.hears("WATCHDOG=1", 10)
            assert process.stop(signal.SIGTERM) == 0
        finally:
            process.kill()


async def test_a_loop_that_is_stuck_sends_no_sign_of_life(
    systemd: Systemd, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in systemd.environment.items():
        monkeypatch.setenv(name, value)
    living = asyncio.create_task(say_it_lives(SystemClock()))
    assert await asyncio.to_thread(systemd.hears, "WATCHDOG=1", 10)
    systemd.forget()
    assert not systemd.hears("WATCHDOG=1", 2 * WATCH_S), "this waits in the loop, which so stands still"
    assert await asyncio.to_thread(systemd.hears, "WATCHDOG=1", 10)
    living.cancel()


def test_without_systemd_nothing_is_said_and_nobody_watches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    monkeypatch.delenv("WATCHDOG_USEC", raising=False)
    notify("READY=1")
    assert watchdog_s() is None
    monkeypatch.setenv("WATCHDOG_USEC", "60000000")
    assert watchdog_s() == 60
    monkeypatch.setenv("WATCHDOG_PID", "1")
    assert watchdog_s() is None, "it watches another process"
