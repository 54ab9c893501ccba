"""A model id that does not exist, one past its end, a wrong key and no Ollama, all at once: the real commands.

Doctor prints one line each with the fix; the company starts all the same and answers with what works.
"""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from agents.config import ANTHROPIC_MODELS, STARTER_MODEL
from agents.fakes import anthropic_api, openai_api
from agents.fakes.script import Script
from agents.fakes.server import FakeServer
from tests.running import NEXUS, Up, an_environment

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(400)]

KEY, WRONG_KEY = "sk-ant-right-key", "sk-oai-wrong-key"
RETIRED = "claude-mythos-preview"  # on 2026-06-09, by LiteLLM's table
ANSWER = "The capital of France is Paris."


@pytest.fixture
def anthropic() -> Iterator[FakeServer]:
    served = [*ANTHROPIC_MODELS.values(), RETIRED]
    with FakeServer(anthropic_api.create_app(Script.saying(ANSWER), api_key=KEY, models=served)) as server:
        yield server


@pytest.fixture
def openai() -> Iterator[FakeServer]:
    with FakeServer(openai_api.create_app(Script(), api_key="another", models=["gpt-5.4"])) as server:
        yield server


def all_four(anthropic: FakeServer, openai: FakeServer) -> dict[str, str]:
    return {
        "ANTHROPIC_API_KEY": KEY,
        "ANTHROPIC_BASE_URL": anthropic.base_url,
        "OPENAI_API_KEY": WRONG_KEY,
        "OPENAI_BASE_URL": f"{openai.base_url}/v1",
        "NEXUS_MODEL_CEO": "claude-opus-9",
        "NEXUS_MODEL_DIRECTOR": RETIRED,
        "NEXUS_MODEL_INTERN": "ollama/qwen3:8b",
    }


def test_doctor_prints_one_line_with_one_fix_for_each(
    tmp_path: Path, anthropic: FakeServer, openai: FakeServer
) -> None:
    environment = an_environment(tmp_path, **all_four(anthropic, openai))

    doctor = subprocess.run(
        [*NEXUS, "doctor"], env=environment, capture_output=True, text=True, check=False, timeout=90
    )

    said = [re.sub(r" {2,}", " ", line) for line in doctor.stdout.splitlines()]
    wrong = [line.removeprefix("FAIL ") for line in said if line.startswith("FAIL")]
    ollama = environment["OLLAMA_BASE_URL"]
    assert wrong == [
        f"ollama Ollama does not answer at OLLAMA_BASE_URL={ollama} (ConnectError): run `ollama serve`, or correct "
        "the URL.",
        f"{RETIRED} {RETIRED} was retired on 2026-06-09: set NEXUS_MODEL_DIRECTOR to a current model.",
        "openai key OPENAI_API_KEY is refused (401): set a valid key.",
        "claude-opus-9 anthropic has no claude-opus-9 (it has claude-haiku-4-5, claude-mythos-preview, "
        "claude-opus-4-6, …): set NEXUS_MODEL_CEO to a model that exists.",
    ], doctor.stdout
    assert doctor.returncode == 1
    assert said[-1].startswith("4 to fix, 0 to look at")
    assert any(line.startswith("OK claude-opus-4-6 anthropic, $5.00 in, $25.00 out") for line in said)
    assert KEY not in doctor.stdout + doctor.stderr
    assert WRONG_KEY not in doctor.stdout + doctor.stderr
    assert {call.method for call in (*anthropic.calls, *openai.calls)} == {"GET"}, "nothing was spent"


@pytest.mark.starter
def test_with_all_four_the_company_answers_in_every_tier_and_wastes_no_call(
    tmp_path: Path, anthropic: FakeServer, openai: FakeServer
) -> None:
    up = Up(tmp_path, **all_four(anthropic, openai))
    try:
        up.wait_for("Ctrl-C stops it")
        assert "OPENAI_API_KEY is refused (401): set a valid key." in up.said
        assert f"{STARTER_MODEL} (starter model, on this machine, free), in place of qwen3:8b" in up.said

        models = [
            up.door.chat("What is the capital of France?", tier=tier)["receipt"]["model"]
            for tier in ("intern", "director", "ceo")
        ]

        assert models == [STARTER_MODEL, "claude-sonnet-4-6", "claude-opus-4-6"]
        asked = {call.model for call in anthropic.calls if call.method == "POST"}
        assert asked == {"claude-sonnet-4-6", "claude-opus-4-6"}, "no call to what does not work"
        assert not [call for call in openai.calls if call.method == "POST"]
        agents = httpx.get(f"{up.door.url}/api/agents", trust_env=False).json()["items"]
        health = {agent["role"]: agent["health"] for agent in agents}
        assert health["ceo"]["status"] == "critical"
        assert "NEXUS_MODEL_CEO" in health["ceo"]["detail"]
        assert "NEXUS_MODEL_DIRECTOR" in health["director"]["detail"]
        assert "ollama serve" in health["intern"]["detail"]
    finally:
        up.stop()
        up.kill()


@pytest.mark.starter
def test_with_nothing_but_a_wrong_key_the_starter_model_answers_and_the_panel_says_why(
    tmp_path: Path, openai: FakeServer
) -> None:
    keys = {"OPENAI_API_KEY": WRONG_KEY, "OPENAI_BASE_URL": f"{openai.base_url}/v1"}
    up = Up(tmp_path, **keys)
    try:
        up.wait_for("Ctrl-C stops it")
        assert "OPENAI_API_KEY is refused (401): set a valid key." in up.said
        assert f"{STARTER_MODEL} (starter model, on this machine, free), in place of gpt-5.4" in up.said
        assert WRONG_KEY not in up.said

        reply = up.door.chat("What is the capital of France?")

        assert (reply["status"], reply["receipt"]["model"]) == ("delivered", STARTER_MODEL)
        assert not [call for call in openai.calls if call.method == "POST"]
    finally:
        up.stop()
        up.kill()
