"""The QA runner: run a spec's command and judge what it prints.

    python3 qa/runner.py --spec qa/specs/example_json_output.json --report-json reports/example.json

For people and for CI. Exit code 0: passed. 1: failed. 2: the spec or the call is wrong, or the report or the
log could not be written.
"""

import argparse
import importlib
import json
import os
import sys
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path

if __name__ == "__main__":
    # As a script qa/ itself is first on the path, where it would hide modules of Python's (`secrets`); and `python3`
    # may be the system's, without our libraries.
    _root = Path(__file__).resolve().parent.parent
    sys.path[0] = str(_root)
    _python = _root / ".venv" / "bin" / "python"
    if find_spec("pydantic") is None and _python.exists() and Path(sys.prefix) != _root / ".venv":
        os.execv(_python, [str(_python), *sys.argv])  # noqa: S606 - our own interpreter, no shell

from nexus.errors import NexusError, PermanentError
from nexus.settings import load_settings
from qa.checks.security import redact
from qa.command import CommandRun, run_command
from qa.config import QaSettings
from qa.findings import CheckStatus, Verdict, failed, not_checked, passed
from qa.spec import QaSpec, SpecError, load_spec
from qa.validator import Subject, validate

_LABELS = {CheckStatus.PASS: "PASS", CheckStatus.FAIL: "FAIL", CheckStatus.NOT_CHECKED: "NOT CHECKED"}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one spec and return the exit code. Usage errors leave through argparse, also with 2."""
    options = _parser().parse_args(argv)
    try:
        spec = load_spec(options.spec)
        run = _run(spec, options.spec)
        verdict = _judge(spec, run)
        print(_table(spec, run, verdict))
        if options.show_output:
            print(_shown_output(run))
        if options.report_json:
            _write_report(options.report_json, _report(spec, run, verdict, options))
        if options.log_to_db:
            _log_to_db(spec, verdict, options.work_order_id)
    except NexusError as error:
        print(f"qa: {error}", file=sys.stderr)
        return 2
    return 0 if verdict.passed else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="qa/runner.py", description="Run a spec's command and judge its output."
    )
    parser.add_argument("--spec", type=Path, required=True, help="the spec, a JSON file")
    parser.add_argument(
        "--report-json", type=Path, metavar="PATH", help="also write the verdict to this file"
    )
    parser.add_argument("--log-to-db", action="store_true", help="also write the verdict to the audit log")
    parser.add_argument("--work-order-id", metavar="ID", help="the order that the report and the log name")
    parser.add_argument("--show-output", action="store_true", help="also print what the command printed")
    return parser


def _run(spec: QaSpec, path: Path) -> CommandRun:
    if spec.command is None:
        raise SpecError(f"{path}: command: the runner needs one")
    if spec.use_shell and not load_settings(QaSettings).qa_allow_shell:
        raise SpecError(f"{path}: use_shell: the operator has not allowed a shell (QA_ALLOW_SHELL=true does)")
    return run_command(spec.command, spec.timeout_seconds, use_shell=spec.use_shell)


def _judge(spec: QaSpec, run: CommandRun) -> Verdict:
    """The run itself is the first check; what a stopped command printed is judged all the same.

    Without a sandbox nothing was run, so nothing is judged: that has not passed.
    """
    if run.refused:
        return Verdict((not_checked("command", f"REFUSED: {run.refused}"),))
    if run.fault:
        ran = failed("command", run.fault, "Make the command start, and end within its limits.")
    else:
        ran = passed("command", f"ended by itself after {run.duration_ms} ms")
    verdict = validate(Subject(run.stdout, exit_code=run.exit_code), _strict(spec))
    return Verdict((ran, *verdict.checks))


def _strict(spec: QaSpec) -> QaSpec:
    """A leak fails the run unless the spec says otherwise: nothing is delivered here that could be redacted."""
    security = spec.security
    if security is None or "on_secret" in security.model_fields_set:
        return spec
    return spec.model_copy(update={"security": security.model_copy(update={"on_secret": "fail"})})


def _table(spec: QaSpec, run: CommandRun, verdict: Verdict) -> str:
    width = max(len(check.name) for check in verdict.checks)
    lines = [f"QA: {spec.name}"]
    for check in verdict.checks:
        lines.append(f"  {_LABELS[check.status]:<11}  {check.name:<{width}}  {check.evidence}")
        if check.feedback:
            lines.append(f"  {'':<11}  {'':<{width}}  -> {check.feedback}")
    outcome = "PASS" if verdict.passed else "FAIL"
    lines.append(
        f"{outcome}: {verdict.passed_count} of {verdict.total} checks passed in {run.duration_ms} ms"
    )
    return "\n".join(lines)


def _shown_output(run: CommandRun) -> str:
    """Both streams, without secrets and without control characters that a terminal would obey."""
    parts = []
    for title, text in (("stdout", run.stdout), ("stderr", run.stderr)):
        safe = "".join(char if char.isprintable() or char in "\n\t" else "�" for char in redact(text)[0])
        parts.append(f"--- {title} ---\n{safe.rstrip()}")
    return "\n".join(parts)


def _report(
    spec: QaSpec, run: CommandRun, verdict: Verdict, options: argparse.Namespace
) -> dict[str, object]:
    return {
        "spec": spec.name,
        "spec_path": str(options.spec),
        "work_order_id": options.work_order_id,
        "passed": verdict.passed,
        "passed_count": verdict.passed_count,
        "total": verdict.total,
        "exit_code": run.exit_code,
        "duration_ms": run.duration_ms,
        "checks": verdict.to_json(),
    }


def _write_report(path: Path, report: dict[str, object]) -> None:
    """Write the file, and its folder if need be.

    Raises:
        PermanentError: it cannot be written, leaves the current folder, or a part of the path is a symbolic link.
    """
    given = (path,) if path.is_absolute() else (path, *path.parents)
    if any(part.is_symlink() for part in given):
        raise PermanentError(f"{path}: the report is not written through a symbolic link")
    root = Path.cwd().resolve()
    if not Path(os.path.normpath(root / path)).is_relative_to(root):
        raise PermanentError(f"{path}: the report would be outside of {root}, where the runner was started")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # O_NOFOLLOW closes the gap since the look above, O_NONBLOCK keeps a named pipe from hanging us.
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_NONBLOCK
        with os.fdopen(os.open(path, flags, 0o644), "w", encoding="utf-8") as file:
            file.write(json.dumps(report, indent=2, ensure_ascii=False) + "\n")
    except OSError as error:
        raise PermanentError(f"{path}: the report cannot be written: {error.strerror}") from error


def _log_to_db(spec: QaSpec, verdict: Verdict, work_order_id: str | None) -> None:
    # Only this flag needs the database: without it the runner works with no settings at all.
    log_audit_event: Callable[..., object] = importlib.import_module("db.integration").log_audit_event
    log_audit_event(
        actor="qa_runner",
        action="qa_run",
        status="success" if verdict.passed else "failure",
        work_order_id=work_order_id,
        details={
            "spec": spec.name,
            "passed_count": verdict.passed_count,
            "total": verdict.total,
            "checks": verdict.to_json(),
        },
    )


if __name__ == "__main__":
    sys.exit(main())
