"""The command as the brief prints it, as a real process."""

import os
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from db.engine import Database
from db.statements.health_history import newest_health
from db.statements.leases import HEARTBEAT, leases_of, take_lease
from nexus.heartbeat_file import read_sign
from tests.conftest import REPOSITORY
from tests.running import Process, an_environment, wait_for

SERVICE = (sys.executable, "-m", "heartbeat.service")
BRIEF = ("--once", "--enable-telegram", "--enable-recovery")


@pytest.fixture
def environment(tmp_path: Path, valkey_server: str) -> dict[str, str]:
    return an_environment(tmp_path, REDIS_URL=valkey_server, PYTHONPATH=str(REPOSITORY), COLUMNS="200")


def run(environment: Mapping[str, str], *flags: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*SERVICE, *flags], env=environment, capture_output=True, text=True, check=False, timeout=60
    )


def test_once_prints_a_table_and_says_by_its_exit_code_that_something_is_critical(
    environment: dict[str, str], tmp_path: Path
) -> None:
    done = run(environment, *BRIEF)
    assert done.returncode == 1, done.stderr
    rows = re.findall(r"^(\S+) +(healthy|unknown|degraded|critical) +(\S.*)$", done.stdout, re.MULTILINE)
    found = {name: status for name, status, _ in rows}
    assert (found["gateway"], found["database"], found["disk"]) == ("critical", "critical", "healthy")
    assert found["models"] == "unknown"
    assert {"redis", "workers.ceo", "budget", "dead_letters", "orders", "equipment", "heartbeat"} <= set(
        found
    )
    assert "not configured: telegram, voice, starter, gpu, schedules, backup" in done.stdout
    assert done.stdout.rstrip().endswith("the company is critical")
    assert "\x1b" not in done.stdout
    assert not list((tmp_path / "home").glob("*.db")), "it makes no database"


def test_once_tells_a_change_once_over_several_runs(environment: dict[str, str], sqlite: Database) -> None:
    environment["NEXUS_HOME"] = str(Path(str(sqlite.engine.url.database)).parent)
    first, second = run(environment, *BRIEF), run(environment, *BRIEF)
    assert "gateway is critical" in first.stderr
    assert "gateway is critical" not in second.stderr
    assert sqlite.read_sync(leases_of, HEARTBEAT) == [], "nobody misses it between two runs"


def test_a_wrong_setting_is_two(environment: dict[str, str]) -> None:
    for wrong in (("--interval", "0"), ("--interval", "99999")):
        assert run(environment, *wrong).returncode == 2
    assert run(environment | {"HEARTBEAT_PING_URL": "ftp://x"}).returncode == 2


@pytest.fixture
def pinged() -> Iterator[tuple[str, list[str]]]:
    """A service outside that is called; its address, and the paths it was called with."""
    paths: list[str] = []

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            paths.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Answer)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/ping/secret-id", paths
    server.shutdown()
    thread.join()
    server.server_close()


def test_it_looks_until_sigterm_tells_systemd_pings_outward_and_keeps_the_history(
    environment: dict[str, str], sqlite: Database, tmp_path: Path, pinged: tuple[str, list[str]]
) -> None:
    url, paths = pinged
    home = Path(str(sqlite.engine.url.database)).parent
    sqlite.run_sync(take_lease, HEARTBEAT, f"{socket.gethostname()[:64]}:999999:X", 3600)  # it was killed
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        systemd.settimeout(30)
        own = {"NEXUS_HOME": str(home), "HEARTBEAT_PING_URL": url, "NOTIFY_SOCKET": str(tmp_path / "notify")}
        process = Process((*SERVICE, "--interval", "1"), environment | own, tmp_path / "heartbeat.out")
        try:
            assert systemd.recv(1000).decode().splitlines()[:2] == ["READY=1", "WATCHDOG=1"]
            assert "WATCHDOG=1" in systemd.recv(1000).decode()
            wait_for(lambda: "/ping/secret-id/fail" in paths, 20, "the ping")
            sign = read_sign(home)
            assert sign is not None
            assert (sign.pid, sign.interval_s) == (process.process.pid, 1)
            [(lease, holds)] = sqlite.read_sync(leases_of, HEARTBEAT)
            assert (holds, f":{process.process.pid}:" in lease.holder) == (True, True)
            assert alive(environment | own, process.process.pid) == 0
            assert alive(environment | own, 1) == 1
            wait_for(lambda: "gateway" in sqlite.read_sync(newest_health), 40, "the history of what is ill")
            assert process.stop(signal.SIGTERM) == 0
        finally:
            process.kill()
    assert sqlite.read_sync(leases_of, HEARTBEAT) == []
    assert read_sign(home) is None
    assert "secret-id" not in process.said
    assert process.said.count("gateway is critical") == 1


def alive(environment: Mapping[str, str], pid: int) -> int:
    command = [sys.executable, "-m", "nexus.cli.alive", "heartbeat", "--pid", str(pid)]
    return subprocess.run(command, env=environment, check=False, timeout=60).returncode


def test_a_second_heartbeat_stands_by(environment: dict[str, str], sqlite: Database, tmp_path: Path) -> None:
    environment["NEXUS_HOME"] = str(Path(str(sqlite.engine.url.database)).parent)
    sqlite.run_sync(take_lease, HEARTBEAT, f"another:{os.getpid()}:X", 3600)
    done = run(environment, *BRIEF)
    assert done.returncode == 1
    assert "heartbeat.alert" not in done.stderr
