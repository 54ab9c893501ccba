"""People and groups on the fake Bot API, what they see, and the fake as a process."""

import io
import os
import subprocess
import sys
from collections.abc import AsyncIterator

import httpx
import pytest
from PIL import Image
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, MessageEntity, ReplyParameters, Update

from nexus.cli.ports import free_port
from tests.botapi.api import TOKEN
from tests.botapi.talk import Talk, a_talk
from tests.conftest import REPOSITORY
from tests.running import wait_for

ANN = 1001


@pytest.fixture
async def talk() -> AsyncIterator[Talk]:
    async with a_talk() as talk:
        yield talk


def a_picture(width: int, height: int) -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (width, height), "navy").save(written, "JPEG")
    return written.getvalue()


async def newest(talk: Talk) -> Update:
    updates = await talk.bot.get_updates()
    return updates[-1]


async def test_a_command_a_mention_and_a_link_are_marked_in_what_people_say(talk: Talk) -> None:
    talk.owner.says("😀 /cost@nexus_test_bot today @friend https://a.example/x a/b me@a.example")
    message = (await newest(talk)).message
    assert message
    assert {str(entity.type): text for entity, text in message.parse_entities().items()} == {
        "bot_command": "/cost@nexus_test_bot",
        "mention": "@friend",
        "url": "https://a.example/x",
        "email": "me@a.example",
    }
    assert message.from_user
    assert message.from_user.language_code == "en"


async def test_a_photo_comes_in_several_sizes_the_largest_last_and_unchanged(talk: Talk) -> None:
    data = a_picture(1600, 1200)
    talk.owner.sends_photo(data, caption="look")
    message = (await newest(talk)).message
    assert message
    assert [(size.width, size.height) for size in message.photo] == [
        (90, 68), (320, 240), (800, 600), (1280, 960), (1600, 1200),
    ]  # fmt: skip
    file = await talk.bot.get_file(message.photo[-1].file_id)
    assert bytes(await file.download_as_bytearray()) == data
    assert message.caption == "look"


async def test_voice_documents_replies_and_edits_are_heard(talk: Talk) -> None:
    talk.owner.sends_voice(b"OggS", 3)
    talk.owner.sends_document(b"a,b", "data.csv", "text/csv", caption="sum it")
    sent = await talk.bot.send_message(ANN, "done")
    answer = talk.api.messages(talk.owner)[-1]
    said = talk.owner.says("thanks", reply_to=answer)
    talk.owner.edits(said, "thank you")
    voice, document, reply, edit = await talk.bot.get_updates()
    assert voice.message
    assert voice.message.voice
    assert voice.message.voice.mime_type == "audio/ogg"
    assert document.message
    assert document.message.document
    assert document.message.document.file_name == "data.csv"
    assert reply.message
    assert reply.message.reply_to_message
    assert reply.message.reply_to_message.message_id == sent.message_id
    assert edit.edited_message
    assert edit.edited_message.text == "thank you"


async def test_a_press_and_a_forged_callback_look_alike_but_for_what_they_say(talk: Talk) -> None:
    keyboard = InlineKeyboardMarkup([[InlineKeyboardButton("Stop", callback_data="stop:1")]])
    await talk.bot.send_message(ANN, "working", reply_markup=keyboard)
    shown = await talk.api.wait_for(talk.owner, "working")
    stranger = talk.api.person(1002, "Mallory")
    talk.owner.presses(shown, "Stop")
    talk.api.forge_callback(stranger, "budget:999999", shown)
    talk.api.forge_callback(stranger, "approve")
    real, forged, without = [update.callback_query for update in await talk.bot.get_updates()]
    assert real
    assert forged
    assert without
    assert (real.data, forged.data, without.message) == ("stop:1", "budget:999999", None)
    assert (real.from_user.id, forged.from_user.id) == (ANN, 1002)
    assert real.message == forged.message
    with pytest.raises(LookupError, match="no button 'Start'"):
        talk.owner.presses(shown, "Start")


async def test_in_a_group_the_bot_hears_only_what_is_for_it(talk: Talk) -> None:
    group = talk.api.group(-1_000_000_000_005, "Team")
    await talk.bot.send_message(group.id, "hello")
    (hello,) = talk.api.messages(group)
    group.says(talk.owner, "just talk")
    group.says(talk.owner, "/status@other_bot")
    heard = [
        group.says(talk.owner, "what is up?", mentions=True),
        group.says(talk.owner, "/status"),
        group.says(talk.owner, "and you?", reply_to=hello),
    ]
    updates = await talk.bot.get_updates()
    assert [u.message.message_id for u in updates if u.message] == [message.id for message in heard]
    assert updates[0].effective_chat
    assert updates[0].effective_chat.type == "supergroup"
    group.removes_bot(talk.owner)
    removed = (await newest(talk)).my_chat_member
    assert removed
    assert removed.new_chat_member.status == "kicked"


async def test_with_privacy_off_the_bot_hears_everything_in_a_group() -> None:
    async with a_talk(sees_all_in_groups=True) as talk:
        talk.api.group(-5, "Team").says(talk.owner, "just talk")
        assert (await newest(talk)).message


