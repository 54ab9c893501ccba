"""Message entities: how they are read, and how Telegram makes a wrong set of them right.

Telegram does not refuse entities that overlap: it cuts styles, drops what crosses, and says nothing. The rules are
those of https://core.telegram.org/bots/api#messageentity and of TDLib's `fix_entities`. Offsets and lengths are in
UTF-16 code units.
"""

import heapq
import json
from collections.abc import Iterable
from dataclasses import dataclass, replace

from tests.botapi.links import USER_LINK, wrong_link
from tests.botapi.refusal import bad

STYLES = ("bold", "italic", "underline", "strikethrough", "spoiler")
QUOTES = frozenset({"blockquote", "expandable_blockquote"})
CODES = frozenset({"pre", "code"})
HIDDEN = CODES | {"text_link", "text_mention"}  # they mean something even where only white space is seen
FOUND_BY_TELEGRAM = frozenset(
    {"mention", "hashtag", "cashtag", "bot_command", "url", "email", "phone_number", "bank_card_number"}
)
MAX_ENTITIES = 100
MAX_POSITION = 1_000_000
ORDER = {
    "blockquote": 0,
    "expandable_blockquote": 0,
    "pre": 11,
    "code": 20,
    "text_link": 49,
    "text_mention": 49,
}


@dataclass(frozen=True, slots=True)
class Entity:
    """A marked part of a text. `argument`: the URL, the language, or the id that the type asks for."""

    type: str
    offset: int
    length: int
    argument: str = ""

    @property
    def end(self) -> int:
        """The first position behind it."""
        return self.offset + self.length

    def as_json(self) -> dict[str, object]:
        """As Telegram writes it."""
        body: dict[str, object] = {"type": self.type, "offset": self.offset, "length": self.length}
        match self.type:
            case "pre" if self.argument:
                body["language"] = self.argument
            case "text_link":
                body["url"] = self.argument
            case "text_mention":
                body["user"] = {"id": int(self.argument), "is_bot": False, "first_name": "User"}
            case "custom_emoji":
                body["custom_emoji_id"] = self.argument
        return body


def read_entities(raw: str) -> list[Entity]:
    """The entities of a request; what is no JSON array counts as none, which is what Telegram does.

    Raises:
        Refused: one of them is not an entity.
    """
    try:
        items = json.loads(raw) if raw else []
    except ValueError:
        return []
    if not isinstance(items, list):
        return []
    read = [_entity(item) for item in items]
    return [entity for entity in read if entity.type not in FOUND_BY_TELEGRAM]


def _entity(item: object) -> Entity:
    if not isinstance(item, dict):
        raise bad("Can't parse MessageEntity: expected an Object")
    offset, length, kind = _number(item, "offset"), _number(item, "length"), item.get("type")
    if not isinstance(kind, str):
        raise bad("Can't parse MessageEntity: Can't find field \"type\"")
    if not 0 <= offset <= MAX_POSITION:
        raise bad(f"Receive an entity with incorrect offset {offset}")
    if not 0 <= length <= MAX_POSITION:
        raise bad(f"Receive an entity with incorrect length {length}")
    return _with_argument(Entity(kind, offset, length), item)


def _number(item: dict[str, object], name: str) -> int:
    value = item.get(name)
    if value is None:
        raise bad(f"Can't parse MessageEntity: Can't find field \"{name}\"")
    if isinstance(value, bool) or not isinstance(value, int):
        raise bad(f'Can\'t parse MessageEntity: Field "{name}" must be of type Number')
    return value


def _with_argument(entity: Entity, item: dict[str, object]) -> Entity:
    match entity.type:
        case "text_link":
            return _link(entity, _string(item, "url"))
        case "text_mention":
            user = item.get("user")
            if not isinstance(user, dict) or not isinstance(user.get("id"), int):
                raise bad("Can't parse MessageEntity: Can't find field \"user\"")
            return replace(entity, argument=str(user["id"]))
        case "custom_emoji":
            return replace(entity, argument=_string(item, "custom_emoji_id"))
        case "pre":
            return replace(entity, argument=str(item.get("language") or ""))
        case kind if kind in {*STYLES, *QUOTES, *CODES, *FOUND_BY_TELEGRAM}:
            return entity
    raise bad("Can't parse MessageEntity: Unsupported type specified")


