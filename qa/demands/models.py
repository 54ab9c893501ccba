"""What a request demands of its answer, as data: one strict model per kind, stored inside the acceptance spec.

Every demand keeps the words of the request that it was read from (`said`), which the proof shows, and
`unchecked`: why it cannot be held against the answer, for instance because another demand contradicts it.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

MAX_DEMANDS = 40
MAX_TEXT_CHARS = 2000
MAX_AMOUNT = 1_000_000

Amount = Annotated[int, Field(ge=0, le=MAX_AMOUNT)]
Text = Annotated[str, Field(min_length=1, max_length=MAX_TEXT_CHARS)]
Unit = Literal[
    "words",
    "sentences",
    "paragraphs",
    "blocks",  # paragraphs strictly by blank lines
    "divided",  # parts with a line of *** between them
    "lines",
    "characters",
    "han",  # Chinese characters
    "bullets",
    "numbered",
    "placeholders",
    "highlights",
    "capital_words",
]


class _Demand(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    said: Annotated[str, Field(max_length=300)] = ""
    unchecked: Annotated[str, Field(max_length=300)] | None = None


class _Ranged(_Demand):
    least: Amount | None = None
    most: Amount | None = None


class CountDemand(_Ranged):
    """So many words, bullets and the like; both ends included, None where that end is open."""

    kind: Literal["count"] = "count"
    unit: Unit


class TermDemand(_Ranged):
    """How often a word or phrase occurs: `least=1` wants it, `most=0` forbids it."""

    kind: Literal["term"] = "term"
    term: Annotated[str, Field(min_length=1, max_length=200)]


class LetterDemand(_Ranged):
    """How often a letter or sign occurs, in either case."""

    kind: Literal["letter"] = "letter"
    letter: Annotated[str, Field(min_length=1, max_length=1)]


class SectionsDemand(_Ranged):
    """Sections, each of which begins with `marker` and a number or letter."""

    kind: Literal["sections"] = "sections"
    marker: Annotated[str, Field(min_length=1, max_length=40)]


class CaseDemand(_Demand):
    """The whole answer in capitals, or in small letters."""

    kind: Literal["case"] = "case"
    case: Literal["upper", "lower"]


class LanguageDemand(_Demand):
    """The language of the whole answer, as an ISO 639-1 code."""

    kind: Literal["language"] = "language"
    language: Annotated[str, Field(pattern=r"^[a-z]{2}$")]


class MarkDemand(_Demand):
    """One thing that the answer has or has not, without parameters."""

    kind: Literal["mark"] = "mark"
    mark: Literal["no_comma", "title", "quotation", "table"]


class PostscriptDemand(_Demand):
    """A postscript that begins with the marker, `P.S.` or `P.P.S`."""

    kind: Literal["postscript"] = "postscript"
    marker: Literal["P.S.", "P.P.S"]


class EdgeDemand(_Demand):
    """The phrase with which the answer starts or ends."""

    kind: Literal["edge"] = "edge"
    edge: Literal["start", "end"]
    phrase: Text


class RepeatDemand(_Demand):
    """The text that the answer repeats word for word before anything else."""

    kind: Literal["repeat"] = "repeat"
    text: Annotated[str, Field(min_length=1, max_length=20_000)]


class AnswersDemand(_Demand):
    """So many different answers with a line of ****** between them."""

    kind: Literal["answers"] = "answers"
    number: Annotated[int, Field(ge=2, le=50)]


class FirstWordDemand(_Demand):
    """The first word of one paragraph; paragraphs are counted from 1."""

    kind: Literal["first_word"] = "first_word"
    paragraph: Annotated[int, Field(ge=1, le=1000)]
    word: Annotated[str, Field(min_length=1, max_length=80)]


class ChoiceDemand(_Demand):
    """The answers that the request allows; `only`: nothing else may stand there."""

    kind: Literal["choice"] = "choice"
    choices: Annotated[
        tuple[Annotated[str, Field(min_length=1, max_length=200)], ...], Field(min_length=2, max_length=20)
    ]
    only: bool = False


class SumsDemand(_Demand):
    """Every sum that the answer states must be right, and one of them `total` where the request names it."""

    kind: Literal["sums"] = "sums"
    total: float | None = None


type Demand = Annotated[
    CountDemand
    | TermDemand
    | LetterDemand
    | SectionsDemand
    | CaseDemand
    | LanguageDemand
    | MarkDemand
    | PostscriptDemand
    | EdgeDemand
    | RepeatDemand
    | AnswersDemand
    | FirstWordDemand
    | ChoiceDemand
    | SumsDemand,
    Field(discriminator="kind"),
]
"""One demand of any kind. A new kind is one model here, and one case in `checking` and in `wording`."""
