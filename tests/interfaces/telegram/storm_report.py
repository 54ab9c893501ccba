"""A storm's result on one page."""

from collections import Counter
from dataclasses import dataclass, field

from tests.interfaces.telegram.storm_bot import Kill
from tests.interfaces.telegram.storm_chats import read_chats
from tests.interfaces.telegram.storm_checker import Violation, check
from tests.interfaces.telegram.storm_evidence import Evidence

SHOWN = 5  # violations of one name


@dataclass(frozen=True, slots=True)
class Report:
    """What happened, and what was wrong."""

    seed: int
    store: str
    seconds: float
    steps: dict[str, int]
    orders: dict[str, int]
    messages: dict[str, int]
    doubles: dict[str, int]
    doubles_by_kill: dict[int, int]
    records: int
    faults: dict[str, int]
    exceeded: dict[str, int]
    requests: int
    kills: tuple[Kill, ...] = ()
    violations: list[Violation] = field(default_factory=list)

    @property
    def is_green(self) -> bool:
        """Every promise was kept."""
        return not self.violations

    @property
    def names(self) -> Counter[str]:
        """How often which promise was broken."""
        return Counter(violation.name for violation in self.violations)


def make_report(evidence: Evidence, seed: int, store: str, seconds: float) -> Report:
    """Judge and count."""
    chats = read_chats(evidence)
    by_kill = Counter(double.kill for double in chats.doubles if double.kill is not None)
    return Report(
        seed=seed,
        store=store,
        seconds=seconds,
        steps=dict(Counter(sent.step.kind for sent in evidence.sent)),
        orders=dict(Counter(order.status for order in evidence.orders)),
        messages={
            "cards": sum(map(len, chats.cards.values())),
            "answer parts": sum(map(len, chats.answers.values())),
            "replies": sum(map(len, chats.replies.values())),
            "greetings": sum(map(len, chats.greetings.values())),
        },
        doubles=dict(Counter("cut" if double.is_cut else double.kind for double in chats.doubles)),
        doubles_by_kill=dict(by_kill),
        records=len(evidence.again),
        faults=evidence.faults,
        exceeded=evidence.exceeded,
        requests=evidence.requests,
        kills=evidence.kills,
        violations=check(evidence),
    )


def as_text(report: Report) -> str:
    """For people."""
    hits = sum(kill.hit for kill in report.kills)
    lines = [
        f"storm, seed {report.seed}, {report.store}: {'GREEN' if report.is_green else 'RED'}"
        f" in {report.seconds:.0f} s",
        f"updates    {sum(report.steps.values())}  {_counts(report.steps)}",
        f"orders     {sum(report.orders.values())}  {_counts(report.orders)}",
        f"messages   {sum(report.messages.values())}  {_counts(report.messages)}",
        f"requests   {report.requests}; limits of Telegram's that were broken: {_counts(report.exceeded) or 'none'}",
        f"faults     {_counts(report.faults)}",
        f"doubles    {sum(report.doubles.values())}  {_counts(report.doubles)}",
        f"recorded   {report.records} sends in doubt",
        f"kills      {len(report.kills)}, {hits} where they were aimed at",
        *(_kill(kill, report) for kill in report.kills),
    ]
    for name, count in report.names.items():
        lines.append(f"VIOLATED {name}: {count}")
        shown = [each for each in report.violations if each.name == name][:SHOWN]
        lines += [f"    {each.subject}: {each.detail}" for each in shown]
    return "\n".join(lines)


def _kill(kill: Kill, report: Report) -> str:
    found = ", ".join(f"{count} {what}" for what, count in kill.found.items() if count)
    where = kill.aim if kill.hit else f"{kill.aim} (missed)"
    return (
        f"  {kill.n:3}  {where:26} {report.doubles_by_kill.get(kill.n, 0)} double; left: {found or 'nothing'}"
    )


def _counts(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in counts.items())
