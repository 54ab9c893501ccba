"""Recovery: a process of ours that hangs is ended, so that its supervisor starts it again; and our old logs make room.

Only with `--enable-recovery`, only on this host, only a process whose command line is the part's, at most three times
a part in ten minutes. Everything is audited. Leases of dead workers need no help: the workers' sweeper offers their
orders again.
"""

import asyncio
import json
import socket
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import psutil

from db.engine import Database
from db.statements.alerts import Severity
from db.statements.logs import AuditEvent, insert_audit_event
from heartbeat.alerts import Notice
from heartbeat.checks.doorbell import BEATS_AGAIN_S
from heartbeat.finding import Found
from nexus.clock import Clock
from nexus.errors import StoreUnavailable, TransientError
from nexus.logs import get_logger
from nexus.model_status import ModelStatus
from nexus.observing import happened
from nexus.parts_file import PartsFile, Stage
from nexus.roster import Roster

log = get_logger(__name__)

HANGS_LOOKS = 2
MOST, WITHIN = 3, timedelta(minutes=10)
TERM_S = 10.0
POLL_S = 0.1
TELEGRAM_STATE = "telegram.json"
# By what a process is known to be the part; the component that tells whether it hangs.
MARKS: Mapping[str, str] = {
    "gateway": "gateway.main",
    "valkey": "valkey",
    "starter model": "agents.starter_server",
    "telegram": "interfaces.telegram.bot",
    "worker": "agents.worker",
}
ANSWERS: Mapping[str, str] = {"gateway": "gateway", "valkey": "redis", "starter model": "starter"}


@dataclass(frozen=True, slots=True)
class Suspect:
    """A process that lives and does not do its work."""

    part: str
    pid: int


class Recovery:
    """Acts on what the monitor found. `ended` are the moments at which each part was ended, kept over restarts."""

    def __init__(
        self,
        home: Path,
        database: Database,
        roster: Roster,
        clock: Clock,
        ended: dict[str, list[datetime]] | None = None,
    ) -> None:
        self.ended: dict[str, list[datetime]] = ended if ended is not None else {}
        self._home = home
        self._database = database
        self._roster = roster
        self._clock = clock
        self._looks: dict[Suspect, int] = {}
        self._given_up: set[str] = set()
        self._ending: dict[Suspect, asyncio.Task[None]] = {}
        self._cleaned = False
        self._redis_away_at = float("-inf")

    async def act(self, found: Mapping[str, Found], parts: PartsFile | None) -> list[Notice]:
        """End what has hung in two looks, make room on the disk; returns what there is to tell."""
        suspects = [*_silent_parts(found, parts), *self._silent_bot(found, parts)]
        suspects += await self._silent_workers(found, parts)
        suspects = [one for one in suspects if one not in self._ending and _process(one) is not None]
        self._looks = {suspect: self._looks.get(suspect, 0) + 1 for suspect in suspects}
        self._given_up &= {suspect.part for suspect in suspects}
        notices = list[Notice]()
        for suspect, looks in list(self._looks.items()):
            if looks >= HANGS_LOOKS:
                notices += await self._restart(suspect)
        await self._clean(found.get("disk"))
        return notices

    async def finish(self) -> None:
        """Wait for what is being ended."""
        await asyncio.gather(*self._ending.values(), return_exceptions=True)

    async def _restart(self, suspect: Suspect) -> Iterator[Notice]:
        now = self._clock.now()
        times = [at for at in self.ended.get(suspect.part, []) if now - at < WITHIN]
        details = {"component": suspect.part, "pid": str(suspect.pid), "times": str(MOST)}
        if len(times) >= MOST:
            if suspect.part in self._given_up:
                return iter(())
            self._given_up.add(suspect.part)
            happened("restarts", part=suspect.part, result="gave_up")
            await self._audit("heartbeat.gave_up", "refused", details)
            return iter([Notice("health.gave_up", Severity.CRITICAL, now, details)])
        del self._looks[suspect]
        self.ended[suspect.part] = [*times, now]
        happened("restarts", part=suspect.part, result="ended")
        await self._audit("heartbeat.ended_part", "done", details)
        task = asyncio.create_task(_end(suspect, self._clock))
        self._ending[suspect] = task
        task.add_done_callback(lambda _: self._ending.pop(suspect))
        return iter([Notice("health.recovery_ended", Severity.WARNING, now, details)])

    async def _silent_workers(self, found: Mapping[str, Found], parts: PartsFile | None) -> list[Suspect]:
        """Workers of this host whose beats have stopped while Redis, where they write them, is well."""
        redis = found.get("redis")
        if redis is None or redis.hangs:
            self._redis_away_at = self._clock.monotonic()
        if self._clock.monotonic() - self._redis_away_at < BEATS_AGAIN_S:
            return []  # nobody could beat meanwhile
        try:
            beats = await self._roster.beats()
        except TransientError:
            return []
        now, host = self._clock.now(), socket.gethostname()
        newest = {beat.pid: beat for beat in reversed(beats) if beat.host == host}
        names = {life.pid: name for name, life in parts.parts.items()} if parts else {}
        return [Suspect(names.get(pid, "worker"), pid) for pid, beat in newest.items() if beat.is_stale(now)]

    def _silent_bot(self, found: Mapping[str, Found], parts: PartsFile | None) -> list[Suspect]:
        bot = found.get("telegram")
        if bot is None or bot.status is not ModelStatus.CRITICAL or bot.because is not None:
            return []
        life = parts.parts.get("telegram") if parts else None
        pid = life.pid if life else _pid_in(self._home / TELEGRAM_STATE)
        return [Suspect("telegram", pid)] if pid else []

    async def _clean(self, disk: Found | None) -> None:
        """Remove the rotated logs of `nexus up`, once for each time that the disk fills."""
        if disk is None or disk.status is ModelStatus.HEALTHY:
            self._cleaned = False
            return
        if self._cleaned:
            return
        self._cleaned = True
        removed = await asyncio.to_thread(_remove_old_logs, self._home / "logs")
        if removed:
            await self._audit("heartbeat.cleaned", "done", {"removed": ", ".join(removed)})

    async def _audit(self, action: str, status: str, details: Mapping[str, object]) -> None:
        log.warning(action, **details)
        try:
            event = AuditEvent("heartbeat", action, status, None, None, details)
            await self._database.run(insert_audit_event, event, self._clock.now())
        except StoreUnavailable:
            log.warning("heartbeat.not_audited", action=action)


