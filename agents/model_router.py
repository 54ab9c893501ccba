"""Every model behind one door, through LiteLLM. The only module that imports LiteLLM, and it does so lazily.

LiteLLM builds and sends each vendor's request; what comes back is read by `agents.vendor_replies`, and errors by
`agents.vendor_errors`, both from what really went over the wire. LiteLLM's own retries are off: whoever calls decides
on retries. Costs are computed by us from the usage and the price stored with the call (`nexus.usage`).

A call that may take longer than a model may be silent is streamed, so that silence can be told from slowness.
"""

import asyncio
import os
import re
import time
from contextlib import suppress
from importlib import import_module
from types import ModuleType
from typing import Any

import httpx
from pydantic import SecretStr

from agents.completion import Completion, ModelRequest, Sound
from agents.config import AgentSettings, Provider
from agents.prompt_cache import messages_of
from agents.scripted_model import ScriptedModel
from agents.vendor_errors import error_of, timed_out
from agents.vendor_replies import Answer, Reading, finished, read_line, read_whole
from agents.voice import is_engine
from agents.voice_engine import VoiceEngine
from agents.voice_replies import read_transcript
from agents.wire import HOOKS, Exchange
from nexus.clock import Clock, SystemClock
from nexus.errors import NexusError
from nexus.sound import ENDINGS

LITELLM_PREFIX = {
    Provider.ANTHROPIC: "anthropic",
    Provider.OPENAI: "openai",
    Provider.OLLAMA: "ollama_chat",
    Provider.LOCAL: "hosted_vllm",  # the same API as openai, without the OpenAI SDK's 2 ms a call
}
OLLAMA_CONTEXT_TOKENS = 8_192
# The starter model: cool sampling, and DRY (p-e-w, 2024) against the loops that tiny models fall into.
STARTER_SAMPLING = {"temperature": 0.2, "top_p": 0.9, "extra_body": {"dry_multiplier": 0.8}}
THINKING = re.compile(r"<think>.*?(?:</think>|\Z)", re.DOTALL)
FIRST_CALL_IMPORTS = (
    "litellm.litellm_core_utils.default_encoding",
    "litellm.proxy.openai_files_endpoints.common_utils",
)
OPENAI_IMPORTS = ("openai.resources.chat",)
"""What LiteLLM would import during the first call, 0.4 s in which a worker's other orders would stand still."""

AFTER_THE_END_S = 1.0
"""How long a stream may stay open after its vendor's last word; longer, and the connection is not used again."""


