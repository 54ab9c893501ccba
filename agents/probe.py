"""Are the models of the payroll real? Asks each vendor for the model itself, which costs nothing and generates nothing.

Used by every worker at its start (`agents.model_watch`), by `nexus doctor` and by `nexus up`. What a probe finds is
a report per model; each problem in it is one line that ends with its fix. A key goes into a header and nowhere else.
"""

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import httpx

from agents.completion import Trouble
from agents.config import AgentSettings, ModelChoice, Payroll, Provider
from agents.local_models import ollama_silence, server_silence
from agents.price_sheet import listing_of, price_of, price_text
from agents.vendor_doors import (
    KEY_SETTING,
    SILENCE,
    URL_SETTING,
    Door,
    Seen,
    Unseen,
    door_of,
    look_in_list,
    look_up,
)
from nexus.model_status import ModelStatus
from nexus.usage import Price
from nexus.work_order import Role

PROBE_TIMEOUT_S: Final = 5.0
NOTICE: Final = timedelta(days=14)
"""How long before its end a model is to be replaced."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, `about` a model or its account. `text` ends with the fix and holds no secret."""

    status: ModelStatus
    about: str
    text: str
    trouble: Trouble | None = None


@dataclass(frozen=True, slots=True)
class ModelReport:
    """What was found of one model. `problems` are the worst first; `price` None: nobody knows it."""

    choice: ModelChoice
    problems: tuple[Problem, ...]
    price: Price | None
    ends: date | None

    @property
    def status(self) -> ModelStatus:
        """As bad as the worst problem."""
        return self.problems[0].status if self.problems else ModelStatus.HEALTHY

    @property
    def detail(self) -> str:
        """The worst problem, else what the model is and costs."""
        return self.problems[0].text if self.problems else self.summary

    @property
    def summary(self) -> str:
        """Vendor, price and end, in a few words."""
        if self.choice.weak:
            return "starter model, on this machine, free"
        if self.choice.provider is Provider.SCRIPTED:
            return "scripted answers, no model"
        if self.choice.is_local:
            return f"{self.choice.provider.value}, local, free"
        until = f", until {self.ends}" if self.ends else ""
        return f"{self.choice.provider.value}, {price_text(self.price)}{until}"

    @property
    def refusal(self) -> Problem | None:
        """What will refuse every call until the owner changes something: the key, or that there is no such model."""
        return next((p for p in self.problems if p.trouble in (Trouble.KEY, Trouble.NO_MODEL)), None)

    @property
    def is_usable(self) -> bool:
        """False when a call would be refused, or nobody was there to be called."""
        return not any(p.status is ModelStatus.CRITICAL or p.trouble in SILENCE for p in self.problems)


async def probe_payroll(
    payroll: Payroll,
    settings: AgentSettings,
    today: date,
    *,
    timeout_s: float = PROBE_TIMEOUT_S,
    only: Collection[ModelChoice] | None = None,
) -> list[ModelReport]:
    """One report for each model of the payroll, fallbacks too, in the payroll's order. Never raises.

    `only` leaves out the others. All are asked at once; after `timeout_s` what has not answered counts as silent.
    """
    seats = _seats(payroll)
    async with httpx.AsyncClient(timeout=timeout_s, trust_env=False) as client:
        probes = [
            _probe(client, choice, variable, settings, today, timeout_s)
            for choice, variable in seats.items()
            if only is None or choice in only
        ]
        return list(await asyncio.gather(*probes))


def _seats(payroll: Payroll) -> Mapping[ModelChoice, str]:
    """Each model once, with the settings that name it."""
    roles: dict[ModelChoice, list[Role]] = {}
    for role, post in payroll.items():
        for choice in post.choices:
            roles.setdefault(choice, []).append(role)
    return {
        choice: " and ".join(f"NEXUS_MODEL_{role.value.upper()}" for role in sitting)
        for choice, sitting in roles.items()
    }


async def _probe(
    client: httpx.AsyncClient,
    choice: ModelChoice,
    variable: str,
    settings: AgentSettings,
    today: date,
    timeout_s: float,
) -> ModelReport:
    listing = listing_of(choice)
    ends = listing.ends if listing else None
    absent = await _whether_it_is_there(client, choice, variable, settings, timeout_s)
    ending = end_problem(choice, ends, variable, today)
    if absent is not None and absent.trouble is Trouble.NO_MODEL:  # whatever else is wrong comes from that
        found = [ending or absent]
    else:
        problems = (absent, ending, _price_problem(choice, settings))
        found = [problem for problem in problems if problem is not None]
    found.sort(key=lambda problem: list(ModelStatus).index(problem.status), reverse=True)
    return ModelReport(choice, tuple(found), price_of(choice), ends)


