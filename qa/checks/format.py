"""Format: the shape of the whole text (JSON, code, Markdown) and a pattern on it. Called by `qa.validator`.

A JSON answer is the document itself or one fenced block of it with a few words around. Evidence names
places and rules, never what the answer says there.
"""

import json
import re
from collections.abc import Iterator
from typing import NoReturn

from jsonschema import Draft202012Validator, validators
from jsonschema.exceptions import ValidationError
from pydantic import JsonValue
from referencing.exceptions import Unresolvable

from qa.fences import split_fences
from qa.findings import CheckResult, Subject, failed, passed
from qa.patterns import PATTERN_TIMEOUT_S, find_pattern
from qa.spec import FormatSpec, QaSpec

MAX_JSON_CHARS = 1024 * 1024
MAX_PROSE_CHARS = 500

_MARKDOWN = {
    "heading": re.compile(r"^#{1,6} \S", re.MULTILINE),
    "list": re.compile(r"^ {0,12}(?:[-*+]|\d{1,9}[.)]) \S", re.MULTILINE),
    "table": re.compile(r"^\|?[ :-]+\|[ :|-]*$", re.MULTILINE),
    "emphasis": re.compile(r"\*\*[^*\n]+\*\*|__[^_\n]+__|`[^`\n]+`"),
    "link": re.compile(r"\[[^\[\]\n]+\]\([^()\n]+\)"),
    "quote": re.compile(r"^> \S", re.MULTILINE),
}
_CODE_LINE = re.compile(
    r"^[ \t]*(?:def|class|import|from|return|function|const|let|var|if|for|while|public|#include|fn|SELECT)\b"
    r"|[;{}][ \t]*$|\w\([^()\n]*\)[ \t]*:?[ \t]*$|\w[ \t]*=[ \t]*\S",
    re.MULTILINE,
)


def check_format(subject: Subject, spec: QaSpec) -> tuple[CheckResult, ...]:
    """The type first; for JSON that can be read also its keys and schema; then the pattern on the text."""
    rules = spec.format
    if rules is None:
        return ()
    match rules.type:
        case "json":
            results = _check_json(subject.text, rules)
        case "code":
            results = (_check_code(subject.text),)
        case "markdown":
            results = (_check_markdown(subject.text),)
        case "text":
            results = (_check_text(subject.text),)
    if rules.pattern is not None:
        results += (_check_pattern(subject.text, rules.pattern),)
    return results


class _NotJsonError(Exception):
    """Why the text holds no readable JSON document, in words that are safe to show."""


def _check_json(text: str, rules: FormatSpec) -> tuple[CheckResult, ...]:
    name = "format.json"
    try:
        document = _parse(_document_text(text))
    except _NotJsonError as error:
        return (failed(name, str(error), "Answer with one valid JSON document and nothing else."),)
    results: tuple[CheckResult, ...] = (passed(name, f"a JSON {type(document).__name__} was read"),)
    if rules.required_keys:
        results += (_check_keys(document, rules.required_keys),)
    if rules.json_schema is not None:
        results += (_check_schema(document, rules.json_schema),)
    return results


def _document_text(text: str) -> str:
    if len(text) > MAX_JSON_CHARS:
        raise _NotJsonError(f"longer than {MAX_JSON_CHARS} characters")
    fenced = split_fences(text)
    if not fenced.blocks or text.lstrip("\ufeff \t\r\n").startswith(("{", "[")):
        return text.strip("\ufeff \t\r\n")
    blocks = [block for block in fenced.blocks if block.label in ("json", "")]
    if len(blocks) != 1 or len(fenced.blocks) != 1:
        raise _NotJsonError(f"{len(fenced.blocks)} fenced blocks, {len(blocks)} of them JSON; one is wanted")
    around = len(fenced.outside.strip())
    if around > MAX_PROSE_CHARS:
        raise _NotJsonError(
            f"{around} characters of prose around the JSON, at most {MAX_PROSE_CHARS} allowed"
        )
    return blocks[0].body


