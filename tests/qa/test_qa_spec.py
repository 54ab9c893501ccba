"""Reading specs: what is accepted, and that every refusal names the source and the field."""

import json
from pathlib import Path

import pytest

from nexus.errors import PermanentError
from qa.spec import (
    MAX_SPEC_BYTES,
    AnswerSpec,
    CodeExecutionSpec,
    CompletenessSpec,
    FormatSpec,
    JudgeSpec,
    OpinionsSpec,
    QaSpec,
    SecuritySpec,
    SpecError,
    load_spec,
    parse_spec,
    spec_from_mapping,
)

SPECS = Path(__file__).parents[2] / "qa" / "specs"

BRIEF = """{
  "name": "Validation Name",
  "command": "echo 'test output'",
  "timeout_seconds": 10,
  "expected_exit_code": 0,
  "format": {"type": "json", "required_keys": ["status", "result"]},
  "completeness": {"required_substrings": ["success"], "forbidden_substrings": ["TODO", "placeholder"]},
  "security": {"enabled": true, "check_placeholders": true, "forbidden_patterns": ["sk-[a-zA-Z0-9]{20,}"]},
  "code_execution": {"enabled": true, "language": "python", "execute_in_sandbox": false}
}"""


def test_the_spec_of_the_brief_is_read_as_printed() -> None:
    spec = parse_spec(BRIEF, "brief")
    assert spec.timeout_seconds == 10
    assert spec.format is not None
    assert spec.format.required_keys == ("status", "result")
    assert spec.security is not None
    assert spec.security.forbidden_patterns == ("sk-[a-zA-Z0-9]{20,}",)
    assert spec_from_mapping(json.loads(BRIEF), "mapping") == spec


@pytest.mark.parametrize("path", sorted(SPECS.glob("*.json")), ids=lambda path: path.name)
def test_every_shipped_spec_is_valid(path: Path) -> None:
    assert load_spec(path).command


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "x.json: not JSON: "),
        ("[]", "x.json: spec: "),
        ("{}", "x.json: name: Field required"),
        ('{"name": "a", "name": "b"}', "x.json: name: the key stands twice"),
        ('{"name": "a", "colour": 1}', "x.json: colour: Extra inputs"),
        ('{"name": "a", "timeout_seconds": "10"}', "x.json: timeout_seconds: "),
        ('{"name": "a", "timeout_seconds": -1}', "x.json: timeout_seconds: "),
        ('{"name": "a", "timeout_seconds": NaN}', "x.json: NaN is not JSON"),
        ('{"name": "a", "command": "  "}', "x.json: command: an empty command"),
        ('{"name": "a", "command": "echo \'"}', "x.json: command: No closing quotation"),
        ('{"name": "a", "format": {"type": "yaml"}}', "x.json: format.type: "),
        (
            '{"name": "a", "format": {"type": "text", "pattern": "("}}',
            "x.json: format.pattern: not a valid regular",
        ),
        (
            '{"name": "a", "security": {"forbidden_patterns": ["a", "("]}}',
            "x.json: security.forbidden_patterns[1]: not a valid regular expression: ",
        ),
        (
            '{"name": "a", "format": {"type": "json", "json_schema": {"type": 5}}}',
            "x.json: format.json_schema: not a JSON schema: ",
        ),
        (
            '{"name": "a", "format": {"type": "json", "json_schema": {"$ref": "http://x/y"}}}',
            "x.json: format.json_schema: $ref may only point inside",
        ),
        (
            '{"name": "a", "format": {"type": "json", "json_schema": {"patternProperties": {"a": {}}}}}',
            "x.json: format.json_schema: patternProperties is not supported",
        ),
        ('{"name": "a", "format": ' + "[" * 70 + "]" * 70 + "}", "x.json: nested deeper than 64"),
        ('{"name": ' + "[" * 200_000, "x.json: nested deeper than 64"),
        (f'{{"name": "{"é" * (MAX_SPEC_BYTES // 2)}"}}', "x.json: larger than"),
        (f'{{"name": "a", "timeout_seconds": {"9" * 5000}}}', "x.json: "),
    ],
)
def test_a_bad_spec_is_refused_with_its_source_and_field(text: str, message: str) -> None:
    with pytest.raises(SpecError) as refusal:
        parse_spec(text, "x.json")
    assert str(refusal.value).startswith(message)
    assert isinstance(refusal.value, PermanentError)


def test_data_that_is_not_json_is_refused() -> None:
    with pytest.raises(SpecError, match="plain JSON data"):
        spec_from_mapping({"name": object()}, "request")


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="cannot be read"):
        load_spec(tmp_path / "missing.json")
    (tmp_path / "latin.json").write_bytes(b'{"name": "\xe9"}')
    with pytest.raises(SpecError, match="not UTF-8 at byte 10"):
        load_spec(tmp_path / "latin.json")


def test_every_field_of_a_spec_is_in_the_documents() -> None:
    documented = (SPECS.parents[1] / "docs" / "qa.md").read_text()
    parts = (
        CodeExecutionSpec,
        AnswerSpec,
        OpinionsSpec,
        JudgeSpec,
        FormatSpec,
        CompletenessSpec,
        SecuritySpec,
    )
    fields = [
        *QaSpec.model_fields,
        *(name for part in parts for name in part.model_fields if name != "enabled"),
    ]
    assert [name for name in fields if f"`{name}`" not in documented] == []
