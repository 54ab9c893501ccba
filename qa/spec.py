"""Acceptance specs: what a piece of work must be to pass, as strict models and safe readers.

The runner reads them from `qa/specs/*.json`, the company builds them from a request (`qa.defaults`). A spec
is untrusted input: at most 1 MiB, bounded nesting, no duplicate or unknown keys, patterns that compile,
schemas that reach nowhere outside themselves. Every refusal names the source and the field.
"""

import json
import os
import shlex
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Literal, NoReturn, Self

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, JsonValue, ValidationError, model_validator

from nexus.errors import PermanentError
from nexus.work_order import Role
from qa.demands.models import MAX_DEMANDS, Demand
from qa.patterns import check_pattern

MAX_SPEC_BYTES = 1024 * 1024
MAX_DEPTH = 64
MAX_PATTERNS = 20


class SpecError(PermanentError):
    """A spec cannot be used. The message reads `source: field: reason`."""


def _check_command(command: str) -> str:
    if "\0" in command or not shlex.split(command):
        raise ValueError("an empty command, or one with a NUL character")
    return command


def _check_schema(schema: dict[str, JsonValue]) -> dict[str, JsonValue]:
    for keyword, value in _keywords(schema):
        if keyword in ("$ref", "$dynamicRef") and isinstance(value, str) and not value.startswith("#"):
            raise ValueError(f'{keyword} may only point inside the schema ("#/…")')
        if keyword == "patternProperties":
            raise ValueError(
                "patternProperties is not supported, its patterns would run without a time limit"
            )
        if keyword == "pattern" and isinstance(value, str):
            check_pattern(value)
    try:
        Draft202012Validator.check_schema(schema)
    except (SchemaError, RecursionError) as error:
        reason = error.message if isinstance(error, SchemaError) else "nested too deeply"
        raise ValueError(f"not a JSON schema: {reason}") from error
    return schema


