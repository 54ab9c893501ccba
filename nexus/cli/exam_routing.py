"""`nexus exam routing --data …`: how much of the strong model's quality the router keeps, for how many of its calls.

The router is trained on four fifths of the rows and judged on the fifth it has not seen, in turn. Beside it stand its
members, the length of the message, chance, always one tier, and an oracle. Where the rows tell tokens, router and
cascade are also compared in dollars of today, alone and together.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles
from typing import TYPE_CHECKING, Final

import typer

from agents.config import ANTHROPIC_MODELS, ModelChoice, Provider
from agents.price_sheet import price_of
from nexus.cli.exam_labels import Labels, read_labels
from nexus.errors import ConfigurationError, PermanentError
from nexus.static_vectors import load_vectors
from nexus.usage import Price, Usage
from nexus.work_order import Role
from routing.economy import CHECKED
from routing.ensemble import MEMBERS
from routing.evaluation import (
    QUALITIES,
    Pair,
    Standing,
    calibration_by_tier,
    choices_at,
    lead_over,
    predict_unseen,
    standings,
)
from routing.policies import SEEDS, Check, Result, Table, compare, simulated

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SEED: Final = 0
SECOND_OPINION: Final = "llama-3.1-8b"
"""A free local model whose final answer is compared with the tier's, where the rows have both."""


@dataclass(frozen=True, slots=True)
class Report:
    """Everything an exam found. `policies` is empty where the rows tell no tokens."""

    labels: Labels
    quality: Mapping[Role, float]
    orders: Mapping[str, Standing]
    leads: Mapping[str, tuple[float, float]]
    choices: Mapping[str, float]
    ece: Mapping[str, float]
    times_ms: Sequence[float]
    policies: Mapping[str, Mapping[float, Result]]
    cheap_cost: float
    checks: Mapping[str, tuple[float, float]]

    def to_json(self) -> dict[str, object]:
        """The fields that docs/routing-exam.md explains."""
        router = self.orders["router"]
        return {
            "rows": len(self.labels.rows),
            "folds": 5,
            "seed": SEED,
            "models": {role.value: model for role, model in self.labels.models.items()},
            "quality": {role.value: round(share, 4) for role, share in self.quality.items()},
            **router.to_json(),
            **self.choices,
            "ece": max(self.ece.values()),
            "ece_by_tier": dict(self.ece),
            "latency_ms": {"p50": round(median(self.times_ms), 3), "p95": round(_p95(self.times_ms), 3)},
            "lead_95ci": {name: [round(end, 4) for end in lead] for name, lead in self.leads.items()},
            "baselines": {
                **{name: order.to_json() for name, order in self.orders.items() if name != "router"},
                "always_cheap": {
                    "quality": round(self.cheap_quality, 4),
                    "cost": round(self.cheap_cost, 4),
                },
                "always_strong": {"quality": 1.0, "cost": 1.0},
            },
            "checks": {
                name: {"catches": round(caught, 4), "false_alarms": round(alarms, 4)}
                for name, (caught, alarms) in self.checks.items()
            },
            "policies": {
                name: {f"{quality:.0%}".rstrip("%"): result.to_json() for quality, result in results.items()}
                for name, results in self.policies.items()
            },
        }

    @property
    def cheap_quality(self) -> float:
        """The lowest tier's quality as a share of the highest's."""
        return self.quality[Role.INTERN] / self.quality[Role.CEO]


def run(paths: Sequence[Path], out: Path | None, weak: str | None = None, strong: str | None = None) -> None:
    """Hold the exam, print it, and write the numbers to `out`.

    Raises:
        PermanentError: the rows cannot be read or are too few, or `out` cannot be written.
        ConfigurationError: the word vectors are missing.
    """
    report = examine(read_labels(paths, weak, strong))
    typer.echo(table(report))
    if out is not None:
        try:
            out.write_text(json.dumps(report.to_json(), indent=2) + "\n", encoding="utf-8")
        except OSError as error:
            raise PermanentError(f"{out}: cannot be written: {error.strerror}") from error


def examine(labels: Labels) -> Report:
    """Train, predict what was not seen, and count.

    Raises:
        PermanentError, ConfigurationError: as `run`.
    """
    import numpy as np  # noqa: PLC0415

    try:
        unseen = predict_unseen(labels.examples, load_vectors(), seed=SEED)
    except ValueError as error:
        raise PermanentError(str(error)) from None
    costs = _costs(labels)
    scores = unseen.lesson.outcomes
    pair = Pair(scores[:, 0], scores[:, -1], costs[:, 0], costs[:, -1])
    lengths = np.array([float(len(row.prompt)) for row in labels.rows])
    orders = standings(unseen, pair, lengths, seed=SEED)
    others = {"length": lengths, **{name: unseen.gains[name] for name in MEMBERS}}
    rank = unseen.gains["router"]
    table_ = Table(scores, costs)
    checks = _checks(labels, table_)
    return Report(
        labels,
        {role: float(scores[:, head].mean()) for head, role in enumerate(labels.models)},
        orders,
        {name: lead_over(rank, other, pair, seed=SEED) for name, other in others.items()},
        choices_at(rank, orders["router"].calls_at[QUALITIES[0]], pair),
        calibration_by_tier(unseen),
        unseen.times_ms,
        compare(unseen.lesson, table_, checks, QUALITIES) if labels.has_tokens else {},
        float(pair.weak_cost.sum() / pair.strong_cost.sum()),
        {check.name: _measured(check, table_) for check in checks} if labels.has_tokens else {},
    )


