"""Traces over OTLP/HTTP: ids that follow from the order, facts without words, and collectors that are no help."""

import logging
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

pytest.importorskip("opentelemetry.sdk", reason="the extra `otel` is not installed")

from nexus.cli.ports import free_port
from nexus.ids import new_order_id
from nexus.logs import lines_about
from nexus.observing import order_step, span
from nexus.settings import CommonSettings
from nexus.tracing import FLUSH_S, MOST_WAITING, origin_of, sending_traces, trace_id_of
from tests.collector import Collector, Mood, a_collector


@pytest.fixture
def collector() -> Iterator[Collector]:
    with a_collector() as collector:
        yield collector


@pytest.fixture(autouse=True)
def _level() -> Iterator[None]:
    before = logging.getLogger("opentelemetry").level
    yield
    logging.getLogger("opentelemetry").setLevel(before)


def settings(url: str, **others: str) -> CommonSettings:
    return CommonSettings(otel_exporter_otlp_endpoint=url, **others)  # type: ignore[arg-type]


def an_order() -> str:
    """One order as two processes do it; returns its id."""
    order = new_order_id()
    with order_step("accept", order, is_origin=True):
        pass
    with order_step("work", order, role="intern"), span("chat", provider="openai", model="m") as chat:
        chat.note(input_tokens=3, output_tokens=4, finish_reason="stop", cost_usd=0.5)
    return order


def test_the_traces_id_is_the_orders_own() -> None:
    assert trace_id_of("WO-7ZZZZZZZZZZZZZZZZZZZZZZZZZ") == 2**128 - 1
    assert trace_id_of("WO-00000000000000000000000010") == 32
    assert trace_id_of("no ulid") == trace_id_of("no ulid") < 2**128
    assert origin_of("WO-1") != origin_of("WO-2")


def test_spans_of_several_processes_hang_together_without_anything_being_carried(
    collector: Collector,
) -> None:
    with sending_traces(settings(collector.url), "one"):
        order = new_order_id()
        with order_step("accept", order, is_origin=True):
            pass
    with sending_traces(settings(collector.url), "two"), order_step("work", order):
        pass

    accept, work = collector.of_trace(f"{trace_id_of(order):032x}")
    assert (accept.parent, work.parent) == ("", accept.id)
    assert (accept.service, work.service) == ("nexus-one", "nexus-two")


def test_without_the_origin_two_orders_are_two_traces(collector: Collector) -> None:
    """The control: what hangs together does so by the order's id and by nothing else."""
    with sending_traces(settings(collector.url), "one"):
        for order in (new_order_id(), new_order_id()):
            with order_step("work", order):
                pass

    first, second = collector.spans
    assert first.trace != second.trace
    assert first.parent != second.parent


def test_a_model_call_has_the_names_that_everybody_knows(collector: Collector) -> None:
    with sending_traces(settings(collector.url), "worker"):
        an_order()

    call = next(each for each in collector.spans if each.name == "chat m")
    assert call.facts["gen_ai.operation.name"] == "chat"
    assert call.facts["gen_ai.system"] == call.facts["gen_ai.provider.name"] == "openai"
    assert call.facts["gen_ai.usage.input_tokens"] == 3
    assert call.facts["gen_ai.response.finish_reasons"] == ("stop",)
    assert call.kind == 3  # a client's


def test_an_error_is_the_spans_status_without_its_text(collector: Collector) -> None:
    with (
        sending_traces(settings(collector.url), "worker"),
        pytest.raises(ValueError, match="walrus"),
        order_step("work", new_order_id()),
    ):
        raise ValueError("the walrus said")

    assert collector.spans[0].error == "ValueError"
    assert all(b"walrus" not in body for body in collector.bodies)


def test_headers_go_along(collector: Collector) -> None:
    with sending_traces(settings(collector.url, otel_exporter_otlp_headers="x-team=a%20b,X-Key=k"), "worker"):
        an_order()

    sent = {name.lower(): value for name, value in collector.headers[0].items()}
    assert (sent["x-team"], sent["x-key"]) == ("a b", "k")


@pytest.mark.parametrize("mood", ["refuses", "hangs"])
def test_a_collector_that_is_no_help_holds_up_nothing(mood: Mood, collector: Collector) -> None:
    collector.mood = mood
    began = time.monotonic()
    with sending_traces(settings(collector.url), "worker"):
        for _ in range(200):
            an_order()
        took_s = time.monotonic() - began
    ended_s = time.monotonic() - began - took_s

    assert took_s < 5
    assert ended_s < FLUSH_S + 3
    assert collector.spans == []


def test_a_collector_that_is_away_holds_up_nothing() -> None:
    began = time.monotonic()
    with sending_traces(settings(f"http://127.0.0.1:{free_port()}"), "worker"):
        for _ in range(MOST_WAITING):  # two and a half times what may wait
            an_order()
        took_s = time.monotonic() - began

    assert took_s < 20
    assert time.monotonic() - began - took_s < FLUSH_S + 3


def test_lines_about_an_order_carry_its_trace_while_traces_are_on(
    collector: Collector, caplog: pytest.LogCaptureFixture
) -> None:
    import structlog  # noqa: PLC0415

    order = new_order_id()
    with sending_traces(settings(collector.url), "worker"), lines_about(order):
        inside = structlog.contextvars.get_contextvars()
    with lines_about(order):
        outside = structlog.contextvars.get_contextvars()

    assert inside["order"] == outside["order"] == order
    assert inside["trace"] == f"{trace_id_of(order):032x}"
    assert "trace" not in outside


def test_without_the_extra_it_says_so_in_one_line_and_goes_on() -> None:
    code = """
import sys
sys.modules["opentelemetry.sdk"] = None
from nexus.logs import configure_logs
from nexus.observation import observation
from nexus.settings import CommonSettings
settings = CommonSettings(otel_exporter_otlp_endpoint="http://127.0.0.1:4318")
configure_logs(settings, "worker")
with observation(settings, "worker"):
    print("works")
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout == "works\n"
    assert len(done.stderr.splitlines()) == 1
    assert "pip install 'nexus-ai-team[otel]'" in done.stderr
