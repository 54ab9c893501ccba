"""A small file in the data folder: what the heartbeat's next life has to know."""

import os
from pathlib import Path

from pydantic import AwareDatetime, BaseModel, ValidationError

from heartbeat.alerts import Memory
from heartbeat.telling import Owner

MEMORY_FILE = "heartbeat-memory.json"


class KnownOwner(BaseModel):
    """One of those who are told, for when the database is away."""

    user_id: int
    language: str


class Kept(BaseModel):
    """What was told and counted so far."""

    memory: Memory = Memory()
    owners: list[KnownOwner] = []
    ended: dict[str, list[AwareDatetime]] = {}

    def owners_known(self) -> list[Owner]:
        """As `heartbeat.telling` wants them."""
        return [Owner(owner.user_id, owner.language) for owner in self.owners]


def read_kept(home: Path) -> Kept:
    """As the last heartbeat left it; empty when there is nothing to read."""
    try:
        return Kept.model_validate_json((home / MEMORY_FILE).read_bytes())
    except (OSError, ValidationError):
        return Kept()


def write_kept(home: Path, kept: Kept) -> None:
    """Whole and at once, for the owner's eyes only."""
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    new = home / f".{MEMORY_FILE}.{os.getpid()}"
    new.touch(mode=0o600)
    new.write_text(kept.model_dump_json())
    new.replace(home / MEMORY_FILE)