def _costs(labels: Labels) -> "NDArray[np.float64]":
    """Dollars of each request at each tier, at the prices of today's payroll; without tokens, of one token each way."""
    import numpy as np  # noqa: PLC0415

    prices = {role: _price_today(role) for role in labels.models}
    return np.array(
        [
            [
                float(prices[role].cost_of(Usage(*row.tok.get(model, (1_000, 1_000)))))
                for role, model in labels.models.items()
            ]
            for row in labels.rows
        ]
    )


def _price_today(role: Role) -> Price:
    price = price_of(ModelChoice(Provider.ANTHROPIC, ANTHROPIC_MODELS[role]))
    if price is None:
        raise ConfigurationError(f"no price is known of {ANTHROPIC_MODELS[role]}; run `make env`")
    return price


def _checks(labels: Labels, scores: Table) -> list[Check]:
    """The checks a cascade is tried with: QA as it was measured, none at all, a real second opinion, and an oracle."""
    import numpy as np  # noqa: PLC0415

    checks = [
        simulated("QA", scores, float(CHECKED.catches), float(CHECKED.false_alarms)),
        simulated("no check", scores, 0.0, 0.0),
    ]
    asked = {*list(labels.models.values())[:-1], SECOND_OPINION}
    if all(asked <= set(row.ans) for row in labels.rows):
        rejects = [
            [float(_differ(row.ans.get(model), row.ans[SECOND_OPINION])) for model in labels.models.values()]
            for row in labels.rows
        ]
        checks.append(Check("second opinion", np.array(rejects)))
    return [*checks, simulated("oracle, an upper bound", scores, 1.0, 0.0)]


def _differ(first: str | None, second: str | None) -> bool:
    """Whether two final answers disagree; one that is missing agrees with nothing."""
    if first is None or second is None:
        return True
    try:
        return abs(float(first) - float(second)) > 1e-6
    except ValueError:
        return first.strip() != second.strip()


def _measured(check: Check, scores: Table) -> tuple[float, float]:
    """How many wrong and right answers of the lowest tier a check rejects."""
    rejects, right = check.rejects[:, 0], scores.right[:, 0]
    return float((rejects * (1 - right)).sum() / max((1 - right).sum(), 1e-9)), float(
        (rejects * right).sum() / max(right.sum(), 1e-9)
    )


def table(report: Report) -> str:
    """The result for people."""
    models = ", ".join(
        f"{role.value} {model} ({report.quality[role]:.1%} right)"
        for role, model in report.labels.models.items()
    )
    lines = [
        f"{len(report.labels.rows)} requests; {models}",
        "",
        f"{'ordered by':<12} {'APGR':>6} {'95 % interval':>16} {'CPT 50 %':>9} {'CPT 80 %':>9}"
        f" {'calls 95 %':>11} {'calls 99 %':>11} {'cost 95 %':>10} {'cost 99 %':>10}",
        *(_line(name, order) for name, order in report.orders.items()),
        f"always cheap: {report.cheap_quality:.1%} of always strong's quality for {report.cheap_cost:.1%} of its cost",
        "",
        *(
            f"router less {name}: {low:+.3f} to {high:+.3f} APGR"
            for name, (low, high) in report.leads.items()
        ),
        "",
        f"at 95 % of the strong model's quality: tier accuracy {report.choices['tier_accuracy']:.1%},"
        f" under-routed {report.choices['under_routing']:.1%}, over-routed {report.choices['over_routing']:.1%}",
        "calibration error: " + ", ".join(f"{tier} {error:.3f}" for tier, error in report.ece.items()),
        f"a prediction takes {median(report.times_ms):.2f} ms (median), p95 {_p95(report.times_ms):.2f} ms",
    ]
    return "\n".join([*lines, *_policy_lines(report)])


def _line(name: str, order: Standing) -> str:
    calls = " ".join(f"{share:>11.1%}" for share in order.calls_at.values())
    costs = " ".join(f"{share:>10.1%}" for share in order.cost_at.values())
    interval = f"{order.low:.3f} to {order.high:.3f}"
    return f"{name:<12} {order.apgr:>6.3f} {interval:>16} {order.cpt50:>9.1%} {order.cpt80:>9.1%} {calls} {costs}"


def _policy_lines(report: Report) -> list[str]:
    if not report.policies:
        return ["", "cost: calls at the prices of intern and CEO today, since the rows tell no tokens"]
    lines = [
        "",
        "cost and quality on the half that set no knob, as shares of always strong (mean ± deviation of 5 halvings)",
    ]
    for name, results in report.policies.items():
        cells = " | ".join(_cell(quality, result) for quality, result in results.items())
        lines.append(f"{name:<42} {cells}")
    for name, (caught, alarms) in report.checks.items():
        lines.append(
            f"check “{name}” rejects {caught:.1%} of the intern's wrong answers and {alarms:.1%} of its right ones"
        )
    return lines


def _cell(quality: float, result: Result) -> str:
    cost = f"cost {result.cost:6.1%} ± {result.cost_sd:4.1%}"
    reached = (
        "" if result.reached == SEEDS else f" (goal met on the setting half in {result.reached} of {SEEDS})"
    )
    return f"{quality:.0%}: {cost}, quality {result.quality:6.1%} ± {result.quality_sd:4.1%}{reached}"


def _p95(times_ms: Sequence[float]) -> float:
    return quantiles(times_ms, n=20)[-1] if len(times_ms) > 1 else times_ms[0]
