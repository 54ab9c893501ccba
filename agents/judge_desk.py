"""Asks a model to judge an answer, where its spec wants that: reserved, in the ledger and settled like every call.

Called by `agents.handler` after the checks that need no model. Whatever goes wrong here, no budget, nobody to ask, no
readable verdict, leaves the check NOT CHECKED, and the other checks decide.
"""

from dataclasses import dataclass, replace

from sqlalchemy.engine import Connection

from agents.breaker import Breakers
from agents.budget import estimate, hold_for, option_of
from agents.calls import CallDesk
from agents.completion import Finish, ModelRefusesCall, ModelRequest, ModelUnavailable
from agents.config import AgentSettings, Payroll
from agents.failover import Tried
from agents.judging import JudgedAnswer
from agents.ledger import open_call
from agents.record import Record
from agents.ruling import MAX_ANSWER_CHARS, Ruling, judges_for, read_ruling, ruling_request, token_of
from db.engine import Database
from db.records import CallRecord, CallStatus, CheckRecord, VerdictRecord
from db.statements.calls import calls_of
from db.statements.pauses import pause_of
from nexus.budget import BudgetBusy, BudgetRefused
from nexus.clock import Clock
from nexus.work_order import WorkOrder
from qa.checks.security import redact
from qa.findings import failed, not_checked, passed
from qa.spec import JudgeSpec, parse_spec
from qa.validator import JUDGE

PURPOSE = "qa"
_MAX_TRIED = 3


@dataclass(frozen=True, slots=True)
class JudgeDesk:
    """What asking a judge needs of its worker."""

    settings: AgentSettings
    payroll: Payroll
    database: Database
    record: Record
    calls: CallDesk
    breakers: Breakers
    clock: Clock

    async def heard(self, order: WorkOrder, tried: Tried, word: JudgedAnswer) -> tuple[JudgedAnswer, Tried]:
        """The judgement with the judge's word in it, where the spec wants one and everything else has passed.

        The answer's own call is settled before the judge is asked, so that a worker that dies meanwhile leaves an
        answer that is paid for and not asked for again; the try then comes back without a settlement.
        """
        spec = _wanted(order)
        if spec is None or not word.verdict.passed:
            return word, tried
        if tried.settlement is not None:
            await self.calls.settle(tried.call, replace(tried.settlement, answer=word.text))
            tried = replace(tried, settlement=None)
        return _with(word, await self._check(order, tried, word.text, spec)), tried

    async def _check(self, order: WorkOrder, tried: Tried, answer: str, spec: JudgeSpec) -> CheckRecord:
        if len(answer) > MAX_ANSWER_CHARS:
            return _unchecked(f"the answer is longer than {MAX_ANSWER_CHARS} characters")
        why = "nobody but the author's own model could judge it"
        token, asked = token_of(tried.attempt.id, answer), 0
        author = (tried.call.provider, tried.call.model)
        for role, choice in judges_for(author, spec.role, self.payroll):
            if asked >= _MAX_TRIED:
                break
            request = ruling_request(
                (role, choice), spec, order.content, answer, token, self._time_left_s(order)
            )
            outcome = await self._ask(order, tried, request)
            if isinstance(outcome, CallRecord):
                return _ruled(outcome, read_ruling(outcome.answer or "", token))
            why, asked = outcome, asked + 1
        return _unchecked(why)

    async def _ask(self, order: WorkOrder, tried: Tried, request: ModelRequest) -> CallRecord | str:
        """The judge's recorded reply, or why there is none."""
        role, choice, now = request.role, request.choice, self.clock.now()
        call = open_call(order, role, PURPOSE, None, request, now, day=self.settings.limits.day_of(now))
        earlier = await self.database.read(_recorded, order.id, call.prompt_hash)
        if earlier is not None:
            return earlier
        refused = await self._refused(order, tried, call, request)
        if refused is not None:
            return refused
        try:
            answered = await self.calls.make(call, request)
        except (BudgetRefused, BudgetBusy) as error:
            return f"no budget for {choice.label}: {error}"
        except (ModelUnavailable, ModelRefusesCall) as error:
            self.breakers.failed(choice, error)
            return f"{choice.label} did not judge it: {error}"
        self.breakers.succeeded(choice)
        if answered.finish_reason == Finish.LENGTH:
            return f"{choice.label} came to no end"
        return answered

    async def _refused(
        self, order: WorkOrder, tried: Tried, call: CallRecord, request: ModelRequest
    ) -> str | None:
        """Why this judge is not to be asked at all, if so."""
        choice, role = request.choice, request.role
        if await self.database.read(pause_of, role) is not None:
            return f"the {role.value} is paused"
        blocked = self.breakers.blocked(choice)
        if blocked is not None:
            return f"{choice.label} is left alone: {blocked.reason}"
        if call.price is None or call.price.is_free:
            return None
        money = estimate(call.price, call.prompt, request.max_output_tokens)
        spent = replace(tried.attempt, calls=await self.database.read(_calls, order.id))
        hold = hold_for(order, [spent], call, (option_of(role, choice.model, money),), self.settings)
        return None if hold is None else f"not asked, for {hold.question.split('. Your choice')[0]}"

    def _time_left_s(self, order: WorkOrder) -> float:
        left_s = (order.deadline_at - self.clock.now()).total_seconds()
        return max(0.1, min(self.settings.model_timeout_s, left_s))


def _wanted(order: WorkOrder) -> JudgeSpec | None:
    if order.spec_json is None or '"judge"' not in order.spec_json:
        return None
    return parse_spec(order.spec_json, f"{order.id}'s acceptance spec").judge


def _calls(connection: Connection, order_id: str) -> tuple[CallRecord, ...]:
    return tuple(calls_of(connection, order_id))


def _recorded(connection: Connection, order_id: str, prompt_hash: str) -> CallRecord | None:
    """The reply to this very question that a worker got before it died."""
    same = (call for call in calls_of(connection, order_id) if call.prompt_hash == prompt_hash)
    return next(
        (call for call in same if call.purpose == PURPOSE and call.status is CallStatus.RECORDED), None
    )


def _ruled(call: CallRecord, ruling: Ruling | None) -> CheckRecord:
    label = f"{call.role.value} ({call.model})"
    if ruling is None:
        return _unchecked(f"{label} gave no verdict that can be read")
    reason = redact(ruling.reason)[0]
    if ruling.verdict == "pass":
        check = passed(JUDGE, f"passed by the {label}, who did not write it: {reason}")
    else:
        check = failed(JUDGE, f"failed by the {label}: {reason}", f"Meet the criteria of the spec: {reason}")
    return CheckRecord(check.name, check.status.value, check.evidence, check.feedback)


def _unchecked(why: str) -> CheckRecord:
    check = not_checked(JUDGE, why)
    return CheckRecord(check.name, check.status.value, check.evidence, check.feedback)


def _with(word: JudgedAnswer, ruled: CheckRecord) -> JudgedAnswer:
    checks = tuple(ruled if check.name == JUDGE else check for check in word.verdict.checks)
    return replace(word, verdict=VerdictRecord(word.verdict.passed and ruled.status != "fail", checks))
