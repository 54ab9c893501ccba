"""Every method the fake has, by its name in small letters: Telegram does not care about capitals."""

from collections.abc import Callable, Mapping

from tests.botapi import asking, sending
from tests.botapi.sending import Asked

METHODS: Mapping[str, tuple[str, Callable[[Asked], object]]] = {
    name.lower(): (name, perform)
    for name, perform in {
        "getMe": asking.get_me,
        "setWebhook": asking.set_webhook,
        "deleteWebhook": asking.delete_webhook,
        "getWebhookInfo": asking.get_webhook_info,
        "sendMessage": sending.send_message,
        "sendDocument": sending.send_document,
        "sendPhoto": sending.send_photo,
        "editMessageText": sending.edit_message_text,
        "editMessageReplyMarkup": sending.edit_message_reply_markup,
        "deleteMessage": sending.delete_message,
        "answerCallbackQuery": asking.answer_callback_query,
        "sendChatAction": asking.send_chat_action,
        "getFile": asking.get_file,
        "getChat": asking.get_chat,
        "setMyCommands": asking.set_my_commands,
        "getMyCommands": asking.get_my_commands,
        "deleteMyCommands": asking.delete_my_commands,
        "setMyDescription": asking.set_my_description,
    }.items()
}
