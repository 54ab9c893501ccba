"""Markdown as Telegram shows it: small examples written out, and the rules of cutting."""

import itertools

import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st

from interfaces.telegram import rendering
from interfaces.telegram.format import (
    MAX_PARTS,
    MAX_ROOM,
    Part,
    answer_parts,
    clean,
    escape_markdown_v2,
    utf16_len,
)
from interfaces.telegram.links import is_link
from tests.interfaces.telegram.formats import answer_faults, part_faults
from tests.interfaces.telegram.model_texts import Sample


def shown(markdown: str) -> tuple[str, list[tuple[str, str]]]:
    """The text of the one part, and each entity's type with what it covers."""
    (part,) = answer_parts(markdown).parts
    assert list(part_faults(part)) == []
    return part.text, entities(part)


def entities(part: Part) -> list[tuple[str, str]]:
    data = part.text.encode("utf-16-le")
    return [
        (str(entity.type), data[2 * entity.offset : 2 * (entity.offset + entity.length)].decode("utf-16-le"))
        for entity in part.entities
    ]


@pytest.mark.parametrize(
    ("markdown", "text", "formatting"),
    [
        ("**a *b*** ~~c~~", "a b c", [("bold", "a b"), ("italic", "b"), ("strikethrough", "c")]),
        ("# Head\n\ntext", "Head\n\ntext", [("bold", "Head"), ("underline", "Head")]),
        ("**see `x` here**", "see x here", [("bold", "see "), ("code", "x"), ("bold", " here")]),
        ("- a\n  1. b\n- [ ] c\n- [x] d", "• a\n  1. b\n☐ c\n✅ d", []),
        ("> a **b**\n>> c", "a b\nc", [("blockquote", "a b\nc"), ("bold", "b")]),
        ("```py title=x\nif a:\n\treturn\n```", "if a:\n    return", [("pre", "if a:\n    return")]),
        ("**重點：**內容", "重點：內容", [("bold", "重點：")]),
        (
            "請看**「引用」**和~~舊。~~字",
            "請看「引用」和舊。字",
            [("bold", "「引用」"), ("strikethrough", "舊。")],
        ),
        ("`：**內` a：\\*內", "：**內 a：*內", [("code", "：**內")]),
        ("👍 **b**", "👍 b", [("bold", "b")]),
        ("[`a`](https://e.com)", "a", [("text_link", "a")]),
        ("[a](src/a.py#L1)", "a (src/a.py#L1)", []),
        ("[a](javascript:b)", "a (javascript:b)", []),
        ("[a](http://localhost:80)", "a (http://localhost:80)", []),
        ("<http://localhost>", "http://localhost", []),
        ("[Bob](tg://user?id=1)", "Bob (tg://user?id=1)", []),
        ("[write](mailto:a@b.com?subject=x)", "write (a@b.com)", []),
        ("<a@b.com>", "a@b.com", []),
        ("![cat](https://e.com/c.png)", "🖼 cat", [("text_link", "🖼 cat")]),
        ("[](https://e.com)", "https://e.com", [("text_link", "https://e.com")]),
        ("Map<String> <b>x</b><br>y", "Map<String> <b>x</b>\ny", []),
        ("<div>\na\n</div>\n\nb", "<div>\na\n</div>\n\nb", []),
        ("if a || b || c", "if a || b || c", []),
        ("~5 to ~6, $5-$6, $HOME:$PATH", "~5 to ~6, $5-$6, $HOME:$PATH", []),
        ("\\(\\frac{1}{2}\\)", "½", [("code", "½")]),
        ("`\\(a=b\\)`", "\\(a=b\\)", [("code", "\\(a=b\\)")]),
        ("**open `too", "**open `too", []),
        ("a&#0;b&#1;c&#x202e;d", "a\ufffdb c\u2060d", []),
        ("  \n\n    code", "code", [("pre", "code")]),
        ("[x]: https://e.com", "[x]: https://e.com", []),
    ],
)
def test_markdown_is_shown_as_telegram_can(
    markdown: str, text: str, formatting: list[tuple[str, str]]
) -> None:
    assert shown(markdown) == (text, formatting)


