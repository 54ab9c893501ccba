"""Secrets in a model's answers are nowhere raw: not in the record, the logs, a channel, an export or a report.

The company is real processes with a scripted model. Beside each secret its answer has a word; that the word is found
where the secret is not shows that the place was looked into.
"""

import json
import random
import sqlite3
import string
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from db.engine import open_database
from nexus.settings import CommonSettings
from tests.conftest import REPOSITORY
from tests.interfaces.telegram.desk_at_work import Desk, a_desk
from tests.running import SCRIPTED, Up

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(400)]

FIRST, SECOND = "seagull", "lighthouse"
ASKED = "Write a short note about the harbour. It must contain the word lighthouse."


def random_text(seed: int, size: int, chars: str = string.ascii_letters + string.digits) -> str:
    return "".join(random.Random(seed).choices(chars, k=size))


def secrets_of(seed: int) -> dict[str, str]:
    """Made here, so that no scanner takes this file for a leak."""
    return {
        "token": "ghp_" + random_text(seed, 36),
        "model key": "sk-ant-" + random_text(seed + 1, 40),
        "password": "Xk7" + random_text(seed + 2, 12) + "z9",
        "in a URL": "Qz4" + random_text(seed + 3, 14),
        "key body": random_text(seed + 4, 64),
        "broken": "ghp_" + random_text(seed + 5, 36),
    }


def an_answer(word: str, planted: dict[str, str]) -> str:
    broken = planted["broken"]
    return (
        f"The {word} stands here.\n\nTOKEN={planted['token']}\nthe key is {planted['model key']}.\n"
        f"DB_PASSWORD={planted['password']}\npostgresql://app:{planted['in a URL']}@db.internal/app\n"
        f"-----BEGIN RSA PRIVATE KEY-----\n{planted['key body']}\n-----END RSA PRIVATE KEY-----\n"
        f'key = "{broken[:20]}" + "{broken[20:]}"\n'
    )


@dataclass(frozen=True)
class Company:
    """A running company, and what its model says: a first answer that fails, and a second that passes."""

    up: Up
    home: Path
    planted: dict[str, str]

    def raw_in(self, text: str | bytes) -> list[str]:
        """Which secrets, or a middle part of them, stand there."""
        data = text if isinstance(text, bytes) else text.encode()
        return [name for name, value in self.planted.items() if value[6:18].encode() in data]


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    folder = tmp_path_factory.mktemp("planted")
    first, second = secrets_of(11), secrets_of(77)
    answers = [an_answer(FIRST, first), an_answer(SECOND, second)] * 20
    script = folder / "script.json"
    script.write_text(json.dumps({"rules": [{"match": "harbour", "answers": answers}]}))
    planted = {f"first {name}": value for name, value in first.items()}
    planted |= {f"second {name}": value for name, value in second.items()}
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        up = Up(folder, **SCRIPTED, NEXUS_SCRIPT=str(script), BACKUP_DIR="backups", LOG_LEVEL="DEBUG")
        try:
            up.wait_for("Ctrl-C stops it")
            found = Company(up, Path(up.environment["NEXUS_HOME"]), planted)
            assert len(found.raw_in(script.read_bytes())) == len(planted), "control: raw they are seen"
            yield found
        finally:
            up.stop()
            up.kill()


@pytest.fixture(scope="module")
def order_id(company: Company) -> str:
    """An order that was tried twice and delivered."""
    done = company.up.door.chat(ASKED)
    assert done["status"] == "delivered", done
    assert company.raw_in(json.dumps(done)) == []
    assert SECOND in json.dumps(done)
    assert "[redacted: github-token]" in json.dumps(done)
    return str(done["order_id"])


def fetched(company: Company, path: str) -> str:
    reply = httpx.get(f"{company.up.door.url}{path}", timeout=20, trust_env=False)
    assert reply.status_code == 200, (path, reply.text)
    return reply.text


def test_what_the_dashboard_and_the_api_show(company: Company, order_id: str) -> None:
    order = company.up.door.order(order_id)
    shown = {
        path: fetched(company, path)
        for path in (
            f"/api/work-orders/{order_id}",
            "/api/work-orders",
            f"/api/work-orders/{order_id}/events",
            f"/api/sessions/{order['order']['session_id']}",
            "/api/sessions",
            "/api/audit",
            "/api/alerts",
        )
    }
    assert {path: company.raw_in(text) for path, text in shown.items() if company.raw_in(text)} == {}
    detail = shown[f"/api/work-orders/{order_id}"]
    assert SECOND in detail, "control: the answer is there"
    assert "redacted" in detail


