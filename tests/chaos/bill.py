"""Invariants of tries and model calls: who may write, what was paid, how often."""

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from agents.decision import MAX_ATTEMPTS
from agents.handler import MAX_CLAIMS
from nexus.budget import windows_of
from nexus.work_order import Role
from tests.chaos.evidence import Evidence
from tests.chaos.facts import (
    Violation,
    attempts_by_order,
    calls_by_order,
    cause_of,
    extra_calls,
    is_poison,
    orders_by_token,
    stub_calls_by_token,
    worked_on_twice,
)

JUDGED = ("passed", "rejected")


def fences_rise(evidence: Evidence) -> Iterator[Violation]:
    """Tries and their fences rise together, never above the order's; no superseded try is judged later."""
    tries, orders = attempts_by_order(evidence), {order.id: order for order in evidence.orders}
    for order_id, row in tries.items():
        fences = [attempt.fence for attempt in row]
        if any(after <= before for before, after in pairwise(fences)):
            yield Violation("fence order", order_id, f"tries have the fences {fences}")
        if order_id in orders and fences[-1] > orders[order_id].fence:
            yield Violation("fence order", order_id, f"{fences} above the order's {orders[order_id].fence}")
        for before, after in pairwise(row):
            if before.status in JUDGED and (before.finished_at or 0) > after.started_at:
                late = (before.finished_at or 0) - after.started_at
                yield Violation(
                    "late write", order_id, f"try {before.n} judged {late:.2f} s into try {after.n}"
                )


def paid_once(evidence: Evidence) -> Iterator[Violation]:
    """No recorded call is repeated: one a try at most, and no try after one that passed."""
    recorded = Counter(
        (call.order_id, call.n)
        for call in evidence.calls
        if call.purpose == "work" and call.status == "recorded"
    )
    for (order_id, n), count in recorded.items():
        if count > 1:
            yield Violation("call repeated", order_id, f"{count} recorded calls in try {n}")
    for order_id, row in attempts_by_order(evidence).items():
        for attempt in row[:-1]:
            if attempt.passed or attempt.status == "passed":
                yield Violation(
                    "call repeated", order_id, f"try {attempt.n} passed, yet there are {len(row)}"
                )


def ledger_is_the_bill(evidence: Evidence) -> Iterator[Violation]:
    """Every call that the model saw has a row of its order; recorded ids are the model's, each once."""
    rows, seen = calls_by_order(evidence), stub_calls_by_token(evidence)
    stub_tokens = {call.id: call.token for call in evidence.stub_calls}
    tokens = orders_by_token(evidence)
    for token, calls in seen.items():
        if token not in tokens:
            yield Violation("ledger", token, f"{len(calls)} calls for an order that does not exist")
            continue
        kinds = Counter(call.status for call in rows[tokens[token]])
        billed = kinds["recorded"] + kinds["in_doubt"] + (kinds["failed"] if is_poison(token) else 0)
        if len(calls) > billed:
            yield Violation(
                "ledger", tokens[token], f"the model saw {len(calls)} calls, its rows are {kinds}"
            )
    ids = Counter(call.request_id for call in evidence.calls if call.status == "recorded")
    token_of = {order.id: order.token for order in evidence.orders}
    for call in evidence.calls:
        if call.status == "started":
            yield Violation("ledger", call.order_id, f"a call of try {call.n} was never settled")
        if call.status != "recorded":
            continue
        if ids[call.request_id] > 1:
            yield Violation("ledger", call.order_id, f"the reply {call.request_id} is recorded twice")
        if stub_tokens.get(call.request_id or "") != token_of.get(call.order_id):
            yield Violation(
                "ledger", call.order_id, f"the model gave no reply {call.request_id} to this order"
            )


def budget_is_the_ledger(evidence: Evidence) -> Iterator[Violation]:
    """Each window has spent what the ledger's calls of its scope and period cost, and nothing is reserved any more."""
    sums: Counter[tuple[str, str]] = Counter()
    for call in evidence.calls:
        if call.budget_day is not None and call.cost_usd:
            for place in windows_of(Role(call.role), call.budget_day):
                sums[place] += call.cost_usd  # type: ignore[assignment]  # a counter of dollars
    spent = {(window.scope, window.period): window.spent_usd for window in evidence.windows}
    for place in sums.keys() | spent.keys():
        if spent.get(place, 0) != sums[place]:
            detail = f"the window says {spent.get(place)}, the ledger {sums[place]}"
            yield Violation("budget", " ".join(place), detail)
    for window in evidence.windows:
        if window.reserved_usd:
            yield Violation(
                "budget", window.scope, f"{window.reserved_usd} still reserved in {window.period}"
            )


def repeats_are_explained(evidence: Evidence) -> Iterator[Violation]:
    """The model is called once a try at most, and a reply is lost only where a fault could lose it.

    An order that stood in both stores has the spool's calls beside its tries.
    """
    rows, tries = calls_by_order(evidence), attempts_by_order(evidence)
    tokens, twice = orders_by_token(evidence), worked_on_twice(evidence)
    for token, calls in stub_calls_by_token(evidence).items():
        order_id = tokens.get(token, "")
        allowed = len(tries[order_id]) + twice[order_id]
        if len(calls) > allowed:
            yield Violation("extra call", order_id, f"{len(calls)} calls in {len(tries[order_id])} tries")
        if len([call for call in rows[order_id] if call.purpose == "work"]) > allowed:
            yield Violation("extra call", order_id, "more ledger rows than tries")
    for call in extra_calls(evidence):
        if cause_of(call, evidence) is None:
            yield Violation("extra call", call.token, f"{call.id} was lost with no fault near it")


def within_the_caps(evidence: Evidence) -> Iterator[Violation]:
    """Five tries at most, and five claims without a recorded step; the sixth claim only ends the order."""
    tries = Counter(attempt.order_id for attempt in evidence.attempts)
    for order in evidence.orders:
        if max(tries[order.id], order.attempts) > MAX_ATTEMPTS:
            yield Violation("over the cap", order.id, f"{max(tries[order.id], order.attempts)} tries")
        if order.claims > MAX_CLAIMS + 1:
            yield Violation("over the cap", order.id, f"{order.claims} claims without a recorded step")
