"""Markdown to text and spans: `telegramify-markdown`'s walker, with what a model's text needs otherwise.

Called by `format`. The differences to the library: HTML stays as text instead of vanishing, `||` is no
spoiler (models write it as "or" and in tables), LaTeX is not looked for inside code, table columns align with
wide characters, and link targets that Telegram refuses become text. Positions are indices of Python strings;
`parts` turns them into UTF-16 units.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Literal, cast

import regex
from telegramify_markdown import RenderConfig
from telegramify_markdown.converter import EventWalker

from interfaces.telegram.characters import clean, is_blank, made_safe
from interfaces.telegram.links import is_link, shown_target
from interfaces.telegram.parsing import Event, has_too_many_cells, parsed
from interfaces.telegram.tables import aligned

Kind = Literal[
    "blockquote",
    "expandable_blockquote",
    "pre",
    "code",
    "text_link",
    "bold",
    "italic",
    "underline",
    "strikethrough",
]


@dataclass(frozen=True, slots=True)
class Span:
    """A formatted stretch of a text: `text[start:end]`."""

    kind: Kind
    start: int
    end: int
    url: str | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Rendered:
    """A text with its formatting; the spans may still overlap in ways that Telegram does not take."""

    text: str
    spans: tuple[Span, ...] = ()


def render(markdown: str) -> Rendered:
    """The text and spans of `markdown`; its clean plain text where the library fails or would take too long."""
    source = clean(markdown).expandtabs(4)
    plain = Rendered(made_safe(source))
    if has_too_many_cells(source):
        return plain
    try:
        rendered = _walked(source)
    except Exception:  # noqa: BLE001 - whatever a parser trips over, the answer is still delivered
        return plain
    except BaseException as error:
        # A panic of the parser, which is written in Rust, is no Exception.
        if type(error).__name__ != "PanicException":
            raise
        return plain
    # Nothing but link definitions or empty quotes: what was written is better than nothing.
    return plain if is_blank(rendered.text) else rendered


def _walked(source: str) -> Rendered:
    source, events = parsed(source)
    text, entities, _ = _Walker(_CONFIG, source).walk(events)
    at = _indices(text)
    spans = tuple(
        Span(
            cast("Kind", entity.type),
            at(entity.offset),
            at(entity.offset + entity.length),
            entity.url,
            _language(entity.language),
        )
        for entity in entities
    )
    return Rendered(made_safe(text), spans)


def _config() -> RenderConfig:
    config = RenderConfig.isolated()
    symbols = config.markdown_symbol
    symbols.heading_level_1 = symbols.heading_level_2 = symbols.heading_level_3 = symbols.heading_level_4 = ""
    symbols.task_uncompleted = "☐"
    symbols.unordered_list_item = "•"
    return config


_CONFIG: Final = _config()

_LANGUAGE: Final = regex.compile(r"[\w+#.-]{1,40}")


def _language(info: str | None) -> str | None:
    found = _LANGUAGE.match(info or "")
    return found[0] if found else None


def _indices(text: str) -> Callable[[int], int]:
    """A function from an offset in UTF-16 units to an index of `text`."""
    if text.isascii() or max(text) < "\U00010000":
        return int
    indices: list[int] = []
    for index, char in enumerate(text):
        indices += [index, index] if ord(char) > 0xFFFF else [index]
    return [*indices, len(text)].__getitem__


@dataclass(slots=True)
class _OpenLink:
    target: str
    is_link: bool
    label: list[str] = field(default_factory=list)


_BREAK: Final = regex.compile(r"<br\s*/?>", regex.IGNORECASE)
# The library repeats some marks for every character inside, so that nesting them doubles the text each time.
_GROWING: Final = regex.compile(
    r"\\(?:sqrt|overline|underline|[bx]?cancel|sout|overbrace|underbrace|underbar|\w*line)\b"
)
_MAX_GROWING: Final = 5
_MAX_FORMULA: Final = 1000
# Each level of a list is indented, and each of an image in an image has a label: deep ones take the square of
# their length.
_MAX_DEPTH: Final = 50


class _TooDeepError(Exception):
    """No person can read what is nested so deep: the text is shown as it is."""


class _Walker(EventWalker):
    """The library's walker over the parser's events, with the differences named at the top of this module."""

    def __init__(self, config: RenderConfig, source: str) -> None:
        super().__init__(config, source)
        self._links: list[_OpenLink] = []

    def _handle_event(self, event: Event) -> None:
        payload = event[0]
        if isinstance(payload, dict) and "Html" in payload:
            self._on_text(payload["Html"])
        else:
            super()._handle_event(event)

    def _on_start(self, tag: object, source_range: dict[str, int] | None = None) -> None:
        if tag == "HtmlBlock":
            self._ensure_block_spacing(self._source_start(source_range))
        else:
            super()._on_start(tag, source_range)

    def _on_end(self, tag: object) -> None:
        if tag in ("Link", "Image"):
            self._on_end_link()
        elif tag == "HtmlBlock":
            self._mark_block_end()
        else:
            super()._on_end(tag)

    def _on_text(self, text: str) -> None:
        self._on_label(text)
        super()._on_text(text)

    def _on_label(self, text: str) -> None:
        for link in self._links:
            link.label.append(text)

    def _on_inline_html(self, html: str) -> None:
        if _BREAK.fullmatch(html):
            self._on_soft_break()
        else:
            self._on_text(html)

    def _on_inline_code(self, code: str) -> None:
        self._on_label(code)
        super()._on_inline_code(code)

    def _on_inline_math(self, math: str) -> None:
        if self._in_table_cell or _is_heavy(math):
            self._on_text(math)
        else:
            self._on_label(math)
            super()._on_inline_math(math)

    def _on_display_math(self, math: str, source_range: dict[str, int] | None = None) -> None:
        if self._in_table_cell or _is_heavy(math):
            self._on_text(math)
        else:
            super()._on_display_math(math, source_range)

    def _on_end_code_block(self) -> None:
        # The library scans back over empty blocks for each new one: thousands of them would take minutes.
        if not "".join(self._code_block_parts).strip():
            self._in_code_block = False
        else:
            super()._on_end_code_block()

    def _on_start_list(self, start_number: int | None, source_start: int | None = None) -> None:
        if len(self._list_stack) >= _MAX_DEPTH:
            raise _TooDeepError
        super()._on_start_list(start_number, source_start)

    def _on_start_link(self, link_data: dict[str, str]) -> None:
        if len(self._links) >= _MAX_DEPTH:
            raise _TooDeepError
        target = link_data["dest_url"]
        if link_data["link_type"] == "Email":
            target = f"mailto:{target}"
        self._links.append(_OpenLink(target, is_link(target)))
        if self._links[-1].is_link:
            self._push_entity("text_link", url=target)

    def _on_start_image(self, image_data: dict[str, str]) -> None:
        self._on_start_link(image_data)
        super()._on_text(f"{self._config.markdown_symbol.image} ")

    def _on_end_link(self) -> None:
        link = self._links.pop()
        label = "".join(link.label)
        if link.is_link:
            if not label.strip():
                self._on_text(link.target)
            self._pop_entity("text_link")
        elif shown := shown_target(link.target, label):
            self._on_text(f" ({shown})" if label.strip() else shown)

    def _format_table(self, rows: list[list[str]]) -> str:
        return aligned(rows)


def _is_heavy(math: str) -> bool:
    return len(math) > _MAX_FORMULA or len(_GROWING.findall(math)) > _MAX_GROWING
