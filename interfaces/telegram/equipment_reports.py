"""The equipment on a screen of the phone: the tools with their buttons, their runs, and the result of one."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Literal, Self, cast

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from db.statements.equipment import RunStatus
from interfaces.telegram.documents import Read
from interfaces.telegram.format import clean, utf16_len
from interfaces.telegram.screens import Screen
from interfaces.telegram.sending import Outgoing
from interfaces.telegram.wording import age
from interfaces.telegram.words import say

MARKS: Final = {
    RunStatus.ASKED: "⏳",
    RunStatus.RUNNING: "⏳",
    RunStatus.DONE: "✅",
    RunStatus.FAILED: "❌",
    RunStatus.TIMED_OUT: "⌛",
    RunStatus.LOST: "❔",
}
OPEN: Final = frozenset({RunStatus.ASKED, RunStatus.RUNNING})
SHOWN_CHARS, SHOWN_UNITS = 3000, 3500
MOST_TOOLS: Final = 30  # a keyboard has a hundred buttons at most

type Verb = Literal["run", "go", "log", "off", "on"]
_DATA: Final = re.compile(r"eq:(run|go|log|off|on):([a-z][a-z0-9_]{0,54})")


class ToldRun(Read):
    """A run, from the gateway or from the table."""

    id: str
    tool: str
    status: RunStatus
    started_at: datetime | None
    finished_at: datetime | None
    exit_code: int | None
    output: str | None
    triggered_by: str


class ToldSchedule(Read):
    """When a tool comes due."""

    cron: str | None
    is_paused: bool
    next_due_at: datetime | None
    in_words: str | None
    in_words_zh: str | None


class ToldTool(Read):
    """A tool."""

    name: str
    description: str
    description_zh: str
    parameters: dict[str, Any]
    is_allowed: bool
    schedule: ToldSchedule
    last_run: ToldRun | None


class ToldTools(Read):
    """GET /api/equipment."""

    tools: list[ToldTool]
    problem: str | None


class ToldRuns(Read):
    """GET /api/equipment/{name}/runs."""

    items: list[ToldRun]


@dataclass(frozen=True, slots=True)
class ToolPress:
    """A pressed button under a tool: run it (`go`: as it stands), show its runs, pause it, let it go on."""

    verb: Verb
    tool: str

    @property
    def data(self) -> str:
        """As Telegram keeps it behind the button."""
        return f"eq:{self.verb}:{self.tool}"

    @classmethod
    def parse(cls, data: str | None) -> Self | None:
        """What was pressed; None for another button, or data that none of ours has."""
        match = _DATA.fullmatch(data or "")
        return cls(cast("Verb", match[1]), match[2]) if match else None


def tools_screen(language: str, tools: ToldTools, now: datetime) -> Screen:
    """Each tool with what it does, when it comes due, and how it last ended."""
    screen = Screen().bold(say(language, "equipment"))
    for tool in tools.tools:
        screen.line().line(f"{_mark(tool.last_run)} ").code(tool.name)
        screen.line(tool.description_zh if language == "zh" else tool.description)
        screen.line(f"{_when(language, tool)} · {_last(language, tool.last_run, now)}")
    if tools.problem:
        screen.line().line(f"⚠️ {tools.problem}")
    return screen


def _mark(run: ToldRun | None) -> str:
    return MARKS[run.status] if run is not None else "▫️"


def _when(language: str, tool: ToldTool) -> str:
    schedule = tool.schedule
    if not tool.is_allowed:
        return say(language, "eq_not_allowed")
    if schedule.cron is None:
        return say(language, "eq_by_hand")
    words = schedule.in_words_zh if language == "zh" else schedule.in_words
    if schedule.is_paused or schedule.next_due_at is None:
        return f"{words or schedule.cron} · {say(language, 'eq_paused')}"
    return f"{words or schedule.cron} · {say(language, 'eq_next', at=_moment(schedule.next_due_at))}"


def _last(language: str, run: ToldRun | None, now: datetime) -> str:
    if run is None:
        return say(language, "eq_never")
    words = say(language, f"eq_is_{run.status.value}")
    return f"{words} {age(language, run.finished_at, now)}" if run.finished_at else words


def _moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%m-%d %H:%M}"


def tools_keyboard(tools: Sequence[ToldTool]) -> InlineKeyboardMarkup:
    """A row for each tool: run it, its runs, and pause or go on where it comes due."""
    rows = []
    for tool in tools[:MOST_TOOLS]:
        row = [("▶️ " + tool.name, "run")] if tool.is_allowed else []
        row += [("🕘", "log")]
        if tool.schedule.cron is not None:
            row += [("⏯", "on") if tool.schedule.is_paused else ("⏸", "off")]
        presses = [(text, ToolPress(cast("Verb", verb), tool.name)) for text, verb in row]
        if all(ToolPress.parse(press.data) for _, press in presses):  # a name may be too long for a button
            rows.append([InlineKeyboardButton(text, callback_data=press.data) for text, press in presses])
    return InlineKeyboardMarkup(rows)


def question_screen(language: str, tool: ToldTool) -> Screen:
    """What a tool would be run with, and how to say otherwise."""
    screen = Screen().text(say(language, "eq_with", tool=tool.name))
    for name, field in tool.parameters.get("properties", {}).items():
        default = f" = {field['default']}" if "default" in field else ""
        screen.line("• ").code(f"{name}{default}")
        about = ", ".join(map(str, field.get("enum", ()))) or str(field.get("description", ""))
        screen.text(f" · {about}" if about else "")
    first = next(iter(tool.parameters.get("properties", {})), "")
    return screen.line(say(language, "eq_otherwise", command=f"/equipment run {tool.name} {first}=…"))


def question_keyboard(language: str, tool: ToldTool) -> InlineKeyboardMarkup | None:
    """The one button that runs it with its defaults; none where something must be given."""
    if tool.parameters.get("required"):
        return None
    button = InlineKeyboardButton(say(language, "eq_go"), callback_data=ToolPress("go", tool.name).data)
    return InlineKeyboardMarkup([[button]])


def runs_screen(language: str, tool: str, runs: Sequence[ToldRun]) -> Screen:
    """A tool's newest runs, and what the newest printed."""
    if not runs:
        return Screen().text(say(language, "eq_no_run", tool=tool))
    screen = Screen().bold(say(language, "eq_runs", tool=tool))
    for run in runs:
        started = _moment(run.started_at) if run.started_at else "…"
        screen.line(f"{MARKS[run.status]} ").code(started)
        screen.text(f" {_facts(language, run)} · {run.triggered_by}")
    if runs[0].output:
        screen.line().block(_beginning(runs[0].output))
    return screen


