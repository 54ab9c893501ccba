"""Code in the work: its syntax. Nothing is executed by this build. Called by `qa.validator`."""

import ast
import re
import textwrap
import threading
import warnings

from qa.fences import split_fences
from qa.findings import CheckResult, Subject, failed, not_checked, passed
from qa.spec import QaSpec

MAX_CODE_BYTES = 64 * 1024

_PYTHON_LABELS = frozenset({"python", "python3", "py", "py3", "{python}", "{.python}"})
# Silencing warnings changes the state of the whole process, so only one thread at a time may do it.
_SILENCE = threading.Lock()
_PROMPT = re.compile(r"^(?:>>>|\.\.\.)(?: |$)")


def check_code_execution(subject: Subject, spec: QaSpec) -> tuple[CheckResult, ...]:
    """The syntax of the code, and an honest NOT_CHECKED for what this build cannot do."""
    rules = spec.code_execution
    if rules is None or not rules.enabled:
        return ()
    if rules.language.lower() not in _PYTHON_LABELS:
        return (not_checked("code_execution.syntax", "this build knows the syntax of Python only"),)
    results: tuple[CheckResult, ...] = (_check_python(subject.text),)
    if rules.execute_in_sandbox:
        why = "no sandbox on this build; the syntax was checked, nothing was run"
        results += (not_checked("code_execution.sandbox", why),)
    return results


def _check_python(text: str) -> CheckResult:
    name = "code_execution.python_syntax"
    sources = _python_sources(text)
    if not any(source.strip() for source in sources):
        return failed(name, "no Python code found", "Give the code in one ```python block.")
    for number, source in enumerate(sources, start=1):
        fault = _syntax_fault(source)
        if fault:
            evidence = f"block {number} of {len(sources)}: {fault}"
            return failed(name, evidence, f"Correct the Python code in block {number}: {fault}.")
    return passed(name, f"{len(sources)} block(s), {sum(map(len, sources))} characters, all parse")


def _python_sources(text: str) -> tuple[str, ...]:
    """The blocks labelled as Python, else the first one without a label, else a text without any fence."""
    blocks = split_fences(text).blocks
    if not blocks:
        return (text.strip().strip("\ufeff"),)
    sources = tuple(block.body for block in blocks if block.label in _PYTHON_LABELS)
    unlabelled = tuple(block.body for block in blocks if not block.label)
    return tuple(_without_prompts(textwrap.dedent(source)) for source in sources or unlabelled[:1])


def _without_prompts(source: str) -> str:
    """The statements of an interactive session, without its prompts and output."""
    if not source.lstrip().startswith(">>> "):
        return source
    return "\n".join(_PROMPT.sub("", line) for line in source.split("\n") if _PROMPT.match(line))


def _syntax_fault(source: str) -> str | None:
    if len(source.encode("utf-8", "surrogatepass")) > MAX_CODE_BYTES:
        return f"larger than {MAX_CODE_BYTES} bytes"
    try:
        with _SILENCE, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(source, "<answer>", "exec", ast.PyCF_ONLY_AST, dont_inherit=True)
    except SyntaxError as error:
        return f"line {error.lineno or 1}: {_safe(error.msg)}"
    except (ValueError, MemoryError, RecursionError) as error:
        return f"cannot be parsed ({type(error).__name__})"
    return None


def _safe(message: str) -> str:
    """Python's message without what it quotes from the code."""
    return re.sub(r"'[^']{4,}'", "'…'", message)
