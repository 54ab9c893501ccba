"""Which idempotency keys this host has lately accepted or tried: asked only while PostgreSQL cannot be.

A sender that repeats a message during an outage must not get a second order, though its key stands in PostgreSQL.
So every process of the host notes a key here before its first try, once more when the commit is known, and when it
moves from the spool to PostgreSQL. A line
goes to the system's cache, not to the disk, which costs microseconds and survives the death of any process; the
death of the machine is survived by PostgreSQL alone. Kept for one to two hours.
"""

import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

from db.records import Accepted, IdempotencyKey, NewOrder
from nexus.logs import get_logger

log = get_logger(__name__)

_HOUR = "%Y%m%d%H"
_TRIED, _DONE = "tried", "done"


@dataclass(frozen=True, slots=True)
class Noted:
    """The order a key was last known to make; `is_done` when PostgreSQL has said so."""

    order_id: str
    session_id: str
    same_request: bool
    is_done: bool


class KeyJournal:
    """Append-only files in one folder, one an hour. A disk that does not take them costs the notes, nothing else."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file: int | None = None
        self._hour = ""
        self._read: dict[str, int] = {}  # bytes read so far, by file name
        self._known: dict[str, tuple[str, str, str, str]] = {}
        self._catching_up = threading.Lock()

    def tried(self, new: NewOrder, now: datetime) -> None:
        """Before the first try: the outcome is not known."""
        self._write(new.idempotency, _TRIED, new.id, new.session_id, now)

    def done(self, key: IdempotencyKey, accepted: Accepted, now: datetime) -> None:
        """PostgreSQL has told which order the key belongs to. Of no use when the request was another one."""
        if accepted.same_request:
            self._write(key, _DONE, accepted.order_id, accepted.session_id, now)

    def moved(self, scope: str, key: str, order_id: str, session_id: str, fingerprint: str) -> None:
        """The key's order is in PostgreSQL from now on; who accepted it may have died before it could note that."""
        now = datetime.now(UTC)
        known = IdempotencyKey(scope, key, fingerprint, now)
        self._write(known, _DONE, order_id, session_id, now)

    def find(self, key: IdempotencyKey, now: datetime) -> Noted | None:
        """What is known of a key. Reads what has been written since the last time: call it in a thread."""
        with self._catching_up:  # who comes second must not look before the first has read everything
            self._catch_up(now)
            known = self._known.get(_digest(key))
        if known is None:
            return None
        state, order_id, session_id, fingerprint = known
        return Noted(order_id, session_id, fingerprint == key.fingerprint, state == _DONE)

    def forget(self) -> None:
        """Give back the memory; the files stay."""
        with self._catching_up:
            self._read.clear()
            self._known.clear()

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            os.close(self._file)
        self._file = None
        self._hour = ""

    def _write(
        self, key: IdempotencyKey | None, state: str, order_id: str, session_id: str, now: datetime
    ) -> None:
        if key is None:
            return
        line = f"{state} {_digest(key)} {order_id} {session_id} {key.fingerprint}\n"
        try:
            os.write(self._file_of(now), line.encode())  # one write of one line: processes do not mix theirs
        except OSError as error:
            log.warning("keys.not_noted", error=str(error))

    def _file_of(self, now: datetime) -> int:
        hour = now.strftime(_HOUR)
        if self._file is None or hour != self._hour:
            self.close()
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._file = os.open(self._folder / hour, os.O_APPEND | os.O_CREAT | os.O_WRONLY, 0o600)
            self._hour = hour
            self._drop_old(now)
        return self._file

    def _drop_old(self, now: datetime) -> None:
        oldest = (now - timedelta(hours=1)).strftime(_HOUR)
        for path in self._folder.iterdir():
            if path.name < oldest:
                path.unlink(missing_ok=True)

    def _catch_up(self, now: datetime) -> None:
        for hour in ((now - timedelta(hours=1)).strftime(_HOUR), now.strftime(_HOUR)):
            for line in self._new_lines(self._folder / hour):
                match line.split(" "):
                    case [state, digest, order_id, session_id, fingerprint]:
                        if state == _DONE or digest not in self._known:  # the first try may have come through
                            self._known[digest] = (state, order_id, session_id, fingerprint)
                    case _:
                        log.warning("keys.bad_line", line=line[:80])

    def _new_lines(self, path: Path) -> Iterator[str]:
        try:
            with path.open("rb") as file:
                file.seek(self._read.get(path.name, 0))
                fresh = file.read()
        except FileNotFoundError:
            return
        whole = fresh[: fresh.rfind(b"\n") + 1]
        self._read[path.name] = self._read.get(path.name, 0) + len(whole)
        yield from whole.decode().splitlines()


def _digest(key: IdempotencyKey) -> str:
    return sha256(f"{key.scope}/{key.key}".encode()).hexdigest()[:32]
