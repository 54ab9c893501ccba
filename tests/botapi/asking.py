"""The other methods: who am I, files, buttons, commands, the webhook."""

import json
import re
from urllib.parse import urlsplit

from tests.botapi.refusal import bad
from tests.botapi.sending import Asked
from tests.botapi.world import CALLBACK_LIVES_S, Webhook

MAX_DOWNLOAD_BYTES = 20 * 1024 * 1024
MAX_ANSWER = 200
MAX_COMMANDS = 100
COMMAND = re.compile(r"[a-z0-9_]{1,32}")
SECRET = re.compile(r"[A-Za-z0-9_-]*")
SCOPES = frozenset(
    {
        "default",
        "all_private_chats",
        "all_group_chats",
        "all_chat_administrators",
        "chat",
        "chat_administrators",
        "chat_member",
    }
)
ACTIONS = frozenset(
    {
        "typing",
        "upload_photo",
        "record_video",
        "upload_video",
        "record_voice",
        "upload_voice",
        "upload_document",
        "choose_sticker",
        "find_location",
        "record_video_note",
        "upload_video_note",
    }
)


def get_me(asked: Asked) -> object:
    """https://core.telegram.org/bots/api#getme."""
    return asked.world.bot.as_json() | {
        "can_join_groups": True,
        "can_read_all_group_messages": asked.world.sees_all_in_groups,
        "supports_inline_queries": False,
    }


def get_chat(asked: Asked) -> object:
    """https://core.telegram.org/bots/api#getchat."""
    chat = asked.world.known_chat(asked.call.text("chat_id"))
    return chat.as_json() | {
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": {
            "unlimited_gifts": True,
            "limited_gifts": True,
            "unique_gifts": True,
            "premium_subscription": True,
            "gifts_from_channels": True,
        },
    }


def send_chat_action(asked: Asked) -> object:
    """https://core.telegram.org/bots/api#sendchataction."""
    action = asked.call.text("action").lower()
    if action not in ACTIONS:
        raise bad("wrong parameter action in request")
    chat = asked.world.open_chat(asked.call.text("chat_id"))
    asked.world.actions.append((chat.id, action))
    return True


def answer_callback_query(asked: Asked) -> object:
    """https://core.telegram.org/bots/api#answercallbackquery."""
    world, text = asked.world, asked.call.text("text")
    press = world.presses.get(asked.call.text("callback_query_id"))
    if press is None or press.answer is not None or world.clock.monotonic() - press.at > CALLBACK_LIVES_S:
        raise bad("query is too old and response timeout expired or query ID is invalid")
    if len(text) > MAX_ANSWER:
        raise bad("MESSAGE_TOO_LONG")
    press.answer, press.is_alert = text, asked.call.flag("show_alert")
    return True


def get_file(asked: Asked) -> object:
    """https://core.telegram.org/bots/api#getfile."""
    file = asked.world.files.get(asked.call.text("file_id"))
    if file is None:
        raise bad("wrong file_id or the file is temporarily unavailable")
    if file.size > MAX_DOWNLOAD_BYTES:
        raise bad("file is too big")
    return {
        "file_id": file.id,
        "file_unique_id": file.unique_id,
        "file_size": file.size,
        "file_path": file.path,
    }


def set_my_commands(asked: Asked) -> object:
    """https://core.telegram.org/bots/api#setmycommands."""
    items = asked.call.parsed("commands", "commands")
    if not isinstance(items, list):
        raise bad("Expected an Array of BotCommand")
    if len(items) > MAX_COMMANDS:
        raise bad("BOT_COMMANDS_TOO_MUCH")
    commands = [_command(item) for item in items]
    asked.world.commands[_scope(asked), _language(asked)] = commands
    return True


def get_my_commands(asked: Asked) -> object:
    """https://core.telegram.org/bots/api#getmycommands."""
    return asked.world.commands.get((_scope(asked), _language(asked)), [])


