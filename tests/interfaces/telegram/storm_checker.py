"""The judge of a storm. It knows what people did and what they should see, and nothing of how the bot works.

Every order's answer is compared, word for word, with what the company has as its result.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tests.interfaces.telegram.storm_chats import Chats, Double, Shown, read_chats
from tests.interfaces.telegram.storm_evidence import Again, Evidence, OrderRow
from tests.interfaces.telegram.storm_plan import DOES_AGAIN, MAKES_ORDER, Step
from tests.interfaces.telegram.storm_players import Sent

MARK = re.compile(r"K[0-9]{4}")
FENCE = re.compile(r"```\w*")
WORD = re.compile(r"\w+")
ENDED = {"slow": {"cancelled"}, "photo": {"delivered", "declined"}}


@dataclass(frozen=True, slots=True)
class Violation:
    """A promise that was not kept."""

    name: str
    subject: str
    detail: str


def check(evidence: Evidence) -> list[Violation]:
    """Everything that is wrong; empty when all held."""
    chats = read_chats(evidence)
    return [
        *_every_step_was_done(evidence),
        *_nothing_waits(evidence),
        *_orders(evidence),
        *_conversations(evidence),
        *_answers(evidence, chats),
        *_replies(evidence, chats),
        *_doubles(evidence, chats),
    ]


def _every_step_was_done(evidence: Evidence) -> Iterator[Violation]:
    for what in evidence.stuck:
        yield Violation("waited in vain", what.split()[3] if " waits " in what else "?", what)
    done = {sent.step.n for sent in evidence.sent}
    missing = [step.mark for step in evidence.plan.all if step.n not in done]
    if missing and not evidence.stuck:
        yield Violation("not played", missing[0], f"{len(missing)} steps were not done")


def _nothing_waits(evidence: Evidence) -> Iterator[Violation]:
    for sent in evidence.sent:
        if sent.update_id not in evidence.inbox:
            yield Violation("update lost", sent.step.mark, f"update {sent.update_id} is not in the inbox")
    known = {sent.update_id for sent in evidence.sent}
    for number in sorted(evidence.inbox - known):
        yield Violation("update from nowhere", str(number), "nobody sent it")
    for name, numbers in (("update waits", evidence.waiting), ("not confirmed", evidence.unconfirmed)):
        for number in sorted(numbers):
            yield Violation(name, str(number), "at the end")
    for order_id in evidence.unanswered:
        yield Violation("order not answered", order_id, "the bot still follows it")
    for key in evidence.unsettled:
        yield Violation("send without an outcome", key, "at the end")
    if evidence.late_sends:
        yield Violation("not idle", "bot", f"{evidence.late_sends} sends after everything was over")
    if evidence.exit_code:
        yield Violation("bad end", "bot", f"exit code {evidence.exit_code} at SIGTERM")


def _orders(evidence: Evidence) -> Iterator[Violation]:
    """One order for each update that should become one, by the mark in its text, and no other."""
    first: dict[str, list[OrderRow]] = defaultdict(list)
    again: dict[str, list[OrderRow]] = defaultdict(list)
    for order in evidence.orders:
        found = MARK.search(order.content)
        (again if order.retry_of else first)[found[0] if found else order.content[:40]].append(order)
    wanted = {sent.step.mark: sent.step for sent in evidence.sent if _makes_order(evidence, sent.step)}
    wanted_again = {
        sent.step.about or "": sent.step for sent in evidence.sent if sent.step.kind in DOES_AGAIN
    }
    yield from _one_each(wanted, first, "order")
    yield from _one_each(wanted_again, again, "order done again")
    for mark, orders in first.items():
        allowed = ENDED.get(wanted[mark].kind, {"delivered"}) if mark in wanted else set()
        for order in orders:
            if mark in wanted and order.status not in allowed:
                yield Violation("ended otherwise", order.id, f"{mark} is {order.status}")


def _makes_order(evidence: Evidence, step: Step) -> bool:
    return step.kind in MAKES_ORDER and (step.kind != "photo" or evidence.photos_are_orders)


def _one_each(wanted: dict[str, Step], found: dict[str, list[OrderRow]], what: str) -> Iterator[Violation]:
    for mark, step in wanted.items():
        if not found.get(mark):
            yield Violation(f"{what} lost", mark, f"{step.kind} {step.says}")
        elif len(found[mark]) > 1:
            yield Violation(f"{what} doubled", mark, ", ".join(order.id for order in found[mark]))
    for mark in found.keys() - wanted.keys():
        yield Violation(f"{what} from nowhere", mark, ", ".join(order.id for order in found[mark]))


def _conversations(evidence: Evidence) -> Iterator[Violation]:
    """A reply goes on with the conversation that it replies to."""
    session = {}
    for order in evidence.orders:
        found = MARK.search(order.content)
        if found and not order.retry_of:
            session[found[0]] = order.session_id
    for sent in evidence.sent:
        step = sent.step
        if step.kind == "reply" and session.get(step.mark) != session.get(step.about or ""):
            yield Violation("other conversation", step.mark, f"it replied to {step.about}")


def _answers(evidence: Evidence, chats: Chats) -> Iterator[Violation]:
    """Each order's card once, and its answer whole, in order, with one receipt, and nothing else."""
    for order in evidence.orders:
        cards, parts = chats.cards[order.id], chats.answers[order.id]
        if not cards:
            yield Violation("no card", order.id, order.content)
        elif all(any("stop:" in data for data in card.said.buttons_now) for card in cards):
            yield Violation("card left open", order.id, order.content)
        if not parts:
            yield Violation("answer lost", order.id, order.content)
        else:
            yield from _whole(order, parts)
    for said in chats.strays:
        yield Violation("said for no reason", str(said.chat_id), said.text[:200])


