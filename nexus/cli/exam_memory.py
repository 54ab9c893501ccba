"""`nexus exam memory`: is what a later question needs among the few tokens that are sent of a long conversation?

Each row of the data is one conversation with questions (docs/memory.md):

    {"id": "studio-1",
     "turns": [{"role": "user", "content": "The keypad takes 4711-B."}, {"role": "assistant", "content": "Noted."}, …],
     "questions": [{"question": "How do I get in?", "answers": ["4711-B"], "evidence": [1]}]}

`evidence` are the numbers of the turns that say it, 1 for the first; `answers` any of which must be present, word for
word. Evidence counts where the turn is sent, whole or as a quote; an answer where it stands in what is sent. Four ways
are compared at each budget: memory, the last turns alone, BM25 alone, vectors alone.
"""

import json
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from pathlib import Path
from statistics import fmean, median
from typing import TYPE_CHECKING, Final

import typer
from pydantic import AliasChoices, BaseModel, ConfigDict, Field, ValidationError

from memory.bm25 import bm25
from memory.meaning import WordVectors
from memory.retrieval import query_of
from memory.selection import select
from memory.terms import terms_of
from memory.turns import Said, cost_of
from nexus.errors import PermanentError
from nexus.static_vectors import load_vectors

if TYPE_CHECKING:
    from nexus.static_vectors import StaticVectors

MAX_ROW_BYTES: Final = 64 * 1024 * 1024
BUDGETS: Final = (0.05, 0.10, 0.20)
SAMPLE: Final = Path(__file__).parents[2] / "memory" / "samples" / "conversations.jsonl"


class SpokenTurn(BaseModel):
    """One turn. Other fields are ignored; who is not the first speaker is the assistant."""

    model_config = ConfigDict(extra="ignore")

    role: str = Field(validation_alias=AliasChoices("role", "speaker"))
    content: str = Field(validation_alias=AliasChoices("content", "text"))


class AskedQuestion(BaseModel):
    """A question about the conversation, put behind its last turn."""

    model_config = ConfigDict(extra="ignore")

    question: str
    answers: list[str] = Field(default_factory=list)
    evidence: list[int] = Field(default_factory=list)


class Row(BaseModel):
    """A conversation with its questions."""

    model_config = ConfigDict(extra="ignore")

    id: str = ""
    turns: list[SpokenTurn]
    questions: list[AskedQuestion] = Field(min_length=1)

    def said(self) -> tuple[Said, ...]:
        """The turns as memory takes them."""
        first = self.turns[0].role if self.turns else "user"
        client = {"user", "human"} if {turn.role for turn in self.turns} & {"user", "human"} else {first}
        return tuple(
            Said(n, "user" if turn.role in client else "assistant", turn.content)
            for n, turn in enumerate(self.turns, 1)
        )


@dataclass(frozen=True, slots=True)
class Sent:
    """What one way sends for a question."""

    text: str
    turns: frozenset[int]
    tokens: int


type Way = Callable[[Sequence[Said], str, int], Sent]


@dataclass
class Score:
    """One way at one budget, over all questions."""

    tokens: list[float] = field(default_factory=list)
    evidence: list[float] = field(default_factory=list)
    answers: list[bool] = field(default_factory=list)
    times_ms: list[float] = field(default_factory=list)

    def to_json(self) -> dict[str, float | None]:
        """The numbers as they are written to a file; shares of 1."""
        return {
            "tokens_kept": _mean(self.tokens),
            "evidence_recall": _mean(self.evidence),
            "answer_recall": _mean([float(found) for found in self.answers]),
            "ms_p50": round(median(self.times_ms), 2) if self.times_ms else None,
        }


def run(data: Path | None, out: Path | None) -> None:
    """Ask every question of `data`, print the table, and write the numbers to `out`. Without `data`: the own sample.

    Raises:
        PermanentError: the file or a row cannot be read, or `out` cannot be written.
        ConfigurationError: the word vectors are not there.
    """
    rows = read_rows(data or SAMPLE)
    scores = score_rows(rows)
    questions = sum(len(row.questions) for row in rows)
    tokens = sum(cost_of(said.content) for row in rows for said in row.said())
    typer.echo(f"{len(rows)} conversations, {tokens:,} tokens, {questions} questions")
    typer.echo(table(scores))
    if out is not None:
        _write(
            out,
            {"conversations": len(rows), "questions": questions, "tokens": tokens, "budgets": _json(scores)},
        )


