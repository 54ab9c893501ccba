"""`nexus exam secrets`: the gate over our own sample, the numbers it writes, and its errors."""

import json
from pathlib import Path

import pytest

from nexus.cli import exam_secrets
from nexus.errors import PermanentError
from tests.qa.secrets.sample import write_sample


def test_our_own_sample_passes_the_gate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exam_secrets, "ADVERSE_CHARS", 10_000)
    monkeypatch.setattr(exam_secrets, "_SPEED_CHARS", 50_000)
    data, out = tmp_path / "rows.jsonl", tmp_path / "out.json"
    write_sample(data)
    exam_secrets.run(data, out)
    numbers = json.loads(out.read_text())
    assert numbers["counts"]["positives"] >= 60
    assert numbers["recall"] >= 0.95
    assert numbers["false_alarm_rate"] <= 0.02
    assert numbers["false_alarms_hard"] <= 0.05
    assert numbers["mb_per_s"] > 0
    assert numbers["per_kind"]["named"]["of"] >= 20


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "no rows"),
        ("{", "line 1"),
        ('{"label": 1, "kind": "x"}', "line 1: text_b64"),
        ('\n{"text_b64": "YQ==", "label": "x", "kind": "x"}', "line 2: label"),
    ],
)
def test_a_wrong_file_is_refused_by_line_and_field(tmp_path: Path, content: str, says: str) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text(content)
    with pytest.raises(PermanentError, match=says):
        exam_secrets.read_rows(path)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PermanentError, match="cannot be read"):
        exam_secrets.read_rows(tmp_path / "none.jsonl")
