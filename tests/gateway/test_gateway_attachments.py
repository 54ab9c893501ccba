"""Pictures and documents with a message over HTTP: what is taken, kept, told, given back, and what is refused."""

import asyncio
import base64
import hashlib
import io
import threading
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from fastapi import FastAPI
from PIL import Image

from db.tables import attachments, events, messages, work_orders
from gateway import attachments as at_the_door
from gateway.attachments import BOTH, LOOK, LOOK_ALL, READ, READ_ALL, words_for
from gateway.config import GatewaySettings
from gateway.main import create_app
from gateway.pictures import Picture
from tests.gateway.company import LOOPBACK, Company, rows_in, services_in
from tests.gateway.test_gateway_bad_input import assert_problem
from tests.photos import CAMERA, PLACE, a_bomb, a_photo, sent

MEGABYTE = 1024 * 1024


@pytest.fixture
def settings(settings: GatewaySettings) -> GatewaySettings:
    changes = {"max_attachment_bytes": 2 * MEGABYTE, "max_document_chars": 2000}
    return settings.model_copy(update=changes)


async def say(client: httpx.AsyncClient, *brought: dict[str, str], **fields: Any) -> httpx.Response:
    key = fields.pop("key", None)
    headers = {"Idempotency-Key": key} if key else {}
    body = {"attachments": list(brought), **fields}
    return await client.post("/api/chat", json=body, headers=headers)


async def said(client: httpx.AsyncClient, *brought: dict[str, str], **fields: Any) -> dict[str, Any]:
    reply = await say(client, *brought, **fields)
    assert reply.status_code == 202, reply.text
    return dict(reply.json())


def stored(app: FastAPI, table: sa.Table = attachments) -> list[dict[str, Any]]:
    with services_in(app).database.engine.connect() as connection:
        found = connection.execute(sa.select(table).order_by(*table.primary_key.columns))
        return [dict(row._mapping) for row in found]


async def test_a_photo_is_kept_clean_listed_and_given_back(app: FastAPI, client: httpx.AsyncClient) -> None:
    photo = a_photo(3000, 2000, turned=6)
    order = await said(client, sent(photo, name="../holiday in Berlin.jpg"), content="What is this?")

    detail = (await client.get(order["url"])).json()
    [listed] = detail["attachments"]
    file = await client.get(f"{order['url']}/attachments/1")

    assert (listed["n"], listed["kind"], listed["media_type"]) == (1, "image", "image/jpeg")
    assert listed["name"] == "holiday in Berlin.jpg"
    assert (listed["size"], listed["sha256"]) == (len(file.content), hashlib.sha256(file.content).hexdigest())
    assert "data" not in listed
    assert Image.open(io.BytesIO(file.content)).size == (1045, 1568), "upright and smaller"
    assert file.headers["content-type"] == "image/jpeg"
    assert file.headers["x-content-type-options"] == "nosniff"
    assert file.headers["content-disposition"] == ("attachment; filename*=UTF-8''holiday%20in%20Berlin.jpg")
    assert detail["events"][0]["payload"]["attachments"] == [
        {
            "kind": "image",
            "name": "holiday in Berlin.jpg",
            "media_type": "image/jpeg",
            "size": listed["size"],
        }
    ]


async def test_where_a_photo_was_taken_is_in_no_stored_byte(
    client: httpx.AsyncClient, settings: GatewaySettings
) -> None:
    photo = a_photo(turned=6)
    telltales = (CAMERA.encode(), PLACE, base64.b64encode(photo)[400:480])
    assert all(each in photo for each in telltales[:2]), "the photo tells where it was taken"
    await said(client, sent(photo), content="What is this?")

    written = kept_files(settings.home)

    assert written
    for path, data in written.items():
        assert not any(each in data for each in telltales), path


def kept_files(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("Grüße\r\nund mehr\rEnde", "Grüße\nund mehr\nEnde"),
        (b"\xef\xbb\xbfwith a mark", "with a mark"),
        ("中文".encode("utf-16"), "中文"),
        ("left\tright\f".encode("utf-16-be").join([b"\xfe\xff", b""]), "left\tright\f"),
    ],
)
async def test_a_document_is_kept_as_text(
    app: FastAPI, client: httpx.AsyncClient, data: bytes | str, text: str
) -> None:
    order = await said(client, sent(data, "document", "notes.md", "text/markdown"), content="Sum it up.")

    [row] = stored(app)
    file = await client.get(f"{order['url']}/attachments/1")
    assert (row["text"], row["data"]) == (text, None)
    assert (row["name"], row["media_type"], row["size"]) == ("notes.md", "text/markdown", len(text.encode()))
    assert file.text == text
    assert file.headers["content-type"] == "text/plain; charset=utf-8"


async def test_a_page_that_came_as_a_document_is_no_page_when_it_is_read(client: httpx.AsyncClient) -> None:
    page = sent("<script>alert(1)</script>", "document", 'x".html\r\nSet-Cookie: a', "text/html")
    order = await said(client, page, content="Read.")
    file = await client.get(f"{order['url']}/attachments/1")
    assert file.headers["content-type"].startswith("text/plain")
    assert file.headers["content-disposition"].startswith("attachment; filename*=UTF-8''x_.html")
    assert "set-cookie" not in file.headers


