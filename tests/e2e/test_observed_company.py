"""The operator's view: every process tells its numbers, one order is one trace, and each of its lines carries its id.

One `nexus up` with everything switched on, a fake Telegram before it and a collector behind it.
"""

import asyncio
import json
import re
import sys
from collections.abc import AsyncIterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
import yaml

pytest.importorskip("opentelemetry.sdk", reason="the extra `otel` is not installed")

from nexus.cli.ports import free_port
from nexus.metrics_table import TABLE
from nexus.tracing import origin_of, trace_id_of
from tests.botapi.api import BotApi
from tests.botapi.people import Person
from tests.collector import Collector, Seen, a_collector
from tests.conftest import REPOSITORY
from tests.interfaces.telegram.company import Company, a_company
from tests.running import SCRIPTED, Process, wait_for

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

QUESTION = "What is the capital of France, said the walrus?"
SECRET = "sk-ant-api03-" + "w4lrus" * 8
SCRIPT = {
    "rules": [
        {
            "match": "capital of France",
            "answers": [{"text": "It is Pa", "finish": "length"}, "It is Paris, said the carpenter."],
        },
        {"match": "slowly", "answers": [{"text": "There you are.", "delay_s": 1.5}]},
    ]
}
OWNER = 700418293


@dataclass(frozen=True, slots=True)
class Observed:
    """A company that is watched: where each process tells its numbers, and what the collector got."""

    company: Company
    api: BotApi
    owner: Person
    collector: Collector
    ports: dict[str, int]

    def scrape(self, process: str) -> str:
        return scraped(self.ports[process])

    def trace(self, order_id: str) -> list[Seen]:
        return self.collector.of_trace(f"{trace_id_of(order_id):032x}")

    def lines(self, log: str) -> list[dict[str, str]]:
        text = (self.company.home / "logs" / f"{log}.log").read_text()
        return [json.loads(line) for line in text.splitlines() if line.startswith("{")]


def scraped(port: int) -> str:
    reply = httpx.get(f"http://127.0.0.1:{port}/metrics", trust_env=False)
    assert reply.status_code == 200, reply.text
    return reply.text


def names_in(scrape: str) -> set[str]:
    """Every sample's name, and those of metrics that have no sample yet."""
    kinds = re.findall(r"^# TYPE (\S+) (\w+)$", scrape, re.MULTILINE)
    endings = ("_bucket", "_sum", "_count")
    parts = {f"{name}{ending}" for name, kind in kinds if kind == "histogram" for ending in endings}
    return {name for name, _ in kinds} | parts


@pytest.fixture
async def observed(tmp_path: Path) -> AsyncIterator[Observed]:
    """Started, with one order by REST that needed two tries, and one by Telegram."""
    (tmp_path / "script.json").write_text(json.dumps(SCRIPT))
    first = free_port()
    with ExitStack() as stack:
        collector = stack.enter_context(a_collector())
        async with BotApi() as api:
            owner = api.person(OWNER, "Ada", started=True)
            settings = {
                "NEXUS_SCRIPT": str(tmp_path / "script.json"),
                "LOG_FORMAT": "json",
                "LOG_LEVEL": "DEBUG",
                "METRICS_PORT": str(first),
                "OTEL_EXPORTER_OTLP_ENDPOINT": collector.url,
                "TELEGRAM_ALLOWED_IDS": str(OWNER),
            }
            company = stack.enter_context(a_company(tmp_path, api, SCRIPTED, **settings))
            environment = company.up.environment | {"METRICS_PORT": str(equipment_port := free_port())}
            arguments = (sys.executable, "-m", "equipment.service")
            equipment = Process(arguments, environment, tmp_path / "equipment.out")
            stack.callback(equipment.kill)
            equipment.wait_for("equipment.ready")
            ports = {
                "gateway": company.up.port,
                "worker": first,
                "telegram": first + 4,
                "heartbeat": first + 5,
                "equipment": equipment_port,
            }
            yield Observed(company, api, owner, collector, ports)


async def test_every_process_tells_and_one_order_is_one_trace_and_its_lines_carry_it(
    observed: Observed,
) -> None:
    door = observed.company.up.door
    reply = await asyncio.to_thread(door.chat, f"{QUESTION} My key is {SECRET}", tier="intern")
    assert reply["status"] == "delivered", reply
    order = str(reply["order_id"])
    observed.owner.says(f"{QUESTION} It is me, by Telegram")
    await observed.api.wait_for(observed.owner, "It is Paris")
    two = await asyncio.gather(
        *(asyncio.to_thread(door.chat, f"Count slowly to {n}", tier="intern") for n in (1, 2))
    )
    await asyncio.to_thread(
        wait_for, lambda: {"reply", "deliver"} <= {each.name for each in observed.collector.spans}, 20
    )

    _judge_metrics(observed)
    _judge_trace(observed, order)
    _judge_telegrams_trace(observed)
    _judge_lines(observed, order, [str(each["order_id"]) for each in two])
    secret_places = [body for body in observed.collector.bodies if b"alrus" in body or b"carpenter" in body]
    assert not secret_places, "words of an order reached the collector"


