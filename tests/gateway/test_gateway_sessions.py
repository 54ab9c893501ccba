"""GET /api/sessions: the conversations, newest first, and what was said in one."""

from typing import Any

import httpx
import pytest

from nexus.ids import new_session_id
from tests.gateway.company import Company


async def say(client: httpx.AsyncClient, content: str, session_id: str | None = None) -> dict[str, Any]:
    message = {"content": content} | ({"session_id": session_id} if session_id else {})
    reply: dict[str, Any] = (await client.post("/api/chat", json=message)).json()
    return reply


async def pages(client: httpx.AsyncClient, url: str, field: str, limit: int) -> list[dict[str, Any]]:
    """Everything, page by page."""
    found: list[dict[str, Any]] = []
    query: dict[str, str | int] = {"limit": limit}
    while True:
        page = (await client.get(url, params=query)).json()
        assert len(page[field]) <= limit
        found += page[field]
        if page["next_cursor"] is None:
            return found
        query["cursor"] = page["next_cursor"]


async def test_conversations_are_listed_with_their_first_words_newest_first(
    client: httpx.AsyncClient, company: Company
) -> None:
    said = [await say(client, f"message {n}" + "x" * 200) for n in range(5)]
    await say(client, "more", said[0]["session_id"])
    listed = await pages(client, "/api/sessions", "items", 2)
    assert [item["id"] for item in listed] == [reply["session_id"] for reply in said[::-1]]
    oldest = listed[-1]
    assert (oldest["title"][:9], len(oldest["title"]), oldest["orders"]) == ("message 0", 120, 2)
    assert oldest["channel"] == "rest"


async def test_a_conversation_is_read_in_order_page_by_page(
    client: httpx.AsyncClient, company: Company
) -> None:
    session_id = (first := await say(client, "one"))["session_id"]
    await company.finish(first["order_id"], "ONE")
    second = await say(client, "two", session_id)
    await company.finish(second["order_id"], "TWO")
    messages = await pages(client, f"/api/sessions/{session_id}", "messages", 3)
    assert [(message["role"], message["content"]) for message in messages] == [
        ("user", "one"),
        ("assistant", "ONE"),
        ("user", "two"),
        ("assistant", "TWO"),
    ]
    assert messages[-1]["url"] == second["url"]
    detail = (await client.get(f"/api/sessions/{session_id}")).json()
    assert (detail["session"]["id"], detail["next_cursor"]) == (session_id, None)


@pytest.mark.parametrize("session_id", ["sess-none", new_session_id(), "%00", "a b"])
async def test_an_unknown_conversation_is_404(client: httpx.AsyncClient, session_id: str) -> None:
    reply = await client.get(f"/api/sessions/{session_id}")
    assert (reply.status_code, reply.json()["type"]) == (404, "urn:nexus:problem:not-found")


@pytest.mark.parametrize("query", ["limit=0", "limit=201", "cursor=a%20b", "cursor=%00"])
async def test_wrong_pages_are_refused(client: httpx.AsyncClient, query: str) -> None:
    session_id = (await say(client, "one"))["session_id"]
    for url in ("/api/sessions", f"/api/sessions/{session_id}"):
        assert (await client.get(f"{url}?{query}")).status_code == 422
