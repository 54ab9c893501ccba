"""`nexus exam secrets`: what QA finds of secrets and personal data in labelled texts, and how fast.

Each row has `text_b64` (base64 of the text), `label` (1: there is something to find), `kind`, `hard` (a negative that
was made to look like a secret) and `group` ("secret" or "pii"). The search gets the text alone.
"""

import json
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import typer
from pydantic import Base64Bytes, BaseModel, ConfigDict, ValidationError

from nexus.errors import PermanentError
from qa.secrets import adversaries
from qa.secrets.personal import find_contacts, find_personal
from qa.secrets.redaction import redacted
from qa.secrets.scan import find_secrets

MAX_ROW_BYTES = 4 * 1024 * 1024
ADVERSE_CHARS = 1024 * 1024
_LOOKED_INTO = 20
_TWICE = 2  # each time: the slower one was disturbed
_RUNS = 3  # the quickest counts: the others were disturbed
_SPEED_CHARS = 1_000_000


class Row(BaseModel):
    """One labelled text. Other fields of a row are ignored."""

    model_config = ConfigDict(extra="ignore")

    text_b64: Base64Bytes
    label: int
    kind: str
    hard: bool = False
    group: str = "secret"

    @property
    def text(self) -> str:
        """What is searched; bytes that are no UTF-8 stay distinct."""
        return self.text_b64.decode("utf-8", "surrogateescape")


@dataclass
class Share:
    """So many of so many."""

    hits: int = 0
    of: int = 0

    def add(self, *, hit: bool) -> None:
        """Count one more."""
        self.hits += hit
        self.of += 1

    @property
    def value(self) -> float | None:
        """The share, with four digits; None of nothing."""
        return round(self.hits / self.of, 4) if self.of else None

    def __str__(self) -> str:
        return f"{self.hits} of {self.of}" + (f" ({self.hits / self.of:.1%})" if self.of else "")


@dataclass
class Score:
    """What an exam found, over all rows."""

    recall: Share = field(default_factory=Share)
    plain: Share = field(default_factory=Share)
    hard: Share = field(default_factory=Share)
    per_group: dict[str, Share] = field(default_factory=lambda: defaultdict(Share))
    per_kind: dict[str, Share] = field(default_factory=lambda: defaultdict(Share))
    megabytes_per_s: float = 0.0
    rows_megabytes_per_s: float = 0.0
    slowest: tuple[float, str, str] = (0.0, "", "")

    def to_json(self) -> dict[str, object]:
        """The numbers as they are written to a file."""
        ms, pattern, line = self.slowest
        return {
            "recall": self.recall.value,
            "recall_per_group": {name: share.value for name, share in sorted(self.per_group.items())},
            "false_alarm_rate": self.plain.value,
            "false_alarms_plain": self.plain.value,
            "false_alarms_hard": self.hard.value,
            "counts": {"positives": self.recall.of, "plain": self.plain.of, "hard": self.hard.of},
            "mb_per_s": round(self.megabytes_per_s, 2),
            "mb_per_s_rows": round(self.rows_megabytes_per_s, 2),
            "slowest_pattern": {"ms": round(ms, 1), "pattern": pattern, "line": line, "chars": ADVERSE_CHARS},
            "per_kind": {
                name: {"found": share.hits, "of": share.of} for name, share in sorted(self.per_kind.items())
            },
        }


def run(data: Path, out: Path | None) -> None:
    """Search every row of `data`, print the table, and write the numbers to `out`.

    Raises:
        PermanentError: the file or a row cannot be read, or `out` cannot be written.
    """
    rows = read_rows(data)
    score = score_rows(rows)
    score.megabytes_per_s = _speed(_ordinary_text())
    score.rows_megabytes_per_s = _speed("\n".join(row.text for row in rows))
    score.slowest = slowest_pattern(ADVERSE_CHARS)
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
        raise PermanentError(f"{source}: {where}: {first['msg']}") from error


def is_found(text: str) -> bool:
    """A secret, a number with a checksum, or a contact. Contacts are only noted in proofs, but they are found."""
    return bool(find_secrets(text) or find_personal(text) or find_contacts(text))


def score_rows(rows: list[Row]) -> Score:
    """Search the texts and compare with their labels."""
    score = Score()
    for row in rows:
        hit = is_found(row.text)
        if row.label:
            score.recall.add(hit=hit)
            score.per_group[row.group].add(hit=hit)
            score.per_kind[row.kind].add(hit=hit)
        else:
            (score.hard if row.hard else score.plain).add(hit=hit)
    return score


def slowest_pattern(chars: int) -> tuple[float, str, str]:
    """Milliseconds, pattern and line of the slowest pattern: each by itself over the lines that take longest in all."""
    times = sorted(((_ms(is_found, line), piece) for piece, line in _adverse(chars // 8)), reverse=True)
    slow = {piece for _, piece in times[:_LOOKED_INTO]}
    return max(
        (min(_ms(search, line) for _ in range(_TWICE)), name, piece)
        for piece, line in _adverse(chars)
        if piece in slow
        for name, search in adversaries.patterns()
    )


def _adverse(chars: int) -> Iterator[tuple[str, str]]:
    yield from adversaries.lines(chars)
    yield from adversaries.random_lines(chars)


def _ms(search: Callable[[str], object], text: str) -> float:
    began = time.process_time()
    search(text)
    return (time.process_time() - began) * 1000


def _ordinary_text() -> str:
    """Prose and code as answers have them: the documents and sources that are installed."""
    here = Path(__file__).resolve().parents[2]
    paths = [
        *sorted(here.glob("docs/*.md")),
        *sorted(here.glob("agents/*.py")),
    ]
    return "\n".join(path.read_text(encoding="utf-8") for path in paths)


def _speed(text: str) -> float:
    """Megabytes a second of processor time, for all that an answer is searched for."""
    text = (text * (_SPEED_CHARS // max(1, len(text)) + 1))[:_SPEED_CHARS]
    quickest_ms = min(_ms(redact, text) for _ in range(_RUNS))
    return len(text.encode("utf-8", "surrogateescape")) / 1e3 / quickest_ms


def redact(text: str) -> object:
    """What is done to every answer."""
    return redacted(text, personal=True)


def table(score: Score) -> str:
    """The result for people."""
    width = max(map(len, [*score.per_kind, "kind"]))
    lines = [f"{'kind':<{width}}  found  of"]
    lines += [
        f"{name:<{width}}  {share.hits:>5}  {share.of:>2}" for name, share in sorted(score.per_kind.items())
    ]
    ms, pattern, line = score.slowest
    lines += ["", f"recall                  {score.recall}"]
    lines += [f"  of group {name:<12} {share}" for name, share in sorted(score.per_group.items())]
    lines += [
        f"false alarms, plain     {score.plain}",
        f"false alarms, hard      {score.hard}",
        f"speed                   {score.megabytes_per_s:.1f} MB/s of prose and code,"
        f" {score.rows_megabytes_per_s:.1f} MB/s of these rows",
        f"slowest pattern         {ms:.0f} ms over 1 MiB of {line!r}: {pattern}",
    ]
    return "\n".join(lines)