@pytest.mark.parametrize(
    ("kinds", "words"),
    [
        ("i", LOOK),
        ("ii", LOOK_ALL),
        ("d", READ),
        ("dd", READ_ALL),
        ("id", BOTH),
    ],
)
async def test_a_message_without_words_gets_those_that_go_without_saying(
    app: FastAPI, client: httpx.AsyncClient, kinds: str, words: str
) -> None:
    kind_of = {"i": sent(a_photo()), "d": sent("text", "document")}
    for number, empty in enumerate(({}, {"content": ""}, {"message": " \n"})):
        await said(client, *(kind_of[kind] for kind in kinds), **empty)
        assert stored(app, work_orders)[number]["content"] == words
    assert words_for(["image", "image", "document"]) == BOTH


async def test_the_conversation_says_in_words_what_came_with_a_message(
    app: FastAPI, client: httpx.AsyncClient
) -> None:
    order = await said(client, sent(a_photo()), sent("text", "document", "notes.txt"), content="Look.")
    [message] = stored(app, messages)
    session = (await client.get(f"/api/sessions/{order['session_id']}")).json()
    assert message["content"] == "Look.\n[picture]\n[document notes.txt]"
    assert session["messages"][0]["content"] == message["content"]
    assert stored(app, work_orders)[0]["content"] == "Look."


BAD: dict[str, tuple[list[dict[str, Any]], str, str]] = {
    "a bomb": ([sent(a_bomb())], "attachments[0].data", "pixels"),
    "not a picture": ([sent("hello")], "attachments[0].data", "JPEG, PNG, WebP and GIF"),
    "the second is broken": ([sent(a_photo()), sent(a_photo()[:900])], "attachments[1].data", "decoded"),
    "not base64": ([{"kind": "image", "data": "%%%"}], "attachments[0].data", "base64"),
    "base64 with line breaks": (
        [{"kind": "document", "data": "aGVs\nbG8="}],
        "attachments[0].data",
        "base64",
    ),
    "base64 of the web kind": ([{"kind": "document", "data": "_-8="}], "attachments[0].data", "base64"),
    "nothing": ([{"kind": "image", "data": ""}], "attachments[0].data", "empty"),
    "an empty document": ([sent(" \n", "document")], "attachments[0].data", "empty"),
    "a binary document": (
        [sent(b"%PDF-1.7\n\xff\x00", "document")],
        "attachments[0].data",
        "UTF-8 or UTF-16",
    ),
    "a document with NUL": ([sent("a\x00b", "document")], "attachments[0].data", "text files"),
    "latin-1": ([sent("Grüße".encode("latin-1"), "document")], "attachments[0].data", "text files"),
    "a long document": ([sent("x" * 2001, "document")], "attachments[0].data", "MAX_DOCUMENT_CHARS"),
    "a voice message": ([sent(b"OggS", "audio")], "attachments[0].data", "no sound that can be played"),
    "too much": ([sent(b"\xff" * (2 * MEGABYTE + 1))], "attachments[0].data", "MAX_ATTACHMENT_BYTES"),
    "too much together": (
        [sent(a_photo()), sent(b"\xff" * (2 * MEGABYTE - 100))],
        "attachments[1].data",
        "MAX_ATTACHMENT_BYTES",
    ),
    "eleven": ([sent("x", "document")] * 11, "attachments", "at most 10"),
    "an unknown kind": ([{"kind": "film", "data": "AA=="}], "attachments.0.kind", "image"),
    "an unknown field": ([sent("x", "document") | {"url": "x"}], "attachments.0.url", "permitted"),
    "no data": ([{"kind": "image"}], "attachments.0.data", "required"),
}


@pytest.mark.parametrize("name", BAD)
async def test_what_cannot_be_taken_is_422_that_names_the_field_and_the_reason(
    app: FastAPI, client: httpx.AsyncClient, name: str
) -> None:
    brought, field, why = BAD[name]
    body = assert_problem(await say(client, *brought, content="Look."), 422)
    assert field in [error["field"] for error in body["errors"]]
    assert why in body["detail"]
    assert rows_in(services_in(app).database)["work_orders"] == 0


async def test_no_words_and_nothing_brought_is_422_for_the_words(client: httpx.AsyncClient) -> None:
    body = assert_problem(await say(client, content=" "), 422)
    assert body["errors"][0]["field"] == "content"


async def test_a_body_beyond_the_limit_is_413_and_other_routes_take_no_more_than_before(
    client: httpx.AsyncClient, settings: GatewaySettings
) -> None:
    huge = b'{"content": "' + b"x" * settings.max_body_bytes + b'"}'
    headers = {"Content-Type": "application/json"}
    assert_problem(await client.post("/api/chat", content=huge, headers=headers), 413)
    for path in ("/api/budget/freeze", "/api/work-orders/WO-01JD0Z7M2T9V6Q4B8X3N5K1YHR/escalate"):
        some = huge[: settings.max_plain_bytes + 1]
        assert (await client.post(path, content=some, headers=headers)).status_code in (404, 413), path


