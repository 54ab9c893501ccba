"""Checks that each due time ran exactly once."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta

from db.statements.equipment import Run, RunStatus


def problems(runs: Iterable[Run], first: datetime, last: datetime, every_s: float) -> list[str]:
    """What is wrong with the due times from `first` to `last`; nothing when each has one run that is done."""
    done = Counter(run.due_at for run in runs if run.status is RunStatus.DONE and run.due_at is not None)
    expected, due = [], first
    while due <= last:
        expected.append(due)
        due += timedelta(seconds=every_s)
    wrong = [f"{due} ran {done[due]} times" for due in expected if done[due] != 1]
    return wrong + [f"{due} was never due" for due in done if first <= due <= last and due not in expected]