def test_a_table_is_aligned_by_the_width_of_its_characters() -> None:
    text, formatting = shown("| 名前 | n |\n|---|---|\n| 漢字 | 1 |\n| a | **2** |\n| 👍🏽 | $x$ |")
    assert text == "名前 | n\n-----+--\n漢字 | 1\na    | 2\n👍🏽   | x"
    assert formatting == [("pre", text)]


def test_the_language_of_code_is_kept_and_nothing_of_the_info_string_else() -> None:
    for info, language in [("c++", "c++"), ("python title=x", "python"), ("{r}", None), ("", None)]:
        assert answer_parts(f"```{info}\nx\n```").parts[0].entities[0].language == language


@pytest.mark.parametrize("markdown", ["", "  \n", "\u200b\u3164", "\x00\x07"])
def test_a_blank_answer_is_an_ellipsis(markdown: str) -> None:
    answer = answer_parts(markdown)
    assert [part.text for part in answer.parts] == ["…"]
    assert answer.file is None


def test_plain_is_the_text_without_entities() -> None:
    (part,) = answer_parts("**a** `b`").parts
    assert part.plain == "a b"


def test_a_text_is_cut_at_the_best_place_within_reach() -> None:
    for end, rest in [("\n\n", "B"), ("\n", "B"), (". ", "B"), ("。", "二"), (" ", "b")]:
        text = "a" * 3000 + end + rest * 3000
        assert [part.text for part in answer_parts(text).parts] == [("a" * 3000 + end).strip(), rest * 3000]
    sentences = "x" * 2500 + ". " + "y" * 1000 + " " + "z" * 3000
    assert answer_parts(sentences).parts[0].text == "x" * 2500 + "."


def test_a_line_without_any_end_is_cut_between_characters_as_a_reader_counts_them() -> None:
    family = "👨‍👩‍👧‍👦"
    parts = answer_parts(family * 1000).parts
    assert "".join(part.text for part in parts) == family * 1000
    assert all(part.text.startswith("👨") and utf16_len(part.text) <= 4096 for part in parts)


def test_a_character_longer_than_a_message_is_cut_all_the_same() -> None:
    mountain = "a" + "\u0301" * 9000
    assert "".join(part.text for part in answer_parts(mountain).parts) == mountain


def test_code_that_fits_in_a_message_is_kept_whole() -> None:
    code = "\n\n".join(f"line {number}" for number in range(300))
    parts = answer_parts(f"{'word ' * 500}\n\n```py\n{code}\n```\n\nend").parts
    assert ("pre", code) in entities(parts[1])
    assert parts[0].text.endswith("word")


def test_code_that_does_not_fit_is_cut_at_line_ends_and_each_piece_is_code_of_the_language() -> None:
    lines = [f"line {number} " + "x" * 50 for number in range(200)]
    parts = answer_parts("```rust\n" + "\n".join(lines) + "\n```").parts
    assert len(parts) > 1
    assert "\n".join(part.text for part in parts).split("\n") == lines
    for part in parts:
        (entity,) = part.entities
        assert (entity.type, entity.language, entity.offset) == ("pre", "rust", 0)
        assert entity.length == utf16_len(part.text)


def test_formatting_across_a_cut_goes_on_in_the_next_part() -> None:
    first, second = answer_parts("**" + "word " * 1000 + "end**").parts
    for part in (first, second):
        assert entities(part) == [("bold", part.text)]


