"""Spans, counts and their watchers: nothing without a watcher, and nothing that a watcher does can hurt."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator, Mapping

import pytest

from nexus.observing import (
    NOTHING,
    Fact,
    Span,
    current,
    happened,
    order_step,
    passed,
    span,
    watch,
)

# Not all of OpenTelemetry: redis-py imports its metrics wherever it is installed, wanted or not.
HEAVY = (
    "opentelemetry.exporter",
    "prometheus_client",
    "nexus.metrics",
    "nexus.tracing",
    "requests",
    "wsgiref",
)


class Notebook:
    """Writes everything down."""

    def __init__(self) -> None:
        self.ended_spans: list[Span] = []
        self.counts: list[tuple[str, float, dict[str, Fact]]] = []

    def began(self, span: Span) -> None:
        """Not written down."""

    def ended(self, span: Span) -> None:
        self.ended_spans.append(span)

    def happened(self, what: str, amount: float, facts: Mapping[str, Fact]) -> None:
        self.counts.append((what, amount, dict(facts)))


class Broken(Notebook):
    """Fails at everything."""

    def began(self, span: Span) -> None:
        raise OSError(span.name)

    def ended(self, span: Span) -> None:
        raise OSError(span.name)

    def happened(self, what: str, amount: float, facts: Mapping[str, Fact]) -> None:
        raise OSError(what)


@pytest.fixture
def notebook() -> Iterator[Notebook]:
    book = Notebook()
    end = watch(book)
    yield book
    end()


def test_without_a_watcher_a_span_is_nothing_and_remembers_nothing() -> None:
    with order_step("work", "WO-1", role="intern") as step, span("qa") as part:
        step.note(outcome="conclude")
        assert step is part is current() is NOTHING
    happened("leases_lost")
    passed("wait", 2.0)
    assert NOTHING.facts == {}


def test_a_part_belongs_to_the_step_around_it_and_can_tell_it_what_came_of_it(notebook: Notebook) -> None:
    with order_step("work", "WO-1", role="intern"):
        passed("wait", 2.0, role="intern")
        with span("try"), span("chat", model="m") as chat:
            chat.note_top(outcome="conclude")

    wait, chat, try_, work = notebook.ended_spans
    assert (chat.parent, try_.parent, wait.parent, work.parent) == (try_, work, work, None)
    assert {each.order_id for each in notebook.ended_spans} == {"WO-1"}
    assert work.facts == {"role": "intern", "outcome": "conclude"}
    assert 1.9 < wait.seconds < 2.1


def test_an_error_is_told_by_its_name_alone(notebook: Notebook) -> None:
    with pytest.raises(ValueError, match="the secret"), span("try"):
        raise ValueError("the secret words")

    assert notebook.ended_spans[0].error == "ValueError"


async def test_two_orders_at_a_time_never_mix(notebook: Notebook) -> None:
    async def work(order: str) -> None:
        with order_step("work", order):
            for _ in range(20):
                with span("try"):
                    await asyncio.sleep(0)

    await asyncio.gather(work("WO-1"), work("WO-2"))

    tries = [each for each in notebook.ended_spans if each.name == "try"]
    assert all(each.parent is not None and each.parent.order_id == each.order_id for each in tries)
    assert [each.order_id for each in tries].count("WO-1") == 20


async def test_a_task_that_an_old_step_began_makes_steps_of_its_own(notebook: Notebook) -> None:
    async def later() -> None:
        with order_step("work", "WO-1"):
            pass

    with order_step("triage", "WO-1"):
        task = asyncio.create_task(later())
    await task

    assert [each.parent for each in notebook.ended_spans] == [None, None]


def test_what_is_dropped_is_told_to_nobody(notebook: Notebook) -> None:
    with order_step("work", "WO-1") as step:
        step.drop()

    assert notebook.ended_spans == []


def test_a_watcher_that_fails_hurts_nobody(notebook: Notebook) -> None:
    end = watch(Broken())
    try:
        with span("try"):
            happened("leases_lost", 2)
    finally:
        end()

    assert len(notebook.ended_spans) == 1
    assert notebook.counts == [("leases_lost", 2, {})]


@pytest.mark.parametrize(
    "module", ["agents.worker", "heartbeat.service", "equipment.service", "interfaces.telegram.bot"]
)
def test_a_process_that_is_not_watched_imports_nothing_for_it(module: str) -> None:
    code = f"import sys, {module}; print([m for m in {HEAVY} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"