def test_what_an_application_is_streamed(company: Company, order_id: str) -> None:
    body = {"model": "nexus", "stream": True, "messages": [{"role": "user", "content": ASKED}]}
    reply = httpx.post(f"{company.up.door.url}/v1/chat/completions", json=body, timeout=60, trust_env=False)
    pieces = [json.loads(line[6:]) for line in reply.text.splitlines() if line.startswith("data: {")]
    text = "".join(
        str(piece["choices"][0]["delta"].get("content") or "") for piece in pieces if piece.get("choices")
    )

    assert reply.status_code == 200, reply.text
    assert SECOND in text, "control: the answer is there"
    assert company.raw_in(text) == company.raw_in(reply.text) == []


def test_what_the_commands_print(company: Company, order_id: str) -> None:
    printed = {
        " ".join(arguments): (done := company.up.nexus(*arguments)).stdout + done.stderr
        for arguments in (
            ("replay", order_id, "--full"),
            ("why", order_id),
            ("orders", "list"),
            ("orders", "show", order_id),
            ("cost",),
            ("chat", ASKED),
        )
    }
    assert {name: company.raw_in(text) for name, text in printed.items() if company.raw_in(text)} == {}
    replayed = printed[f"replay {order_id} --full"]
    assert FIRST in replayed, "control: the answer that failed is there"
    assert SECOND in replayed


@pytest.fixture
async def desk(company: Company) -> AsyncIterator[Desk]:
    database = open_database(CommonSettings(nexus_home=company.home))
    async with a_desk(database, company.up.door.url, company.home) as at_work:
        yield at_work
    database.close()


async def test_what_telegram_is_sent(company: Company, desk: Desk) -> None:
    await desk.order(desk.ann, ASKED)
    answer = await desk.api.wait_for(desk.ann, lambda message: SECOND in message.text, 60)
    for command in ("/why", "/orders", "/audit"):
        await desk.asks(desk.ann, command)
    sent = "\n".join(message.text for message in desk.api.messages(desk.ann))

    assert "redacted: github-token" in answer.text
    assert company.raw_in(sent) == []


def test_what_lies_in_the_data_folder_and_in_a_backup(company: Company, order_id: str) -> None:
    backed_up = company.up.nexus("backup")
    assert backed_up.returncode == 0, backed_up.stderr
    with closing(sqlite3.connect(f"file:{company.home / 'nexus.db'}?mode=ro", uri=True)) as store:
        tables = {name for (name,) in store.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        lines = list(store.iterdump())
    holding = {table for table in tables for line in lines if f'INTO "{table}"' in line and SECOND in line}
    raw = {line.split(" VALUES", 1)[0]: company.raw_in(line) for line in lines if company.raw_in(line)}
    assert raw == {}
    assert {"attempts", "work_orders"} <= holding, "control: the answer is in the dump"

    files = [path for path in company.home.rglob("*") if path.is_file()]
    assert {
        str(path): company.raw_in(path.read_bytes()) for path in files if company.raw_in(path.read_bytes())
    } == {}
    assert any(SECOND.encode() in path.read_bytes() for path in files), "control: the answer is in the files"
    assert any("backups" in path.parts for path in files)
    logs = "".join(path.read_text(errors="replace") for path in files if "logs" in path.parts)
    assert company.raw_in(logs + company.up.said) == []
    assert order_id in logs + company.up.said, "control: the logs speak of the order"


def test_what_qas_runner_reports(company: Company, tmp_path: Path) -> None:
    answer = an_answer(SECOND, {name.partition(" ")[2]: value for name, value in company.planted.items()})
    (tmp_path / "answer.txt").write_text(answer)
    (tmp_path / "pyproject.toml").write_text("")
    spec = {"name": "look", "command": "cat answer.txt", "security": {"on_secret": "fail"}}
    (tmp_path / "spec.json").write_text(json.dumps(spec))
    tmp_path.chmod(0o755)
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "qa.runner",
            "--spec",
            "spec.json",
            "--report-json",
            "report.json",
            "--show-output",
        ],
        cwd=tmp_path,
        env=company.up.environment | {"PYTHONPATH": str(REPOSITORY)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    report = (tmp_path / "report.json").read_text()

    assert done.returncode == 1, done.stderr
    assert "github-token" in report
    assert SECOND in done.stdout, "control: the output is shown"
    assert company.raw_in(done.stdout + done.stderr + report) == []
