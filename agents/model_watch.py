"""A worker's eye on its models: probes them at its start and ever again, beside the orders.

What a probe finds goes into `model_health`, where `/api/agents` and the heartbeat read it, and into the worker's
breakers: a model whose key is refused, or that does not exist or is retired, gets no call until that is mended.
Nothing here generates anything.
"""

from collections.abc import Collection, Coroutine, Iterable, Sequence
from typing import Final

import httpx

from agents.breaker import BreakerState, ModelBreakers, State
from agents.completion import ModelRefusesCall, Trouble
from agents.config import ModelChoice, Provider
from agents.handler import Workplace
from agents.model_router import OLLAMA_CONTEXT_TOKENS
from agents.probe import ModelReport, probe_payroll
from db.statements.model_health import ModelHealth, put_model_health
from nexus.errors import StoreUnavailable
from nexus.logs import get_logger
from nexus.model_status import ModelStatus
from nexus.work_order import Role

log = get_logger(__name__)

LOOK_S: Final = 6 * 3600.0
LOOK_AGAIN_S: Final = (5.0, 30.0, 300.0)
"""While one does not work; the last repeats. It is shorter than a refused model is blocked for, which stays so."""

MIND_BREAKERS_S: Final = 5.0
LISTEN_S: Final = 1.0
"""Well under the 5 s for which a wish stands (`gateway.routes.probing`). It costs one MGET."""

KEEP_LOADED: Final = "30m"


