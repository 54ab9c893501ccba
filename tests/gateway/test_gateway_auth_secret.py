"""The secret's file: rotated without a restart, never readable by others, and never lost to an open door."""

import os
from pathlib import Path

import pytest

from nexus.clock import ManualClock
from nexus.errors import ConfigurationError
from nexus.secret_file import LOOK_S, Secrets, stored_secrets, write_new_secret, write_secrets


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "home" / "api_secret"


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


def test_a_rotation_is_seen_without_a_restart(path: Path, clock: ManualClock) -> None:
    secrets = Secrets(path, ("from-the-environment",), clock)
    assert secrets.opens(b"from-the-environment")

    new = write_new_secret(path, "from-the-environment")
    assert not secrets.opens(new.encode())
    clock.advance(LOOK_S)
    assert secrets.opens(new.encode())
    assert secrets.opens(b"from-the-environment")

    newest = write_new_secret(path, new)
    clock.advance(LOOK_S)
    assert secrets.active() == (newest, new)
    assert not secrets.opens(b"from-the-environment")

    write_secrets(path, [newest])
    clock.advance(LOOK_S)
    assert secrets.active() == (newest,)
    assert not secrets.opens(new.encode())


def test_the_file_stands_for_the_environment(path: Path, clock: ManualClock) -> None:
    write_secrets(path, ["in-the-file"])
    secrets = Secrets(path, ("from-the-environment",), clock)
    assert secrets.active() == ("in-the-file",)


def test_the_file_is_its_owners_alone_and_nothing_is_left_beside_it(path: Path) -> None:
    old_mask = os.umask(0)
    try:
        secret = write_new_secret(path, None)
    finally:
        os.umask(old_mask)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert [file.name for file in path.parent.iterdir()] == ["api_secret"]
    assert len(secret) >= 43
    assert stored_secrets(path) == (secret,)


@pytest.mark.parametrize(
    ("data", "mode"),
    [
        (b"", 0o600),
        (b"\n \n", 0o600),
        (b"a\nb\nc\n", 0o600),
        (b"\xff", 0o600),
        (b"x" * 5000, 0o600),
        (b"a", 0o644),
    ],
)
def test_a_file_that_cannot_be_used_stops_the_start_and_changes_nothing_later(
    path: Path, clock: ManualClock, data: bytes, mode: int
) -> None:
    write_secrets(path, ["good"])
    secrets = Secrets(path, (), clock)
    path.write_bytes(data)
    path.chmod(mode)
    clock.advance(LOOK_S)
    assert secrets.active() == ("good",)
    with pytest.raises(ConfigurationError, match="api_secret"):
        Secrets(path, (), clock)


def test_who_deletes_the_file_opens_nothing(path: Path, clock: ManualClock) -> None:
    write_secrets(path, ["good"])
    secrets = Secrets(path, (), clock)
    path.unlink()
    clock.advance(LOOK_S)
    assert secrets.active() == ("good",)
    assert not secrets.opens(b"")


def test_without_any_secret_nothing_opens(path: Path, clock: ManualClock) -> None:
    secrets = Secrets(path, (), clock)
    assert secrets.active() == ()
    assert not secrets.opens(b"")
