"""Whether a newly trained router takes the place of the one in use: only where it proves better. Pure.

Both are asked about orders that neither was trained on: the newest ones, and a part drawn by chance from all of them.
What counts is the squared error of the chance of success that each gave to the tier that tried first. The proof is a
paired bootstrap over voices: a session's day is one, and so are all messages that are nearly the same. So neither one
busy session nor one message from a thousand sessions can carry it.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Protocol

from nexus.work_order import TIERS, Role
from routing.hygiene import Evidence

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

DRAWS: Final = 2_000
CONFIDENCE: Final = 0.95
LEAST_GAIN: Final = 0.002
"""What the mean squared error must fall by, whatever the proof says: less is not worth a change."""
WORSE: Final = 0.8
"""Neither part alone may be worse, with this confidence; a part is small, so chance alone makes it a little worse."""
CALIBRATION: Final = 0.05
"""How far chances may be off, beyond what so few orders show by chance, where the router in use is no worse."""
CALIBRATION_DRAWS: Final = 200
LEAST_PART: Final = 40
LEAST_VOICES: Final = 15
"""Different voices that must be among each part."""
LEAST_KIND: Final = 10
"""Passed and failed tries that must be among the held-out ones: without both, nothing can be told."""
ONE_ORDER: Final = 1
"""More that failed at the cheapest tier may go there again by so many: one order alone is chance."""
SURE_ENOUGH: Final = 0.75
"""What newly goes to the cheapest tier must have passed there this often, at the lower end of the interval."""
ANCHOR_SLACK: Final = 0.25
"""How many of the anchors may go to the cheapest tier at any rate: a cheap model may truly have become good at some of
what was hard. In benchmarks/router_month.py honest verdicts came to 25 %, poison that had stayed for days to
36 to 59 %.
"""
CONTRADICTION: Final = 0.04
"""By how much the candidate may surely be worse on the newest orders than on older ones that it has not seen either.
Where a tier changed, a router that learned it is soon as good as before; verdicts that are turned round at random
nobody can learn. What goes on for weeks is in the older ones too, and then it is taken for the truth."""
_Z90: Final = 1.2816


class Predicts(Protocol):
    """What a router can be asked."""

    def chances(self, texts: Sequence[str]) -> "Sequence[Mapping[Role, float]]":
        """The chance that the first answer passes, of each tier, for each text."""
        ...


type Chooses = Callable[[Mapping[Role, float]], Role]
"""Who tries first, by these chances."""


@dataclass(frozen=True, slots=True)
class HeldOut:
    """What nobody was trained on. `anchors` are texts that are known to be too hard for the cheapest tier."""

    newest: Sequence[Evidence]
    drawn: Sequence[Evidence]
    anchors: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether the candidate is adopted, why in words, and the numbers that it rests on.

    `is_suspicious`: the refusal says that somebody may be teaching the router wrong things; the owner hears of it.
    """

    adopted: bool
    reason: str
    numbers: Mapping[str, float]
    is_suspicious: bool = False


@dataclass(frozen=True, slots=True)
class _Part:
    """Both routers on some of the evidence: chances, outcomes, weights, and the voice that each belongs to."""

    evidence: Sequence[Evidence]
    now: "NDArray[np.float64]"
    then: "NDArray[np.float64]"
    tried: "NDArray[np.float64]"
    weight: "NDArray[np.float64]"
    now_first: Sequence[Role]
    then_first: Sequence[Role]
    clusters: "NDArray[np.intp]" = field(repr=False)

    @property
    def gains(self) -> "NDArray[np.float64]":
        """What the candidate's squared error is lower by."""
        gains: NDArray[np.float64] = (self.now - self.tried) ** 2 - (self.then - self.tried) ** 2
        return gains

    @property
    def gain(self) -> float:
        """The weighted mean of it."""
        return float((self.gains * self.weight).sum() / self.weight.sum())


