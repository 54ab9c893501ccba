"""The parts that `nexus up` keeps, by `parts.json`: one component each, and whose trouble which component's is."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from heartbeat.checks.doorbell import WORKERS
from heartbeat.finding import Findings, Found, Life
from nexus.model_status import ModelStatus
from nexus.parts_file import PartLife, PartsFile, Stage
from nexus.work_order import Role

SERVED_BY: Mapping[str, tuple[str, ...]] = {
    "valkey": ("redis",),
    "gateway": ("gateway",),
    "worker": WORKERS,
    "telegram": ("telegram",),
    "starter model": ("starter", "models"),
    **{f"worker {role.value}": (f"workers.{role.value}",) for role in Role},
}


def judge_parts(file: PartsFile | None) -> Findings:
    """`part.<name>` for each part; nothing where no supervisor runs."""
    if file is None:
        return {}
    run = file.began_at.isoformat()
    return {f"part.{name}": _part(name, life, run) for name, life in file.parts.items()}


def _part(name: str, life: PartLife, run: str) -> Found:
    story = Life(run, life.deaths, life.how, life.ended_at, life.ready_at)
    serves = SERVED_BY.get(name, ())
    match life.stage:
        case Stage.READY:
            reason = (
                f"runs, process {life.pid}, died {life.deaths} times"
                if life.deaths
                else f"runs, process {life.pid}"
            )
            return Found(ModelStatus.HEALTHY, reason, life=story, serves=serves)
        case Stage.LEFT:
            again = f"{life.again_at:%H:%M} UTC" if life.again_at else "later"
            reason = f"ends again and again ({life.how}): left alone until {again}, its log says why"
            return Found(ModelStatus.CRITICAL, reason, life=story, serves=serves, is_left=True)
        case Stage.GIVEN_UP:
            reason = "cannot be started and was given up: its log says why"
            return Found(ModelStatus.CRITICAL, reason, life=story, serves=serves)
        case _ if not life.deaths:
            return Found(ModelStatus.UNKNOWN, "is starting", because="start", life=story, serves=serves)
        case _:
            reason = f"ended ({life.how}) and is started again"
            return Found(ModelStatus.CRITICAL, reason, life=story, serves=serves)


def blame_parts(found: Findings, file: PartsFile | None, looked_at: datetime) -> Findings:
    """What fails because its part is down, or came back only during this look, is told as the part's trouble."""
    blamed = dict(found)
    for name, life in (file.parts if file else {}).items():
        if life.stage is Stage.READY and (life.ready_at is None or life.ready_at < looked_at):
            continue
        for component in SERVED_BY.get(name, ()):
            if component in blamed and blamed[component].status is not ModelStatus.HEALTHY:
                blamed[component] = replace(blamed[component], because=f"part.{name}")
    return blamed