def _parse(text: str) -> JsonValue:
    try:
        document: JsonValue = json.loads(text, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        raise _NotJsonError(
            f"not JSON: {error.msg.removesuffix(' at')} at line {error.lineno} column {error.colno}"
        ) from error
    except RecursionError as error:
        raise _NotJsonError("not JSON: nested too deeply") from error
    except ValueError as error:
        raise _NotJsonError("not JSON: NaN, Infinity or a number of thousands of digits") from error
    return document


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _check_keys(document: JsonValue, keys: tuple[str, ...]) -> CheckResult:
    name = "format.required_keys"
    if not isinstance(document, dict):
        return failed(
            name, f"a JSON {type(document).__name__}, not an object", "Answer with one JSON object."
        )
    missing = ", ".join(key for key in keys if key not in document)
    if missing:
        return failed(name, f"missing: {missing}", f"Add the missing top-level keys: {missing}.")
    return passed(name, f"all {len(keys)} keys are there")


def _check_schema(document: JsonValue, schema: dict[str, JsonValue]) -> CheckResult:
    name = "format.json_schema"
    try:
        error = next(_BoundedValidator(schema).iter_errors(document), None)
    except TimeoutError:
        return failed(
            name, f"no answer within {PATTERN_TIMEOUT_S:g} s", "Shorten the text values in the JSON."
        )
    except (RecursionError, Unresolvable) as fault:
        return failed(name, f"cannot be checked ({type(fault).__name__})", "Answer with simpler JSON.")
    if error is None:
        return passed(name, "the document meets the schema")
    rule = "/".join(str(part) for part in error.absolute_schema_path)
    return failed(
        name, f"breaks the rule {rule}", f"Mend the JSON so that it meets the schema's rule {rule}."
    )


def _bounded_pattern(
    validator: object, pattern: str, instance: object, schema: object
) -> Iterator[ValidationError]:
    """`pattern` of JSON schema, but with the time limit of every pattern that comes from a spec."""
    del validator, schema
    if isinstance(instance, str) and find_pattern(pattern, instance) is None:
        yield ValidationError("does not match the pattern")


_BoundedValidator = validators.extend(Draft202012Validator, {"pattern": _bounded_pattern})  # type: ignore[no-untyped-call]


def _check_code(text: str) -> CheckResult:
    blocks = split_fences(text).blocks
    if any(block.body.strip() for block in blocks):
        return passed("format.code", f"{len(blocks)} fenced block(s)")
    if not blocks and _CODE_LINE.search(text):
        return passed("format.code", "a text without fences that reads like code")
    return failed("format.code", "no code found", "Give the code in one fenced block.")


def _check_markdown(text: str) -> CheckResult:
    fenced = split_fences(text)
    if fenced.unclosed:
        return failed("format.markdown", "a fenced block is never closed", "Close every fenced block.")
    found = [element for element, pattern in _MARKDOWN.items() if pattern.search(fenced.outside)]
    found += ["code block"] if fenced.blocks else []
    if found:
        return passed("format.markdown", f"found: {', '.join(found)}")
    return failed(
        "format.markdown", "no Markdown in it", "Structure the answer with Markdown headings or lists."
    )


def _check_text(text: str) -> CheckResult:
    if text.strip():
        return passed("format.text", f"{len(text)} characters")
    return failed("format.text", "nothing but white space", "Answer with some text.")


def _check_pattern(text: str, pattern: str) -> CheckResult:
    name = "format.pattern"
    try:
        span = find_pattern(pattern, text)
    except TimeoutError:
        return failed(
            name, f"no answer within {PATTERN_TIMEOUT_S:g} s", "Write the answer in the form asked for."
        )
    if span is None:
        return failed(name, "the pattern does not match", f"Write the answer so that it matches {pattern}.")
    return passed(name, f"matches at offset {span[0]}")
