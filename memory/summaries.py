"""Whether a summary that a model has written may stand for earlier turns: only when it keeps the facts.

Of the ledger's facts that say something firm (names, numbers, dates, paths, addresses, identifiers), 95 % must stand in
the summary, each with its values word for word, and nothing firm in it may be new. Whoever asks also sees to it that
the model is a local one that is not weak; where none is on the payroll there is no summary.
"""

from collections.abc import Sequence
from typing import Final

from memory.facts import Fact, facts_in
from memory.turns import Said

LEAST_KEPT: Final = 0.95


def share_kept(summary: str, ledger: Sequence[Fact]) -> float:
    """The share of firm facts whose every value stands in the summary; 1 where there is none."""
    firm = [fact for fact in ledger if fact.is_firm]
    text = " ".join(summary.split())
    return sum(all(value in text for value in fact.values) for fact in firm) / len(firm) if firm else 1.0


def invented(summary: str, turns: Sequence[Said]) -> frozenset[str]:
    """Values that the summary states and no turn has said."""
    said = "\n".join(turn.content for turn in turns)
    stated = {value for fact in facts_in(Said(1, "assistant", summary)) for value in fact.values}
    return frozenset(value for value in stated if value not in said)


def may_stand_for(summary: str, turns: Sequence[Said], ledger: Sequence[Fact]) -> bool:
    """True when the summary keeps the ledger and adds nothing."""
    return share_kept(summary, ledger) >= LEAST_KEPT and not invented(summary, turns)
