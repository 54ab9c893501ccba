"""Ways of ending an answer wrong, and of asking for a pause, seen with a plain HTTP client."""

import asyncio
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx

from agents.fakes.script import Fault
from tests.agents.fakes.vendors import OPENAI, Vendor, a_client

LAST_WORDS = {"anthropic": "message_stop", "openai": "[DONE]", "ollama": '"done":true'}
FINISH = {"anthropic": '"stop_reason":null', "openai": '"finish_reason":null', "ollama": '"done":null'}


async def test_an_unfinished_stream_has_all_of_the_text_and_not_the_last_word(vendor: Vendor) -> None:
    async with vendor.server(Fault("unfinished", text="one two three")) as server:
        text = (await vendor.post(server, stream=True)).text

    assert all(word in text for word in ("one", "two", "three"))
    assert LAST_WORDS[vendor.name] not in text


async def test_an_unfinished_answer_does_not_say_why_it_ended(vendor: Vendor) -> None:
    async with vendor.server(Fault("unfinished", text="one two three")) as server:
        response = await vendor.post(server)

    assert vendor.text_of(response.json()) == "one two three"
    assert FINISH[vendor.name] in response.text


async def test_a_stream_that_is_held_open_has_its_last_word(vendor: Vendor) -> None:
    async with vendor.server(Fault("held_open", text="one two three")) as server, a_client() as client:
        url, body = server.base_url + vendor.path, vendor.request(stream=True)
        async with client.stream("POST", url, json=body, headers=vendor.headers) as response:
            seen = await until(response, LAST_WORDS[vendor.name])

    assert "three" in seen


async def until(response: httpx.Response, word: str) -> str:
    seen = ""
    async with asyncio.timeout(5):
        async for piece in response.aiter_text():
            seen += piece
            if word in seen:
                break
    return seen


async def test_a_pause_can_be_asked_for_as_a_date_that_is_not_too_early(vendor: Vendor) -> None:
    fault = Fault("http_status", status=429, retry_after_s=30, retry_after_as="date")
    async with vendor.server(fault) as server:
        asked = datetime.now(UTC)
        response = await vendor.post(server)

    until = parsedate_to_datetime(response.headers["retry-after"])
    assert 30 <= (until - asked).total_seconds() <= 36


async def test_a_pause_can_be_asked_for_in_milliseconds() -> None:
    fault = Fault("http_status", status=429, retry_after_s=1.5, retry_after_as="ms")
    async with OPENAI.server(fault) as server:
        response = await OPENAI.post(server)

    assert response.headers["retry-after-ms"] == "1500"
    assert "retry-after" not in response.headers
