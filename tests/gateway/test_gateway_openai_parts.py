"""Pictures and files in the messages of OpenAI clients become attachments of the order."""

import base64
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from db.statements.attachments import attachments_of
from gateway.attachments import LOOK, READ
from gateway.config import GatewaySettings
from gateway.openai_requests import ChatCompletionRequest, question_of
from nexus.work_order import Turn
from tests.gateway.company import Company, rows_in, services_in
from tests.gateway.test_gateway_openai import answered, ask, asking, the_order
from tests.photos import CAMERA, a_photo

PHOTO = base64.b64encode(a_photo()).decode()
TEXT = base64.b64encode("The report: 东京.".encode()).decode()
PICTURE = {"type": "image_url", "image_url": {"url": f"data:image/jpeg;base64,{PHOTO}", "detail": "high"}}
FILE = {"type": "file", "file": {"filename": "notes.txt", "file_data": f"data:text/plain;base64,{TEXT}"}}


@pytest.fixture
def settings(settings: GatewaySettings) -> GatewaySettings:
    return settings.model_copy(update={"max_attachment_bytes": 100_000})


def words(text: str) -> dict[str, str]:
    return {"type": "text", "text": text}


async def test_pictures_and_files_of_the_last_message_come_with_the_order(
    app: FastAPI, client: httpx.AsyncClient, company: Company
) -> None:
    content = [words("What is this?"), PICTURE, FILE]
    reply = await answered(client, company, asking({"role": "user", "content": content}))

    order = await the_order(app)
    picture, document = await services_in(app).database.read(attachments_of, order.id)
    assert reply.status_code == 200
    assert order.content == "What is this?"
    assert (picture.media_type, CAMERA.encode() in (picture.data or b"")) == ("image/jpeg", False)
    assert (document.name, document.text) == ("notes.txt", "The report: 东京.")


async def test_a_picture_by_itself_is_a_message(
    app: FastAPI, client: httpx.AsyncClient, company: Company
) -> None:
    short = {"type": "image_url", "image_url": PICTURE["image_url"]["url"]}  # type: ignore[index]
    await answered(client, company, asking({"role": "user", "content": [short]}))
    assert (await the_order(app)).content == LOOK


async def test_pictures_of_earlier_messages_are_remembered_in_words(
    app: FastAPI, client: httpx.AsyncClient, company: Company
) -> None:
    body = asking(
        {"role": "user", "content": [words("Look."), PICTURE]},
        {"role": "assistant", "content": "A field."},
        {"role": "user", "content": [FILE]},
        {"role": "assistant", "content": "A report."},
        {"role": "user", "content": "Which?"},
    )
    call = await answered(client, company, body)
    assert call.status_code == 200
    order = await the_order(app)
    assert await services_in(app).database.read(attachments_of, order.id) == ()
    assert rows_in(services_in(app).database)["attachments"] == 0
    with services_in(app).database.engine.connect() as connection:
        told = connection.exec_driver_sql("SELECT payload FROM events WHERE seq = 1").scalar_one()
    assert "attachments" not in told


def test_the_context_of_an_order_holds_those_words() -> None:
    body = asking(
        {"role": "system", "content": [words("Be brief."), PICTURE]},
        {"role": "user", "content": [words("Look."), PICTURE]},
        {"role": "assistant", "content": "A field."},
        {"role": "user", "content": [FILE]},
    )
    question = question_of(ChatCompletionRequest.model_validate(body), 1000)
    instructions, *before = question.context
    assert instructions.content.endswith("Be brief.\n[picture]")
    assert before == [Turn("user", "Look.\n[picture]"), Turn("assistant", "A field.")]
    assert (question.content, [one.name for one in question.sent]) == (READ, ["notes.txt"])


BAD: dict[str, tuple[dict[str, Any], str]] = {
    "a picture elsewhere": (
        {"type": "image_url", "image_url": {"url": "https://example.com/x.png"}},
        "nothing is fetched",
    ),
    "a file elsewhere": ({"type": "file", "file": {"file_id": "file-1"}}, "file_data"),
    "a broken picture": (
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA=="}},
        "JPEG, PNG, WebP and GIF",
    ),
    "no base64": ({"type": "image_url", "image_url": {"url": "data:image/png,xx"}}, "base64"),
    "a PDF": (
        {"type": "file", "file": {"file_data": "data:application/pdf;base64,JVBERi0A"}},
        "documents are text files",
    ),
    "sound": ({"type": "input_audio", "input_audio": {"data": "AA==", "format": "wav"}}, "no sound that"),
    "film": ({"type": "video_url", "video_url": {"url": "x"}}, "must be"),
    "a picture without an address": ({"type": "image_url"}, "must be"),
}


@pytest.mark.parametrize("name", BAD)
async def test_what_cannot_be_taken_is_400_that_names_the_part(
    app: FastAPI, client: httpx.AsyncClient, name: str
) -> None:
    part, why = BAD[name]
    reply = await ask(client, asking({"role": "user", "content": [words("Look."), part]}))
    error = reply.json()["error"]
    assert (reply.status_code, error["param"]) == (400, "messages.0.content.1")
    assert why in error["message"]
    assert rows_in(services_in(app).database)["work_orders"] == 0


async def test_what_is_together_too_large_is_400(client: httpx.AsyncClient) -> None:
    large = base64.b64encode(b"\xff" * 99_000).decode()
    part = {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{large}"}}
    reply = await ask(client, asking({"role": "user", "content": [PICTURE, part]}))
    assert reply.status_code == 400
    assert "MAX_ATTACHMENT_BYTES" in reply.json()["error"]["message"]
