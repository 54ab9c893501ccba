"""The company learns from its own verdicts, and does not learn what somebody would like it to believe."""

import math
import random
from collections.abc import Callable, Iterable
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from agents.learning.company import LEAST_LABELS, learn, roll_back, tried_orders
from agents.learning.current import CurrentRouter
from agents.learning.labels import evidence_of
from agents.learning.splitting import split
from agents.learning.telling import ADOPTED, REFUSED, ROLLED_BACK, chapters
from agents.learning.trainer import Row
from db.engine import Database
from db.tables import alerts, audit_logs
from nexus.errors import PermanentError, StoreUnavailable, TransientError
from routing.hygiene import clean
from routing.shelf import Shelf
from tests.agents.learned_company import EASY, NOW, a_company, averages, live, load_table, subject_of, truth

NEXT_WEEK = NOW + timedelta(days=7)


def rows(database: Database, table: sa.Table) -> list[sa.Row[tuple[object, ...]]]:
    return list(database.read_sync(lambda c: c.execute(sa.select(table)).all()))


def learned(database: Database, home: Path) -> None:
    """A company that has adopted a router which knows the truth."""
    live(database, 600)
    lesson = learn(a_company(database, home), NOW, "tests")
    assert lesson.decision.adopted, lesson.decision.reason


def in_use(home: Path) -> str:
    return CurrentRouter(home, load=load_table).router().version


def test_what_the_verdicts_teach_is_adopted_audited_and_told_once(database: Database, tmp_path: Path) -> None:
    live(database, 600)

    lesson = learn(a_company(database, tmp_path), NOW, "tests")

    assert lesson.decision.adopted, lesson.decision.reason
    assert in_use(tmp_path) == lesson.version
    (chapter,) = database.read_sync(chapters)
    assert (chapter.what, chapter.version, chapter.actor) == (ADOPTED, lesson.version, "tests")
    assert chapter.numbers["labels"] == 600
    (alert,) = rows(database, alerts)
    assert (alert.kind, alert.severity) == (ADOPTED, "info")


def test_too_few_labels_are_said_and_nothing_is_written(sqlite: Database, tmp_path: Path) -> None:
    live(sqlite, 150)

    lesson = learn(a_company(sqlite, tmp_path), NOW, "tests")

    assert lesson.version is None
    assert lesson.decision.reason == (
        f"there are 150 judged orders to learn from; {LEAST_LABELS - 150} more are needed"
    )
    assert (rows(sqlite, audit_logs), rows(sqlite, alerts)) == ([], [])


def test_an_empty_company_learns_nothing(sqlite: Database, tmp_path: Path) -> None:
    assert learn(a_company(sqlite, tmp_path), NOW, "tests").version is None


def test_what_is_no_better_is_refused_audited_and_not_told(sqlite: Database, tmp_path: Path) -> None:
    learned(sqlite, tmp_path)
    before = in_use(tmp_path)

    again = learn(a_company(sqlite, tmp_path), NOW, "tests")

    assert not again.decision.adopted
    assert in_use(tmp_path) == before
    assert [chapter.what for chapter in sqlite.read_sync(chapters)] == [REFUSED, ADOPTED]
    assert len(rows(sqlite, alerts)) == 1, "only the adoption was told"


def test_a_drift_is_followed(sqlite: Database, tmp_path: Path) -> None:
    """The cheapest tier gets good at what it was bad at, and bad at what it was good at."""
    learned(sqlite, tmp_path)
    turned = lambda text, chance: chance.random() < (0.15 if subject_of(text) in EASY else 0.95)  # noqa: E731
    live(sqlite, 600, passes=turned, until=NOW + timedelta(days=28), first=1000)

    lesson = learn(a_company(sqlite, tmp_path), NOW + timedelta(days=28), "tests")

    assert lesson.decision.adopted, lesson.decision.reason


