"""The gate: on our own labelled sample QA catches what is wrong and fails nothing that is right. And the command."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from nexus.cli.exam_qa import CHECKS_OF, Row, read_rows, score_rows
from nexus.cli.main import app
from qa.defaults import chat_spec
from qa.demands.reading import read_demands

HERE = Path(__file__).parent
SAMPLE = HERE / "sample.jsonl"
ORDINARY: list[str] = json.loads((HERE / "ordinary.json").read_text(encoding="utf-8"))


def a_row(**changes: object) -> dict[str, object]:
    row: dict[str, object] = {
        "prompt": "Do not use commas.",
        "response": "a, b",
        "instruction_ids": ["punctuation:no_comma"],
        "followed": [False],
        "passed": False,
    }
    return row | changes


def written(path: Path, *rows: object) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def unread_kinds(rows: list[Row]) -> Iterator[str]:
    yield from set(CHECKS_OF) - {name for row in rows for name in row.instruction_ids}


def test_the_sample_has_every_official_kind_and_both_languages() -> None:
    rows = read_rows(SAMPLE)
    assert len(rows) >= 60
    assert list(unread_kinds(rows)) == []
    assert sum(not row.prompt.isascii() for row in rows) >= 12


def test_on_the_sample_everything_wrong_is_caught_and_nothing_right_is_failed() -> None:
    score = score_rows(read_rows(SAMPLE))
    assert (score.caught, score.false_alarms) == (score.failed, 0)
    assert score.failed >= 30


def test_the_control_without_demands_catches_nothing_but_json(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qa.defaults.read_demands", lambda _request: ())
    score = score_rows(read_rows(SAMPLE))
    assert score.caught <= 2


@pytest.mark.parametrize("prompt", ORDINARY)
def test_an_ordinary_request_demands_nothing(prompt: str) -> None:
    assert read_demands(prompt) == ()


def test_there_are_at_least_a_hundred_ordinary_requests() -> None:
    assert len(set(ORDINARY)) >= 100


def test_the_command_prints_the_table_and_writes_the_numbers(tmp_path: Path) -> None:
    out = tmp_path / "numbers.json"
    done = CliRunner().invoke(app, ["exam", "qa", "--data", str(SAMPLE), "--json", str(out)])
    assert done.exit_code == 0, done.output
    assert "punctuation:no_comma" in done.output
    numbers = json.loads(out.read_text(encoding="utf-8"))
    assert numbers["recall"] == 1.0
    assert numbers["false_alarm_rate"] == 0.0
    assert numbers["per_kind"]["punctuation:no_comma"]["caught"] == 2
    assert "not counted, checks of every answer that failed:" in done.output
    assert set(numbers["basics_failed"]) == {"on_official_pass", "on_official_fail"}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "line 1: row: Invalid JSON"),
        (json.dumps(a_row(followed=[])), "line 1: row: instruction_ids and followed are not of one length"),
        (json.dumps({"prompt": "x"}), "line 1: response: Field required"),
        (json.dumps(a_row(passed="perhaps")), "line 1: passed:"),
        ("\n\n", "no rows in it"),
    ],
)
def test_a_bad_row_is_named_by_line_and_field(tmp_path: Path, content: str, said: str) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text(content, encoding="utf-8")
    done = CliRunner().invoke(app, ["exam", "qa", "--data", str(path)])
    assert done.exit_code == 2
    assert said in done.output


def test_a_missing_file_and_an_unwritable_report_are_one_line(tmp_path: Path) -> None:
    missing = CliRunner().invoke(app, ["exam", "qa", "--data", str(tmp_path / "none")])
    unwritable = CliRunner().invoke(app, ["exam", "qa", "--data", str(SAMPLE), "--json", str(tmp_path)])
    assert (missing.exit_code, unwritable.exit_code) == (2, 2)
    assert "cannot be read" in missing.output
    assert "cannot be written" in unwritable.output


def test_the_exam_sees_the_prompt_and_the_response_only(tmp_path: Path) -> None:
    wrong_labels = a_row(instruction_ids=["startend:quotation"], followed=[True], passed=True)
    rows = read_rows(written(tmp_path / "rows.jsonl", a_row(), wrong_labels))
    score = score_rows(rows)
    assert (score.caught, score.false_alarms) == (1, 1)


def test_a_loop_counts_on_its_own_line_and_not_as_a_false_alarm(tmp_path: Path) -> None:
    loop = a_row(
        prompt="Tell me about tea.", response="Tea is good. Tea is warm.\n" * 60, followed=[True], passed=True
    )
    numbers = score_rows(read_rows(written(tmp_path / "rows.jsonl", loop))).to_json()
    assert (numbers["false_alarms"], numbers["false_alarm_rate"]) == (0, 0.0)
    assert numbers["basics_failed"] == {"on_official_pass": {"answer.no_loops": 1}, "on_official_fail": {}}
    assert numbers["with_basics"] == {"recall": None, "false_alarm_rate": 1.0}


def test_the_demands_are_stored_with_the_spec_and_read_back() -> None:
    spec = chat_spec("Write a note. Use at least 30 words and no commas.")
    again = type(spec).model_validate_json(spec.model_dump_json(exclude_none=True))
    assert again == spec
    assert [demand.kind for demand in again.demands] == ["count", "mark"]
