"""`heartbeat.json` in the data folder: when the heartbeat of this folder last looked."""

import os
from datetime import datetime
from pathlib import Path

from pydantic import AwareDatetime, BaseModel, ValidationError

FILE = "heartbeat.json"
LATE_AFTER = 3  # intervals


class SignOfLife(BaseModel):
    """Written after each look."""

    pid: int
    at: AwareDatetime
    interval_s: float

    @property
    def late_after_s(self) -> float:
        """How old the newest sign may be: three looks have not come."""
        return LATE_AFTER * self.interval_s + 5

    def is_fresh(self, now: datetime) -> bool:
        """False when three looks have not come."""
        return (now - self.at).total_seconds() < self.late_after_s


def write_sign(home: Path, sign: SignOfLife) -> None:
    """Say that we have looked."""
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    new = home / f".{FILE}.{os.getpid()}"
    new.write_text(sign.model_dump_json())
    new.replace(home / FILE)


def read_sign(home: Path) -> SignOfLife | None:
    """The newest sign; None when there is none."""
    try:
        return SignOfLife.model_validate_json((home / FILE).read_bytes())
    except (OSError, ValidationError):
        return None


def forget_sign(home: Path) -> None:
    """The heartbeat ends in order."""
    sign = read_sign(home)
    if sign is not None and sign.pid == os.getpid():
        (home / FILE).unlink(missing_ok=True)