def adopt(
    candidate: Predicts, current: Predicts, held_out: HeldOut, chooses: Chooses, *, seed: int = 0
) -> Decision:
    """Judge `candidate` beside `current`. The same input always gives the same decision."""
    everything = [*held_out.newest, *held_out.drawn]
    missing = _too_little(held_out)
    if missing:
        return Decision(False, missing, {"held_out": float(len(everything))})
    if not _says_numbers(candidate, [*(each.text for each in everything), *held_out.anchors]):
        return Decision(False, "what it says is no number between 0 and 1", {}, is_suspicious=True)
    whole = _asked(candidate, current, everything, chooses)
    split = len(held_out.newest)
    newest, drawn = _slice(whole, slice(0, split)), _slice(whole, slice(split, None))
    numbers = {
        "held_out": float(len(everything)),
        "gain": whole.gain,
        "gain_at_least": _gain_at(1 - CONFIDENCE, whole, seed),
        "gain_newest": newest.gain,
        "gain_newest_at_most": _gain_at(WORSE, newest, seed),
        "gain_drawn": drawn.gain,
        "gain_drawn_at_most": _gain_at(WORSE, drawn, seed),
        "error_now": float(((whole.now - whole.tried) ** 2 * whole.weight).sum() / whole.weight.sum()),
        "error_then": float(((whole.then - whole.tried) ** 2 * whole.weight).sum() / whole.weight.sum()),
        "calibration_now": _beyond_chance(whole.now, whole, seed),
        "calibration_then": _beyond_chance(whole.then, whole, seed),
        "contradiction": _contradiction(newest, drawn),
        **_cheap_numbers(whole),
        **_anchor_numbers(candidate, current, held_out.anchors, chooses),
    }
    return _decide(numbers)


def _says_numbers(router: Predicts, texts: Sequence[str]) -> bool:
    return all(0 <= chance <= 1 for chances in router.chances(texts) for chance in chances.values())


def _too_little(held_out: HeldOut) -> str:
    """What keeps a comparison from meaning anything; empty: nothing."""
    for name, part in (("newest", held_out.newest), ("drawn", held_out.drawn)):
        if len(part) < LEAST_PART:
            return f"there are {len(part)} held-out orders in the {name} part; {LEAST_PART} are needed to compare"
        days, groups = {(each.session, each.at.date()) for each in part}, {each.group for each in part}
        if min(len(days), len(groups)) < LEAST_VOICES:
            return f"the {name} held-out orders are too much alike to compare by"
    everything = [*held_out.newest, *held_out.drawn]
    passed = sum(each.outcomes[each.role] >= 0.5 for each in everything)
    for word, count in (("passed", passed), ("failed", len(everything) - passed)):
        if count < LEAST_KIND:
            return (
                f"of {len(everything)} held-out first tries only {count} {word}; {LEAST_KIND} are needed, "
                "or nothing can be told apart"
            )
    return ""


