"""A Telegram chat that is linked goes on with the owner's conversation; groups and other people never do."""

from db.statements.linking import HOLDER, link_channel, share_session, shared_session, unlink_channel
from nexus.work_order import OWNER, Channel
from tests.builders import now
from tests.interfaces.telegram.desk_at_work import Desk

ME = "operator:me"


async def a_web_session(desk: Desk) -> str:
    """A conversation that was begun elsewhere, and is the one that goes on."""
    order = await desk.order(desk.speaker("zh"))  # any session that the gateway knows
    await desk.database.run(share_session, OWNER, order.session_id, now())
    return order.session_id


async def test_a_conversation_begun_elsewhere_goes_on_in_the_linked_chat_and_back(desk: Desk) -> None:
    owner = desk.speaker("en")
    await desk.database.run(link_channel, OWNER, Channel.TELEGRAM, str(owner.id), ME, now())
    session_id = await a_web_session(desk)

    assert (await desk.order(owner)).session_id == session_id

    await desk.asks(owner, "/new")
    begun_here = (await desk.order(owner)).session_id
    assert begun_here != session_id
    assert await desk.database.read(shared_session, OWNER) == begun_here


async def test_a_group_of_the_linked_person_and_another_person_stay_by_themselves(desk: Desk) -> None:
    owner, other = desk.speaker("en"), desk.speaker("zh")
    await desk.database.run(link_channel, OWNER, Channel.TELEGRAM, str(owner.id), ME, now())
    shared = (await desk.order(owner)).session_id

    in_group = (await desk.order(desk.group, f"@{desk.bot.username} Capital of France?")).session_id
    of_other = (await desk.order(other)).session_id

    assert len({shared, in_group, of_other}) == 3
    assert await desk.database.read(shared_session, OWNER) == shared
    assert (await desk.order(other)).session_id == of_other
    assert (await desk.order(owner)).session_id == shared


async def test_who_is_unlinked_starts_anew_even_when_he_replies_to_what_was_shared(desk: Desk) -> None:
    owner = desk.speaker("en")
    await desk.database.run(link_channel, OWNER, Channel.TELEGRAM, str(owner.id), ME, now())
    await desk.database.run(link_channel, OWNER, Channel.REST, HOLDER, ME, now())
    (said,) = await desk.asks(owner, "/status")
    shared = (await desk.order(owner)).session_id
    message = owner.says("Capital of Spain?")
    await desk.hear()
    await desk.database.run(unlink_channel, Channel.TELEGRAM, str(owner.id), ME, now())

    assert (await desk.order(owner)).session_id != shared
    await desk.asks(owner, "And of Italy?", reply_to=message)
    assert desk.newest(owner).session_id != shared
    assert said.text
