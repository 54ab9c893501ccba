"""Second opinions that cost nothing, as checks: numbers that do not agree, citations that stand nowhere.

Called by `qa.validator`. There is no result where the answer states nothing of the kind: the proof lists only what was
really looked at.
"""

# ruff: noqa: E501 - a list reads better in one piece

import re
from collections import Counter
from collections.abc import Sequence

from qa.checks.security import redact
from qa.findings import CheckResult, Subject, failed, not_checked, passed
from qa.opinions.citations import Citation, find_citations
from qa.opinions.claims import Claim
from qa.opinions.numbers import find_claims
from qa.spec import QaSpec

NUMBERS, CITATIONS = "opinion.numbers", "opinion.citations"
AGREEMENT = "opinion.agreement"
"""The check that `agents.local_word` adds, where a local model was asked as well."""

_SHOWN = 3
# Who asks for a quiz, a joke or a list of common mistakes wants wrong numbers, and gets them.
_MEANT_WRONG = re.compile(
    r"\b(?:wrong|incorrect\w*|mistakes?|errors?|false|jokes?|tricks?|riddles?|nonsense|absurd|deliberate\w*|quiz\w*|multiple[- ]choice"
    r"|falsch\w*|fehler\w*|witz\w*|rätsel|blagues?|erreurs?|errores|chistes?)\b|错误|笑话|选择题|谜语",
    re.IGNORECASE,
)
_SAID_CHARS = 80


def check_opinions(subject: Subject, spec: QaSpec) -> tuple[CheckResult, ...]:
    """One result for the numbers and one for the citations, where the spec asks and there are some."""
    asked = spec.opinions
    if asked is None:
        return ()
    results: list[CheckResult] = []
    if asked.numbers and not _MEANT_WRONG.search(subject.request):
        results += _numbers(_not_of_the_request(find_claims(subject.text), subject.request))
    if asked.citations:
        results += _citations(find_citations(subject))
    return tuple(results)


def _not_of_the_request(claims: Sequence[Claim], request: str) -> list[Claim]:
    """Without the wrong sums that stand in the request itself: the answer may be about them."""
    asked = {claim.said.replace(" ", "") for claim in find_claims(request) if not claim.holds}
    return [claim for claim in claims if claim.holds or claim.said.replace(" ", "") not in asked]


def _numbers(claims: Sequence[Claim]) -> list[CheckResult]:
    if not claims:
        return []
    wrong = [claim for claim in claims if not claim.holds]
    counts = ", ".join(
        f"{count} {kind}" for kind, count in sorted(Counter(claim.kind for claim in claims).items())
    )
    if not wrong:
        return [passed(NUMBERS, f"worked out again, and right: {counts}")]
    said = "; ".join(f'"{_shown(claim.said)}", but {claim.instead}' for claim in wrong[:_SHOWN])
    return [failed(NUMBERS, f"{len(wrong)} of {len(claims)} wrong: {said}", f"Correct the numbers: {said}.")]


def _citations(citations: Sequence[Citation]) -> list[CheckResult]:
    if not citations:
        return []
    by = Counter(citation.outcome for citation in citations)
    missing = [citation for citation in citations if citation.outcome == "missing"]
    counted = f"{by['found']} of {len(citations)} citations stand in what was given"
    if missing:
        said = "; ".join(f'{citation.kind} "{_shown(citation.said)}"' for citation in missing[:_SHOWN])
        advice = f"Quote word for word what stands in what was given, or do not quote: {said}."
        return [failed(CITATIONS, f"not in what was given: {said}; {counted}", advice)]
    if by["found"] == 0:
        unknown = ", ".join(sorted({citation.kind for citation in citations}))
        return [not_checked(CITATIONS, f"{len(citations)} cannot be looked up here ({unknown})")]
    rest = f"; {by['unknown']} cannot be looked up here" if by["unknown"] else ""
    return [passed(CITATIONS, counted + rest)]


def _shown(said: str) -> str:
    """A piece of the answer, short and without secrets."""
    safe = " ".join(redact(said)[0].split())
    return safe if len(safe) <= _SAID_CHARS else safe[: _SAID_CHARS - 1] + "…"
