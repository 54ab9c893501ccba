"""What the company consists of, as data. `nexus.cli.supervisor` starts it, keeps it running and stops it."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field

from gateway.config import GatewaySettings
from nexus.cli.company import reachable_host
from nexus.cli.readiness import ReadyCheck, answers_http, answers_ping, has_beaten
from nexus.cli.redis_probe import RedisClient
from nexus.cli.valkey import valkey_command
from nexus.clock import SystemClock

VALKEY = "valkey"
WORKER_ROLES = "admin,intern,director,ceo"


@dataclass(frozen=True, slots=True)
class Part:
    """One process. `layer` orders the end: the highest stops first; `needs` orders the start."""

    name: str
    argv: tuple[str, ...]
    is_ready: ReadyCheck
    layer: int
    needs: tuple[str, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict)
    ready_within_s: float = 120


def valkey_part(settings: GatewaySettings, redis: RedisClient) -> Part:
    """The embedded Valkey; for when REDIS_URL is not set."""
    return Part(VALKEY, valkey_command(settings.valkey_socket), answers_ping(redis), layer=0)


def starter_part(port: int) -> Part:
    """The starter model on `port`."""
    argv = (sys.executable, "-m", "agents.starter_server", "--port", str(port))
    return Part("starter model", argv, answers_http("127.0.0.1", port), layer=1)


def office_parts(settings: GatewaySettings, redis: RedisClient, starter_url: str | None) -> list[Part]:
    """The worker of all roles and the gateway."""
    env = {"NEXUS_HOME": str(settings.home), "PORT": str(settings.port)}
    if starter_url:
        env["NEXUS_STARTER_URL"] = starter_url
    needs = () if settings.redis_url else (VALKEY,)
    worker = (sys.executable, "-m", "agents.worker", "--roles", WORKER_ROLES)
    gateway = (sys.executable, "-m", "gateway.main")
    answers = answers_http(reachable_host(settings), settings.port)
    return [
        Part("worker", worker, has_beaten(redis, SystemClock()), 2, needs, env),
        Part("gateway", gateway, answers, 2, needs, env),
    ]
