"""Where each vendor tells which models it has, and what its answers mean. Only listing endpoints: nothing is generated.

Sources: https://docs.claude.com/en/api/models, https://platform.openai.com/docs/api-reference/models and Ollama's
`docs/api.md` (`GET /api/tags`). vLLM, LM Studio and llama-server list theirs as OpenAI does.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote

import httpx
from pydantic import SecretStr

from agents.completion import Trouble
from agents.config import AgentSettings, ModelChoice, Provider

ANTHROPIC_URL: Final = "https://api.anthropic.com"
ANTHROPIC_VERSION: Final = "2023-06-01"
OPENAI_URL: Final = "https://api.openai.com/v1"
SILENCE: Final = (Trouble.CONNECTION, Trouble.TIMEOUT)
NOT_THERE: Final = (httpx.HTTPError, httpx.InvalidURL, ValueError)  # ValueError: what makes no URL or header
DATED: Final = r"-(\d{8}|\d{4}-\d\d-\d\d)"


LIST_PATH: Final = {
    Provider.ANTHROPIC: "/v1/models",
    Provider.OPENAI: "/models",
    Provider.OLLAMA: "/api/tags",
    Provider.LOCAL: "/models",
}
URL_SETTING: Final = {
    Provider.ANTHROPIC: "ANTHROPIC_BASE_URL",
    Provider.OPENAI: "OPENAI_BASE_URL",
    Provider.OLLAMA: "OLLAMA_BASE_URL",
    Provider.LOCAL: "LOCAL_MODEL_URL",
}
KEY_SETTING: Final = {Provider.ANTHROPIC: "ANTHROPIC_API_KEY", Provider.OPENAI: "OPENAI_API_KEY"}


@dataclass(frozen=True, slots=True)
class Door:
    """Where one vendor answers, without a slash at the end, and what opens it."""

    provider: Provider
    base: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def list_url(self) -> str:
        """Where it lists its models."""
        return f"{self.base}{LIST_PATH[self.provider]}"


@dataclass(frozen=True, slots=True)
class Seen:
    """The model is there."""


@dataclass(frozen=True, slots=True)
class Unseen:
    """It is not, or could not be asked for. `trouble` None: no word on it either way. `why` is for a bracket."""

    trouble: Trouble | None
    why: str


def door_of(choice: ModelChoice, settings: AgentSettings) -> Door | None:
    """Where to ask for a model; None for scripted answers."""
    match choice.provider:
        case Provider.ANTHROPIC:
            headers = {"x-api-key": _text(settings.anthropic_api_key), "anthropic-version": ANTHROPIC_VERSION}
            return Door(choice.provider, (choice.base_url or ANTHROPIC_URL).rstrip("/"), headers)
        case Provider.OPENAI:
            headers = {"Authorization": f"Bearer {_text(settings.openai_api_key)}"}
            return Door(choice.provider, (choice.base_url or OPENAI_URL).rstrip("/"), headers)
        case Provider.OLLAMA:
            return Door(choice.provider, (choice.base_url or settings.ollama_base_url).rstrip("/"))
        case Provider.LOCAL:
            return Door(choice.provider, (choice.base_url or "").rstrip("/"))
        case Provider.SCRIPTED:
            return None


async def look_up(client: httpx.AsyncClient, door: Door, model: str) -> Seen | Unseen:
    """Ask for the model by its name, as Anthropic and OpenAI allow; their aliases are found too.

    A gateway in between may know no such path: its 404 counts only if its list, too, leaves the model out.
    """
    try:
        reply = await client.get(f"{door.list_url}/{quote(model, safe=':')}", headers=dict(door.headers))
    except NOT_THERE as error:
        return Unseen(Trouble.CONNECTION, type(error).__name__)
    if reply.status_code == httpx.codes.NOT_FOUND:
        return await look_in_list(client, door, model)
    if reply.is_success:
        return Seen() if "id" in _object_in(reply) else Unseen(None, "its answer is no model's")
    return _refused(reply)


async def look_in_list(client: httpx.AsyncClient, door: Door, model: str) -> Seen | Unseen:
    """Look for the model in the list of all."""
    parameters = {"limit": 1000} if door.provider is Provider.ANTHROPIC else None
    try:
        reply = await client.get(door.list_url, params=parameters, headers=dict(door.headers))
    except NOT_THERE as error:
        return Unseen(Trouble.CONNECTION, type(error).__name__)
    if not reply.is_success:
        return _refused(reply)
    names = _names_in(_object_in(reply))
    if names is None or (not names and door.provider in KEY_SETTING):
        return Unseen(None, "it lists none")
    if _is_among(model, names, door.provider):
        return Seen()
    some = ", ".join(sorted(names)[:3]) or "none"
    return Unseen(Trouble.NO_MODEL, f"it has {some}{', …' if len(names) > 3 else ''}")


def _refused(reply: httpx.Response) -> Unseen:
    """What a vendor's error says of the model. A key without the right to read the list may well do for calls."""
    status, error = reply.status_code, _object_in(reply).get("error")
    code, message = (error.get("code"), str(error.get("message"))) if isinstance(error, dict) else (None, "")
    if code == "model_not_found":
        return Unseen(Trouble.NO_MODEL, str(status))
    if status in (httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN):
        if "scope" in message.lower():
            return Unseen(None, "the key may not read the list of models")
        return Unseen(Trouble.KEY, str(status))
    return Unseen(None, f"it answers {status}")


def _is_among(model: str, names: frozenset[str], provider: Provider) -> bool:
    if provider is Provider.OLLAMA:
        return (model if ":" in model else f"{model}:latest") in names
    return any(re.fullmatch(f"{re.escape(model)}({DATED})?", name) for name in names)


def _names_in(answer: Mapping[str, Any]) -> frozenset[str] | None:
    """The models of Ollama's list, or of OpenAI's and Anthropic's; None when there is no list."""
    rows = answer.get("data", answer.get("models"))
    if not isinstance(rows, list):
        return None
    named = (row.get("id") or row.get("name") for row in rows if isinstance(row, dict))
    return frozenset(str(name) for name in named if name)


def _object_in(reply: httpx.Response) -> dict[str, Any]:
    try:
        answer = reply.json()
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}


def _text(secret: SecretStr | None) -> str:
    return secret.get_secret_value() if secret else ""