def test_the_last_part_leaves_room_for_the_receipt() -> None:
    for size in range(3000, 9000, 250):
        parts = answer_parts("word " * (size // 5), room=500).parts
        assert utf16_len(parts[-1].text) <= 4096 - 500
        assert all(utf16_len(part.text) <= 4096 for part in parts)
    assert len(answer_parts("x" * 4000, room=96).parts) == 1
    assert len(answer_parts("x" * 4000, room=97).parts) == 2


@pytest.mark.parametrize("room", [-1, MAX_ROOM + 1])
def test_a_room_that_leaves_no_message_is_refused(room: int) -> None:
    with pytest.raises(ValueError, match="room"):
        answer_parts("a", room=room)


def test_over_ten_parts_the_answer_is_a_file_and_its_beginning() -> None:
    ten = "\n\n".join(["x" * 4090] * MAX_PARTS)
    assert len(answer_parts(ten).parts) == MAX_PARTS
    assert answer_parts(ten).file is None
    more = f"**{'a' * 3000}**\n\n{ten}\ud83d"
    answer = answer_parts(more, room=100)
    assert answer.file == more.replace("\ud83d", "\ufffd").encode()
    (part,) = answer.parts
    assert part.text == "a" * 3000 + "\n…"
    assert entities(part) == [("bold", "a" * 3000)]


def test_of_more_than_a_hundred_entities_the_weightier_stay() -> None:
    (part,) = answer_parts("*i* **b** " * 100 + "`c` " * 60 + "[l](https://e.com) " * 30).parts
    kinds = [kind for kind, _ in entities(part)]
    assert len(kinds) == 100
    assert (kinds.count("code"), kinds.count("text_link"), kinds.count("bold")) == (60, 30, 10)


class PanicException(BaseException):
    """Named as what the parser raises when its Rust code panics."""


@pytest.mark.parametrize("error", [RuntimeError, RecursionError, PanicException])
def test_when_the_library_fails_the_plain_text_is_sent(
    error: type[BaseException], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise error("a bug in the library")

    monkeypatch.setattr(rendering, "parsed", fails)
    (part,) = answer_parts("**a** \ud83d [b](https://e.com)").parts
    assert part == Part("**a** \ufffd [b](https://e.com)")


def test_an_interrupt_is_no_failure_of_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(rendering, "parsed", interrupted)
    with pytest.raises(KeyboardInterrupt):
        answer_parts("a")


HOSTILE = {
    "quotes": ">" * 99_000,
    "a list in a list in a list": "1. " * 33_000,
    "images in images": "![x" * 14_000 + "](a)" * 14_000,
    "links between images": "[![a](b)" * 12_000,
    "empty code": "```\n" * 24_000,
    "empty formulas": "$$ $$\n\n" * 14_000,
    "nested emphasis": "*_" * 24_000 + "a" + "_*" * 24_000,
    "delimiters": "\\(" * 49_000,
    "marks that double the text": "$" + "\\underline{" * 40 + "x" + "}" * 40 + "$",
    "formulas that grow": ("$" + "\\cancel{" * 5 + "x" * 900 + "}" * 5 + "$ ") * 100,
    "a table with a wide head": "|a" * 2000 + "|\n" + "|-" * 2000 + "|\n" + "|x|\n" * 20_000,
    "a table with one wide cell": "|a|b|\n|-|-|\n|" + "x" * 40_000 + "|y|\n" + "|x|y|\n" * 9000,
    "one character": "a" + "\u0301" * 99_000,
    "directions": "\u202e\u2066" * 49_000,
    "nested directions": "\u2066" * 30_000 + "\u202a" + "\u2069" * 60_000,
    "line ends": "\n" * 99_000 + "a",
    "open brackets": "![ ![ " * 16_000,
    "a megabyte of stars": "*a" * 500_000,
    "a megabyte of cells": "|x" * 500_000,
    "a megabyte of blanks": " \n" * 500_000 + "b",
    "a megabyte of surrogates": "\ud83d" * 1_000_000,
}


# Five seconds are the promise; the slowest takes under one on two idle cores.
@pytest.mark.timeout(15)
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_text_takes_no_longer_than_a_long_one(name: str) -> None:
    answer = answer_parts(HOSTILE[name])
    assert list(answer_faults(answer, Sample(HOSTILE[name], (), ()))) == []


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("a\ud83db", "a\ufffdb"),
        ("a\x00\x1b\x9fb\tc", "ab\tc"),
        ("a\r\nb\rc\u2028d\x0be", "a\nb\nc\nd\ne"),
        ("\u202eevil", "\u202eevil\u202c"),
        ("\u2067a\nb", "\u2067a\u2069\nb"),
        ("\u2066a\u202bb", "\u2066a\u202bb\u202c\u2069"),
        ("\u2066a\u202bb\u2069c", "\u2066a\u202bb\u2069c"),
        ("a\u2069\u202cb", "ab"),
        ("שלום \u200fa", "שלום \u200fa"),
    ],
)
def test_clean_keeps_what_is_visible_and_closes_what_is_open(text: str, cleaned: str) -> None:
    assert clean(text) == cleaned
    assert clean(cleaned) == cleaned


@pytest.mark.parametrize(
    ("target", "is_taken"),
    [
        ("https://example.com/a?b=ü#c", True),
        ("HTTP://münchen.example:8080", True),
        ("tg://resolve?domain=x", True),
        ("tg://user?id=1", False),
        ("tg:user?id=1", False),
        ("http://localhost/", False),
        ("https://user@example.com/", False),
        ("https://example.com:0/", False),
        ("https://example.com:65536/", False),
        ("https://[::1]/", False),
        ("https://exam ple.com/", False),
        ("https://example.com/a b", False),
        ("https://example.com/\u202e", False),
        ("https://../", False),
        ("mailto:a@b.com", False),
        ("//example.com", False),
        ("https://example.com/" + "a" * 3000, False),
        ("", False),
    ],
)
def test_only_targets_that_telegram_takes_are_links(target: str, is_taken: bool) -> None:
    assert is_link(target) is is_taken


ANY_TEXT = st.text(alphabet=st.characters(codec=None), max_size=300)
MARKUP = st.lists(
    st.sampled_from(
        [
            *"*_~`[]()<>|$\\#-!& \n\t",
            "\n\n",
            "```",
            "$$",
            "http://e.com",
            "a",
            "👍🏽",
            "名",
            "\u202e",
            "\ud83d",
            "&#1;",
            "> ",
            "1. ",
        ]
    ),
    max_size=80,
).map("".join)


@settings(max_examples=300)
@given(st.one_of(ANY_TEXT, MARKUP), st.integers(0, MAX_ROOM))
def test_any_text_at_all_can_be_delivered(markdown: str, room: int) -> None:
    answer = answer_parts(markdown, room=room)
    assert list(answer_faults(answer, Sample(markdown, (), ()), room)) == []


@settings(max_examples=60)
@given(
    st.lists(
        st.sampled_from(
            ["word ", "x" * 900, "。", ".\n", "\n\n", "👨‍👩‍👧‍👦" * 40, "e\u0301" * 99, "漢" * 500]
        ),
        max_size=60,
    )
)
def test_the_parts_hold_all_of_a_text_and_cut_no_character(pieces: list[str]) -> None:
    text = "".join(pieces)
    answer = answer_parts(text)
    if answer.file is None and text.strip():
        blanks = str.maketrans("", "", " \n")
        assert "".join(part.text for part in answer.parts).translate(blanks) == text.translate(blanks)
        for _, part in itertools.pairwise(answer.parts):
            assert not regex.match(r"[\p{M}\u200d]", part.text)


@given(st.text())
def test_escaped_text_is_what_telegram_reads_back(text: str) -> None:
    # Read from the left as Telegram does: a backslash takes the next character as it is, and no character that
    # means something in MarkdownV2 stands without one (Bot API, "MarkdownV2 style").
    read = regex.findall(
        r"\\([_*\[\]()~`>#+\-=|{}.!\\])|([^_*\[\]()~`>#+\-=|{}.!\\])", escape_markdown_v2(text), regex.DOTALL
    )
    assert "".join(escaped + plain for escaped, plain in read) == text
    assert sum(1 + bool(escaped) for escaped, _ in read) == len(escape_markdown_v2(text))


@given(st.text(alphabet=st.characters(codec=None)))
def test_clean_text_is_taken_by_telegram_as_it_is(text: str) -> None:
    cleaned = clean(text)
    cleaned.encode()
    assert clean(cleaned) == cleaned
    assert not regex.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]", cleaned)


@given(st.text(alphabet=st.characters(codec=None)))
def test_lengths_are_counted_in_utf16_units(text: str) -> None:
    assert utf16_len(text) == sum(2 if ord(char) > 0xFFFF else 1 for char in text)
