"""Entities and markup on the fake Bot API: what is refused, what Telegram repairs without a word."""

import random
from collections.abc import AsyncIterator

import pytest
from telegram import MessageEntity
from telegram.error import BadRequest

from tests.botapi.entities import CODES, QUOTES, STYLES, Entity, repaired
from tests.botapi.formatted import made_right, read_text, utf16_length
from tests.botapi.refusal import Refused
from tests.botapi.talk import Talk, a_talk
from tests.botapi.transcript import rendered

ANN = 1001
BEGINS = "entity beginning at UTF-16 offset"


@pytest.fixture
async def talk() -> AsyncIterator[Talk]:
    async with a_talk() as talk:
        yield talk


@pytest.mark.parametrize(
    ("text", "entity", "words"),
    [
        ("abc", ("bold", 0, 4), f"{BEGINS} 0 ends after the end of the text at UTF-16 offset 4"),
        ("abc", ("bold", 3, 1), f"{BEGINS} 3 ends after the end of the text at UTF-16 offset 4"),
        ("abc", ("bold", 4, 1), "entity begins after the end of the text at UTF-16 offset 4"),
        ("a😀b", ("bold", 2, 2), "entity begins in a middle of a UTF-16 symbol at UTF-16 offset 2"),
        ("a😀b", ("bold", 0, 2), f"{BEGINS} 0 ends in a middle of a UTF-16 symbol at UTF-16 offset 2"),
        ("abc", ("bold", -1, 2), "receive an entity with incorrect offset -1"),
        ("abc", ("shouted", 0, 2), "can't parse MessageEntity: Unsupported type specified"),
    ],
)  # fmt: skip
async def test_an_entity_outside_the_text_or_of_no_type_is_refused(
    talk: Talk, text: str, entity: tuple[str, int, int], words: str
) -> None:
    with pytest.raises(BadRequest):
        await talk.bot.send_message(ANN, text, entities=[MessageEntity(*entity)])
    assert talk.api.requests[-1].description == f"Bad Request: {words}"


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("nonsense", "Wrong HTTP URL"),
        ("/etc/passwd", "URL host is empty"),
        ("ftp://a.example", "Unsupported URL protocol"),
        ("http://a.example:x/", "Wrong port number specified in the URL"),
        ("http://localhost:80", "Wrong HTTP URL"),
    ],
)
async def test_a_link_that_telegram_does_not_take_fails_the_whole_message(
    talk: Talk, url: str, reason: str
) -> None:
    with pytest.raises(BadRequest):
        await talk.bot.send_message(ANN, "link", entities=[MessageEntity("text_link", 0, 4, url=url)])
    words = f"Bad Request: entity URL '{url}' is invalid: {reason}"
    assert talk.api.requests[-1].description == words


