"""What the company consists of, as data. `nexus.cli.supervisor` starts it, keeps it running and stops it."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from interfaces.telegram.state_file import FILE as STATE_FILE
from nexus.address import reachable_host
from nexus.cli.readiness import ReadyCheck, answers_http, answers_ping, has_beaten, has_said_so, still_looks
from nexus.cli.redis_probe import RedisClient
from nexus.cli.up_settings import UpSettings
from nexus.cli.valkey import valkey_command
from nexus.clock import SystemClock
from nexus.heartbeat_file import FILE as HEARTBEAT_FILE

VALKEY = "valkey"
GATEWAY = "gateway"
TELEGRAM = "telegram"
WORKER = "worker"
HEARTBEAT = "heartbeat"
WORKER_ROLES = ("admin", "intern", "director", "ceo")


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
    is_vital: bool = True  # the company does not open without it
    lives: ReadyCheck | None = None  # asked while it runs; what does not live any more is ended
    is_urgent: bool = False  # started again at once when it dies


METRICS_PLACES = {
    WORKER: 0,
    **{f"{WORKER} {role}": n for n, role in enumerate(WORKER_ROLES)},
    TELEGRAM: 4,
    HEARTBEAT: 5,
}
"""Which port after METRICS_PORT a part serves its metrics on; the gateway has them on its own."""


def with_metrics_port(part: Part, first_port: int) -> Part:
    """The part with a port of its own, where it serves metrics at all."""
    place = METRICS_PLACES.get(part.name)
    if not first_port or place is None:
        return part
    return replace(part, env={**part.env, "METRICS_PORT": str(first_port + place)})


def valkey_part(settings: UpSettings, redis: RedisClient) -> Part:
    """The embedded Valkey; for when REDIS_URL is not set."""
    return Part(VALKEY, valkey_command(settings.valkey_socket), answers_ping(redis), layer=0)


def starter_part(port: int) -> Part:
    """The starter model on `port`."""
    argv = (sys.executable, "-m", "agents.starter_server", "--port", str(port))
    return Part("starter model", argv, answers_http("127.0.0.1", port), layer=1)


def office_parts(settings: UpSettings, redis: RedisClient, starter_url: str | None) -> list[Part]:
    """The gateway, and the worker of all roles or one worker a role."""
    env = {"NEXUS_HOME": str(settings.home), "PORT": str(settings.port)}
    if starter_url:
        env["NEXUS_STARTER_URL"] = starter_url
    needs = () if settings.redis_url else (VALKEY,)
    workers = {WORKER: ",".join(WORKER_ROLES)}
    if settings.workers == "apart":
        workers = {f"{WORKER} {role}": role for role in WORKER_ROLES}
    gateway = (sys.executable, "-m", "gateway.main")
    answers = answers_http(reachable_host(settings), settings.port)
    return [
        *(_worker_part(name, roles, redis, needs, env) for name, roles in workers.items()),
        Part(GATEWAY, gateway, answers, 2, needs, env),
    ]


def _worker_part(
    name: str, roles: str, redis: RedisClient, needs: tuple[str, ...], env: Mapping[str, str]
) -> Part:
    argv = (sys.executable, "-m", "agents.worker", "--roles", roles)
    return Part(name, argv, has_beaten(redis, SystemClock()), 2, needs, env)


def telegram_part(settings: UpSettings) -> Part:
    """The Telegram bot; for when TELEGRAM_BOT_TOKEN is set. Its trouble is not the company's."""
    env = {"NEXUS_HOME": str(settings.home), "PORT": str(settings.port)}
    argv = (sys.executable, "-m", "interfaces.telegram.bot")
    is_ready = has_said_so(settings.home / STATE_FILE)
    return Part(TELEGRAM, argv, is_ready, 3, (GATEWAY,), env, ready_within_s=float("inf"), is_vital=False)


def heartbeat_part(
    settings: UpSettings, starter_url: str | None, needs: tuple[str, ...], *, has_a_bot: bool
) -> Part:
    """The heartbeat, which may end what hangs; it tells people itself where there is a bot to tell them with."""
    env = {"NEXUS_HOME": str(settings.home), "PORT": str(settings.port)}
    if starter_url:
        env["NEXUS_STARTER_URL"] = starter_url
    flags = ("--enable-recovery", "--enable-telegram") if has_a_bot else ("--enable-recovery",)
    argv = (sys.executable, "-m", "heartbeat.service", *flags)
    is_ready = has_said_so(settings.home / HEARTBEAT_FILE)
    lives = still_looks(settings.home, SystemClock())
    return Part(HEARTBEAT, argv, is_ready, 4, needs, env, is_vital=False, lives=lives, is_urgent=True)
