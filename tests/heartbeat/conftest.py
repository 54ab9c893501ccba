"""A company on paper for the heartbeat: a database, Redis, and nobody at the gateway's address."""

from pathlib import Path

import pytest

from heartbeat.config import HeartbeatSettings
from nexus.cli.ports import free_port


@pytest.fixture
def settings(tmp_path: Path, valkey_server: str) -> HeartbeatSettings:
    """Settings of a heartbeat whose gateway is not there."""
    return HeartbeatSettings(nexus_home=tmp_path / "home", redis_url=valkey_server, port=free_port())