class ModelRouter:
    """Completes requests on whichever model they name."""

    def __init__(self, settings: AgentSettings, clock: Clock | None = None) -> None:
        self._settings = settings
        self._clock = clock or SystemClock()
        self._litellm: ModuleType | None = None
        self._send_once: Any = None
        self._openai_clients: dict[str | None, Any] = {}
        self._voice_server: Any = None
        self._engine = VoiceEngine(settings)
        self._scripted = ScriptedModel.load(settings.nexus_script)

    async def warm_up(self) -> None:
        """Import LiteLLM (seconds, 160 MB) in a thread, so that no order waits for it."""
        await asyncio.to_thread(self._load)

    async def complete(self, request: ModelRequest) -> Completion:
        """Ask the request's model once. Raises as `ChatModel.complete`."""
        if request.choice.provider is Provider.SCRIPTED:
            return await self._scripted.complete(request)
        if request.sound is not None and is_engine(request.choice):
            return await self._engine.complete(request)
        if self._litellm is None and request.sound is not None:
            await self.warm_up()  # nobody else may need it in a company whose tiers are scripted
        self._load()
        exchange, started = Exchange(), time.monotonic()
        try:
            with exchange.watched():
                answer = await self._in_time(exchange, request)
        except NexusError:
            raise
        except Exception as error:
            raise error_of(error, exchange, request, self._clock.now()) from error
        finally:
            await exchange.close()
        latency_ms = int((time.monotonic() - started) * 1000)
        text = THINKING.sub("", answer.text).strip()
        return Completion(text, answer.finish, answer.usage, latency_ms, answer.request_id)

    async def close(self) -> None:
        """Close the HTTP connections."""
        if self._litellm is not None:
            await self._send_once.close()
            await self._litellm.close_litellm_async_clients()

    async def _in_time(self, exchange: Exchange, request: ModelRequest) -> Answer:
        try:
            async with asyncio.timeout(request.timeout_s):
                if request.sound is not None:
                    return await self._transcribed(exchange, request, request.sound)
                if self._streams(request):
                    return await self._streamed(exchange, request)
                return await self._whole(exchange, request)
        except TimeoutError:
            raise timed_out(exchange, request, request.timeout_s) from None

    def _streams(self, request: ModelRequest) -> bool:
        """Ollama always does: for a whole answer LiteLLM asks it for /api/show, and our event loop waits for that."""
        return request.choice.provider is Provider.OLLAMA or request.timeout_s > self._settings.model_stall_s

    async def _whole(self, exchange: Exchange, request: ModelRequest) -> Answer:
        await self._load().acompletion(**self._arguments(request))
        return read_whole(request.choice.provider, exchange.content())

    async def _transcribed(self, exchange: Exchange, request: ModelRequest, sound: Sound) -> Answer:
        choice, kept = request.choice, sound.attachment
        await self._load().atranscription(
            model=f"{LITELLM_PREFIX[Provider.OPENAI]}/{choice.model}",
            file=(f"voice.{ENDINGS.get(kept.media_type, 'ogg')}", kept.data or b"", kept.media_type),
            response_format="json",
            timeout=request.timeout_s,
            num_retries=0,
            max_retries=0,
            api_base=choice.base_url,
            client=self._voice_client(choice.base_url),
        )
        return read_transcript(exchange.content(), request)

    def _voice_client(self, base_url: str | None) -> Any:  # noqa: ANN401 - OpenAI's
        """OpenAI's own key goes to OpenAI alone, a server of one's own gets the key that was set for it."""
        if base_url is None or base_url != self._settings.voice_base_url:
            return self._client(Provider.OPENAI, base_url)
        if self._voice_server is None:
            secret = self._settings.voice_api_key
            key = secret.get_secret_value() if secret else "not-needed"
            self._voice_server = _openai_client(key, base_url, self._send_once.client)
        return self._voice_server

    async def _streamed(self, exchange: Exchange, request: ModelRequest) -> Answer:
        """Read the stream ourselves; silence ends it, be it before the first byte or between two."""
        loop, silence_s, reading = asyncio.get_running_loop(), self._settings.model_stall_s, Reading()
        try:
            async with asyncio.timeout(silence_s) as patience:
                await self._load().acompletion(**self._arguments(request), **_streaming(request))
                async for line in exchange.lines():
                    read_line(request.choice.provider, line, reading)
                    left_s = AFTER_THE_END_S if reading.ended else silence_s
                    patience.reschedule(loop.time() + left_s)
        except TimeoutError:
            if not reading.ended:
                raise timed_out(exchange, request, silence_s, silent=True) from None
        except httpx.HTTPError:
            if not reading.ended:
                raise
        return finished(request.choice.provider, reading)

    def _load(self) -> ModuleType:
        if self._litellm is None:
            self._litellm = _import_litellm(with_openai=self._settings.openai_api_key is not None)
            self._send_once = _client_that_sends_once()
        return self._litellm

    def _arguments(self, request: ModelRequest) -> dict[str, Any]:
        choice = request.choice
        arguments: dict[str, Any] = {
            "model": f"{LITELLM_PREFIX[choice.provider]}/{choice.model}",
            "messages": messages_of(request),
            "max_tokens": request.max_output_tokens,
            "timeout": request.timeout_s,
            "num_retries": 0,
            "max_retries": 0,
            "api_key": self._key(choice.provider),
            "client": self._client(choice.provider, choice.base_url),
        }
        if choice.base_url:
            arguments["api_base"] = choice.base_url
        if choice.provider is Provider.OLLAMA:
            arguments |= {"think": False, "num_ctx": OLLAMA_CONTEXT_TOKENS, "keep_alive": "30m"}
        if choice.weak:
            arguments |= STARTER_SAMPLING
        return arguments

    def _client(self, provider: Provider, base_url: str | None) -> Any:  # noqa: ANN401 - LiteLLM's, or OpenAI's
        if provider is not Provider.OPENAI:
            return self._send_once
        if base_url not in self._openai_clients:
            self._openai_clients[base_url] = _openai_client(
                self._key(provider), base_url, self._send_once.client
            )
        return self._openai_clients[base_url]

    def _key(self, provider: Provider) -> str:
        secrets: dict[Provider, SecretStr | None] = {
            Provider.ANTHROPIC: self._settings.anthropic_api_key,
            Provider.OPENAI: self._settings.openai_api_key,
        }
        secret = secrets.get(provider)
        return secret.get_secret_value() if secret else "not-needed"


def _streaming(request: ModelRequest) -> dict[str, Any]:
    """OpenAI and its likes say what a stream used only when they are asked to."""
    if request.choice.provider in (Provider.OPENAI, Provider.LOCAL):
        return {"stream": True, "stream_options": {"include_usage": True}}
    return {"stream": True}


def _import_litellm(*, with_openai: bool) -> ModuleType:
    # Before the import: no price map from the network, no .env read behind our back.
    os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
    os.environ["LITELLM_MODE"] = "PRODUCTION"
    import litellm  # noqa: PLC0415

    litellm.suppress_debug_info = True
    litellm.telemetry = False
    litellm.drop_params = False
    litellm.num_retries = 0
    for name in FIRST_CALL_IMPORTS + OPENAI_IMPORTS * with_openai:
        with suppress(ImportError):
            import_module(name)
    module: ModuleType = litellm
    return module


def _client_that_sends_once() -> Any:  # noqa: ANN401 - LiteLLM is untyped
    from litellm.llms.custom_httpx.http_handler import AsyncHTTPHandler  # noqa: PLC0415

    class SendOnce(AsyncHTTPHandler):  # type: ignore[misc]  # LiteLLM is untyped
        """LiteLLM's HTTP client without its second try: this hook is called where it would post again.

        Retries at 0 or not, a call could be paid twice.
        """

        async def single_connection_post_request(self, *_: object, **__: object) -> None:
            raise  # noqa: PLE0704 - the connection error that is being handled

    return SendOnce(event_hooks=HOOKS)


def _openai_client(key: str, base_url: str | None, http_client: Any) -> Any:  # noqa: ANN401 - as LiteLLM takes it
    from openai import AsyncOpenAI  # noqa: PLC0415

    return AsyncOpenAI(api_key=key, base_url=base_url, max_retries=0, http_client=http_client)