def _facts(language: str, run: ToldRun) -> str:
    facts = [say(language, f"eq_is_{run.status.value}")]
    if run.started_at and run.finished_at:
        seconds = max(0.0, (run.finished_at - run.started_at).total_seconds())
        facts.append(say(language, "seconds", n=f"{seconds:.1f}"))
    if run.exit_code and run.status not in OPEN:
        facts.append(say(language, "eq_exit", code=run.exit_code))
    return " · ".join(facts)


def result_messages(language: str, run: ToldRun) -> tuple[Outgoing, Outgoing | None]:
    """How a run ended, with the beginning of what it printed; and all of that as a file where it is long."""
    screen = Screen().text(f"{MARKS[run.status]} ").bold(run.tool).text(f" · {_facts(language, run)}")
    output = (run.output or "").strip()
    if not clean(output).strip():
        screen.line(say(language, "eq_says_nothing"))
        output = ""
    else:
        screen.block(_beginning(output))
    (part, *_) = screen.parts()
    result = Outgoing(part.text, part.entities)
    if _beginning(output) == output:
        return result, None
    name = f"{run.tool}-{run.id}.txt"
    file = (name, output.encode(errors="replace"))
    return result, Outgoing(say(language, "eq_rest"), file=file, silent=True)


def _beginning(output: str) -> str:
    """What fits into one message with its first line."""
    head = output[:SHOWN_CHARS]
    return head if utf16_len(head) <= SHOWN_UNITS else head[: SHOWN_UNITS // 2]