def _whole(order: OrderRow, parts: Sequence[Shown]) -> Iterator[Violation]:
    """`parts` are in the order in which they came."""
    places = [shown.place for shown in parts]
    if places != sorted(places):
        yield Violation("out of order", order.id, f"its parts came as {places}")
    distinct = list({shown.place: shown.said.text for shown in parts}.values())
    seen = WORD.findall("\n".join(distinct))
    wanted = WORD.findall(FENCE.sub("", order.result or ""))
    if seen[: len(wanted)] != wanted:
        missing = Counter(wanted) - Counter(seen)
        yield Violation("not whole", order.id, f"{len(missing)} words missing in {len(distinct)} parts")
    if "\n".join(distinct).count(order.id) != 1:
        yield Violation("not one receipt", order.id, f"{distinct[-1][-200:]!r}")


def _replies(evidence: Evidence, chats: Chats) -> Iterator[Violation]:
    """Every command and every look is answered."""
    for sent in evidence.sent:
        if _is_answered_by_a_reply(evidence, sent) and not chats.replies[_asked(sent)]:
            yield Violation("no reply", sent.step.mark, f"{sent.step.kind} {sent.step.text}")
    for person in evidence.plan.steps:
        if not chats.greetings[person]:
            yield Violation("not greeted", str(person), "paired, and not told")


def _is_answered_by_a_reply(evidence: Evidence, sent: Sent) -> bool:
    is_refused = sent.step.kind == "photo" and not evidence.photos_are_orders
    return sent.step.kind in ("command", "look") or is_refused


def _asked(sent: Sent) -> tuple[int, int | None]:
    return (sent.step.person, sent.about_id if sent.step.kind == "look" else sent.message_id)


def _doubles(evidence: Evidence, chats: Chats) -> Iterator[Violation]:
    """Each is recorded, each has its cause, and a kill is the cause of one at most."""
    records = Counter(_record(again) for again in evidence.again)
    seen = Counter((double.chat_id, double.kind, double.order_id) for double in chats.doubles)
    for (chat_id, kind, order_id), count in seen.items():
        if records[chat_id, kind, order_id] < count:
            found = f"{count} doubles of {kind}, {records[chat_id, kind, order_id]} records"
            yield Violation("double without a record", order_id or str(chat_id), found)
    blamed: dict[int, list[Double]] = defaultdict(list)
    for double in chats.doubles:
        if double.kill is not None:
            blamed[double.kill].append(double)
        elif not double.is_cut:
            yield Violation("double for no reason", double.order_id or str(double.chat_id), double.kind)
    for n, doubles in sorted(blamed.items()):
        if len(doubles) > 1:
            what = ", ".join(f"{double.kind} {double.order_id or double.chat_id}" for double in doubles)
            yield Violation("more than one double for a kill", f"kill {n}", f"{len(doubles)}: {what}")


def _record(again: Again) -> tuple[int, str, str | None]:
    kind = again.message.partition(":")[0]
    return again.chat_id, kind, again.order_id if kind in ("card", "answer") else None
