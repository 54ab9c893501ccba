"""The Admin's first look at a message: does a tool of the equipment answer it? Then no model is asked.

    match → open the try and the tool's run → run the tool → its output as an answer → QA → conclude

The tool is a process of its own, ended at its timeout and when the owner cancels. What a tool that only reads cannot
say goes on to the tiers, with the reason. An action that failed is told as it is: no model can take a backup, and
one that were asked to would only say so.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from agents import steps
from agents.background import MARK
from agents.decision import NoAnswer
from agents.judging import judge_answer
from agents.record import Record
from agents.steps import Rings, ToolTry
from db.engine import Database
from db.records import EQUIPMENT, AttemptRecord, AttemptStatus
from db.statements.attempts import attempts_of
from db.statements.equipment import get_run
from db.statements.tool_tries import tool_is_paused
from equipment.answers import answer_of, failure_of
from equipment.matching import Match, Said, match_tool
from equipment.registry import validated
from equipment.runner import Runner
from equipment.tool import Tool
from nexus.clock import Clock
from nexus.errors import ConfigurationError
from nexus.ids import new_id
from nexus.logs import get_logger
from nexus.work_order import Role, Turn, WorkOrder
from qa.defaults import chat_spec

log = get_logger(__name__)

LEAST_S = 1.0
REPEATS = 1
"""How often a tool is run again for an order whose worker died at it."""


class EquipmentStep:
    """Answers orders by `tools`, which are those that this process may run."""

    def __init__(self, tools: Mapping[str, Tool], runner: Runner, database: Database, clock: Clock) -> None:
        self._tools = tools
        self._runner = runner
        self._record = Record(database, clock)
        self._clock = clock

    @property
    def names(self) -> frozenset[str]:
        """The tools that it has."""
        return frozenset(self._tools)

    async def answer(self, order: WorkOrder, history: tuple[Turn, ...]) -> Rings | NoAnswer:
        """Answer the claimed order, if a tool does. `history` is the conversation before it."""
        match = self._match(order, history)
        if match is None:
            return NoAnswer()
        tool = self._tools[match.tool]
        earlier = await self._record.claim(attempts_of, order.id) if order.attempts else ()
        if why := _not_again(tool, earlier):
            return NoAnswer(why)
        if await self._record.claim(tool_is_paused, tool.name):
            return NoAnswer(f"the tool {tool.name} is paused")
        return await self._run(order, tool, match, earlier)

    def _match(self, order: WorkOrder, history: tuple[Turn, ...]) -> Match | None:
        """Only what a person asks for the first time, and leaves to the company how it is done."""
        wants_people = order.requested_tier is not None or order.retry_of is not None
        if wants_people or order.spec_json is not None or _is_instructed(history):
            return None
        before = [Said(turn.content, turn.role == "user") for turn in history]
        match = match_tool(order.content, self._tools.values(), before)
        return match if match is not None and self._accepts(match) else None

    def _accepts(self, match: Match) -> bool:
        """Parameters that the message does not give must have a default."""
        try:
            validated(self._tools[match.tool], match.parameters)
        except ConfigurationError:
            return False
        return True

    async def _run(
        self, order: WorkOrder, tool: Tool, match: Match, earlier: tuple[AttemptRecord, ...]
    ) -> Rings | NoAnswer:
        runner, clock = self._runner, self._clock
        run = replace(runner.a_run(tool, validated(tool, match.parameters)), triggered_by=f"order:{order.id}")
        spec_json = chat_spec(order.content).model_dump_json(exclude_none=True)
        tried = ToolTry(earlier, _attempt(order, tool, clock.now()), match.reason, spec_json)
        await self._record.write(steps.begin_tool, order, tried, run, clock.now(), lease_s=runner.lease_s)
        await runner.carry_out(replace(tool, timeout_s=_time_for(tool, order, clock.now())), run)
        ended = await self._record.claim(get_run, run.id)
        answer = answer_of(tool, ended, order.content) if ended is not None else None
        if answer is None:
            return await self._without(order, tool, tried, failure_of(tool, ended))
        judged = judge_answer(answer, order, spec_json)
        if not judged.verdict.passed:
            return await self._without(order, tool, tried, f"what {tool.name} said did not pass QA")
        return await self._record.write(
            steps.conclude_tool, order, tried, judged.text, judged.verdict, clock.now()
        )

    async def _without(self, order: WorkOrder, tool: Tool, tried: ToolTry, why: str) -> Rings | NoAnswer:
        log.warning("equipment.no_answer", tool=tool.name, why=why)
        now = self._clock.now()
        if tool.answers.is_action:
            return await self._record.write(steps.fail_tool, order, tried, f"{why}.", now)
        await self._record.write(steps.fail_attempt, tried.attempt, why, now)
        return NoAnswer(why)


def _is_instructed(history: tuple[Turn, ...]) -> bool:
    """An application that brings its own instructions has its own mind of what "the disk" is."""
    return bool(history) and history[0].content.startswith(MARK)


def _not_again(tool: Tool, earlier: tuple[AttemptRecord, ...]) -> str:
    """Why the tool is not run, after what it was run for already; empty: it is."""
    mine = [attempt for attempt in earlier if attempt.provider == EQUIPMENT]
    if not mine:
        return ""
    died = all(attempt.status is AttemptStatus.ABANDONED for attempt in mine)
    may = tool.again_when_lost and died and len(mine) <= REPEATS
    return "" if may else f"{mine[-1].model} did not answer: {mine[-1].error or mine[-1].status.value}"


def _attempt(order: WorkOrder, tool: Tool, now: datetime) -> AttemptRecord:
    return AttemptRecord(
        id=new_id(),
        order_id=order.id,
        n=order.attempts + 1,
        fence=order.fence,
        role=Role.ADMIN,
        model=tool.name,
        provider=EQUIPMENT,
        status=AttemptStatus.RUNNING,
        feedback=(),
        answer=None,
        error=None,
        started_at=now,
        finished_at=None,
    )


def _time_for(tool: Tool, order: WorkOrder, now: datetime) -> float:
    """A short while for an answer, and at most until the order's deadline, in seconds."""
    left_s = (order.deadline_at - now).total_seconds()
    return max(LEAST_S, min(tool.timeout_s, tool.answers.within_s, left_s))
