"""Fixtures for the fakes: each vendor in turn, and LiteLLM, imported once because that takes seconds."""

import os
from collections.abc import AsyncIterator
from types import ModuleType

import pytest
import pytest_asyncio

from tests.agents.fakes.vendors import VENDORS, Vendor


@pytest.fixture(params=VENDORS, ids=lambda vendor: vendor.name)
def vendor(request: pytest.FixtureRequest) -> Vendor:
    """Each of the three."""
    chosen: Vendor = request.param
    return chosen


@pytest.fixture(scope="session")
def litellm_module() -> ModuleType:
    """LiteLLM, told to fetch nothing."""
    os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
    os.environ["LITELLM_MODE"] = "PRODUCTION"
    import litellm  # noqa: PLC0415

    litellm.suppress_debug_info = True
    module: ModuleType = litellm
    return module


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def litellm(litellm_module: ModuleType) -> AsyncIterator[ModuleType]:
    """LiteLLM with its connections closed afterwards; it keeps them for each event loop, so a module shares one."""
    yield litellm_module
    await litellm_module.close_litellm_async_clients()
    litellm_module.in_memory_llm_clients_cache.flush_cache()
