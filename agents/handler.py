"""What a worker does with a doorbell. Read this after `gateway/intake.py`; `gateway/replies.py` comes next.

    handle_submitted   claim → hear → triage → assign, or ask back
    handle_assigned    claim → open the try → ask the model → QA → decide → settle and conclude

Each step is one transaction of `agents.steps`, under the claim's fence. Whatever is raised on the way ends in
`_after_error`, so no order is left in silence. All methods return the rings that are due after the commit.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from agents import steps
from agents.admin import CONTEXT_TURNS, Admin
from agents.assigning import claim_triage
from agents.breaker import Breakers
from agents.calls import CallDesk
from agents.completion import ChatModel, Finish, ModelRefusesCall, Trouble
from agents.config import AgentSettings, Payroll
from agents.decision import MAX_ATTEMPTS, Standing, decide
from agents.failover import Desk, Failover, OrderHeld, StepsDown, Tried
from agents.front_desk import FrontDesk
from agents.judge_desk import JudgeDesk
from agents.judging import JudgedAnswer, judge_answer
from agents.lease import LeaseKeeper
from agents.ledger import ceo_price
from agents.local_word import LocalAnswer, LocalDesk
from agents.record import Record
from agents.remembering import Recollection
from agents.route_desk import RouteDesk
from agents.sight import CannotSee, Sight
from agents.steps import Judged, Rings
from agents.voice import find_voice
from agents.voice_step import CannotHear, EarDesk, Listener, NothingHeard
from agents.watching import tell_verdict
from db.engine import Database
from db.records import AttemptRecord, CallRecord, VerdictRecord, Work
from db.statements.attachments import infos_of
from db.statements.attempts import claim_work
from db.statements.orders import claim_overdue_order
from db.statements.pauses import pause_of, pause_text
from db.statements.switches import Switch
from nexus.budget import BudgetBusy
from nexus.bus import Bus
from nexus.clock import Clock
from nexus.errors import (
    LeaseLost,
    NexusError,
    OrderCancelled,
    PermanentError,
    StoreUnavailable,
    TransientError,
)
from nexus.ids import new_id
from nexus.logs import get_logger
from nexus.observing import current, happened, passed, span
from nexus.work_order import TIERS, Role, Status, WorkOrder
from routing.clarity import Clarify

if TYPE_CHECKING:  # its modules are for workers that serve the Admin
    from agents.equipment_step import EquipmentStep
    from agents.summarising import SummaryDesk

log = get_logger(__name__)

MAX_CLAIMS = 5
BACKOFF_S = (2, 8, 30, 120)


@dataclass(frozen=True, slots=True)
class Workplace:
    """What a handler works with; made once per process."""

    worker: str
    settings: AgentSettings
    payroll: Payroll
    database: Database
    bus: Bus
    clock: Clock
    model: ChatModel
    leases: LeaseKeeper
    breakers: Breakers
    equipment: "EquipmentStep | None" = None
    routes: RouteDesk | None = None  # without one, rules triage
    summaries: "SummaryDesk | None" = None  # without one, no conversation is summarised


def _by_the_relay(_: WorkOrder, __: float) -> None:
    """The relay rings for what was put off within half a second of its time."""


class OrderHandler:
    """Turns doorbells into recorded steps."""

    def __init__(
        self, place: Workplace, wake_later: Callable[[WorkOrder, float], None] = _by_the_relay
    ) -> None:
        """`wake_later` is told of an order that was put off, and for how many seconds."""
        self._place = place
        self._wake_later = wake_later
        self._record = Record(place.database, place.clock)
        self._limits = place.settings.limits
        self._sight = Sight(place.settings)
        self._calls = CallDesk(self._record, place.model, place.clock, self._limits, ceo_price(place.payroll))
        desk = Desk(
            settings=place.settings,
            payroll=place.payroll,
            record=self._record,
            calls=self._calls,
            breakers=place.breakers,
            bus=place.bus,
            clock=place.clock,
            sight=self._sight,
        )
        self._failover = Failover(desk)
        self._local = LocalDesk(place.settings, place.payroll, self._calls, place.breakers, place.clock)
        self._judge = JudgeDesk(
            settings=place.settings,
            payroll=place.payroll,
            database=place.database,
            record=self._record,
            calls=self._calls,
            breakers=place.breakers,
            clock=place.clock,
        )
        self._listener = Listener(self._ear_desk())
        self._desk = FrontDesk(
            settings=place.settings,
            payroll=place.payroll,
            admin=Admin(place.payroll[Role.ADMIN], place.settings.front_desk_deadline_s),
            record=self._record,
            calls=self._calls,
            sight=self._sight,
            clock=place.clock,
            routes=place.routes or RouteDesk(place.payroll, place.breakers),
            memory=Recollection(place.database),
            equipment=place.equipment,
        )

    def _ear_desk(self) -> EarDesk:
        place = self._place
        return EarDesk(
            settings=place.settings,
            voice=find_voice(place.settings),
            database=place.database,
            record=self._record,
            calls=self._calls,
            breakers=place.breakers,
            bus=place.bus,
            clock=place.clock,
        )

    async def handle(self, role: Role, order_id: str) -> Rings:
        """Do `role`'s next step of the order, if it is there to be done."""
        if self._place.summaries is not None:
            self._place.summaries.give_way()
        if role is Role.ADMIN:
            return await self.handle_submitted(order_id)
        return await self.handle_assigned(order_id, role)

    def _new_holder(self) -> str:
        """Who holds a claim: this worker, and which of its claims."""
        return f"{self._place.worker}/{new_id()}"

    async def handle_submitted(self, order_id: str) -> Rings:
        """The Admin's step: who does it, why, with which context and acceptance spec."""
        place = self._place
        claimed = await self._record.claim(
            claim_triage,
            order_id,
            holder=self._new_holder(),
            lease_s=place.settings.lease_s,
            turns=CONTEXT_TURNS,
            now=place.clock.now(),
        )
        if claimed is None:
            return ()
        order, brought = claimed.order, claimed.brought

        async def hear_and_triage() -> Rings:
            try:
                with span("hear"):
                    heard = await self._listener.heard(order, brought)
            except NothingHeard as silent:
                question = Clarify("no_words", str(silent))
                return await self._record.write(steps.ask_back, order, question, place.clock.now())
            except CannotHear as deaf:
                now = place.clock.now()
                return await self._record.write(steps.decline, order, str(deaf), now, rule="cannot_hear")
            except OrderHeld as held:
                return await self._record.write(steps.hold, order, held.hold, place.clock.now())
            return await self._desk.triage(replace(claimed, order=heard))

        return await self._guarded(order, hear_and_triage)

    async def handle_assigned(self, order_id: str, role: Role) -> Rings:
        """A tier's step: one try, judged, and what follows from it."""
        place = self._place
        work = await self._record.claim(
            claim_work,
            order_id,
            role=role,
            holder=self._new_holder(),
            lease_s=place.settings.lease_s,
            now=place.clock.now(),
        )
        if work is None:
            return ()
        rings = await self._guarded(work.order, lambda: self._try_once(work))
        if place.summaries is not None:
            place.summaries.begin(work.order)
        return rings

    async def _try_once(self, work: Work) -> Rings:
        async with self._local.beside(work) as local:
            return await self._try_beside(work, local)

    async def _try_beside(self, work: Work, local: LocalAnswer | None) -> Rings:
        place, order = self._place, work.order
        try:
            tried = await self._failover.answer(work)
        except OrderHeld as held:
            return await self._record.write(steps.hold, order, held.hold, place.clock.now())
        except StepsDown as refused:
            why = str(refused)
            return await self._record.write(steps.step_down, order, refused.role, why, place.clock.now())
        except CannotSee as blind:
            return await self._pass_to_who_sees(order, blind)
        # In a thread: a client's own patterns may take a second each, and code is checked in another process.
        slow = bool(work.attachments) or (
            order.spec_json is not None and ("pattern" in order.spec_json or '"language"' in order.spec_json)
        )
        with span("qa", role=order.owner.value) as qa:
            word = await asyncio.to_thread(judge, tried.call, work) if slow else judge(tried.call, work)
            word = await self._local.compared(local, tried.call, word)
            word, tried = await self._judge.heard(order, tried, word)
            verdict, safe = word.verdict, word.text
            tell_verdict(qa, verdict)
        earlier = tuple(other for other in work.attempts if other.id != tried.attempt.id)
        decision = decide(_standing(earlier, tried, verdict))
        happened("decisions", role=order.owner.value, decision=type(decision).__name__.lower())
        settlement = replace(tried.settlement, answer=safe) if tried.settlement is not None else None
        judged = Judged(earlier, tried.attempt, tried.call, settlement, verdict, decision, safe)
        try:
            return await self._record.write(steps.conclude, order, judged, tried.choice, place.clock.now())
        except LeaseLost:
            if settlement is not None:
                await self._calls.settle(tried.call, settlement)
            raise

    async def _pass_to_who_sees(self, order: WorkOrder, blind: CannotSee) -> Rings:
        """Triage sends pictures only where they are seen; the payroll may have changed since."""
        now = self._place.clock.now()
        if blind.role is None:
            return await self._record.write(steps.decline, order, str(blind), now)
        return await self._record.write(steps.pass_to_who_sees, order, blind.role, str(blind), now)

    async def end_overdue(self, order_id: str) -> Rings:
        """End an order that waited past its deadline, whoever it waited for."""
        place = self._place
        order = await self._record.claim(
            claim_overdue_order,
            order_id,
            holder=self._new_holder(),
            lease_s=place.settings.lease_s,
            now=place.clock.now(),
        )

        async def nothing_else() -> Rings:
            return ()

        return await self._guarded(order, nothing_else) if order else ()

    async def _guarded(self, order: WorkOrder, step: Callable[[], Awaitable[Rings]]) -> Rings:
        """Run a step under the lease; whatever it raises becomes a backoff, an ending, or somebody else's order."""
        try:
            try:
                return await self._under_lease(order, step)
            except (LeaseLost, StoreUnavailable):
                raise
            except OrderCancelled:
                return await self._record.write(steps.cancel, order, self._place.clock.now())
            except Exception as error:  # noqa: BLE001 - an order's edge: a bug is logged, counted and ended
                return await self._after_error(order, error)
        except LeaseLost as error:
            log.warning("order.lease_lost", order=order.id, error=str(error))
            current().note_top(outcome="lease_lost")
            return ()

    async def _under_lease(self, order: WorkOrder, step: Callable[[], Awaitable[Rings]]) -> Rings:
        waited = self._place.clock.now() - max(order.updated_at, order.available_at)
        passed("wait", waited.total_seconds(), role=order.owner.value)
        with self._place.leases.hold(order):
            ended = await self._end_early(order)
            return ended if ended is not None else await step()

    async def _end_early(self, order: WorkOrder) -> Rings | None:
        """End what must not be tried again; None when the order may go on."""
        now = self._place.clock.now()
        if order.cancel_requested_at is not None:
            raise OrderCancelled(f"{order.id}: cancelled by the owner")
        if now >= order.deadline_at:
            pause = await self._place.database.read(pause_of, order.owner)
            reason = _why_overdue(order, now, pause)
            return await self._record.write(steps.give_up, order, Status.FAILED, reason, now)
        if order.claims > MAX_CLAIMS or (order.owner is not Role.ADMIN and order.attempts >= MAX_ATTEMPTS):
            reason = f"Given up after {max(order.claims - 1, order.attempts)} attempts that did not finish."
            return await self._record.write(steps.give_up, order, Status.DEAD, reason, now)
        return None

    async def _after_error(self, order: WorkOrder, error: Exception) -> Rings:
        now = self._place.clock.now()
        if order.owner in TIERS and _is_too_long(error):
            higher = await self._higher(order)
            if higher is not None:
                return await self._record.write(steps.pass_up, order, higher, str(error), now)
        if isinstance(error, PermanentError):
            return await self._record.write(steps.give_up, order, Status.FAILED, str(error), now)
        if not isinstance(error, TransientError):
            log.exception("order.bug", order=order.id)
        waits = isinstance(error, BudgetBusy)  # nothing was tried
        if order.claims >= MAX_CLAIMS and not waits:
            reason = f"Given up after {order.claims} attempts. The last error: {_for_the_owner(error)}"
            return await self._record.write(steps.give_up, order, Status.DEAD, reason, now)
        wait_s, why = _backoff_s(order.claims, error), _for_the_owner(error)
        log.info("order.postponed", order=order.id, wait_s=round(wait_s, 1), error=why)
        self._wake_later(order, wait_s)
        until = now + timedelta(seconds=wait_s)
        return await self._record.write(steps.put_off, order, until, why, now, counts=not waits)

    async def _higher(self, order: WorkOrder) -> Role | None:
        """The next higher tier that can do the order; None when there is none."""
        brought = await self._place.database.read(infos_of, order.id)
        able = await self._sight.able(self._place.payroll, brought)
        above = TIERS[TIERS.index(order.owner) + 1 :]
        return next((tier for tier in above if tier in able.tiers), None)


