"""Bait outside the sandbox, and a look at whether any of it was taken."""

import json
import os
import secrets
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import nexus.sandbox

SLEEP = "import time; time.sleep(600)"


@dataclass(frozen=True)
class Bait:
    """Files, listeners and a process that a program in the sandbox must not reach."""

    word: str
    folder: Path
    decoy: subprocess.Popen[bytes]
    listeners: dict[str, socket.socket]
    places: dict[str, object]

    def state(self) -> dict[str, object]:
        """All that may not change: names, contents and modes."""
        return {
            str(path.relative_to(self.folder)): (
                path.lstat().st_mode,
                path.lstat().st_mtime_ns,
                path.read_text() if path.is_file() else "",
            )
            for path in sorted(self.folder.rglob("*"))
        }

    def taken(self) -> list[str]:
        """What was taken, but for changes in the folder."""
        places = [Path(place) for place in ("/dev/shm", "/tmp", "/var/tmp", "/usr", sys.prefix)]  # noqa: S108
        ours = Path(next(iter(nexus.sandbox.__path__)))
        found = [str(place / self.word) for place in (*places, ours) if (place / self.word).exists()]
        for name, listener in self.listeners.items():
            try:
                if listener.type == socket.SOCK_DGRAM:
                    listener.recv(1)
                else:
                    listener.accept()[0].close()
            except BlockingIOError:
                continue
            found.append(name)
        if self.decoy.poll() is not None:
            found.append("the decoy")
        return found + [f"process {pid}" for pid in self.survivors()]

    def survivors(self) -> list[int]:
        """Processes whose command line has the word, but for the decoy."""
        found = []
        for place in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                if self.word.encode() in place.read_bytes() and place.parent.name != str(self.decoy.pid):
                    found.append(int(place.parent.name))
            except OSError:
                continue
        return found


@contextmanager
def laid_bait() -> Iterator[Bait]:
    word = f"word-{secrets.token_hex(6)}"
    with tempfile.TemporaryDirectory(prefix="bait-") as name, ExitStack() as things:
        folder = Path(name)
        folder.chmod(0o777)
        for file in ("file", ".env", "nexus.db"):
            (folder / file).write_text(word)
            (folder / file).chmod(0o666)
        listeners = _listeners(folder, word, things)
        decoy = subprocess.Popen([sys.executable, "-c", SLEEP, word], env={"WORD": word})
        disks = [disk for disk in ("/dev/vda", "/dev/sda", "/dev/nvme0n1") if Path(disk).exists()]
        port6 = listeners["ipv6"].getsockname()[1] if "ipv6" in listeners else 1
        places: dict[str, object] = {
            "word": word,
            "folder": name,
            "file": f"{name}/file",
            "env_file": f"{name}/.env",
            "home_file": f"{name}/.env",
            "database": f"{name}/nexus.db",
            "disk": disks[0] if disks else "",
            "ours": next(iter(nexus.sandbox.__path__)),
            "port": listeners["ipv4"].getsockname()[1],
            "port6": port6,
            "abstract": word,
            "socket": f"{name}/socket",
            "datagrams": f"{name}/datagrams",
            "decoy": decoy.pid,
        }
        try:
            yield Bait(word, folder, decoy, listeners, places)
        finally:
            decoy.kill()
            decoy.wait()


def _listeners(folder: Path, word: str, things: ExitStack) -> dict[str, socket.socket]:
    wanted: list[tuple[str, int, int, object]] = [
        ("ipv4", socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", 0)),
        ("ipv6", socket.AF_INET6, socket.SOCK_STREAM, ("::1", 0)),
        ("abstract", socket.AF_UNIX, socket.SOCK_STREAM, f"\0{word}"),
        ("socket", socket.AF_UNIX, socket.SOCK_STREAM, f"{folder}/socket"),
        ("datagrams", socket.AF_UNIX, socket.SOCK_DGRAM, f"{folder}/datagrams"),
    ]
    listeners = {}
    for name, family, kind, address in wanted:
        try:
            listener = things.enter_context(socket.socket(family, kind))
            listener.bind(address)  # type: ignore[arg-type]
        except OSError:
            if name == "ipv6":  # not every machine has it
                continue
            raise
        if kind == socket.SOCK_STREAM:
            listener.listen(50)
        listener.setblocking(False)
        listeners[name] = listener
    for name in ("socket", "datagrams"):
        os.chmod(folder / name, 0o777)  # noqa: PTH101, S103 - reachable but for the sandbox
    return listeners


def as_file(bait: Bait) -> bytes:
    """What the programs read."""
    return json.dumps(bait.places).encode()
