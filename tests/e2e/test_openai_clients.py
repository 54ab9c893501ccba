"""Clients that were not written here talk to the company: OpenAI's own Python package, and the `llm` command.

A gateway and a worker run as processes; the model is scripted, everything else is real.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import openai
import pytest
from redis.asyncio import Redis

from tests.running import SCRIPTED, Door, a_gateway, a_worker, an_environment, wait_for

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(400)]

SECRET = "a-secret-of-the-test-0123456789abcdef"
SCRIPT = {
    "rules": [
        {"match": "capital of France", "answers": ["The capital of France is Paris."]},
        {"match": "fail", "answers": [""]},
        {"match": "slowly", "answers": [{"text": "Here I am, after some time.", "delay_s": 6}]},
    ]
}
PARIS = "The capital of France is Paris."


@pytest.fixture
def door(tmp_path: Path, redis: Redis, valkey_server: str) -> Iterator[Door]:
    """The company, open; only with the secret."""
    script = tmp_path / "script.json"
    script.write_text(json.dumps(SCRIPT))
    environment = an_environment(
        tmp_path, REDIS_URL=valkey_server, NEXUS_SCRIPT=str(script), API_SECRET=SECRET, **SCRIPTED
    )
    door = Door(environment["PORT"])
    processes = [a_gateway(environment, tmp_path)]
    try:
        wait_for(door.is_open, what="the gateway")
        processes.append(a_worker("worker", environment, tmp_path))
        yield door
    finally:
        for process in processes:
            process.kill()


def a_client(door: Door, **changes: object) -> openai.OpenAI:
    settings: dict[str, object] = {"base_url": f"{door.url}/v1", "api_key": SECRET, "timeout": 60}
    return openai.OpenAI(**settings | changes)  # type: ignore[arg-type]


def ask(client: openai.OpenAI, content: str, model: str = "nexus") -> openai.types.chat.ChatCompletion:
    return client.chat.completions.create(model=model, messages=[{"role": "user", "content": content}])


def test_openais_own_client_talks_to_the_company(door: Door) -> None:
    with a_client(door) as client:
        assert [model.id for model in client.models.list()] == [
            "nexus",
            "nexus-intern",
            "nexus-director",
            "nexus-ceo",
        ]
        assert client.models.retrieve("nexus-ceo").owned_by == "nexus"

        whole = ask(client, "What is the capital of France?")
        assert whole.choices[0].message.content == PARIS
        assert whole.choices[0].finish_reason == "stop"
        assert whole.usage is not None
        assert whole.usage.total_tokens == whole.usage.prompt_tokens + whole.usage.completion_tokens > 0
        assert whole.model_extra is not None
        assert whole.model_extra["nexus"]["receipt"]["role"] == "intern"

        assert ask(client, "What is the capital of France?", "nexus-ceo").model_extra is not None

        stream = client.chat.completions.create(
            model="nexus",
            messages=[
                {"role": "system", "content": "Be kind."},
                {"role": "user", "content": "Hello"},
                {"role": "assistant", "content": "Hello!"},
                {"role": "user", "content": "Say slowly that you are there"},
            ],
            stream=True,
            stream_options={"include_usage": True},
        )
        *chunks, counted = list(stream)
        said = "".join(chunk.choices[0].delta.content or "" for chunk in chunks)
        assert said == "Here I am, after some time."
        assert chunks[-1].choices[0].finish_reason == "stop"
        assert counted.usage is not None
        assert counted.usage.total_tokens > 0


def test_openais_own_client_knows_our_errors_as_its_own(door: Door) -> None:
    with a_client(door) as client:
        with pytest.raises(openai.NotFoundError) as unknown:
            ask(client, "Hi", "gpt-9")
        assert unknown.value.code == "model_not_found"
        with pytest.raises(openai.BadRequestError) as refused:
            client.chat.completions.create(model="nexus", messages=[{"role": "user", "content": "Hi"}], n=2)
        assert refused.value.param == "n"
        with pytest.raises(openai.InternalServerError) as failed:
            ask(client, "Please fail")
        assert failed.value.code == "order_failed"
        assert "passed quality assurance" in failed.value.message
        with pytest.raises(openai.APIError, match="passed quality assurance"):
            list(
                client.chat.completions.create(
                    model="nexus-ceo", messages=[{"role": "user", "content": "Please fail"}], stream=True
                )
            )
        made = client.get("/../api/work-orders?status=failed", cast_to=object)
        assert isinstance(made, dict)
        assert len(made["items"]) == 2, "what failed was not sent again by the client"
    with a_client(door, api_key="sk-wrong") as stranger, pytest.raises(openai.AuthenticationError) as no:
        ask(stranger, "Hi")
    assert no.value.code == "invalid_api_key"


def test_the_llm_command_chats_with_the_company(door: Door, tmp_path: Path) -> None:
    folder = tmp_path / "llm"
    folder.mkdir()
    (folder / "extra-openai-models.yaml").write_text(
        f"- model_id: nexus\n  model_name: nexus\n  api_base: {door.url}/v1\n  api_key_name: nexus\n"
    )
    (folder / "keys.json").write_text(json.dumps({"nexus": SECRET}))

    def llm(*arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "llm", *arguments],
            env=os.environ | {"LLM_USER_PATH": str(folder), "LLM_LOAD_PLUGINS": ""},
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
            stdin=subprocess.DEVNULL,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    assert llm("-m", "nexus", "What is the capital of France?") == PARIS
    assert llm("-m", "nexus", "--no-stream", "What is the capital of France?") == PARIS
    assert llm("-m", "nexus", "-c", "Now say slowly that you are there") == "Here I am, after some time."
