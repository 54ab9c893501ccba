"""`nexus exam qa`: how well QA's reading of requests agrees with official verdicts on answers.

Each row has a prompt, a response, the ids of its instructions and whether each was followed. QA gets the
prompt and the response only. "Caught" counts answers with the official verdict FAIL that QA fails as well;
a "false alarm" is an answer with the verdict PASS that QA fails. Both count the checks of what the request
demands (`demand.*`, `format.*`, `code_execution.*`), for that is what the official verdict is about. What holds
for every answer (it is there, whole, no loop, no secret, its sums are right) is told on a line of its own: an
answer that repeats itself forty times has followed its instructions and is no answer to deliver all the same.
"""

import json
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles

import typer
from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from nexus.errors import PermanentError
from qa.defaults import chat_spec
from qa.findings import Subject, Verdict
from qa.validator import validate

MAX_ROW_BYTES = 4 * 1024 * 1024
_FROM_THE_REQUEST = ("demand", "format", "code_execution")
# The official kinds of IFEval, and the checks of ours that stand for each.
CHECKS_OF = {
    "change_case:capital_word_frequency": ("demand.capital_words",),
    "change_case:english_capital": ("demand.case",),
    "change_case:english_lowercase": ("demand.case",),
    "combination:repeat_prompt": ("demand.repeat",),
    "combination:two_responses": ("demand.answers",),
    "detectable_content:number_placeholders": ("demand.placeholders",),
    "detectable_content:postscript": ("demand.postscript",),
    "detectable_format:constrained_response": ("demand.choice",),
    "detectable_format:json_format": ("format.json",),
    "detectable_format:multiple_sections": ("demand.sections",),
    "detectable_format:number_bullet_lists": ("demand.bullets",),
    "detectable_format:number_highlighted_sections": ("demand.highlights",),
    "detectable_format:title": ("demand.title",),
    "keywords:existence": ("demand.keyword",),
    "keywords:forbidden_words": ("demand.forbidden",),
    "keywords:frequency": ("demand.keyword", "demand.forbidden"),
    "keywords:letter_frequency": ("demand.letter",),
    "language:response_language": ("demand.language",),
    "length_constraints:nth_paragraph_first_word": (
        "demand.first_word",
        "demand.blocks",
        "demand.paragraphs",
    ),
    "length_constraints:number_paragraphs": ("demand.divided", "demand.paragraphs"),
    "length_constraints:number_sentences": ("demand.sentences",),
    "length_constraints:number_words": ("demand.words", "demand.han"),
    "punctuation:no_comma": ("demand.no_comma",),
    "startend:end_checker": ("demand.end",),
    "startend:quotation": ("demand.quotation",),
}


class Row(BaseModel):
    """One labelled answer. Other fields of a row are ignored."""

    model_config = ConfigDict(extra="ignore")

    prompt: str
    response: str
    instruction_ids: list[str]
    followed: list[bool]
    passed: bool

    @model_validator(mode="after")
    def _same_length(self) -> "Row":
        if len(self.instruction_ids) != len(self.followed):
            raise ValueError("instruction_ids and followed are not of one length")
        return self


@dataclass
class Kind:
    """The counts of one official kind: its instructions, those read, failed, caught, wrongly failed."""

    present: int = 0
    found: int = 0
    failed: int = 0
    caught: int = 0
    false_alarms: int = 0


@dataclass
class Score:
    """What an exam found, over all rows."""

    rows: int = 0
    failed: int = 0
    caught: int = 0
    passed: int = 0
    false_alarms: int = 0
    caught_with_basics: int = 0
    false_alarms_with_basics: int = 0
    basics_on_pass: Counter[str] = field(default_factory=Counter)
    basics_on_fail: Counter[str] = field(default_factory=Counter)
    times_ms: list[float] = field(default_factory=list)
    per_kind: dict[str, Kind] = field(default_factory=lambda: defaultdict(Kind))

    def to_json(self) -> dict[str, object]:
        """The numbers as they are written to a file."""
        return {
            "rows": self.rows,
            "official_fail": self.failed,
            "official_pass": self.passed,
            "caught": self.caught,
            "false_alarms": self.false_alarms,
            "recall": _share(self.caught, self.failed),
            "false_alarm_rate": _share(self.false_alarms, self.passed),
            "with_basics": {
                "recall": _share(self.caught_with_basics, self.failed),
                "false_alarm_rate": _share(self.false_alarms_with_basics, self.passed),
            },
            "basics_failed": {
                "on_official_pass": dict(sorted(self.basics_on_pass.items())),
                "on_official_fail": dict(sorted(self.basics_on_fail.items())),
            },
            "ms_per_row": {
                "p50": round(median(self.times_ms), 3) if self.times_ms else None,
                "p95": _p95(self.times_ms),
            },
            "per_kind": {name: vars(kind) for name, kind in sorted(self.per_kind.items())},
        }


