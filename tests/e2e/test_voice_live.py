"""A voice message through the whole company as real processes, to a transcriber as strict as the original."""

import signal
from pathlib import Path
from typing import Any

import httpx
import pytest

from agents.config import OPENAI_MODELS
from agents.fakes import openai_api
from agents.fakes.openai_audio import TRANSCRIPTIONS, read_form, sound_of
from agents.fakes.script import Reply, Rule, Script
from agents.fakes.server import FakeServer
from agents.voice import NOBODY, OPENAI_VOICE
from tests.photos import sent
from tests.running import SCRIPTED, Up
from tests.sounds import an_ogg

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(400)]

KEY = "sk-test-0123456789"
QUESTION = "What is the capital of France?"
SCRIPT = Script((Rule((Reply(QUESTION),), path=TRANSCRIPTIONS), Rule((Reply("Paris."),))))


def test_what_is_spoken_is_answered_and_paid_for_as_it_says(tmp_path: Path) -> None:
    models = [*OPENAI_MODELS.values(), OPENAI_VOICE]
    with FakeServer(openai_api.create_app(SCRIPT, api_key=KEY, models=models)) as openai:
        up = Up(tmp_path, OPENAI_API_KEY=KEY, OPENAI_BASE_URL=f"{openai.base_url}/v1")
        try:
            up.wait_for("NEXUS is ready")
            reply = speak(up)
            order = up.door.order(str(reply["order_id"]))
            health = httpx.get(f"{up.door.url}/api/health/detailed", trust_env=False).json()
        finally:
            up.stop(signal.SIGINT)
            up.kill()
        calls = [call for call in openai.calls if call.method == "POST"]

    assert (reply["status"], reply["content"]) == ("delivered", "Paris.")
    assert [call.outcome for call in calls] == ["answered", "answered"]
    assert sound_of(read_form(dict(calls[0].raw_headers), calls[0].raw_body) or {}) == an_ogg()
    assert order["order"]["content"] == QUESTION
    assert [call["purpose"] for call in order["model_calls"]] == ["transcribe", "work"]
    assert 0 < order["model_calls"][0]["cost_usd"] < order["model_calls"][0]["worst_case_usd"]
    told = [event["type"] for event in order["events"]]
    assert told[:3] == ["order.queued", "order.transcribed", "order.triaged"]
    spent = sum(call["cost_usd"] for call in order["model_calls"])
    assert reply["receipt"]["cost_usd"] == pytest.approx(spent)
    assert health["components"]["voice"]["reason"] == f"{OPENAI_VOICE} (at 127.0.0.1, paid)"


def test_without_a_transcriber_the_answer_says_what_to_set(tmp_path: Path) -> None:
    up = Up(tmp_path, **SCRIPTED)
    try:
        up.wait_for("NEXUS is ready")
        reply = speak(up)
    finally:
        up.stop(signal.SIGINT)
        up.kill()
    assert (reply["status"], reply["reason"]) == ("declined", NOBODY)


def speak(up: Up) -> dict[str, Any]:
    body = {"content": "", "wait": 60, "attachments": [sent(an_ogg(), "audio")]}
    reply = httpx.post(f"{up.door.url}/api/chat", json=body, timeout=70, trust_env=False)
    assert reply.status_code == 200, reply.text
    return dict(reply.json())