def _keywords(value: JsonValue) -> Iterator[tuple[str, JsonValue]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key, inner
            yield from _keywords(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _keywords(inner)


Pattern = Annotated[str, AfterValidator(check_pattern)]
Schema = Annotated[dict[str, JsonValue], AfterValidator(_check_schema)]
Command = Annotated[str, AfterValidator(_check_command)]
Words = Annotated[str, Field(min_length=1)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class FormatSpec(_Strict):
    """The shape of the whole text. `required_keys` and `json_schema` mean the JSON document in it."""

    type: Literal["text", "json", "code", "markdown"]
    required_keys: tuple[str, ...] = ()
    json_schema: Schema | None = None
    pattern: Pattern | None = None


class CompletenessSpec(_Strict):
    """Exact, case-sensitive pieces that must and must not occur."""

    required_substrings: tuple[Words, ...] = ()
    forbidden_substrings: tuple[Words, ...] = ()


class SecuritySpec(_Strict):
    """Leaked secrets (always, when enabled), left-over placeholders and patterns that must not match."""

    enabled: bool = True
    on_secret: Literal["redact", "fail"] = "redact"  # noqa: S105 - not a password
    personal_data: Literal["redact", "fail", "off"] = "redact"
    check_placeholders: bool = False
    forbidden_patterns: Annotated[tuple[Pattern, ...], Field(max_length=MAX_PATTERNS)] = ()


class CodePair(_Strict):
    """One run of the code: what it is given on standard input, and what it must print."""

    input: str = ""
    output: str


class CodeExecutionSpec(_Strict):
    """Code in the text: its syntax is checked; with `execute_in_sandbox` it is run, with `tests` tested.

    Attributes:
        tests: source text that is run after the code (it raises where the code is wrong), or pairs of input and output.
        own_tests: the text must bring tests of its own, which are run; for Python.
        timeout_seconds: wall-clock limit of each run.
    """

    enabled: bool = True
    language: str = "python"
    execute_in_sandbox: bool = False
    tests: str | Annotated[tuple[CodePair, ...], Field(max_length=100)] | None = None
    own_tests: bool = False
    timeout_seconds: Annotated[float, Field(gt=0, le=60)] = 10

    @model_validator(mode="after")
    def _one_way_to_test(self) -> Self:
        if self.own_tests and (
            self.tests is not None or self.language.lower() not in ("python", "python3", "py")
        ):
            raise ValueError("own_tests: for Python, and without `tests`")
        return self


class AnswerSpec(_Strict):
    """What any answer of a model must be."""

    not_empty: bool = True
    complete: bool = True
    no_loops: bool = True
    max_chars: Annotated[int, Field(gt=0)] | None = None


class OpinionsSpec(_Strict):
    """Second opinions that cost nothing.

    Attributes:
        numbers: the answer's own sums, totals, shares, conversions and dates must be right.
        citations: what it quotes from what was given must stand there.
        agreement: whether a free local model is asked as well, where answers can be compared: its word is a note, or a
            reason for another try; absent: as LOCAL_OPINION says.
    """

    numbers: bool = True
    citations: bool = True
    agreement: Literal["off", "note", "retry"] | None = None


class JudgeSpec(_Strict):
    """A model is to judge the answer as well: paid and budgeted like every call, and never the author's own model.

    Attributes:
        criteria: what the answer must be, in words.
        tier: whose model judges; absent: the director's, or the next that did not write the answer.
    """

    criteria: Annotated[str, Field(min_length=1, max_length=4_000, pattern=r"\S")]
    tier: Literal["intern", "director", "ceo"] | None = None

    @property
    def role(self) -> Role | None:
        """The tier as a role."""
        return None if self.tier is None else Role(self.tier)


class QaSpec(_Strict):
    """One acceptance spec. A part that is absent is not checked. `command` is for the runner alone."""

    name: Annotated[str, Field(min_length=1, max_length=200)]
    command: Command | None = None
    use_shell: bool = False
    timeout_seconds: Annotated[float, Field(ge=0.001, le=600)] = 30
    expected_exit_code: Annotated[int, Field(ge=-64, le=255)] = 0
    format: FormatSpec | None = None
    completeness: CompletenessSpec | None = None
    security: SecuritySpec | None = None
    code_execution: CodeExecutionSpec | None = None
    answer: AnswerSpec | None = None
    opinions: OpinionsSpec | None = None
    judge: JudgeSpec | None = None
    demands: Annotated[tuple[Demand, ...], Field(max_length=MAX_DEMANDS)] = ()


def load_spec(path: Path) -> QaSpec:
    """Read one spec file.

    Raises:
        SpecError: unreadable, too large, or not a spec.
    """
    try:
        text = _bytes_of(path).decode("utf-8")
    except OSError as error:
        raise SpecError(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise SpecError(f"{path}: not UTF-8 at byte {error.start}") from error
    if text.startswith("\ufeff"):
        raise SpecError(f"{path}: begins with a byte order mark; save it as UTF-8 without one")
    return parse_spec(text, str(path))


def _bytes_of(path: Path) -> bytes:
    """The file, up to a byte more than is allowed. A pipe or a device is refused, and does not hang us."""
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(handle, "rb") as file:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise SpecError(f"{path}: cannot be read: not a regular file")
        return file.read(MAX_SPEC_BYTES + 1)


def parse_spec(text: str, source: str) -> QaSpec:
    """Read a spec from JSON text; `source` is what the errors call it.

    Raises:
        SpecError: not a spec; the message names the source and the field.
    """
    if len(text.encode("utf-8", "surrogatepass")) > MAX_SPEC_BYTES:
        raise SpecError(f"{source}: larger than {MAX_SPEC_BYTES} bytes")
    _check_json(text, source)
    try:
        return QaSpec.model_validate_json(text)
    except ValidationError as error:
        raise SpecError(f"{source}: {_explain(error)}") from error


def spec_from_mapping(value: Mapping[str, object], source: str) -> QaSpec:
    """Read a spec that was already decoded, under the same rules as one from a file.

    Raises:
        SpecError: not JSON data, or not a spec.
    """
    try:
        text = json.dumps(value, allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        raise SpecError(f"{source}: not plain JSON data: {error}") from error
    return parse_spec(text, source)


def _check_json(text: str, source: str) -> None:
    try:
        document = json.loads(text, object_pairs_hook=_unique, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        raise SpecError(f"{source}: not JSON: {error}") from error
    except RecursionError as error:
        raise SpecError(f"{source}: nested deeper than {MAX_DEPTH} levels") from error
    except ValueError as error:
        raise SpecError(f"{source}: {error}") from error
    level, depth = [document], 0
    while level := [inner for value in level for inner in _children(value)]:
        depth += 1
        if depth > MAX_DEPTH:
            raise SpecError(f"{source}: nested deeper than {MAX_DEPTH} levels")


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    result: dict[str, object] = {}
    for key, value in pairs:
        if key in result:
            raise ValueError(f"{key}: the key stands twice in one object")
        result[key] = value
    return result


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _children(value: object) -> list[object]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []


def _explain(error: ValidationError) -> str:
    first, *others = error.errors(include_url=False, include_input=False)
    field = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in first["loc"])
    more = f" (and {len(others)} more)" if others else ""
    return f"{field.lstrip('.') or 'spec'}: {first['msg'].removeprefix('Value error, ')}{more}"
