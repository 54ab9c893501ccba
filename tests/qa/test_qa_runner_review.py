"""What an outsider tried on the runner: odd files, odd paths, odd terminals. Nothing hangs, nothing is half written."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from qa.runner import main
from tests.qa.test_qa_runner import ROOT, a_spec_file

RUNNER = ROOT / "qa" / "runner.py"


def run_in(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    return subprocess.run(
        [sys.executable, str(RUNNER), *arguments],
        cwd=folder,
        env={"PATH": path, **environment},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )


def test_a_named_pipe_as_a_spec_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.json")
    done = run_in(tmp_path, "--spec", "pipe.json")
    assert (done.returncode, done.stderr) == (2, "qa: pipe.json: cannot be read: not a regular file\n")


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (b'\xef\xbb\xbf{"name": "x"}', "begins with a byte order mark; save it as UTF-8 without one"),
        (b'{"name": "x", "expected_exit_code": 300}', "expected_exit_code: "),
        (b'{"name": "x", "expected_exit_code": 99999999999999999999}', "expected_exit_code: "),
        (b'{"name": "x", "timeout_seconds": 1e400}', "timeout_seconds: "),
        (b'{"name": "x", "timeout_seconds": 1e-300}', "timeout_seconds: "),
        (b'{"name": "x", "\\u001b[31mred": 1}', " [31mred: Extra inputs"),
        (b'{"name": "x", "command": "a\\u0000b"}', "command: an empty command, or one with a NUL"),
        (b"\xff\xfe{\x00", "not UTF-8 at byte 0"),
        (b"", "not JSON: "),
    ],
    ids=["bom", "exit", "huge", "inf", "tiny", "escape", "nul", "utf16", "empty"],
)
def test_a_bad_file_is_exit_code_2_and_one_line(
    raw: bytes, says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "x.json").write_bytes(raw)
    assert main(["--spec", str(tmp_path / "x.json")]) == 2
    said = capsys.readouterr().err
    assert says in said
    assert said.count("\n") == 1
    assert said.strip().isprintable()


def test_a_name_that_a_terminal_would_obey_is_shown_without_its_control_characters(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--spec", str(a_spec_file(tmp_path, name="a\x1b[31m\0b"))]) == 0
    shown = capsys.readouterr().out
    assert "\x1b" not in shown
    assert "\0" not in shown


def test_a_terminal_without_unicode_changes_no_verdict(tmp_path: Path) -> None:
    spec = a_spec_file(tmp_path, name="größe", command="printf größe→")
    done = run_in(tmp_path, "--spec", str(spec), "--show-output", PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert (done.returncode, done.stderr) == (0, "")
    assert "gr\\xf6\\xdfe\\u2192" in done.stdout


def test_a_full_disk_behind_the_output_is_exit_code_2_without_a_traceback(tmp_path: Path) -> None:
    spec = a_spec_file(tmp_path)
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, str(RUNNER), "--spec", str(spec)],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
            check=False,
        )
    assert done.returncode == 2
    assert done.stderr == "qa: the result cannot be printed: No space left on device\n"


def test_a_reader_that_went_away_is_no_traceback(tmp_path: Path) -> None:
    spec = a_spec_file(tmp_path)
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = subprocess.run(
            [sys.executable, str(RUNNER), "--spec", str(spec)],
            stdout=writing,
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
            check=False,
        )
    finally:
        os.close(writing)
    assert (done.returncode, done.stderr) == (2, "qa: the result cannot be printed: Broken pipe\n")


def test_a_report_does_not_overwrite_its_spec(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    spec = a_spec_file(tmp_path)
    before = spec.read_text()
    assert main(["--spec", str(spec), "--report-json", str(spec)]) == 2
    assert "would overwrite the spec" in capsys.readouterr().err
    assert spec.read_text() == before


def test_a_report_path_that_cannot_be_is_refused_before_anything_is_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for path in (".", "../x.json", "pipe"):
        if path == "pipe":
            os.mkfifo(path)
        assert main(["--spec", str(a_spec_file(tmp_path)), "--report-json", path]) == 2
        shown = capsys.readouterr()
        assert "PASS" not in shown.out
        assert path in shown.err


def test_a_report_that_could_not_be_written_leaves_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("report.json").write_text("old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("qa.reporting.os.fsync", full)
    assert main(["--spec", str(a_spec_file(tmp_path)), "--report-json", "report.json"]) == 2
    assert "report.json: the report cannot be written: No space left on device" in capsys.readouterr().err
    assert Path("report.json").read_text() == "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["report.json", "spec.json"]


def test_flags_are_written_in_full(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as leaving:
        main(["--sp", str(a_spec_file(tmp_path))])
    assert leaving.value.code == 2
    assert "--spec" in capsys.readouterr().err


@pytest.mark.parametrize(
    "order_id", ["wo\n1", "", "x" * 101, "wo-1\x1b[2J"], ids=["line", "empty", "long", "escape"]
)
def test_an_order_id_is_one_short_word(
    order_id: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as leaving:
        main(["--spec", str(a_spec_file(tmp_path)), "--work-order-id", order_id])
    assert leaving.value.code == 2
    assert "--work-order-id" in capsys.readouterr().err


def test_a_folder_that_is_gone_is_exit_code_2(tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    spec = a_spec_file(tmp_path)
    line = 'cd "$1" && rmdir "$1" && exec "$2" "$3" --spec "$4"'
    done = subprocess.run(
        ["/bin/sh", "-c", line, "sh", str(gone), sys.executable, str(RUNNER), str(spec)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_a_report_is_whole_json_in_utf_8(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["--spec", str(a_spec_file(tmp_path, name="größe")), "--report-json", "a/b.json"]) == 0
    assert json.loads(Path("a/b.json").read_bytes().decode("utf-8"))["spec"] == "größe"
