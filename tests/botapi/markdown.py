"""`parse_mode=MarkdownV2`, refused where Telegram refuses: https://core.telegram.org/bots/api#markdownv2-style."""

from dataclasses import dataclass

from tests.botapi.entities import Entity
from tests.botapi.links import USER_LINK, wrong_link
from tests.botapi.refusal import Refused, bad

RESERVED = frozenset("_*[]()~`>#+-=|{}.!")
NAMES = {"bold": "Bold", "italic": "Italic", "underline": "Underline", "strikethrough": "Strikethrough"}
NAMES |= {
    "spoiler": "Spoiler",
    "code": "Code",
    "pre": "Pre",
    "text_link": "TextUrl",
    "blockquote": "BlockQuote",
}
SIGNS = (
    ("__", "underline"),
    ("||", "spoiler"),
    ("```", "pre"),
    ("_", "italic"),
    ("*", "bold"),
    ("~", "strikethrough"),
    ("`", "code"),
    ("[", "text_link"),
)
ENDS = {kind: sign for sign, kind in SIGNS} | {"text_link": "]"}


@dataclass(slots=True)
class _Open:
    kind: str
    begins_at: int
    source_at: int
    text_at: int
    argument: str = ""


def parse_markdown_v2(source: str) -> tuple[str, list[Entity]]:
    """The plain text and its entities.

    Raises:
        Refused: an entity has no end, or a reserved character stands unescaped.
    """
    reader = _Reader(source)
    while reader.at < len(source):
        reader.step()
    reader.end_quote()
    if reader.open:
        raise reader.no_end(reader.open[-1])
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
        follows = self.source[self.at + 1 : self.at + 2]
        if character == "\\" and follows and 0 < ord(follows) <= 126:
            self._keep(follows, 2)
        elif self.open and self.open[-1].kind in {"code", "pre"}:
            self._in_code(character)
        elif character == "\n" or (character == ">" and self.at == 0):
            self._line(character)
        elif self.open and self._closes(self.open[-1].kind):
            self._close()
        elif opened := next((kind for sign, kind in SIGNS if self.source.startswith(sign, self.at)), None):
            self._begin(opened)
        elif character in RESERVED:
            raise _cannot(f"Character '{character}' is reserved and must be escaped with the preceding '\\'")
        else:
            self._keep(character, 1)

    def end_quote(self) -> None:
        if self.open and self.open[-1].kind == "blockquote":
            self._note(self.open.pop())

    def no_end(self, left: _Open) -> Refused:
        offset = len(self.source[: left.source_at].encode())
        return _cannot(f"Can't find end of {NAMES[left.kind]} entity at byte offset {offset}")

    def _keep(self, character: str, consumed: int) -> None:
        self.text.append(character)
        self.units += 2 if character > "\uffff" else 1
        self.at += consumed

    def _in_code(self, character: str) -> None:
        if self._closes(self.open[-1].kind) or (character == "`" and self.open[-1].kind == "code"):
            self._close()
        else:
            self._keep(character, 1)

    def _closes(self, kind: str) -> bool:
        sign = ENDS.get(kind)
        if sign is None or not self.source.startswith(sign, self.at):
            return False
        return not (sign == "_" and self.source.startswith("__", self.at))

    def _line(self, character: str) -> None:
        in_quote = any(entry.kind == "blockquote" for entry in self.open)
        goes_on = character == ">" or self.source.startswith("\n>", self.at)
        if in_quote and not goes_on:
            if self.open[-1].kind != "blockquote":
                raise self.no_end(self.open[-1])
            self._keep("\n", 1)
            self._note(self.open.pop())
            return
        if character == "\n":
            self._keep("\n", 1)
        if goes_on:
            if not in_quote:
                self.open.append(_Open("blockquote", self.units, self.at, len(self.text)))
            self.at += 1

    def _begin(self, kind: str) -> None:
        self.open.append(_Open(kind, self.units, self.at, len(self.text)))
        self.at += len("[" if kind == "text_link" else ENDS[kind])
        if kind == "pre":
            self._skip_language()

    def _skip_language(self) -> None:
        end = self.at
        while end < len(self.source) and not self.source[end].isspace() and self.source[end] != "`":
            end += 1
        if end < len(self.source) and self.source[end] != "`":
            self.open[-1].argument = self.source[self.at : end]
            self.at = end
        if self.source.startswith("\n", self.at):
            self.at += 1

    def _close(self) -> None:
        entry = self.open.pop()
        self.at += len(ENDS[entry.kind])
        if entry.kind == "text_link":
            entry.argument = self._url("".join(self.text[entry.text_at :]))
            if user := USER_LINK.match(entry.argument):
                entry.kind, entry.argument = "text_mention", user[1]
            elif wrong_link(entry.argument):
                return
        self._note(entry)

    def _note(self, entry: _Open) -> None:
        if length := self.units - entry.begins_at:
            self.entities.append(Entity(entry.kind, entry.begins_at, length, entry.argument))

    def _url(self, shown: str) -> str:
        if not self.source.startswith("(", self.at):
            return shown
        begin = self.at = self.at + 1
        url = ""
        while self.at < len(self.source) and self.source[self.at] != ")":
            self.at += self.source[self.at] == "\\" and self.at + 1 < len(self.source)
            url += self.source[self.at]
            self.at += 1
        if self.at >= len(self.source):
            raise _cannot(f"Can't find end of a URL at byte offset {len(self.source[:begin].encode())}")
        self.at += 1
        return url


def _cannot(reason: str) -> Refused:
    return bad(f"can't parse entities: {reason}")