@pytest.mark.parametrize(
    ("text", "sent", "kept"),
    [
        pytest.param("  hi  ", [("bold", 2, 4)], ("hi", [("bold", 0, 2)]), id="white space is trimmed"),
        pytest.param("a b", [("bold", 1, 2)], ("a b", [("bold", 2, 1)]), id="a style does not begin with a space"),
        pytest.param("a   b", [("bold", 1, 3)], ("a   b", []), id="a style of spaces is dropped"),
        pytest.param("a\r\n\tb", [("bold", 4, 1)], ("a\n b", [("bold", 3, 1)]), id="control characters go"),
        pytest.param("a\u202eb", [("code", 2, 1)], ("ab", [("code", 1, 1)]), id="direction overrides go"),
        pytest.param("abcd", [("code", 0, 4), ("bold", 1, 2)], ("abcd", [("code", 0, 4)]), id="code holds nothing"),
        pytest.param(
            "abcd",
            [("bold", 0, 4), ("code", 1, 2)],
            ("abcd", [("bold", 0, 1), ("code", 1, 2), ("bold", 3, 1)]),
            id="code is cut out of a style",
        ),
        pytest.param(
            "abcd",
            [("bold", 0, 3), ("italic", 2, 2)],
            ("abcd", [("bold", 0, 3), ("italic", 2, 1), ("italic", 3, 1)]),
            id="styles that cross are cut",
        ),
        pytest.param("abcd", [("bold", 0, 2), ("bold", 2, 2)], ("abcd", [("bold", 0, 4)]), id="neighbours are joined"),
        pytest.param("abcd", [("code", 0, 3), ("pre", 2, 2)], ("abcd", [("code", 0, 3)]), id="the first of two codes"),
        pytest.param(
            "abcd",
            [("blockquote", 0, 3), ("blockquote", 1, 1), ("code", 2, 2)],
            ("abcd", [("blockquote", 0, 3)]),
            id="quotes are not nested and nothing sticks out of them",
        ),
        pytest.param("#tag", [("hashtag", 0, 4)], ("#tag", []), id="what Telegram finds itself is not taken"),
        pytest.param("abc", [("bold", 1, 0)], ("abc", []), id="nothing is nothing"),
    ],
)  # fmt: skip
async def test_telegram_makes_entities_right_without_a_word(
    talk: Talk, text: str, sent: list[tuple[str, int, int]], kept: tuple[str, list[tuple[str, int, int]]]
) -> None:
    answer = await talk.bot.send_message(ANN, text, entities=[MessageEntity(*entity) for entity in sent])
    assert (answer.text, [(str(e.type), e.offset, e.length) for e in answer.entities]) == kept


async def test_what_was_repaired_is_in_the_ledger_and_a_right_text_has_no_note(talk: Talk) -> None:
    await talk.bot.send_message(
        ANN, "abcd", entities=[MessageEntity("bold", 0, 4), MessageEntity("code", 1, 2)]
    )
    assert talk.api.requests[-1].notes == ("entities repaired: 2 sent, 3 kept",)
    await talk.bot.send_message(
        ANN, "abcd ", entities=[MessageEntity("bold", 0, 2), MessageEntity("code", 2, 2)]
    )
    assert talk.api.requests[-1].notes == ("text changed",)
    await talk.bot.send_message(
        ANN, "abcd", entities=[MessageEntity("bold", 0, 3), MessageEntity("italic", 1, 2)]
    )
    assert not talk.api.requests[-1].notes


async def test_the_hundred_and_first_entity_is_dropped_and_styles_go_first(talk: Talk) -> None:
    text = "ab" * 101
    codes = [MessageEntity("code", 2 * n, 1) for n in range(60)]
    styles = [MessageEntity("bold", 2 * n + 1, 1) for n in range(60)]
    answer = await talk.bot.send_message(ANN, text, entities=[*styles, *codes])
    kinds = [entity.type for entity in answer.entities]
    assert (kinds.count("code"), kinds.count("bold")) == (60, 40)
    assert talk.api.requests[-1].notes == ("entities dropped: 20 over the limit",)


@pytest.mark.parametrize(
    ("mode", "source", "shown"),
    [
        ("MarkdownV2", "*b _i_* __u__ ~s~ ||p||", "**b _i_** __u__ ~~s~~ ||p||"),
        ("MarkdownV2", "`c` [t](https://a.example/x\\)y) \\.", "`c` [t](https://a.example/x)y) ."),
        ("MarkdownV2", "```py\nx = *1*```", "```py\nx = *1*\n```"),
        ("MarkdownV2", ">one\n>two\nafter", "<quote>one\ntwo\n</quote>after"),
        ("MarkdownV2", "[me](tg://user?id=77) 😀*😀*", "[me](tg://user?id=77) 😀**😀**"),
        ("HTML", "<b>b <i>i</i></b> <u>u</u> <s>s</s>", "**b _i_** __u__ ~~s~~"),
        ("HTML", "<code>&lt;c&gt;</code> <a href='https://a.example/?a&amp;b'>t</a>", "`<c>` [t](https://a.example/?a&b)"),
        ("HTML", '<pre><code class="language-py">x</code></pre> &#128512;', "```py\nx\n``` 😀"),
        ("HTML", '<span class="tg-spoiler">p</span>', "||p||"),
        ("HTML", "<blockquote expandable>q</blockquote>", "<quote expandable>q</quote>"),
    ],
)  # fmt: skip
async def test_markup_becomes_entities(talk: Talk, mode: str, source: str, shown: str) -> None:
    await talk.bot.send_message(ANN, source, parse_mode=mode)
    (message,) = talk.api.messages(talk.owner)
    assert rendered(message.text, message.entities) == shown


