"""Every model behind one door, through LiteLLM. The only module that imports LiteLLM, and it does so lazily.

LiteLLM's own retries are off: one layer decides on retries, `agents.decision`. Costs are computed by us from
the usage and the price stored with the call (`nexus.usage`), because LiteLLM has mis-billed cached calls.
"""

import asyncio
import os
import re
import socket
import time
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import aiohttp
import httpx
from pydantic import SecretStr

from agents.completion import (
    Completion,
    Finish,
    ModelRefusesCall,
    ModelRequest,
    ModelUnavailable,
)
from agents.config import AgentSettings, ModelChoice, Provider
from agents.scripted_model import ScriptedModel
from nexus.errors import NexusError
from nexus.usage import Usage

LITELLM_PREFIX = {
    Provider.ANTHROPIC: "anthropic",
    Provider.OPENAI: "openai",
    Provider.OLLAMA: "ollama_chat",
    Provider.LOCAL: "hosted_vllm",  # the same API as openai, without the OpenAI SDK's 2 ms a call
}
KEY_SETTING = {Provider.ANTHROPIC: "ANTHROPIC_API_KEY", Provider.OPENAI: "OPENAI_API_KEY"}
URL_SETTING = {
    Provider.ANTHROPIC: "ANTHROPIC_BASE_URL",
    Provider.OPENAI: "OPENAI_BASE_URL",
    Provider.OLLAMA: "OLLAMA_BASE_URL",
    Provider.LOCAL: "LOCAL_MODEL_URL",
}
# For these LiteLLM posts again after a broken connection, retries at 0 or not: a call could be paid twice.
SENT_TWICE = (Provider.ANTHROPIC, Provider.OLLAMA, Provider.LOCAL)
OLLAMA_CONTEXT_TOKENS = 8_192
# The starter model: cool sampling, and DRY (p-e-w, 2024) against the loops that tiny models fall into.
STARTER_SAMPLING = {"temperature": 0.2, "top_p": 0.9, "extra_body": {"dry_multiplier": 0.8}}
NEVER_CONNECTED = (ConnectionRefusedError, socket.gaierror, aiohttp.ClientConnectorError)
THINKING = re.compile(r"<think>.*?(?:</think>|\Z)", re.DOTALL)


class ModelRouter:
    """Completes requests on whichever model they name."""

    def __init__(self, settings: AgentSettings) -> None:
        self._settings = settings
        self._litellm: ModuleType | None = None
        self._send_once: Any = None
        self._scripted = ScriptedModel.load(settings.nexus_script)

    async def warm_up(self) -> None:
        """Import LiteLLM (seconds, 160 MB) in a thread, so that no order waits for it."""
        await asyncio.to_thread(self._load)

    async def complete(self, request: ModelRequest) -> Completion:
        """Ask the request's model once. Raises as `ChatModel.complete`."""
        if request.choice.provider is Provider.SCRIPTED:
            return await self._scripted.complete(request)
        litellm = self._load()
        started = time.monotonic()
        try:
            async with asyncio.timeout(request.timeout_s):
                reply = await litellm.acompletion(**self._arguments(request))
        except TimeoutError:
            raise ModelUnavailable(
                f"{request.choice.model} gave no answer within {request.timeout_s:g} s", in_doubt=True
            ) from None
        except Exception as error:
            raise translate_error(error, request) from error
        return _completion(reply, int((time.monotonic() - started) * 1000), request.choice)

    async def close(self) -> None:
        """Close LiteLLM's HTTP sessions."""
        if self._litellm is not None:
            await self._send_once.close()
            await self._litellm.close_litellm_async_clients()

    def _load(self) -> ModuleType:
        if self._litellm is None:
            self._litellm = _import_litellm()
            self._send_once = _client_that_sends_once()
        return self._litellm

    def _arguments(self, request: ModelRequest) -> dict[str, Any]:
        choice = request.choice
        messages = [{"role": "system", "content": request.system}]
        messages += [{"role": turn.role, "content": turn.content} for turn in request.turns]
        arguments: dict[str, Any] = {
            "model": f"{LITELLM_PREFIX[choice.provider]}/{choice.model}",
            "messages": messages,
            "max_tokens": request.max_output_tokens,
            "timeout": request.timeout_s,
            "num_retries": 0,
            "max_retries": 0,
            "api_key": self._key(choice.provider),
        }
        if choice.base_url:
            arguments["api_base"] = choice.base_url
        if choice.provider in SENT_TWICE:
            arguments["client"] = self._send_once
        if choice.provider is Provider.OLLAMA:
            arguments |= {"think": False, "num_ctx": OLLAMA_CONTEXT_TOKENS, "keep_alive": "30m"}
        if choice.weak:
            arguments |= STARTER_SAMPLING
        return arguments

    def _key(self, provider: Provider) -> str:
        secrets: dict[Provider, SecretStr | None] = {
            Provider.ANTHROPIC: self._settings.anthropic_api_key,
            Provider.OPENAI: self._settings.openai_api_key,
        }
        secret = secrets.get(provider)
        return secret.get_secret_value() if secret else "not-needed"


