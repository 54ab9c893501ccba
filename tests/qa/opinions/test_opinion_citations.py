"""Citations that must stand in what was given: found, missing, or not to be looked up."""

# ruff: noqa: E501 - a quote reads better in one piece

import time

import pytest

from qa.findings import CheckStatus, Given, Subject
from qa.opinions.citations import find_citations
from qa.spec import OpinionsSpec, QaSpec
from qa.validator import validate

SPEC = QaSpec(name="citations", opinions=OpinionsSpec())
LEASE = Given(
    "lease.txt",
    "Page 1\n1. Parties\nThe landlord is Ada Byron.\n2. Rent\n2.1 Amount\nThe tenant shall pay 950 euros on the third day of each"
    "\nmonth, without any deduc-\ntion or delay. See [1] and [2].\nPage 2\n3. End\nEither side may end the lease with three months’ notice.\n",
)
CHINESE = Given("合同.txt", "第三条 乙方应于每月五日前支付租金人民币三千元整，逾期须支付违约金。")


def outcomes(answer: str, *given: Given, request: str = "What does it say?") -> list[tuple[str, str]]:
    found = find_citations(Subject(answer, request=request, given=given or (LEASE,)))
    return [(citation.kind, citation.outcome) for citation in found]


@pytest.mark.parametrize(
    "answer",
    [
        'According to the document, "the tenant shall pay 950 euros on the third day of each month".',
        "The lease states: “The tenant shall pay 950 euros … without any deduction or delay.”",
        'Your contract says "Either side may end the lease with three months\' notice."',
        '"without any deduction or delay" is what the document says.',
        'The lease says "[the tenant] shall pay 950 euros on the third day".',
        "The document states:\n\n> Either side may end the lease with three months' notice.",
        'The lease provides that "THE TENANT SHALL PAY 950 EUROS".',
    ],
)
def test_a_quote_that_stands_in_the_document_is_found(answer: str) -> None:
    assert outcomes(answer) == [("quote", "found")]


@pytest.mark.parametrize(
    "answer",
    [
        'According to the document, "the tenant shall pay 905 euros on the third day of each month".',
        'The lease states: "Pets are not allowed in the flat."',
        'Your contract says "Either side may end the lease with six months\' notice."',
        "The document states:\n\n> The tenant may not sublet the flat to others.",
        'The lease says "on the third day … shall pay 950 euros".',
    ],
)
def test_a_quote_that_does_not_stand_there_is_missing(answer: str) -> None:
    assert outcomes(answer) == [("quote", "missing")]


@pytest.mark.parametrize(
    "answer",
    [
        'As Oscar Wilde said, "Be yourself; everyone else is already taken."',
        'You could write: "Dear Ada, I would like to end the lease in May."',
        'The document calls it "rent".',
        '```\nthe document says "this is not in there at all"\n```',
        "The tenant pays on the third day.",
    ],
)
def test_what_is_not_said_to_be_a_quote_of_the_document_is_no_citation(answer: str) -> None:
    assert outcomes(answer) == []


def test_a_translated_quote_cannot_be_told() -> None:
    answer = 'The document says "Party B shall pay the rent of three thousand yuan before the fifth day of each month".'
    assert outcomes(answer, CHINESE) == [("quote", "unknown")]
    german = 'The lease says "Der Mieter hat die Miete in Höhe von 950 Euro am dritten Tag des Monats zu zahlen, und zwar ohne Abzug".'
    assert outcomes(german) == [("quote", "unknown")]
    assert outcomes("合同规定「乙方应于每月五日前支付租金人民币三千元整」。", CHINESE) == [("quote", "found")]
    assert outcomes("合同规定「乙方应于每月十日前支付租金人民币三千元整」。", CHINESE) == [
        ("quote", "missing")
    ]


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("According to the document, see page 2.", [("page", "found")]),
        ("According to the document, see page 7.", [("page", "missing")]),
        ("Section 2.1 of the lease says so; that is section 2.1 of the document.", [("section", "found")]),
        ("This is in section 9.4 of the document.", [("section", "missing")]),
        ("Section 535 of the German Civil Code says so.", []),
        ("It is due monthly [1].", [("reference", "found")]),
        ("It is due monthly [7].", [("reference", "missing")]),
        ("Sources:\n[7] A book of mine", []),
        ("The attached file lease.txt has it.", [("file", "found")]),
        ("Your attachment rent-2024.pdf has it.", [("file", "missing")]),
        ("Save it as rent-2024.pdf.", []),
        ("More at https://example.org/a.", [("link", "unknown")]),
    ],
)
def test_places_in_the_document(answer: str, expected: list[tuple[str, str]]) -> None:
    found = outcomes(answer)
    assert list(dict.fromkeys(found)) == expected


def test_without_anything_given_there_is_no_citation_to_look_up() -> None:
    answer = 'According to the document, "the tenant shall fly to the moon at once". See https://example.org'
    assert find_citations(Subject(answer, request="Is it true?")) == ()


def test_a_pasted_text_counts_as_given() -> None:
    request = f"Summarise this text: {LEASE.text * 3}"
    found = find_citations(
        Subject('The text says "Either side may end the lease with ten months notice".', request=request)
    )
    assert [citation.outcome for citation in found] == ["missing"]


def test_the_verdict_shows_what_is_missing_and_says_how_to_mend_it() -> None:
    wrong = 'The lease states: "Pets are not allowed in the flat."'
    (check,) = validate(Subject(wrong, given=(LEASE,)), SPEC).checks
    assert check.status is CheckStatus.FAIL
    assert check.evidence.startswith('not in what was given: quote "Pets are not allowed in the flat."')
    assert check.feedback.startswith("Quote word for word what stands in what was given")
    (link,) = validate(Subject("See https://example.org/x", given=(LEASE,)), SPEC).checks
    assert link.status is CheckStatus.NOT_CHECKED


PIECES = [
    "\n",
    " ",
    "\n ",
    "\r",
    "\t",
    "> ",
    '"',
    "“x ",
    "«",
    "in the ",
    "according to the x ",
    "section 1",
    "§ 1.1",
    "1. a\n",
    "## 1\n",
]
PIECES += [
    "page 1 ",
    "- 1 -\n",
    "[1]",
    "[1] x\n",
    "a-\n",
    "…",
    "[…]",
    "…a",
    "https://",
    "a b.pdf ",
    "attached ",
    "a-. ",
    "\u00ad\n",
    "the text ",
]


@pytest.mark.parametrize("piece", PIECES, ids=ascii)
@pytest.mark.parametrize(
    "frame", ["{}", 'The document says "{}" on page 3, see [1].', "1. One\n2. Two\n{}"], ids=ascii
)
def test_no_answer_and_no_document_takes_longer_than_seconds(piece: str, frame: str) -> None:
    text = frame.format(piece * (100_000 // len(piece)))
    began = time.process_time()
    find_citations(Subject(text, request=text[:20_000], given=(Given("hostile.txt", text), LEASE)))
    assert time.process_time() - began < 5
