"""Code in the work: its syntax, and what it does in the sandbox. Called by `qa.validator`.

Blocking where code is checked: about 15 ms for the syntax, and as long as it takes for a run. Call it in a thread then.
"""

import re
import textwrap

from qa.checks.execution import INTERPRETERS, check_execution
from qa.checks.own_tests import RUN, code_with_tests, has_tests
from qa.checks.syntax import SyntaxNotChecked, syntax_faults
from qa.fences import split_fences
from qa.findings import CheckResult, CheckStatus, Subject, failed, not_checked, passed
from qa.spec import CodeExecutionSpec, QaSpec

_PYTHON_LABELS = frozenset({"python", "python3", "py", "py3", "{python}", "{.python}"})
_PROMPT = re.compile(r"^(?:>>>|\.\.\.)(?: |$)")


def check_code_execution(subject: Subject, spec: QaSpec) -> tuple[CheckResult, ...]:
    """The syntax of the code, and where the spec asks for it what became of running it."""
    rules = spec.code_execution
    if rules is None or not rules.enabled:
        return ()
    language = rules.language.lower()
    if language in _PYTHON_LABELS:
        sources = _python_sources(subject.text)
        syntax = _check_python(sources)
        language = "python"
    else:
        sources = _sources(subject.text, language)
        syntax = not_checked("code_execution.syntax", "this build knows the syntax of Python only")
    if not rules.execute_in_sandbox and rules.tests is None and not rules.own_tests:
        return (syntax,)
    if syntax.status is CheckStatus.FAIL:
        return (syntax, not_checked("code_execution.sandbox", "not run: the code does not parse"))
    if rules.own_tests:
        return (syntax, *_check_own_tests(sources, rules))
    return (syntax, *check_execution("\n\n".join(sources), language, rules))


def _check_own_tests(sources: tuple[str, ...], rules: CodeExecutionSpec) -> tuple[CheckResult, ...]:
    name = "code_execution.own_tests"
    if not has_tests(sources):
        return (
            failed(
                name,
                "the code brings no tests",
                "Add tests: a unittest.TestCase or functions test_… that assert.",
            ),
        )
    return (
        passed(name, "the code brings tests"),
        *check_execution(code_with_tests(sources), "python", rules.model_copy(update={"tests": RUN})),
    )


def _check_python(sources: tuple[str, ...]) -> CheckResult:
    name = "code_execution.python_syntax"
    if not any(source.strip() for source in sources):
        return failed(name, "no Python code found", "Give the code in one ```python block.")
    try:
        faults = syntax_faults(sources)
    except SyntaxNotChecked as error:
        return not_checked(name, str(error))
    for number, fault in enumerate(faults, start=1):
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


def _sources(text: str, language: str) -> tuple[str, ...]:
    """As for Python, by the labels of this language."""
    blocks = split_fences(text).blocks
    labels = INTERPRETERS[language].labels if language in INTERPRETERS else (language,)
    sources = tuple(block.body for block in blocks if block.label in labels)
    unlabelled = tuple(block.body for block in blocks if not block.label)
    return tuple(map(textwrap.dedent, sources or unlabelled[:1])) if blocks else (text.strip(),)


def _without_prompts(source: str) -> str:
    """The statements of an interactive session, without its prompts and output."""
    if not source.lstrip().startswith(">>> "):
        return source
    return "\n".join(_PROMPT.sub("", line) for line in source.split("\n") if _PROMPT.match(line))
