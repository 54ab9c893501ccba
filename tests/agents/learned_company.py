"""A company with a past, and stand-ins for training: a router is a table of words and chances."""

import json
import random
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import cast

from agents.learning.company import Company
from agents.learning.samples import Sample
from agents.learning.trainer import Row
from benchmarks.judged_orders import Past, at_id, write_past
from db.engine import Database
from nexus.errors import ConfigurationError
from nexus.work_order import Role
from routing.router import Router
from tests.routing.evidence import SUBJECTS, words

NOW = datetime(2026, 11, 30, 4, 20, tzinfo=UTC)
EASY = SUBJECTS[:5]
"""What the cheapest tier is good at, in truth."""

SAMPLES = tuple(
    Sample(
        f"prove theorem {n} of the hard kind",
        Role.CEO,
        {Role.INTERN: 0.1, Role.DIRECTOR: 0.4, Role.CEO: 0.9},
        n % 2 == 0,
    )
    for n in range(40)
)


def subject_of(text: str) -> str:
    """The first subject that the message names: all that a stand-in router looks at."""
    return min((s for s in SUBJECTS if s in text), key=text.index, default="")


def truth(text: str) -> float:
    return 0.95 if subject_of(text) in EASY else 0.15


class Table:
    """A router that knows a chance for each subject."""

    def __init__(self, version: str, chances: dict[str, float]) -> None:
        self.version = version
        self.chances = chances

    def predict_many(self, texts: Iterable[str]) -> list[SimpleNamespace]:
        found = [self.chances.get(subject_of(text), 0.5) for text in texts]
        return [
            SimpleNamespace(success={Role.INTERN: one, Role.DIRECTOR: max(one, 0.9), Role.CEO: 0.97})
            for one in found
        ]


def averages(rows: Iterable[Row], folder: Path, *, seed: int) -> Path:
    """A trainer: the weighted average of each subject."""
    sums: dict[str, list[float]] = {}
    for text, outcomes, weight, _ in rows:
        if Role.INTERN in outcomes:
            kind = sums.setdefault(subject_of(text), [0.0, 0.0])
            kind[0] += weight * outcomes[Role.INTERN]
            kind[1] += weight
    made = folder / "made"
    made.mkdir()
    chances = {name: right / all_ for name, (right, all_) in sums.items()}
    (made / "table.json").write_text(json.dumps(chances))
    return made


def load_table(path: Path | None) -> Router:
    if path is None:
        return cast("Router", Table("prior", {"": 0.2}))
    try:
        chances = json.loads((path / "table.json").read_text())
    except (OSError, ValueError):
        raise ConfigurationError(f"{path.name}: the artefact is damaged") from None
    name = f"learned-{abs(hash(json.dumps(chances, sort_keys=True))):x}"[:20]
    return cast("Router", Table(name, chances))


def a_company(database: Database, home: Path) -> Company:
    return Company(database, home, averages, SAMPLES, load_table)


def live(
    database: Database,
    orders: int,
    *,
    passes: Callable[[str, random.Random], bool] | None = None,
    text: Callable[[int], str] = words,
    session: Callable[[int], str] = lambda n: f"sess-{n // 3}",
    until: datetime = NOW,
    days: int = 28,
    first: int = 0,
) -> None:
    """So many orders over the last days, tried by the intern, with verdicts of `passes`, by default the truth."""
    chance = random.Random(first)
    judge = passes or (lambda said, luck: luck.random() < truth(said))
    past = []
    for n in range(first, first + orders):
        at = until - timedelta(days=days) * (1 - (n - first + 1) / (orders + 1))
        passed = judge(text(n), chance)
        tries = ((Role.INTERN, True),) if passed else ((Role.INTERN, False), (Role.CEO, True))
        past.append(Past(at, text(n), tries, session=session(n), id=at_id(at, n)))
    database.run_sync(write_past, past)