@pytest.mark.parametrize(
    ("mode", "source", "words"),
    [
        ("MarkdownV2", "a.b", "Character '.' is reserved and must be escaped with the preceding '\\'"),
        ("MarkdownV2", "a | b", "Character '|' is reserved and must be escaped with the preceding '\\'"),
        ("MarkdownV2", "é *b", "Can't find end of Bold entity at byte offset 3"),
        ("MarkdownV2", "`code", "Can't find end of Code entity at byte offset 0"),
        ("MarkdownV2", "[t](https://a.example", "Can't find end of a URL at byte offset 4"),
        ("HTML", "<b>x", 'Can\'t find end tag corresponding to start tag "b"'),
        ("HTML", "<b><i>x</b></i>", 'Unmatched end tag at byte offset 7, expected "</i>", found "</b>"'),
        ("HTML", "é<h1>x</h1>", 'Unsupported start tag "h1" at byte offset 2'),
        ("HTML", "x</b>", "Unexpected end tag at byte offset 1"),
        ("HTML", "1 < 2", "Unclosed start tag at byte offset 2"),
    ],
)
async def test_markup_that_is_wrong_is_refused(talk: Talk, mode: str, source: str, words: str) -> None:
    with pytest.raises(BadRequest, match="an't parse entities"):
        await talk.bot.send_message(ANN, source, parse_mode=mode)
    assert talk.api.requests[-1].description == f"Bad Request: can't parse entities: {words}"


def _covered(entities: list[Entity]) -> set[tuple[str, int]]:
    return {(entity.type, place) for entity in entities for place in range(entity.offset, entity.end)}


def test_two_thousand_random_sets_of_entities_come_out_nested_and_stay_so() -> None:
    dice = random.Random(7)
    kinds = [*STYLES, *QUOTES, *CODES, "text_link"]
    for _ in range(2000):
        sent = [
            Entity(dice.choice(kinds), dice.randrange(30), dice.randrange(1, 12), "a.b") for _ in range(8)
        ]
        kept = repaired(sent)
        assert _covered(repaired(kept)) == _covered(kept)
        for one in kept:
            for other in kept:
                inside = one.offset <= other.offset and other.end <= one.end
                around = other.offset <= one.offset and one.end <= other.end
                assert one.end <= other.offset or other.end <= one.offset or inside or around
                assert one is other or not (one.type in CODES and other.type in STYLES and (inside or around))


def test_random_texts_are_kept_or_refused_but_never_break_the_fake() -> None:
    dice, pieces = (
        random.Random(11),
        [*"ab \n\t\r", "😀", "中", "\u202e", "\u200f", "*", "_", "<b>", "</b>", "`", "\\"],
    )
    outcomes = set()
    for _ in range(3000):
        text = "".join(dice.choices(pieces, k=dice.randrange(1, 15)))
        mode = dice.choice(["", "HTML", "MarkdownV2"])
        try:
            read = read_text(text, mode, "[]")
        except Refused as refused:
            outcomes.add(refused.status)
            continue
        outcomes.add(200)
        assert all(0 <= e.offset < e.end <= utf16_length(read.text) for e in read.entities)
        assert made_right(read.text, read.entities).text == read.text
    assert outcomes == {200, 400}