def _import_litellm() -> ModuleType:
    # Before the import: no price map from the network, no .env read behind our back.
    os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
    os.environ["LITELLM_MODE"] = "PRODUCTION"
    import litellm  # noqa: PLC0415

    litellm.suppress_debug_info = True
    litellm.telemetry = False
    litellm.drop_params = False
    litellm.num_retries = 0
    module: ModuleType = litellm
    return module


def _client_that_sends_once() -> Any:  # noqa: ANN401 - LiteLLM is untyped
    from litellm.llms.custom_httpx.http_handler import AsyncHTTPHandler  # noqa: PLC0415

    class SendOnce(AsyncHTTPHandler):  # type: ignore[misc]  # LiteLLM is untyped
        """LiteLLM's HTTP client without its second try: this hook is called where it would post again."""

        async def single_connection_post_request(self, *_: object, **__: object) -> None:
            raise  # noqa: PLE0704 - the connection error that is being handled

    return SendOnce()


def translate_error(error: Exception, request: ModelRequest) -> NexusError:
    """LiteLLM's errors, in ours: what time may heal, what it will not, and whether money may have been spent.

    LiteLLM gives a broken connection the status 500, so its class and status are not believed. The chain of
    causes is: an HTTP error reply is the provider's own word, and then nothing was produced; a connection that
    was never made sent nothing. Everything else is in doubt.
    """
    choice, role = request.choice, request.role.value.upper()
    label = f"{choice.provider.value}/{choice.model}"
    status = getattr(error, "status_code", None)
    causes = list(_causes(error))
    if len(causes) > 1 and not any(isinstance(cause, httpx.HTTPStatusError) for cause in causes):
        if any(isinstance(cause, NEVER_CONNECTED) for cause in causes):
            where = choice.base_url or "the provider"
            return ModelUnavailable(
                f"{label}: no connection to {where}; check {URL_SETTING[choice.provider]}."
            )
        return ModelUnavailable(f"{label}: the connection broke: {_short(error)}", in_doubt=True)
    match status:
        case 401 | 403:
            setting = KEY_SETTING.get(choice.provider, "the server")
            return ModelRefusesCall(f"{label}: the key is refused; check {setting}.")
        case 402:
            return ModelRefusesCall(f"{label}: the account has no credit left.")
        case 404:
            return ModelRefusesCall(
                f"{label}: no such model there; set NEXUS_MODEL_{role} to one that exists."
            )
        case 429 if _is_out_of_money(error):
            return ModelRefusesCall(f"{label}: the account has no credit left.")
        case 400 | 405 | 413 | 422:
            return ModelRefusesCall(f"{label}: the request was refused: {_short(error)}")
        case _:
            return ModelUnavailable(f"{label}: HTTP {status}", retry_after_s=_retry_after_s(error))


def _is_out_of_money(error: Exception) -> bool:
    """OpenAI says 429 for an empty account too; only the body's code tells it from too many requests."""
    body = getattr(error, "body", None)
    return isinstance(body, dict) and body.get("code") in ("insufficient_quota", "billing_hard_limit_reached")


def _retry_after_s(error: Exception) -> float | None:
    headers = getattr(error, "litellm_response_headers", None) or {}
    try:
        return float(headers.get("retry-after", ""))
    except ValueError:
        return None


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """The error and what it came from, outermost first."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _short(error: Exception) -> str:
    return str(getattr(error, "message", error)).replace("\n", " ")[:300]


def _completion(reply: Any, latency_ms: int, choice: ModelChoice) -> Completion:  # noqa: ANN401 - LiteLLM is untyped
    try:
        picked = reply.choices[0]
        text = picked.message.content or ""
        finish = _finish(str(picked.finish_reason))
        refusal = (getattr(picked.message, "provider_specific_fields", None) or {}).get("refusal")
    except (AttributeError, IndexError, TypeError):
        raise ModelUnavailable(f"{choice.model}: the reply has no answer in it", in_doubt=True) from None
    if refusal:  # OpenAI refuses with an ordinary finish and its words elsewhere
        text, finish = str(refusal), Finish.REFUSAL
    text = THINKING.sub("", text).strip()
    return Completion(text, finish, _usage(reply), latency_ms, getattr(reply, "id", None))


def _finish(reason: str) -> Finish:
    match reason:
        case "length":
            return Finish.LENGTH
        case "content_filter" | "refusal":
            return Finish.REFUSAL
        case _:
            return Finish.STOP


def _usage(reply: Any) -> Usage:  # noqa: ANN401 - LiteLLM is untyped
    """Tokens by kind. LiteLLM's `prompt_tokens` includes the cached ones."""
    usage = getattr(reply, "usage", None)
    if usage is None:
        return Usage()
    read = _count(usage, "cache_read_input_tokens") or _count(
        getattr(usage, "prompt_tokens_details", None), "cached_tokens"
    )
    write = _count(usage, "cache_creation_input_tokens")
    fresh = max(0, _count(usage, "prompt_tokens") - read - write)
    return Usage(fresh, _count(usage, "completion_tokens"), read, write)


def _count(holder: object, name: str) -> int:
    value = getattr(holder, name, None)
    return int(value) if isinstance(value, int | float) else 0