def _decide(numbers: Mapping[str, float]) -> Decision:
    def refused(reason: str, *, suspicious: bool = False) -> Decision:
        return Decision(False, reason, numbers, suspicious)

    if numbers["anchors_then"] > max(numbers["anchors_now"], ANCHOR_SLACK):
        share = f"{numbers['anchors_then']:.0%} of the shipped hard requests to the cheapest tier"
        return refused(f"it would send {share}, the one in use {numbers['anchors_now']:.0%}", suspicious=True)
    if numbers["contradiction"] > CONTRADICTION:
        return refused(
            f"the newest verdicts contradict each other: even the candidate's squared error is surely "
            f"{numbers['contradiction']:.3f} higher on them than on older ones",
            suspicious=True,
        )
    if numbers["more_failed_to_cheap"] > ONE_ORDER and numbers["newly_cheap_passed_at_least"] < SURE_ENOUGH:
        return refused(
            f"it would send more of the orders that failed at the cheapest tier there again "
            f"({numbers['failed_to_cheap_then']:.0%} instead of {numbers['failed_to_cheap_now']:.0%}), and what "
            f"newly goes there passed in at least {numbers['newly_cheap_passed_at_least']:.0%}, not {SURE_ENOUGH:.0%}"
        )
    for name in ("newest", "drawn"):
        if numbers[f"gain_{name}_at_most"] < 0:
            worse = f"{-numbers[f'gain_{name}']:.4f} squared error"
            return refused(f"on the {name} orders alone it is worse, by {worse}")
    if numbers["gain"] < LEAST_GAIN or numbers["gain_at_least"] <= 0:
        return refused(
            f"it is not proved better: the squared error falls by {numbers['gain']:.4f}, "
            f"with 95 % confidence by at least {numbers['gain_at_least']:.4f}"
        )
    if numbers["calibration_then"] > max(CALIBRATION, numbers["calibration_now"]):
        off = f"{numbers['calibration_then']:.3f} beyond chance"
        return refused(f"its calibration error is {off}, above {CALIBRATION}, and worse than before")
    return Decision(
        True,
        f"squared error {numbers['error_now']:.3f} → {numbers['error_then']:.3f} on {numbers['held_out']:.0f} "
        f"held-out orders, better by at least {numbers['gain_at_least']:.4f} with 95 % confidence",
        numbers,
    )


def _asked(candidate: Predicts, current: Predicts, evidence: Sequence[Evidence], chooses: Chooses) -> _Part:
    import numpy as np  # noqa: PLC0415 - only where something is learned

    texts = [each.text for each in evidence]
    then, now = candidate.chances(texts), current.chances(texts)
    alike = Counter(each.group for each in evidence)
    voices: dict[object, int] = {}
    clusters = [
        voices.setdefault(
            each.group if alike[each.group] > 1 else (each.session, each.at.date()), len(voices)
        )
        for each in evidence
    ]
    return _Part(
        evidence=evidence,
        now=np.array([chance[each.role] for chance, each in zip(now, evidence, strict=True)]),
        then=np.array([chance[each.role] for chance, each in zip(then, evidence, strict=True)]),
        tried=np.array([each.outcomes[each.role] for each in evidence]),
        weight=np.array([each.weight for each in evidence]),
        now_first=[chooses(chance) for chance in now],
        then_first=[chooses(chance) for chance in then],
        clusters=np.array(clusters, dtype=np.intp),
    )


def _slice(whole: _Part, rows: slice) -> _Part:
    return _Part(
        evidence=whole.evidence[rows],
        now=whole.now[rows],
        then=whole.then[rows],
        tried=whole.tried[rows],
        weight=whole.weight[rows],
        now_first=whole.now_first[rows],
        then_first=whole.then_first[rows],
        clusters=whole.clusters[rows],
    )


def _gain_at(quantile: float, part: _Part, seed: int) -> float:
    """A quantile of the mean gain, over bootstrap draws of whole voices."""
    import numpy as np  # noqa: PLC0415

    count = int(part.clusters.max()) + 1
    sums = np.bincount(part.clusters, part.gains * part.weight, minlength=count)
    weights = np.bincount(part.clusters, part.weight, minlength=count)
    drawn = np.random.default_rng(seed).integers(0, count, size=(DRAWS, count))
    means = sums[drawn].sum(axis=1) / np.maximum(weights[drawn].sum(axis=1), 1e-12)
    return float(np.quantile(means, quantile))


def calibration_error(
    chance: "NDArray[np.float64]",
    outcome: "NDArray[np.float64]",
    weight: "NDArray[np.float64]",
    bins: int = 10,
) -> float:
    """Expected calibration error over bins of equal weight, 0 to 1."""
    import numpy as np  # noqa: PLC0415

    order = np.argsort(chance, kind="stable")
    chance, outcome, weight = chance[order], outcome[order], weight[order]
    middle = (np.cumsum(weight) - weight / 2) / weight.sum()
    bin_of = np.minimum((middle * bins).astype(int), bins - 1)
    gaps = np.bincount(bin_of, (chance - outcome) * weight, minlength=bins)
    return float(np.abs(gaps).sum() / weight.sum())