async def _whether_it_is_there(
    client: httpx.AsyncClient, choice: ModelChoice, variable: str, settings: AgentSettings, timeout_s: float
) -> Problem | None:
    door = door_of(choice, settings)
    if door is None:
        return None
    try:
        async with asyncio.timeout(timeout_s):
            found = await (look_in_list if choice.is_local else look_up)(client, door, choice.model)
    except TimeoutError:
        found = Unseen(Trouble.TIMEOUT, f"no answer in {timeout_s:g} s")
    return None if isinstance(found, Seen) else _problem(found, door, choice, variable)


def _problem(unseen: Unseen, door: Door, choice: ModelChoice, variable: str) -> Problem:
    vendor = choice.provider.value
    match unseen.trouble:
        case Trouble.KEY:
            return Problem(ModelStatus.CRITICAL, f"{vendor} key", _key_refused(unseen, choice), Trouble.KEY)
        case Trouble.NO_MODEL if choice.provider is Provider.LOCAL:  # some answer under any name
            text = f"LOCAL_MODEL_URL lists no {choice.model} ({unseen.why}): set {variable} to one it has."
            return Problem(ModelStatus.DEGRADED, choice.model, text)
        case Trouble.NO_MODEL:
            text = _missing(unseen, choice, variable)
            return Problem(ModelStatus.CRITICAL, choice.model, text, Trouble.NO_MODEL)
        case Trouble.CONNECTION | Trouble.TIMEOUT:
            status = ModelStatus.UNKNOWN if choice.weak or not choice.is_local else ModelStatus.CRITICAL
            return Problem(status, vendor, _silence(unseen, door, choice), unseen.trouble)
        case _:
            text = f"{vendor} does not say whether it has {choice.model} ({unseen.why}): look again later."
            return Problem(ModelStatus.UNKNOWN, choice.model, text, unseen.trouble)


def _key_refused(unseen: Unseen, choice: ModelChoice) -> str:
    setting = KEY_SETTING.get(choice.provider)
    if setting is None:
        where = URL_SETTING[choice.provider]
        return f"the server at {where} wants a key, and none is sent to it ({unseen.why}): let this machine in without."
    return f"{setting} is refused ({unseen.why}): set a valid key."


def _missing(unseen: Unseen, choice: ModelChoice, variable: str) -> str:
    if choice.provider is Provider.OLLAMA:
        return f"Ollama has no {choice.model}: run `ollama pull {choice.model}`, or set {variable} to one it has."
    return f"{choice.provider.value} has no {choice.model} ({unseen.why}): set {variable} to a model that exists."


def _silence(unseen: Unseen, door: Door, choice: ModelChoice) -> str:
    if choice.weak:
        return f"the starter model does not answer ({unseen.why}): restart `nexus up` if it stays so."
    if choice.provider is Provider.OLLAMA:
        return ollama_silence(door.base, unseen.why)
    if choice.provider is Provider.LOCAL:
        return server_silence(door.base, unseen.why)
    vendor, setting = choice.provider.value, URL_SETTING[choice.provider]
    return f"{vendor} cannot be reached ({unseen.why}): check the network, or {setting}."


def end_problem(choice: ModelChoice, ends: date | None, variable: str, today: date) -> Problem | None:
    """That the model is retired, or within `NOTICE`; `ends` is its last day, None when nobody named one."""
    if ends is None or ends - today > NOTICE:
        return None
    if ends < today:
        text = f"{choice.model} was retired on {ends}: set {variable} to a current model."
        return Problem(ModelStatus.CRITICAL, choice.model, text, Trouble.NO_MODEL)
    text = f"{choice.model} is retired on {ends}: set {variable} to a newer model."
    return Problem(ModelStatus.DEGRADED, choice.model, text)


def _price_problem(choice: ModelChoice, settings: AgentSettings) -> Problem | None:
    if price_of(choice) is not None:
        return None
    if settings.unpriced_models == "allow":
        what, fix = "its calls read “not priced” and no budget holds them", "set MODEL_PRICES"
    else:
        what, fix = "its calls are refused", "set MODEL_PRICES, or UNPRICED_MODELS=allow"
    text = f"nobody knows the price of {choice.model}, so {what}: {fix}."
    return Problem(ModelStatus.DEGRADED, choice.model, text)
