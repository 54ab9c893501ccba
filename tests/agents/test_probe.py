"""Are the models real? A probe of the payroll spends nothing, and names what is wrong and how to mend it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest

from agents.completion import Trouble
from agents.config import AgentSettings, ModelChoice, Provider, resolve_payroll
from agents.fakes import anthropic_api, ollama_api, openai_api
from agents.fakes.script import Fault, FaultKind, Rule, Script
from agents.fakes.server import FakeServer
from agents.probe import ModelReport, probe_payroll
from nexus.cli.ports import free_port
from nexus.model_status import ModelStatus

KEY = "sk-very-secret"
TODAY = datetime.now(UTC).date()
RETIRED = "claude-mythos-preview"  # on 2026-06-09, by LiteLLM's table
SERVED = ("claude-opus-4-6", "claude-sonnet-4-6", "claude-haiku-4-5", RETIRED)


@contextmanager
def anthropic(*models: str, key: str = KEY, script: Script | None = None) -> Iterator[FakeServer]:
    app = anthropic_api.create_app(script or Script(), api_key=key, models=models or SERVED)
    with FakeServer(app) as server:
        yield server
        assert {call.path.partition("/v1/models")[0] for call in server.calls} <= {""}, "no completion"


async def probe(values: Mapping[str, object], *, timeout_s: float = 5) -> dict[str, ModelReport]:
    settings = AgentSettings.model_validate(values)
    reports = await probe_payroll(resolve_payroll(settings, None), settings, TODAY, timeout_s=timeout_s)
    return {report.choice.model: report for report in reports}


async def probe_anthropic(server: FakeServer, **values: object) -> dict[str, ModelReport]:
    return await probe({"anthropic_api_key": KEY, "anthropic_base_url": server.base_url, **values})


async def test_models_that_are_there_are_healthy_with_price_and_end_and_each_is_asked_for_once() -> None:
    with anthropic() as server:
        reports = await probe_anthropic(server, nexus_model_intern="claude-sonnet-4-6,claude-haiku-4-5")

        assert {report.status for report in reports.values()} == {ModelStatus.HEALTHY}
        assert reports["claude-opus-4-6"].detail == "anthropic, $5.00 in, $25.00 out per million tokens"
        assert len(server.calls) == 3
        assert {call.method for call in server.calls} == {"GET"}
        assert {call.key for call in server.calls} == {"right"}
        assert KEY not in str([call.path for call in server.calls])


async def test_a_refused_key_is_critical_for_each_of_its_models_in_the_same_words() -> None:
    with anthropic(key="another") as server:
        reports = await probe_anthropic(server)

    assert {report.status for report in reports.values()} == {ModelStatus.CRITICAL}
    assert {report.detail for report in reports.values()} == {
        "ANTHROPIC_API_KEY is refused (401): set a valid key."
    }
    assert all(report.refusal and report.refusal.trouble is Trouble.KEY for report in reports.values())
    assert not any(report.is_usable for report in reports.values())


async def test_a_model_that_does_not_exist_is_critical_and_names_the_setting_of_its_role() -> None:
    with anthropic() as server:
        reports = await probe_anthropic(server, nexus_model_ceo="claude-opus-9,claude-opus-4-6")

    report = reports["claude-opus-9"]
    assert report.status is ModelStatus.CRITICAL
    assert len(report.problems) == 1, "that it has no price either comes from that"
    assert report.detail.startswith("anthropic has no claude-opus-9 (it has claude-haiku-4-5, ")
    assert report.detail.endswith("set NEXUS_MODEL_CEO to a model that exists.")
    assert reports["claude-opus-4-6"].status is ModelStatus.HEALTHY


async def test_an_alias_is_found_by_its_dated_name_in_the_list_where_a_gateway_knows_no_single_models() -> (
    None
):
    script = Script((Rule((Fault("http_status", status=404),), path="/v1/models/*"),))
    with anthropic("claude-haiku-4-5-20251001", script=script) as server:
        reports = await probe_anthropic(server, nexus_model_intern="claude-haiku-4-5,claude-haiku-4")

    assert reports["claude-haiku-4-5"].status is ModelStatus.HEALTHY
    assert reports["claude-haiku-4"].status is ModelStatus.CRITICAL, "4-5 is no date"


async def test_a_gateway_that_lists_nothing_leaves_it_open() -> None:
    script = Script((Rule((Fault("http_status", status=404),), path="/v1/models*"),))
    with anthropic(script=script) as server:
        report = (await probe_anthropic(server))["claude-opus-4-6"]

    assert report.status is ModelStatus.UNKNOWN
    assert report.is_usable
    assert report.refusal is None


async def test_an_openai_key_that_may_not_read_the_list_is_not_called_wrong() -> None:
    words = "You have insufficient permissions for this operation. Missing scopes: api.model.read."
    script = Script((Rule((Fault("http_status", status=403, message=words),), path="/v1/models*"),))
    with FakeServer(openai_api.create_app(script, api_key=KEY, models=["gpt-5.4"])) as server:
        report = (await probe({"openai_api_key": KEY, "openai_base_url": server.base_url}))["gpt-5.4"]

    assert report.status is ModelStatus.UNKNOWN
    assert report.is_usable


async def test_a_model_past_its_end_is_critical_though_its_vendor_still_lists_it() -> None:
    with anthropic() as server:
        report = (await probe_anthropic(server, nexus_model_ceo=f"{RETIRED},claude-opus-4-6"))[RETIRED]

    assert report.status is ModelStatus.CRITICAL
    assert report.detail == f"{RETIRED} was retired on 2026-06-09: set NEXUS_MODEL_CEO to a current model."
    assert report.refusal is not None


async def test_a_model_that_is_gone_for_its_end_has_come_is_one_problem_the_end() -> None:
    with anthropic("claude-opus-4-6") as server:
        report = (await probe_anthropic(server, nexus_model_ceo=RETIRED))[RETIRED]

    assert [problem.text for problem in report.problems] == [
        f"{RETIRED} was retired on 2026-06-09: set NEXUS_MODEL_CEO to a current model."
    ]


@pytest.mark.parametrize(
    ("days_left", "status"),
    [
        (-1, ModelStatus.CRITICAL),
        (0, ModelStatus.DEGRADED),
        (14, ModelStatus.DEGRADED),
        (15, ModelStatus.HEALTHY),
    ],
)
async def test_fourteen_days_before_its_end_a_model_is_degraded(days_left: int, status: ModelStatus) -> None:
    ends = (TODAY + timedelta(days=days_left)).isoformat()
    prices = {"anthropic/claude-opus-4-6": {"input": 5, "output": 25, "ends": ends}}
    with anthropic() as server:
        report = (await probe_anthropic(server, model_prices=prices))["claude-opus-4-6"]

    assert (report.status, str(report.ends)) == (status, ends)


@pytest.mark.parametrize(
    ("policy", "words"),
    [
        ("refuse", "its calls are refused: set MODEL_PRICES, or UNPRICED_MODELS=allow."),
        ("allow", "MODEL_PRICES."),
    ],
)
async def test_a_model_without_a_price_is_degraded_and_names_the_way_out(policy: str, words: str) -> None:
    with anthropic("claude-next-9") as server:
        own = {"nexus_model_ceo": "claude-next-9", "unpriced_models": policy}
        unpriced = (await probe_anthropic(server, **own))["claude-next-9"]
        prices = {"anthropic/claude-next-9": {"input": 1, "output": 2}}
        priced = (await probe_anthropic(server, **own, model_prices=prices))["claude-next-9"]

    assert unpriced.status is ModelStatus.DEGRADED
    assert unpriced.detail.endswith(words)
    assert unpriced.is_usable
    assert priced.detail == "anthropic, $1.00 in, $2.00 out per million tokens"


async def test_a_vendor_that_cannot_be_reached_is_unknown_and_one_that_is_busy_too() -> None:
    away = await probe({"openai_api_key": KEY, "openai_base_url": f"http://127.0.0.1:{free_port()}"})
    busy = Script((Rule((Fault("http_status", status=529),), path="/v1/models*"),))
    with anthropic(script=busy) as server:
        later = await probe_anthropic(server)

    assert {report.status for report in (*away.values(), *later.values())} == {ModelStatus.UNKNOWN}
    assert "check the network, or OPENAI_BASE_URL." in away["gpt-5.4"].detail
    assert not away["gpt-5.4"].is_usable
    assert later["claude-opus-4-6"].is_usable, "somebody is there"


@pytest.mark.parametrize(
    "kind",
    ["truncated_json", "wrong_type", "empty_body", "connection_reset", "timeout_before_first_byte", "stall"],
)
async def test_whatever_comes_back_a_probe_ends_in_time_and_raises_nothing(kind: FaultKind) -> None:
    script = Script((Rule((Fault(kind),), path="/v1/models*"),))
    with anthropic(script=script) as server:
        own = {"anthropic_api_key": KEY, "anthropic_base_url": server.base_url}
        reports = await probe(own, timeout_s=0.3)

    assert {report.status for report in reports.values()} <= {ModelStatus.UNKNOWN, ModelStatus.HEALTHY}


async def test_a_key_that_is_no_header_is_no_crash() -> None:
    with anthropic() as server:
        reports = await probe({"anthropic_api_key": "clé\n", "anthropic_base_url": server.base_url})

    assert {report.status for report in reports.values()} == {ModelStatus.UNKNOWN}


async def test_an_ollama_that_is_away_or_has_no_such_model_says_what_to_run() -> None:
    nobody = f"http://127.0.0.1:{free_port()}"
    away = (await probe({"nexus_model_intern": "ollama/qwen3:8b", "ollama_base_url": nobody}))["qwen3:8b"]
    with FakeServer(
        ollama_api.create_app(Script(), api_key=None, models=["llama3.2", "zephyr:7b"])
    ) as ollama:
        url = {"ollama_base_url": ollama.base_url}
        missing = (await probe({"nexus_model_intern": "ollama/qwen3:8b", **url}))["qwen3:8b"]
        there = (await probe({"nexus_model_intern": "ollama/llama3.2", **url}))["llama3.2"]
        assert {call.path for call in ollama.calls} == {"/api/tags"}

    assert away.status is missing.status is ModelStatus.CRITICAL
    assert f"OLLAMA_BASE_URL={nobody}" in away.detail
    assert "`ollama serve`" in away.detail
    assert away.refusal is None, "a connection heals by itself"
    assert "run `ollama pull qwen3:8b`, or set NEXUS_MODEL_INTERN" in missing.detail
    assert there.status is ModelStatus.HEALTHY


async def test_a_server_of_ones_own_that_answers_under_any_name_is_only_degraded() -> None:
    with FakeServer(openai_api.create_app(Script(), api_key=None, models=["phi"])) as server:
        url = {"local_model_url": f"{server.base_url}/v1"}
        reports = await probe({"nexus_model_ceo": "local/phi", "nexus_model_intern": "local/mine", **url})
    gone = await probe({"nexus_model_ceo": "local/phi", **url})

    assert reports["phi"].detail == "local, local, free"
    assert reports["mine"].status is ModelStatus.DEGRADED
    assert "LOCAL_MODEL_URL lists no mine (it has phi): set NEXUS_MODEL_INTERN" in reports["mine"].detail
    assert gone["phi"].status is ModelStatus.CRITICAL
    assert "LOCAL_MODEL_URL" in gone["phi"].detail


async def test_scripted_models_are_well_and_nobody_is_asked() -> None:
    (report,) = (await probe({"nexus_model_ceo": "scripted/tester"})).values()

    assert (report.status, report.detail) == (ModelStatus.HEALTHY, "scripted answers, no model")


async def test_a_report_shows_no_key() -> None:
    with anthropic(key="another") as server:
        reports = await probe_anthropic(server)

    assert KEY not in repr(reports)


def test_the_starter_is_named_for_what_it_is() -> None:
    starter = ModelChoice(Provider.LOCAL, "SmolLM2", "http://127.0.0.1:9/v1", weak=True)

    assert ModelReport(starter, (), None, None).detail == "starter model, on this machine, free"
