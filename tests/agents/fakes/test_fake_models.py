"""What the fakes say about their models: one by one, with which key, and which are in memory."""

import pytest

from tests.agents.fakes.vendors import ANTHROPIC, OLLAMA, OPENAI, Vendor, a_client

HOSTED = pytest.mark.parametrize("vendor", [ANTHROPIC, OPENAI], ids=lambda vendor: vendor.name)


@HOSTED
async def test_a_model_can_be_asked_for_by_name(vendor: Vendor) -> None:
    async with vendor.server() as server, a_client(server.base_url, headers=vendor.headers) as client:
        found = await client.get(f"/v1/models/{vendor.model}")
        missing = await client.get("/v1/models/no-such-model")

    assert (found.status_code, found.json()["id"]) == (200, vendor.model)
    assert missing.status_code == 404
    assert "no-such-model" in missing.json()["error"]["message"]


@HOSTED
async def test_nobody_learns_of_a_model_with_a_wrong_key(vendor: Vendor) -> None:
    wrong = {name: value.replace("test-key", "other-key") for name, value in vendor.headers.items()}
    async with vendor.server() as server, a_client(server.base_url) as client:
        answers = [await client.get(f"/v1/models/{vendor.model}", headers=h) for h in (wrong, {})]

    assert [answer.status_code for answer in answers] == [401, 401]


async def test_ollama_loads_and_unloads_without_a_prompt_and_tells_what_is_loaded() -> None:
    async with OLLAMA.server() as server, a_client(server.base_url, headers=OLLAMA.headers) as client:

        async def loaded() -> list[str]:
            return [model["name"] for model in (await client.get("/api/ps")).json()["models"]]

        before = await loaded()
        done = (await client.post("/api/generate", json={"model": OLLAMA.model})).json()
        after = await loaded()
        gone = (await client.post("/api/generate", json={"model": OLLAMA.model, "keep_alive": 0})).json()

        assert (before, after, await loaded()) == ([], ["llama3.2:latest"], [])
        assert (done["done_reason"], gone["done_reason"]) == ("load", "unload")


async def test_ollama_loads_nothing_that_was_never_pulled() -> None:
    async with OLLAMA.server() as server, a_client(server.base_url, headers=OLLAMA.headers) as client:
        answer = await client.post("/api/generate", json={"model": "never-pulled"})

    assert (answer.status_code, answer.json()) == (404, {"error": "model 'never-pulled' not found"})
