"""The shape of the whole text."""

import pytest

from qa.checks.format import check_format
from qa.findings import CheckResult, CheckStatus, Subject
from qa.spec import FormatSpec, QaSpec, spec_from_mapping

JSON = FormatSpec(type="json")


def results_of(text: str, rules: FormatSpec) -> dict[str, CheckResult]:
    return {check.name: check for check in check_format(Subject(text), QaSpec(name="x", format=rules))}


def with_schema(schema: dict[str, object]) -> FormatSpec:
    spec = spec_from_mapping({"name": "x", "format": {"type": "json", "json_schema": schema}}, "test")
    assert spec.format is not None
    return spec.format


@pytest.mark.parametrize(
    "text",
    [
        '{"a": 1}',
        " \n[1, 2]\n",
        '\ufeff{"a": "```"}',
        '```json\n{"a": 1}\n```',
        'Here it is:\n\n```JSON\n{"a": 1}\n```\nTell me if you need more.',
        '```\n{"a": 1}\n```',
        '"only a string"',
    ],
)
def test_json_is_read_raw_or_from_the_one_fenced_block(text: str) -> None:
    assert results_of(text, JSON)["format.json"].status is CheckStatus.PASS


@pytest.mark.parametrize(
    ("text", "evidence"),
    [
        ('{"a": 1,\n "b": }', "at line 2 column 7"),
        ("Sure! Here is JSON.", "at line 1 column 1"),
        ('Sure: {"a": 1}', "at line 1 column 1"),
        ("{'a': 1}", "line 1 column 2"),
        ('```json\n{"a": 1}\n```\n```json\n{"b": 1}\n```', "2 fenced blocks"),
        ("```python\n{}\n```", "1 fenced blocks, 0 of them JSON"),
        ('```json\n{"a": 1}\n```\n' + "prose " * 100, "characters of prose"),
        ('{"a": NaN}', "NaN"),
        ("9" * 5000, "thousands of digits"),
        ("[" * 100_000, "nested too deeply"),
        ('{"a": "' + "x" * 1024 * 1024 + '"}', "longer than"),
        ("", "line 1 column 1"),
    ],
)
def test_what_is_not_json_fails_and_the_evidence_says_where(text: str, evidence: str) -> None:
    result = results_of(text, JSON)["format.json"]
    assert result.status is CheckStatus.FAIL
    assert evidence in result.evidence


def test_missing_keys_are_named() -> None:
    rules = FormatSpec(type="json", required_keys=("status", "result"))
    assert results_of('{"status": 1, "result": 2}', rules)["format.required_keys"].status is CheckStatus.PASS
    result = results_of('{"status": 1}', rules)["format.required_keys"]
    assert result.feedback == "Add the missing top-level keys: result."
    assert results_of("[1]", rules)["format.required_keys"].status is CheckStatus.FAIL


def test_a_schema_is_applied_and_the_broken_rule_is_named_without_the_value() -> None:
    rules = with_schema({"properties": {"age": {"type": "integer", "minimum": 0}}})
    assert results_of('{"age": 3}', rules)["format.json_schema"].status is CheckStatus.PASS
    result = results_of('{"age": "my-secret-value"}', rules)["format.json_schema"]
    assert result.evidence == "breaks the rule properties/age/type"


@pytest.mark.parametrize("schema", [{"$ref": "#"}, {"$ref": "#/$defs/missing"}, {"$ref": "#nowhere"}])
def test_a_schema_that_leads_nowhere_fails_and_does_not_crash(schema: dict[str, object]) -> None:
    assert results_of("{}", with_schema(schema))["format.json_schema"].status is CheckStatus.FAIL


def test_a_slow_pattern_inside_a_schema_is_stopped() -> None:
    rules = with_schema({"items": {"pattern": "(a+)+b"}})
    assert results_of('["aab"]', rules)["format.json_schema"].status is CheckStatus.PASS
    result = results_of(f'["{"a" * 5000}"]', rules)["format.json_schema"]
    assert "no answer within 1 s" in result.evidence


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("```sql\nSELECT 1\n```", True),
        ("def f():\n    return 1", True),
        ("I cannot do that.", False),
        ("```\n\n```", False),
    ],
)
def test_code_is_a_fenced_block_or_reads_like_code(text: str, right: bool) -> None:
    assert (results_of(text, FormatSpec(type="code"))["format.code"].status is CheckStatus.PASS) is right


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("# Title\n\nText", True),
        ("- one\n- two", True),
        ("Some **bold** text", True),
        ("| a | b |\n|---|---|\n| 1 | 2 |", True),
        ("plain words only", False),
        ("# Title\n```python\nopen", False),
    ],
)
def test_markdown_has_some_markup_and_closed_fences(text: str, right: bool) -> None:
    assert (
        results_of(text, FormatSpec(type="markdown"))["format.markdown"].status is CheckStatus.PASS
    ) is right


def test_text_is_anything_but_nothing() -> None:
    assert results_of("hello", FormatSpec(type="text"))["format.text"].status is CheckStatus.PASS
    assert results_of(" ", FormatSpec(type="text"))["format.text"].status is CheckStatus.FAIL


def test_a_pattern_must_match_somewhere_and_in_time() -> None:
    assert (
        results_of("no 42", FormatSpec(type="text", pattern=r"\d+"))["format.pattern"].status
        is CheckStatus.PASS
    )
    assert (
        results_of("none", FormatSpec(type="text", pattern=r"\d+"))["format.pattern"].status
        is CheckStatus.FAIL
    )
    slow = results_of("a" * 5000, FormatSpec(type="text", pattern="(a+)+b"))["format.pattern"]
    assert slow.status is CheckStatus.FAIL
    assert "no answer within 1 s" in slow.evidence
