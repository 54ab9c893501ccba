"""GET /metrics of a worker, the bot, the heartbeat and the equipment: what stands there, who may read it, what not."""

import re
import socket
import threading
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from nexus.cli.parts import HEARTBEAT, METRICS_PLACES, Part, with_metrics_port
from nexus.cli.ports import free_port
from nexus.errors import ConfigurationError
from nexus.metrics import serving_metrics
from nexus.metrics_table import EVERYWHERE, TABLE
from nexus.observation import observation
from nexus.observing import happened, offer_gauge, order_step, passed, span
from nexus.settings import CommonSettings, load_settings
from tests.conftest import REPOSITORY
from tests.nexus.metrics_in_docs import BEGIN, PAGE, page_as_it_should_be

EVERY_ADDRESS = "0.0.0.0"  # noqa: S104 - for the moment of a test, to see that it asks for the secret


async def is_ready(_: int) -> bool:
    return True


def get(port: int, host: str = "127.0.0.1", **headers: str) -> httpx.Response:
    return httpx.get(f"http://{host}:{port}/metrics", headers=headers, trust_env=False)


def settings(port: int, **others: str) -> CommonSettings:
    return CommonSettings(metrics_port=port, **others)  # type: ignore[arg-type]


def test_what_happened_stands_there_with_its_labels() -> None:
    with serving_metrics(settings(0), "worker") as port:
        with order_step("work", "WO-1", role="intern") as step:
            passed("wait", 3.0, role="intern")
            with span("chat", role="intern", provider="scripted", model="m", purpose="work") as chat:
                chat.note(outcome="recorded", input_tokens=7, output_tokens=5, cost_usd=0.25)
            step.note(outcome="conclude")
        happened("qa_checks", check="format", status="fail")
        offer_gauge("orders_in_work", lambda: [((), 2.0)])
        text = get(port).text

    assert 'nexus_steps_total{outcome="conclude",role="intern",step="work"} 1.0' in text
    assert 'nexus_queue_wait_seconds_sum{role="intern"} 3.0' in text
    assert 'nexus_model_tokens_total{kind="output",model="m",provider="scripted",role="intern"} 5.0' in text
    assert 'nexus_model_cost_usd_total{model="m",provider="scripted",role="intern"} 0.25' in text
    assert 'nexus_qa_checks_total{check="format",status="fail"} 1.0' in text
    assert "nexus_orders_in_work 2.0" in text
    assert "process_resident_memory_bytes" in text
    assert "_created" not in text
    assert "WO-1" not in text


def test_a_gauge_that_changes_while_it_is_read_is_left_out_once() -> None:
    def changing() -> list[tuple[tuple[str, ...], float]]:
        raise RuntimeError("dictionary changed size during iteration")

    with serving_metrics(settings(0), "worker") as port:
        offer_gauge("breaker_open", changing)
        assert get(port).status_code == 200
    offer_gauge("breaker_open", list)


def test_on_loopback_only_loopback_names_open() -> None:
    with serving_metrics(settings(0), "worker") as port:
        assert get(port, Host="localhost").status_code == 200
        assert get(port, Host="[::1]:9100").status_code == 200
        assert get(port, Host="evil.example").status_code == 401
        assert httpx.get(f"http://127.0.0.1:{port}/", trust_env=False).status_code == 404
        assert httpx.post(f"http://127.0.0.1:{port}/metrics", trust_env=False).status_code == 404


def test_beyond_loopback_the_secret_opens_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("API_SECRET", "open sesame, and then some more")
    with serving_metrics(settings(0, metrics_host=EVERY_ADDRESS), "worker") as port:
        assert get(port).status_code == 401
        assert get(port, Authorization="Bearer open").status_code == 401
        assert get(port, Authorization="open sesame, and then some more").status_code == 401
        assert get(port, Authorization="Bearer open sesame, and then some more").status_code == 200


def test_beyond_loopback_without_a_secret_it_does_not_open() -> None:
    with (
        pytest.raises(ConfigurationError, match=r"METRICS_HOST=0\.0\.0\.0 .* set API_SECRET"),
        serving_metrics(settings(0, metrics_host=EVERY_ADDRESS), "worker"),
    ):
        pass


def test_a_port_that_is_taken_is_named() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        port = other.getsockname()[1]
        with (
            pytest.raises(ConfigurationError, match=f"METRICS_PORT={port} on 127.0.0.1: .*in use"),
            observation(settings(port), "worker"),
        ):
            pass


def test_a_client_that_says_nothing_holds_up_nobody() -> None:
    with (
        serving_metrics(settings(0), "worker") as port,
        closing(socket.create_connection(("127.0.0.1", port))) as silent,
    ):
        silent.sendall(b"GET /metr")
        assert get(port).status_code == 200


def test_when_it_ends_nothing_of_it_is_left(tmp_path: Path) -> None:
    before = threading.active_count()
    with observation(settings(port := free_port()), "heartbeat"):
        assert get(port).status_code == 200
    with pytest.raises(httpx.ConnectError):
        get(port)
    assert threading.active_count() <= before


def test_the_gateway_opens_no_second_door() -> None:
    with (
        observation(settings(port := free_port()), "gateway", metrics=False),
        pytest.raises(httpx.ConnectError),
    ):
        get(port)


def test_every_part_of_nexus_up_has_a_port_of_its_own() -> None:
    together = [place for name, place in METRICS_PLACES.items() if name != "worker"]
    assert len(set(together)) == len(together)
    part = Part(HEARTBEAT, (), is_ready, layer=1, env={"PORT": "1"})
    assert with_metrics_port(part, 9100).env == {"PORT": "1", "METRICS_PORT": "9105"}
    assert with_metrics_port(part, 0) is part


def test_the_table_names_units_and_no_two_alike() -> None:
    names = [each.written_name for each in TABLE]
    assert len(set(names)) == len(names)
    for each in TABLE:
        assert each.name.startswith("nexus_")
        assert set(each.processes) <= set(EVERYWHERE)
        assert each.kind != "histogram" or each.name.endswith("_seconds")
        assert not {"order", "session", "user", "id", "text"} & set(each.labels)


def test_settings_take_metrics_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("METRICS_PORT", "70000")
    with pytest.raises(ConfigurationError, match="METRICS_PORT"):
        load_settings(CommonSettings)


def test_the_table_in_the_docs_is_the_codes() -> None:
    page = PAGE.read_text()
    assert page == page_as_it_should_be(page), "python -m tests.nexus.metrics_in_docs --write"
    assert BEGIN in page


def test_every_count_in_the_code_is_in_the_table() -> None:
    """A word that no table knows would be counted by nobody."""
    said = set[str]()
    for folder in ("agents", "equipment", "gateway", "heartbeat", "interfaces", "nexus"):
        for path in (REPOSITORY / folder).rglob("*.py"):
            if path.name not in ("observing.py", "metrics.py"):
                said |= set(re.findall(r'\b(?:happened|offer_gauge)\(\s*"(\w+)"', path.read_text()))
    by_spans = {"steps", "step_seconds", "queue_wait_seconds", "try_seconds", "model_calls", "process"}
    by_spans |= {
        "model_call_seconds",
        "model_tokens",
        "model_cost_usd",
        "qa_seconds",
        "checks",
        "check_seconds",
    }
    by_spans |= {"equipment_runs", "equipment_run_seconds"}
    assert said | by_spans == {each.key for each in TABLE}