class ModelWatch:
    """Looks at the models of a worker's payroll for as long as the worker lives."""

    def __init__(self, place: Workplace, breakers: ModelBreakers) -> None:
        self._place = place
        self._breakers = breakers
        self._refused: set[ModelChoice] = set()
        self._told: dict[ModelChoice, str] = {}
        self._reports: list[ModelReport] = []
        self._open: dict[str, State] = {}
        self._asked: dict[Role, str] = {}

    def jobs(self) -> list[Coroutine[None, None, None]]:
        """Coroutines for the background: loading, and three that run for ever."""
        return [
            self.load_the_front_desk(),
            self.keep_looking(),
            self.keep_listening(),
            self.keep_minding_breakers(),
        ]

    async def keep_looking(self) -> None:
        """Look, wait, look again, for ever."""
        looks_in_trouble = 0
        while True:
            if await self.look():
                looks_in_trouble, wait_s = 0, LOOK_S
            else:
                wait_s = LOOK_AGAIN_S[min(looks_in_trouble, len(LOOK_AGAIN_S) - 1)]
                looks_in_trouble += 1
            await self._place.clock.sleep(wait_s)

    async def look(self) -> bool:
        """Probe every model once, and pass on what was found; True when all of them work and that is written down."""
        reports = await self._probe()
        self._reports = reports
        works = (ModelStatus.HEALTHY, ModelStatus.DEGRADED)
        return await self._write(reports) and all(report.status in works for report in reports)

    async def keep_listening(self) -> None:
        """Look at a role's models whenever the owner asks for that, for ever."""
        while True:
            await self.look_where_asked()
            await self._place.clock.sleep(LISTEN_S)

    async def look_where_asked(self) -> None:
        """Probe the models of the roles for which that was asked since the last time."""
        asked = await self._place.bus.probes_asked_for()
        roles = [role for role, wish in asked.items() if self._asked.get(role) != wish]
        self._asked = asked or self._asked
        only = {choice for role in roles for choice in self._place.payroll[role].choices}
        if not only:
            return
        reports = await self._probe(only)
        self._reports = [report for report in self._reports if report.choice not in only] + reports
        await self._write(reports)

    async def _probe(self, only: Collection[ModelChoice] | None = None) -> list[ModelReport]:
        place = self._place
        reports = await probe_payroll(place.payroll, place.settings, place.clock.now().date(), only=only)
        self._tell_the_breakers(reports)
        self._log_changes(reports)
        return reports

    async def keep_minding_breakers(self) -> None:
        """Write down when a breaker opens or closes, every few seconds, for ever."""
        while True:
            await self._place.clock.sleep(MIND_BREAKERS_S)
            await self.mind_breakers()

    async def mind_breakers(self) -> None:
        """Write the rows of the models whose breaker has changed since the last time."""
        now = {name: state.state for name, state in self._breakers.states().items()}
        now = {name: state for name, state in now.items() if state is not State.CLOSED}
        changed = {name for name in now.keys() | self._open.keys() if now.get(name) != self._open.get(name)}
        if await self._write([report for report in self._reports if _name(report.choice) in changed]):
            self._open = now

    async def _write(self, reports: Sequence[ModelReport]) -> bool:
        """False when the database does not answer: then there is another time."""
        if not reports:
            return True
        states = self._breakers.states()
        rows = [self._row(report, states.get(_name(report.choice))) for report in reports]
        try:
            await self._place.database.run(put_model_health, rows)
        except StoreUnavailable as error:
            log.warning("models.health_not_written", error=str(error))
            return False
        return True

    async def load_the_front_desk(self) -> None:
        """Have Ollama load the Admin's model, so that the first order does not wait for its gigabytes.

        With the context size that calls ask for: Ollama would load it again for another. An empty prompt loads and
        generates nothing (Ollama's docs/api.md, "Load a model").
        """
        choice = self._place.payroll[Role.ADMIN].choice
        if choice is None or choice.provider is not Provider.OLLAMA or choice.base_url is None:
            return
        body = {
            "model": choice.model,
            "keep_alive": KEEP_LOADED,
            "options": {"num_ctx": OLLAMA_CONTEXT_TOKENS},
            "stream": False,
        }
        timeout_s = self._place.settings.model_timeout_s
        try:
            async with httpx.AsyncClient(timeout=timeout_s, trust_env=False) as client:
                reply = await client.post(f"{choice.base_url.rstrip('/')}/api/generate", json=body)
                reply.raise_for_status()
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            log.warning("models.not_loaded", model=choice.model, error=str(error) or type(error).__name__)
        else:
            log.info("models.loaded", model=choice.model)

    def _tell_the_breakers(self, reports: Iterable[ModelReport]) -> None:
        for report in reports:
            if (refusal := report.refusal) is not None:
                trouble = refusal.trouble or Trouble.REQUEST
                self._breakers.failed(report.choice, ModelRefusesCall(refusal.text, trouble=trouble))
                self._refused.add(report.choice)
            elif report.choice in self._refused and report.is_usable:
                self._breakers.forget(report.choice)
                self._refused.discard(report.choice)

    def _log_changes(self, reports: Iterable[ModelReport]) -> None:
        for report in reports:
            if self._told.get(report.choice) == report.detail:
                continue
            self._told[report.choice] = report.detail
            say = log.info if report.status is ModelStatus.HEALTHY else log.warning
            say("models.health", model=report.choice.model, status=report.status.value, detail=report.detail)

    def _row(self, report: ModelReport, breaker: BreakerState | None) -> ModelHealth:
        """What the probe says; where that sees nothing wrong and calls fail all the same, what these say."""
        status, detail = report.status, report.detail
        if breaker is not None and breaker.state is not State.CLOSED and report.refusal is None:
            status, detail = ModelStatus.DEGRADED, _left_alone(breaker)
        return ModelHealth(
            provider=report.choice.provider.value,
            model=report.choice.model,
            status=status,
            detail=detail,
            ends=report.ends,
            checked_at=self._place.clock.now(),
            checked_by=self._place.worker,
        )


def _left_alone(breaker: BreakerState) -> str:
    if breaker.until is None:
        return f"the next order tries it again, after: {breaker.reason}"
    return f"left alone until {breaker.until:%H:%M:%S} UTC: {breaker.reason}"


def _name(choice: ModelChoice) -> str:
    """As the breakers name it."""
    return f"{choice.provider.value}/{choice.model}"
