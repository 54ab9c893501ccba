"""Which local model is found, and what the owner is told when it is not the one he wanted."""

from collections.abc import Iterator

import pytest

from agents.config import STARTER_MODEL, AgentSettings, ModelChoice, Provider
from agents.fakes import ollama_api, openai_api
from agents.fakes.script import Fault, FaultKind, Rule, Script
from agents.fakes.server import FakeServer
from agents.local_models import LocalModels, find_local_model
from nexus.cli.ports import free_port

STARTER_URL = "http://127.0.0.1:9/v1"
STARTER = ModelChoice(Provider.LOCAL, STARTER_MODEL, STARTER_URL, weak=True)


class NobodysSettings(AgentSettings):
    """The default address is one where nobody is, whatever runs on the developer's machine."""

    ollama_base_url: str = f"http://127.0.0.1:{free_port()}"


async def find(**values: str) -> LocalModels:
    return await find_local_model(NobodysSettings.model_validate(values))


def an_ollama(*models: str, script: Script | None = None) -> FakeServer:
    return FakeServer(ollama_api.create_app(script or Script(), api_key=None, models=models))


def a_local_server(*models: str, script: Script | None = None) -> FakeServer:
    return FakeServer(openai_api.create_app(script or Script(), api_key=None, models=models))


def broken(kind: FaultKind) -> Script:
    return Script((Rule((Fault(kind),), path="*"),))


@pytest.fixture
def local_server() -> Iterator[FakeServer]:
    with a_local_server("phi", "zephyr") as server:
        yield server


async def test_ollamas_qwen_is_what_we_hope_for() -> None:
    with an_ollama("aya:8b", "qwen3:8b") as ollama:
        found = await find(ollama_base_url=ollama.base_url + "/")
        assert found == LocalModels(ModelChoice(Provider.OLLAMA, "qwen3:8b", ollama.base_url))

    assert [call.path for call in ollama.calls] == ["/api/tags"], "looking generates nothing"


async def test_another_model_of_ollamas_is_used_and_the_better_one_is_named() -> None:
    with an_ollama("aya:8b", "zephyr:7b") as ollama:
        found = await find(ollama_base_url=ollama.base_url)
        assert found.choice == ModelChoice(Provider.OLLAMA, "aya:8b", ollama.base_url)

    (note,) = found.notes
    assert "aya:8b" in note
    assert "ollama pull qwen3:8b" in note


async def test_an_ollama_without_models_says_what_to_pull() -> None:
    with an_ollama() as ollama:
        found = await find(ollama_base_url=ollama.base_url, nexus_starter_url=STARTER_URL)

    assert found.choice == STARTER
    assert ["ollama pull qwen3:8b" in note for note in found.notes] == [True]


async def test_an_ollama_that_is_set_and_silent_is_one_note_that_names_the_setting() -> None:
    url = f"http://127.0.0.1:{free_port()}"

    found = await find(ollama_base_url=url)

    assert found.choice is None
    assert [f"OLLAMA_BASE_URL={url}" in note for note in found.notes] == [True]


async def test_an_ollama_that_nobody_mentioned_is_not_missed() -> None:
    assert await find() == LocalModels(None)


@pytest.mark.parametrize("url", ["nonsense", "localhost:11434", "http://\x00"])
async def test_an_address_that_is_none_is_a_note_and_no_crash(url: str) -> None:
    assert len((await find(ollama_base_url=url)).notes) == 1
    assert len((await find(local_model_url=url)).notes) == 1


async def test_a_server_of_ones_own_serves_the_first_model_it_lists(local_server: FakeServer) -> None:
    found = await find(local_model_url=local_server.base_url + "/v1/")

    assert found == LocalModels(ModelChoice(Provider.LOCAL, "phi", local_server.base_url + "/v1"))


async def test_a_server_of_ones_own_serves_the_model_that_is_named(local_server: FakeServer) -> None:
    found = await find(local_model_url=local_server.base_url + "/v1", local_model_name="zephyr")

    assert found.choice is not None
    assert (found.choice.model, found.notes) == ("zephyr", ())


async def test_a_model_that_is_not_served_is_named_with_those_that_are(local_server: FakeServer) -> None:
    found = await find(local_model_url=local_server.base_url + "/v1", local_model_name="qwen")

    assert found.choice is None
    (note,) = found.notes
    assert "LOCAL_MODEL_NAME=qwen" in note
    assert "phi, zephyr" in note


async def test_a_server_without_a_model_is_told_apart_from_one_that_is_away() -> None:
    with a_local_server() as server:
        url = server.base_url + "/v1"
        (empty,) = (await find(local_model_url=url)).notes
    (away,) = (await find(local_model_url=url)).notes

    assert "lists no model" in empty
    assert "no model server answers at LOCAL_MODEL_URL=" in away


async def test_ollama_goes_before_a_server_and_a_server_before_the_starter(local_server: FakeServer) -> None:
    local = {"local_model_url": local_server.base_url + "/v1", "nexus_starter_url": STARTER_URL}
    with an_ollama("qwen3:8b") as ollama:
        first = await find(ollama_base_url=ollama.base_url, **local)
        unasked = len(local_server.calls)
    second = await find(**local)
    third = await find(nexus_starter_url=STARTER_URL)

    assert first.choice is not None
    assert second.choice is not None
    assert (first.choice.provider, second.choice.model, third.choice) == (Provider.OLLAMA, "phi", STARTER)
    assert unasked == 0
    assert [first.notes, second.notes, third.notes] == [(), (), ()]


async def test_everything_that_failed_on_the_way_to_the_starter_is_told() -> None:
    nobody = f"http://127.0.0.1:{free_port()}"

    found = await find(ollama_base_url=nobody, local_model_url=nobody, nexus_starter_url=STARTER_URL)

    assert found.choice == STARTER
    assert [name in note for name, note in zip(("OLLAMA", "LOCAL"), found.notes, strict=True)] == [True] * 2


@pytest.mark.parametrize(
    "kind", ["truncated_json", "wrong_type", "empty_body", "http_status", "connection_reset"]
)
async def test_a_broken_reply_is_a_note_and_no_crash(kind: FaultKind) -> None:
    with an_ollama("qwen3:8b", script=broken(kind)) as ollama:
        told = await find(ollama_base_url=ollama.base_url)
    with a_local_server("phi", script=broken(kind)) as server:
        told_too = await find(local_model_url=server.base_url + "/v1")

    assert (told.choice, told_too.choice) == (None, None)
    assert (len(told.notes), len(told_too.notes)) == (1, 1)
