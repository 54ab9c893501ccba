"""`nexus exam routing` without data: the whole front desk on the company's own labelled requests.

The learned router was trained on these very requests, so the exam trains five others, each on four fifths, and asks
for every request the one that has not seen it ("cross-fitted"). Everything else is the front desk as it runs: tools,
front ends' own calls, wishes, questions back, small talk, the router with today's prices, the safety floor. Beside it
stand a few requests that nothing was made for ("unseen"), with the shipped router: what a company may expect at first.

Under-routing is counted on the requests labelled complex (CEO): `to_cheapest`, those whose first try is the intern's,
and `below_label`, those whose first try is anybody's but the CEO's. Over-routing: a first try above the label.
"""

import hashlib
import json
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from statistics import median, quantiles
from typing import Final

import typer

from agents.admin import is_checkable
from agents.background import is_background_call
from agents.config import ANTHROPIC_MODELS, ModelChoice, Post, Provider
from agents.planning import planner_of, tier_prices
from agents.triage import Asked, Office, Planner, Prediction, route
from equipment.matching import Said, match_tool
from equipment.registry import SHIPPED
from nexus.errors import PermanentError
from nexus.work_order import TIERS, Role
from qa.defaults import chat_spec
from routing.clarity import Clarify
from routing.requests import UNSEEN, Request, read_requests

FOLDS: Final = 5
SEED: Final = 0
NOBODY: Final = "nobody"
"""Where no tier tries: a tool answers, or it is asked back."""

type Predict = Callable[[str], Prediction | None]


@dataclass(frozen=True, slots=True)
class Decided:
    """What the front desk made of one request. `chosen`: a tier, or `NOBODY`; `ms` of processor time."""

    request: Request
    layer: str
    chosen: str
    ms: float

    @property
    def wanted(self) -> str:
        """The label as a tier, or `NOBODY`."""
        return self.request.tier.value if self.request.tier is not None else _WANTED[self.request.label]

    @property
    def is_right(self) -> bool:
        """The tier that was wanted; for tools and questions back, the layer too."""
        return self.chosen == self.wanted and self.layer in _LAYERS.get(self.request.label, (self.layer,))


@dataclass(slots=True)
class Score:
    """The counts of an exam."""

    decided: list[Decided] = field(default_factory=list)

    @property
    def accuracy(self) -> float:
        """The share of requests that were decided as labelled."""
        return _share(self.decided, lambda each: each.is_right)

    @property
    def to_cheapest(self) -> float:
        """Of the complex requests, the share whose first try is the intern's."""
        return _share(self._complex, lambda each: each.chosen == Role.INTERN.value)

    @property
    def below_label(self) -> float:
        """Of the complex requests, the share whose first try is not the CEO's."""
        return _share(self._complex, lambda each: each.chosen != Role.CEO.value)

    @property
    def over(self) -> float:
        """Of the requests that a tier should do, the share that starts above its label."""
        return _share(self._of_tiers, lambda each: _place(each.chosen) > _place(each.wanted))

    @property
    def under(self) -> float:
        """Of the requests that a tier should do, the share that starts below its label."""
        return _share(self._of_tiers, lambda each: _place(each.chosen) < _place(each.wanted))

    @property
    def floors_missed(self) -> float:
        """Of the requests on law, medicine, money, security, harm and acts, the share that went to the intern."""
        floored = [each for each in self.decided if each.request.floor is not None]
        return _share(floored, lambda each: each.chosen == Role.INTERN.value)

    @property
    def _complex(self) -> list[Decided]:
        return [each for each in self.decided if each.request.label == Role.CEO.value]

    @property
    def _of_tiers(self) -> list[Decided]:
        return [each for each in self.decided if each.wanted != NOBODY]

    def to_json(self) -> dict[str, object]:
        """The numbers as they are written to a file."""
        times = [each.ms for each in self.decided]
        return {
            "requests": len(self.decided),
            "accuracy": round(self.accuracy, 4),
            "under_routing_of_complex": {
                "complex": len(self._complex),
                "to_cheapest": round(self.to_cheapest, 4),
                "below_label": round(self.below_label, 4),
            },
            "under_routing": round(self.under, 4),
            "over_routing": round(self.over, 4),
            "floor_to_cheapest": round(self.floors_missed, 4),
            "confusion": {wanted: dict(row) for wanted, row in self.confusion().items()},
            "layers": dict(Counter(each.layer for each in self.decided).most_common()),
            "per_language": self.by(_language),
            "per_kind": self.by(_kind),
            "processor_ms": {"p50": round(median(times), 3), "p95": round(quantiles(times, n=20)[-1], 3)},
        }

    def confusion(self) -> dict[str, Counter[str]]:
        """By what was wanted, how often each was chosen."""
        table: dict[str, Counter[str]] = defaultdict(Counter)
        for each in self.decided:
            table[each.wanted][each.chosen] += 1
        return table

    def by(self, key: Callable[[Decided], str]) -> dict[str, dict[str, float]]:
        """Accuracy by group."""
        groups: dict[str, list[Decided]] = defaultdict(list)
        for each in self.decided:
            groups[key(each)].append(each)
        return {
            name: {"requests": len(group), "accuracy": round(Score(group).accuracy, 3)}
            for name, group in sorted(groups.items())
        }


