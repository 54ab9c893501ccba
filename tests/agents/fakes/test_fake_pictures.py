"""What each fake refuses about pictures, as the original would; that it takes good ones, LiteLLM's test shows."""

import base64

import pytest
from PIL import Image

from agents.fakes.pictures import size_without_pictures, type_of
from agents.fakes.script import Script
from agents.fakes.server import FakeServer
from tests.agents.fakes.vendors import ANTHROPIC, OLLAMA, OPENAI, Vendor, a_client
from tests.photos import saved

MODELS = ["claude-haiku-4-5", "gpt-4o-mini", "gpt-4", "llama3.2", "llava"]
PNG = base64.b64encode(saved(Image.new("RGB", (9, 9)), "PNG")).decode()
TEXT = {"type": "text", "text": "What is this?"}
NO_PICTURE = base64.b64encode(b"just words").decode()


def for_anthropic(data: str = PNG, media_type: str = "image/png", **source: str) -> dict[str, object]:
    given = {"type": "base64", "media_type": media_type, "data": data} | source
    return {"messages": [{"role": "user", "content": [{"type": "image", "source": given}, TEXT]}]}


def for_openai(
    url: str = f"data:image/png;base64,{PNG}", role: str = "user", **more: str
) -> dict[str, object]:
    part = {"type": "image_url", "image_url": {"url": url} | more}
    return {"messages": [{"role": role, "content": [part, TEXT]}]}


def for_ollama(*images: object, model: str = "llava") -> dict[str, object]:
    return {
        "model": model,
        "messages": [{"role": "user", "content": "What is this?", "images": list(images)}],
    }


async def answer_of(vendor: Vendor, **changes: object) -> tuple[int, str]:
    app = vendor.create_app(Script.saying("A picture."), api_key="test-key", models=MODELS)
    async with FakeServer(app) as server:
        response = await vendor.post(server, **changes)
    return response.status_code, response.text


@pytest.mark.parametrize(
    ("vendor", "changes"),
    [(ANTHROPIC, for_anthropic()), (OPENAI, for_openai(detail="low")), (OLLAMA, for_ollama(PNG))],
    ids=["anthropic", "openai", "ollama"],
)
async def test_a_good_picture_is_taken(vendor: Vendor, changes: dict[str, object]) -> None:
    assert (await answer_of(vendor, **changes))[0] == 200


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (for_anthropic(media_type="image/bmp"), "Input should be 'image/jpeg'"),
        (for_anthropic(media_type="image/jpeg"), "appears to be a image/png image"),
        (for_anthropic("%%%"), "invalid base64 data"),
        (for_anthropic(NO_PICTURE), "Could not process image"),
        (for_anthropic(""), "data: Field required"),
        (for_anthropic(base64.b64encode(b"x" * 6_000_000).decode()), "exceeds 5 MB maximum"),
        (for_anthropic(detail="high"), "Extra inputs are not permitted"),
        (for_anthropic(type="url"), "not served by the fake"),
        (for_openai(), "does not match any of the expected tags"),
        ({"system": [{"type": "image"}]}, "system.0.type"),
    ],
)
async def test_anthropic_refuses_bad_pictures(changes: dict[str, object], words: str) -> None:
    status, text = await answer_of(ANTHROPIC, **changes)
    assert status == 400
    assert words in text


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (for_openai("http://127.0.0.1/x.png"), "Invalid image URL"),
        (for_openai("data:image/png;base64,AAA"), "Invalid base64 image_url."),
        (for_openai(f"data:image/png;base64,{NO_PICTURE}"), "unsupported image"),
        (for_openai(f"data:text/plain;base64,{NO_PICTURE}"), "Invalid image URL"),
        (for_openai(detail="great"), "Invalid value"),
        (for_openai(role="assistant"), "Supported values are"),
        (for_openai() | {"model": "gpt-4"}, "only supported by certain models"),
        (for_anthropic(), "Invalid value: 'image'"),
    ],
)
async def test_openai_refuses_bad_pictures(changes: dict[str, object], words: str) -> None:
    status, text = await answer_of(OPENAI, **changes)
    assert status == 400
    assert words in text


@pytest.mark.parametrize(
    ("changes", "status", "words"),
    [
        (for_ollama(PNG, model="llama3.2"), 400, "missing data required for image input"),
        (for_ollama("%%%"), 400, "illegal base64"),
        (for_ollama(f"data:image/png;base64,{PNG}"), 400, "illegal base64"),
        (for_ollama({"url": PNG}), 400, "cannot unmarshal"),
        (for_ollama(NO_PICTURE), 500, "unknown format"),
    ],
)
async def test_ollama_refuses_bad_pictures(changes: dict[str, object], status: int, words: str) -> None:
    found, text = await answer_of(OLLAMA, **changes)
    assert found == status
    assert words in text


async def test_a_server_of_one_s_own_refuses_pictures_without_a_projector() -> None:
    app = OPENAI.create_app(Script(), api_key=None, models=())
    async with FakeServer(app) as server, a_client(server.base_url) as client:
        replies = [
            await client.post(OPENAI.path, json=for_openai() | {"model": model})
            for model in ("SmolLM2", "qwen2.5-vl-7b")
        ]
    assert [reply.status_code for reply in replies] == [500, 200]
    assert "mmproj" in replies[0].text


async def test_ollama_shows_which_of_its_models_see() -> None:
    app = OLLAMA.create_app(Script(), api_key=None, models=MODELS)
    async with FakeServer(app) as server, a_client(server.base_url) as client:
        shown = [
            (await client.post("/api/show", json={"model": model})).json() for model in ("llava", "llama3.2")
        ]
    assert ["vision" in each["capabilities"] for each in shown] == [True, False]


def test_a_picture_counts_as_one_and_not_as_its_bytes() -> None:
    picture = base64.b64encode(b"\x01" * 9_000)
    size, pictures = size_without_pictures(b'{"text": "Hello", "data": "' + picture + b'"}')
    assert (size, pictures) == (len(b'{"text": "Hello", "data": ""}'), 1)


@pytest.mark.parametrize("format_", ["JPEG", "PNG", "GIF", "WEBP"])
def test_types_are_told_by_the_first_bytes(format_: str) -> None:
    assert type_of(saved(Image.new("RGB", (9, 9)), format_)) == f"image/{format_.lower()}"
