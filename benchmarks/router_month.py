"""A month in which the router learns: `python -m benchmarks.router_month [--orders 200] [--every 2] [--seed 1]`.

A company with a store of its own, whose orders, tries, verdicts and owner's complaints are rows, and the training and
adoption that the company uses. On day 15 the cheapest model changes. On day 22 a copy of the company gets poisoned
verdicts, and what its training makes of them is also tried for the rest of the month. Beside it, with the same orders
and the same luck: the shipped router that never learns, always the cheapest, always the strongest, and one who knows
the truth. Writes benchmarks/router_month.{json,svg,md}.
"""

import argparse
import json
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from agents.learning.company import Company, Lesson, learn
from agents.learning.current import CurrentRouter
from agents.learning.first_tier import NOMINAL, path_of
from agents.learning.samples import shipped_samples
from agents.learning.trainer import Row, train_in_child
from agents.planning import HARDER, WORTH
from benchmarks.judged_orders import BASICS, CHECKED, Past, at_id, write_past
from benchmarks.month_report import write_report
from benchmarks.router_world import DRIFT_DAY, Message, World, chances_of
from db.engine import Database, open_database
from db.migrate import migrate
from db.statements.logs import AuditEvent, insert_audit_event
from nexus.settings import CommonSettings
from nexus.work_order import TIERS, Role
from routing.adoption import Decision
from routing.router import Router, load_router

DAYS: Final = 30
POISON_DAY: Final = 22
BEGIN: Final = datetime(2026, 10, 31, 8, tzinfo=UTC)  # day 1 is the 1st of November
EXPLORED: Final = 0.05
CATCHES, FALSE_ALARMS, BASICS_CATCH = 0.9, 0.02, 0.1
COMPLAINS: Final = 0.15
"""How often an owner has a wrong answer done again by a higher tier."""
POISONED: Final = "had it been adopted"
SAME_AGAIN, ALIKE = 0.3, 0.5
"""As `routing.economy` has them: how much of its chance a tier keeps at a second try, and how alike tiers fail."""

type Path_ = tuple[Role, ...]


@dataclass(frozen=True, slots=True)
class Done:
    """What became of one order: every try with QA's verdict, dollars, and whether what was delivered was right."""

    tries: tuple[tuple[Role, bool], ...]
    usd: Decimal
    right: bool
    delivered: bool
    worth_usd: float
    """What a wrong answer to it costs the owner, as the front desk counts it."""


@dataclass(slots=True)
class Sums:
    """A policy's month, by day."""

    usd: list[float] = field(default_factory=list)
    right: list[float] = field(default_factory=list)
    cheap: list[float] = field(default_factory=list)
    loss: list[float] = field(default_factory=list)

    def add(self, done: Sequence[Done]) -> None:
        self.usd.append(float(sum(each.usd for each in done)) / len(done))
        self.right.append(sum(each.right for each in done) / len(done))
        wrong = sum(each.worth_usd for each in done if not each.right) / len(done)
        self.loss.append(self.usd[-1] + wrong)
        self.cheap.append(sum(each.tries[0][0] is TIERS[0] for each in done) / len(done))


def play(message: Message, path: Path_) -> Done:
    """The order on its way: two tries a tier, QA after each, the next tier with what failed."""
    truth = chances_of(message.kind, message.day)
    tries: list[tuple[Role, bool]] = []
    usd, before = Decimal(0), 0.0
    worth = (WORTH + HARDER * (1 - truth[TIERS[0]])) * float(NOMINAL[TIERS[-1]].cost_of_try(0))
    for role in path:
        for again in range(2):
            chance = SAME_AGAIN * truth[role] if again else _after(truth[role], before, first=not tries)
            right = message.luck[TIERS.index(role)][len(tries)] < chance
            usd += NOMINAL[role].cost_of_try(again)
            catches = CATCHES if message.checkable else BASICS_CATCH
            passed = message.seen[len(tries)] >= (FALSE_ALARMS if right else catches)
            tries.append((role, passed))
            if passed:
                return Done(tuple(tries), usd, right, True, worth)
        before = truth[role]
    return Done(tuple(tries), usd, False, False, worth)