def run(data: Path, out: Path | None) -> None:
    """Judge every row of `data`, print the table, and write the numbers to `out`.

    Raises:
        PermanentError: the file or a row cannot be read, or `out` cannot be written.
    """
    score = score_rows(read_rows(data))
    typer.echo(table(score))
    if out is not None:
        try:
            out.write_text(json.dumps(score.to_json(), indent=2) + "\n", encoding="utf-8")
        except OSError as error:
            raise PermanentError(f"{out}: cannot be written: {error.strerror}") from error


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
        return Row.model_validate_json(line)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"])) or "row"
        raise PermanentError(f"{source}: {where}: {first['msg'].removeprefix('Value error, ')}") from error


def score_rows(rows: list[Row]) -> Score:
    """Judge the rows, by prompt and response only, and compare with their official verdicts."""
    score = Score()
    for row in rows:
        began = time.perf_counter()
        verdict = validate(Subject(row.response, request=row.prompt), chat_spec(row.prompt))
        score.times_ms.append((time.perf_counter() - began) * 1000)
        _add(score, row, verdict)
    return score


def _add(score: Score, row: Row, verdict: Verdict) -> None:
    wrong = {check.name for check in verdict.failed if check.name.split(".")[0] in _FROM_THE_REQUEST}
    basics = {check.name for check in verdict.failed} - wrong
    (score.basics_on_pass if row.passed else score.basics_on_fail).update(basics)
    score.rows += 1
    if row.passed:
        score.passed += 1
        score.false_alarms += bool(wrong)
        score.false_alarms_with_basics += bool(verdict.failed)
    else:
        score.failed += 1
        score.caught += bool(wrong)
        score.caught_with_basics += bool(verdict.failed)
    seen = {check.name for check in verdict.checks}
    for name, followed in zip(row.instruction_ids, row.followed, strict=True):
        kind, ours = score.per_kind[name], set(CHECKS_OF.get(name, ()))
        kind.present += 1
        kind.found += bool(ours & seen)
        kind.failed += not followed
        kind.caught += bool(not followed and ours & wrong)
        kind.false_alarms += bool(row.passed and ours & wrong)


def table(score: Score) -> str:
    """The result for people."""
    width = max(map(len, [*score.per_kind, "kind"]))
    lines = [f"{'kind':<{width}}  present  demand read  failed  caught  false alarms"]
    for name, kind in sorted(score.per_kind.items()):
        counts = f"{kind.present:>7}  {kind.found:>11}  {kind.failed:>6}  {kind.caught:>6}  {kind.false_alarms:>12}"
        lines.append(f"{name:<{width}}  {counts}")
    lines += [
        "",
        f"recall            {_percent(score.caught, score.failed)}  ({score.caught} of {score.failed} official FAIL)",
        f"false_alarm_rate  {_percent(score.false_alarms, score.passed)}  "
        f"({score.false_alarms} of {score.passed} official PASS)",
        "Both count the checks of what the request demands (demand.*, format.*, code_execution.*).",
        f"not counted, checks of every answer that failed: {_listed(score.basics_on_pass)} on official PASS, "
        f"{_listed(score.basics_on_fail)} on official FAIL; with them "
        f"{_percent(score.caught_with_basics, score.failed).strip()} caught and "
        f"{_percent(score.false_alarms_with_basics, score.passed).strip()} of the official PASS failed",
        f"reading and checking: {median(score.times_ms):.2f} ms per row (median), "
        f"p95 {_p95(score.times_ms)} ms; {score.rows} rows",
    ]
    return "\n".join(lines)


def _listed(names: Counter[str]) -> str:
    return ", ".join(f"{name} {number}" for name, number in sorted(names.items())) or "none"


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def _percent(part: int, whole: int) -> str:
    return f"{part / whole:6.1%}" if whole else "     -"


def _p95(times_ms: list[float]) -> float | None:
    return round(quantiles(times_ms, n=20)[-1], 3) if len(times_ms) > 1 else None
