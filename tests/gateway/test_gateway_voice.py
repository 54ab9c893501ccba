"""Voice messages over HTTP: what is taken, kept as it came, told and given back."""

import base64
import hashlib

import httpx
import pytest
from fastapi import FastAPI
from pydantic import JsonValue

from db.tables import attachments, messages, work_orders
from gateway.attachments import LOOK, words_for
from gateway.config import GatewaySettings
from gateway.openai_parts import content_of
from nexus.sound import LISTEN, sound_type
from nexus.work_order import AttachmentKind
from tests.gateway.test_gateway_attachments import said, say, stored
from tests.gateway.test_gateway_bad_input import assert_problem
from tests.photos import a_photo, sent
from tests.sounds import a_flac, a_wav, a_webm, an_m4a, an_mp3, an_ogg

SOUNDS = {
    "ogg": an_ogg(),
    "mp3": an_mp3(),
    "m4a": an_m4a(),
    "wav": a_wav(),
    "webm": a_webm(None),
    "flac": a_flac(),
}


@pytest.fixture
def settings(settings: GatewaySettings) -> GatewaySettings:
    return settings.model_copy(update={"max_attachment_bytes": 1024 * 1024})


@pytest.mark.parametrize("ending", SOUNDS)
async def test_a_sound_is_known_by_its_bytes_kept_as_it_came_and_given_back(
    app: FastAPI, client: httpx.AsyncClient, ending: str
) -> None:
    data = SOUNDS[ending]
    order = await said(client, sent(data, "audio", media_type="image/png"))

    [row] = stored(app)
    file = await client.get(f"{order['url']}/attachments/1")
    [listed] = (await client.get(order["url"])).json()["attachments"]
    assert (row["kind"], row["data"], row["text"]) == ("audio", data, None)
    assert listed["media_type"] == sound_type(data) == file.headers["content-type"]
    assert (listed["size"], listed["sha256"]) == (len(data), hashlib.sha256(data).hexdigest())
    assert file.content == data
    assert file.headers["x-content-type-options"] == "nosniff"
    assert file.headers["content-disposition"] == f"attachment; filename*=UTF-8''attachment-1.{ending}"


async def test_a_voice_message_needs_no_words(app: FastAPI, client: httpx.AsyncClient) -> None:
    await said(client, sent(an_ogg(), "audio"), content="")

    assert [row["content"] for row in stored(app, work_orders)] == [LISTEN]
    assert [row["content"] for row in stored(app, messages)] == [f"{LISTEN}\n[voice message]"]


async def test_a_picture_beside_it_is_what_the_voice_speaks_of(
    app: FastAPI, client: httpx.AsyncClient
) -> None:
    assert words_for(["image"]) == LOOK
    await said(client, sent(a_photo()), sent(an_ogg(), "audio"))
    assert [row["content"] for row in stored(app, work_orders)] == [LISTEN]
    assert [row["kind"] for row in stored(app, attachments)] == ["image", "audio"]


@pytest.mark.parametrize("data", [b"no sound", b"\xff\xd8\xff" + bytes(100), a_photo()])
async def test_what_is_no_sound_is_422(client: httpx.AsyncClient, data: bytes) -> None:
    body = assert_problem(await say(client, sent(data, "audio"), content="Listen."), 422)
    assert body["errors"][0]["field"] == "attachments[0].data"
    assert "Ogg (Opus or Vorbis), MP3, M4A, WAV, WebM and FLAC" in body["detail"]


async def test_the_same_voice_with_the_same_key_is_the_same_message_and_another_is_not(
    client: httpx.AsyncClient,
) -> None:
    first = await said(client, sent(an_ogg(), "audio"), key="v1")
    again = await say(client, sent(an_ogg(), "audio"), key="v1")
    other = await say(client, sent(an_ogg(3), "audio"), key="v1")
    assert (again.status_code, again.json()["order_id"]) == (409, first["order_id"])
    assert_problem(other, 422)


def test_openai_clients_can_speak_too() -> None:
    data = base64.b64encode(a_wav()).decode()
    part: JsonValue = {"type": "input_audio", "input_audio": {"data": data, "format": "wav"}}
    found = content_of([{"type": "text", "text": "Translate this."}, part], "messages.0.content")
    assert [(one.kind, one.data, one.field) for one in found.sent] == [
        (AttachmentKind.AUDIO, data, "messages.0.content.1")
    ]
    assert found.with_words_for_sent == "Translate this.\n[voice message]"