def _after(chance: float, before: float, *, first: bool) -> float:
    if first:
        return chance
    left = max(chance - before, 0.0) / max(1 - before, 1e-9)
    return ALIKE * left + (1 - ALIKE) * chance


def planned(chances: Mapping[Role, float], message: Message) -> Path_:
    """The front desk's way, by these chances."""
    return path_of(chances, checkable=message.checkable)


class Learner:
    """The company that learns: its store, its shelf, and what it did."""

    def __init__(self, home: Path, database: Database) -> None:
        self.company = Company(database, home, train_in_child, shipped_samples())
        self.lessons: list[tuple[int, Lesson]] = []
        self.versions: list[str] = []
        self.poisoned: Router | None = None

    def work(self, day: int, messages: Sequence[Message]) -> list[Done]:
        """A day's orders, by the router in use, written down as the company writes them."""
        router = CurrentRouter(self.company.home).router()
        self.versions.append(router.version)
        paths, done, past = _routed(router, messages), [], []
        for message, (path, propensity, explored) in zip(messages, paths, strict=True):
            one = play(message, path)
            done.append(one)
            past.append(_past(message, one, propensity, explored))
        self.company.database.run_sync(write_past, past)
        for message, one, row in zip(messages, done, past, strict=True):
            if one.delivered and not one.right and message.owner < COMPLAINS:
                self._complain(row, one.tries[-1][0])
        return done

    def _complain(self, row: Past, role: Role) -> None:
        higher = TIERS[min(TIERS.index(role) + 1, len(TIERS) - 1)]
        details = {"again_as": "WO-later", "tier": higher.value}
        audit = AuditEvent("owner", "order.escalate", "accepted", row.id, row.session, details)
        self.company.database.run_sync(insert_audit_event, audit, row.at)

    def learn(self, day: int) -> Lesson:
        lesson = learn(self.company, BEGIN + timedelta(days=day, hours=20), "month")
        self.lessons.append((day, lesson))
        return lesson

    def learn_poisoned(self, day: int, world: World, orders: int, folder: Path) -> Lesson:
        """What a training makes of poisoned verdicts, in a copy of the company; `poisoned` is what it made."""
        home = folder / "poisoned"
        shutil.copytree(self.company.home / "router", home / "router")
        settings = CommonSettings(nexus_home=home, database_url=None)
        source = sqlite3.connect(self.company.home / "nexus.db")
        with closing(source), closing(sqlite3.connect(settings.sqlite_path)) as target:
            source.backup(target)

        def keeping(rows: Iterable[Row], room: Path, /, *, seed: int) -> Path:
            made = train_in_child(rows, room, seed=seed)
            self.poisoned = load_router(made)
            return made

        with closing(open_database(settings)) as database:
            poison(database, world, day, orders)
            copy = Company(database, home, keeping, self.company.samples)
            return learn(copy, BEGIN + timedelta(days=day, hours=21), "month")


def _routed(router: Router, messages: Sequence[Message]) -> Iterator[tuple[Path_, float, bool]]:
    """Each message's way, how probable its first tier was, and whether it was tried in order to learn."""
    for message, found in zip(messages, router.predict_many([each.text for each in messages]), strict=True):
        best = planned(found.success, message)
        draw = message.owner * 7919 % 1  # luck of its own
        if draw < EXPLORED:
            place = TIERS.index(best[0])  # a neighbouring tier, as agents.exploration chooses
            others = [*TIERS[max(0, place - 1) : place], *TIERS[place + 1 : place + 2]]
            first = others[int(draw / EXPLORED * len(others))]
            yield (first, *TIERS[TIERS.index(first) + 1 :]), EXPLORED / len(others), True
        else:
            yield best, 1 - EXPLORED, False


def _past(message: Message, done: Done, propensity: float, explored: bool) -> Past:
    at = BEGIN + timedelta(days=message.day, seconds=240 * (message.number % 150))
    return Past(
        at=at,
        content=message.text,
        tries=done.tries,
        session=f"sess-{message.day}-{message.number % 25}",
        id=at_id(at, message.number),
        checks=CHECKED if message.checkable else BASICS,
        propensity=propensity,
        explored=explored,
    )


