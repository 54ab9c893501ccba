"""The router learns from the company's own verdicts: read, clean, split, train, judge, and perhaps adopt.

Called by the process `python -m agents.learning`, which the command line and the tool `router_training` start. It
costs no token. Nothing changes but by the shelf's pointer at the very end.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Final

from agents.learning.current import Asked, CurrentRouter
from agents.learning.first_tier import first_tier
from agents.learning.labels import evidence_of
from agents.learning.samples import Sample
from agents.learning.splitting import Split, split
from agents.learning.telling import ADOPTED, REFUSED, ROLLED_BACK, Chapter, What, write_chapter
from agents.learning.trainer import Row, Trainer
from db.engine import Database
from db.statements.verdict_labels import AFTER_ALL, MOST_ORDERS, TriedOrder, page_of_tried_orders
from nexus.errors import NexusError, PermanentError
from nexus.work_order import Role
from routing.adoption import Decision, HeldOut, adopt
from routing.hygiene import Cleaned, clean
from routing.router import Router, load_router
from routing.shelf import SHIPPED, Pointer, Shelf

LEAST_LABELS: Final = 200
LEAST_OF_A_KIND: Final = 20
PRIOR_ORDERS: Final = 3_000
"""With so much weight of one's own orders, each shipped request weighs half as much as at the beginning."""
BELIEF: Final = 0.2
"""What the belief of the router in use about a tier that did not try weighs, beside a verdict's 1. Without it a router
that learns from the cheapest tier's successes alone forgets what it never sends there: in benchmarks/router_month.py it
then sent up to four fifths of the shipped hard requests to the cheapest tier."""

type Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Company:
    """Where the company's verdicts are, where its routers lie, and how one is trained."""

    database: Database
    home: Path
    train: Trainer
    samples: tuple[Sample, ...]
    load: Callable[[Path | None], Router] = load_router


@dataclass(frozen=True, slots=True)
class Lesson:
    """What came of it. `version` is the candidate's; None: none was trained, `reason` says why."""

    version: str | None
    decision: Decision


@dataclass(frozen=True, slots=True)
class _Trained:
    """A candidate: its folder, its name, and up to when it knows what happened."""

    made: Path
    version: str
    until: datetime | None


def learn(
    company: Company, now: datetime, actor: str, *, least: int = LEAST_LABELS, say: Say = lambda _: None
) -> Lesson:
    """Train a candidate and adopt it where it proves better than the router in use.

    Raises:
        TransientError: another training runs, or the database does not answer.
        PermanentError: it could not be trained.
    """
    shelf = Shelf(company.home)
    with shelf.alone(), shelf.workroom() as room:
        cleaned = clean(evidence_of(tried_orders(company.database)), now)
        say(_counted(cleaned))
        missing = _missing(cleaned, least)
        if missing:
            return Lesson(None, Decision(False, missing, {"labels": float(len(cleaned.evidence))}))
        current = CurrentRouter(company.home, load=company.load).router()
        parts = split(cleaned.evidence, _trained_until(shelf))
        say(
            f"{len(parts.training)} to train on, {len(parts.newest)} newest and {len(parts.drawn)} drawn held out"
        )
        made = company.train(_rows(parts, company.samples, Asked(current)), room, seed=0)
        candidate = company.load(made)
        anchors = [each.text for each in company.samples if each.is_held_out and each.label is Role.CEO]
        held_out = HeldOut(parts.newest, parts.drawn, anchors)
        decision = adopt(Asked(candidate), Asked(current), held_out, first_tier)
        decision = replace(decision, numbers={**decision.numbers, "labels": float(len(cleaned.evidence))})
        trained = _Trained(made, candidate.version, parts.trained_until)
        _conclude(company, shelf, trained, decision, now, actor)
        return Lesson(candidate.version, decision)


def tried_orders(database: Database) -> Iterator[TriedOrder]:
    """The newest orders that were judged, `MOST_ORDERS` at most, a page and a short transaction at a time."""
    before, left = AFTER_ALL, MOST_ORDERS
    while left > 0:
        page = database.read_sync(page_of_tried_orders, before)
        yield from page[:left]
        left -= len(page)
        if not page:
            return
        before = page[-1].id


def _counted(cleaned: Cleaned) -> str:
    notes = "".join(f"; {count} {note}" for note, count in sorted(cleaned.notes.items()) if count)
    return f"{len(cleaned.evidence)} judged orders, weight {cleaned.weight:.1f}{notes}"


def _missing(cleaned: Cleaned, least: int) -> str:
    """What is missing before anything can be learned; empty: nothing."""
    count = len(cleaned.evidence)
    if count < least:
        return f"there are {count} judged orders to learn from; {least - count} more are needed"
    passed = sum(each.outcomes[each.role] >= 0.5 for each in cleaned.evidence)
    for word, some in (("passed", passed), ("failed", count - passed)):
        if some < LEAST_OF_A_KIND:
            return f"of {count} first tries only {some} {word}; {LEAST_OF_A_KIND - some} more are needed to learn from"
    return ""


def _trained_until(shelf: Shelf) -> datetime | None:
    try:
        version = shelf.pointer().version
    except PermanentError:
        return None
    return shelf.trained_until(version) if version is not None else None


def _rows(parts: Split, samples: tuple[Sample, ...], current: Asked) -> Iterator[Row]:
    """The company's own, what is believed of the tiers that did not try, and the shipped ones.

    The shipped ones weigh the less the more there are of one's own.
    """
    believed = current.chances([each.text for each in parts.training])
    for each, chances in zip(parts.training, believed, strict=True):
        yield each.text, dict(each.outcomes), each.weight, each.at
        untried = {tier: chance for tier, chance in chances.items() if tier not in each.outcomes}
        yield each.text, untried, each.weight * BELIEF, each.at
    own = sum(each.weight for each in parts.training)
    for sample in samples:
        if not sample.is_held_out:
            yield sample.text, dict(sample.success), PRIOR_ORDERS / (PRIOR_ORDERS + own), None


def _conclude(
    company: Company, shelf: Shelf, trained: "_Trained", decision: Decision, now: datetime, actor: str
) -> None:
    """Write down what was decided, then do it: the pointer is changed only after its audit row is there."""
    if decision.adopted:
        shelf.put(trained.made, trained.version)
        shelf.note(trained.version, trained.until)
    what: What = ADOPTED if decision.adopted else REFUSED
    chapter = Chapter(now, actor, what, trained.version, decision.reason, decision.numbers)
    tell = decision.adopted or decision.is_suspicious
    company.database.run_sync(write_chapter, chapter, tell=tell)
    if decision.adopted:
        shelf.use(trained.version)
        shelf.tidy()


def roll_back(database: Database, home: Path, now: datetime, actor: str) -> Pointer:
    """Put the router before the one in use back into use; audited, and told.

    Raises:
        PermanentError: none was before it, or it is gone.
        TransientError: a training runs, or the database does not answer; nothing is changed then.
    """
    shelf = Shelf(home)
    with shelf.alone():
        before = shelf.pointer()
        after = shelf.roll_back()
        version = after.version or SHIPPED
        reason = f"taken back by hand, in the place of {before.version or SHIPPED}"
        try:
            database.run_sync(write_chapter, Chapter(now, actor, ROLLED_BACK, version, reason, {}), tell=True)
        except NexusError:
            shelf.roll_back()
            raise
        return after
