"""What the gateway counts, as Prometheus reads it; and whether it is ready."""

import json
import re
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime

import httpx
import pytest
from fastapi import FastAPI
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr
from websockets.sync.client import connect

from db.statements.model_health import ModelHealth, put_model_health
from gateway.config import GatewaySettings
from gateway.main import create_app
from nexus.errors import StoreUnavailable
from nexus.metrics_table import TABLE
from nexus.model_status import ModelStatus
from tests.conftest import REPOSITORY
from tests.gateway.company import LOOPBACK, Company, Running, services_in, wait_until

type Sample = tuple[str, dict[str, str], float]


def samples_of(text: str) -> Iterator[Sample]:
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            yield sample.name, sample.labels, sample.value


async def scrape(client: httpx.AsyncClient) -> list[Sample]:
    reply = await client.get("/metrics")
    assert reply.status_code == 200
    assert reply.headers["content-type"].startswith("text/plain; version=")
    return list(samples_of(reply.text))


def value(samples: list[Sample], name: str, **labels: str) -> float:
    [found] = [number for called, has, number in samples if called == name and has.items() >= labels.items()]
    return found


async def test_requests_are_counted_by_route_and_status(client: httpx.AsyncClient) -> None:
    await client.get("/api/work-orders/WO-one")
    await client.get("/api/work-orders/WO-two")
    await client.get("/nowhere/WO-three")
    await client.request("BREW", "/api/agents")
    samples = await scrape(client)
    asked = {"method": "GET", "route": "/api/work-orders/{order_id}", "status": "404"}
    assert value(samples, "nexus_http_requests_total", **asked) == 2
    assert value(samples, "nexus_http_requests_total", route="(none)", method="GET") == 1
    assert value(samples, "nexus_http_requests_total", method="OTHER", status="405") == 1
    assert value(samples, "nexus_http_request_seconds_count", route=asked["route"]) == 2


async def test_no_path_and_no_id_becomes_a_label(client: httpx.AsyncClient, company: Company) -> None:
    order = (await client.post("/api/chat", json={"content": "Hi"})).json()
    await client.get(f"/api/work-orders/{order['order_id']}")
    await client.get("/api/what?ever=WO-1")
    labels = {text for _, has, _ in await scrape(client) for text in has.values()}
    assert not [text for text in labels if re.search(r"WO-|ever|what", text)]
    assert all(len(text) < 64 for text in labels)


async def test_orders_money_and_the_build_are_told(client: httpx.AsyncClient, company: Company) -> None:
    done = (await client.post("/api/chat", json={"content": "Hi"})).json()
    await company.finish(done["order_id"])
    await client.post("/api/chat", json={"content": "Hi again"})
    samples = await scrape(client)
    assert value(samples, "nexus_orders", status="delivered") == 1
    assert value(samples, "nexus_orders", status="queued") == 1
    assert value(samples, "nexus_orders", status="failed") == 0
    assert value(samples, "nexus_queue_orders", role="admin") == 1
    assert value(samples, "nexus_budget_limit_usd", scope="company", period="day") == 10
    assert value(samples, "nexus_spent_usd", scope="company", period="month") == 0
    assert value(samples, "nexus_build_info") == 1
    assert value(samples, "nexus_store_up") == 1
    assert value(samples, "nexus_rate_limits_shared") == 1
    assert value(samples, "nexus_rate_limited_total", by="login") == 0


async def test_the_companys_numbers_are_asked_for_once_in_five_seconds(
    client: httpx.AsyncClient, company: Company
) -> None:
    await scrape(client)
    await client.post("/api/chat", json={"content": "Hi"})
    assert value(await scrape(client), "nexus_orders", status="queued") == 0


async def test_without_the_store_the_gateways_own_numbers_are_still_told(
    app: FastAPI, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_args: object, **_kwargs: object) -> None:
        raise StoreUnavailable("away")

    monkeypatch.setattr(services_in(app).store.primary, "read", away)
    samples = await scrape(client)
    assert value(samples, "nexus_store_up") == 0
    assert not [name for name, _, _ in samples if name == "nexus_orders"]
    ready = await client.get("/readyz")
    assert (ready.status_code, ready.json()["detail"]) == (503, "Not ready.")
    assert (await client.get("/livez")).status_code == 200


def test_open_websockets_are_counted(gateway: Running) -> None:
    url = f"http://127.0.0.1:{gateway.port}/metrics"

    def is_open() -> float:
        return value(list(samples_of(httpx.get(url, trust_env=False).text)), "nexus_websocket_connections")

    with connect(gateway.ws_url, proxy=None), connect(gateway.ws_url, proxy=None):
        assert is_open() == 2
    wait_until(lambda: is_open() == 0)
    samples = list(samples_of(httpx.get(url, trust_env=False).text))
    assert value(samples, "nexus_http_requests_total", method="WEBSOCKET", route="/ws", status="101") == 2


@pytest.fixture
async def closed_door(settings: GatewaySettings) -> AsyncIterator[httpx.AsyncClient]:
    """A gateway with a secret, and a client without."""
    app = create_app(settings.model_copy(update={"api_secret": SecretStr("x" * 40)}))
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app, client=LOOPBACK)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client:
            yield client


async def test_metrics_need_a_credential_and_the_probes_none(closed_door: httpx.AsyncClient) -> None:
    found = {path: (await closed_door.get(path)).status_code for path in ("/metrics", "/livez", "/readyz")}
    assert found == {"/metrics": 401, "/livez": 200, "/readyz": 200}
    assert (await closed_door.get("/readyz")).json() == {"status": "ready"}


async def test_the_example_dashboard_asks_only_for_numbers_that_there_are(
    client: httpx.AsyncClient, company: Company
) -> None:
    looked = ModelHealth(
        "anthropic", "claude-opus-4-6", ModelStatus.HEALTHY, "ok", None, datetime.now(UTC), "w"
    )
    await company.database.run(put_model_health, [looked])
    await client.post("/api/chat", json={"content": "Hi"})
    told = {(name, frozenset(labels)) for name, labels, _ in await scrape(client)}
    names, labels = {name for name, _ in told}, {label for _, has in told for label in has}
    dashboard = json.loads((REPOSITORY / "deploy/observability/nexus.json").read_text())
    # What the other processes tell is asked of them in tests/e2e/test_observed_company.py.
    others = re.compile("|".join([*(each.name for each in TABLE), "process_"]))
    queries = [target["expr"] for panel in dashboard["panels"] for target in panel.get("targets", ())]
    asked = [query for query in queries if not others.search(query)]

    assert len(asked) > 15
    assert {name for expression in asked for name in re.findall(r"nexus_\w+", expression)} <= names
    wanted = {
        label.strip()
        for expression in asked
        for by in re.findall(r"by \(([^)]*)\)", expression)
        for label in by.split(",")
    }
    assert wanted <= labels