def _silent_parts(found: Mapping[str, Found], parts: PartsFile | None) -> Iterator[Suspect]:
    """Parts of `nexus up` that were ready and do not answer any more."""
    for name, component in ANSWERS.items():
        life = parts.parts.get(name) if parts else None
        one = found.get(component)
        if life and life.pid and life.stage is Stage.READY and one and one.hangs and one.because is None:
            yield Suspect(name, life.pid)


def _mark_of(part: str) -> str:
    """Of `worker admin` that of `worker`."""
    return MARKS.get(part) or MARKS[part.split(maxsplit=1)[0]]


def _process(suspect: Suspect) -> psutil.Process | None:
    """The living process, if it is what we take it for."""
    try:
        process = psutil.Process(suspect.pid)
        is_ours = _mark_of(suspect.part) in " ".join(process.cmdline())
        return process if is_ours and process.status() != psutil.STATUS_ZOMBIE else None
    except psutil.Error:
        return None


async def _end(suspect: Suspect, clock: Clock) -> None:
    """SIGTERM, and SIGKILL after 10 s: a process that is stopped does not hear the first."""
    process = _process(suspect)
    if process is None:
        return
    with suppress(psutil.Error):
        process.terminate()
        ends_at = clock.monotonic() + TERM_S
        while _process(suspect) == process and clock.monotonic() < ends_at:
            await clock.sleep(POLL_S)
        if _process(suspect) == process:
            process.kill()


def _pid_in(path: Path) -> int | None:
    try:
        pid = json.loads(path.read_bytes())["pid"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return pid if isinstance(pid, int) else None


def _remove_old_logs(folder: Path) -> list[str]:
    removed = []
    for path in sorted(folder.glob("*.log.1")):
        with suppress(OSError):
            path.unlink()
            removed.append(path.name)
    return removed
