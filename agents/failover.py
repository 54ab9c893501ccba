"""One try of an employee: the models of its post are asked in order, until one answers.

Each call is reserved and in the ledger before it is made, whatever comes of it. A model that a breaker blocks, or
that no budget has room for, is passed over; what was tried and why it failed is in the ledger for `nexus why`.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime

from agents import steps
from agents.breaker import Breakers
from agents.budget import at_least, estimate, hold_for, lower_of, option_of, options_for
from agents.calls import CallDesk
from agents.completion import ModelRefusesCall, ModelRequest, ModelUnavailable, Trouble
from agents.config import AgentSettings, ModelChoice, Payroll, Post, Provider
from agents.employee import feedback_for, prepare
from agents.ledger import open_call, picture_tokens
from agents.record import Record
from agents.remembering import split_recalled
from agents.shortening import compress
from agents.sight import Able, CannotSee, Sight
from db.records import AttemptRecord, AttemptStatus, CallRecord, Settlement, Work
from nexus.budget import BudgetBusy, BudgetRefused, PaidCallsFrozen
from nexus.bus import Bus
from nexus.clock import Clock
from nexus.errors import NexusError, PermanentError, TransientError
from nexus.hold import Hold
from nexus.ids import new_id
from nexus.logs import get_logger
from nexus.observing import span
from nexus.work_order import TIERS, Role

log = get_logger(__name__)

COMPRESSED_CHARS = 6_000
LONG_BLOCK_S = 120.0
"""A model that is blocked for longer than this is as good as out for the moment: what is weaker may answer."""

SAME_AGAIN = (Trouble.REQUEST, Trouble.TOO_LONG)

WEAK_FROM_CLAIM = 3
"""From which claim on the starter model may answer while better ones only fail to answer for the moment."""


class OrderHeld(NexusError):
    """The try would cost more than the owner wants to spend unasked."""

    def __init__(self, hold: Hold) -> None:
        super().__init__(hold.question)
        self.hold = hold


class StepsDown(NexusError):
    """No budget for this tier's model, but perhaps for the next lower one."""

    def __init__(self, role: Role, refused: BudgetRefused) -> None:
        super().__init__(refused.short)
        self.role = role


@dataclass(frozen=True, slots=True)
class Tried:
    """A try that has its answer. `settlement` is still to be written; None when a dead worker had written it."""

    choice: ModelChoice
    attempt: AttemptRecord
    call: CallRecord
    settlement: Settlement | None
    among: tuple[Role, ...] = TIERS  # who can do the order at all
    path: tuple[Role, ...] = ()  # who is to try it, in order


@dataclass(slots=True)
class _Outcome:
    """What came of the models that were passed over or asked in vain. `able` says who can do the order at all."""

    able: Able
    attempt: AttemptRecord | None = None
    errors: list[NexusError] = field(default_factory=list)

    @property
    def may_heal_soon(self) -> bool:
        """True when one of them may answer before long."""
        later = (error for error in self.errors if isinstance(error, TransientError))
        return any(error.retry_after_s is None or error.retry_after_s <= LONG_BLOCK_S for error in later)


@dataclass(frozen=True, slots=True)
class Desk:
    """What a try needs of its worker."""

    settings: AgentSettings
    payroll: Payroll
    record: Record
    calls: CallDesk
    breakers: Breakers
    bus: Bus
    clock: Clock
    sight: Sight


