"""The QA runner: run a spec's command and judge what it prints.

    python3 qa/runner.py --spec qa/specs/example_json_output.json --report-json reports/example.json

For people and for CI. Exit code 0: passed. 1: failed. 2: the spec or the call is wrong, or the report or the
log could not be written, or nobody could be shown the result.
"""

import argparse
import importlib
import io
import os
import sys
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path

if __name__ == "__main__":
    # As a script qa/ itself is first on the path, where it would hide modules of Python's (`secrets`); and `python3`
    # may be the system's: too old, or without our libraries.
    _root = Path(__file__).resolve().parent.parent
    sys.path[0] = str(_root)
    _python = _root / ".venv" / "bin" / "python"
    _libraries = ("pydantic", "pydantic_settings", "jsonschema", "regex")
    if sys.version_info < (3, 12) or not all(map(find_spec, _libraries)):
        if _python.exists() and Path(sys.prefix) != _root / ".venv":
            os.execv(_python, [str(_python), *sys.argv])  # noqa: S606 - our own interpreter, no shell
        print("qa: Python 3.12 with NEXUS's libraries is needed; `make up` installs them", file=sys.stderr)
        sys.exit(2)

from nexus.errors import NexusError, PermanentError
from nexus.settings import load_settings
from qa.checks.security import redact
from qa.command import CommandRun, run_command
from qa.config import QaSettings
from qa.findings import CheckStatus, Verdict, failed, not_checked, passed
from qa.reporting import check_report_path, write_report
from qa.spec import QaSpec, SpecError, load_spec
from qa.validator import Subject, validate

MAX_ORDER_ID_CHARS = 100
_LABELS = {CheckStatus.PASS: "PASS", CheckStatus.FAIL: "FAIL", CheckStatus.NOT_CHECKED: "NOT CHECKED"}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one spec and return the exit code. Usage errors leave through argparse, also with 2."""
    options = _parser().parse_args(argv)
    try:
        verdict = _run_and_tell(options)
    except NexusError as error:
        print(f"qa: {_one_line(str(error))}", file=sys.stderr)
        return 2
    except OSError as error:  # the folder that we stand in is gone, for one
        print(f"qa: {_one_line(error.strerror or str(error))}", file=sys.stderr)
        return 2
    return 0 if verdict.passed else 1


def _run_and_tell(options: argparse.Namespace) -> Verdict:
    spec = load_spec(options.spec)
    if options.report_json is not None:
        check_report_path(options.report_json, options.spec)
    run = _run(spec, options.spec)
    verdict = _judge(spec, run)
    _print(_table(spec, run, verdict))
    if options.show_output:
        _print(_shown_output(run))
    if options.report_json is not None:
        write_report(options.report_json, _report(spec, run, verdict, options))
    if options.log_to_db:
        _log_to_db(spec, verdict, options.work_order_id)
    return verdict


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="qa/runner.py", description="Run a spec's command and judge its output.", allow_abbrev=False
    )
    parser.add_argument("--spec", type=Path, required=True, help="the spec, a JSON file")
    parser.add_argument(
        "--report-json", type=Path, metavar="PATH", help="also write the verdict to this file"
    )
    parser.add_argument("--log-to-db", action="store_true", help="also write the verdict to the audit log")
    parser.add_argument(
        "--work-order-id", type=_order_id, metavar="ID", help="the order that the report and the log name"
    )
    parser.add_argument("--show-output", action="store_true", help="also print what the command printed")
    return parser


def _order_id(text: str) -> str:
    if not text.isprintable() or not 1 <= len(text) <= MAX_ORDER_ID_CHARS or " " in text:
        raise argparse.ArgumentTypeError(f"1 to {MAX_ORDER_ID_CHARS} printable characters without blanks")
    return text


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
    lines = [f"QA: {_one_line(spec.name)}"]
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


def _print(text: str) -> None:
    """To whoever reads; a terminal that does not know a character is shown its number.

    Raises:
        PermanentError: nobody can be shown it.
    """
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        print(text, flush=True)
    except OSError as error:
        # Python would try again at its end, and say so.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise PermanentError(f"the result cannot be printed: {error.strerror}") from error


def _one_line(text: str) -> str:
    """Without what a terminal would obey."""
    return "".join(char if char.isprintable() else " " for char in text)


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
