"""The company's own labelled requests: whole, varied, and not to be guessed by their length."""

import hashlib
import json
from collections import Counter
from pathlib import Path

import pytest

from nexus.cli.exam_requests import length_alone
from nexus.errors import PermanentError
from nexus.work_order import TIERS
from routing.requests import SAMPLES, read_requests

ROW = {
    "id": "en-chat-01",
    "lang": "en",
    "kind": "chat",
    "label": "intern",
    "tier": "intern",
    "floor": None,
    "why": "greeting",
    "text": "Hi",
    "success": {"intern": 0.9, "director": 0.95, "ceo": 0.99},
    "half": "dev",
}


def test_there_are_enough_in_enough_languages_and_each_tier_has_its_share() -> None:
    requests = read_requests()
    languages = Counter(each.language for each in requests)
    labels = Counter(each.label for each in requests)

    assert len(requests) >= 330
    assert len(languages) >= 10
    assert min(languages.values()) >= 10
    assert all(labels[tier.value] >= len(requests) / 5 for tier in TIERS)
    assert {"equipment", "clarify", "background", "wish"} <= labels.keys()


def test_ids_and_messages_are_said_once_and_halves_follow_from_the_id() -> None:
    requests = read_requests()

    assert len({each.id for each in requests}) == len(requests)
    assert len({(each.history, each.text) for each in requests}) == len(requests)
    for each in requests:
        even = int(hashlib.sha256(each.id.encode()).hexdigest(), 16) % 2 == 0
        assert each.half == ("dev" if even else "held_out"), each.id


def test_what_has_a_safety_floor_is_labelled_above_the_cheapest_tier() -> None:
    assert [each.id for each in read_requests() if each.floor and each.label not in {"director", "ceo"}] == []


def test_length_alone_does_not_tell_the_label() -> None:
    """Even the two best cuts, chosen on the labels themselves, are right little more than half the time (57 %)."""
    requests = read_requests()

    assert length_alone(requests) <= 0.65


def test_there_are_short_hard_and_long_easy_ones() -> None:
    requests = read_requests()

    assert sum(len(each.text) <= 60 and each.label == "ceo" for each in requests) >= 15
    assert sum(len(each.text) >= 500 and each.label == "intern" for each in requests) >= 5


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"label": "boss"}, "no such label: boss"),
        ({"tier": "boss"}, "ValueError"),
        ({"half": "third"}, "no such half"),
        ({"success": {"intern": 0.9, "director": 0.5, "ceo": 0.99}}, "not fall with the tier"),
        ({"success": {"intern": "high"}}, "ValueError"),
        ({"floor": "weather"}, "ValueError"),
    ],
)
def test_a_wrong_row_is_refused_with_its_line(tmp_path: Path, change: dict[str, object], named: str) -> None:
    path = tmp_path / "requests.jsonl"
    path.write_text(json.dumps(ROW) + "\n" + json.dumps(ROW | change) + "\n", encoding="utf-8")

    with pytest.raises(PermanentError, match=f"line 2: .*{named}"):
        read_requests(path)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(PermanentError, match=r"none\.jsonl: cannot be read"):
        read_requests(tmp_path / "none.jsonl")


def test_the_samples_lie_in_the_package() -> None:
    assert SAMPLES.is_file()