def _string(item: dict[str, object], name: str) -> str:
    value = item.get(name)
    if not isinstance(value, str):
        raise bad(f"Can't parse MessageEntity: Can't find field \"{name}\"")
    return value


def _link(entity: Entity, url: str) -> Entity:
    if user := USER_LINK.match(url):
        return Entity("text_mention", entity.offset, entity.length, user[1])
    if not url:
        return replace(entity, length=0)
    if reason := wrong_link(url):
        raise bad(f"Entity {reason}")
    return replace(entity, argument=url)


def repaired(entities: Iterable[Entity]) -> list[Entity]:
    """The entities as Telegram keeps them: nested or apart, nothing in code, one style a place."""
    ordered = in_order(entity for entity in entities if entity.length > 0)
    quotes = _apart([entity for entity in ordered if entity.type in QUOTES])
    solid = _apart([entity for entity in ordered if entity.type not in QUOTES and entity.type not in STYLES])
    solid = [entity for entity in solid if not any(_breaks(entity, quote) for quote in quotes)]
    styles = [piece for style in STYLES for piece in _joined([e for e in ordered if e.type == style])]
    borders = in_order([*solid, *quotes])
    for border in sorted(borders, key=lambda entity: entity.type not in CODES):  # code makes new ends: first
        styles = [piece for style in styles for piece in _cut_at(style, border)]
    return in_order([*solid, *quotes, *_nested(styles)])


def capped(entities: list[Entity]) -> list[Entity]:
    """The 100 that Telegram honours: links, code and quotes before styles; custom emoji are not counted."""
    emoji = [entity for entity in entities if entity.type == "custom_emoji"]
    solid = [entity for entity in entities if entity.type not in STYLES and entity.type != "custom_emoji"]
    styles = [entity for entity in entities if entity.type in STYLES]
    return in_order([*emoji, *[*solid, *styles][:MAX_ENTITIES]])


def in_order(entities: Iterable[Entity]) -> list[Entity]:
    """As Telegram lists them: by place, the outer before the inner."""
    return sorted(entities, key=_order)


def _order(entity: Entity) -> tuple[int, int, int]:
    rank = 90 + STYLES.index(entity.type) if entity.type in STYLES else ORDER.get(entity.type, 99)
    return entity.offset, -entity.length, rank


def _apart(entities: list[Entity]) -> list[Entity]:
    kept: list[Entity] = []
    for entity in entities:
        if not kept or entity.offset >= kept[-1].end:
            kept.append(entity)
    return kept


def _breaks(entity: Entity, quote: Entity) -> bool:
    sticks_out = quote.end < entity.end or entity.offset < quote.offset < entity.end
    return quote.end > entity.offset and sticks_out


def _joined(entities: list[Entity]) -> list[Entity]:
    joined: list[Entity] = []
    for entity in entities:
        if joined and entity.offset <= joined[-1].end:
            last = joined[-1]
            joined[-1] = replace(last, length=max(last.end, entity.end) - last.offset)
        else:
            joined.append(entity)
    return joined


def _cut_at(style: Entity, border: Entity) -> list[Entity]:
    if style.end <= border.offset or border.end <= style.offset:
        return [style]
    inside = [] if border.type in CODES else [_piece(style, border.offset, border.end)]
    contains = style.offset <= border.offset and border.end <= style.end
    if border.type not in CODES and (contains or (border.offset <= style.offset and style.end <= border.end)):
        return [style]
    pieces = [_piece(style, style.offset, border.offset), *inside, _piece(style, border.end, style.end)]
    return [piece for piece in pieces if piece.length > 0]


def _piece(style: Entity, start: int, end: int) -> Entity:
    start, end = max(start, style.offset), min(end, style.end)
    return replace(style, offset=start, length=end - start)


def _nested(styles: list[Entity]) -> list[Entity]:
    """Cut where two cross, so that each is inside another or apart from it."""
    left = [(_order(style), style) for style in styles]
    heapq.heapify(left)
    kept: list[Entity] = []
    around: list[Entity] = []
    while left:
        _, style = heapq.heappop(left)
        around = [other for other in around if other.end > style.offset]
        cut = min((other.end for other in around if other.end < style.end), default=style.end)
        if cut < style.end:
            rest = _piece(style, cut, style.end)
            heapq.heappush(left, (_order(rest), rest))
        kept.append(_piece(style, style.offset, cut))
        around.append(kept[-1])
    return kept
