"""The dashboard as it was built: which files there are, and what is sent for each. Knows nothing of requests.

Files are looked up by name in what a walk of the folder found, so no path of a request ever reaches the file system.
Links are not followed. What has changed is read again: `make dashboard` needs no restart.
"""

import gzip
import hashlib
import mimetypes
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from nexus.clock import Clock
from nexus.logs import get_logger

log = get_logger(__name__)

FOLDER = Path(__file__).resolve().parent.parent / "dashboard" / "frontend" / "dist"
"""Beside the packages: in a checkout where `make dashboard` builds it, in the wheel where it is put."""
INDEX = "index.html"
HASHED = "assets/"
LOOK_S = 1.0
MOST_BYTES = 64 * 1024 * 1024
FOR_EVER = "public, max-age=31536000, immutable"
ASK_FIRST = "no-cache"
_ENCODINGS = {"br": ".br", "gzip": ".gz"}  # the better first
_WORTH_IT = re.compile(r"text/|application/(javascript|json|manifest\+json)|image/svg")
_TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
    ".webmanifest": "application/manifest+json",
}

type _Mark = tuple[tuple[str, int, int], ...]
"""What tells one state of the folder from another: names, times in ns, sizes."""


@dataclass(frozen=True, slots=True)
class Asset:
    """One file. `bodies` by content encoding, `identity` among them."""

    media_type: str
    cache_control: str
    etag: str
    bodies: Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class Bundle:
    """All files, by their paths without a leading slash."""

    assets: Mapping[str, Asset] = field(default_factory=dict)

    @property
    def index(self) -> Asset | None:
        """The page; None when there is no bundle."""
        return self.assets.get(INDEX)


class Shelf:
    """The bundle as it is now; once there was one there is one, also while another is being put in its place."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self._folder = folder
        self._clock = clock
        self._mark: _Mark = ()
        self._bundle = Bundle()
        self._looked_at = -LOOK_S

    def is_fresh(self) -> bool:
        """False when it is time to look; looking reads files."""
        return self._clock.monotonic() - self._looked_at < LOOK_S

    @property
    def bundle(self) -> Bundle:
        """What was found."""
        return self._bundle

    def look(self) -> None:
        """Read the folder again if a file has changed. One that cannot be read leaves what was there."""
        self._looked_at = self._clock.monotonic()
        try:
            mark = _mark_of(self._folder)
            if mark == self._mark or not (self._folder / INDEX).is_file():
                return
            self._bundle = read_bundle(self._folder)
        except OSError as error:
            log.warning("pages.unreadable", error=error.strerror)
            return
        self._mark = mark
        log.info("pages.read", files=len(self._bundle.assets))


def find_bundle() -> Path | None:
    """The folder of the built dashboard, in a checkout or in the installed package; None when it was not built."""
    return FOLDER if (FOLDER / INDEX).is_file() else None


def read_bundle(folder: Path) -> Bundle:
    """Everything in `folder` that a browser may ask for, with what was compressed beside it.

    Raises:
        OSError: it cannot be read.
    """
    found = {name: path.read_bytes() for name, path in _walk(folder)}
    assets: dict[str, Asset] = {}
    for name, body in found.items():
        if not name.endswith((*_ENCODINGS.values(), ".map")):
            beside = {how: found[name + end] for how, end in _ENCODINGS.items() if name + end in found}
            assets[name] = _asset(name, body, beside)
    return Bundle(assets)


def _walk(folder: Path) -> Iterator[tuple[str, Path]]:
    """Plain files by their names from `folder` on; neither links nor what is hidden."""
    left = MOST_BYTES
    for parent, folders, names in folder.walk(follow_symlinks=False):
        folders[:] = [
            name for name in folders if not name.startswith(".") and not (parent / name).is_symlink()
        ]
        for name in names:
            path = parent / name
            if name.startswith(".") or path.is_symlink() or not path.is_file():
                continue
            left -= path.stat().st_size
            if left < 0:
                raise OSError(27, f"more than {MOST_BYTES} bytes")
            yield path.relative_to(folder).as_posix(), path


def _asset(name: str, body: bytes, beside: Mapping[str, bytes]) -> Asset:
    media_type = _TYPES.get(Path(name).suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"
    bodies = {"identity": body, **beside}
    if not beside and len(body) > 512 and _WORTH_IT.match(media_type):
        bodies["gzip"] = gzip.compress(body, 6, mtime=0)
    cache_control = FOR_EVER if name.startswith(HASHED) else ASK_FIRST
    return Asset(media_type, cache_control, hashlib.sha256(body).hexdigest()[:24], bodies)


def _mark_of(folder: Path) -> _Mark:
    seen = ((name, path.stat()) for name, path in _walk(folder))
    return tuple(sorted((name, stat.st_mtime_ns, stat.st_size) for name, stat in seen))
