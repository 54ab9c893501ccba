"""Completeness: the exact pieces that the work must and must not contain. Called by `qa.validator`."""

from qa.checks.security import redact
from qa.findings import CheckResult, Subject, failed, passed
from qa.spec import QaSpec


def check_completeness(subject: Subject, spec: QaSpec) -> tuple[CheckResult, ...]:
    """One result for the required pieces and one for the forbidden ones, where the spec names any."""
    rules = spec.completeness
    if rules is None:
        return ()
    results = []
    if rules.required_substrings:
        missing = tuple(piece for piece in rules.required_substrings if piece not in subject.text)
        results.append(_required(missing, len(rules.required_substrings)))
    if rules.forbidden_substrings:
        present = tuple(piece for piece in rules.forbidden_substrings if piece in subject.text)
        results.append(_forbidden(present, len(rules.forbidden_substrings)))
    return tuple(results)


def _required(missing: tuple[str, ...], asked: int) -> CheckResult:
    name = "completeness.required_substrings"
    if not missing:
        return passed(name, f"all {asked} required pieces are there")
    listed = _listed(missing)
    return failed(
        name, f"missing {len(missing)} of {asked}: {listed}", f"Include, exactly as written: {listed}."
    )


def _forbidden(present: tuple[str, ...], asked: int) -> CheckResult:
    name = "completeness.forbidden_substrings"
    if not present:
        return passed(name, f"none of {asked} forbidden pieces is there")
    listed = _listed(present)
    return failed(name, f"found {len(present)} of {asked}: {listed}", f"Leave out: {listed}.")


def _listed(pieces: tuple[str, ...]) -> str:
    """The pieces in quotes, for a reader. A piece may itself be a secret that the spec forbids."""
    return ", ".join(f'"{redact(piece)[0]}"' for piece in pieces)
