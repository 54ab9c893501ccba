"""A run in words and in JSON."""

from collections import Counter
from dataclasses import asdict, dataclass, field

from tests.chaos.checker import check
from tests.chaos.evidence import Evidence
from tests.chaos.facts import (
    cause_of,
    cut_off_five_times,
    extra_calls,
    first_success_s,
    superseded,
    worked_on_twice,
)
from tests.chaos.stage import Scenario

SHOWN = 5


@dataclass(frozen=True, slots=True)
class Report:
    """What a run came to. `missed` are planned faults that found nobody to hit."""

    scenario: str
    seed: int
    seconds: float
    orders: int
    statuses: dict[str, int]
    faults: dict[str, int]
    missed: int
    lost: int
    duplicated: int
    superseded: int
    in_both_stores: int
    cut_off_five_times: int
    unfinished: int
    second_answers: int
    model_calls: int
    recorded: int
    extra_calls: int
    extra_by_cause: dict[str, int]
    in_doubt: int
    first_success_s: float | None
    http: dict[str, int]
    violations: dict[str, int]
    own: dict[str, object] = field(default_factory=dict)
    examples: list[dict[str, str]] = field(default_factory=list)

    @property
    def is_green(self) -> bool:
        """Every guarantee held."""
        return not self.violations


def make_report(scenario: Scenario, seed: int, evidence: Evidence, seconds: float = 0.0) -> Report:
    """Judge the evidence and count what matters."""
    violations = [*check(evidence), *scenario.judge(evidence)]
    names = Counter(violation.name for violation in violations)
    extra = extra_calls(evidence)
    shown: Counter[str] = Counter()
    examples = []
    for violation in violations:
        shown[violation.name] += 1
        if shown[violation.name] <= SHOWN:
            examples.append(asdict(violation))
    http: Counter[str] = Counter()
    for sender in evidence.senders:
        http.update(sender.counts)
    return Report(
        scenario=scenario.name,
        seed=seed,
        seconds=round(seconds, 1),
        orders=len(evidence.orders),
        statuses=dict(Counter(order.status for order in evidence.orders)),
        faults=dict(sorted(Counter(fault.kind for fault in evidence.faults if fault.target).items())),
        missed=sum(not fault.target for fault in evidence.faults),
        lost=names["lost"],
        duplicated=names["duplicated"],
        superseded=len(superseded(evidence)),
        in_both_stores=len(worked_on_twice(evidence)),
        cut_off_five_times=len(cut_off_five_times(evidence)),
        unfinished=sum(count for name, count in names.items() if name.startswith("unfinished")),
        second_answers=names["second answer"] + names["delivered twice"],
        model_calls=len(evidence.stub_calls),
        recorded=sum(call.status == "recorded" for call in evidence.calls),
        extra_calls=len(extra),
        extra_by_cause=dict(Counter(cause_of(call, evidence) or "no fault near" for call in extra)),
        in_doubt=sum(call.status == "in_doubt" for call in evidence.calls),
        first_success_s=_rounded(first_success_s(evidence)),
        http=dict(sorted(http.items())),
        violations=dict(names),
        own=dict(scenario.facts()),
        examples=examples,
    )


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 2)


def as_text(report: Report) -> str:
    """The report for people."""
    total = sum(report.faults.values())
    lines = [
        f"chaos {report.scenario}, seed {report.seed}: {'GREEN' if report.is_green else 'RED'}"
        f" in {report.seconds:g} s",
        f"orders            {report.orders}  {_counts(report.statuses)}",
        f"faults            {total} of {len(report.faults)} kinds ({report.missed} more found nobody)",
        *(f"  {count:5}  {kind}" for kind, count in report.faults.items()),
        f"lost              {report.lost}",
        f"duplicated        {report.duplicated}",
        f"superseded        {report.superseded}",
        f"in both stores    {report.in_both_stores} worked on in PostgreSQL and in the spool",
        f"cut off 5 times   {report.cut_off_five_times} dead, for each of five tries met a fault",
        f"unfinished        {report.unfinished}",
        f"second answers    {report.second_answers}",
        f"model calls       {report.model_calls} seen by the model, {report.recorded} recorded",
        f"extra calls       {report.extra_calls}  {_counts(report.extra_by_cause)}",
        f"in doubt          {report.in_doubt} ledger rows",
        f"first success     {report.first_success_s} s after the last fault",
        f"clients saw       {_counts(report.http)}",
    ]
    lines += [f"{name:17} {value}" for name, value in report.own.items()]
    for name, count in report.violations.items():
        lines.append(f"VIOLATED {name}: {count}")
        lines += [f"    {e['subject']}: {e['detail']}" for e in report.examples if e["name"] == name]
    return "\n".join(lines)


def _counts(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.items())