async def test_a_large_body_must_be_large_by_its_files_and_not_by_its_structure(
    app: FastAPI, client: httpx.AsyncClient, settings: GatewaySettings
) -> None:
    nested = b'{"content": "a", "qa": {"name": "x", "a": [' + b"[]," * 500_000 + b"[]]}}"
    assert settings.max_plain_bytes < len(nested) < settings.max_body_bytes
    reply = await client.post("/api/chat", content=nested, headers={"Content-Type": "application/json"})
    assert_problem(reply, 413)


async def test_the_same_message_with_the_same_files_is_one_order_and_with_others_a_refusal(
    app: FastAPI, client: httpx.AsyncClient
) -> None:
    photo, other = sent(a_photo()), sent(a_photo(200, 100))
    first = await said(client, photo, content="Look.", key="k-1")
    again = await say(client, photo, content="Look.", key="k-1")
    assert (again.status_code, again.json()["order_id"]) == (409, first["order_id"])
    for different in ((other,), (), (photo, photo)):
        reply = await say(client, *different, content="Look.", key="k-1")
        assert reply.status_code == 422
        assert reply.json()["type"].endswith("key-reused")
    assert len(stored(app)) == 1


async def test_escalate_and_retry_copy_what_came_with_the_message(
    app: FastAPI, client: httpx.AsyncClient, company: Company
) -> None:
    old = await said(client, sent(a_photo()), sent("text", "document", "a.txt"), content="Look.")
    for action in ("escalate", "retry"):
        await company.finish(old["order_id"])
        new = (await client.post(f"{old['url']}/{action}")).json()
        before, after = [(await client.get(each["url"])).json()["attachments"] for each in (old, new)]
        assert after == before
        assert len(after) == 2
        one, other = [await client.get(f"{each['url']}/attachments/1") for each in (old, new)]
        assert one.content == other.content
        old = new


async def test_the_door_is_the_one_that_the_message_really_came_by(
    app: FastAPI, client: httpx.AsyncClient
) -> None:
    await said(client, content="Hi")
    await said(client, content="Hi", channel="telegram")
    assert [order["channel"] for order in stored(app, work_orders)] == ["rest", "telegram"]
    assert (await say(client, content="Hi", channel="openai")).status_code == 422


async def test_what_is_not_there_is_404_and_what_is_no_number_422(client: httpx.AsyncClient) -> None:
    order = await said(client, sent("text", "document"), content="Read.")
    assert (await client.get(f"{order['url']}/attachments/2")).status_code == 404
    assert (await client.get(f"{order['url']}/attachments/0")).status_code == 422
    assert (await client.get(f"{order['url']}/attachments/x")).status_code == 422
    nowhere = "/api/work-orders/WO-01JD0Z7M2T9V6Q4B8X3N5K1YHR/attachments/1"
    assert (await client.get(nowhere)).status_code == 404


async def test_the_event_of_a_message_without_files_is_as_it_was(
    app: FastAPI, client: httpx.AsyncClient
) -> None:
    await said(client, content="Hi")
    assert "attachments" not in stored(app, events)[0]["payload"]


@pytest.fixture
def stuck(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """A picture that takes for ever to decode, until the function that is returned is called."""
    released = threading.Event()

    def never_ready(file: bytes) -> Picture:
        released.wait(30)
        return Picture(file, "image/jpeg")

    monkeypatch.setattr(at_the_door, "clean_picture", never_ready)
    monkeypatch.setattr(at_the_door, "CLEAN_S", 0.3)
    return released.set


async def test_a_picture_that_takes_too_long_is_refused_and_holds_up_only_pictures(
    app: FastAPI, client: httpx.AsyncClient, stuck: Callable[[], None]
) -> None:
    slow, next_in_line, words = await asyncio.gather(
        say(client, sent(a_photo()), content="Look."),
        say(client, sent(a_photo()), content="Look."),
        say(client, sent("text", "document"), content="Read."),
    )
    for refused in (slow, next_in_line):
        assert "takes too long" in assert_problem(refused, 422)["detail"]
    assert words.status_code == 202
    stuck()
    for _ in range(20):  # each waits up to 0.3 s for the place that the stuck one gives back
        if (await say(client, sent(a_photo()), content="Look.")).status_code == 202:
            break
    else:
        raise AssertionError("the place is not given back")


@pytest.fixture
async def with_secret(settings: GatewaySettings) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(settings.model_copy(update={"api_secret": None}))
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app, client=("192.0.2.7", 1))
        async with httpx.AsyncClient(transport=transport, base_url=f"http://{LOOPBACK[0]}:8000") as stranger:
            yield stranger


async def test_a_stranger_gets_no_file(with_secret: httpx.AsyncClient) -> None:
    reply = await with_secret.get("/api/work-orders/WO-01JD0Z7M2T9V6Q4B8X3N5K1YHR/attachments/1")
    assert reply.status_code in (401, 403)
