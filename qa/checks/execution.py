"""Code that is run in the sandbox, and judged from outside: by its exit code, and by what it printed for what it got.

A word that the program prints is never the verdict. Pairs of input and output are compared here, in this process.
Tests as source text run in the program's own process: that it came to their end is shown by a word that only the test
knows and that is not in any file. Code that sets out to deceive such tests, by changing what they call, still can.
"""

import re
import secrets
import shutil
from dataclasses import dataclass

from nexus.sandbox.job import Job, Limits, Result, SandboxRefused
from nexus.sandbox.run import run
from qa.findings import CheckResult, failed, not_checked, passed
from qa.spec import CodeExecutionSpec

NAME, TESTS = "code_execution.sandbox", "code_execution.tests"
MAX_CODE_BYTES = 256 * 1024
SYSTEM_PATH = "/usr/local/bin:/usr/bin:/bin"
# Not faults of the code: there is nobody to answer it, and no network and only our libraries here.
_LACKS = re.compile(
    r"^(EOFError: EOF when reading a line"
    r"|ModuleNotFoundError: No module named '[\w.]{1,80}'"
    r"|(?:socket\.gaierror|urllib\.error\.URLError|(?:requests|httpx|aiohttp)\.[\w.]{1,80}|_tkinter\.TclError)\b.{0,80})"
)
# Reads the word, then nothing more can be read; runs the code, then the tests, and says the word.
_HARNESS = """\
import os, sys
def main():
    word = sys.stdin.buffer.readline()
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    names = {"__name__": "answer", "__file__": "answer.py"}
    for file in ("answer.py", "tests.py"):
        with open(file, encoding="utf-8") as source:
            exec(compile(source.read(), file, "exec", dont_inherit=True), names)
    sys.stdout.flush()
    os.write(1, b"\\n" + word)
main()
"""


@dataclass(frozen=True, slots=True)
class Interpreter:
    """What runs a language: the program and its arguments, the file's name, and the labels of its blocks."""

    argv: tuple[str, ...]
    file: str
    labels: tuple[str, ...]


INTERPRETERS = {
    "python": Interpreter(("python3", "-B"), "answer.py", ("python", "python3", "py")),
    "bash": Interpreter(("bash",), "answer.sh", ("bash", "sh", "shell")),
    "sh": Interpreter(("sh",), "answer.sh", ("sh", "shell", "bash")),
    "javascript": Interpreter(("node",), "answer.js", ("javascript", "js", "node")),
    "perl": Interpreter(("perl",), "answer.pl", ("perl", "pl")),
    "ruby": Interpreter(("ruby",), "answer.rb", ("ruby", "rb")),
}


def check_execution(code: str, language: str, rules: CodeExecutionSpec) -> tuple[CheckResult, ...]:
    """Run the code, or its tests where the spec has some. Without a sandbox: NOT CHECKED, and nothing is run."""
    interpreter = INTERPRETERS.get(language)
    if interpreter is None:
        return (not_checked(NAME, f"nothing here runs {language}"),)
    if language != "python" and shutil.which(interpreter.argv[0], path=SYSTEM_PATH) is None:
        return (not_checked(NAME, f"{interpreter.argv[0]} is not installed here"),)
    if len(code.encode("utf-8", "surrogatepass")) > MAX_CODE_BYTES:
        return (failed(NAME, f"larger than {MAX_CODE_BYTES} bytes", "Give less code."),)
    try:
        if isinstance(rules.tests, str):
            return (_run_tests(code, language, rules.tests, rules.timeout_seconds),)
        if rules.tests:
            return (_run_pairs(code, interpreter, rules),)
        return (_run_once(code, interpreter, rules.timeout_seconds),)
    except SandboxRefused as error:
        return (not_checked(NAME, f"REFUSED: {error}"),)


def _run_once(code: str, interpreter: Interpreter, timeout_s: float) -> CheckResult:
    result = _run(code, interpreter, timeout_s)
    if result.exit_code == 0:
        return passed(NAME, f"ran to its end in {result.duration_ms} ms, exit code 0 ({result.mechanism})")
    how = _how(result)
    if result.exit_code is not None and (lack := _LACKS.match(_last_line(result))):
        return not_checked(NAME, f"it could not be run to its end here: {lack[1]}")
    return failed(NAME, how, f"Correct the code: running it ends with {how}.")


def _run_pairs(code: str, interpreter: Interpreter, rules: CodeExecutionSpec) -> CheckResult:
    pairs = () if rules.tests is None or isinstance(rules.tests, str) else rules.tests
    spent_ms = 0
    for number, pair in enumerate(pairs, start=1):
        result = _run(code, interpreter, rules.timeout_seconds, pair.input.encode())
        spent_ms += result.duration_ms
        if result.exit_code != 0:
            how = _how(result)
            return failed(
                TESTS,
                f"test {number} of {len(pairs)}: {how}",
                f"Correct the code: test {number} ends with {how}.",
            )
        if _lines(result.stdout.decode("utf-8", "replace")) != _lines(pair.output):
            evidence = f"test {number} of {len(pairs)}: the output is not the one that is wanted"
            return failed(
                TESTS, evidence, f"Correct the code: for the input of test {number} it prints something else."
            )
    return passed(TESTS, f"{len(pairs)} of {len(pairs)} in {spent_ms} ms")


def _run_tests(code: str, language: str, tests: str, timeout_s: float) -> CheckResult:
    if language != "python":
        return not_checked(TESTS, "tests as source text are for Python only")
    word = f"{secrets.token_hex(16)}\n".encode()
    files = {"answer.py": _encoded(code), "tests.py": _encoded(tests)}
    job = Job(("python3", "-B", "-c", _HARNESS), files=files, stdin=word, limits=_limits(timeout_s))
    result = run(job)
    if result.exit_code == 0 and result.stdout.endswith(b"\n" + word):
        return passed(TESTS, f"the tests ran to their end in {result.duration_ms} ms ({result.mechanism})")
    how = "the code ended the program before its tests" if result.exit_code == 0 else _how(result)
    return failed(TESTS, how, f"Correct the code: its tests end with {how}.")


def _run(code: str, interpreter: Interpreter, timeout_s: float, stdin: bytes = b"") -> Result:
    argv = (*interpreter.argv, interpreter.file)
    return run(Job(argv, files={interpreter.file: _encoded(code)}, stdin=stdin, limits=_limits(timeout_s)))


def _encoded(code: str) -> bytes:
    return code.encode("utf-8", "replace")


def _limits(timeout_s: float) -> Limits:
    return Limits(wall_s=timeout_s, cpu_s=int(timeout_s) + 2)


def _how(result: Result) -> str:
    if result.fault:
        return result.fault
    if result.limit:
        return f"its limit of {'time' if result.limit == 'wall' else result.limit}"
    last = _last_line(result)
    return f"exit code {result.exit_code}" + (f" ({last})" if last else "")


def _last_line(result: Result) -> str:
    lines = result.stderr.decode("utf-8", "replace").strip().splitlines()
    return lines[-1][:160] if lines else ""


def _lines(text: str) -> list[str]:
    """For comparing: blanks at the end of a line, and empty lines at the end, do not matter."""
    return [line.rstrip() for line in text.strip().splitlines()]
