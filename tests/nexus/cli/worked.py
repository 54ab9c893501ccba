"""Orders done by the real workers' code in this process, on a paid payroll, with a model that is told what to say."""

from collections.abc import Sequence

from agents.completion import Completion, Finish
from agents.config import AgentSettings, ModelChoice, Payroll, Post, Provider
from agents.handler import OrderHandler, Workplace
from agents.lease import LeaseKeeper
from db.engine import Database
from db.records import NewOrder
from nexus.bus import Bus
from nexus.clock import SystemClock
from nexus.usage import Usage
from nexus.work_order import Role
from tests.agents.conftest import NoBreakers, StubModel
from tests.agents.working import work_through
from tests.builders import accepted

HAIKU = ModelChoice(Provider.ANTHROPIC, "claude-haiku-4-5")
NANO = ModelChoice(Provider.OPENAI, "gpt-5.4-nano")
SONNET = ModelChoice(Provider.ANTHROPIC, "claude-sonnet-4-6")
OPUS = ModelChoice(Provider.ANTHROPIC, "claude-opus-4-6")
PAID: Payroll = {
    Role.ADMIN: Post(Role.ADMIN, None, 100),
    Role.INTERN: Post(Role.INTERN, HAIKU, 1_000, fallbacks=(NANO,)),
    Role.DIRECTOR: Post(Role.DIRECTOR, SONNET, 1_000),
    Role.CEO: Post(Role.CEO, OPUS, 1_000),
}


def said(text: str) -> Completion:
    return Completion(text, Finish.STOP, Usage(100, 10), 1_200, "req-1")


async def worked(
    database: Database,
    bus: Bus,
    content: str,
    replies: Sequence[Completion | Exception],
    model: StubModel | None = None,
    **changes: object,
) -> NewOrder:
    """An order that has been worked through; the model gives `replies`, one a call."""
    model = model or StubModel()
    model.replies = [*replies]
    clock = SystemClock()
    place = Workplace(
        worker="w1",
        settings=AgentSettings(),
        payroll=PAID,
        database=database,
        bus=bus,
        clock=clock,
        model=model,
        leases=LeaseKeeper(database, clock, 30),
        breakers=NoBreakers(),
    )
    order = accepted(database, content=content, **changes)
    await work_through(OrderHandler(place), database, order.id)
    return order
