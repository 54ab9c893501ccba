"""Tools that answer, for tests of the Admin: small scripts in the place of the shipped ones."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from agents.handler import OrderHandler
from db.engine import Database
from db.statements.equipment import Run, run_history
from equipment.answerable import BACKUP, HEALTH_CHECK
from equipment.config import EquipmentSettings
from equipment.tool import Tool
from tests.equipment.scripts import a_tool

FULL = "how full is the disk?"
REPORT = (
    "disk: healthy: 47% full, 20.1 GiB used and 22.4 GiB free at /srv\n"
    "memory: healthy: 3.0 GiB of 8.0 GiB available"
)

type Equip = Callable[..., OrderHandler]


def a_check(folder: Path, code: str = "", *, again: bool = True, timeout_s: float = 20.0) -> Tool:
    """Answers what health_check does."""
    tool = a_tool(folder, f"{code}\nprint({REPORT!r})", name="health_check")
    return replace(tool, answers=HEALTH_CHECK, again_when_lost=again, timeout_s=timeout_s)


def a_backup(folder: Path, code: str) -> Tool:
    return replace(a_tool(folder, code, name="backup"), answers=BACKUP, again_when_lost=True)


def runs_of(database: Database) -> list[Run]:
    return database.read_sync(run_history)


WAITING = """
import time, pathlib
pathlib.Path("began").write_text("x")
while not pathlib.Path("gate").exists():
    time.sleep(0.02)
"""
"""Says in its folder that it has begun, and goes on when there is the gate."""


def folder_of(tool: str) -> Path:
    """Where a script works; it may write nowhere else."""
    return EquipmentSettings().home / "equipment-work" / tool
