"""`nexus exam memory`: the table, the numbers in the file, and clear words about wrong data."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from nexus.cli.exam_memory import BUDGETS, SAMPLE, read_rows, score_rows
from nexus.cli.main import app
from nexus.errors import PermanentError
from tests.memory.sample import rows

TALK = {
    "turns": [
        {"role": "user", "content": "The keypad takes 4711-B."},
        {"role": "assistant", "content": "Noted."},
    ]
    + [
        {"role": ("user", "assistant")[n % 2], "content": f"Chatter {n} on birds and boats."}
        for n in range(200)
    ],
    "questions": [{"question": "What does the keypad take?", "answers": ["4711-b"], "evidence": [1]}],
}


def written(path: Path, *talks: object) -> Path:
    path.write_text("".join(f"{json.dumps(talk)}\n" for talk in talks), encoding="utf-8")
    return path


def test_the_numbers_of_every_way_at_every_budget_are_written(tmp_path: Path) -> None:
    data, out = written(tmp_path / "data.jsonl", TALK), tmp_path / "out.json"

    result = CliRunner().invoke(app, ["exam", "memory", "--data", str(data), "--json", str(out)])

    assert result.exit_code == 0, result.output
    found = json.loads(out.read_text())
    assert list(found["budgets"]) == [str(share) for share in BUDGETS]
    assert set(found["budgets"]["0.1"]) == {"memory", "last turns", "bm25", "vectors"}
    memory, last = found["budgets"]["0.1"]["memory"], found["budgets"]["0.1"]["last turns"]
    assert (memory["answer_recall"], memory["evidence_recall"], last["answer_recall"]) == (1, 1, 0)
    assert memory["tokens_kept"] <= 0.1


def test_on_the_shipped_sample_memory_finds_more_than_any_other_way() -> None:
    scores = score_rows(read_rows(SAMPLE))[0.10]

    assert (scores["memory"].to_json()["answer_recall"] or 0) >= 0.85
    assert all(
        (score.to_json()["answer_recall"] or 0) < (scores["memory"].to_json()["answer_recall"] or 0)
        for name, score in scores.items()
        if name != "memory"
    )


def test_the_shipped_sample_is_what_the_generator_writes() -> None:
    assert SAMPLE.read_text(encoding="utf-8") == "".join(f"{row}\n" for row in rows())


@pytest.mark.parametrize(
    ("talk", "named"),
    [
        ({"turns": []}, "questions"),
        ({"turns": [{"role": "user"}], "questions": [{"question": "?"}]}, "turns.0.content"),
        ({"turns": [], "questions": [{"question": "?", "evidence": [7]}]}, "evidence"),
    ],
    ids=["no questions", "no content", "no such turn"],
)
def test_wrong_data_names_the_line_and_the_field(tmp_path: Path, talk: object, named: str) -> None:
    with pytest.raises(PermanentError, match=f"line 1: .*{named}"):
        read_rows(written(tmp_path / "data.jsonl", talk))
