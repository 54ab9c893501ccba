"""Builders for the router's evidence, and routers whose chances a test says."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from nexus.work_order import TIERS, Role
from routing.hygiene import Evidence

START = datetime(2026, 11, 1, 9, tzinfo=UTC)
SUBJECTS = (
    "invoice",
    "garden",
    "database",
    "poem",
    "contract",
    "bicycle",
    "recipe",
    "galaxy",
    "budget",
    "violin",
)
VERBS = (
    "describe",
    "compare",
    "repair",
    "translate",
    "shorten",
    "plan",
    "calculate",
    "question",
    "colour",
    "sell",
)
PLACES = ("Lisbon", "Oslo", "Quito", "Hanoi", "Dakar", "Perth", "Turin", "Bergen", "Cusco", "Fukuoka", "Graz")


def words(number: int) -> str:
    """A message that is unlike the others'."""
    one, two, three = number % 10, number // 10 % 10, number // 100 % 11
    return (
        f"{VERBS[two]} the {SUBJECTS[one]} near {PLACES[three]}, then "
        f"{VERBS[(one * 3 + three) % 10]} a {SUBJECTS[(two * 7 + three) % 10]} for {PLACES[(one + two) % 11]}"
    )


def a_piece(number: int = 0, *, passed: bool = True, role: Role = Role.INTERN, **changes: object) -> Evidence:
    """One order's evidence; each has another session and comes an hour after the one before."""
    piece = Evidence(
        id=f"WO-{number:06}",
        session=f"sess-{number // 3}",
        at=START + timedelta(hours=number),
        text=words(number),
        role=role,
        outcomes={role: 1.0 if passed else 0.0},
        group=number,
    )
    return replace(piece, **changes)  # type: ignore[arg-type]


class SaysSo:
    """A router that gives each text the chances that `say` says; one number stands for all tiers."""

    def __init__(self, say: Callable[[str], float | Mapping[Role, float]]) -> None:
        self._say = say

    def chances(self, texts: Sequence[str]) -> list[Mapping[Role, float]]:
        found = [self._say(text) for text in texts]
        return [dict.fromkeys(TIERS, one) if isinstance(one, float) else one for one in found]
