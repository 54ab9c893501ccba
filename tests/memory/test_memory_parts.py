"""The parts of memory: terms, excerpts, wishes, facts, and when a summary may stand for turns."""

import pytest

from memory.asking import asks, points_back, wanted_kinds
from memory.excerpts import excerpt
from memory.facts import facts_in
from memory.ledger import all_facts, ledger_of
from memory.summaries import may_stand_for, share_kept
from memory.terms import terms_of, words_of
from memory.turns import Said, tokens_of
from memory.wishes import wishes_in


def client(text: str, n: int = 1) -> Said:
    return Said(n, "user", text)


def test_chinese_is_searched_by_pairs_and_identifiers_are_kept_whole() -> None:
    assert terms_of("门禁密码") == ("门禁", "禁密", "密码")
    assert "inv-2041.pdf" in terms_of("Open INV-2041.pdf, please")
    assert terms_of("ＡＢＣ appointments") == ("abc", "appoin")
    assert words_of("the 12 hulls") == ("hulls",)


def test_an_excerpt_keeps_whole_lines_and_says_how_much_is_gone() -> None:
    text = "\n".join(f"line {n}: value {n * 7}" for n in range(400))

    short = excerpt(text, 200)

    assert tokens_of(short) <= 200
    assert "characters left out" in short
    lines = [line for line in short.splitlines() if not line.startswith("[…")]
    assert set(lines) <= set(text.splitlines())
    assert {"line 0: value 0", "line 399: value 2793"} <= set(lines)


@pytest.mark.parametrize(
    "text",
    [
        "Always answer in German.",
        "Bitte antworte immer auf Deutsch.",
        "Désormais, réponds en français.",
        "A partir de ahora, usa metros.",
        "Remember that my sister is vegan.",
        "My name is Odile.",
        "以后都用中文回答。",
        "今後は短く答えてください。",
    ],
)
def test_a_standing_wish_is_read_in_many_languages(text: str) -> None:
    assert wishes_in(client(text)) == (text,)
    assert wishes_in(Said(1, "assistant", text)) == ()


@pytest.mark.parametrize(
    "text",
    [
        "Do you remember my sister?",
        "> Always answer in German, he wrote.",
        "I slept well.",
        "She never came.",
    ],
)
def test_what_is_no_wish_is_none(text: str) -> None:
    assert wishes_in(client(text)) == ()


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("The file lies in /srv/vault/nightly.", "path"),
        ("See https://example.org/a?b=1 for it.", "address"),
        ("We decided to go with the blue one.", "decision"),
        ("The order is INV-2041.", "identifier"),
        ("I must call the bank by Friday.", "task"),
        ("Our accountant is called Ingrid Halloran.", "name"),
        ("年会定在一月十六号。", "date"),
    ],
)
def test_a_fact_is_the_sentence_as_it_was_said(text: str, kind: str) -> None:
    (fact,) = facts_in(client(text))
    assert fact.text == text
    assert kind in fact.kinds


def test_questions_and_demands_state_nothing() -> None:
    assert facts_in(client("Is it 4711? Write 300 words on INV-2041.")) == ()
    assert asks("Schreib mir 3 Zeilen.")
    assert not asks("The price is 12 euros.")


def test_a_question_says_what_would_answer_it() -> None:
    assert "name" in wanted_kinds("Who repaired it?")
    assert "date" in wanted_kinds("Wann kommt er?")
    assert "number" in wanted_kinds("多少钱？")
    assert wanted_kinds("Thanks.") == frozenset()
    assert points_back("And his number?")


def test_a_certain_update_replaces_and_a_doubtful_one_names_its_successor() -> None:
    turns = [
        client("The kitchen tap in Bonn needs the cartridge KX-10.", 1),
        client("The kitchen tap in Bonn needs the cartridge KX-22.", 3),
    ]

    assert [fact.n for fact in ledger_of(turns, 400)] == [3]
    assert len(all_facts(turns)) == 2


def test_a_summary_stands_only_when_it_keeps_the_facts_and_adds_none() -> None:
    turns = [
        client("The rent is 940 euros and the code is KX-10.", 1),
        client("We meet on Friday at 9:30.", 3),
    ]
    ledger = ledger_of(turns, 400)
    whole = "The client pays 940 euros, uses the code KX-10 and meets on Friday at 9:30."

    assert may_stand_for(whole, turns, ledger)
    assert share_kept("The client pays rent.", ledger) < 0.95
    assert not may_stand_for("The client pays rent and has a code.", turns, ledger)
    assert not may_stand_for(f"{whole} The deposit is 2,000 euros.", turns, ledger)
