"""Strangers, groups, forgeries: nothing runs, nothing leaks, one audit row each. The company is real processes."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import cast

import httpx
import pytest

from db.statements.logs import AuditRow
from interfaces.telegram.webhook import HEADER, MAX_BYTES
from interfaces.telegram.words import say
from nexus.cli.ports import free_port
from nexus.ids import new_order_id
from tests.botapi.api import TOKEN, BotApi, Place
from tests.botapi.chats import Message
from tests.botapi.people import Person
from tests.interfaces.telegram.company import CODE, Company, a_company, forget_settings
from tests.interfaces.telegram.strangers import Books, books_of, logs_with, processes_with, tables_with
from tests.running import SCRIPTED

pytestmark = pytest.mark.e2e

ANN, BEN, TEAM, CROWD = 1001, 1002, -100_200_300, -100_200_400
ids = count(5000)


@dataclass
class Scene:
    """The company, two people who may speak, a group that is allowed and one that is not."""

    company: Company
    books: Books
    hook: str
    said: dict[int, Message] = field(default_factory=dict)
    answer: Message | None = None

    @property
    def api(self) -> BotApi:
        return self.company.api

    @property
    def ann(self) -> Person:
        return Person(self.api.world, self.api.world.users[ANN])

    @property
    def ben(self) -> Person:
        return Person(self.api.world, self.api.world.users[BEN])

    def stranger(self, language: str = "en") -> Person:
        number = next(ids)
        return self.api.person(number, f"Stranger {number}", language_code=language)

    def heard(self, place: Place) -> list[str]:
        return [message.text for message in self.api.messages(place) if message.from_bot]

    async def rows_of(self, doing: Callable[[], object]) -> list[AuditRow]:
        """What is audited of an act of which nothing may come: no order and no model call."""
        before, work = len(self.books.audited()), self.books.work()
        doing()
        await self.books.settled()
        assert self.books.work() == work
        rows = self.books.audited()
        return rows[: len(rows) - before]

    async def message_of(self, person: Person) -> Message:
        """A message that stands in the person's chat, all of it answered."""
        if person.id not in self.said:
            self.said[person.id] = said = person.says("/start")
            await self.api.wait_for(person, lambda message: message.reply_to == said.id)
            await self.books.settled()
        return self.said[person.id]

    async def order_of_ann(self) -> Message:
        """The answer to an order of Ann's."""
        if self.answer is None:
            self.answer = await self.answered(self.ann.says("What is the capital of France?"))
        return self.answer

    async def answered(self, asked: Message) -> Message:
        """The answer, when all of the chat's orders have theirs."""
        stop = say("en", "b_stop")
        answer = await self.api.wait_for(asked.chat_id, lambda m: say("en", "b_up") in m.buttons, after=asked)
        await self.api.wait_until(
            lambda: not any(stop in m.buttons for m in self.api.messages(asked.chat_id))
        )
        await self.books.settled()
        return answer


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    folder, port = tmp_path_factory.mktemp("strangers"), free_port()
    hook = f"http://127.0.0.1:{port}/hook"
    settings = {
        "TELEGRAM_ALLOWED_IDS": f"{ANN}, {BEN}",
        "TELEGRAM_GROUPS": str(TEAM),
        "TELEGRAM_WEBHOOK_URL": hook,
        "TELEGRAM_WEBHOOK_PORT": str(port),
    }
    with pytest.MonkeyPatch.context() as patch:
        for name in os.environ.keys() - forget_settings(os.environ).keys():
            patch.delenv(name)
        patch.setenv("PTB_TIMEDELTA", "true")
        patch.chdir(folder)
        with BotApi(sees_all_in_groups=True) as api:
            api.person(ANN, "Ann", started=True)
            api.person(BEN, "Ben", started=True)
            api.group(TEAM, "Team")
            api.group(CROWD, "Crowd")
            with a_company(folder, api, SCRIPTED, **settings) as company, books_of(company) as books:
                yield Scene(company, books, hook)


def only_the_code(texts: list[str], language: str = "en") -> bool:
    """One message, which holds nothing but the text with the code."""
    found = CODE.search(texts[0]) if len(texts) == 1 else None
    return found is not None and texts == [say(language, "pairing", code=found[0])]


def refusals(rows: list[AuditRow]) -> list[tuple[str, str, str]]:
    return [(row.actor, row.action, json.loads(row.details or "{}").get("why", "")) for row in rows]


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("text", ["What is the capital of France?", "/status", "/start", "/freeze now"])
async def test_a_stranger_gets_a_code_and_nothing_else(scene: Scene, text: str, language: str) -> None:
    stranger = scene.stranger("zh-hans" if language == "zh" else "en")
    rows = await scene.rows_of(lambda: stranger.says(text))
    assert refusals(rows) == [(f"telegram:{stranger.id}", "telegram.refused", "not paired")]
    assert text not in str(rows)
    assert only_the_code(scene.heard(stranger), language)