def _contradiction(newest: _Part, drawn: _Part) -> float:
    """The candidate's squared error on the newest orders less that on the drawn ones from before.

    The lower end of it, 90 % one-sided, so that few orders are no contradiction.
    """
    begins = min(each.at for each in newest.evidence)
    older = [index for index, each in enumerate(drawn.evidence) if each.at < begins]
    if len(older) < LEAST_PART / 2:
        return 0.0
    later, later_spread = _error(newest, range(len(newest.evidence)))
    before, before_spread = _error(drawn, older)
    return later - before - _Z90 * float((later_spread**2 + before_spread**2) ** 0.5)


def _error(part: _Part, indexes: Sequence[int]) -> tuple[float, float]:
    """The candidate's mean squared error, and the standard error of that."""
    import numpy as np  # noqa: PLC0415

    errors, weight = ((part.then - part.tried) ** 2)[indexes], part.weight[indexes]
    share = weight / weight.sum()
    mean = float((errors * share).sum())
    return mean, float(np.sqrt(((errors - mean) ** 2 * share**2).sum()))


def _beyond_chance(chance: "NDArray[np.float64]", part: _Part, seed: int) -> float:
    """The calibration error less what a perfectly calibrated router would show on so few orders, at least 0."""
    import numpy as np  # noqa: PLC0415

    draw = np.random.default_rng(seed)
    perfect = [
        calibration_error(chance, (draw.random(len(chance)) < chance).astype(float), part.weight)
        for _ in range(CALIBRATION_DRAWS)
    ]
    return max(0.0, calibration_error(chance, part.tried, part.weight) - float(np.mean(perfect)))


def _cheap_numbers(part: _Part) -> dict[str, float]:
    """What becomes of the orders that the cheapest tier has tried: the failed ones, and those newly sent there."""
    cheapest = TIERS[0]
    tried = [index for index, each in enumerate(part.evidence) if each.role is cheapest]
    failed = [index for index in tried if part.tried[index] < 0.5]
    newly = [i for i in tried if part.then_first[i] is cheapest and part.now_first[i] is not cheapest]
    return {
        "failed_to_cheap_now": _share(failed, part.now_first),
        "failed_to_cheap_then": _share(failed, part.then_first),
        "more_failed_to_cheap": float(
            sum(part.then_first[i] is cheapest for i in failed)
            - sum(part.now_first[i] is cheapest for i in failed)
        ),
        "newly_cheap": float(len(newly)),
        "newly_cheap_passed_at_least": _least_share(sum(part.tried[i] >= 0.5 for i in newly), len(newly)),
    }


def _share(indexes: Sequence[int], first: Sequence[Role]) -> float:
    return sum(first[index] is TIERS[0] for index in indexes) / len(indexes) if indexes else 0.0


def _least_share(count: int, total: int) -> float:
    """The lower end of Wilson's interval, 90 % one-sided; 0 where nothing was seen."""
    if not total:
        return 0.0
    share, square = count / total, _Z90**2
    middle = share + square / (2 * total)
    spread = _Z90 * ((share * (1 - share) + square / (4 * total)) / total) ** 0.5
    return float((middle - spread) / (1 + square / total))


def _anchor_numbers(
    candidate: Predicts, current: Predicts, anchors: Sequence[str], chooses: Chooses
) -> dict[str, float]:
    if not anchors:
        return {"anchors_now": 0.0, "anchors_then": 0.0}
    everybody = range(len(anchors))
    return {
        "anchors_now": _share(everybody, [chooses(chance) for chance in current.chances(anchors)]),
        "anchors_then": _share(everybody, [chooses(chance) for chance in candidate.chances(anchors)]),
    }
