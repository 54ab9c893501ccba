"""Equipment over HTTP: which tools there are, asking for runs, and changing when they come due."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from fastapi import FastAPI
from pydantic import SecretStr

from db.engine import Database
from db.equipment_tables import equipment_runs
from db.statements.equipment import Ended, RunStatus, finish_run
from db.statements.equipment_queue import MOST_ASKED, runs_by_id, take_run, waiting_runs
from db.statements.equipment_schedules import all_schedules
from gateway.config import GatewaySettings
from gateway.equipment_schemas import LIST_CHARS
from gateway.main import create_app
from tests.gateway.company import LOOPBACK, Company, services_in

URL = "/api/equipment"


@pytest.fixture
def database(company: Company) -> Database:
    return company.database


async def tool(client: httpx.AsyncClient, name: str) -> dict[str, Any]:
    response = await client.get(f"{URL}/{name}")
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    return found


async def ask(client: httpx.AsyncClient, name: str = "backup", **body: object) -> dict[str, Any]:
    response = await client.post(f"{URL}/{name}/run", json=body)
    assert response.status_code == 202, response.text
    run: dict[str, Any] = response.json()
    return run


def work_off(database: Database, output: str = "saved", status: RunStatus = RunStatus.DONE) -> int:
    """What a scheduler does: take all that is asked for, and end it; returns how many."""
    found = database.read_sync(waiting_runs)
    for waiting in found:
        now = datetime.now(UTC)
        run = database.run_sync(take_run, waiting.id, holder="host-7/1/a", place="", lease_s=30.0, now=now)
        assert run is not None
        ended = Ended(status, output, len(output), 0 if status is RunStatus.DONE else 1)
        assert database.run_sync(finish_run, run.id, "host-7/1/a", ended, now + timedelta(seconds=2))
    return len(found)


async def soon_worked_off(database: Database) -> None:
    """As `work_off`, once something is asked for."""
    while not await asyncio.to_thread(work_off, database):  # noqa: ASYNC110 - a row rings no event
        await asyncio.sleep(0.02)


async def audited(client: httpx.AsyncClient, action: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = (await client.get("/api/audit", params={"action": action})).json()["items"]
    return rows


async def test_every_tool_is_listed_with_what_it_takes_and_when_it_comes_due(
    client: httpx.AsyncClient,
) -> None:
    listed = (await client.get(URL)).json()

    tools = {one["name"]: one for one in listed["tools"]}
    assert list(tools) == [
        "health_check",
        "log_rotate",
        "backup",
        "cost_report",
        "retention",
        "router_training",
    ]
    assert listed["problem"] is None
    schedule = tools["backup"]["schedule"]
    assert (schedule["cron"], schedule["own_cron"], schedule["in_words"]) == (
        "30 3 * * *", None, "every day at 03:30",
    )  # fmt: skip
    due = [datetime.fromisoformat(moment) for moment in schedule["next_due_times"]]
    assert datetime.fromisoformat(schedule["next_due_at"]) == due[0] > datetime.now(UTC)
    assert {(moment.hour, moment.minute) for moment in due} == {(3, 30)}
    assert len(due) == 5
    assert tools["health_check"]["schedule"]["next_due_at"] is None
    period = tools["cost_report"]["parameters"]["properties"]["period"]
    assert (period["enum"], period["default"]) == (["today", "week", "month", "all"], "today")
    assert "$ref" not in json.dumps(tools)
    assert (tools["log_rotate"]["per_host"], tools["backup"]["last_run"]) == (True, None)


async def test_a_run_is_asked_for_and_taken_by_somebody_else(
    client: httpx.AsyncClient, database: Database
) -> None:
    response = await client.post(f"{URL}/cost_report/run", json={"parameters": {"period": "week"}})

    assert response.status_code == 202
    run = response.json()
    assert response.headers["Location"] == f"{URL}/runs/{run['id']}"
    assert (run["status"], run["parameters"], run["triggered_by"]) == ("asked", {"period": "week"}, "owner")
    assert (run["started_at"], run["finished_at"], run["host"], run["hint"]) == (None, None, None, None)
    assert datetime.fromisoformat(run["asked_at"]) <= datetime.now(UTC)
    (row,) = await audited(client, "equipment.run")
    assert (row["actor"], row["status"], row["details"]["run_id"]) == ("owner", "asked", run["id"])
    assert row["details"]["parameters"] == {"period": "week"}

    work_off(database, "$0.04")

    ended = (await client.get(response.headers["Location"])).json()
    assert (ended["status"], ended["output"], ended["host"], ended["exit_code"]) == (
        "done",
        "$0.04",
        "host-7",
        0,
    )
    assert ended["duration_ms"] == 2000
    assert (await tool(client, "cost_report"))["last_run"]["id"] == run["id"]


async def test_who_waits_has_the_ended_run(client: httpx.AsyncClient, database: Database) -> None:
    waiting = [client.post(f"{URL}/backup/run", json={"wait": 20}) for _ in range(3)]
    answers, _ = await asyncio.gather(asyncio.gather(*waiting), _all_worked_off(database, 3))

    assert [answer.status_code for answer in answers] == [200] * 3
    assert {answer.json()["status"] for answer in answers} == {"done"}
    assert len({answer.json()["id"] for answer in answers}) == 3


async def _all_worked_off(database: Database, count: int) -> None:
    done = 0
    while done < count:
        done += await asyncio.to_thread(work_off, database)
        await asyncio.sleep(0.02)


async def test_who_waits_in_vain_has_the_run_as_it_is(client: httpx.AsyncClient) -> None:
    run = await ask(client, wait=0.1)

    assert run["status"] == "asked"


async def test_many_who_wait_are_one_reader(
    app: FastAPI, client: httpx.AsyncClient, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads: list[int] = []

    def counted(connection: sa.Connection, ids: Any) -> Any:
        reads.append(len(ids))
        return runs_by_id(connection, ids)

    monkeypatch.setattr("gateway.equipment_desk.runs_by_id", counted)
    tools = ("backup", "cost_report", "health_check", "retention")
    waiting = [client.post(f"{URL}/{name}/run", json={"wait": 1}) for name in tools for _ in range(4)]

    answers = await asyncio.gather(*waiting)

    assert [answer.status_code for answer in answers] == [202] * 16
    assert len(reads) <= 8
    assert max(reads) == 16
    assert services_in(app).equipment._waiters == {}


async def test_a_run_that_nobody_takes_says_why(client: httpx.AsyncClient, database: Database) -> None:
    run = await ask(client)
    long_ago = datetime.now(UTC) - timedelta(minutes=2)
    database.run_sync(lambda c: c.execute(sa.update(equipment_runs).values(asked_at=long_ago)))

    shown = (await client.get(f"{URL}/runs/{run['id']}")).json()

    assert shown["hint"].startswith("Nobody has taken it for 12")
    assert "python -m equipment.service" in shown["hint"]


@pytest.mark.parametrize(
    ("name", "body", "field"),
    [
        ("cost_report", {"parameters": {"period": "year"}}, "parameters.period"),
        ("cost_report", {"parameters": {"days": 3}}, "parameters.days"),
        ("retention", {"parameters": {"older_than_days": "soon"}}, "parameters.older_than_days"),
        ("backup", {"parameters": {"to": "mars"}}, "parameters.to"),
        ("backup", {"parameters": []}, "parameters"),
        ("backup", {"wait": 61}, "wait"),
        ("backup", {"wait": -1}, "wait"),
        ("backup", {"wait": False}, "wait"),
        ("backup", {"wait": "5"}, "wait"),
        ("backup", {"tell": "pigeon"}, "tell"),
        ("backup", {"tell": "telegram:0"}, "tell"),
        ("backup", {"when": "now"}, "when"),
    ],
)
async def test_a_wrong_run_is_refused_and_names_the_field(
    client: httpx.AsyncClient, database: Database, name: str, body: dict[str, object], field: str
) -> None:
    response = await client.post(f"{URL}/{name}/run", json=body)

    assert response.status_code == 422
    assert [error["field"] for error in response.json()["errors"]] == [field]
    assert database.read_sync(waiting_runs) == []


async def test_an_unknown_tool_is_answered_with_those_there_are(client: httpx.AsyncClient) -> None:
    calls = [
        client.get(f"{URL}/broom"),
        client.get(f"{URL}/broom/runs"),
        client.get(f"{URL}/broom/schedule"),
        client.post(f"{URL}/broom/run"),
        client.post(f"{URL}/broom/pause"),
        client.put(f"{URL}/broom/schedule", json={}),
    ]
    for response in await asyncio.gather(*calls):
        assert response.status_code == 404
        assert "there are health_check, log_rotate, backup" in response.json()["detail"]
    assert (await client.get(f"{URL}/runs/01JD0Z7M2T9V6Q4B8X3N5K1YHR")).status_code == 404


async def test_the_same_key_is_the_same_run_and_another_wish_is_refused(
    client: httpx.AsyncClient, database: Database
) -> None:
    headers = {"Idempotency-Key": "k-1"}
    first = await client.post(f"{URL}/backup/run", headers=headers)
    again = await client.post(f"{URL}/backup/run", headers=headers, json={"wait": 0.1})
    other = await client.post(f"{URL}/health_check/run", headers=headers)
    bad = await client.post(f"{URL}/backup/run", headers={"Idempotency-Key": "two words"})

    assert first.json()["id"] == again.json()["id"]
    assert (other.status_code, other.json()["type"]) == (422, "urn:nexus:problem:idempotency-key-reused")
    assert (bad.status_code, bad.json()["errors"][0]["field"]) == (422, "Idempotency-Key")
    assert len(database.read_sync(waiting_runs)) == 1
    work_off(database)
    assert (await client.post(f"{URL}/backup/run", headers=headers)).status_code == 200


async def test_only_so_many_runs_of_a_tool_are_asked_for_at_a_time(
    client: httpx.AsyncClient, database: Database
) -> None:
    for _ in range(MOST_ASKED):
        await ask(client)

    refused = await client.post(f"{URL}/backup/run")

    assert (refused.status_code, refused.json()["type"]) == (409, "urn:nexus:problem:queue-full")
    assert "5 runs of backup are asked for" in refused.json()["detail"]
    work_off(database)
    await ask(client)


async def test_the_history_comes_in_pages_with_the_beginning_of_each_output(
    client: httpx.AsyncClient, database: Database
) -> None:
    ids = []
    for _ in range(5):
        ids.append((await ask(client))["id"])
        work_off(database, "x" * 5000)

    first = (await client.get(f"{URL}/backup/runs", params={"limit": 3})).json()
    second = (
        await client.get(f"{URL}/backup/runs", params={"limit": 3, "cursor": first["next_cursor"]})
    ).json()

    assert [run["id"] for run in first["items"] + second["items"]] == ids[::-1]
    assert second["next_cursor"] is None
    assert {(len(run["output"]), run["output_is_whole"]) for run in first["items"]} == {(LIST_CHARS, False)}
    whole = (await client.get(f"{URL}/runs/{ids[0]}")).json()
    assert (len(whole["output"]), whole["output_is_whole"], whole["output_bytes"]) == (5000, True, 5000)


async def test_a_schedule_is_changed_previewed_and_taken_back(
    client: httpx.AsyncClient, database: Database
) -> None:
    preview = (await client.get(f"{URL}/backup/schedule", params={"cron": "*/20 * * * *"})).json()
    assert (preview["in_words"], preview["cron"]) == ("every 20 minutes", "*/20 * * * *")
    assert database.read_sync(all_schedules) == {}

    changed = await client.put(f"{URL}/backup/schedule", json={"cron": "0 5 * * 1", "tell": "telegram"})

    assert changed.status_code == 200
    schedule = changed.json()["schedule"]
    assert (schedule["cron"], schedule["own_cron"], schedule["default_cron"], schedule["tell"]) == (
        "0 5 * * 1", "0 5 * * 1", "30 3 * * *", "telegram",
    )  # fmt: skip
    assert (schedule["in_words"], schedule["in_words_zh"]) == ("on Mondays at 05:00", "周一 05:00")
    (row,) = await audited(client, "equipment.scheduled")
    assert (row["actor"], row["details"]["cron"]) == ("owner", "0 5 * * 1")

    back = (await client.put(f"{URL}/backup/schedule", json={})).json()["schedule"]
    assert (back["cron"], back["own_cron"], back["tell"]) == ("30 3 * * *", None, None)


@pytest.mark.parametrize(
    ("body", "field", "words"),
    [
        ({"cron": "30 25 * * *"}, "cron", "bad hour"),
        ({"cron": "every day"}, "cron", "write minute, hour, day, month and weekday"),
        ({"cron": "0 0 31 2 *"}, "cron", "bad day-of-month"),
        ({"cron": ""}, "cron", "write minute"),
        ({"cron": "x" * 200}, "cron", "at most 128"),
        ({"cron": 5}, "cron", "string"),
        ({"parameters": {"period": "x"}}, "parameters.period", "Input should be"),
        ({"tell": "pigeon"}, "tell", "pattern"),
        ({"hour": 3}, "hour", "Extra inputs"),
    ],
)
async def test_a_wrong_schedule_changes_nothing_and_names_the_field(
    client: httpx.AsyncClient, database: Database, body: dict[str, object], field: str, words: str
) -> None:
    response = await client.put(f"{URL}/cost_report/schedule", json=body)

    assert response.status_code == 422
    (error,) = response.json()["errors"]
    assert error["field"] == field
    assert words in error["message"]
    assert database.read_sync(all_schedules) == {}


async def test_pausing_and_resuming_are_audited_and_a_new_schedule_leaves_the_pause(
    client: httpx.AsyncClient,
) -> None:
    paused = (await client.post(f"{URL}/backup/pause")).json()["schedule"]
    again = (await client.post(f"{URL}/backup/pause")).json()["schedule"]
    changed = (await client.put(f"{URL}/backup/schedule", json={"cron": "0 5 * * *"})).json()["schedule"]

    assert [one["is_paused"] for one in (paused, again, changed)] == [True] * 3
    assert [one["next_due_at"] for one in (paused, again, changed)] == [None] * 3
    assert len(changed["next_due_times"]) == 5
    resumed = (await client.post(f"{URL}/backup/resume")).json()["schedule"]
    assert (resumed["is_paused"], resumed["next_due_at"] is not None) == (False, True)
    assert len(await audited(client, "equipment.paused")) == 1
    assert len(await audited(client, "equipment.resumed")) == 1


def register(settings: GatewaySettings, *lines: str) -> None:
    (settings.home / "equipment").mkdir(exist_ok=True)
    (settings.home / "equipment/greet.py").write_text("print('hello')")
    settings.registry_file.write_text("[tools]\n" + "\n".join(lines))


GREET = (
    'greet = { file = "greet.py", description = "Greets.", parameters = { name = "text", n = "integer" } }'
)


async def test_an_own_script_is_shown_and_refused_until_the_owner_allows_it(
    client: httpx.AsyncClient, settings: GatewaySettings
) -> None:
    register(settings, GREET)

    greet = await tool(client, "greet")
    refused = await client.post(f"{URL}/greet/run", json={"parameters": {"name": "Ann", "n": 1}})

    assert (greet["is_own_script"], greet["is_allowed"]) == (True, False)
    assert greet["parameters"]["required"] == ["name", "n"]
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:nexus:problem:scripts-not-allowed")
    assert "EQUIPMENT_ALLOW_SCRIPTS=true" in refused.json()["detail"]


async def test_an_own_script_that_is_allowed_is_asked_for_with_its_parameters(
    settings: GatewaySettings,
) -> None:
    app = create_app(settings.model_copy(update={"equipment_allow_scripts": True}))
    register(settings, GREET)
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app, client=LOOPBACK)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client:
            run = await ask(client, "greet", parameters={"name": "Ann", "n": "7"})
            missing = await client.post(f"{URL}/greet/run", json={"parameters": {"n": "many"}})
            unready = await client.put(f"{URL}/greet/schedule", json={"cron": "0 7 * * *"})

    assert run["parameters"] == {"name": "Ann", "n": 7}
    assert {error["field"] for error in missing.json()["errors"]} == {"parameters.name", "parameters.n"}
    assert {error["field"] for error in unready.json()["errors"]} == {"parameters.name", "parameters.n"}


async def test_a_wrong_registry_leaves_the_shipped_tools_and_says_what_is_wrong(
    client: httpx.AsyncClient, settings: GatewaySettings
) -> None:
    register(settings, 'greet = { file = "gone.py", description = "Greets." }')
    listed = (await client.get(URL)).json()
    assert len(listed["tools"]) == 6
    assert "tools.greet.file: there is no file" in listed["problem"]

    register(settings, GREET)
    mended = (await client.get(URL)).json()

    assert (len(mended["tools"]), mended["problem"]) == (7, None)


async def test_without_the_database_nothing_is_made_up(
    client: httpx.AsyncClient, app: FastAPI, settings: GatewaySettings
) -> None:
    services_in(app).database.engine.dispose()
    settings.sqlite_path.unlink()
    settings.sqlite_path.mkdir()

    for response in (await client.get(URL), await client.post(f"{URL}/backup/run")):
        assert response.status_code == 503


async def test_a_viewer_reads_and_changes_nothing(tmp_path: Path, settings: GatewaySettings) -> None:
    secret = "s" * 40
    app = create_app(settings.model_copy(update={"api_secret": SecretStr(secret)}))
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app, client=LOOPBACK)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client:
            owner = {"Authorization": f"Bearer {secret}"}
            body = {"name": "looker", "role": "viewer"}
            made = (await client.post("/api/tokens", json=body, headers=owner)).json()
            viewer = {"Authorization": f"Bearer {made['token']}"}
            reads = [
                await client.get(path, headers=viewer)
                for path in (URL, f"{URL}/backup", f"{URL}/backup/runs")
            ]
            writes = [
                await client.post(f"{URL}/backup/run", headers=viewer),
                await client.post(f"{URL}/backup/pause", headers=viewer),
                await client.post(f"{URL}/backup/resume", headers=viewer),
                await client.put(f"{URL}/backup/schedule", json={}, headers=viewer),
            ]
            strangers = [await client.get(URL), await client.post(f"{URL}/backup/run")]

    assert [one.status_code for one in reads] == [200] * 3
    assert [one.status_code for one in writes] == [403] * 4
    assert [one.status_code for one in strangers] == [401] * 2
