"""An order that brings its own context: triage keeps it, and the session's messages are not read."""

from collections.abc import Callable

import pytest

from agents.admin import CONTEXT_CHARS
from agents.handler import OrderHandler, Workplace
from db.engine import Database
from gateway.openai_requests import INSTRUCTIONS
from nexus.ids import new_session_id
from nexus.work_order import Status, Turn
from tests.agents.conftest import StubModel
from tests.agents.working import work_through
from tests.builders import accepted

OWN = (Turn("user", "My cat is called Tom."), Turn("assistant", "A fine name."))


async def test_the_model_sees_the_context_that_came_with_the_order_and_not_the_sessions(
    make_place: Callable[..., Workplace], database: Database, model: StubModel
) -> None:
    handler, session_id = OrderHandler(make_place()), new_session_id()
    model.replies = ["Paris.", "Tom."]
    await work_through(handler, database, accepted(database, session_id=session_id).id)
    asks = {"content": "What is my cat called?", "session_id": session_id, "context": OWN}

    history = await work_through(handler, database, accepted(database, **asks).id)

    assert history.order.status is Status.DELIVERED
    assert model.requests[-1].turns[:-1] == OWN == history.order.context
    assert model.requests[-1].turns[-1].content.startswith("What is my cat called?")


@pytest.mark.parametrize(("own", "seen"), [((), 0), (None, 2)])
async def test_an_empty_context_of_its_own_is_one_and_none_is_the_sessions_history(
    make_place: Callable[..., Workplace],
    database: Database,
    model: StubModel,
    own: tuple[Turn, ...] | None,
    seen: int,
) -> None:
    handler, session_id = OrderHandler(make_place()), new_session_id()
    model.replies = ["Paris.", "Rome."]
    await work_through(handler, database, accepted(database, session_id=session_id).id)
    asks = {"content": "What is the capital of Italy?", "session_id": session_id, "context": own}

    await work_through(handler, database, accepted(database, **asks).id)

    assert len(model.requests[-1].turns) == 1 + seen


async def test_a_long_context_of_its_own_is_compressed_like_any_other(
    make_place: Callable[..., Workplace], database: Database, model: StubModel
) -> None:
    model.replies = ["Fine."]
    long = tuple(Turn("user" if n % 2 == 0 else "assistant", f"{n} " + "x" * 5000) for n in range(20))
    order = accepted(database, content="What is the capital of Spain?", context=long)

    history = await work_through(OrderHandler(make_place()), database, order.id)

    assert 0 < len(history.order.context) < len(long)
    assert history.order.context[0].role == "user"
    assert "characters left out" in history.order.context[-1].content


async def test_an_applications_instructions_stay_in_front_of_a_context_that_is_too_long(
    make_place: Callable[..., Workplace], database: Database, model: StubModel
) -> None:
    model.replies = ["Fine."]
    instructions = Turn("user", f"{INSTRUCTIONS}\n\nAnswer in rhyme.")
    long = tuple(Turn("user" if n % 2 == 0 else "assistant", f"{n} " + "x" * 5000) for n in range(20))
    order = accepted(database, content="What is the capital of Spain?", context=(instructions, *long))

    history = await work_through(OrderHandler(make_place()), database, order.id)

    context = history.order.context
    assert context[0] == instructions
    assert (len(context) < len(long), context[1].role, context[-1].content.split()[0]) == (True, "user", "19")
    assert sum(len(turn.content) for turn in context) <= CONTEXT_CHARS
