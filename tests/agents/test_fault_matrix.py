"""Every fault on every provider, streamed and not, through the real LiteLLM: what it comes to; asked once.

The class says whether it may be tried again: `ModelUnavailable` may be asked again later, `ModelRefusesCall` never.
"""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from agents.completion import ModelRefusesCall, ModelUnavailable, Trouble
from agents.config import Provider
from agents.fakes.script import Fault
from agents.model_router import ModelRouter
from agents.vendor_errors import retry_after
from tests.agents.mishaps import ANSWERED, MISHAPS, REFUSED, TEXT, TRANSIENT, Mishap
from tests.agents.vendors_at import MODELS, a_router, a_server, ask, at

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:litellm", "ignore::UserWarning:pydantic")
SILENCE_S = 0.5
SILENT = ("no_first_byte", "stall")


@pytest.fixture(params=[True, False], ids=["streamed", "whole"])
def streamed(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.fixture
async def router(request: pytest.FixtureRequest, streamed: bool) -> AsyncIterator[ModelRouter]:
    """Patient, so that a busy machine is not taken for a silent model, but where silence is the fault."""
    mishap = request.node.callspec.params.get("mishap")
    silent = mishap is not None and mishap.name in SILENT
    router = a_router(model_stall_s=(SILENCE_S if silent else 5) if streamed else 30)
    await router.warm_up()
    yield router
    await router.close()


def cases(mishaps: tuple[Mishap, ...]) -> list[object]:
    return [
        pytest.param(provider, mishap, id=f"{provider.value}-{mishap.name}")
        for mishap in mishaps
        for provider in mishap.vendors
    ]


def test_there_are_at_least_14_kinds_for_each_provider() -> None:
    assert all(sum(provider in m.vendors for m in MISHAPS) >= 14 for provider in MODELS)


@pytest.mark.parametrize(("provider", "mishap"), cases(REFUSED))
async def test_what_no_time_heals_is_refused_for_good(
    router: ModelRouter, provider: Provider, mishap: Mishap
) -> None:
    with a_server(provider, mishap.turn) as server:
        with pytest.raises(ModelRefusesCall) as caught:
            await ask(router, at(server, provider), timeout_s=10)

        assert caught.value.trouble is mishap.trouble
        assert len(server.calls) == 1


@pytest.mark.parametrize(("provider", "mishap"), cases(TRANSIENT))
async def test_what_time_may_heal_says_how_long_and_whether_it_may_have_been_paid(
    router: ModelRouter, streamed: bool, provider: Provider, mishap: Mishap
) -> None:
    timeout_s = SILENCE_S * 2 if mishap.name in SILENT else 10
    with a_server(provider, mishap.turn) as server:
        with pytest.raises(ModelUnavailable) as caught:
            await ask(router, at(server, provider), timeout_s=timeout_s)

        error = caught.value
        assert error.trouble is mishap.trouble_of(streamed=streamed or provider is Provider.OLLAMA)
        assert error.in_doubt is (mishap.in_doubt and error.trouble is not Trouble.SERVER)
        assert error.retry_after_s == mishap.retry_after_s
        assert len(server.calls) == 1, "a second send could be paid twice"


@pytest.mark.parametrize(("provider", "mishap"), cases(ANSWERED))
async def test_an_answer_says_how_it_ended(
    router: ModelRouter, streamed: bool, provider: Provider, mishap: Mishap
) -> None:
    with a_server(provider, mishap.turn) as server:
        completion = await ask(router, at(server, provider))

        assert completion.finish is mishap.finish
        assert completion.text == mishap.turn.text
        assert completion.usage.prompt_tokens
        assert completion.usage.output_tokens
        assert (server.calls[0].body.get("stream") is True) is (streamed or provider is Provider.OLLAMA)


async def test_a_date_to_wait_for_is_kept_to_the_second(router: ModelRouter) -> None:
    fault = Fault("http_status", status=429, retry_after_s=20, retry_after_as="date")
    with (
        a_server(Provider.ANTHROPIC, fault) as server,
        pytest.raises(ModelUnavailable) as caught,
    ):
        await ask(router, at(server, Provider.ANTHROPIC))

    assert caught.value.retry_after_s is not None
    assert 19.5 < caught.value.retry_after_s <= 21, "dates are whole seconds; the fake rounds up"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "7"}, 7),
        ({"retry-after": "0"}, 0),
        ({"retry-after": "0.25"}, 0.25),
        ({"retry-after-ms": "1500", "retry-after": "7"}, 1.5),
        ({"retry-after": "Sun, 22 Nov 2026 19:00:30 GMT"}, 30),
        ({"retry-after": "Sun, 22 Nov 2026 18:00:00 GMT"}, 0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-5"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "nan"}, None),
    ],
)
def test_how_long_to_wait_is_read_in_every_form(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(httpx.Headers(headers), datetime(2026, 11, 22, 19, tzinfo=UTC)) == seconds


def test_a_date_without_a_zone_is_utc() -> None:
    headers = httpx.Headers({"retry-after": "Sun, 22 Nov 2026 19:00:30 -0000"})
    assert retry_after(headers, datetime(2026, 11, 22, 19, tzinfo=UTC) + timedelta(seconds=10)) == 20


@pytest.mark.parametrize("streamed", [True], indirect=True)
@pytest.mark.parametrize("provider", list(MODELS))
async def test_all_of_the_text_without_the_vendor_s_last_word_is_no_answer(
    router: ModelRouter, provider: Provider
) -> None:
    fault = Fault("cut_stream", text=TEXT, after_chunks=99)
    with a_server(provider, fault) as server, pytest.raises(ModelUnavailable) as caught:
        await ask(router, at(server, provider))

    assert caught.value.trouble is Trouble.BROKEN_REPLY


@pytest.mark.parametrize("streamed", [True], indirect=True)
@pytest.mark.parametrize("provider", list(MODELS))
async def test_after_the_vendor_s_last_word_nobody_waits_for_the_connection_to_end(
    router: ModelRouter, provider: Provider
) -> None:
    with a_server(provider, Fault("held_open", text=TEXT)) as server:
        assert (await ask(router, at(server, provider))).text == TEXT
