"""The fake Bot API refuses what Telegram refuses, in Telegram's words, and a real client hears it."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable

import httpx
import pytest
from telegram import (
    Bot,
    BotCommand,
    BotCommandScopeAllGroupChats,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    MessageEntity,
    ReplyParameters,
)
from telegram import Message as Sent
from telegram.constants import ChatAction
from telegram.error import BadRequest, Forbidden, InvalidToken, NetworkError

from nexus.clock import ManualClock
from tests.botapi.api import TOKEN
from tests.botapi.talk import Talk, a_client, a_talk

ANN = 1001
MEGABYTE = 1024 * 1024


@pytest.fixture
async def talk() -> AsyncIterator[Talk]:
    async with a_talk() as talk:
        yield talk


def a_button(
    text: str = "Stop", *, callback_data: str | None = None, url: str | None = None
) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup([[InlineKeyboardButton(text, url=url, callback_data=callback_data)]])


async def words_of_refusal(
    talk: Talk, asked: Awaitable[object], error: type[NetworkError | Forbidden] = BadRequest
) -> str:
    with pytest.raises(error):
        await asked
    return talk.api.requests[-1].description


WRONG_SENDS: dict[str, tuple[Callable[[Bot], Awaitable[object]], str]] = {
    "an empty text": (lambda bot: bot.send_message(ANN, ""), "message text is empty"),
    "only white space": (lambda bot: bot.send_message(ANN, " \n\u200b "), "text must be non-empty"),
    "4097 units": (lambda bot: bot.send_message(ANN, "x" * 4097), "message is too long"),
    "2049 emoji": (lambda bot: bot.send_message(ANN, "😀" * 2049), "message is too long"),
    "more than 32 KB": (lambda bot: bot.send_message(ANN, "x" * 32_769), "text is too long"),
    "a long caption": (
        lambda bot: bot.send_document(ANN, b"x", caption="x" * 1025),
        "message caption is too long",
    ),
    "an unknown chat": (lambda bot: bot.send_message(999, "x"), "chat not found"),
    "an unknown name": (lambda bot: bot.send_message("@nobody", "x"), "chat not found"),
    "an unknown parse_mode": (
        lambda bot: bot.send_message(ANN, "x", parse_mode="markdown3"),
        "unsupported parse_mode",
    ),
    "a reply to nothing": (
        lambda bot: bot.send_message(ANN, "x", reply_parameters=ReplyParameters(77)),
        "message to be replied not found",
    ),
    "65 bytes of callback data": (
        lambda bot: bot.send_message(ANN, "x", reply_markup=a_button(callback_data="é" * 33)),
        "BUTTON_DATA_INVALID",
    ),
    "a button that does nothing": (
        lambda bot: bot.send_message(ANN, "x", reply_markup=a_button()),
        "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
    ),
    "a button without a text": (
        lambda bot: bot.send_message(ANN, "x", reply_markup=a_button(" ", callback_data="a")),
        "inline keyboard button text can't be empty",
    ),
    "a button to localhost": (
        lambda bot: bot.send_message(ANN, "x", reply_markup=a_button(url="http://localhost/")),
        "inline keyboard button URL 'http://localhost/' is invalid: Wrong HTTP URL",
    ),
    "a document of nothing": (lambda bot: bot.send_document(ANN, b""), "file must be non-empty"),
    "an unknown file": (
        lambda bot: bot.send_document(ANN, "nonsense"),
        "wrong file identifier/HTTP URL specified",
    ),
    "a photo that is none": (lambda bot: bot.send_photo(ANN, b"no picture"), "IMAGE_PROCESS_FAILED"),
    "an unknown action": (
        lambda bot: bot.send_chat_action(ANN, "dancing"),
        "wrong parameter action in request",
    ),
    "an edit of nothing": (lambda bot: bot.edit_message_text("x", ANN, 77), "message to edit not found"),
    "an edit without an id": (
        lambda bot: bot.edit_message_text("x", ANN, 0),
        "message identifier is not specified",
    ),
    "a delete of nothing": (lambda bot: bot.delete_message(ANN, 77), "message to delete not found"),
    "an unknown file id": (
        lambda bot: bot.get_file("nonsense"),
        "wrong file_id or the file is temporarily unavailable",
    ),
    "an unknown callback": (
        lambda bot: bot.answer_callback_query("77", "x"),
        "query is too old and response timeout expired or query ID is invalid",
    ),
    "a command in capitals": (
        lambda bot: bot.set_my_commands([BotCommand("Start", "begin")]),
        "BOT_COMMAND_INVALID",
    ),
    "a command of 33 letters": (
        lambda bot: bot.set_my_commands([BotCommand("a" * 33, "begin")]),
        "BOT_COMMAND_INVALID",
    ),
    "a description of 257": (
        lambda bot: bot.set_my_commands([BotCommand("a", "x" * 257)]),
        "BOT_COMMAND_DESCRIPTION_INVALID",
    ),
    "101 commands": (
        lambda bot: bot.set_my_commands([BotCommand(f"c{n}", "x") for n in range(101)]),
        "BOT_COMMANDS_TOO_MUCH",
    ),
    "a long language": (
        lambda bot: bot.set_my_commands([BotCommand("a", "x")], language_code="english"),
        "invalid language code specified",
    ),
    "a secret with a space": (
        lambda bot: bot.set_webhook("http://127.0.0.1:1/", secret_token="a b"),
        "secret token contains unallowed characters",
    ),
    "a webhook without a host": (
        lambda bot: bot.set_webhook("nowhere"),
        "bad webhook: invalid URL specified",
    ),
}


@pytest.mark.parametrize("wrong", WRONG_SENDS)
async def test_a_wrong_call_is_refused_in_telegrams_words(talk: Talk, wrong: str) -> None:
    ask, words = WRONG_SENDS[wrong]
    assert await words_of_refusal(talk, ask(talk.bot)) == f"Bad Request: {words}"
    assert not talk.api.messages(talk.owner)


RIGHT_SENDS: dict[str, Callable[[Bot], Awaitable[object]]] = {
    "4096 units": lambda bot: bot.send_message(ANN, "x" * 4096),
    "2048 emoji": lambda bot: bot.send_message(ANN, "😀" * 2048),
    "4096 units once trimmed": lambda bot: bot.send_message(ANN, "\n " + "x" * 4096 + " \n"),
    "4096 units once parsed": lambda bot: bot.send_message(ANN, f"<b>{'x' * 4096}</b>", parse_mode="HTML"),
    "a caption of 1024": lambda bot: bot.send_document(ANN, b"x", caption="x" * 1024),
    "64 bytes of callback data": lambda bot: bot.send_message(
        ANN, "x", reply_markup=a_button(callback_data="é" * 32)
    ),
    "a reply to nothing that may be left out": lambda bot: bot.send_message(
        ANN, "x", reply_parameters=ReplyParameters(77, allow_sending_without_reply=True)
    ),
    "flags that change nothing here": lambda bot: bot.send_message(
        ANN, "x", disable_notification=True, protect_content=True
    ),
    "a parameter that nobody knows": lambda bot: bot.send_message(ANN, "x", api_kwargs={"future": "1"}),
}


@pytest.mark.parametrize("right", RIGHT_SENDS)
async def test_what_telegram_takes_is_taken(talk: Talk, right: str) -> None:
    await RIGHT_SENDS[right](talk.bot)
    assert len(talk.api.messages(talk.owner)) == 1
    assert talk.api.requests[-1].status == 200


async def test_a_wrong_token_is_401_and_stands_in_no_ledger(talk: Talk) -> None:
    stranger = a_client(talk.api, "7100000001:wrong")
    with pytest.raises(InvalidToken):
        await stranger.initialize()
    await stranger.shutdown()
    assert (talk.api.requests[-1].status, talk.api.requests[-1].description) == (401, "Unauthorized")
    assert "wrong" not in repr(talk.api.requests)
    assert TOKEN not in repr(talk.api.requests)


async def test_an_unknown_method_and_an_unknown_path_are_404(talk: Talk) -> None:
    answer = await talk.raw("sendTelepathy")
    assert (answer.status_code, answer.json()) == (
        404,
        {"ok": False, "error_code": 404, "description": "Not Found"},
    )
    async with httpx.AsyncClient(trust_env=False) as client:
        assert (await client.get(f"{talk.api.base_url}/elsewhere")).json()["error_code"] == 404


async def test_methods_answer_get_and_post_in_json_and_in_a_form(talk: Talk) -> None:
    url = f"{talk.api.bot_url}{TOKEN}/SENDmessage"
    said: dict[str, str | int] = {"chat_id": ANN, "text": "hé"}
    async with httpx.AsyncClient(trust_env=False) as client:
        answers = [
            await client.get(url, params=said),
            await client.post(url, json=said),
            await client.post(url, data=said),
            await client.post(url, data=said, files={"unused": b"x"}),
            await client.post(url, params=said),
        ]
    assert [answer.json()["result"]["text"] for answer in answers] == ["hé"] * 5
    assert {request.method for request in talk.api.requests[-5:]} == {"sendMessage"}


@pytest.mark.parametrize("half", ["\\ud83d", "x\\udc00y"])
async def test_a_lone_surrogate_is_refused(talk: Talk, half: str) -> None:
    body = f'{{"chat_id": {ANN}, "text": "{half}"}}'
    async with httpx.AsyncClient(trust_env=False) as client:
        url, kind = f"{talk.api.bot_url}{TOKEN}/sendMessage", {"content-type": "application/json"}
        answer = await client.post(url, content=body, headers=kind)
    assert answer.json()["description"] == "Bad Request: strings must be encoded in UTF-8"


async def test_bytes_that_are_no_utf8_are_refused(talk: Talk) -> None:
    async with httpx.AsyncClient(trust_env=False) as client:
        url, kind = f"{talk.api.bot_url}{TOKEN}/sendMessage", "application/x-www-form-urlencoded"
        answer = await client.post(url, content=b"chat_id=1001&text=%ff%fe", headers={"content-type": kind})
    assert answer.json()["description"] == "Bad Request: strings must be encoded in UTF-8"


async def test_nobody_is_written_to_who_has_not_begun_or_has_blocked_the_bot(talk: Talk) -> None:
    stranger = talk.api.person(1002, "Bob")
    begins = "Forbidden: bot can't initiate conversation with a user"
    assert await words_of_refusal(talk, talk.bot.send_message(1002, "x"), Forbidden) == begins
    stranger.says("/start")
    await talk.bot.send_message(1002, "welcome")
    stranger.blocks_bot()
    blocked = "Forbidden: bot was blocked by the user"
    assert await words_of_refusal(talk, talk.bot.send_message(1002, "x"), Forbidden) == blocked
    assert await words_of_refusal(talk, talk.bot.send_chat_action(1002, "typing"), Forbidden) == blocked
    stranger.unblocks_bot()
    await talk.bot.send_message(1002, "back")


async def test_an_edit_must_change_something(talk: Talk) -> None:
    sent = await talk.bot.send_message(ANN, "one", reply_markup=a_button(callback_data="a"))
    same = talk.bot.edit_message_text("one ", ANN, sent.message_id, reply_markup=a_button(callback_data="a"))
    assert await words_of_refusal(talk, same) == (
        "Bad Request: message is not modified: specified new message content and reply markup are exactly the same "
        "as a current content and reply markup of the message"
    )
    await talk.bot.edit_message_text("one", ANN, sent.message_id)
    (shown,) = talk.api.messages(talk.owner)
    assert shown.buttons == ()
    assert shown.versions[0].keyboard != ()
    await talk.bot.edit_message_reply_markup(ANN, sent.message_id, reply_markup=a_button(callback_data="b"))
    bold = [MessageEntity("bold", 0, 3)]
    await talk.bot.edit_message_text(
        "one", ANN, sent.message_id, entities=bold, reply_markup=a_button(callback_data="b")
    )
    assert len(talk.api.messages(talk.owner)[0].versions) == 3


async def test_only_the_bots_own_text_can_be_edited(talk: Talk) -> None:
    said = talk.owner.says("mine")
    edit = talk.bot.edit_message_text("yours", ANN, said.id)
    assert await words_of_refusal(talk, edit) == "Bad Request: message can't be edited"
    sent: Sent = await talk.bot.send_document(ANN, b"x", filename="a.txt")
    edit = talk.bot.edit_message_text("text", ANN, sent.message_id)
    assert await words_of_refusal(talk, edit) == "Bad Request: there is no text in the message to edit"


async def test_a_message_is_deleted_within_48_hours_and_others_words_only_in_private() -> None:
    clock = ManualClock()
    async with a_talk(clock=clock) as talk:
        sent = await talk.bot.send_message(ANN, "x")
        heard = talk.owner.says("y")
        await talk.bot.delete_message(ANN, heard.id)
        group = talk.api.group(-5, "Team")
        in_group = group.says(talk.owner, "hello", mentions=True)
        cannot = "Bad Request: message can't be deleted"
        assert await words_of_refusal(talk, talk.bot.delete_message(-5, in_group.id)) == cannot
        clock.advance(48 * 3600 + 1)
        assert await words_of_refusal(talk, talk.bot.delete_message(ANN, sent.message_id)) == cannot


async def test_a_callback_is_answered_once_and_soon() -> None:
    clock = ManualClock()
    async with a_talk(clock=clock) as talk:
        await talk.bot.send_message(ANN, "x", reply_markup=a_button(callback_data="go"))
        (shown,) = talk.api.messages(talk.owner)
        first, second = talk.owner.presses(shown, "Stop"), talk.owner.presses(shown, "go")
        assert (
            await words_of_refusal(talk, talk.bot.answer_callback_query(first.id, "x" * 201))
            == "Bad Request: MESSAGE_TOO_LONG"
        )
        await talk.bot.answer_callback_query(first.id, "x" * 200, show_alert=True)
        assert (first.answer, first.is_alert) == ("x" * 200, True)
        too_old = "Bad Request: query is too old and response timeout expired or query ID is invalid"
        assert await words_of_refusal(talk, talk.bot.answer_callback_query(first.id)) == too_old
        clock.advance(16)
        assert await words_of_refusal(talk, talk.bot.answer_callback_query(second.id)) == too_old


async def test_a_file_of_more_than_20_mb_is_not_given_to_the_bot(talk: Talk) -> None:
    big = talk.owner.sends_document(b"x", "big.bin", "a/b", declared_size=20 * MEGABYTE + 1)
    right = talk.owner.sends_document(b"some text", "notes.txt", "text/plain")
    assert big.file
    assert right.file
    assert await words_of_refusal(talk, talk.bot.get_file(big.file.id)) == "Bad Request: file is too big"
    file = await talk.bot.get_file(right.file.id)
    assert bytes(await file.download_as_bytearray()) == b"some text"
    async with httpx.AsyncClient(trust_env=False) as client:
        assert (await client.get(f"{talk.api.file_url}{TOKEN}/documents/none")).status_code == 404
        assert (await client.get(f"{talk.api.file_url}1:x/{right.file.path}")).status_code == 401


async def test_a_document_of_more_than_50_mb_is_refused(talk: Talk) -> None:
    with pytest.raises(NetworkError, match="Request Entity Too Large"):
        await talk.bot.send_document(ANN, bytes(50 * MEGABYTE + 1), filename="big.bin")
    assert talk.api.requests[-1].status == 413


async def test_a_sent_document_can_be_sent_again_by_its_id(talk: Talk) -> None:
    sent = await talk.bot.send_document(ANN, b"report", filename='ün "1".txt', caption="**")
    assert sent.document
    assert sent.document.file_name == 'ün "1".txt'
    await talk.bot.send_document(ANN, sent.document.file_id)
    assert [m.file.data for m in talk.api.messages(talk.owner) if m.file] == [b"report"] * 2


async def test_commands_are_kept_by_scope_and_language(talk: Talk) -> None:
    await talk.bot.set_my_commands([BotCommand("start", "begin")])
    await talk.bot.set_my_commands([BotCommand("start", "开始")], language_code="zh")
    await talk.bot.set_my_commands([BotCommand("help", "help")], scope=BotCommandScopeAllGroupChats())
    assert [c.description for c in await talk.bot.get_my_commands(language_code="zh")] == ["开始"]
    assert [c.command for c in await talk.bot.get_my_commands()] == ["start"]
    assert await talk.bot.get_my_commands(language_code="de") == ()
    scopes = {json.loads(scope)["type"] for scope, _ in talk.api.menus}
    assert scopes == {"default", "all_group_chats"}


async def test_the_bot_knows_itself_and_its_chats(talk: Talk) -> None:
    me = await talk.bot.get_me()
    assert (me.id, me.username, me.can_read_all_group_messages) == (7100000001, "nexus_test_bot", False)
    assert (await talk.bot.get_chat(ANN)).first_name == "Ann"
    await talk.bot.send_chat_action(ANN, ChatAction.TYPING)
    assert talk.api.actions == ((ANN, "typing"),)
