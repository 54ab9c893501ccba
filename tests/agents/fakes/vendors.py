"""The three fakes side by side, with one right request for each: what the tests of this folder share."""

import ssl
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any, Protocol

import httpx
from starlette.applications import Starlette

from agents.fakes import anthropic_api, ollama_api, openai_api
from agents.fakes.script import Fault, Reply, Script
from agents.fakes.server import FakeServer

KEY = "test-key"
NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # spares the 80 ms in which httpx would load the CA bundle


def a_client(
    base_url: str = "", *, timeout: float = 5, headers: dict[str, str] | None = None
) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=base_url, timeout=timeout, headers=headers, verify=NO_TLS)


class CreateApp(Protocol):
    def __call__(self, script: Script, *, api_key: str | None, models: Collection[str]) -> Starlette: ...


@dataclass(frozen=True, slots=True)
class Vendor:
    """How to reach one fake, by hand and through LiteLLM."""

    name: str
    create_app: CreateApp
    model: str
    litellm_model: str
    litellm_base: str
    path: str
    headers: dict[str, str]
    text_of: Callable[[Any], str]

    def server(self, *turns: str | Reply | Fault) -> FakeServer:
        script = Script.saying(*turns) if turns else Script()
        return FakeServer(self.create_app(script, api_key=KEY, models=[self.model]))

    def request(self, **changes: object) -> dict[str, object]:
        """A right request, not streamed, with `changes`; a change to None removes the field."""
        body: dict[str, object] = {
            "model": self.model,
            "messages": [{"role": "user", "content": "What is 2+2?"}],
            "stream": False,
        }
        if self.name == "anthropic":
            body["max_tokens"] = 100
        return {field: value for field, value in (body | changes).items() if value is not None}

    async def post(self, server: FakeServer, **changes: object) -> httpx.Response:
        async with a_client(server.base_url) as client:
            return await client.post(self.path, json=self.request(**changes), headers=self.headers)


ANTHROPIC = Vendor(
    "anthropic",
    anthropic_api.create_app,
    "claude-haiku-4-5",
    "anthropic/claude-haiku-4-5",
    "",
    "/v1/messages",
    {"x-api-key": KEY, "anthropic-version": "2023-06-01"},
    lambda body: "".join(block["text"] for block in body["content"]),
)
OPENAI = Vendor(
    "openai",
    openai_api.create_app,
    "gpt-4o-mini",
    "openai/gpt-4o-mini",
    "/v1",
    "/v1/chat/completions",
    {"authorization": f"Bearer {KEY}"},
    lambda body: str(body["choices"][0]["message"]["content"]),
)
OLLAMA = Vendor(
    "ollama",
    ollama_api.create_app,
    "llama3.2",
    "ollama_chat/llama3.2",
    "",
    "/api/chat",
    {"authorization": f"Bearer {KEY}"},
    lambda body: str(body["message"]["content"]),
)
VENDORS = (ANTHROPIC, OPENAI, OLLAMA)
