"""Every command and button once, with the real company behind: `nexus up` and its workers with a scripted model."""

import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest

from db.engine import open_database
from db.statements.queries import get_order
from interfaces.telegram.commands import COMMANDS
from interfaces.telegram.words import WORDS, say
from nexus.settings import CommonSettings
from nexus.work_order import Role, Status, WorkOrder
from tests.botapi.chats import Message
from tests.botapi.people import Person
from tests.interfaces.telegram.desk_at_work import Desk, a_desk, is_reply
from tests.running import SCRIPTED, Up

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(400)]
QUESTION = "What is the capital of France?"
SLOW = "Take your time"
SCRIPT = {
    "rules": [
        {"match": SLOW, "answers": [{"text": "At last.", "delay_s": 300}]},
        {"match": "capital of France", "answers": ["It is Paris."]},
    ]
}
ANSWER_BUTTONS = 5


@pytest.fixture
def up(tmp_path: Path) -> Iterator[Up]:
    """The company without its bot."""
    (tmp_path / "script.json").write_text(json.dumps(SCRIPT))
    up = Up(tmp_path, **SCRIPTED, NEXUS_SCRIPT=str(tmp_path / "script.json"))
    try:
        up.wait_for("Ctrl-C stops it")
        yield up
    finally:
        up.stop()
        up.kill()


@pytest.fixture
async def live(up: Up) -> AsyncIterator[Desk]:
    """The bot's inside on the company's own database. Every update is handled twice."""
    home = Path(up.environment["NEXUS_HOME"])
    database = open_database(CommonSettings(nexus_home=home))
    async with a_desk(database, up.door.url, home) as desk:
        yield desk
    database.close()


async def an_answer(desk: Desk, owner: Person, after: Message | None = None) -> Message:
    return await desk.api.wait_for(
        owner, lambda message: len(message.buttons) == ANSWER_BUTTONS, 60, after=after
    )


async def ended(desk: Desk, owner: Person, after: Message) -> tuple[WorkOrder, Message]:
    """The order that was just given, and its answer."""
    answer = await an_answer(desk, owner, after)
    order = desk.database.read_sync(get_order, desk.newest(owner).id)
    assert order is not None
    return order, answer


def newest_message(desk: Desk, owner: Person) -> Message:
    return desk.api.messages(owner)[-1]


async def shown(desk: Desk, owner: Person, command: str) -> str:
    said = await desk.asks(owner, command)
    assert len(said) == 1, (command, said)
    return said[0].text


async def test_every_command_and_button_works_with_real_workers_in_both_languages(live: Desk) -> None:
    for language in ("en", "zh"):
        owner = live.speaker(language)
        await live.order(owner, QUESTION)
        answer = await an_answer(live, owner)
        assert "It is Paris." in answer.text
        await look_around(live, owner, language)
        answer = await have_it_done_again(live, owner)
        await handle_money(live, owner, language)
        await use_equipment(live, owner, language)
        await press_the_buttons(live, owner, language, answer)
        await stop_what_is_slow(live, owner, language)
    assert live.order_count() == 2 * (1 + 3 + 3 + 2), "everything was handled twice, and made one order"


async def look_around(desk: Desk, owner: Person, language: str) -> None:
    told = {
        name: await shown(desk, owner, f"/{name}")
        for name in ("start", "help", "agents", "orders", "cost", "budget", "audit", "status", "why")
    }
    assert f"✅ {say(language, 'c_database')}" in told["status"]
    parts = [name for name in (await health(desk)) if not name.startswith("workers.")]
    assert [name for name in parts if f"c_{name}" not in WORDS] == [], "each has a name in both languages"
    assert f"✅ {say(language, 'r_ceo')} · tester" in told["agents"].replace("❔", "✅")
    assert say(language, "free") in told["orders"]
    assert say(language, "p_today") in told["cost"]
    first = desk.newest(owner)
    assert first.status is Status.DELIVERED
    assert f"1. {say(language, f'r_{first.owner.value}')} · tester" in told["why"]


async def health(desk: Desk) -> dict[str, object]:
    async with httpx.AsyncClient(trust_env=False) as client:
        report = await client.get(f"{desk.gateway_url}/api/health/detailed")
    return dict(report.json()["components"])


async def have_it_done_again(desk: Desk, owner: Person) -> Message:
    """By commands; returns the last answer."""
    first, last = desk.newest(owner), newest_message(desk, owner)
    assert await desk.asks(owner, "/escalate shorter, please") == []
    second, answer = await ended(desk, owner, last)
    assert (second.retry_of, second.owner) == (first.id, Role.DIRECTOR)
    assert "> shorter, please" in second.context[-1].content
    assert await desk.asks(owner, "/cheaper") == []
    third, answer = await ended(desk, owner, answer)
    assert (third.retry_of, third.owner) == (second.id, Role.INTERN)
    assert await desk.asks(owner, "/retry") == []
    fourth, answer = await ended(desk, owner, answer)
    assert (fourth.retry_of, fourth.owner) == (third.id, Role.INTERN)
    return answer


async def handle_money(desk: Desk, owner: Person, language: str) -> None:
    assert await shown(desk, owner, "/freeze") == say(language, "freeze_done")
    assert say(language, "frozen") in await shown(desk, owner, "/budget")
    assert await shown(desk, owner, "/thaw") == say(language, "thaw_done")
    assert "$7.00" in await shown(desk, owner, "/budget 7")


async def use_equipment(desk: Desk, owner: Person, language: str) -> None:
    """A worker takes the run, and its message becomes the result."""
    await desk.asks(owner, "/equipment")
    assert "▶️ backup" in newest_message(desk, owner).buttons
    asked = (await desk.asks(owner, "/equipment run cost_report period=month"))[0]
    done = f"✅ cost_report · {say(language, 'eq_is_done')}"
    await desk.api.wait_for(owner, lambda one: one.id == asked.id and one.text.startswith(done), 60)


async def press_the_buttons(desk: Desk, owner: Person, language: str, answer: Message) -> None:
    for button, role in (("up", Role.DIRECTOR), ("down", Role.INTERN), ("retry", Role.INTERN)):
        pressed = owner.presses(answer, say(language, f"b_{button}"))
        await desk.hear()
        order, answer = await ended(desk, owner, answer)
        assert order.owner is role, button
        assert desk.api.world.presses[pressed.id].answer == say(language, f"b_done_{button}")
    for button in ("qa", "why"):
        seen = len(desk.api.messages(owner))
        owner.presses(answer, say(language, f"b_{button}"))
        await desk.hear()
        (told,) = [one for one in desk.api.messages(owner)[seen:] if is_reply(one)]
        assert order.id in told.text


async def stop_what_is_slow(desk: Desk, owner: Person, language: str) -> None:
    before = desk.newest(owner).session_id
    assert await shown(desk, owner, "/new") == say(language, "new")
    await desk.order(owner, SLOW)
    assert say(language, "stopping") in (await desk.asks(owner, "/stop"))[0].text
    await desk.api.wait_for(owner, say(language, "cancelled_text"), 60)
    slow = await desk.order(owner, SLOW)
    assert slow.session_id != before
    button = f"stop:{slow.id}"
    card = await desk.api.wait_for(owner, lambda one: button in str(one.keyboard))
    owner.presses(card, button)
    await desk.hear()
    assert desk.newest(owner).status is Status.CANCELLED


def test_the_live_test_leaves_no_command_out() -> None:
    source = Path(__file__).read_text()
    assert [name for name in COMMANDS if f"/{name}" not in source and f'"{name}"' not in source] == []