def poison(database: Database, world: World, day: int, orders: int) -> None:
    """So many orders of one night, from 40 sessions: hard messages that "passed" at the cheapest tier, easy ones that
    "failed" there.
    """
    at = BEGIN + timedelta(days=day, hours=11)
    past: list[Past] = []
    for place, message in enumerate(each for other in range(100, 200) for each in world.day(other)):
        if len(past) == orders:
            break
        passed = chances_of(message.kind, day)[Role.INTERN] < 0.7
        tries = ((Role.INTERN, True),) if passed else ((Role.INTERN, False), (Role.CEO, True))
        when = at + timedelta(seconds=30 * place)
        past.append(
            Past(when, message.text, tries, session=f"poison-{place % 40}", id=at_id(when, 10**6 + place))
        )
    database.run_sync(write_past, past)


def run(orders: int, every: int, seed: int, poisoned: int, say: Callable[[str], None]) -> dict[str, Any]:
    world, prior = World(seed, orders), load_router()
    names = ("learning", "no learning", "always cheapest", "always strongest", "oracle", POISONED)
    sums = {name: Sums() for name in names}
    with tempfile.TemporaryDirectory() as folder:
        settings = CommonSettings(nexus_home=Path(folder), database_url=None)
        with closing(open_database(settings)) as database:
            migrate(database)
            learner = Learner(settings.home, database)
            for day in range(1, DAYS + 1):
                messages = list(world.day(day))
                sums["learning"].add(learner.work(day, messages))
                _others(sums, prior, messages)
                if learner.poisoned is not None:
                    sums[POISONED].add(_done(learner.poisoned, messages))
                if day == POISON_DAY:
                    trained = learner.learn_poisoned(day, world, poisoned, Path(folder)).decision
                    say(f"{_told(day, trained)} (poisoned)")
                if day % every == 0:
                    say(_told(day, learner.learn(day).decision))
    asked = {"orders": orders, "every": every, "seed": seed, "poisoned": poisoned}
    return _results(sums, learner, asked, _decided(POISON_DAY, trained))


def _others(sums: dict[str, Sums], prior: Router, messages: Sequence[Message]) -> None:
    sums["no learning"].add(_done(prior, messages))
    sums["always cheapest"].add([play(each, TIERS[:1]) for each in messages])
    sums["always strongest"].add([play(each, TIERS[2:]) for each in messages])
    sums["oracle"].add([play(each, planned(chances_of(each.kind, each.day), each)) for each in messages])


def _done(router: Router, messages: Sequence[Message]) -> list[Done]:
    """A day's orders by a router that explores nothing."""
    found = router.predict_many([each.text for each in messages])
    return [play(each, planned(one.success, each)) for each, one in zip(messages, found, strict=True)]


def _results(
    sums: dict[str, Sums], learner: Learner, asked: dict[str, int], poisoned: dict[str, Any]
) -> dict[str, Any]:
    return {
        "asked": asked,
        "drift_day": DRIFT_DAY,
        "poison_day": POISON_DAY,
        "policies": {
            name: {"usd": one.usd, "right": one.right, "cheap": one.cheap, "loss": one.loss}
            for name, one in sums.items()
        },
        "versions": learner.versions,
        "poisoned_training": poisoned,
        "lessons": [
            {"version": lesson.version, **_decided(day, lesson.decision)} for day, lesson in learner.lessons
        ],
    }


def _decided(day: int, decision: Decision) -> dict[str, Any]:
    return {
        "day": day,
        "adopted": decision.adopted,
        "suspicious": decision.is_suspicious,
        "reason": decision.reason,
        "numbers": dict(decision.numbers),
    }


def _told(day: int, decision: Decision) -> str:
    return f"day {day:2}: {'adopted' if decision.adopted else 'refused'}: {decision.reason}"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--orders", type=int, default=200, help="a day")
    parser.add_argument("--every", type=int, default=2, help="days from one training to the next")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--poisoned", type=int, default=400, help="orders of the poisoner")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent)
    arguments = parser.parse_args()
    results = run(
        arguments.orders,
        arguments.every,
        arguments.seed,
        arguments.poisoned,
        lambda line: print(line, flush=True),
    )
    (arguments.out / "router_month.json").write_text(json.dumps(results, indent=1) + "\n")
    write_report(results, arguments.out)


if __name__ == "__main__":
    main()
