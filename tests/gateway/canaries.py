"""Twelve secrets planted in a running company, and every place they must not come out of."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import sqlalchemy as sa
from websockets.exceptions import WebSocketException
from websockets.sync.client import connect

from agents.fakes.script import Fault, Reply, Rule, Script
from db.health_tables import model_health
from db.tables import attempts, audit_logs, model_calls, verdicts, work_orders

PLANTED = {
    "api_secret": "canary-current-secret-4f1a9c0d7e",
    "api_secret_previous": "canary-previous-secret-77aa01bd3f",
    "anthropic_key": "sk-ant-api03-Q7canaryW2x9Kd81LmZp55Tt",
    "openai_key": "sk-proj-H4canaryV8s2Jf63RnYq91Bb",
    "db_password": "canary-db-pass-91XyZ",
    "redis_password": "canary-redis-pass-37QrS",
    "in_a_message": "ghp_9fK2canarymL0pQ7rS4tU8vW1xY5zA3bC",
    "in_a_header": "canary9header8credential7",
    "in_an_answer": "sk-ant-api03-Z1answercanaryN6c4Vb82QwEr",
    "telegram": "7312845609:AAHcanary0k3JdfL2mNpQ9rStUvWxYz1234",
    # and those that the company makes itself: a token and a ticket, see `Plant.learn`.
}


@dataclass(slots=True)
class Plant:
    """The canaries, and everything that was seen and should hold none of them."""

    secrets: dict[str, str] = field(default_factory=lambda: dict(PLANTED))
    seen: dict[str, str] = field(default_factory=dict)

    def learn(self, name: str, secret: str) -> str:
        """Note a secret that the company has made."""
        assert len(secret) > 16
        self.secrets[name] = secret
        return secret

    def look_at(self, place: str, text: str) -> None:
        """Keep what a place says."""
        self.seen[f"{place} #{len(self.seen)}"] = text

    @property
    def escaped(self) -> list[tuple[str, str, str]]:
        """Which canary came out where, with its surroundings."""
        return [
            (name, place, text[max(0, text.find(secret) - 80) : text.find(secret) + len(secret) + 20])
            for place, text in self.seen.items()
            for name, secret in self.secrets.items()
            if secret in text
        ]


def a_script() -> Script:
    """A model that blurts secrets out, and a vendor that puts the key into its errors."""
    leak = Reply(f"The key is {PLANTED['in_an_answer']}, and the old one {PLANTED['openai_key']}.")
    refused = Fault("http_status", status=400, message=f"bad request with key {PLANTED['anthropic_key']}")
    broken = Fault("http_status", status=500, body=f"<html>x-api-key: {PLANTED['anthropic_key']}</html>")
    return Script(
        rules=(
            Rule((leak,), last_user="leak", repeat_last=True),
            Rule((refused,), last_user="refuse", repeat_last=True),
            Rule((broken,), last_user="break", repeat_last=True),
        )
    )


def talk(plant: Plant, url: str, token: str) -> None:
    """Everything that a client may send, right and wrong; keeps the error bodies."""
    right = {"Authorization": f"Bearer {plant.secrets['api_secret']}"}
    with httpx.Client(base_url=url, trust_env=False, timeout=60, headers=right) as client:
        for what in ("leak it", "refuse it", "break it", "say hello"):
            content = f"Please {what}: {PLANTED['in_a_message']} {PLANTED['telegram']}"
            order = _keep(plant, client.post("/api/chat", json={"content": content, "wait": 10})).json()
            _keep(plant, client.get(f"/api/work-orders/{order['order_id']}"))
            plant.look_at("receipt", json.dumps(order.get("receipt")))
        _keep(plant, client.post("/api/budget/freeze", json={"reason": f"{PLANTED['telegram']} leaked"}))
        _keep(plant, client.post("/api/budget/thaw"))
        held = client.post("/api/chat", json={"content": "Wait"}).json()
        _keep(plant, client.post(f"/api/work-orders/{held['order_id']}/cancel"))
        _send_wrong(plant, client)
        _by_websocket(plant, client, url, token)
        for place in ("/metrics", "/api/metrics", "/api/health/detailed", "/api/agents", "/api/audit"):
            plant.look_at(place, client.get(place).raise_for_status().text)


def _send_wrong(plant: Plant, client: httpx.Client) -> None:
    secrets = plant.secrets
    wrong = secrets["in_a_header"]
    for headers in (
        {"Authorization": f"Bearer {wrong}"},
        {"Authorization": f"Basic {wrong}"},
        {"Authorization": f"Bearer {secrets['token']}x"},
        {"Authorization": "", "Cookie": f"token={wrong}", "X-Api-Key": wrong},
        {"Origin": f"http://{wrong}.example"},
        {"Host": f"{wrong}.example"},
        {"X-Request-ID": secrets["anthropic_key"], "Authorization": ""},
    ):
        _keep(plant, client.get("/api/agents", headers=headers), f"refused {list(headers)}")
    for name in ("in_a_message", "telegram", "anthropic_key", "api_secret", "token", "openai_key"):
        secret = secrets[name]
        _keep(plant, client.get(f"/api/work-orders/{secret}"))
        _keep(plant, client.get(f"/{secret}"))
        _keep(plant, client.get("/api/work-orders", params={"status": secret, "token": secret}))
        _keep(plant, client.get("/api/work-orders", params={"status": secret}))
        _keep(plant, client.post("/v1/chat/completions", json={"model": secret, secret: 1, "messages": []}))
        _keep(plant, client.post("/api/chat", json={"content": "x", "session_id": secret, secret: secret}))
        _keep(plant, client.post("/api/chat", json={"content": "x", "tier": secret}))
        keyed = {"Idempotency-Key": f"{secret} {secret}"}
        _keep(plant, client.post("/api/chat", json={"content": "x"}, headers=keyed))


def _by_websocket(plant: Plant, client: httpx.Client, url: str, token: str) -> None:
    made = client.post("/api/ws-ticket").raise_for_status().json()
    ticket = plant.learn("ticket", made["ticket"])
    address = url.replace("http", "ws") + "/ws"
    for credential in ({"ticket": ticket}, {"ticket": ticket}, {"token": token}, {"token": f"{token}x"}):
        with connect(address, proxy=None) as socket:
            frame = {"type": "req", "id": 1, "method": "auth", "params": credential}
            try:
                socket.send(json.dumps(frame))
                plant.look_at("first frame's answer", str(socket.recv(20)))
                for name in ("in_a_message", "telegram"):
                    said = {"type": "req", "id": 2, "method": plant.secrets[name], "params": {}}
                    socket.send(json.dumps(said))
                    plant.look_at("frame", str(socket.recv(20)))
            except WebSocketException as error:
                plant.look_at("hangup", str(error))


def _keep(plant: Plant, reply: httpx.Response, place: str | None = None) -> httpx.Response:
    """Error bodies are looked at, with their headers; what the owner asked for is the record."""
    if reply.status_code >= 400:
        plant.look_at(place or "error body", f"{reply.headers}\n{reply.text}")
    assert reply.status_code < 500, reply.text
    return reply


def look_at_rows(plant: Plant, engine: sa.Engine) -> None:
    """Audit rows, and everything that reports on the work without being the work."""
    places: Mapping[str, sa.Select[Any]] = {
        "audit row": sa.select(audit_logs),
        "verdict": sa.select(verdicts.c.checks),
        "receipt": sa.select(work_orders.c.receipt, work_orders.c.failure_reason, work_orders.c.tier_reason),
        "try": sa.select(attempts.c.error, attempts.c.feedback),
        "call": sa.select(model_calls.c.error, model_calls.c.trouble),
        "health of a model": sa.select(model_health.c.detail),
    }
    with engine.connect() as connection:
        for place, query in places.items():
            rows = connection.execute(query).all()
            plant.look_at(place, "\n".join(map(str, rows)))


def look_at_logs(plant: Plant, folder: Path) -> None:
    """Everything the processes have printed."""
    for path in folder.glob("*.out"):
        plant.look_at(path.name, path.read_text())
