"""GET /api/sessions: the conversations, newest first, and what was said in one."""

from typing import Any

import httpx
import pytest

from tests.gateway.company import Company


async def say(client: httpx.AsyncClient, content: str, session_id: str | None = None) -> dict[str, Any]:
    message = {"content": content} | ({"session_id": session_id} if session_id else {})
    reply: dict[str, Any] = (await client.post("/api/chat", json=message)).json()
    return reply


async def pages(
    client: httpx.AsyncClient, url: str, field: str, limit: int, **asked: str
) -> list[dict[str, Any]]:
    """Everything, page by page."""
    found: list[dict[str, Any]] = []
    query: dict[str, str | int] = {"limit": limit} | asked
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


@pytest.mark.parametrize("session_id", ["sess-none", "sess-01M83F4RTD3G9DK1VANAH7RPED", "%00", "a b"])
async def test_an_unknown_conversation_is_404(client: httpx.AsyncClient, session_id: str) -> None:
    reply = await client.get(f"/api/sessions/{session_id}")
    assert (reply.status_code, reply.json()["type"]) == (404, "urn:nexus:problem:not-found")


@pytest.mark.parametrize("query", ["limit=0", "limit=201", "cursor=a%20b", "cursor=%00"])
async def test_wrong_pages_are_refused(client: httpx.AsyncClient, query: str) -> None:
    session_id = (await say(client, "one"))["session_id"]
    for url in ("/api/sessions", f"/api/sessions/{session_id}"):
        assert (await client.get(f"{url}?{query}")).status_code == 422


async def test_by_activity_the_conversation_that_moved_last_is_first(
    client: httpx.AsyncClient, company: Company
) -> None:
    said = [await say(client, f"message {n}") for n in range(5)]
    await company.finish(said[1]["order_id"])
    await say(client, "more", said[0]["session_id"])

    listed = await pages(client, "/api/sessions", "items", 2, order="recent")

    order = [said[n]["session_id"] for n in (0, 1, 4, 3, 2)]
    assert [item["id"] for item in listed] == order
    moments = [item["updated_at"] for item in listed]
    assert moments == sorted(moments, reverse=True)


async def test_one_that_moves_while_pages_are_read_is_on_the_first_and_on_no_later_page(
    client: httpx.AsyncClient,
) -> None:
    oldest, *said = [(await say(client, f"message {n}"))["session_id"] for n in range(5)]
    url = "/api/sessions?order=recent&limit=2"
    first = (await client.get(url)).json()
    await say(client, "it moves", oldest)
    await say(client, "it moves too", said[-1])

    second = (await client.get(f"{url}&cursor={first['next_cursor']}")).json()
    again = (await client.get(url)).json()

    assert [item["id"] for item in first["items"]] == said[:-3:-1]
    assert [item["id"] for item in second["items"]] == said[1::-1]
    assert second["next_cursor"] is None
    assert [item["id"] for item in again["items"]] == [said[-1], oldest]


@pytest.mark.parametrize(
    "cursor", ["sess-01JD0Z7M2TB4W1S6E8R9P2C3DF", "1~", "~a", "99999999999999999999~a", "1~a~b"]
)
async def test_a_cursor_of_the_other_order_is_refused(client: httpx.AsyncClient, cursor: str) -> None:
    reply = await client.get("/api/sessions", params={"order": "recent", "cursor": cursor})
    assert (reply.status_code, reply.json()["errors"][0]["field"]) == (422, "cursor")
    assert (await client.get("/api/sessions?cursor=1~sess-1")).status_code == 422


async def test_a_long_conversation_is_read_from_its_end_backwards(client: httpx.AsyncClient) -> None:
    session_id = (await say(client, "0"))["session_id"]
    for n in range(1, 7):
        await say(client, str(n), session_id)
    url = f"/api/sessions/{session_id}?limit=3"

    def words(page: dict[str, Any]) -> str:
        return "".join(message["content"] for message in page["messages"])

    end = (await client.get(f"{url}&end=true")).json()
    middle = (await client.get(f"{url}&before={end['earlier_cursor']}")).json()
    beginning = (await client.get(f"{url}&before={middle['earlier_cursor']}")).json()
    onwards = (await client.get(f"{url}&cursor={beginning['next_cursor']}")).json()

    assert [words(page) for page in (end, middle, beginning, onwards)] == ["456", "123", "0", "123"]
    assert (end["next_cursor"], beginning["earlier_cursor"]) == (None, None)
    assert onwards["earlier_cursor"] == onwards["messages"][0]["id"]
    assert (await client.get(url)).json()["earlier_cursor"] is None


async def test_only_one_place_of_a_conversation_can_be_asked_for(client: httpx.AsyncClient) -> None:
    session_id = (await say(client, "one"))["session_id"]
    place = "01JD0Z7M2TB4W1S6E8R9P2C3DF"
    for query in (f"end=true&before={place}", f"end=true&cursor={place}", f"cursor={place}&before={place}"):
        assert (await client.get(f"/api/sessions/{session_id}?{query}")).status_code == 422
    assert (await client.get(f"/api/sessions/{session_id}?before=x")).status_code == 422
