"""The methods that put messages into a chat, change them and take them out."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from tests.botapi.call import Call
from tests.botapi.chats import Chat, File, Message, MessageKind
from tests.botapi.formatted import Formatted, read_caption, read_text
from tests.botapi.keyboard import read_keyboard
from tests.botapi.pictures import stored_photo
from tests.botapi.refusal import Refused, bad
from tests.botapi.world import World

MAX_UPLOAD_BYTES = 50 * 1024 * 1024
MAX_PHOTO_BYTES = 10 * 1024 * 1024
DELETABLE_S = 48 * 3600
NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same as a current "
    "content and reply markup of the message"
)


@dataclass(frozen=True, slots=True)
class Asked:
    """A call, the state it works on, and where to note what happened silently: limits broken, things changed."""

    call: Call
    world: World
    remark: Callable[[tuple[str, ...], tuple[str, ...]], None]


def send_message(asked: Asked) -> object:
    """https://core.telegram.org/bots/api#sendmessage."""
    call = asked.call
    shown = read_text(call.text("text"), call.text("parse_mode"), call.text("entities"))
    return _send(asked, "text", shown, lambda: ())


def send_document(asked: Asked) -> object:
    """https://core.telegram.org/bots/api#senddocument."""
    call = asked.call
    data, name, mime, known = _file(asked, "document")
    if len(data) > MAX_UPLOAD_BYTES:
        raise Refused(413, "Request Entity Too Large")
    caption = read_caption(call.text("caption"), call.text("parse_mode"), call.text("caption_entities"))
    return _send(
        asked,
        "document",
        caption,
        lambda: (known or asked.world.store(data, "documents", name=name, mime=mime),),
    )


def send_photo(asked: Asked) -> object:
    """https://core.telegram.org/bots/api#sendphoto."""
    call = asked.call
    data, _, _, known = _file(asked, "photo")
    if len(data) > MAX_PHOTO_BYTES:
        raise bad(f"File of size {len(data)} bytes is too big for a photo")
    caption = read_caption(call.text("caption"), call.text("parse_mode"), call.text("caption_entities"))
    return _send(asked, "photo", caption, lambda: (known,) if known else _photo(asked.world, data))


def edit_message_text(asked: Asked) -> object:
    """https://core.telegram.org/bots/api#editmessagetext."""
    call = asked.call
    shown = read_text(call.text("text"), call.text("parse_mode"), call.text("entities"))
    message = _editable(asked)
    if message.kind != "text":
        raise bad("there is no text in the message to edit")
    return _edit(asked, message, shown)


def edit_message_reply_markup(asked: Asked) -> object:
    """https://core.telegram.org/bots/api#editmessagereplymarkup."""
    return _edit(asked, _editable(asked), None)


def delete_message(asked: Asked) -> object:
    """https://core.telegram.org/bots/api#deletemessage."""
    world = asked.world
    chat = world.open_chat(asked.call.text("chat_id"))
    message = world.message(chat.id, _message_id(asked.call))
    if message is None:
        raise bad("message to delete not found")
    if world.now() - message.at > DELETABLE_S or not (message.from_bot or chat.type == "private"):
        raise bad("message can't be deleted")
    world.keep(replace(message, deleted=True))
    return True


def _send(asked: Asked, kind: MessageKind, shown: Formatted, files: Callable[[], tuple[File, ...]]) -> object:
    world, call = asked.world, asked.call
    chat = world.open_chat(call.text("chat_id"))
    reply_to, keyboard = _reply_to(asked, chat), read_keyboard(call)
    kept = files()
    asked.remark(world.count_send(chat), shown.notes)
    message = Message(
        world.number(),
        chat.id,
        world.bot,
        world.now(),
        shown.text,
        shown.entities,
        keyboard,
        kind,
        kept,
        reply_to=reply_to,
    )
    return world.message_json(world.keep(message))


def _reply_to(asked: Asked, chat: Chat) -> int | None:
    parameters = asked.call.parsed("reply_parameters", "reply parameters")
    if parameters is None:
        parameters = {
            "message_id": asked.call.number("reply_to_message_id"),
            "allow_sending_without_reply": asked.call.flag("allow_sending_without_reply"),
        }
    if not isinstance(parameters, dict):
        raise bad("Object expected as reply parameters")
    if not parameters:
        return None
    message_id = parameters.get("message_id")
    if isinstance(message_id, bool) or not isinstance(message_id, int):
        raise bad('Field "message_id" must be of type Number')
    if message_id <= 0 or asked.world.message(chat.id, message_id):
        return message_id if message_id > 0 else None
    if parameters.get("allow_sending_without_reply"):
        return None
    raise bad("message to be replied not found")


def _file(asked: Asked, name: str) -> tuple[bytes, str, str, File | None]:
    """An upload, or a file that the server has."""
    given = asked.call.text(name)
    upload = asked.call.uploads.get(given.removeprefix("attach://") if given else name)
    if upload is not None:
        if not upload.data:
            raise bad("file must be non-empty")
        return upload.data, upload.name, upload.mime, None
    if given.startswith(("http://", "https://")):
        raise bad("failed to get HTTP URL content")
    if not given or given.startswith("attach://"):
        raise bad(f"there is no {name} in the request")
    if given not in asked.world.files:
        raise bad("wrong file identifier/HTTP URL specified")
    known = asked.world.files[given]
    return b"", known.name, known.mime, known


def _photo(world: World, data: bytes) -> tuple[File, ...]:
    try:
        return stored_photo(world, data)
    except ValueError:
        raise bad("IMAGE_PROCESS_FAILED") from None


def _message_id(call: Call) -> int:
    message_id = call.number("message_id")
    if message_id <= 0:
        raise bad("message identifier is not specified")
    return message_id


def _editable(asked: Asked) -> Message:
    call, world = asked.call, asked.world
    if call.text("inline_message_id"):
        raise bad("MESSAGE_ID_INVALID")
    message_id = _message_id(call)
    chat = world.open_chat(call.text("chat_id"))
    message = world.message(chat.id, message_id)
    if message is None:
        raise bad("message to edit not found")
    if not message.from_bot:
        raise bad("message can't be edited")
    return message


def _edit(asked: Asked, message: Message, shown: Formatted | None) -> object:
    world, keyboard = asked.world, read_keyboard(asked.call)
    same_text = shown is None or (shown.text, shown.entities) == (message.text, message.entities)
    if same_text and keyboard == message.keyboard:
        raise bad(NOT_MODIFIED)
    asked.remark(world.count_send(world.chats[message.chat_id]), shown.notes if shown else ())
    return world.message_json(world.keep(message.edited(world.now(), shown, keyboard)))
