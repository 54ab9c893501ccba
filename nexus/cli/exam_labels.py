"""Labelled requests for `nexus exam routing` and `nexus router eval|train`: a file of rows, read strictly.

Each line is a JSON object: `prompt`; `scores`, how good each model's answer was (0 to 1); and, where it is known,
`tok` (tokens in and out by model) and `ans` (the final answer by model, for the check by a second opinion). Other
fields are ignored. All rows of an exam name the same models.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from nexus.errors import PermanentError
from nexus.work_order import Role
from routing.training import Example

MAX_ROW_CHARS: Final = 4 * 1024 * 1024
FAMILY: Final = {
    Role.INTERN: "claude-3-haiku",
    Role.DIRECTOR: "claude-3.5-haiku",
    Role.CEO: "claude-3.5-sonnet-1022",
}
"""Who stands for the tiers where the labels know these: one vendor's models in the order of their quality on both
files. Claude 3 Opus, which was dearest, is left out: it was worse there than the cheaper 3.5 Sonnet."""


class Row(BaseModel):
    """One labelled request."""

    model_config = ConfigDict(extra="ignore")

    prompt: str
    scores: dict[str, Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]]
    tok: dict[str, tuple[Annotated[int, Field(ge=0)], Annotated[int, Field(ge=0)]]] = {}
    ans: dict[str, str | None] = {}


@dataclass(frozen=True, slots=True)
class Labels:
    """Rows, and which model stands for which tier."""

    rows: tuple[Row, ...]
    models: dict[Role, str]

    @property
    def examples(self) -> list[Example]:
        """The rows as the router is trained on them."""
        return [
            Example(row.prompt, {role: row.scores[model] for role, model in self.models.items()})
            for row in self.rows
        ]

    @property
    def has_tokens(self) -> bool:
        """Whether every row tells the tokens of every model."""
        return all(model in row.tok for row in self.rows for model in self.models.values())


def read_labels(paths: Sequence[Path], weak: str | None = None, strong: str | None = None) -> Labels:
    """The rows of one file or more, together.

    Without `weak` and `strong` three Claude models stand for the tiers where the rows know them, else the model with
    the lowest mean score for the lowest tier and that with the highest for the highest.

    Raises:
        PermanentError: a file or a row cannot be read, or a model is unknown; the message names the line and field.
    """
    rows = [row for path in paths for row in _read(path)]
    known = set(rows[0].scores).intersection(*(row.scores for row in rows))
    if len(known) < 2:
        raise PermanentError("the rows have no two models in common")
    return Labels(tuple(rows), _models(rows, known, weak, strong))


def _models(rows: Sequence[Row], known: set[str], weak: str | None, strong: str | None) -> dict[Role, str]:
    for name in (weak, strong):
        if name is not None and name not in known:
            raise PermanentError(f"no scores of {name}; there are {', '.join(sorted(known))}")
    if weak is None and strong is None and known.issuperset(FAMILY.values()):
        return dict(FAMILY)
    means = {model: mean(row.scores[model] for row in rows) for model in sorted(known)}
    models = {
        Role.INTERN: weak or min(means, key=lambda model: means[model]),
        Role.CEO: strong or max(means, key=lambda model: means[model]),
    }
    if means[models[Role.INTERN]] >= means[models[Role.CEO]]:
        raise PermanentError(f"{models[Role.CEO]} is not better than {models[Role.INTERN]} on these rows")
    return models


def _read(path: Path) -> list[Row]:
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
    if len(line) > MAX_ROW_CHARS:
        raise PermanentError(f"{source}: longer than {MAX_ROW_CHARS} characters")
    try:
        return Row.model_validate_json(line)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"])) or "row"
        raise PermanentError(f"{source}: {where}: {first['msg']}") from error
