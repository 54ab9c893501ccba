"""`parse_mode=HTML`, refused where Telegram refuses: https://core.telegram.org/bots/api#html-style."""

import re
from dataclasses import dataclass

from tests.botapi.entities import Entity
from tests.botapi.links import USER_LINK, wrong_link
from tests.botapi.refusal import Refused, bad

KINDS = {"b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underline", "ins": "underline"}
KINDS |= {"s": "strikethrough", "strike": "strikethrough", "del": "strikethrough", "tg-spoiler": "spoiler"}
KINDS |= {"span": "spoiler", "a": "text_link", "code": "code", "pre": "pre", "blockquote": "blockquote"}
KINDS |= {"tg-emoji": "custom_emoji"}
TAG = re.compile(r"<([^\s<>/]+)((?:\s+[^\s=<>]+(?:\s*=\s*(?:\"[^\"]*\"|'[^']*'|[^\s>\"']+))?)*)\s*>")
END_TAG = re.compile(r"</([^\s<>]*)\s*>")
ATTRIBUTE = re.compile(r"([^\s=]+)(?:\s*=\s*(\"[^\"]*\"|'[^']*'|[^\s>\"']+))?")
REFERENCE = re.compile(r"&(?:(lt|gt|amp|quot)|#(\d+)|#[xX]([0-9a-fA-F]+));?")
CHARACTERS = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}


@dataclass(frozen=True, slots=True)
class _Open:
    tag: str
    begins_at: int
    text_at: int
    argument: str
    expandable: bool = False


def parse_html(source: str) -> tuple[str, list[Entity]]:
    """The plain text and its entities.

    Raises:
        Refused: a tag is unknown, not closed, or closed in the wrong order.
    """
    reader = _Reader(source)
    while reader.at < len(source):
        reader.step()
    if reader.open:
        raise _cannot(f'Can\'t find end tag corresponding to start tag "{reader.open[-1].tag}"')
    return "".join(reader.text), reader.entities


class _Reader:
    def __init__(self, source: str) -> None:
        self.source = source
        self.at = 0
        self.units = 0
        self.text: list[str] = []
        self.open: list[_Open] = []
        self.entities: list[Entity] = []

    def step(self) -> None:
        character = self.source[self.at]
        if character == "&" and (reference := REFERENCE.match(self.source, self.at)):
            self._keep(_character(reference), len(reference[0]))
        elif character != "<":
            self._keep(character, 1)
        elif self.source.startswith("</", self.at):
            self._end()
        else:
            self._begin()

    def _keep(self, character: str, consumed: int) -> None:
        self.text.append(character)
        self.units += 2 if character > "\uffff" else 1
        self.at += consumed

    def _begin(self) -> None:
        where = f"at byte offset {self._bytes()}"
        tag = TAG.match(self.source, self.at)
        if tag is None:
            raise _cannot(f"Unclosed start tag {where}")
        name = tag[1].lower()
        attributes = {a[1].lower(): (a[2] or "").strip("\"'") for a in ATTRIBUTE.finditer(tag[2])}
        if name not in KINDS:
            raise _cannot(f'Unsupported start tag "{name}" {where}')
        if name == "span" and attributes.get("class") != "tg-spoiler":
            raise _cannot(f'Tag "span" must have class "tg-spoiler" {where}')
        argument = attributes.get({"a": "href", "code": "class", "tg-emoji": "emoji-id"}.get(name, ""), "")
        argument = REFERENCE.sub(_character, argument)
        self.open.append(_Open(name, self.units, len(self.text), argument, "expandable" in attributes))
        self.at = tag.end()

    def _end(self) -> None:
        where = f"at byte offset {self._bytes()}"
        tag = END_TAG.match(self.source, self.at)
        if not self.open:
            raise _cannot(f"Unexpected end tag {where}")
        entry = self.open.pop()
        if tag is None:
            raise _cannot(f"Unclosed end tag {where}")
        if tag[1] and tag[1].lower() != entry.tag:
            raise _cannot(f'Unmatched end tag {where}, expected "</{entry.tag}>", found "</{tag[1]}>"')
        self.at = tag.end()
        if entity := self._entity(entry):
            self.entities.append(entity)

    def _entity(self, entry: _Open) -> Entity | None:
        length = self.units - entry.begins_at
        kind, argument = KINDS[entry.tag], entry.argument
        if entry.tag == "a":
            argument = argument or "".join(self.text[entry.text_at :])
            if user := USER_LINK.match(argument):
                kind, argument = "text_mention", user[1]
            elif wrong_link(argument):
                return None
        if entry.tag == "code":
            argument = argument.removeprefix("language-") if self._is_in_pre(entry) else ""
        if entry.tag == "pre":
            return self._pre(entry.begins_at, length)
        if entry.expandable:
            kind = "expandable_blockquote"
        return Entity(kind, entry.begins_at, length, argument) if length else None

    def _is_in_pre(self, entry: _Open) -> bool:
        return bool(self.open) and self.open[-1].tag == "pre" and self.open[-1].begins_at == entry.begins_at

    def _pre(self, begins_at: int, length: int) -> Entity | None:
        """`<pre><code class="language-x">` is one entity with a language."""
        last = self.entities[-1] if self.entities else None
        if last is not None and (last.type, last.offset, last.length) == ("code", begins_at, length):
            return Entity("pre", begins_at, length, self.entities.pop().argument)
        return Entity("pre", begins_at, length) if length else None

    def _bytes(self) -> int:
        return len(self.source[: self.at].encode())


def _character(reference: re.Match[str]) -> str:
    if reference[1]:
        return CHARACTERS[reference[1]]
    number = int(reference[2]) if reference[2] else int(reference[3], 16)
    return chr(number) if 0 < number < 0x110000 and not 0xD800 <= number < 0xE000 else reference[0]


def _cannot(reason: str) -> Refused:
    return bad(f"can't parse entities: {reason}")
