"""The secrets that open the gateway: from the environment, or from a file that may change while it runs.

The file, when there is one, stands for both variables: its first line is the current secret, its second the
previous one, which opens too until it is dropped. `nexus secret new` writes it.
"""

import hashlib
import hmac
import os
import secrets
import stat
import tempfile
from pathlib import Path

from nexus.clock import Clock
from nexus.errors import ConfigurationError
from nexus.logs import get_logger
from nexus.redaction import learn_secrets

log = get_logger(__name__)

FILE = "api_secret"
LOOK_S = 1.0  # a rotation is seen within this time
MAX_BYTES = 4096
MODE = 0o600

type _Mark = tuple[int, int, int] | None
"""What tells one version of the file from another: time in ns, size, inode. None: there is no file."""


class Secrets:
    """What opens the gateway, the current one first.

    Once there was a secret there is one until the process ends: a file that is gone, empty or readable by others
    leaves the last good ones in force, so that nobody opens the gateway by deleting a file.
    """

    def __init__(self, path: Path, given: tuple[str, ...], clock: Clock) -> None:
        """`given` are those of the environment, used while there is no file.

        Raises:
            ConfigurationError: the file is there and cannot be used.
        """
        self._path = path
        self._clock = clock
        self._mark = _mark_of(path)
        self._active = stored_secrets(path) or given
        self._looked_at = clock.monotonic()
        if self._mark is not None and given and given != self._active:
            log.warning("secret.file_is_used", path=str(path), instead_of="API_SECRET")

    def active(self) -> tuple[str, ...]:
        """Those that open now; the file is looked at once a second at most. Empty: there is none."""
        now = self._clock.monotonic()
        if now - self._looked_at >= LOOK_S:
            self._looked_at = now
            self._look()
        return self._active

    def opens(self, credential: bytes) -> bool:
        """True for an active secret. All are compared, in a time that does not depend on what was sent."""
        sent = hashlib.sha256(credential).digest()
        found = False
        for secret in self.active():
            found |= hmac.compare_digest(sent, hashlib.sha256(secret.encode()).digest())
        return found

    def _look(self) -> None:
        mark = _mark_of(self._path)
        if mark == self._mark:
            return
        self._mark = mark
        try:
            stored = stored_secrets(self._path)
        except ConfigurationError as error:
            log.error("secret.file_refused", error=str(error))
            return
        if stored:
            self._active = stored
            log.info("secret.reread", active=len(stored))


def stored_secrets(path: Path) -> tuple[str, ...]:
    """The file's secrets, the current one first; empty when there is no file.

    Raises:
        ConfigurationError: others may read it, or it does not hold one or two lines.
    """
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            data = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be read: {error.strerror}.") from None
    if stat.S_IMODE(mode) & 0o077:
        raise ConfigurationError(f"{path} can be read by others: `chmod 600 {path}`.")
    found = _parsed(path, data)
    learn_secrets(found)  # they are cut out of logs from now on
    return found


def _parsed(path: Path, data: bytes) -> tuple[str, ...]:
    try:
        found = tuple(line.strip() for line in data.decode().splitlines() if line.strip())
    except UnicodeDecodeError:
        found = ()
    if not 1 <= len(found) <= 2 or len(data) > MAX_BYTES:
        raise ConfigurationError(f"{path} must hold one or two secrets, a line each: `nexus secret new`.")
    return found


def write_new_secret(path: Path, old: str | None) -> str:
    """Put a new secret into the file, with `old` as the previous one, at once or not at all; returns the new one."""
    new = secrets.token_urlsafe(32)
    write_secrets(path, [new, old] if old else [new])
    return new


def write_secrets(path: Path, lines: list[str]) -> None:
    """Replace the file; nobody sees half of it, and nobody but its owner can read it."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{FILE}-")  # made with mode 0600
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write("".join(f"{line}\n" for line in lines))
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _mark_of(path: Path) -> _Mark:
    try:
        seen = path.stat()
    except OSError:
        return None
    return seen.st_mtime_ns, seen.st_size, seen.st_ino
