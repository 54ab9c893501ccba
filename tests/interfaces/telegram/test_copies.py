"""A message that was sent twice, as nobody knew whether it had arrived: the copy that is in no journal works too."""

import sqlalchemy as sa

from db.statements.queries import get_order
from db.telegram_tables import telegram_sends
from tests.botapi.chats import Message
from tests.conftest import wait_until
from tests.gateway.company import Company
from tests.interfaces.telegram.desk_at_work import Desk
from tests.interfaces.telegram.test_buttons import an_answer


async def an_older_copy(desk: Desk, company: Company) -> Message:
    """An answer that the journal knows by the id of another message, with a newer order below it."""
    answer = await an_answer(desk, company, desk.ann)
    await wait_until(lambda: forgotten(desk, answer))
    await desk.asks(desk.ann, "/new")
    await desk.order(desk.ann, "What is the capital of Spain?")
    return answer


def forgotten(desk: Desk, answer: Message) -> bool:
    with desk.database.engine.begin() as connection:
        copied = sa.update(telegram_sends).where(telegram_sends.c.message_id == answer.id)
        return connection.execute(copied.values(message_id=answer.id + 1_000_000)).rowcount == 1


async def test_a_command_under_a_copy_is_about_the_copys_order(desk: Desk, company: Company) -> None:
    copy = await an_older_copy(desk, company)
    await desk.asks(desk.ann, "/retry", reply_to=copy)
    assert desk.newest(desk.ann).content == "What is the capital of France?"


async def test_a_reply_to_a_copy_goes_on_with_its_conversation(desk: Desk, company: Company) -> None:
    copy = await an_older_copy(desk, company)
    await desk.asks(desk.ann, "And of Italy?", reply_to=copy)
    first = desk.database.read_sync(get_order, copy.keyboard[0][0].data.split(":")[1])
    assert first is not None
    assert desk.newest(desk.ann).session_id == first.session_id
