"""A small file by which `nexus up` and `nexus doctor` know that the bot works, and under what name."""

import os
from pathlib import Path

from pydantic import BaseModel, ValidationError

FILE = "telegram.json"


class BotState(BaseModel):
    """The bot that runs from this data folder."""

    pid: int
    username: str
    mode: str  # polling or webhook


def write_state(home: Path, state: BotState) -> None:
    """Say that the bot works."""
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    new = home / f".{FILE}.{os.getpid()}"
    new.write_text(state.model_dump_json())
    new.replace(home / FILE)


def read_state(home: Path) -> BotState | None:
    """The state as it was last written; None when there is none."""
    try:
        return BotState.model_validate_json((home / FILE).read_bytes())
    except (OSError, ValidationError):
        return None


def forget_state(home: Path) -> None:
    """The bot ends; another process's file is left alone."""
    state = read_state(home)
    if state is not None and state.pid == os.getpid():
        (home / FILE).unlink(missing_ok=True)
