"""A free local model's answer beside the work, where two answers can be compared: what it says goes into the proof.

Off unless a spec or LOCAL_OPINION asks. It is asked while the employee works, never the starter model, one at a time in
a worker; it delays an answer by LOCAL_OPINION_WAIT_S at most and costs nothing. A disagreement is a note, and a reason
for another try only with "retry": docs/decisions/0015-second-opinions.md has what was measured.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import Literal

from agents.breaker import Breakers
from agents.calls import CallDesk
from agents.completion import ModelRefusesCall, ModelRequest, ModelUnavailable
from agents.config import AgentSettings, ModelChoice, Payroll
from agents.judging import JudgedAnswer
from agents.ledger import open_call
from db.records import CallRecord, CheckRecord, VerdictRecord, Work
from nexus.budget import BudgetBusy, BudgetRefused
from nexus.clock import Clock
from nexus.work_order import Role, Turn
from qa.demands.models import ChoiceDemand
from qa.findings import CheckResult, failed, not_checked, passed
from qa.opinions.agreement import Kind, agree, comparable, said
from qa.opinions.checking import AGREEMENT
from qa.spec import QaSpec, parse_spec

SYSTEM = (
    "Answer the question. Think briefly, then write one last line: "
    "Answer: and only the number, letter, word, yes or no."
)
MAX_OUTPUT_TOKENS = 600

type Wanted = Literal["note", "retry"]


@dataclass(frozen=True, slots=True)
class LocalAnswer:
    """A local model that is being asked; `kind` is what can be compared."""

    kind: Kind
    labels: tuple[str, ...]
    wanted: Wanted
    model: ModelChoice
    asked: asyncio.Task[CallRecord | None]


@dataclass(slots=True)
class LocalDesk:
    """What asking the local model needs of its worker."""

    settings: AgentSettings
    payroll: Payroll
    calls: CallDesk
    breakers: Breakers
    clock: Clock
    _is_busy: bool = field(default=False, init=False)

    @asynccontextmanager
    async def beside(self, work: Work) -> AsyncIterator[LocalAnswer | None]:
        """Ask while the block runs, where that is wanted and makes sense; what is not needed any more is cut."""
        answer = self._begin(work)
        try:
            yield answer
        finally:
            if answer is not None:
                answer.asked.cancel()
                with suppress(asyncio.CancelledError):
                    await answer.asked

    def _begin(self, work: Work) -> LocalAnswer | None:
        spec = _spec(work)
        wanted = _wanted(spec, self.settings)
        choice = self.payroll[Role.ADMIN].choice
        if (
            wanted is None
            or spec is None
            or self._is_busy
            or choice is None
            or choice.weak
            or not choice.is_local
        ):
            return None
        labels = next((d.choices for d in spec.demands if isinstance(d, ChoiceDemand)), ())
        kind = comparable(work.order.content, labels)
        if kind is None or work.attachments or self.breakers.blocked(choice) is not None:
            return None
        asked = asyncio.create_task(self._ask(work, choice))
        return LocalAnswer(kind, labels, wanted, choice, asked)

    async def _ask(self, work: Work, choice: ModelChoice) -> CallRecord | None:
        now, order = self.clock.now(), work.order
        request = ModelRequest(
            choice=choice,
            system=SYSTEM,
            turns=(*order.context, Turn("user", order.content)),
            max_output_tokens=MAX_OUTPUT_TOKENS,
            timeout_s=self.settings.model_timeout_s,
            role=Role.ADMIN,
        )
        call = open_call(order, Role.ADMIN, "qa", None, request, now, day=self.settings.limits.day_of(now))
        if call.price is None or not call.price.is_free:
            return None
        self._is_busy = True
        try:
            return await self.calls.make_cuttable(call, request)
        except (ModelUnavailable, ModelRefusesCall) as error:
            self.breakers.failed(choice, error)
            return None
        except (BudgetRefused, BudgetBusy):
            return None
        finally:
            self._is_busy = False

    async def compared(
        self, local: LocalAnswer | None, author: CallRecord, word: JudgedAnswer
    ) -> JudgedAnswer:
        """The judgement with what the local model says, where it said something in time and is not the author."""
        if local is None or not word.verdict.passed or author.model == local.model.model:
            return word
        with suppress(TimeoutError):
            async with asyncio.timeout(self.settings.local_opinion_wait_s):
                await asyncio.wait([local.asked])
        call = local.asked.result() if local.asked.done() and not local.asked.cancelled() else None
        if call is None:
            return word
        check = _check(local, word.text, call.answer or "")
        if check is None:
            return word
        record = CheckRecord(check.name, check.status.value, check.evidence, check.feedback)
        verdict = VerdictRecord(record.status != "fail", (*word.verdict.checks, record))
        return replace(word, verdict=verdict)


def _spec(work: Work) -> QaSpec | None:
    order = work.order
    return parse_spec(order.spec_json, order.id) if order.spec_json is not None else None


def _wanted(spec: QaSpec | None, settings: AgentSettings) -> Wanted | None:
    """The spec's own word goes before the setting."""
    own = spec.opinions.agreement if spec is not None and spec.opinions is not None else None
    word = own or settings.local_opinion
    return None if word == "off" else word


def _check(local: LocalAnswer, answer: str, theirs: str) -> CheckResult | None:
    same = agree(local.kind, answer, theirs, local.labels)
    if same is None:
        return None
    words = [said(local.kind, text, local.labels) for text in (answer, theirs)]
    if same:
        return passed(AGREEMENT, f"{local.model.label}, asked on its own, says the same: {words[1]}")
    evidence = f"{local.model.label}, asked on its own, says {words[1]}; this answer says {words[0]}"
    if local.wanted == "retry":
        return failed(
            AGREEMENT, evidence, "Work it out again from the start, step by step, and check the result."
        )
    return not_checked(AGREEMENT, f"{evidence}: one of them is wrong")
