"""What is trained on and what is held out never meet, today and at the next training."""

from datetime import timedelta

from agents.learning.splitting import split
from routing.hygiene import clean
from tests.routing.evidence import START, a_piece, words

EVIDENCE = clean([a_piece(number) for number in range(1, 1000)], START + timedelta(days=60)).evidence


def test_every_order_is_in_one_part() -> None:
    parts = split(EVIDENCE)
    ids = [each.id for part in (parts.training, parts.newest, parts.drawn) for each in part]

    assert sorted(ids) == sorted(each.id for each in EVIDENCE)
    assert 0.1 < len(parts.drawn) / len(EVIDENCE) < 0.2


def test_the_newest_are_newer_than_all_that_is_trained_on() -> None:
    parts = split(EVIDENCE)

    assert parts.trained_until is not None
    assert min(each.at for each in parts.newest) >= parts.trained_until


def test_a_message_that_is_drawn_once_is_drawn_for_ever() -> None:
    later = clean([a_piece(number) for number in range(1, 1500)], START + timedelta(days=90)).evidence
    drawn, at_next = {each.text for each in split(EVIDENCE).drawn}, split(later)

    assert drawn.isdisjoint(each.text for each in at_next.training)
    assert drawn.isdisjoint(each.text for each in at_next.newest)


def test_what_is_nearly_a_drawn_message_is_drawn_with_it() -> None:
    twins = [
        a_piece(n, text=f"{words(n % 500)} and nothing else, thank you, number {n}") for n in range(1000)
    ]
    parts = split(clean(twins, START + timedelta(days=60)).evidence)

    assert {each.group for each in parts.drawn}.isdisjoint(each.group for each in parts.training)


def test_the_router_in_use_has_not_seen_the_newest_part() -> None:
    since = EVIDENCE[-20].at

    newest = split(EVIDENCE, since).newest

    assert all(each.at > since for each in newest)
    assert len(newest) < 20


def test_nothing_is_split_into_nothing() -> None:
    parts = split(())

    assert (parts.training, parts.newest, parts.drawn, parts.trained_until) == ((), (), (), None)