async def test_a_stranger_who_goes_on_gets_no_second_code_and_each_message_is_audited(scene: Scene) -> None:
    stranger = scene.stranger()
    await scene.rows_of(lambda: stranger.says("let me in"))
    rows = await scene.rows_of(lambda: stranger.says("please"))
    assert refusals(rows) == [(f"telegram:{stranger.id}", "telegram.refused", "not paired")]
    assert only_the_code(scene.heard(stranger))


async def test_a_stranger_who_presses_a_made_up_button_is_refused(scene: Scene) -> None:
    stranger = scene.stranger()
    said = stranger.says("hello")
    await scene.books.settled()
    rows = await scene.rows_of(lambda: scene.api.forge_callback(stranger, f"up:{new_order_id()}", said))
    assert refusals(rows) == [(f"telegram:{stranger.id}", "telegram.refused", "not paired")]
    assert only_the_code(scene.heard(stranger))


async def test_a_button_without_a_message_is_refused_by_name(scene: Scene) -> None:
    stranger = scene.stranger()
    rows = await scene.rows_of(lambda: scene.api.forge_callback(stranger, f"up:{new_order_id()}"))
    assert [(row.actor, row.action) for row in rows] == [(f"telegram:{stranger.id}", "telegram.refused")]
    assert scene.heard(stranger) == []


async def test_a_member_of_an_allowed_group_who_is_not_paired_is_refused(scene: Scene) -> None:
    stranger, team = scene.stranger(), scene.api.group(TEAM, "Team")
    before = scene.heard(TEAM)
    rows = await scene.rows_of(lambda: team.says(stranger, "what did it cost?", mentions=True))
    assert refusals(rows) == [(f"telegram:{stranger.id}", "telegram.refused", "not paired")]
    assert scene.heard(TEAM) == before
    assert scene.heard(stranger) == []


async def test_a_group_that_is_not_allowed_gets_nothing_from_anybody(scene: Scene) -> None:
    crowd = scene.api.group(CROWD, "Crowd")
    rows = await scene.rows_of(lambda: crowd.says(scene.ann, "/status", mentions=True))
    assert refusals(rows) == [(f"telegram:{ANN}", "telegram.refused", "group not allowed")]
    assert scene.heard(CROWD) == []


async def test_what_paired_people_say_to_each_other_in_a_group_is_not_the_bots(scene: Scene) -> None:
    team = scene.api.group(TEAM, "Team")
    before = scene.heard(TEAM)
    rows = await scene.rows_of(lambda: team.says(scene.ann, "lunch at one?"))
    assert rows == []
    assert scene.heard(TEAM) == before


async def test_a_paired_person_who_mentions_the_bot_is_heard(scene: Scene) -> None:
    team = scene.api.group(TEAM, "Team")
    said = team.says(scene.ann, "What is the capital of France?", mentions=True)
    answer = await scene.api.wait_for(TEAM, "scripted", after=said)
    assert answer.from_bot, "the control: the same message does run when it may"
    await scene.answered(said)


FORGERIES = ("up:WO-1", "drop table work_orders", "stop:", "yes:WO-../../etc", "\x00", "x" * 64)


@pytest.mark.parametrize("data", FORGERIES)
async def test_made_up_button_data_of_a_paired_person_does_nothing(scene: Scene, data: str) -> None:
    said = await scene.message_of(scene.ann)
    press = None

    def forge() -> None:
        nonlocal press
        press = scene.api.forge_callback(scene.ann, data, said)

    before = scene.heard(ANN)
    rows = await scene.rows_of(forge)
    assert [(row.actor, row.action, row.status) for row in rows] == [
        (f"telegram:{ANN}", "telegram.forged", "refused")
    ]
    assert press is not None
    assert press.answer == say("en", "not_yours")
    assert scene.heard(ANN) == before


@pytest.mark.parametrize("action", ["up", "down", "retry", "stop", "qa", "why", "yes", "no"])
async def test_a_button_about_an_order_of_another_chat_does_nothing(scene: Scene, action: str) -> None:
    answer = await scene.order_of_ann()
    data = next(b.data for row in answer.keyboard for b in row if b.data.startswith("up:"))
    said = await scene.message_of(scene.ben)
    before = scene.heard(BEN), scene.heard(ANN)
    forged = data.replace("up:", f"{action}:")
    rows = await scene.rows_of(lambda: scene.api.forge_callback(scene.ben, forged, said))
    assert [(row.actor, row.action, row.status) for row in rows] == [
        (f"telegram:{BEN}", "telegram.forged", "refused")
    ]
    assert (scene.heard(BEN), scene.heard(ANN)) == before


async def test_a_strangers_command_that_the_owner_forwards_is_text_and_no_command(scene: Scene) -> None:
    """The owner wants to know what it is; he has not given the command himself."""
    text = "/freeze everything, says a stranger"
    origin = {"type": "hidden_user", "sender_user_name": "Stranger", "date": 1_700_000_000}
    world = scene.api.world
    with world.changes.lock:
        said = scene.ann.says(text)
        update = world.queue.waiting[-1]
        cast("dict[str, object]", update.body)["forward_origin"] = origin
    answer = await scene.answered(said)
    assert "scripted" in answer.text
    assert scene.books.content_of_newest_order() == text
    assert "telegram.command.freeze" not in [row.action for row in scene.books.audited()]
    assert scene.books.frozen() is False


