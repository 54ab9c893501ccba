"""What of the company's verdicts may teach the router, and how much: nobody may teach it by saying a thing often.

Pure. Messages that are nearly the same count as one or two; one session of one day, and one day, can only weigh so
much; older verdicts weigh less than newer ones. What is no number is left out and counted.
"""

import math
import re
import unicodedata
import zlib
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Final

from nexus.work_order import Role

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

GROUP_WEIGHT: Final = 3.0
"""What all messages that are nearly the same may weigh together."""
SESSION_DAY_WEIGHT: Final = 25.0
"""What one session's orders of one day may weigh together."""
DAY_SHARE: Final = 0.25
"""What one day may be of the whole, once there are four days and more."""
HALF_LIFE_DAYS: Final = 10.0
LOOKED_AT_CHARS: Final = 2_000
ALIKE: Final = 0.6
"""The share of their parts, as estimated, from which on two messages are nearly the same."""
_BANDS, _ROWS = 8, 4  # two messages that share 70 % of their parts meet in a band with 89 %
_PRIME: Final = (1 << 61) - 1
_WORD: Final = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Evidence:
    """What one order says. `outcomes`: how good each tier's first answer was, 0 to 1, of the tiers that are known.

    `role` is the tier that tried first, and `outcomes[role]` what was seen of it.
    """

    id: str
    session: str
    at: datetime
    text: str
    role: Role
    outcomes: Mapping[Role, float]
    weight: float = 1.0
    group: int = 0


@dataclass(frozen=True, slots=True)
class Cleaned:
    """What is left, the oldest first, and what was taken out or made light, each with its number."""

    evidence: tuple[Evidence, ...]
    notes: Mapping[str, int]

    @property
    def weight(self) -> float:
        """What all of it weighs."""
        return sum(each.weight for each in self.evidence)


def clean(evidence: Iterable[Evidence], now: datetime, half_life_days: float = HALF_LIFE_DAYS) -> Cleaned:
    """Evidence that may be learned from: finite, grouped by likeness, capped, and lighter with its age."""
    notes: Counter[str] = Counter()
    sound = sorted((each for each in evidence if _is_sound(each, notes)), key=lambda each: (each.at, each.id))
    grouped = [
        replace(each, group=group)
        for each, group in zip(sound, groups_of([each.text for each in sound]), strict=True)
    ]
    aged = [replace(each, weight=each.weight * _freshness(each.at, now, half_life_days)) for each in grouped]
    capped = _cap(aged, lambda each: each.group, GROUP_WEIGHT, notes, "nearly the same")
    capped = _cap(
        capped, lambda each: (each.session, each.at.date()), SESSION_DAY_WEIGHT, notes, "one session"
    )
    days = {each.at.date() for each in capped}
    if len(days) >= 1 / DAY_SHARE:
        most = DAY_SHARE * sum(each.weight for each in capped)
        capped = _cap(capped, lambda each: each.at.date(), most, notes, "one day")
    return Cleaned(tuple(capped), dict(notes))


def _is_sound(each: Evidence, notes: Counter[str]) -> bool:
    numbers = (each.weight, *each.outcomes.values())
    if not all(math.isfinite(number) for number in numbers) or each.weight <= 0:
        notes["no number"] += 1
    elif not all(0 <= outcome <= 1 for outcome in each.outcomes.values()) or each.role not in each.outcomes:
        notes["no outcome"] += 1
    elif not _WORD.search(each.text):
        notes["no words"] += 1
    else:
        return True
    return False


def _freshness(at: datetime, now: datetime, half_life_days: float) -> float:
    age_days = max(0.0, (now - at).total_seconds() / 86_400)
    return float(0.5 ** (age_days / half_life_days))


def _cap[K: Hashable](
    evidence: Sequence[Evidence],
    key: Callable[[Evidence], K],
    most: float,
    notes: Counter[str],
    note: str,
) -> list[Evidence]:
    """Each key's evidence weighs `most` together; what is over is taken off all of it alike."""
    weights: defaultdict[K, float] = defaultdict(float)
    for each in evidence:
        weights[key(each)] += each.weight
    notes[note] += sum(weights[key(each)] > most for each in evidence)
    return [replace(each, weight=each.weight * min(1.0, most / weights[key(each)])) for each in evidence]


def folded(text: str) -> str:
    """The text as it is compared: without case, accents of width, digits' values, punctuation and spaces' number."""
    plain = unicodedata.normalize("NFKC", text[:LOOKED_AT_CHARS]).casefold()
    return " ".join(_WORD.findall(re.sub(r"\d+", "0", plain)))


def groups_of(texts: Sequence[str]) -> list[int]:
    """A number for each text; texts that are nearly the same have the same one. Deterministic, by MinHash in bands."""
    import numpy as np  # noqa: PLC0415 - only where something is learned

    parent = list(range(len(texts)))

    def root(index: int) -> int:
        while parent[index] != index:
            parent[index] = parent[parent[index]]
            index = parent[index]
        return index

    generator = np.random.default_rng(20261123)
    factors = generator.integers(1, 1 << 31, size=(2, _BANDS * _ROWS), dtype=np.uint64)
    seen: dict[tuple[int, bytes], int] = {}
    signatures: list[NDArray[np.uint64]] = []
    for index, text in enumerate(texts):
        mine = _signature(_shingles(folded(text)), factors)
        signatures.append(mine)
        for band in range(_BANDS):
            cut = mine[band * _ROWS : (band + 1) * _ROWS].tobytes()
            first = seen.setdefault((band, cut), index)
            if first != index and (signatures[first] == mine).mean() >= ALIKE:
                parent[root(index)] = root(first)
    return [root(index) for index in range(len(texts))]


def _shingles(text: str) -> "NDArray[np.uint64]":
    """Checksums of the text's parts: three words each, or five characters where words are not divided by spaces."""
    import numpy as np  # noqa: PLC0415

    words = text.split()
    if len(words) >= 5 and len(text) < 20 * len(words):
        parts = {" ".join(words[at : at + 3]) for at in range(len(words) - 2)}
    else:
        parts = {text[at : at + 5] for at in range(max(1, len(text) - 4))}
    return np.fromiter((zlib.crc32(part.encode()) for part in sorted(parts)), dtype=np.uint64)


def _signature(shingles: "NDArray[np.uint64]", factors: "NDArray[np.uint64]") -> "NDArray[np.uint64]":
    import numpy as np  # noqa: PLC0415

    mixed = shingles[:, None] * factors[0] + factors[1]
    least: NDArray[np.uint64] = (mixed % np.uint64(_PRIME)).min(axis=0)
    return least