def _why_overdue(order: WorkOrder, now: datetime, pause: Switch | None) -> str:
    if order.status is Status.HELD:
        return "It waited a day for your word whether it may cost that much, and ended without it."
    waited = int((now - order.created_at).total_seconds())
    late = f"Not finished before its deadline ({waited} s after it was accepted)"
    return (
        f"{late}: {pause_text(order.owner, pause)}, then send it again." if pause is not None else f"{late}."
    )


def _is_too_long(error: Exception) -> bool:
    return isinstance(error, ModelRefusesCall) and error.trouble is Trouble.TOO_LONG


def judge(call: CallRecord, work: Work) -> JudgedAnswer:
    """QA's word on a recorded answer, by the spec that was stored before it existed."""
    cut_off = call.finish_reason == Finish.LENGTH
    return judge_answer(call.answer or "", work.order, work.order.spec_json, cut_off=cut_off, work=work)


def _standing(earlier: tuple[AttemptRecord, ...], tried: Tried, verdict: VerdictRecord) -> Standing:
    failed = tuple(f"{c.name} ({c.evidence})" for c in verdict.checks if c.status == "fail")
    return Standing(
        role=tried.attempt.role,
        attempts=tried.attempt.n,
        tries_at_role=1 + sum(other.role is tried.attempt.role for other in earlier),
        failed_checks=failed if failed or verdict.passed else ("nothing could be checked",),
        refused=tried.call.finish_reason == Finish.REFUSAL,
        among=tried.among,
        path=tried.path,
    )


def _backoff_s(claims: int, error: Exception) -> float:
    """2, 8, 30, 120 s with a fifth of jitter; what the other side asked for goes before it."""
    asked = error.retry_after_s if isinstance(error, TransientError) else None
    if asked is not None:
        return asked
    base = BACKOFF_S[min(claims, len(BACKOFF_S)) - 1]
    return base * random.uniform(0.8, 1.2)


def _for_the_owner(error: Exception) -> str:
    """A NexusError's own words; of a bug only its kind, for its text may hold anything."""
    return str(error) if isinstance(error, NexusError) else f"an internal error ({type(error).__name__})"