def delete_my_commands(asked: Asked) -> object:
    """https://core.telegram.org/bots/api#deletemycommands."""
    asked.world.commands.pop((_scope(asked), _language(asked)), None)
    return True


def set_my_description(asked: Asked) -> object:
    """https://core.telegram.org/bots/api#setmydescription."""
    text = asked.call.text("description")
    if len(text) > 512:
        raise bad("BOT_DESCRIPTION_INVALID")
    asked.world.descriptions[_language(asked)] = text
    return True


def set_webhook(asked: Asked) -> object:
    """https://core.telegram.org/bots/api#setwebhook; a plain http address is taken, which Telegram does not."""
    url, secret = asked.call.text("url"), asked.call.text("secret_token")
    if not url:
        return delete_webhook(asked)
    if len(secret) > 256:
        raise bad("secret token is too long")
    if not SECRET.fullmatch(secret):
        raise bad("secret token contains unallowed characters")
    if urlsplit(url).scheme not in {"http", "https"} or not urlsplit(url).hostname:
        raise bad("bad webhook: invalid URL specified")
    _drop_pending(asked)
    read_allowed_updates(asked)
    asked.world.webhook = Webhook(url, secret, asked.call.number("max_connections", 40, 1, 100))
    asked.world.queue.end_polls()
    return True


def delete_webhook(asked: Asked) -> object:
    """https://core.telegram.org/bots/api#deletewebhook."""
    _drop_pending(asked)
    asked.world.webhook = None
    return True


def get_webhook_info(asked: Asked) -> object:
    """https://core.telegram.org/bots/api#getwebhookinfo."""
    hook, queue = asked.world.webhook, asked.world.queue
    info: dict[str, object] = {
        "url": hook.url if hook else "",
        "has_custom_certificate": False,
        "pending_update_count": len(queue.waiting),
    }
    if hook:
        info["max_connections"] = hook.max_connections
    if hook and hook.error:
        info |= {"last_error_date": hook.error_at, "last_error_message": hook.error}
    if queue.allowed is not None:
        info["allowed_updates"] = sorted(queue.allowed)
    return info


def read_allowed_updates(asked: Asked) -> None:
    """Take over `allowed_updates`; without it the last one stays, an empty one is Telegram's default."""
    kinds = asked.call.parsed("allowed_updates", "allowed updates")
    if isinstance(kinds, list):
        asked.world.queue.allowed = frozenset(map(str, kinds)) or None


def _drop_pending(asked: Asked) -> None:
    waiting = asked.world.queue.waiting
    if asked.call.flag("drop_pending_updates") and waiting:
        asked.world.queue.confirm_below(waiting[-1].id + 1)


def _command(item: object) -> dict[str, str]:
    if not isinstance(item, dict):
        raise bad("Can't parse BotCommand: expected an Object")
    command, description = item.get("command"), item.get("description")
    if not isinstance(command, str) or not isinstance(description, str):
        raise bad('Can\'t parse BotCommand: Can\'t find field "command" or "description"')
    command, description = command.strip().removeprefix("/"), description.strip()
    if not COMMAND.fullmatch(command):
        raise bad("BOT_COMMAND_INVALID")
    if not 1 <= len(description) <= 256:
        raise bad("BOT_COMMAND_DESCRIPTION_INVALID")
    return {"command": command, "description": description}


def _scope(asked: Asked) -> str:
    scope = asked.call.parsed("scope", "BotCommandScope") or {"type": "default"}
    if not isinstance(scope, dict) or scope.get("type") not in SCOPES:
        raise bad("Can't parse BotCommandScope: Unsupported type specified")
    if str(scope["type"]) in {"chat", "chat_administrators", "chat_member"}:
        asked.world.known_chat(str(scope.get("chat_id", "")))
    return json.dumps(scope, sort_keys=True)


def _language(asked: Asked) -> str:
    code = asked.call.text("language_code")
    if not re.fullmatch(r"([a-z]{2})?", code):
        raise bad("Invalid language code specified")
    return code