async def test_waiting_sees_what_is_there_and_what_comes_and_tells_what_was_seen_instead(talk: Talk) -> None:
    first = await talk.bot.send_message(ANN, "queued")
    seen = await talk.api.wait_for(talk.owner, "queued")
    await talk.bot.edit_message_text("working", ANN, first.message_id)
    edited = await talk.api.wait_for(talk.owner, lambda message: message.versions)
    assert (edited.id, edited.versions[0].text) == (seen.id, "queued")
    with pytest.raises(TimeoutError, match=r"'done' did not come within 0\.05 s:\nNEXUS:\n  \(1\) queued"):
        await talk.api.wait_for(talk.owner, "done", timeout_s=0.05)
    with pytest.raises(TimeoutError):
        await talk.api.wait_for(talk.owner, "working", timeout_s=0.05, after=edited)


async def a_day(talk: Talk) -> str:
    talk.owner.says("/start")
    keyboard = InlineKeyboardMarkup(
        [
            [InlineKeyboardButton("Stop", callback_data="s"), InlineKeyboardButton("Why", callback_data="w")],
            [InlineKeyboardButton("Docs", url="https://a.example/")],
        ]
    )
    asked = talk.owner.says("two\nlines")
    card = await talk.bot.send_message(
        ANN, "queued 😀", reply_markup=keyboard, reply_parameters=ReplyParameters(asked.id)
    )
    press = talk.owner.presses(talk.api.messages(talk.owner)[-1], "Why")
    await talk.bot.answer_callback_query(press.id, "because")
    entities = [
        MessageEntity("bold", 0, 2),
        MessageEntity("italic", 1, 1),
        MessageEntity("pre", 3, 4, language="py"),
    ]
    await talk.bot.edit_message_text("ok x=1\n", ANN, card.message_id, entities=entities[:2])
    await talk.bot.send_message(ANN, "ok x=12", entities=entities)
    await talk.bot.send_document(ANN, b"12345", filename="answer.md", caption="the rest")
    gone = await talk.bot.send_message(ANN, "gone")
    await talk.bot.delete_message(ANN, gone.message_id)
    talk.owner.sends_photo(a_picture(80, 60))
    talk.owner.sends_voice(b"OggS", 4)
    talk.api.forge_callback(talk.owner, "evil")
    return talk.api.transcript(talk.owner)


DAY = """\
Ann:
  /start

Ann:
  two
  lines

NEXUS: (reply to Ann: 'two')
  (1) queued 😀
  [Stop] [Why]
  [Docs -> https://a.example/]
  (2) **o_k_** x=1

Ann presses [Why] under NEXUS's message
  toast: because

NEXUS:
  **o_k_** ```py
  x=12
  ```

NEXUS: [document answer.md, 5 bytes]
  the rest

NEXUS: (deleted)
  gone

Ann: [photo 80x60]

Ann: [voice 4 s]

Ann presses [(forged)]
"""


async def test_the_transcript_is_what_was_seen_and_the_same_each_time(talk: Talk) -> None:
    assert await a_day(talk) == DAY
    async with a_talk() as another:
        another.api.person(5, "Zed").says("first, so that every number is another")
        assert await a_day(another) == DAY
    last = talk.api.transcript(talk.owner, versions="last", redact=lambda text: text.replace("Ann", "Owner"))
    assert "queued" not in last
    assert last.startswith("Owner:\n  /start")


def test_the_fake_plays_by_hand_in_a_process_of_its_own() -> None:
    port = free_port()
    command = [sys.executable, "-m", "tests.botapi", "--port", str(port), "--token", TOKEN]
    environment = os.environ | {"PYTHONPATH": str(REPOSITORY)}
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment, cwd=REPOSITORY
    ) as process:
        assert process.stdin
        assert process.stdout
        assert process.stdout.readline() == f"fake Bot API at http://127.0.0.1:{port}, you are user 1000\n"
        url = f"http://127.0.0.1:{port}"
        with httpx.Client(base_url=url, trust_env=False) as client:
            process.stdin.write("hello\n")
            process.stdin.flush()
            updates = wait_for(lambda: client.get(f"/bot{TOKEN}/getUpdates").json()["result"], 20)
            assert updates[0]["message"]["text"] == "hello"
            keyboard = {"inline_keyboard": [[{"text": "Go", "callback_data": "go"}]]}
            answer = {"chat_id": 1000, "text": "hi", "reply_markup": keyboard}
            client.post(f"/bot{TOKEN}/sendMessage", json=answer)
            client.post("/control/press", json={"user": 1000, "button": "Go"})
            client.post("/control/say", json={"user": 2000, "text": "me too"})
            kinds = [list(u)[1] for u in client.get(f"/bot{TOKEN}/getUpdates").json()["result"]]
            assert kinds == ["message", "callback_query", "message"]
            assert "[Go]" in client.get("/control/transcript", params={"user": 1000}).text
        process.stdin.write("!quit\n")
        process.stdin.flush()
        assert process.wait(20) == 0
