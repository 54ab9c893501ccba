"""A local model's summary of turns that are not sent any more. Begun by `agents.handler` after an order's step.

Only a free local model that is not weak is asked, the Admin's; one call at a time in a worker, and only while the
worker holds no order: the next order's step cuts it. No answer waits for it, and idling begins none. What comes is
used from the next order on, where it keeps the facts (`memory.summaries`); else `nexus why` says why not.
"""

import asyncio
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from agents.breaker import Breakers
from agents.calls import CallDesk
from agents.completion import Finish, ModelRefusesCall, ModelRequest, ModelUnavailable
from agents.config import AgentSettings, ModelChoice, Payroll
from agents.lease import LeaseKeeper
from agents.ledger import ceo_price, open_call
from agents.prompting import render
from agents.record import Record
from db.engine import Database
from db.records import CallRecord
from db.statements.memory import (
    Earlier,
    SummaryOutcome,
    begin_summary,
    earlier_turns,
    end_summary,
    summary_tried_to,
)
from memory.quoting import to_summarise
from memory.summaries import ROLL_TURNS, Summary, Task, next_task, share_kept, why_not
from memory.turns import Said
from nexus.clock import Clock
from nexus.errors import StoreUnavailable
from nexus.logs import get_logger
from nexus.work_order import Channel, Role, Turn, WorkOrder

if TYPE_CHECKING:
    from agents.handler import Workplace

log = get_logger(__name__)

PURPOSE: Final = "summary"
MAX_OUTPUT_TOKENS: Final = 1_400  # a summary's 1,000 tokens of 4 bytes, as a model may count them
WORDS: Final = 500
CLOSE_S: Final = 2.0


@dataclass(slots=True)
class SummaryDesk:
    """Has one worker's conversations summarised. To be closed before the worker's database and models are."""

    settings: AgentSettings
    payroll: Payroll
    database: Database
    calls: CallDesk
    breakers: Breakers
    leases: LeaseKeeper
    clock: Clock
    _running: asyncio.Task[None] | None = field(default=None, init=False)

    @classmethod
    def at(cls, place: "Workplace") -> "SummaryDesk":
        """The desk of a worker."""
        record, limits = Record(place.database, place.clock), place.settings.limits
        return cls(
            settings=place.settings,
            payroll=place.payroll,
            database=place.database,
            calls=CallDesk(record, place.model, place.clock, limits, ceo_price(place.payroll)),
            breakers=place.breakers,
            leases=place.leases,
            clock=place.clock,
        )

    @property
    def is_idle(self) -> bool:
        """True while no summary is being made."""
        return self._running is None or self._running.done()

    def begin(self, order: WorkOrder) -> None:
        """See whether the conversation of an order that may have ended is to be summarised. Returns at once."""
        choice = self.payroll[Role.ADMIN].choice
        if choice is None or choice.weak or not choice.is_local or not self.settings.local_summary:
            return
        last = _left_out_to(order)
        if last and self.is_idle and not self.leases.busy:
            self._running = asyncio.create_task(self._watched(order, choice, last))

    def give_way(self) -> None:
        """Cut what runs: an order is to be worked on, and may need the same model."""
        if self._running is not None:
            self._running.cancel()

    async def aclose(self) -> None:
        """Cut what runs and wait until its call is settled, or the database does not answer."""
        self.give_way()
        if self._running is not None:
            await asyncio.wait({self._running}, timeout=CLOSE_S)

    async def _watched(self, order: WorkOrder, choice: ModelChoice, last: int) -> None:
        """The task's edge: whatever happens here is no order's business."""
        try:
            await self._summarise(order, choice, last)
        except StoreUnavailable as error:
            log.warning("memory.no_summary", error=str(error))
        except Exception:
            log.exception("memory.summary_bug")

    async def _summarise(self, order: WorkOrder, choice: ModelChoice, last: int) -> None:
        earlier = await self.database.read(earlier_turns, order)
        tried_to = await self.database.read(summary_tried_to, order.session_id)
        task = await asyncio.to_thread(_task_of, earlier, last, tried_to)
        if task is None:
            return
        request, now = self._request(choice, task), self.clock.now()
        call = open_call(order, Role.ADMIN, PURPOSE, None, request, now, day=self.settings.limits.day_of(now))
        if call.price is None or not call.price.is_free or self.breakers.blocked(choice) is not None:
            return
        if not await self.database.run(begin_summary, order, task.last, now):
            return
        outcome = await self._asked(call, request, task)
        stands = await self.database.run(end_summary, order, task.last, outcome, count=earlier.count)
        event = "memory.summary_stands" if stands else "memory.summary_not_used"
        log.info(event, turns=task.last, status=outcome.status, kept=outcome.kept)  # without any of its words

    def _request(self, choice: ModelChoice, task: Task) -> ModelRequest:
        return ModelRequest(
            choice=choice,
            system=render("summary.md.j2", words=WORDS),
            turns=(Turn("user", to_summarise(task)),),
            max_output_tokens=MAX_OUTPUT_TOKENS,
            timeout_s=self.settings.model_timeout_s,
            role=Role.ADMIN,
        )

    async def _asked(self, call: CallRecord, request: ModelRequest, task: Task) -> SummaryOutcome:
        try:
            async with asyncio.timeout(request.timeout_s):
                answered = await self.calls.make_cuttable(call, request)
        except TimeoutError:
            return SummaryOutcome("failed", note="it came too late")
        except (ModelUnavailable, ModelRefusesCall) as error:
            self.breakers.failed(request.choice, error)
            return SummaryOutcome("failed", note=str(error))
        self.breakers.succeeded(request.choice)
        if answered.finish_reason != Finish.STOP:
            return SummaryOutcome("refused", note=f"ended by {answered.finish_reason}")
        return await asyncio.to_thread(_judged, (answered.answer or "").strip(), task)


def _left_out_to(order: WorkOrder) -> int:
    """The last turn that the order was not sent word for word, where a new summary may be due; else 0.

    None is due of a context that the order has brought, nor after an order that does another one again: its
    conversation is without the turns of that one.
    """
    if order.left_out_json is None or order.retry_of is not None or order.channel is Channel.OPENAI:
        return 0
    told = json.loads(order.left_out_json)
    last: int = told["turns"] if told["verbatim_from"] is None else told["verbatim_from"] - 1
    summarised: int = told.get("summarised", [1, 0])[1]
    return last if last - summarised >= ROLL_TURNS else 0


def _task_of(earlier: Earlier, last: int, tried_to: int) -> Task | None:
    """None also of a conversation that is too long to be read whole: all turns are needed to judge a summary."""
    if earlier.first > 1:
        return None
    spoken = enumerate(earlier.turns, earlier.first)
    left_out = tuple(Said(n, each.role, each.content) for n, each in spoken if n <= last)
    stands = earlier.summary
    before = Summary(stands.last, stands.text) if stands is not None else None
    return next_task(left_out, before, tried_to)


def _judged(text: str, task: Task) -> SummaryOutcome:
    why, kept = why_not(text, task.turns, task.ledger), share_kept(text, task.ledger)
    if why is not None:
        return SummaryOutcome("refused", kept=kept, note=why)
    return SummaryOutcome("stands", text=text, kept=kept)
