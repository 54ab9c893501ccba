"""What the people in a chat saw, as text for a golden file: no ids, no times."""

from collections.abc import Callable, Iterable
from typing import Literal

from tests.botapi.chats import Keyboard, Message, Version
from tests.botapi.entities import Entity
from tests.botapi.world import Press, World

AROUND = {
    "bold": ("**", "**"),
    "italic": ("_", "_"),
    "underline": ("__", "__"),
    "strikethrough": ("~~", "~~"),
    "spoiler": ("||", "||"),
    "code": ("`", "`"),
    "blockquote": ("<quote>", "</quote>"),
    "expandable_blockquote": ("<quote expandable>", "</quote>"),
    "custom_emoji": ("<emoji>", "</emoji>"),
}
REPLY_CHARACTERS = 40

Versions = Literal["all", "last"]


def transcript(
    world: World, chat_id: int, *, versions: Versions = "all", redact: Callable[[str], str] = str
) -> str:
    """Every message and press in order. `redact` is applied to the whole, for what differs from run to run.

    `versions="last"` shows only what an edited message says in the end: how many edits there are on the way
    depends on the bot's speed.
    """
    parts = []
    for event in world.events[chat_id]:
        if isinstance(event, Press):
            parts.append(_press(world, event))
        else:
            parts.append(_message(world, world.messages[chat_id, event], versions))
    return redact("\n\n".join(parts) + "\n" if parts else "")


def rendered(text: str, entities: Iterable[Entity]) -> str:
    """The text with its entities made visible: **bold**, `code`, [text](url)."""
    units = text.encode("utf-16-le")
    signs: dict[int, tuple[list[str], list[str]]] = {}
    for entity in sorted(entities, key=lambda entity: (entity.offset, -entity.length)):
        before, after = _signs(entity)
        signs.setdefault(entity.end, ([], []))[0].insert(0, after)
        signs.setdefault(entity.offset, ([], []))[1].append(before)
    shown, last = "", 0
    for position in sorted(signs):
        closing, opening = signs[position]
        shown += units[2 * last : 2 * position].decode("utf-16-le") + "".join([*closing, *opening])
        last = position
    return shown + units[2 * last :].decode("utf-16-le")


def _signs(entity: Entity) -> tuple[str, str]:
    match entity.type:
        case "pre":
            return f"```{entity.argument}\n", "\n```"
        case "text_link":
            return "[", f"]({entity.argument})"
        case "text_mention":
            return "[", f"](tg://user?id={entity.argument})"
        case kind:
            return AROUND.get(kind, ("", ""))


def _message(world: World, message: Message, versions: Versions) -> str:
    shown = [*message.versions, Version(message.text, message.entities, message.keyboard)]
    head = f"{message.sender.first_name}:{_reply(world, message)}{_file(message)}"
    if message.deleted:
        head += " (deleted)"
    if len(shown) == 1 or versions == "last":
        return _indented(head, _version(shown[-1]))
    steps = [f"({n}) {_version(version)}" for n, version in enumerate(shown, 1)]
    return _indented(head, "\n".join(steps))


def _version(version: Version) -> str:
    return "\n".join([rendered(version.text, version.entities), *_rows(version.keyboard)]).strip("\n")


def _rows(keyboard: Keyboard) -> list[str]:
    return [
        " ".join(f"[{button.text}{' -> ' + button.url if button.url else ''}]" for button in row)
        for row in keyboard
    ]


def _indented(head: str, body: str) -> str:
    lines = [f"  {line}".rstrip() for line in body.split("\n")] if body else []
    return "\n".join([head, *lines])


def _reply(world: World, message: Message) -> str:
    if message.reply_to is None:
        return ""
    replied = world.messages[message.chat_id, message.reply_to]
    first = replied.text.split("\n", 1)[0][:REPLY_CHARACTERS] or replied.kind
    return f" (reply to {replied.sender.first_name}: {first!r})"


def _file(message: Message) -> str:
    match message.kind:
        case "photo":
            return f" [photo {message.files[-1].width}x{message.files[-1].height}]"
        case "voice":
            return f" [voice {message.duration_s} s]"
        case "document":
            return f" [document {message.files[0].name}, {message.files[0].size} bytes]"
        case "text":
            return ""


def _press(world: World, press: Press) -> str:
    message = world.messages.get((press.chat_id, press.message_id or 0))
    where = (
        ""
        if message is None or press.button == "(forged)"
        else f" under {message.sender.first_name}'s message"
    )
    toast = f"\n  {'alert' if press.is_alert else 'toast'}: {press.answer}" if press.answer else ""
    return f"{press.user.first_name} presses [{press.button}]{where}{toast}"
