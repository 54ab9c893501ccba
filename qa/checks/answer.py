"""What any answer of a model must be: there, whole, and not a loop. Called by `qa.validator`."""

import re

from qa.checks.loops import find_loop
from qa.fences import split_fences
from qa.findings import CheckResult, Subject, failed, passed
from qa.spec import QaSpec

# Anything but white space and the zero-width and formatting characters that look like nothing.
_VISIBLE = re.compile("[^\\s\u00ad\u115f\u180e\u200b-\u200f\u2028-\u202e\u2060-\u2064\u2800\u3164\ufeff]")
_THINKING = re.compile(r"<think>.*?(?:</think>|\Z)", re.DOTALL)


def check_answer(subject: Subject, spec: QaSpec) -> tuple[CheckResult, ...]:
    """One result for each rule of the answer that is switched on."""
    rules = spec.answer
    if rules is None:
        return ()
    results = []
    if rules.not_empty:
        results.append(_not_empty(subject.text))
    if rules.complete:
        results.append(_complete(subject))
    if rules.no_loops:
        results.append(_no_loops(subject.text))
    if rules.max_chars is not None:
        results.append(_max_chars(subject.text, rules.max_chars))
    return tuple(results)


def _not_empty(text: str) -> CheckResult:
    said = _THINKING.sub("", text) if "<think>" in text else text
    if _VISIBLE.search(said.replace("</think>", "")):
        return passed("answer.not_empty", f"{len(text)} characters")
    return failed("answer.not_empty", "nothing but white space or thoughts", "Answer the request.")


def _complete(subject: Subject) -> CheckResult:
    name = "answer.complete"
    if subject.cut_off:
        return failed(
            name,
            "the model ran out of tokens before it ended",
            "Give a shorter answer that comes to its end within the limit.",
        )
    if split_fences(subject.text).unclosed:
        return failed(name, "a code block is opened and never closed", "Finish the code and close its block.")
    return passed(name, "not reported as cut off, and every code block is closed")


def _no_loops(text: str) -> CheckResult:
    loop = find_loop(text)
    if loop is None:
        return passed("answer.no_loops", "no degenerate repetition")
    return failed("answer.no_loops", loop, "Say each thing once and stop when the answer is given.")


def _max_chars(text: str, limit: int) -> CheckResult:
    name, evidence = "answer.max_chars", f"{len(text)} characters, at most {limit} allowed"
    if len(text) <= limit:
        return passed(name, evidence)
    return failed(name, evidence, f"Shorten the answer to at most {limit} characters.")