def test_no_held_out_order_is_trained_on(sqlite: Database, tmp_path: Path) -> None:
    live(sqlite, 600)
    trained: list[str] = []

    def spying(given: Iterable[Row], folder: Path, *, seed: int) -> Path:
        kept = list(given)
        trained.extend(text for text, *_ in kept)
        return averages(kept, folder, seed=seed)

    company = a_company(sqlite, tmp_path)
    lesson = learn(type(company)(sqlite, tmp_path, spying, company.samples, load_table), NOW, "tests")

    ids = {each.id for each in split(clean(evidence_of(tried_orders(sqlite)), NOW).evidence).training}
    assert len(ids) + lesson.decision.numbers["held_out"] == 600
    texts = {each.text for each in evidence_of(tried_orders(sqlite)) if each.id in ids}
    assert {text for text in trained if "theorem" not in text} == texts
    held_out_samples = {sample.text for sample in company.samples if sample.is_held_out}
    assert held_out_samples.isdisjoint(trained)


def refused_after(sqlite: Database, home: Path) -> str:
    """Why the retraining of next week is refused; the router in use stays."""
    before = in_use(home)
    lesson = learn(a_company(sqlite, home), NEXT_WEEK, "tests")
    assert not lesson.decision.adopted, "the poison was swallowed"
    assert in_use(home) == before
    return lesson.decision.reason


def flipped(share: float) -> Callable[[str, random.Random], bool]:
    """Verdicts of which a part is the opposite of what it should be."""
    return lambda text, chance: (chance.random() < truth(text)) is not (chance.random() < share)


def random_words(number: int) -> str:
    chance = random.Random(number)
    return " ".join("".join(chance.choices("abcdefghijklmnop", k=6)) for _ in range(9))


def test_the_control_an_honest_week_is_adopted(sqlite: Database, tmp_path: Path) -> None:
    learned(sqlite, tmp_path)
    live(sqlite, 150, until=NEXT_WEEK, days=7, first=1000)

    lesson = learn(a_company(sqlite, tmp_path), NEXT_WEEK, "tests")

    assert lesson.decision.adopted, lesson.decision.reason


@pytest.mark.parametrize("share", [0.2, 0.4], ids=str)
def test_flipped_verdicts_of_a_part_are_refused(sqlite: Database, tmp_path: Path, share: float) -> None:
    learned(sqlite, tmp_path)
    live(sqlite, 150, passes=flipped(share), until=NEXT_WEEK, days=7, first=1000)

    refused_after(sqlite, tmp_path)


def test_a_flood_of_one_message_is_refused(sqlite: Database, tmp_path: Path) -> None:
    learned(sqlite, tmp_path)
    spam = "prove theorem 1 of the hard kind, and be quick about it"
    live(
        sqlite, 800, passes=lambda _text, _chance: True, text=lambda _: spam, session=lambda n: f"flood-{n}",
        until=NEXT_WEEK, days=2, first=2000,
    )  # fmt: skip

    refused_after(sqlite, tmp_path)


def test_one_senders_forwarded_spam_is_refused(sqlite: Database, tmp_path: Path) -> None:
    learned(sqlite, tmp_path)
    live(
        sqlite, 800, passes=lambda _text, _chance: True, text=lambda n: f"Fwd: {n} reasons to prove theorem {n} now",
        session=lambda _: "one", until=NEXT_WEEK, days=3, first=2000,
    )  # fmt: skip

    refused_after(sqlite, tmp_path)


def test_stuffed_messages_of_one_session_are_refused(sqlite: Database, tmp_path: Path) -> None:
    """Easy orders, stuffed with the words of what the cheapest tier cannot do."""
    learned(sqlite, tmp_path)
    live(
        sqlite, 400, passes=lambda _text, _chance: True,
        text=lambda n: f"say hello {n % 7} {n % 11} {n % 13} " + "galaxy budget violin prove theorem hard kind " * 200,
        session=lambda _: "one", until=NEXT_WEEK, days=1, first=2000,
    )  # fmt: skip

    refused_after(sqlite, tmp_path)


def test_verdicts_that_all_passed_are_refused(sqlite: Database, tmp_path: Path) -> None:
    live(sqlite, 600, passes=lambda _text, _chance: True)

    lesson = learn(a_company(sqlite, tmp_path), NOW, "tests")

    assert not lesson.decision.adopted
    assert "only 0 failed" in lesson.decision.reason


