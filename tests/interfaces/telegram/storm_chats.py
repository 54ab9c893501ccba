"""The chats of a storm, read as a person would: which message is whose answer, and which came twice."""

import re
from collections import defaultdict
from collections.abc import Hashable
from dataclasses import dataclass, field

from tests.interfaces.telegram.storm_evidence import CutSend, Evidence, Said

TOKEN = re.compile(r"K[0-9]{4}v[12]")
GREETING = "paired"


@dataclass(frozen=True, slots=True)
class Shown:
    """A message of an order: `place` tells copies of one part from another part; it counts from 0."""

    said: Said
    place: int = 0


@dataclass(frozen=True, slots=True)
class Double:
    """A message that came once more. `kill`: between its copies the bot was killed, last by this one; `is_cut`: the
    connection was cut after a copy.
    """

    chat_id: int
    kind: str  # card, answer, reply or paired
    order_id: str | None
    kill: int | None
    is_cut: bool


@dataclass(slots=True)
class Chats:
    """Every message of the bot's, sorted. `replies` by chat and the message that was answered."""

    cards: dict[str, list[Shown]] = field(default_factory=lambda: defaultdict(list))
    answers: dict[str, list[Shown]] = field(default_factory=lambda: defaultdict(list))
    replies: dict[tuple[int, int | None], list[Said]] = field(default_factory=lambda: defaultdict(list))
    greetings: dict[int, list[Said]] = field(default_factory=lambda: defaultdict(list))
    strays: list[Said] = field(default_factory=list)
    doubles: list[Double] = field(default_factory=list)


def read_chats(evidence: Evidence) -> Chats:
    """Sort everything that the bot said."""
    return _Reader(evidence).read()


class _Reader:
    def __init__(self, evidence: Evidence) -> None:
        self._evidence = evidence
        self._chats = Chats()
        self._orders = {order.id for order in evidence.orders}
        self._order_of_token = {
            found[0]: order.id for order in evidence.orders if (found := TOKEN.search(order.result or ""))
        }
        self._asked = self._messages_with_a_reply()
        self._cuts = list(evidence.cuts)
        self._copies: dict[Hashable, list[Said]] = defaultdict(list)

    def _messages_with_a_reply(self) -> set[tuple[int, int | None]]:
        """Those that a reply answers: commands, looked-at answers, photos that are refused."""
        asked = set()
        for sent in self._evidence.sent:
            kind, person = sent.step.kind, sent.step.person
            if kind == "look":
                asked.add((person, sent.about_id))
            elif kind == "command" or (kind == "photo" and not self._evidence.photos_are_orders):
                asked.add((person, sent.message_id))
        return asked

    def read(self) -> Chats:
        for said in sorted(self._evidence.said, key=lambda said: said.id):
            self._sort(said)
        return self._chats

    def _sort(self, said: Said) -> None:
        chats, order_id = self._chats, self._order_of(said)
        place = (said.chat_id, said.reply_to)
        if order_id is not None and any(data.startswith("stop:") for data in said.buttons):
            chats.cards[order_id].append(Shown(said))
            self._count(said, "card", order_id, ("card", order_id))
        elif order_id is not None and said.buttons:
            self._part(said, order_id)
        elif place in self._asked:
            chats.replies[place].append(said)
            self._count(said, "reply", None, ("reply", place))
        elif (found := TOKEN.search(said.text)) and found[0] in self._order_of_token:
            self._part(said, self._order_of_token[found[0]])
        elif said.reply_to is None and GREETING in said.text:
            chats.greetings[said.chat_id].append(said)
            self._count(said, "paired", None, ("paired", said.chat_id))
        else:
            chats.strays.append(said)

    def _order_of(self, said: Said) -> str | None:
        """The order whose buttons it stands over."""
        found = {data.split(":")[1] for data in said.buttons if ":" in data}
        return next(iter(found & self._orders), None)

    def _part(self, said: Said, order_id: str) -> None:
        parts = self._chats.answers[order_id]
        known = {shown.said.text: shown.place for shown in parts}
        place = known.get(said.text, len(known))
        parts.append(Shown(said, place))
        self._count(said, "answer", order_id, ("answer", order_id, place))

    def _count(self, said: Said, kind: str, order_id: str | None, name: Hashable) -> None:
        """Note a double when the message was there before."""
        copies = self._copies[name]
        if copies:
            is_cut = self._was_cut(copies[-1])
            kill = None if is_cut else self._kill_between(copies[-1], said)
            self._chats.doubles.append(Double(said.chat_id, kind, order_id, kill, is_cut))
        copies.append(said)

    def _was_cut(self, said: Said) -> bool:
        """One cut explains one double."""
        cut = CutSend(said.chat_id, said.text, said.reply_to)
        if cut in self._cuts:
            self._cuts.remove(cut)
            return True
        return False

    def _kill_between(self, first: Said, second: Said) -> int | None:
        """The kill that ended the life which sent the first copy, if the second came in a later one."""
        for kill in self._evidence.kills:
            if first.id <= kill.messages < second.id:
                return kill.n
        return None
