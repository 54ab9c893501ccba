"""A dry run of the model router: every provider, through LiteLLM, against a loopback server, for no money.

    python3 -m unittest agents.test_litellm_dry_run -v

It proves on your machine that the installed LiteLLM speaks to each provider as the payroll needs it to: the
request is accepted by a server as strict as the original, the answer and the usage come back, and the cost
computed from the stored price is the price sheet's. No key is needed and nothing leaves the machine.
"""

import asyncio
import unittest
from decimal import Decimal

from agents.completion import Completion, Finish, ModelRefusesCall, ModelRequest
from agents.config import ANTHROPIC_MODELS, OPENAI_MODELS, AgentSettings, Payroll, resolve_payroll
from agents.fakes.anthropic_api import create_app as anthropic_app
from agents.fakes.openai_api import create_app as openai_app
from agents.fakes.script import Reply, Script
from agents.fakes.server import FakeServer
from agents.model_router import ModelRouter
from agents.price_sheet import price_of
from nexus.work_order import TIERS, Role, Turn

KEY = "sk-dry-run"


class DryRun(unittest.IsolatedAsyncioTestCase):
    """One real call per tier and provider, to a server on this machine."""

    async def asyncSetUp(self) -> None:
        """unittest turns asyncio's debug mode on, which reports LiteLLM's import as a slow callback."""
        asyncio.get_running_loop().set_debug(False)

    async def test_anthropic_payroll(self) -> None:
        """Claude: the brief's CEO, Director and Intern."""
        app = anthropic_app(_script(), api_key=KEY, models=list(ANTHROPIC_MODELS.values()))
        with FakeServer(app) as server:
            settings = AgentSettings.model_validate(
                {"anthropic_api_key": KEY, "anthropic_base_url": server.base_url}
            )
            await self._ask_every_tier(settings, resolve_payroll(settings, None))

    async def test_openai_payroll(self) -> None:
        """OpenAI, when its key is the only one."""
        app = openai_app(_script(), api_key=KEY, models=list(OPENAI_MODELS.values()))
        with FakeServer(app) as server:
            settings = AgentSettings.model_validate(
                {"openai_api_key": KEY, "openai_base_url": f"{server.base_url}/v1"}
            )
            await self._ask_every_tier(settings, resolve_payroll(settings, None))

    async def test_a_wrong_key_names_the_setting(self) -> None:
        """What an owner with a mistyped key reads."""
        app = anthropic_app(_script(), api_key=KEY, models=list(ANTHROPIC_MODELS.values()))
        with FakeServer(app) as server:
            settings = AgentSettings.model_validate(
                {"anthropic_api_key": "sk-wrong", "anthropic_base_url": server.base_url}
            )
            router = ModelRouter(settings)
            with self.assertRaisesRegex(ModelRefusesCall, "ANTHROPIC_API_KEY"):
                await router.complete(_request(resolve_payroll(settings, None), Role.INTERN))
            await router.close()

    async def _ask_every_tier(self, settings: AgentSettings, payroll: Payroll) -> None:
        router = ModelRouter(settings)
        for role in TIERS:
            with self.subTest(role=role.value):
                request = _request(payroll, role)
                completion = await router.complete(request)
                self._check(completion, request)
        await router.close()

    def _check(self, completion: Completion, request: ModelRequest) -> None:
        self.assertEqual(completion.text, "Paris.")
        self.assertIs(completion.finish, Finish.STOP)
        self.assertEqual((completion.usage.input_tokens, completion.usage.output_tokens), (100, 20))
        price = price_of(request.choice)
        assert price is not None, f"{request.choice.model} has no price"  # noqa: S101 - a test
        cost = price.cost_of(completion.usage)
        self.assertEqual(cost, price.input_usd * 100 + price.output_usd * 20)
        self.assertGreater(cost, Decimal(0))


def _script() -> Script:
    return Script(default=Reply("Paris.", input_tokens=100, output_tokens=20))


def _request(payroll: Payroll, role: Role) -> ModelRequest:
    choice = payroll[role].choice
    assert choice is not None  # noqa: S101 - a test
    return ModelRequest(
        choice, "You are helpful.", (Turn("user", "What is the capital of France?"),), 100, 30.0, role
    )


if __name__ == "__main__":
    unittest.main()