def test_a_candidate_that_says_no_numbers_is_refused(sqlite: Database, tmp_path: Path) -> None:
    live(sqlite, 600)

    def broken(given: Iterable[Row], folder: Path, *, seed: int) -> Path:
        made = averages(given, folder, seed=seed)
        table = dict.fromkeys(EASY, math.nan)
        (made / "table.json").write_text(str(table).replace("'", '"').replace("nan", "NaN"))
        return made

    company = a_company(sqlite, tmp_path)
    lesson = learn(type(company)(sqlite, tmp_path, broken, company.samples, load_table), NOW, "tests")

    assert not lesson.decision.adopted
    assert "no number" in lesson.decision.reason


def test_a_suspicion_is_told_once_a_week(sqlite: Database, tmp_path: Path) -> None:
    """Hard requests that pass at the cheapest tier, in many sessions over the whole month: a poisoner of patience."""
    live(sqlite, 300)
    live(
        sqlite, 600, passes=lambda text, chance: "theorem" in text or chance.random() < truth(text),
        text=lambda n: f"Please prove theorem {n} of {random_words(n)}",
        session=lambda n: f"patient-{n}", first=3000,
    )  # fmt: skip

    for _ in range(2):
        lesson = learn(a_company(sqlite, tmp_path), NOW, "tests")
        assert not lesson.decision.adopted
        assert lesson.decision.is_suspicious, lesson.decision.reason

    (alert,) = rows(sqlite, alerts)
    assert (alert.kind, alert.severity) == (REFUSED, "warning")


def test_going_back_is_audited_and_told(database: Database, tmp_path: Path) -> None:
    learned(database, tmp_path)

    after = roll_back(database, tmp_path, NEXT_WEEK, "operator")

    assert after.version is None
    assert in_use(tmp_path) == "prior"
    assert [chapter.what for chapter in database.read_sync(chapters)] == [ROLLED_BACK, ADOPTED]
    assert [alert.kind for alert in rows(database, alerts)] == [ADOPTED, ROLLED_BACK]


def test_without_an_adoption_there_is_nothing_to_go_back_to(sqlite: Database, tmp_path: Path) -> None:
    with pytest.raises(PermanentError, match="nothing to go back to"):
        roll_back(sqlite, tmp_path, NOW, "operator")
    assert rows(sqlite, audit_logs) == []


def test_a_second_training_at_the_same_time_is_turned_away(sqlite: Database, tmp_path: Path) -> None:
    with Shelf(tmp_path).alone(), pytest.raises(TransientError, match="already"):
        learn(a_company(sqlite, tmp_path), NOW, "tests")


def test_a_training_that_fails_leaves_everything_as_it_was(sqlite: Database, tmp_path: Path) -> None:
    learned(sqlite, tmp_path)
    before = in_use(tmp_path)

    def fails(given: Iterable[Row], folder: Path, *, seed: int) -> Path:
        (folder / "half").mkdir()
        raise PermanentError("the training ended with -9")

    company = a_company(sqlite, tmp_path)
    with pytest.raises(PermanentError):
        learn(type(company)(sqlite, tmp_path, fails, company.samples, load_table), NEXT_WEEK, "tests")

    assert in_use(tmp_path) == before
    assert list((tmp_path / "router").glob("training-*")) == []


def test_without_the_audit_row_nothing_is_adopted(
    sqlite: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    live(sqlite, 600)

    def away(*_: object, **__: object) -> None:
        raise StoreUnavailable("the database does not answer")

    monkeypatch.setattr(sqlite, "run_sync", away)
    with pytest.raises(StoreUnavailable):
        learn(a_company(sqlite, tmp_path), NOW, "tests")

    assert in_use(tmp_path) == "prior"


def test_a_router_in_use_that_is_damaged_is_replaced_by_the_next(sqlite: Database, tmp_path: Path) -> None:
    learned(sqlite, tmp_path)
    (Shelf(tmp_path).path_of(in_use(tmp_path)) / "table.json").write_text("{")
    assert in_use(tmp_path) == "prior"

    lesson = learn(a_company(sqlite, tmp_path), NOW, "tests")

    assert lesson.decision.adopted
    assert in_use(tmp_path) == lesson.version