def _judge_metrics(observed: Observed) -> None:
    scrapes = {name: observed.scrape(name) for name in observed.ports}
    for each in TABLE:
        for process in each.processes:
            assert each.written_name in names_in(scrapes[process]), (each.name, process)
    worker = scrapes["worker"]
    assert 'nexus_decisions_total{decision="deliver",role="intern"} 4.0' in worker
    assert 'nexus_decisions_total{decision="retry",role="intern"}' in worker
    assert 'nexus_qa_verdicts_total{role="intern",verdict="failed"}' in worker
    assert re.search(r'nexus_model_tokens_total{kind="output",.*role="intern"} [1-9]', worker)
    assert re.search(r'nexus_queue_wait_seconds_count{role="admin"} [1-9]', worker)
    assert 'nexus_telegram_sends_total{outcome="sent"}' in scrapes["telegram"]
    assert 'nexus_telegram_updates_total{kind="message"} 1.0' in scrapes["telegram"]
    assert re.search(r'nexus_component_status{component="gateway",status="healthy"} 1', scrapes["heartbeat"])
    everything = "\n".join(scrapes.values())
    for id_ in ("WO-", "sess-", str(OWNER), "walrus"):
        assert id_ not in everything
    known = set().union(*(names_in(scrape) for scrape in scrapes.values()))
    for place, names in names_that_are_used().items():
        assert names <= known, f"{place}: {names - known}"


def names_that_are_used() -> dict[str, set[str]]:
    """The metrics that the dashboard's panels and the alerts ask for."""
    folder = REPOSITORY / "deploy/observability"
    panels = json.loads((folder / "nexus.json").read_text())["panels"]
    queries = [target["expr"] for panel in panels for target in panel.get("targets", ())]
    groups = yaml.safe_load((folder / "alerts.yml").read_text())["groups"]
    rules = [rule["expr"] for group in groups for rule in group["rules"]]
    pattern = r"\b(?:nexus|process)_[a-z_]+"
    return {
        "nexus.json": set(re.findall(pattern, " ".join(queries))),
        "alerts.yml": set(re.findall(pattern, " ".join(rules))),
    }


def _judge_trace(observed: Observed, order: str) -> None:
    spans = observed.trace(order)
    by_id = {each.id: each for each in spans}
    origin = by_id[f"{origin_of(order):016x}"]
    assert (origin.name, origin.parent, origin.service) == ("accept", "", "nexus-gateway")
    assert hangs_together(spans, origin)
    assert not hangs_together([each for each in spans if each.name != "triage"], origin), "the control"
    assert all(each.facts["nexus.order.id"] == order for each in spans)
    above = {(each.name, by_id[each.parent].name) for each in spans if each is not origin}
    assert above >= {
        ("triage", "accept"),
        ("wait", "triage"),
        ("claim", "triage"),
        ("hear", "triage"),
        ("commit assign", "triage"),
        ("work", "accept"),
        ("try", "work"),
        ("commit begin", "try"),
        ("chat tester", "try"),
        ("qa", "work"),
        ("commit conclude", "work"),
        ("reply", "accept"),
    }
    assert [each.name for each in spans].count("work") == 2  # QA refused the first answer
    assert {each.service for each in spans} == {"nexus-gateway", "nexus-worker"}
    call = next(each for each in spans if each.name == "chat tester")
    assert call.facts["gen_ai.request.model"] == "tester"
    assert call.facts["gen_ai.system"] == "scripted"
    assert str(call.facts["gen_ai.usage.output_tokens"]) > "0"
    assert call.facts["gen_ai.response.finish_reasons"] == ("length",)


def hangs_together(spans: list[Seen], origin: Seen) -> bool:
    """True when every span but the first has its parent among them."""
    ids = {each.id for each in spans}
    return all(each.parent in ids for each in spans if each is not origin)


def _judge_telegrams_trace(observed: Observed) -> None:
    deliver = next(each for each in observed.collector.spans if each.name == "deliver")
    whole = observed.collector.of_trace(deliver.trace)

    assert {each.service for each in whole} == {"nexus-gateway", "nexus-worker", "nexus-telegram"}
    assert deliver.parent == next(each for each in whole if each.name == "accept").id


def _judge_lines(observed: Observed, order: str, together: list[str]) -> None:
    lines = observed.lines("worker")
    steps = [n for n, line in enumerate(lines) if line.get("order") == order]
    first, last = steps[0], steps[-1]
    assert (lines[first]["event"], lines[last]["event"]) == ("order.claimed", "order.step_done")
    strangers = [
        line for line in lines[first : last + 1] if line.get("order") != order and not _is_the_house(line)
    ]
    assert not strangers
    trace = f"{trace_id_of(order):032x}"
    assert all(
        line["trace"] == trace and line["process"] == "worker" for line in map(lines.__getitem__, steps)
    )
    assert any(line["event"] == "model.answered" for line in map(lines.__getitem__, steps))
    # Two at a time: what a line says of its order and what it carries are never two things.
    for line in lines + observed.lines("gateway"):
        named = set(re.findall(r"WO-[0-9A-Z]{26}", json.dumps(line)))
        assert len(named) <= 1, line
    overlapping = [line["order"] for line in lines if line.get("order") in together]
    assert overlapping != sorted(overlapping), "they did not run at the same time"
    assert any(line.get("order") == order for line in observed.lines("gateway"))
    said = "".join(path.read_text() for path in (observed.company.home / "logs").glob("*.log"))
    assert SECRET not in said
    assert "carpenter" not in said


def _is_the_house(line: dict[str, str]) -> bool:
    """Lines of the worker's own jobs, which concern no order."""
    return line["event"].startswith(("redis.", "house.", "models.", "metrics.", "traces.", "equipment."))
