"""The command line of the runner: exit codes, table, report. The database flag is tested with the database."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from qa.runner import main

ROOT = Path(__file__).parents[2]
SPECS = ROOT / "qa" / "specs"


def a_spec_file(folder: Path, **fields: object) -> Path:
    path = folder / "spec.json"
    path.write_text(json.dumps({"name": "test", "command": "echo hello", "timeout_seconds": 20} | fields))
    return path


@pytest.mark.parametrize(
    "name", ["example_json_output", "work_order_response", "security_check", "example_python_code"]
)
def test_the_commands_of_the_brief_pass_as_a_script_from_anywhere(name: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "qa" / "runner.py"), "--spec", str(SPECS / f"{name}.json")],
        cwd=tmp_path,
        env={"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "PASS" in done.stdout.splitlines()[-1]


def test_a_failed_check_is_exit_code_1_and_shown_with_its_feedback(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spec = a_spec_file(tmp_path, format={"type": "json"}, code_execution={"language": "cobol"})
    assert main(["--spec", str(spec)]) == 1
    shown = capsys.readouterr().out
    assert "FAIL         format.json" in shown
    assert "-> Answer with one valid JSON document and nothing else." in shown
    assert "NOT CHECKED  code_execution.syntax" in shown


def test_a_command_that_fails_or_hangs_is_exit_code_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--spec", str(a_spec_file(tmp_path, command="false"))]) == 1
    assert "exit code 1, expected 0" in capsys.readouterr().out
    assert main(["--spec", str(a_spec_file(tmp_path, command="sleep 60", timeout_seconds=0.2))]) == 1
    assert "killed after 0.2 s" in capsys.readouterr().out


def test_a_bad_spec_is_exit_code_2_and_names_the_field(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--spec", str(a_spec_file(tmp_path, colour="red"))]) == 2
    assert "spec.json: colour: " in capsys.readouterr().err
    assert main(["--spec", str(a_spec_file(tmp_path, command=None))]) == 2
    assert "spec.json: command: " in capsys.readouterr().err
    assert main(["--spec", str(tmp_path / "missing.json")]) == 2
    assert "missing.json" in capsys.readouterr().err


def test_wrong_usage_is_exit_code_2(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as leaving:
        main([])
    assert leaving.value.code == 2
    assert "--spec" in capsys.readouterr().err


def test_the_report_holds_the_verdict_and_its_folder_is_made(tmp_path: Path) -> None:
    report = tmp_path / "reports" / "deep" / "report.json"
    spec = a_spec_file(tmp_path)
    assert main(["--spec", str(spec), "--report-json", str(report), "--work-order-id", "wo-123"]) == 0
    written = json.loads(report.read_text())
    assert written["passed"] is True
    assert written["work_order_id"] == "wo-123"
    assert [check["name"] for check in written["checks"]] == ["command", "exit_code"]


@pytest.mark.parametrize("kind", ["file", "broken", "folder"])
def test_a_report_is_not_written_through_a_link(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    target = tmp_path / "precious"
    target.mkdir() if kind == "folder" else target.write_text("precious")
    link = Path("link")
    link.symlink_to(tmp_path / "nowhere" if kind == "broken" else target)
    report = link / "report.json" if kind == "folder" else link
    assert main(["--spec", str(a_spec_file(tmp_path)), "--report-json", str(report)]) == 2
    assert "symbolic link" in capsys.readouterr().err
    assert not (tmp_path / "nowhere").exists()
    assert list(target.iterdir()) == [] if kind == "folder" else target.read_text() == "precious"


def test_a_report_that_cannot_be_written_is_exit_code_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--spec", str(a_spec_file(tmp_path)), "--report-json", str(tmp_path)]) == 2
    assert "cannot be written" in capsys.readouterr().err


def test_shown_output_holds_no_secret_and_no_escape_sequence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    secret = "ghp_" + "aZ3kQ9wLx7RtB2nMfY8sHd4JcP6gU1eA5oKi"
    spec = a_spec_file(tmp_path, command=f"printf '\\033[31m%s\\n' {secret}")
    assert main(["--spec", str(spec), "--show-output"]) == 0
    shown = capsys.readouterr().out
    assert "[redacted: github-token]" in shown
    assert secret not in shown
    assert "\x1b" not in shown


def test_a_shell_needs_the_operators_word(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = a_spec_file(tmp_path, command="echo $((40 + 2)); true", use_shell=True)
    assert main(["--spec", str(spec)]) == 2
    assert "use_shell: the operator has not allowed a shell" in capsys.readouterr().err
    monkeypatch.setenv("QA_ALLOW_SHELL", "true")
    assert main(["--spec", str(spec), "--show-output"]) == 0
    assert "42" in capsys.readouterr().out


@pytest.mark.parametrize("path", ["../report.json", "a/../../report.json", "/usr/qa-report.json"])
def test_a_report_stays_in_the_folder_of_the_run(
    path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    assert main(["--spec", str(a_spec_file(tmp_path)), "--report-json", path]) == 2
    assert "would be outside" in capsys.readouterr().err
    assert not (tmp_path / "report.json").exists()
    assert not Path("/usr/qa-report.json").exists()
