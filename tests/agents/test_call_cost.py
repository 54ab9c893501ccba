"""What a call costs: usage, streamed and cached, at the price of the sheet, through LiteLLM."""

import asyncio
from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

import pytest

from agents.completion import Completion
from agents.config import ModelChoice, Provider
from agents.fakes import anthropic_api
from agents.fakes.script import Reply, Script
from agents.fakes.server import FakeServer
from agents.model_router import ModelRouter
from agents.price_sheet import price_of
from agents.prompt_cache import messages_of
from nexus.usage import Usage
from nexus.work_order import Turn
from tests.agents.vendors_at import KEY, a_router, asking

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:litellm", "ignore::UserWarning:pydantic")

HAIKU = "claude-haiku-4-5"
MICRO = Decimal("0.000001")
LONG_SYSTEM = "You keep the books of a company. " * 600  # 19,800 bytes, above 4,096 tokens' worth
EARLIER = (Turn("user", "Here are the books. " * 200), Turn("assistant", "I have read them."))

WRITE = Reply("Noted.", input_tokens=23, output_tokens=11, cache_write_tokens=5_003)
READ = Reply("Noted.", input_tokens=29, output_tokens=13, cache_read_tokens=5_003)
PRICES = {  # dollars per million: input, output, cache read, cache write; https://claude.com/pricing
    "claude-haiku-4-5": ("1", "5", "0.10", "1.25"),
    "claude-sonnet-4-6": ("3", "15", "0.30", "3.75"),
    "claude-opus-4-6": ("5", "25", "0.50", "6.25"),
}


@pytest.fixture(params=[True, False], ids=["streamed", "whole"])
async def router(request: pytest.FixtureRequest) -> AsyncIterator[ModelRouter]:
    router = a_router(model_stall_s=5 if request.param else 60)
    await router.warm_up()
    yield router
    await router.close()


def a_claude(model: str, *replies: Reply) -> FakeServer:
    return FakeServer(anthropic_api.create_app(Script.saying(*replies), api_key=KEY, models=[model]))


async def ask_long(router: ModelRouter, server: FakeServer, model: str) -> Completion:
    choice = ModelChoice(Provider.ANTHROPIC, model, server.base_url)
    return await router.complete(asking(choice, system=LONG_SYSTEM))


@pytest.mark.parametrize("model", list(PRICES))
async def test_a_cache_written_and_then_read_costs_what_the_price_sheet_says(
    router: ModelRouter, model: str
) -> None:
    per_million = [Decimal(dollars) for dollars in PRICES[model]]
    fresh, out, read, write = (dollars / 1_000_000 for dollars in per_million)
    with a_claude(model, WRITE, READ) as server:
        first = await ask_long(router, server, model)
        second = await ask_long(router, server, model)

    assert first.usage == Usage(23, 11, cache_write_tokens=5_003)
    assert second.usage == Usage(29, 13, cache_read_tokens=5_003)
    price = price_of(ModelChoice(Provider.ANTHROPIC, model))
    assert price is not None
    assert price.cost_of(first.usage) == 23 * fresh + 11 * out + 5_003 * write
    assert price.cost_of(second.usage) == 29 * fresh + 13 * out + 5_003 * read


@pytest.mark.parametrize("streamed", [True, False], ids=["streamed", "whole"])
@pytest.mark.parametrize("reply", [WRITE, READ, Reply("Noted.", input_tokens=4_711, output_tokens=815)])
async def test_litellm_s_own_figure_is_the_same_to_the_micro_dollar(
    router: ModelRouter, streamed: bool, reply: Reply
) -> None:
    """It agrees for Claude, written, read and fresh, streamed or not, up to a float's rounding."""
    with a_claude(HAIKU, reply) as server:
        ours = await ask_long(router, server, HAIKU)
        theirs = await litellm_s_figure(router, server, streamed=streamed)

    price = price_of(ModelChoice(Provider.ANTHROPIC, HAIKU))
    assert price is not None
    assert abs(price.cost_of(ours.usage) - theirs) < MICRO / 1000


async def litellm_s_figure(router: ModelRouter, server: FakeServer, *, streamed: bool) -> Decimal:
    litellm: Any = router._load()
    request = asking(ModelChoice(Provider.ANTHROPIC, HAIKU, server.base_url), system=LONG_SYSTEM)
    reply = await litellm.acompletion(**router._arguments(request), stream=streamed)
    if streamed:
        reply = litellm.stream_chunk_builder([chunk async for chunk in reply])
    await asyncio.sleep(0)  # what LiteLLM started in the background
    return Decimal(str(litellm.completion_cost(reply)))


async def test_only_a_prefix_that_is_long_enough_is_marked_and_only_for_claude() -> None:
    claude = ModelChoice(Provider.ANTHROPIC, HAIKU)
    assert marks(asking(claude)) == []
    assert marks(asking(claude, system=LONG_SYSTEM)) == [0]
    last = Turn("user", "So?")
    assert marks(asking(claude, system=LONG_SYSTEM, turns=(*EARLIER, last))) == [0, 2]
    assert marks(asking(claude, system="x" * 13_000, turns=(*EARLIER, last))) == [2]
    assert marks(asking(ModelChoice(Provider.OPENAI, "gpt-5.4"), system=LONG_SYSTEM)) == []


@pytest.mark.parametrize(
    ("model", "tokens"),
    [
        ("claude-opus-4-6", 4_096),
        ("claude-haiku-4-5", 4_096),
        ("claude-sonnet-4-6", 2_048),
        ("claude-sonnet-4-5", 1_024),
        ("claude-opus-4-1", 1_024),
        ("claude-3-5-haiku-20241022", 2_048),
        ("claude-of-next-year", 4_096),
    ],
)
def test_each_family_of_claude_has_its_own_least_length(model: str, tokens: int) -> None:
    choice = ModelChoice(Provider.ANTHROPIC, model)
    assert marks(asking(choice, system="x" * (4 * tokens - 1))) == []
    assert marks(asking(choice, system="x" * (4 * tokens))) == [0]


def marks(request: object) -> list[int]:
    messages = messages_of(request)  # type: ignore[arg-type]
    return [n for n, message in enumerate(messages) if "cache_control" in str(message["content"])]
