"""A text on its way in: cleaned, trimmed and measured as Telegram does it, its entities moved along.

The steps are those of TDLib's `fix_formatted_text`. What Telegram changes without a word is kept in `notes`, so that
a test can ask for a text that needed no repair.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from tests.botapi.entities import HIDDEN, Entity, capped, in_order, read_entities, repaired
from tests.botapi.hypertext import parse_html
from tests.botapi.markdown import parse_markdown_v2
from tests.botapi.refusal import bad

MAX_TEXT = 4096
MAX_CAPTION = 1024
MAX_RAW_BYTES = 1 << 15
REMOVED = frozenset({"\r", *map(chr, range(0x2028, 0x202F)), "\u0333", "\u033f", "\u030a"})
MADE_SPACES = frozenset({*map(chr, range(0x20)), "\t"} - {"\n", "\r"})
LOOKS_EMPTY = frozenset(
    " \n\u00a0\u1680\u180e\u2028\u202f\u205f\u2800\u3000\ufeff\ufffc"
    + "".join(map(chr, range(0x2000, 0x2010)))
)
BLANK_UNITS = (b" \0", b"\n\0")


@dataclass(frozen=True, slots=True)
class Formatted:
    """A text that Telegram takes. `notes` says what it changed silently."""

    text: str
    entities: tuple[Entity, ...] = ()
    notes: tuple[str, ...] = ()


def utf16_length(text: str) -> int:
    """In UTF-16 code units, which is how Telegram counts."""
    return len(text) + sum(character > "\uffff" for character in text)


def read_text(text: str, parse_mode: str, entities: str) -> Formatted:
    """The text of a message.

    Raises:
        Refused: it is empty, too long, or marked up wrongly.
    """
    if not text:
        raise bad("message text is empty")
    read = _read(text, parse_mode, entities)
    if not read.text:
        raise bad("text must be non-empty")
    if utf16_length(read.text) > MAX_TEXT:
        raise bad("message is too long")
    return read


def read_caption(text: str, parse_mode: str, entities: str) -> Formatted:
    """The caption of a photo or document; it may be empty.

    Raises:
        Refused: it is too long, or marked up wrongly.
    """
    read = _read(text, parse_mode, entities)
    if utf16_length(read.text) > MAX_CAPTION:
        raise bad("message caption is too long")
    return read


def _read(text: str, parse_mode: str, raw_entities: str) -> Formatted:
    if len(text.encode()) > MAX_RAW_BYTES:
        raise bad("text is too long")
    match parse_mode.lower() if text else "":
        case "" | "none":
            entities = read_entities(raw_entities)
        case "markdownv2":
            text, entities = parse_markdown_v2(text)
        case "html":
            text, entities = parse_html(text)
        case _:
            raise bad("unsupported parse_mode")
    return made_right(text, entities)


def made_right(text: str, entities: Iterable[Entity]) -> Formatted:
    """As Telegram keeps it; an empty text when there is nothing to see.

    Raises:
        Refused: an entity is not inside the text, or begins or ends inside a character.
    """
    asked = [entity for entity in entities if entity.length > 0]
    cleaned, moves = _cleaned(text)
    nested = repaired(asked)
    moved = [_moved(entity, moves, utf16_length(text)) for entity in nested]
    if all(character in LOOKS_EMPTY for character in cleaned):
        return Formatted("")
    visible, kept = _trimmed(cleaned, repaired(moved))
    honoured = capped(kept)
    notes = []
    if visible != text:
        notes.append("text changed")
    if nested != in_order(asked) or [e.length for e in kept] != [e.length for e in moved]:
        notes.append(f"entities repaired: {len(asked)} sent, {len(kept)} kept")
    if len(honoured) != len(kept):
        notes.append(f"entities dropped: {len(kept) - len(honoured)} over the limit")
    return Formatted(visible, tuple(honoured), tuple(notes))


def _cleaned(text: str) -> tuple[str, dict[int, int]]:
    """The text without what Telegram removes, and where each character's position went."""
    moves, kept, before, after = {}, [], 0, 0
    for character in text:
        moves[before] = after
        before += 2 if character > "\uffff" else 1
        if character in REMOVED:
            continue
        kept.append(" " if character in MADE_SPACES else character)
        after += 2 if character > "\uffff" else 1
    moves[before] = after
    return "".join(kept), moves


def _moved(entity: Entity, moves: dict[int, int], length: int) -> Entity:
    if entity.offset > length:
        raise bad(f"Entity begins after the end of the text at UTF-16 offset {entity.offset}")
    if entity.offset not in moves:
        raise bad(f"Entity begins in a middle of a UTF-16 symbol at UTF-16 offset {entity.offset}")
    where = f"Entity beginning at UTF-16 offset {entity.offset} ends"
    if entity.end > length:
        raise bad(f"{where} after the end of the text at UTF-16 offset {entity.end}")
    if entity.end not in moves:
        raise bad(f"{where} in a middle of a UTF-16 symbol at UTF-16 offset {entity.end}")
    return replace(entity, offset=moves[entity.offset], length=moves[entity.end] - moves[entity.offset])


def _trimmed(text: str, entities: list[Entity]) -> tuple[str, list[Entity]]:
    units = text.encode("utf-16-le")
    shown = utf16_length(text.rstrip(" \n"))
    kept = [_shrunk(entity, units, shown) for entity in entities]
    kept = [entity for entity in kept if entity.length > 0]
    first = min((entity.offset for entity in kept), default=shown)
    lead = min(len(text) - len(text.lstrip(" \n")), first)
    trimmed = text.rstrip(" \n")[lead:]
    return trimmed, [replace(entity, offset=entity.offset - lead) for entity in kept]


def _shrunk(entity: Entity, units: bytes, shown: int) -> Entity:
    """Not beyond the last visible character, and, unless it hides something, not beginning with white space."""
    start, end = entity.offset, min(entity.end, shown)
    if entity.type not in HIDDEN:
        while start < end and units[2 * start : 2 * start + 2] in BLANK_UNITS:
            start += 1
    return replace(entity, offset=start, length=max(0, end - start))
