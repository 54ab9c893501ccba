"""Who can see: which models of the payroll take pictures.

The owner's word (VISION_MODELS) goes first. Of Anthropic's and OpenAI's models the table that LiteLLM ships tells, of
Ollama's Ollama itself (`/api/show`, https://github.com/ollama/ollama/blob/main/docs/api.md), of scripted ones their
script. Of other servers nobody tells, so there only the owner's word counts; the starter model sees nothing.
"""

import asyncio
import time
from collections.abc import Container, Iterable
from dataclasses import dataclass, replace
from typing import Final

import httpx

from agents.config import AgentSettings, ModelChoice, Payroll, Post, Provider
from agents.price_sheet import is_listed_to_see
from agents.scripted_model import ScriptedModel
from nexus.errors import NexusError
from nexus.logs import get_logger
from nexus.work_order import TIERS, AttachmentInfo, AttachmentKind, Role

log = get_logger(__name__)

ASK_TIMEOUT_S: Final = 2.0
KNOWN_FOR_S: Final = 600.0
PROJECTORS: Final = ("clip", "mllama")
"""Families by which an Ollama before 0.6.4, which names no capabilities, shows that a model sees."""

NOBODY = (
    "No model of the company can see pictures: set ANTHROPIC_API_KEY or OPENAI_API_KEY, or run "
    "`ollama pull qwen2.5vl:7b` and name it in NEXUS_MODEL_INTERN, or name your own model in VISION_MODELS."
)


class CannotSee(NexusError):
    """An order with a picture is with a role none of whose models can see. `role`: who can; None: nobody."""

    def __init__(self, role: Role | None) -> None:
        super().__init__(NOBODY if role is None else f"the {role.value} has a model that can see pictures")
        self.role = role


@dataclass(frozen=True, slots=True)
class Able:
    """Who can do an order: the tiers, the cheapest first, and the payroll with the models that can."""

    payroll: Payroll
    tiers: tuple[Role, ...] = TIERS

    def nearest(self, role: Role) -> Role | None:
        """The cheapest tier at or above `role`; else the highest below it; None when there is none."""
        above = [tier for tier in self.tiers if TIERS.index(tier) >= TIERS.index(role)]
        return above[0] if above else (self.tiers[-1] if self.tiers else None)


class Sight:
    """Knows who can see. What Ollama says is kept for ten minutes."""

    def __init__(self, settings: AgentSettings) -> None:
        self._scripted = ScriptedModel.load(settings.nexus_script)
        self._heard: dict[ModelChoice, tuple[float, bool]] = {}

    async def able(self, payroll: Payroll, attachments: Iterable[AttachmentInfo]) -> Able:
        """Who can do an order that brings `attachments`: everybody, or with a picture those whose models see.

        A silent Ollama counts as seeing: a call will tell.
        """
        if not any(each.kind is AttachmentKind.IMAGE for each in attachments):
            return Able(payroll)
        choices = list(dict.fromkeys(choice for post in payroll.values() for choice in post.choices))
        answers = await asyncio.gather(*(self._sees(choice) for choice in choices))
        seeing = {choice for choice, sees in zip(choices, answers, strict=True) if sees}
        narrowed = {role: _narrowed(post, seeing) for role, post in payroll.items()}
        return Able(narrowed, tuple(role for role in TIERS if narrowed[role].choice is not None))

    async def _sees(self, choice: ModelChoice) -> bool:
        if choice.sees or choice.weak:
            return not choice.weak
        match choice.provider:
            case Provider.ANTHROPIC | Provider.OPENAI:
                return is_listed_to_see(choice)
            case Provider.OLLAMA:
                return await self._ollama_sees(choice)
            case Provider.SCRIPTED:
                return choice.model in self._scripted.sees
            case Provider.LOCAL:
                return False

    async def _ollama_sees(self, choice: ModelChoice) -> bool:
        until, sees = self._heard.get(choice, (0.0, False))
        if time.monotonic() < until:
            return sees
        try:
            shown = await _show(choice)
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            log.warning("sight.not_told", model=choice.model, error=str(error) or type(error).__name__)
            return True
        sees = _is_shown_to_see(shown)
        self._heard[choice] = (time.monotonic() + KNOWN_FOR_S, sees)
        return sees


def _narrowed(post: Post, seeing: Container[ModelChoice]) -> Post:
    choices = [choice for choice in post.choices if choice in seeing]
    if not choices:
        return replace(post, choice=None, fallbacks=(), problem=NOBODY)
    return replace(post, choice=choices[0], fallbacks=tuple(choices[1:]))


async def _show(choice: ModelChoice) -> object:
    async with httpx.AsyncClient(timeout=ASK_TIMEOUT_S, trust_env=False) as client:
        url = (choice.base_url or "").rstrip("/")
        reply = await client.post(f"{url}/api/show", json={"model": choice.model})
        if reply.status_code == httpx.codes.NOT_FOUND:
            return {}  # it is not pulled: it sees nothing
        return reply.raise_for_status().json()


def _is_shown_to_see(shown: object) -> bool:
    match shown:
        case {"capabilities": [*capabilities]}:
            return "vision" in capabilities
        case {"projector_info": dict()}:
            return True
        case {"details": {"families": [*families]}}:
            return any(family in PROJECTORS for family in families)
        case _:
            return False