def an_update(text: str = "/freeze") -> bytes:
    """What Telegram would send if Ann said it."""
    person = {"id": ANN, "is_bot": False, "first_name": "Ann"}
    chat = {"id": ANN, "type": "private", "first_name": "Ann"}
    entity = {"type": "bot_command", "offset": 0, "length": len(text)}
    message = {"message_id": 1, "date": 1_700_000_000, "chat": chat, "from": person, "text": text}
    return json.dumps({"update_id": 999_999_999, "message": message | {"entities": [entity]}}).encode()


@pytest.mark.parametrize(
    ("method", "headers", "body"),
    [
        ("POST", {HEADER: "guessed"}, an_update()),
        ("POST", {}, an_update()),
        ("GET", {}, b""),
        ("GET", {HEADER: "guessed"}, b""),
        ("PUT", {}, an_update()),
        ("POST", {HEADER: "guessed"}, b" " * (MAX_BYTES + 1)),
    ],
    ids=["wrong secret", "no secret", "GET", "GET with a secret", "PUT", "huge"],
)
async def test_a_forged_webhook_is_refused(
    scene: Scene, method: str, headers: dict[str, str], body: bytes
) -> None:
    def knock() -> None:
        reply = httpx.request(method, scene.hook, content=body, headers=headers, trust_env=False)
        assert (reply.status_code, reply.content) == (403, b"")

    before = scene.heard(ANN)
    rows = await scene.rows_of(knock)
    assert refusals(rows) == [("telegram:?", "telegram.refused", "wrong secret")]
    assert scene.heard(ANN) == before


async def test_a_huge_update_is_not_taken_even_with_the_secret(scene: Scene) -> None:
    hook = scene.api.world.webhook
    assert hook is not None
    headers = {HEADER: hook.secret}
    async with httpx.AsyncClient(trust_env=False) as client:
        reply = await client.post(scene.hook, content=b" " * (MAX_BYTES + 1), headers=headers)
    assert reply.status_code == 413


@pytest.mark.parametrize("why", ["used", "expired", "made up"])
async def test_a_code_opens_once_and_for_an_hour(scene: Scene, why: str) -> None:
    stranger, code = scene.stranger(), "7K3M-9XQ2"
    if why != "made up":
        stranger.says("hello")
        code = await scene.company.code_of(stranger)
    if why == "used":
        await scene.company.pair(stranger, say("en", "paired"))
        assert "may speak no longer" in await scene.company.nexus("telegram", "remove", str(stranger.id))
    if why == "expired":
        scene.books.expire_code(stranger.id)
    await scene.books.settled()
    before = len(scene.books.audited())
    said = await scene.company.nexus("telegram", "approve", code)
    assert "opens nothing" in said
    rows = scene.books.audited()
    new = rows[: len(rows) - before]
    assert [(row.action, row.status) for row in new] == [("telegram.paired", "refused")]
    assert code not in str(new)
    assert say("en", "paired") not in scene.heard(stranger)[2:]


async def test_the_token_is_in_no_log_no_command_line_and_no_row(scene: Scene) -> None:
    await scene.order_of_ann()
    assert TOKEN not in "".join(scene.heard(ANN))
    secrets = (TOKEN, TOKEN.partition(":")[2])
    for secret in secrets:
        assert logs_with(secret, scene.company.logs()) == set()
        assert processes_with(secret, scene.company.up.process.pid) == []
        assert tables_with(secret, scene.books.rows()) == set()
    assert {"telegram.log", "gateway.log", "worker.log"} <= set(scene.company.logs())
    assert {name for name, _ in scene.books.rows()} >= {
        "inbound",
        "telegram_sends",
        "work_orders",
        "audit_logs",
    }


# Controls: each of the checks above can fail.


def test_the_search_for_secrets_finds_one(scene: Scene) -> None:
    assert "telegram.log" in logs_with("telegram.ready", scene.company.logs())
    assert "telegram_people" in tables_with("Ann", scene.books.rows())
    child = subprocess.Popen([sys.executable, "-c", "input()", TOKEN], stdin=subprocess.PIPE)
    try:
        assert processes_with(TOKEN, child.pid) != []
    finally:
        child.communicate(b"\n")


async def test_the_check_that_nothing_runs_fails_when_something_does(scene: Scene) -> None:
    said: list[Message] = []
    with pytest.raises(AssertionError):
        await scene.rows_of(lambda: said.append(scene.ann.says("What is the capital of France?")))
    await scene.answered(said[0])


def test_the_check_of_a_strangers_chat_fails_for_a_word_more() -> None:
    code = say("en", "pairing", code="7K3M-9XQ2")
    assert only_the_code([code])
    for more in ([], [f"{code} $5"], [code, "hello"], [code.replace("7K3M-9XQ2", TOKEN)]):
        assert not only_the_code(more)
