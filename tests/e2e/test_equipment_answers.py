"""Messages that a tool answers, from outside: real processes, and a provider that counts what it is asked."""

import asyncio
import json
import os
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from agents.config import ANTHROPIC_MODELS
from agents.fakes.anthropic_api import create_app
from agents.fakes.script import Script
from agents.fakes.server import FakeServer
from tests.e2e.test_whole_company import pid_of_holder, result_by_websocket, tcp_valkey
from tests.equipment.scripts import living
from tests.running import NEXUS, Door, Process, Up, a_gateway, a_worker, an_environment, wait_for

__all__ = ["tcp_valkey"]
pytestmark = [pytest.mark.e2e, pytest.mark.timeout(400)]

FULL = "how full is the disk?"
GARDEN = "Is the garden wet?"
SLOW = """
import pathlib, time
pathlib.Path("began").write_text("x")
while not pathlib.Path("gate").exists():
    time.sleep(0.02)
print("The garden is wet.")
"""


@dataclass(frozen=True)
class Provider:
    """A paid provider that counts."""

    settings: dict[str, str]
    server: FakeServer

    @property
    def calls(self) -> int:
        return len([call for call in self.server.calls if "messages" in call.path])


@pytest.fixture
def provider() -> Iterator[Provider]:
    app = create_app(
        Script.saying("I cannot see it."), api_key="sk-ant-test", models=list(ANTHROPIC_MODELS.values())
    )
    with FakeServer(app) as server:
        yield Provider({"ANTHROPIC_API_KEY": "sk-ant-test", "ANTHROPIC_BASE_URL": server.base_url}, server)


def test_how_full_is_the_disk_is_answered_with_no_token_on_every_channel(
    tmp_path: Path, provider: Provider
) -> None:
    up = Up(tmp_path, **provider.settings)
    try:
        up.wait_for("Ctrl-C stops it")
        before = provider.calls

        reply = up.door.chat(FULL)
        by_cli = up.nexus("chat", "磁盘还剩多少空间？")
        by_openai = httpx.post(
            f"{up.door.url}/v1/chat/completions",
            json={
                "model": "nexus",
                "messages": [{"role": "user", "content": "what did we spend this week?"}],
            },
            timeout=60,
            trust_env=False,
        ).json()
        by_socket = asyncio.run(result_by_websocket(up.door, reply["session_id"]))
        why = up.nexus("why", reply["order_id"])
        replay = up.nexus("replay", reply["order_id"])

        assert provider.calls == before, "no model was asked"
        assert reply["content"].startswith("The disk is ")
        receipt = reply["receipt"]
        assert (receipt["equipment"], receipt["model"]) == ("health_check", None)
        assert (receipt["input_tokens"], receipt["output_tokens"], receipt["cost_usd"]) == (0, 0, 0)
        assert "0+0 tokens · $0.00" in reply["receipt_text"]
        assert by_cli.stdout.startswith("磁盘已用 ")
        assert "equipment: health_check" in by_cli.stdout
        assert by_openai["choices"][0]["message"]["content"].startswith("This week (")
        assert by_openai["usage"]["total_tokens"] == 0
        assert by_socket["payload"]["receipt"]["equipment"] == "health_check"
        assert "equipment/health_check: passed" in why.stdout
        assert "the verdict holds" in replay.stdout

        people = up.door.chat(FULL, tier="intern")
        assert (people["content"], provider.calls) == ("I cannot see it.", before + 1), "the counter counts"
        assert people["receipt"]["equipment"] is None
    finally:
        up.stop(signal.SIGINT)
        up.kill()


def a_garden(home: Path, *, again: bool) -> Path:
    """A tool of the owner's that waits for its gate; returns the folder where it works."""
    (home / "equipment").mkdir(parents=True)
    (home / "equipment" / "water.py").write_text(SLOW)
    line = {
        "file": "water.py",
        "description": "Looks at the garden.",
        "words": ["garden"],
        "examples": [GARDEN],
        "answers": True,
        "again_when_lost": again,
    }
    fields = ", ".join(f"{name} = {json.dumps(value)}" for name, value in line.items())
    (home / "equipment.toml").write_text(f"[tools]\nwater = {{ {fields} }}\n")
    return home / "equipment-work" / "water"


@pytest.mark.parametrize("again", [True, False], ids=["harmless", "not twice"])
def test_when_a_worker_is_killed_at_the_tool_another_gives_the_one_answer(
    tmp_path: Path, tcp_valkey: str, provider: Provider, again: bool
) -> None:
    folder = a_garden(tmp_path / "home", again=again)
    environment = an_environment(
        tmp_path, **provider.settings, REDIS_URL=tcp_valkey, LEASE_S="1", EQUIPMENT_ALLOW_SCRIPTS="true"
    )
    door = Door(environment["PORT"])
    workers = [a_worker(f"w{n}", environment, tmp_path) for n in (1, 2)]
    parts: list[Process] = [a_gateway(environment, tmp_path), *workers]
    try:
        wait_for(door.is_open, what="the gateway")
        for worker in workers:
            worker.wait_for("worker.ready")
        order_id = door.chat(GARDEN, wait=0)["order_id"]
        wait_for((folder / "began").exists, 30, "the tool")
        (folder / "began").unlink()
        first = set(living("water.py"))

        os.kill(pid_of_holder(order_id, environment), signal.SIGKILL)
        if again:
            wait_for((folder / "began").exists, 40, "the tool, once more")
        wait_for(lambda: not first & set(living("water.py")), 20, "the end of the first one's tool")
        (folder / "gate").touch()

        detail: dict[str, Any] = wait_for(
            lambda: (d := door.order(order_id)) and d["order"]["finished_at"] and d, 40, "the answer"
        )
        assert detail["order"]["status"] == "delivered"
        assert [attempt["status"] for attempt in detail["attempts"]] == ["abandoned", "passed"]
        assert len([event for event in detail["events"] if event["type"] == "order.delivered"]) == 1
        by_tool = ("water", 0, "The garden is wet." in detail["order"]["result"])
        by_people = (None, 1, False)
        seen = (detail["receipt"]["equipment"], provider.calls, "garden" in detail["order"]["result"])
        assert seen == (by_tool if again else by_people)
        wait_for(lambda: not living("water.py"), 20, "the end of the tool")
    finally:
        for part in parts:
            part.kill()


def test_a_worker_that_serves_no_admin_runs_no_schedule_and_one_that_does_runs_what_is_asked_for(
    tmp_path: Path, tcp_valkey: str, provider: Provider
) -> None:
    environment = an_environment(tmp_path, **provider.settings, REDIS_URL=tcp_valkey)
    door = Door(environment["PORT"])
    command = (NEXUS[0], "-m", "agents.worker", "--roles")
    intern = Process((*command, "intern"), environment, tmp_path / "intern.out")
    admin = Process((*command, "admin"), environment, tmp_path / "admin.out")
    gateway = a_gateway(environment, tmp_path)
    try:
        wait_for(door.is_open, what="the gateway")
        intern.wait_for("worker.ready")
        admin.wait_for("worker.ready")
        reply = httpx.post(
            f"{door.url}/api/equipment/health_check/run", json={"wait": 30}, timeout=60, trust_env=False
        )

        assert reply.json()["status"] in ("done", "failed"), reply.text
        assert "equipment.begun" in admin.said
        assert "equipment" not in intern.said
        assert (admin.stop(), intern.stop()) == (0, 0)
    finally:
        for part in (intern, admin, gateway):
            part.kill()
