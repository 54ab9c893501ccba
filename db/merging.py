"""Events of two stores as one sequence. Used by `db.store`."""

from collections.abc import Sequence

from db.records import EventRecord


def joined(
    there: Sequence[EventRecord], here: Sequence[EventRecord], seq: int, limit: int
) -> list[EventRecord]:
    """Events of both stores as one sequence that follows on `seq`.

    Where both use a number for different events, the spool's will be renumbered when they are replayed: they
    are left out until then.
    """
    merged = {event.seq: event for event in there}
    for event in here:
        other = merged.setdefault(event.seq, event)
        if (other.order_id, other.type) != (event.order_id, event.type):
            break
    found: list[EventRecord] = []
    while len(found) < limit and (seq := seq + 1) in merged:
        found.append(merged[seq])
    return found