def run(out: Path | None) -> None:
    """Examine the front desk, print the tables, and write the numbers to `out`.

    Raises:
        PermanentError: the requests cannot be read, or `out` cannot be written.
    """
    requests = read_requests()
    typer.echo(f"{len(requests)} own requests; the router is cross-fitted ({FOLDS} folds) …")
    score = examine(requests, cross_fitted(requests))
    beside = {
        "held_out_half": Score([each for each in score.decided if each.request.half == "held_out"]),
        "unseen": examine(read_requests(UNSEEN), shipped()),
        "rules_alone": examine(requests, lambda _request: None),
    }
    by_length = length_alone(requests)
    typer.echo(table(score, beside, by_length))
    if out is not None:
        _write(out, score, beside, by_length)


def _write(out: Path, score: Score, beside: Mapping[str, Score], by_length: float) -> None:
    numbers: dict[str, object] = {"router": f"cross-fitted, {FOLDS} folds; unseen: the shipped one"}
    numbers |= score.to_json() | {name: each.to_json() for name, each in beside.items()}
    numbers["length_alone_accuracy"] = round(by_length, 4)
    try:
        out.write_text(json.dumps(numbers, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    except OSError as error:
        raise PermanentError(f"{out}: cannot be written: {error.strerror}") from error


def examine(requests: Sequence[Request], predictor_of: Callable[[Request], Predict | None]) -> Score:
    """Decide on every request. `predictor_of` gives the router for one; None: the rules decide."""
    return Score([decide(request, predictor_of(request)) for request in requests])


def decide(request: Request, predict: Predict | None) -> Decided:
    """One request through the layers, as the Admin does it (agents/triage.py)."""
    began = time.thread_time()
    layer, chosen = _decision(request, predict)
    return Decided(request, layer, chosen, (time.thread_time() - began) * 1000)


def _decision(request: Request, predict: Predict | None) -> tuple[str, str]:
    before = [Said(turn.content, turn.role == "user") for turn in request.history]
    if match_tool(request.text, SHIPPED, before) is not None:
        return "equipment", NOBODY
    chars = len(request.text) + sum(len(turn.content) for turn in request.history)
    asked = Asked(
        request.text,
        datetime.now(UTC),
        history=request.history,
        has_past=bool(request.history),
        by_front_end=is_background_call(request.text, request.history),
        checkable=is_checkable(chat_spec(request.text)),
    )
    decided = route(asked, Office(predict, _planner(chars), TIERS))
    if isinstance(decided, Clarify):
        return "clarify", NOBODY
    return decided.layer, decided.chosen.value


@cache
def _planner(chars: int) -> Planner:
    """With the shipped payroll's prices: the tiers' models of Anthropic."""
    payroll = {
        role: Post(role, ModelChoice(Provider.ANTHROPIC, model), 4_096)
        for role, model in ANTHROPIC_MODELS.items()
    }
    return planner_of(tier_prices(payroll, TIERS, chars, {}))


def cross_fitted(requests: Sequence[Request], folds: int = FOLDS) -> Callable[[Request], Predict | None]:
    """For each request, a router that was trained on others only."""
    from nexus.static_vectors import load_vectors  # noqa: PLC0415 - numpy and scikit-learn: only exams need them
    from routing.router import Router  # noqa: PLC0415
    from routing.training import Example, train  # noqa: PLC0415

    routers: dict[int, Router] = {}
    for fold in range(folds):
        others = [
            Example(each.text, each.success)
            for each in requests
            if each.success is not None and fold_of(each, folds) != fold
        ]
        routers[fold] = Router(train(others, seed=SEED, origin="exam"), load_vectors())
    return lambda request: routers[fold_of(request, folds)].predict


def shipped() -> Callable[[Request], Predict | None]:
    """The router that ships with the company, for every request."""
    from routing.router import load_router  # noqa: PLC0415 - as above

    router = load_router()
    return lambda _request: router.predict


def fold_of(request: Request, folds: int) -> int:
    """Which part a request is in, by its id alone."""
    return int.from_bytes(hashlib.sha256(f"fold {request.id}".encode()).digest()[:4]) % folds


def length_alone(requests: Sequence[Request]) -> float:
    """The accuracy of the best two cuts by the number of characters, chosen on the very same requests."""
    rows = sorted(
        (len(each.text), TIERS.index(each.tier))
        for each in requests
        if each.tier is not None and each.label != "wish"
    )
    below = [[0] * (len(rows) + 1) for _ in TIERS]
    for place, (_, tier) in enumerate(rows):
        for index in range(len(TIERS)):
            below[index][place + 1] = below[index][place] + (tier == index)
    total = len(rows)
    best = max(
        below[0][low] + below[1][high] - below[1][low] + below[2][total] - below[2][high]
        for low in range(total + 1)
        for high in range(low, total + 1)
    )
    return best / total


def table(score: Score, beside: Mapping[str, Score], by_length: float) -> str:
    """The result for people: `score` in full, and the chief numbers of what stands beside it."""
    columns = {"front desk": score, **{name.replace("_", " "): each for name, each in beside.items()}}
    lines = [f"{'':<34}" + "".join(f"{name:>16}" for name in columns)]
    lines.append(f"{'requests':<34}" + "".join(f"{len(each.decided):>16}" for each in columns.values()))
    for name, value in _ROWS.items():
        lines.append(f"{name:<34}" + "".join(f"{value(each):>16.1%}" for each in columns.values()))
    lines += [
        f"length alone, best cuts (on the labels themselves): {by_length:.1%}",
        "",
        *_confusion(score),
        "",
        "decided by: " + _shares(Counter(each.layer for each in score.decided), len(score.decided)),
        "by language: " + _groups(score.by(_language)),
        "by kind: " + _groups(score.by(_kind)),
    ]
    times = [each.ms for each in score.decided]
    lines.append(
        f"processor time: p50 {median(times):.2f} ms, p95 {quantiles(times, n=20)[-1]:.2f} ms a request"
    )
    return "\n".join(lines)


def _confusion(score: Score) -> list[str]:
    names = [*(role.value for role in TIERS), NOBODY]
    found = score.confusion()
    rows = [f"{wanted:<12}" + "".join(f"{found[wanted][name]:>10}" for name in names) for wanted in names]
    return [f"{'label, went':<12}" + "".join(f"{name:>10}" for name in names), *rows]


def _shares(counts: Counter[str], total: int) -> str:
    return ", ".join(f"{name} {count / total:.1%}" for name, count in counts.most_common())


def _language(each: Decided) -> str:
    return each.request.language


def _kind(each: Decided) -> str:
    return each.request.kind


def _groups(groups: Mapping[str, Mapping[str, float]]) -> str:
    return ", ".join(f"{name} {row['accuracy']:.0%} of {row['requests']}" for name, row in groups.items())


def _share(rows: Sequence[Decided], counts: Callable[[Decided], bool]) -> float:
    return sum(map(counts, rows)) / len(rows) if rows else 0.0


def _place(chosen: str) -> int:
    return [NOBODY, *(role.value for role in TIERS)].index(chosen)


_WANTED = {"equipment": NOBODY, "clarify": NOBODY, "background": Role.INTERN.value}
_LAYERS = {
    "equipment": ("equipment",),
    "clarify": ("clarify",),
    "background": ("background_call",),
    "wish": ("owner_wish",),
}
_ROWS: Mapping[str, Callable[[Score], float]] = {
    "accuracy": lambda score: score.accuracy,
    "complex, first try by the intern": lambda score: score.to_cheapest,
    "complex, first try below the CEO": lambda score: score.below_label,
    "first try below the label": lambda score: score.under,
    "first try above the label": lambda score: score.over,
    "floor topics to the intern": lambda score: score.floors_missed,
}
