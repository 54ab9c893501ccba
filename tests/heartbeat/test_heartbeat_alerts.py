"""Which changes are told: once each, not at the first wobble, and never a flood."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from db.statements.alerts import Severity
from heartbeat.alerts import AlertBook, Memory, Notice, Throttle
from heartbeat.finding import Found, Life
from nexus.health_words import duration, health_text
from nexus.model_status import ModelStatus

START = datetime(2026, 11, 23, tzinfo=UTC)
WELL = Found(ModelStatus.HEALTHY, "fine")
WEAK = Found(ModelStatus.DEGRADED, "slow")
DOWN = Found(ModelStatus.CRITICAL, "gone")
UNSEEN = Found(ModelStatus.UNKNOWN, "nobody says")


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def texts(notices: list[Notice], language: str = "en") -> list[str]:
    return [health_text(one.kind, one.details, language) for one in notices]


def after_looks(book: AlertBook, *looks: Found) -> list[list[str]]:
    """What each look of `gateway` has told; 10 s lie between two."""
    return [
        texts(book.read({"gateway": found}, at(10 * number), settled=True))
        for number, found in enumerate(looks)
    ]


def test_critical_is_told_at_once_and_once_and_so_is_its_end() -> None:
    told = after_looks(AlertBook(), WELL, DOWN, DOWN, DOWN, WELL, WELL)
    assert told == [
        [],
        ["gateway is critical: gone"],
        [],
        [],
        ["gateway recovered after 30 s: fine"],
        [],
    ]


@pytest.mark.parametrize("wobble", [WEAK, UNSEEN])
def test_what_is_seen_only_once_is_no_alert_and_what_stays_is_one(wobble: Found) -> None:
    told = after_looks(AlertBook(), wobble, WELL, wobble, wobble, wobble, WELL)
    assert [len(one) for one in told] == [0, 0, 0, 1, 0, 1]
    assert told[5] == ["gateway recovered after 30 s: fine"]


def test_worse_is_a_change_and_what_gets_better_is_told_once_it_is_well() -> None:
    told = after_looks(AlertBook(), WEAK, WEAK, DOWN, UNSEEN, UNSEEN, WEAK, WEAK, WELL)
    assert [one[0].split(":")[0] if one else "" for one in told] == [
        "",
        "gateway is degraded",
        "gateway is critical",
        "",
        "",
        "",
        "",
        "gateway recovered after 1 min 10 s",
    ]


def test_what_another_component_causes_and_what_has_its_own_alerts_is_not_told() -> None:
    book = AlertBook()
    caused = Found(ModelStatus.UNKNOWN, "no beats", because="redis")
    quiet = Found(ModelStatus.CRITICAL, "used up", quiet=True)
    for number in range(4):
        assert book.read({"workers.ceo": caused, "budget": quiet}, at(number)) == []


def test_a_company_that_is_still_starting_alarms_nobody_but_a_part_that_died_does() -> None:
    book = AlertBook()
    found = {"gateway": DOWN, "part.worker": a_part(0)}
    assert book.read(found, at(0), settled=False) == []
    assert len(book.read(found | {"part.worker": a_part(1, down=True)}, at(1), settled=False)) == 1


def a_part(deaths: int, *, down: bool = False, run: str = "a", serves: tuple[str, ...] = ()) -> Found:
    life = Life(run, deaths, "SIGKILL", at(100), None if down else at(105))
    if down:
        return Found(ModelStatus.CRITICAL, "ended (SIGKILL) and is started again", life=life, serves=serves)
    return Found(ModelStatus.HEALTHY, "runs", life=life, serves=serves)


def test_a_part_that_dies_is_told_and_so_is_its_return() -> None:
    book, told = AlertBook(), list[str]()
    for found in (a_part(0), a_part(1, down=True), a_part(1, down=True), a_part(1), a_part(1)):
        told += texts(book.read({"part.worker": found}, at(0)))
    assert told == [
        "worker is critical: ended (SIGKILL) and is started again",
        "worker recovered after 5 s: runs",
    ]


def test_a_part_that_died_and_came_back_between_two_looks_is_told_in_one_message() -> None:
    book = AlertBook()
    assert book.read({"part.worker": a_part(2)}, at(0)) == [], "what was before the first look is history"
    assert texts(book.read({"part.worker": a_part(3)}, at(15))) == [
        "worker ended (SIGKILL) and was started again, ready after 5 s"
    ]
    assert book.read({"part.worker": a_part(3)}, at(30)) == []
    assert book.read({"part.worker": a_part(1, run="another supervisor")}, at(45)) == []


def test_the_next_heartbeat_goes_on_from_what_the_last_one_told() -> None:
    book = AlertBook()
    book.read({"gateway": DOWN, "part.heartbeat": a_part(0)}, at(0))
    next_one = AlertBook(Memory.model_validate_json(book.memory.model_dump_json()))
    told = texts(next_one.read({"gateway": DOWN, "part.heartbeat": a_part(1)}, at(10)))
    assert told == ["heartbeat ended (SIGKILL) and was started again, ready after 5 s"]
    assert texts(next_one.read({"gateway": WELL, "part.heartbeat": a_part(1)}, at(130))) == [
        "gateway recovered after 2 min 10 s: fine"
    ]


def test_a_part_that_is_ended_because_it_hung_is_told_as_the_component_that_it_serves() -> None:
    book, told = AlertBook(), list[str]()
    for gateway, part in (
        (WELL, a_part(0, serves=("gateway",))),
        (DOWN, a_part(0, serves=("gateway",))),
        (
            Found(ModelStatus.CRITICAL, "gone", because="part.gateway"),
            a_part(1, down=True, serves=("gateway",)),
        ),
        (WELL, a_part(1, serves=("gateway",))),
    ):
        told += [
            text.split(":")[0] for text in texts(book.read({"gateway": gateway, "part.gateway": part}, at(0)))
        ]
    assert told == ["gateway is critical", "gateway recovered after 0 s"]


def test_what_is_over_the_limit_of_an_hour_is_summed_up() -> None:
    throttle = Throttle(20, 20)
    notice = Notice(
        "health.degraded",
        Severity.WARNING,
        START,
        {"component": "disk", "status": "degraded", "reason": "low"},
    )
    told = [throttle.let_through([notice], at(number)) for number in range(25)]
    assert sum(map(len, told)) == 20
    assert throttle.let_through([], at(3599)) == []
    [summed] = throttle.let_through([], at(3600))
    assert texts([summed]) == ["5 more changes of health within an hour. Now: disk degraded"]
    assert summed.severity is Severity.WARNING


def test_durations_have_two_units() -> None:
    assert [duration(seconds) for seconds in (0.4, 59, 130, 3_600, 93_600)] == [
        "0 s",
        "59 s",
        "2 min 10 s",
        "1 h 0 min",
        "1 d 2 h",
    ]
    assert duration(130, "zh") == "2 分 10 秒"


def test_one_that_flaps_takes_nobody_elses_room() -> None:
    throttle = Throttle()
    flaps, other = (
        Notice(
            "health.critical",
            Severity.CRITICAL,
            START,
            {"component": name, "status": "critical", "reason": "x"},
        )
        for name in ("telegram", "gateway")
    )
    told = [throttle.let_through([flaps], at(number)) for number in range(30)]
    assert sum(map(len, told)) == 10
    assert throttle.let_through([other], at(40)) == [other]


def test_a_part_that_dies_again_and_again_is_left_to_the_owner_who_is_told_once() -> None:
    book = AlertBook()
    down = a_part(1, down=True)
    left = replace(a_part(4, down=True), reason="ends again and again", is_left=True)
    told = [
        texts(book.read({"part.worker": part}, at(0))) for part in (a_part(0), down, left, left, a_part(4))
    ]
    assert [one[0].split(":")[0] if one else "" for one in told] == [
        "",
        "worker is critical",
        "worker ends again and again",
        "",
        "worker recovered after 5 s",
    ]
