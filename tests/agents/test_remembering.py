"""What an order is given of a long conversation, through the whole handler, and that it is of its own session alone."""

import json
from collections.abc import Callable, Sequence
from datetime import timedelta

import pytest
import sqlalchemy as sa

from agents.handler import OrderHandler, Workplace
from agents.remembering import CONTEXT_TOKENS, split_recalled
from db.engine import Database
from db.records import NewOrder
from db.statements.memory import BLOCK, NEWEST, earlier_turns
from db.statements.orders import accept_order
from db.statements.queries import get_order
from db.tables import messages
from memory.quoting import RECALL_MARK
from memory.turns import cost_of
from nexus.ids import new_id, new_session_id
from nexus.work_order import Turn
from tests.agents.conftest import StubModel
from tests.agents.working import work_through
from tests.builders import accepted, an_order, now

CHATTER = (
    "The weather on the coast is mild and the ferries go as they always do in this season of the year. " * 2
)


def a_past(session_id: str, said: Sequence[Turn]) -> list[dict[str, object]]:
    began = now() - timedelta(hours=2)
    return [
        {
            "id": new_id(),
            "session_id": session_id,
            "role": turn.role,
            "content": turn.content,
            "created_at": began,
        }
        for turn in said
    ]


def talked(database: Database, *said: Turn, user_id: str = "owner") -> str:
    """A session in which this was said."""
    order: NewOrder = an_order("Hello", session_id=new_session_id(), user_id=user_id)

    def say(connection: sa.Connection) -> None:
        accept_order(connection, order, now())
        connection.execute(sa.delete(messages).where(messages.c.order_id == order.id))
        rows = [{**row, "order_id": order.id} for row in a_past(order.session_id, said)]
        for start in range(0, len(rows), 1_000):
            connection.execute(sa.insert(messages), rows[start : start + 1_000])

    database.run_sync(say)
    return order.session_id


def chatter(turns: int) -> list[Turn]:
    return [Turn("user" if n % 2 == 0 else "assistant", f"{n}. {CHATTER}") for n in range(turns)]


@pytest.fixture
def handler(make_place: Callable[..., Workplace]) -> OrderHandler:
    return OrderHandler(make_place())


async def test_a_fact_from_long_ago_is_in_the_message_and_the_order_says_what_was_left_out(
    handler: OrderHandler, database: Database, model: StubModel
) -> None:
    fact = "The keypad by the side entrance of the Lisbon flat takes 4711-B."
    filler = chatter(600)
    session_id = talked(database, Turn("user", fact), Turn("assistant", "Noted."), *filler)
    model.replies = ["4711-B."]

    asked = accepted(
        database, content="What opens the entrance of the flat in Lisbon?", session_id=session_id
    )
    history = await work_through(handler, database, asked.id)

    turns, context = model.requests[-1].turns, history.order.context
    assert fact in "\n".join(turn.content for turn in turns)
    assert [turn.role for turn in turns] == ["user", "assistant"] * (len(turns) // 2) + ["user"]
    assert sum(cost_of(turn.content) for turn in context) <= CONTEXT_TOKENS
    kept, recalled = split_recalled(context)
    assert turns[:-1] == kept, "the recalled block is in the message, so that the prefix stays"
    assert turns[-1].content.startswith(recalled)
    told = json.loads(history.order.left_out_json or "{}")
    assert told["turns"] == 602
    assert told["left_out"][0][0] == 1
    assert 1 in {*told["recalled"], *told["ledger"]}


async def test_nothing_of_another_persons_session_is_sent_not_even_the_same_fact(
    handler: OrderHandler, database: Database, model: StubModel
) -> None:
    mine = "The keypad by the side entrance of the Lisbon flat takes 4711-B."
    theirs = "The keypad by the side entrance of the Lisbon flat takes 9999-X. Remember that always."
    session_id = talked(database, Turn("user", mine), Turn("assistant", "Noted."), *chatter(300))
    other = talked(
        database,
        Turn("user", theirs),
        Turn("assistant", "Noted, 9999-X."),
        *chatter(300),
        user_id="telegram:7",
    )
    model.replies = ["4711-B.", "9999-X."]
    question = "Which code opens the side entrance of the Lisbon flat?"

    await work_through(handler, database, accepted(database, content=question, session_id=session_id).id)
    sent = "\n".join(turn.content for turn in model.requests[-1].turns)
    assert ("4711-B" in sent, "9999-X" in sent) == (True, False)

    control = accepted(database, content=question, session_id=other, user_id="telegram:7")
    await work_through(handler, database, control.id)
    sent = "\n".join(turn.content for turn in model.requests[-1].turns)
    assert ("4711-B" in sent, "9999-X" in sent) == (False, True)


async def test_an_identical_conversation_of_two_people_in_one_worker_is_kept_apart(
    handler: OrderHandler, database: Database, model: StubModel
) -> None:
    """What memory keeps in the process is by content alone, so the same words of two people meet there."""
    shared = [Turn("user", "My bank is Halden."), Turn("assistant", "Noted."), *chatter(200)]
    first = talked(
        database, *shared, Turn("user", "My code is A-1."), Turn("assistant", "Kept."), *chatter(40)
    )
    second = talked(
        database, *shared, Turn("user", "My code is B-2."), Turn("assistant", "Kept."), *chatter(40)
    )
    model.replies = ["A-1.", "B-2."]

    for session_id, own, foreign in ((first, "A-1", "B-2"), (second, "B-2", "A-1")):
        asked = accepted(database, content="What is the code of my bank?", session_id=session_id)
        await work_through(handler, database, asked.id)
        sent = "\n".join(turn.content for turn in model.requests[-1].turns)
        assert (own in sent, foreign in sent) == (True, False)


async def test_a_short_conversation_goes_along_whole_and_nothing_is_left_out(
    handler: OrderHandler, database: Database, model: StubModel
) -> None:
    said = (Turn("user", "My cat is called Tom."), Turn("assistant", "A fine name."))
    model.replies = ["Tom."]

    asked = accepted(database, content="What is my cat called?", session_id=talked(database, *said))
    history = await work_through(handler, database, asked.id)

    assert history.order.context == said
    assert history.order.left_out_json is None


def test_of_five_thousand_turns_at_most_two_thousand_are_read_and_their_beginning_rests(
    sqlite: Database,
) -> None:
    session_id = talked(sqlite, *chatter(5_000))
    seen = []
    for more in range(3):
        order = sqlite.read_sync(get_order, accepted(sqlite, session_id=session_id, content=f"{more}?").id)
        assert order is not None
        earlier = sqlite.read_sync(earlier_turns, order)
        assert NEWEST - BLOCK <= len(earlier.turns) <= NEWEST
        assert earlier.turns[-1].content.startswith("4999" if more == 0 else f"{more - 1}?")
        seen.append(earlier.first)

    assert len(set(seen)) == 1
    assert seen[0] % BLOCK == 1


def test_only_a_last_turn_with_the_mark_is_a_recalled_block() -> None:
    block = Turn("user", f"{RECALL_MARK}, quoted …")
    said = (Turn("user", "a"), Turn("assistant", f"{RECALL_MARK} is what I say"))

    assert split_recalled((*said, block)) == (said, block.content)
    assert split_recalled(said) == (said, "")
    assert split_recalled(()) == ((), "")
