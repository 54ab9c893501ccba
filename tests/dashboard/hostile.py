"""Hostile words, more than 300 different ones, made for one run.

A script that runs calls `nexusHit(number)`; a request that leaves goes to the canary
server with the number in its path.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from tests.dashboard.hostile_html import HTML
from tests.dashboard.hostile_words import WORDS

LONG = 1_000
ENDS = "That was all of it: a sentence which is written once, and after which nothing else follows here."


@dataclass(frozen=True, slots=True)
class Payload:
    """One of them. `number` counts from 1; `trick` says what it tries."""

    number: int
    trick: str
    text: str

    @property
    def mark(self) -> str:
        """What a message ends with, so that the scripted model answers with this payload."""
        return f"#N{self.number:03d}."


def payloads(canary: str) -> tuple[Payload, ...]:
    """All of them. `canary` is the canary server as `host:port`."""
    return tuple(
        Payload(number, trick, filled(text, number, canary))
        for number, (trick, text) in enumerate(_templates(), 1)
    )


def filled(text: str, number: int, canary: str) -> str:
    """The text with its call of the canary and its addresses."""
    return (
        text.replace("@JS@", f"nexusHit({number})")
        .replace("@URL@", f"http://{canary}/{number}")
        .replace("@HOST@", f"{canary}/{number}")
    )


def _templates() -> Iterator[tuple[str, str]]:
    for trick, texts in (*HTML.items(), *WORDS.items()):
        for text in texts:
            # QA stops an answer that ends in a loop; with an end of its own it comes through.
            yield trick, text if len(text) < LONG else f"{text}\n\n{ENDS}"
