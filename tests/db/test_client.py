"""The database for scripts: the brief's snippets as they are printed there, on both stores."""

import math
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from threading import Barrier

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from db.client import DatabaseClient, get_db_client
from db.integration import log_agent_execution, log_audit_event
from nexus.cli.ports import free_port
from nexus.errors import ConfigurationError


def an_execution_is_logged(agent_name: str = "ceo_agent", cost_usd: float | Decimal | None = 0.0042) -> str:
    return log_agent_execution(
        work_order_id="wo-123",
        agent_name=agent_name,
        role="ceo",
        model="claude-opus-4-6",
        provider="anthropic",
        success=True,
        latency_ms=1250,
        cost_usd=cost_usd,
    )


@pytest.fixture
def east_of_greenwich(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Local time is eight hours ahead."""
    monkeypatch.setenv("TZ", "CST-8")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def test_the_briefs_snippets_work_as_they_are_printed(configured_store: str) -> None:
    # Log agent execution
    log_agent_execution(
        work_order_id="wo-123",
        session_id="sess-456",
        agent_name="director_agent",
        role="director",
        model="claude-sonnet-4-5",
        provider="anthropic",
        success=True,
        latency_ms=1250,
        prompt_tokens=500,
        completion_tokens=200,
        cost_usd=0.0042,
    )
    # Log audit event
    log_audit_event(
        actor="system",
        action="work_order_created",
        status="success",
        work_order_id="wo-123",
        details={"difficulty": "normal", "owner": "director"},
    )
    client = get_db_client()
    # Query metrics from last 24 hours
    metrics = client.query_metrics(
        start_time=datetime.now() - timedelta(days=1),  # noqa: DTZ005 - as the brief prints it
        agent_name="director_agent",
        limit=100,
    )
    # Calculate total cost
    total_cost = sum(m["cost_usd"] for m in metrics)

    assert client.backend == configured_store
    assert total_cost == 0.0042
    (metric,) = metrics
    assert (metric["model"], metric["success"], metric["prompt_tokens"], metric["completion_tokens"]) == (
        "claude-sonnet-4-5",
        True,
        500,
        200,
    )
    (audit,) = client.query_audit(work_order_id="wo-123")
    assert (audit["actor"], audit["action"], audit["status"]) == ("system", "work_order_created", "success")
    assert audit["details"] == {"difficulty": "normal", "owner": "director"}


def test_what_has_no_price_is_no_number_and_never_nothing(configured_store: str) -> None:
    an_execution_is_logged(cost_usd=0.5)
    an_execution_is_logged(cost_usd=None)

    costs = [metric["cost_usd"] for metric in get_db_client().query_metrics()]

    assert min(costs, key=math.isnan) == 0.5
    assert math.isnan(sum(costs)), "a total that leaves something out says so"


def test_what_query_metrics_gives_can_be_logged_again(configured_store: str) -> None:
    an_execution_is_logged(cost_usd=math.nan)

    assert math.isnan(get_db_client().query_metrics()[0]["cost_usd"])


@pytest.mark.parametrize("cost", [0.1 + 0.2, 1e-9, Decimal("0.000000001"), 123.456])
def test_a_cost_is_kept_to_the_nano_dollar(configured_store: str, cost: float | Decimal) -> None:
    an_execution_is_logged(cost_usd=cost)

    assert get_db_client().query_metrics()[0]["cost_usd"] == pytest.approx(float(cost), abs=1e-9, rel=0)


def test_metrics_come_newest_first_and_no_more_than_asked_for(configured_store: str) -> None:
    for agent in ("intern_agent", "director_agent", "ceo_agent"):
        an_execution_is_logged(agent)
    client = get_db_client()

    assert [m["agent_name"] for m in client.query_metrics(limit=2)] == ["ceo_agent", "director_agent"]
    assert [m["agent_name"] for m in client.query_metrics(agent_name="intern_agent")] == ["intern_agent"]
    assert client.query_metrics(agent_name="nobody") == []


@pytest.mark.usefixtures("east_of_greenwich")
def test_a_time_without_a_zone_is_local_time(configured_store: str) -> None:
    an_execution_is_logged()
    client = get_db_client()
    here, hour = datetime.now(), timedelta(hours=1)  # noqa: DTZ005 - as scripts write it

    assert len(client.query_metrics(start_time=here - hour)) == 1
    assert len(client.query_metrics(start_time=here - hour, end_time=here + hour)) == 1
    assert client.query_metrics(start_time=here + hour) == []
    assert client.query_metrics(end_time=here - hour) == []
    assert len(client.query_metrics(start_time=datetime.now(UTC) - hour)) == 1


def test_audit_details_may_hold_anything(configured_store: str) -> None:
    log_audit_event(
        actor="财务", action="paid", status="success", details={"at": datetime(2026, 1, 1, tzinfo=UTC)}
    )
    log_audit_event(actor="system", action="nothing", status="success")

    newest, oldest = get_db_client().query_audit()

    assert newest["details"] == {}
    assert (oldest["actor"], oldest["details"]) == ("财务", {"at": "2026-01-01 00:00:00+00:00"})


def test_a_process_has_one_client_until_it_is_closed(configured_store: str) -> None:
    first = get_db_client()
    assert get_db_client() is first
    an_execution_is_logged()

    first.close()

    assert get_db_client() is not first
    assert len(get_db_client().query_metrics()) == 1, f"and {configured_store} has kept everything"


def test_several_threads_may_log_at_once(configured_store: str) -> None:
    get_db_client()
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda _: an_execution_is_logged(), range(40)))

    assert len(get_db_client().query_metrics()) == 40


def test_threads_that_ask_first_at_the_same_moment_share_one_client(configured_store: str) -> None:
    barrier = Barrier(4)

    def ask(_: int) -> DatabaseClient:
        barrier.wait()
        return get_db_client()

    with ThreadPoolExecutor(4) as threads:
        clients = set(threads.map(ask, range(4)))
    for client in clients:
        client.close()

    assert len(clients) == 1, configured_store


def test_a_postgresql_that_is_away_is_replaced_by_sqlite_with_a_warning(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("DATABASE_URL", f"postgresql://nexus:secret@127.0.0.1:{free_port()}/nexus")

    with closing(get_db_client()) as client:
        an_execution_is_logged()

        assert client.backend == "sqlite"
        assert get_db_client() is client
        assert len(client.query_metrics()) == 1

    assert "store.fallback" in caplog.text
    assert "secret" not in caplog.text


def test_a_postgresql_that_goes_away_later_is_replaced_too(
    postgres_server: str, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", postgres_url)
    name = conninfo_to_dict(postgres_url)["dbname"]
    with closing(get_db_client()), psycopg.connect(postgres_server, autocommit=True) as admin:
        admin.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false'.encode())
        admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])

        an_execution_is_logged()


def test_a_wrong_setting_is_no_reason_to_fall_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "mysql://localhost/nexus")

    with pytest.raises(ConfigurationError, match="DATABASE_URL"):
        get_db_client()