class Failover:
    """Gets one answer for an order, from whichever model of its post gives one."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._limits = desk.settings.limits

    async def answer(self, work: Work) -> Tried:
        """The try and its paid-for answer: the one a dead worker left recorded, or a new one.

        Raises:
            OrderHeld: the owner is to be asked first.
            StepsDown: the tier's money is used up.
            BudgetRefused, BudgetBusy: there is no money, or not at this moment.
            ModelUnavailable, ModelRefusesCall: nobody answered; the error that says when it is worth another try.
            PermanentError: the role has no model.
            CannotSee: it has none that takes the order's pictures.
        """
        role = work.order.owner
        with span("try", role=role.value, n=work.order.attempts + 1):
            return await self._answer(work, role)

    async def _answer(self, work: Work, role: Role) -> Tried:
        desk = self._desk
        able = await desk.sight.able(desk.payroll, work.attachments)
        post = able.payroll[role]
        left = _left_by_a_dead_worker(work, desk.payroll[role])
        if left is not None:
            return replace(left, among=able.tiers, path=work.path)
        if not post.choices:
            if desk.payroll[role].choices:
                raise CannotSee(able.nearest(role))
            raise PermanentError(post.problem or f"{post.role.value} has no model.")
        outcome = _Outcome(able)
        for choice in post.choices:
            if self._passed_over(choice, work, outcome):
                continue
            tried = await self._ask(choice, work, post, outcome)
            if tried is not None:
                return tried
        raise await self._nobody(outcome)

    def _passed_over(self, choice: ModelChoice, work: Work, outcome: _Outcome) -> bool:
        if choice.weak and outcome.may_heal_soon and work.order.claims < WEAK_FROM_CLAIM:
            return True
        refused = _refused_before(choice, work)
        if refused is not None:
            outcome.errors.append(refused)
            return True
        blocked = self._desk.breakers.blocked(choice)
        if blocked is None:
            return False
        if blocked.for_owner:
            outcome.errors.append(ModelRefusesCall(blocked.reason))
        else:
            label = f"{choice.provider.value}/{choice.model}"
            reason = f"{label} is left alone for {blocked.for_s:.0f} s: {blocked.reason}"
            outcome.errors.append(ModelUnavailable(reason, retry_after_s=blocked.for_s))
        return True

    async def _ask(self, choice: ModelChoice, work: Work, post: Post, outcome: _Outcome) -> Tried | None:
        """One model; None when it did not answer. Too long a conversation is shortened once."""
        tried, error = await self._ask_once(choice, work, post, outcome)
        if isinstance(error, ModelRefusesCall) and error.trouble is Trouble.TOO_LONG:
            order = replace(
                work.order, context=compress(split_recalled(work.order.context)[0], COMPRESSED_CHARS)
            )
            if order.context != work.order.context:
                tried, error = await self._ask_once(choice, replace(work, order=order), post, outcome)
        if error is not None:
            outcome.errors.append(error)
            log.info("model.failed", order=work.order.id, model=choice.model, error=str(error))
        return tried

    async def _ask_once(
        self, choice: ModelChoice, work: Work, post: Post, outcome: _Outcome
    ) -> tuple[Tried | None, NexusError | None]:
        desk, order = self._desk, work.order
        request = prepare(work, post, choice, self._time_left_s(work))
        try:
            attempt, call = await self._open(choice, work, request, outcome)
        except (BudgetRefused, BudgetBusy) as refused:
            self._maybe_step_down(work, refused, outcome)
            return None, refused
        try:
            call, settlement = await desk.calls.ask(call, request)
        except (ModelUnavailable, ModelRefusesCall) as error:
            desk.breakers.failed(choice, error)
            return None, error
        except NexusError as error:
            await desk.record.write(steps.fail_attempt, attempt, str(error), desk.clock.now())
            raise
        desk.breakers.succeeded(choice)
        log.debug("model.answered", order=order.id, model=choice.model)
        return Tried(choice, attempt, call, settlement, outcome.able.tiers, work.path), None

    async def _open(
        self, choice: ModelChoice, work: Work, request: ModelRequest, outcome: _Outcome
    ) -> tuple[AttemptRecord, CallRecord]:
        """Write the try, or its next model, and its call, reserved."""
        desk, order, now = self._desk, work.order, self._desk.clock.now()
        attempt = outcome.attempt or _new_attempt(work, choice, now)
        attempt = replace(attempt, model=choice.model, provider=choice.provider.value)
        call = open_call(order, order.owner, "work", attempt.id, request, now, day=self._limits.day_of(now))
        self._ask_first(work, call, request, outcome)
        step = steps.begin if outcome.attempt is None else steps.fall_back
        rings = await desk.record.write(step, order, attempt, call, now, limits=self._limits)
        outcome.attempt = attempt
        await desk.bus.ring(rings)
        return attempt, call

    def _ask_first(self, work: Work, call: CallRecord, request: ModelRequest, outcome: _Outcome) -> None:
        if call.price is None or call.price.is_free:
            return
        money = estimate(call.price, call.prompt, request.max_output_tokens, picture_tokens(request))
        first = option_of(call.role, call.model, money)
        pictures = len(request.pictures)
        options = options_for(outcome.able.payroll, call.role, call.prompt, first, pictures=pictures)
        hold = hold_for(work.order, work.attempts, call, options, self._desk.settings)
        if hold is not None:
            raise OrderHeld(hold)

    def _maybe_step_down(self, work: Work, refused: BudgetRefused | BudgetBusy, outcome: _Outcome) -> None:
        """A first try goes to the next lower tier before it goes to what is free."""
        order = work.order
        lower = lower_of(order.owner, at_least(work.floor, outcome.able.tiers))
        if isinstance(refused, BudgetBusy | PaidCallsFrozen) or order.attempts or lower is None:
            return
        raise StepsDown(lower, refused)

    async def _nobody(self, outcome: _Outcome) -> NexusError:
        """What to raise when no model answered: the soonest that time may heal, else what the owner must mend."""
        desk, errors = self._desk, outcome.errors
        later = [error for error in errors if isinstance(error, TransientError)]
        error: NexusError = _joined(errors)
        if later:
            error = min(later, key=lambda e: e.retry_after_s if e.retry_after_s is not None else 0.0)
        if outcome.attempt is not None:
            await desk.record.write(steps.fail_attempt, outcome.attempt, str(error), desk.clock.now())
        return error

    def _time_left_s(self, work: Work) -> float:
        left_s = (work.order.deadline_at - self._desk.clock.now()).total_seconds()
        return max(0.1, min(self._desk.settings.model_timeout_s, left_s))


def _refused_before(choice: ModelChoice, work: Work) -> ModelRefusesCall | None:
    """What `choice` said to this very request, if it says the same again; the request changes only by a verdict."""
    for attempt in reversed(work.attempts):
        if attempt.verdict is not None:
            return None
        for call in attempt.calls:
            if (call.provider, call.model) == (
                choice.provider.value,
                choice.model,
            ) and call.trouble in SAME_AGAIN:
                return ModelRefusesCall(call.error or "refused", trouble=Trouble(call.trouble or ""))
    return None


def _left_by_a_dead_worker(work: Work, post: Post) -> Tried | None:
    """The answer that was recorded by a worker that could not judge it any more."""
    last = work.attempts[-1] if work.attempts else None
    if last is None or last.status is not AttemptStatus.RUNNING or last.recorded_call is None:
        return None
    call = last.recorded_call
    known = (c for c in post.choices if (c.provider.value, c.model) == (call.provider, call.model))
    choice = next(known, ModelChoice(Provider(call.provider), call.model))
    return Tried(choice, last, call, None)


def _new_attempt(work: Work, choice: ModelChoice, now: datetime) -> AttemptRecord:
    order = work.order
    return AttemptRecord(
        id=new_id(),
        order_id=order.id,
        n=order.attempts + 1,
        fence=order.fence,
        role=order.owner,
        model=choice.model,
        provider=choice.provider.value,
        status=AttemptStatus.RUNNING,
        feedback=feedback_for(work),
        answer=None,
        error=None,
        started_at=now,
        finished_at=None,
    )


def _joined(errors: list[NexusError]) -> NexusError:
    """What the owner must mend, all of it in one message; `TOO_LONG` when that is all that is wrong."""
    if len(errors) == 1:
        return errors[0]
    troubles = {error.trouble for error in errors if isinstance(error, ModelRefusesCall)}
    only = troubles.pop() if len(troubles) == 1 else Trouble.REQUEST
    return ModelRefusesCall("; ".join(dict.fromkeys(str(error) for error in errors)), trouble=only)
