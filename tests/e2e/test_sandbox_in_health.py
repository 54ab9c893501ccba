"""Where code in answers is run, as the workers of a real company found out: in health, and on the command line."""

from functools import partial
from pathlib import Path

import httpx
import pytest

from nexus.sandbox.probe import sandbox_level
from tests.running import SCRIPTED, Up, wait_for

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(400)]


@pytest.mark.parametrize("runner", [None, "/run/nobody.sock"], ids=["here", "away"])
def test_the_workers_level(runner: str | None, tmp_path: Path) -> None:
    settings = {"QA_RUNNER_SOCKET": runner} if runner else {}
    up = Up(tmp_path, **SCRIPTED, **settings)
    try:
        up.wait_for("Ctrl-C stops it")
        found = wait_for(partial(component, up), 60, "the sandbox in health")
        status = up.nexus("status").stdout
    finally:
        up.stop()
    is_there = not runner and not sandbox_level().startswith("none")
    assert found["status"] == ("healthy" if is_there else "degraded")
    assert found["reason"].startswith("the qa-runner does not answer" if runner else sandbox_level()[:4])
    assert "sandbox" in status


def component(up: Up) -> dict[str, str]:
    reply = httpx.get(f"{up.door.url}/api/health/detailed", timeout=10, trust_env=False)
    components: dict[str, dict[str, str]] = reply.json()["components"]
    return components.get("sandbox", {})
