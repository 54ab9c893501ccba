"""The Admin's step after the claim: a tool, a question back, or a tier. Called by `agents.handler`.

tool → layers of triage → a capable local model, where these leave it open → who can see → assign
"""

import time
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from agents import assigning, steps
from agents.admin import CONTEXT_CHARS, CONTEXT_TURNS, Admin, Brief, asked_by_no_person, heard
from agents.assigning import Submitted
from agents.budget import is_paid, moved_to
from agents.calls import CallDesk
from agents.config import AgentSettings, Payroll
from agents.decision import NoAnswer
from agents.exploration import exploring
from agents.ledger import open_call
from agents.record import Record
from agents.remembering import Recollection
from agents.route_desk import RouteDesk
from agents.sight import NOBODY, Sight
from agents.steps import Rings
from agents.triage import Office, Route, route, up_from
from db.records import Assignment
from nexus.clock import Clock
from nexus.errors import PermanentError, TransientError
from nexus.logs import get_logger
from nexus.observing import happened
from nexus.work_order import TIERS, Role
from routing.clarity import Clarify

if TYPE_CHECKING:  # its modules are for workers that serve the Admin
    from agents.equipment_step import EquipmentStep

log = get_logger(__name__)

WARM_FOR: Final = timedelta(minutes=5)
"""How long vendors keep a prompt's beginning as a rule (https://docs.claude.com/en/docs/build-with-claude/prompt-caching)."""


@dataclass(frozen=True, slots=True)
class FrontDesk:
    """What the Admin works with."""

    settings: AgentSettings
    payroll: Payroll
    admin: Admin
    record: Record
    calls: CallDesk
    sight: Sight
    clock: Clock
    routes: RouteDesk
    memory: Recollection
    equipment: "EquipmentStep | None" = None

    async def triage(self, submitted: Submitted) -> Rings:
        """Bring the claimed order to whoever does it."""
        order, history = submitted.order, submitted.history
        by_tool = await self._by_tool(submitted)
        if not isinstance(by_tool, NoAnswer):
            return by_tool
        brief = self.admin.brief(order, history, submitted.brought, submitted.past)
        office = self.routes.office(brief.chars, _warm(submitted))
        decided = route(brief.asked, office)
        if isinstance(decided, Clarify):
            happened("routing_decisions", layer="clarify", tier=Role.ADMIN.value)
            return await self.record.write(steps.ask_back, order, decided, self.clock.now())
        took_us = (time.perf_counter_ns() - brief.began_ns) // 1000
        decided = await self._with_second_opinion(submitted, brief, office, decided)
        assignment = self._explored(
            submitted, office, decided, self.admin.assignment(brief, decided, took_us)
        )
        if by_tool.why:
            assignment = replace(assignment, reason=f"{assignment.reason}; {by_tool.why}")
        assignment = await self.memory.remembered(order, history, CONTEXT_TURNS, assignment)
        return await self._assign(submitted, assignment)

    async def _by_tool(self, submitted: Submitted) -> Rings | NoAnswer:
        order, history = submitted.order, submitted.history
        if self.equipment is None or submitted.brought or asked_by_no_person(order, history):
            return NoAnswer()
        return await self.equipment.answer(order, history)

    def _explored(
        self, submitted: Submitted, office: Office, decided: Route, assignment: Assignment
    ) -> Assignment:
        """With its lot, where it may be explored. What came with a message makes too many tiers unfit for a lot."""
        if assignment.route is None or submitted.brought:
            return assignment
        least = TIERS.index(decided.advised)
        there = [
            tier for tier in office.staffed if TIERS.index(tier) >= least and tier not in submitted.paused
        ]
        others = {tier: tuple(role for role in up_from(tier) if role in there) for tier in there}
        share, most_usd = self.settings.router_explore, self.settings.router_explore_usd
        plan = exploring(submitted.order.id, assignment.route, others, share, most_usd)
        return replace(assignment, exploring=plan)

    async def _assign(self, submitted: Submitted, assignment: Assignment) -> Rings:
        """To the tier that was chosen, or to the nearest that can see what came with the message."""
        order, now = submitted.order, self.clock.now()
        able = await self.sight.able(self.payroll, submitted.brought)
        role = able.nearest(assignment.role)
        if role is None:
            return await self.record.write(steps.decline, order, NOBODY, now)
        if role is not assignment.role:
            why = f"the {assignment.role.value}'s models see no pictures"
            moved = moved_to(assignment.route, role, "sight", why)
            assignment = replace(assignment, role=role, reason=f"{assignment.reason}; {why}", route=moved)
        paid = frozenset(tier for tier in TIERS if is_paid(able.payroll, tier))
        others = assignment.exploring.ways if assignment.exploring is not None else ()
        may_cost = paid.intersection([role, *(way.role for way in others)])
        limits = self.settings.limits if may_cost else None
        done = await self.record.write(
            assigning.assign, order, assignment, now, limits=limits, among=able.tiers, paid=paid
        )
        happened("routing_decisions", layer=_layer(done.assignment), tier=done.assignment.role.value)
        return done.rings

    async def _with_second_opinion(
        self, submitted: Submitted, brief: Brief, office: Office, decided: Route
    ) -> Route:
        """Ask the local model where the choice is open; late, absent or broken, the layers' word stands."""
        request = self.admin.second_opinion(submitted.order, decided, submitted.brought)
        if request is None:
            return decided
        now = self.clock.now()
        day = self.settings.limits.day_of(now)
        call = open_call(submitted.order, Role.ADMIN, "triage", None, request, now, day=day)
        try:
            recorded = await self.calls.make(call, request)
        except (PermanentError, TransientError) as error:
            log.warning("triage.without_model", order=submitted.order.id, error=str(error))
            return decided
        return heard(decided, brief.asked, office, recorded.answer or "", call.model)


def _layer(assignment: Assignment) -> str:
    return assignment.route.layer if assignment.route is not None else assignment.rule


def _warm(submitted: Submitted) -> dict[Role, int]:
    """By tier, how much of the conversation its vendor has in its cache: that of the order before, for some minutes."""
    last = submitted.past[0] if submitted.past else None
    if last is None or submitted.order.created_at - last.created_at > WARM_FOR:
        return {}
    return {last.role: min(CONTEXT_CHARS, sum(len(turn.content) for turn in submitted.history))}
