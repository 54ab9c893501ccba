"""Finding the local model: Ollama if it answers, else the OpenAI-compatible server that is set, else the starter.

Called once when a worker or `nexus doctor` starts. Asks only listing endpoints: nothing is generated.
"""

import re
from dataclasses import dataclass

import httpx

from agents.config import OLLAMA_MODEL, STARTER_MODEL, AgentSettings, ModelChoice, Provider

PROBE_TIMEOUT_S = 2.0
NO_CHAT = re.compile(
    r"embed|bge-|minilm|[-:]cloud$", re.IGNORECASE
)  # vectors only, or neither local nor free


@dataclass(frozen=True, slots=True)
class LocalModels:
    """What was found. `notes` are lines for the owner, each naming a setting or a command that would help."""

    choice: ModelChoice | None
    notes: tuple[str, ...] = ()


async def find_local_model(settings: AgentSettings) -> LocalModels:
    """Look in the order of the architecture: Ollama, LOCAL_MODEL_URL, the starter model. Never raises."""
    async with httpx.AsyncClient(timeout=PROBE_TIMEOUT_S, trust_env=False) as client:
        ollama, notes = await _ask_ollama(client, settings)
        if ollama is not None:
            return LocalModels(ollama, notes)
        if settings.local_model_url:
            local, more = await _ask_openai_compatible(client, settings)
            notes += more
            if local is not None:
                return LocalModels(local, notes)
    if settings.nexus_starter_url:
        starter = ModelChoice(Provider.LOCAL, STARTER_MODEL, settings.nexus_starter_url, weak=True)
        return LocalModels(starter, notes)
    return LocalModels(None, notes)


def ollama_silence(url: str, why: str) -> str:
    """The owner's line when Ollama does not answer."""
    return f"Ollama does not answer at OLLAMA_BASE_URL={url} ({why}): run `ollama serve`, or correct the URL."


def server_silence(url: str, why: str) -> str:
    """The owner's line when the model server of his own does not answer."""
    return f"no model server answers at LOCAL_MODEL_URL={url} ({why}): start it, or correct the URL."


async def _ask_ollama(
    client: httpx.AsyncClient, settings: AgentSettings
) -> tuple[ModelChoice | None, tuple[str, ...]]:
    url = settings.ollama_base_url.rstrip("/")
    try:
        reply = await client.get(f"{url}/api/tags")
        reply.raise_for_status()
        listed = [str(model["name"]) for model in reply.json()["models"]]
    except (httpx.HTTPError, httpx.InvalidURL, ValueError, KeyError, TypeError) as error:
        if "ollama_base_url" not in settings.model_fields_set:
            return None, ()  # nobody said there is an Ollama
        return None, (ollama_silence(url, type(error).__name__),)
    names = [name for name in listed if not NO_CHAT.search(name)]
    if not names:
        return None, (f"Ollama at {url} has no model to talk to: run `ollama pull {OLLAMA_MODEL}`.",)
    if OLLAMA_MODEL in names:
        return ModelChoice(Provider.OLLAMA, OLLAMA_MODEL, url), ()
    note = f"Ollama has no {OLLAMA_MODEL}, using {names[0]}: run `ollama pull {OLLAMA_MODEL}` for a better Admin."
    return ModelChoice(Provider.OLLAMA, names[0], url), (note,)


async def _ask_openai_compatible(
    client: httpx.AsyncClient, settings: AgentSettings
) -> tuple[ModelChoice | None, tuple[str, ...]]:
    url = (settings.local_model_url or "").rstrip("/")
    try:
        reply = await client.get(f"{url}/models")
        reply.raise_for_status()
        names = [str(model["id"]) for model in reply.json()["data"]]
    except (httpx.HTTPError, httpx.InvalidURL, ValueError, KeyError, TypeError) as error:
        return None, (server_silence(url, type(error).__name__),)
    wanted = settings.local_model_name
    if wanted and wanted not in names:
        return None, (
            f"LOCAL_MODEL_NAME={wanted} is not served at {url}; it serves: {', '.join(names[:5])}.",
        )
    if not names:
        return None, (f"the server at LOCAL_MODEL_URL={url} lists no model: load one.",)
    return ModelChoice(Provider.LOCAL, wanted or names[0], url), ()