def read_rows(path: Path) -> list[Row]:
    """The rows of a JSON-lines file.

    Raises:
        PermanentError: it cannot be read, is empty, or a row is wrong; the message names the line and the field.
    """
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except OSError as error:
        raise PermanentError(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise PermanentError(f"{path}: not UTF-8 at byte {error.start}") from error
    rows = [_row(line, f"{path}: line {number}") for number, line in enumerate(lines, 1) if line.strip()]
    if not rows:
        raise PermanentError(f"{path}: no rows in it")
    return rows


def _row(line: str, source: str) -> Row:
    if len(line) > MAX_ROW_BYTES:
        raise PermanentError(f"{source}: longer than {MAX_ROW_BYTES} characters")
    try:
        row = Row.model_validate_json(line)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"])) or "row"
        raise PermanentError(f"{source}: {where}: {first['msg']}") from error
    for asked in row.questions:
        if any(not 1 <= n <= len(row.turns) for n in asked.evidence):
            raise PermanentError(f"{source}: questions.evidence: names a turn that is not there")
    return row


def score_rows(rows: Sequence[Row]) -> dict[float, dict[str, Score]]:
    """Every question, by every way, at every budget."""
    scores: dict[float, dict[str, Score]] = {share: defaultdict(Score) for share in BUDGETS}
    ways = ways_of(load_vectors())
    for row in rows:
        said = row.said()
        total = sum(cost_of(each.content) for each in said)
        for share in BUDGETS:
            for name, way in ways.items():
                for asked in row.questions:
                    began = time.perf_counter()
                    sent = way(said, asked.question, int(total * share))
                    scores[share][name].times_ms.append((time.perf_counter() - began) * 1000)
                    _count(scores[share][name], asked, sent, total)
    return scores


def ways_of(vectors: "StaticVectors") -> dict[str, Way]:
    """The ways that are compared, by name."""
    words = WordVectors(vectors)

    def memory(said: Sequence[Said], question: str, budget: int) -> Sent:
        kept = select(said, question, budget, vectors=words)
        numbers = {*kept.recalled, *(fact.n for fact in kept.ledger), *(n for n, _ in kept.wishes)}
        if kept.verbatim_from is not None:
            numbers.update(range(kept.verbatim_from, said[-1].n + 1))
        return Sent("\n".join(turn.content for turn in kept.turns), frozenset(numbers), kept.tokens)

    def last_turns(said: Sequence[Said], _: str, budget: int) -> Sent:
        return _first_that_fit(said, range(len(said) - 1, -1, -1), budget)

    def by_terms(said: Sequence[Said], question: str, budget: int) -> Sent:
        scores = bm25(query_of(question).terms, [terms_of(each.content) for each in said])
        return _first_that_fit(said, _best_first(scores), budget)

    def by_vectors(said: Sequence[Said], question: str, budget: int) -> Sent:
        rows = vectors.embed([each.content for each in said]) @ vectors.embed([question])[0]
        return _first_that_fit(said, _best_first([float(score) for score in rows]), budget)

    return {"memory": memory, "last turns": last_turns, "bm25": by_terms, "vectors": by_vectors}


def _best_first(scores: Sequence[float]) -> list[int]:
    return sorted(range(len(scores)), key=lambda at: (-scores[at], -at))


def _first_that_fit(said: Sequence[Said], order: Sequence[int], budget: int) -> Sent:
    costs = [cost_of(said[at].content) for at in order]
    kept = [at for at, sum_so_far in zip(order, accumulate(costs), strict=True) if sum_so_far <= budget]
    text = "\n".join(said[at].content for at in sorted(kept))
    return Sent(text, frozenset(said[at].n for at in kept), sum(costs[: len(kept)]))


def _count(score: Score, asked: AskedQuestion, sent: Sent, total: int) -> None:
    score.tokens.append(sent.tokens / max(1, total))
    if asked.evidence:
        score.evidence.append(len(sent.turns.intersection(asked.evidence)) / len(set(asked.evidence)))
    if asked.answers:
        text = _folded(sent.text)
        score.answers.append(any(_folded(answer) in text for answer in asked.answers))


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())


def table(scores: dict[float, dict[str, Score]]) -> str:
    """The result for people."""
    lines = ["budget  way         tokens kept  evidence recall  answer recall  ms (median)"]
    for share, ways in scores.items():
        for name, score in ways.items():
            numbers = score.to_json()
            lines.append(
                f"{share:>5.0%}   {name:<10}  {_percent(numbers['tokens_kept'])}       "
                f"{_percent(numbers['evidence_recall'])}           {_percent(numbers['answer_recall'])}         "
                f"{numbers['ms_p50']:>7}"
            )
    return "\n".join(lines)


def _json(scores: dict[float, dict[str, Score]]) -> dict[str, object]:
    return {
        str(share): {name: score.to_json() for name, score in ways.items()} for share, ways in scores.items()
    }


def _write(out: Path, numbers: dict[str, object]) -> None:
    try:
        out.write_text(json.dumps(numbers, indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        raise PermanentError(f"{out}: cannot be written: {error.strerror}") from error


def _mean(numbers: Sequence[float]) -> float | None:
    return round(fmean(numbers), 4) if numbers else None


def _percent(share: float | None) -> str:
    return f"{share:>6.1%}" if share is not None else "     -"
