"""What a tool printed, as an answer to a message: first what was asked, then all of it, as it was printed."""

import re
from collections.abc import Callable, Mapping
from typing import Final

from db.statements.equipment import Run, RunStatus
from equipment.tool import Tool

MOST_CHARS = 8_000
HEALTH_WORDS: Final = {"healthy": "正常", "degraded": "有些问题", "critical": "严重"}
PARTS: Final = {
    "disk": r"\b(?:disks?|disc|drives?|storage|space|ssd)\b|磁盘|硬盘|存储|空间",
    "memory": r"\b(?:memory|ram)\b|内存",
    "redis": r"\b(?:redis|valkey)\b",
    "database": r"\b(?:database|db)\b|数据库",
    "workers": r"\bworkers?\b|员工|进程",
}
PARTS_ZH: Final = {
    "disk": "磁盘",
    "backup disk": "备份磁盘",
    "memory": "内存",
    "redis": "Redis",
    "database": "数据库",
    "workers": "员工进程",
    "orders": "工单",
}
PERIODS_ZH: Final = {
    "Today": "今天",
    "This week": "本周",
    "This month": "本月",
    "All that is recorded": "全部记录",
}
_HEALTH_LINE = re.compile(r"([a-z ]+): (healthy|degraded|critical): (.+)")
_DISK = re.compile(r"(\d+%) full, (.+) used and (.+) free at (.+)")
_COST_LINE = re.compile(r"([A-Z][a-z ]+), (.+) \((\S+)\): (\$\S+)")


def answer_of(tool: Tool, run: Run, message: str) -> str | None:
    """The answer in the language of the message; None when the run has none."""
    output = (run.output or "").strip()
    chinese = re.search(r"[\u4e00-\u9fff]", message) is not None
    if not output or not _speaks(tool, run):
        return None
    make = _MAKERS.get(tool.name)
    head = make(output, message, chinese) if make else ""
    return f"{head}\n\n{_block(output, tool.name)}" if head else _block(output, tool.name)


def failure_of(tool: Tool, run: Run | None) -> str:
    """Why the run has none, in the tool's own words as far as it had any."""
    if run is None or run.status is RunStatus.LOST:
        return f"{tool.name} was lost"
    if run.status is RunStatus.TIMED_OUT:
        return f"{tool.name} did not end in time"
    words = " ".join((run.output or "").split())
    return f"{tool.name} failed" + (f": {words[:300]}" if words else "")


def _speaks(tool: Tool, run: Run) -> bool:
    """It did its work; a health check whose exit code says that something is critical has done it too."""
    if run.status is RunStatus.DONE:
        return True
    found_trouble = tool.name == "health_check" and run.status is RunStatus.FAILED and run.exit_code == 1
    return found_trouble and bool(_findings(run.output or ""))


def _block(output: str, tool: str) -> str:
    """As it is: it is data, so nothing in it is markup."""
    text = output
    if len(output) > MOST_CHARS:
        half = MOST_CHARS // 2
        text = f"{output[:half]}\n[… all of it: nexus equipment history {tool} …]\n{output[-half:]}"
    fence = "`" * max(3, 1 + max(map(len, re.findall("`+", text)), default=0))
    return f"{fence}text\n{text}\n{fence}"


type Findings = Mapping[str, tuple[str, str]]
"""Each part's health and the line about it."""


def _findings(output: str) -> Findings:
    found = (_HEALTH_LINE.fullmatch(line.strip()) for line in output.splitlines())
    return {match[1]: (match[2], match[3]) for match in found if match}


def _of_health(output: str, message: str, chinese: bool) -> str:
    findings = _findings(output)
    asked = [part for part, words in PARTS.items() if re.search(words, message, re.IGNORECASE)]
    shown = [part for part in findings if part.removeprefix("backup ") in asked]
    if not shown:
        return _of_all(findings, chinese)
    say = _part_in_chinese if chinese else _part_in_english
    return "\n".join(say(part, *findings[part]) for part in shown)


def _of_all(findings: Findings, chinese: bool) -> str:
    trouble = {part: health for part, (health, _) in findings.items() if health != "healthy"}
    if chinese:
        parts = "，".join(
            f"{PARTS_ZH.get(part, part)}{HEALTH_WORDS[health]}" for part, health in trouble.items()
        )
        return f"并非一切正常：{parts}。" if parts else "一切正常。"
    parts = ", ".join(f"{part} {health}" for part, health in trouble.items())
    return f"Not everything is healthy: {parts}." if parts else "Everything is healthy."


def _part_in_english(part: str, health: str, text: str) -> str:
    if part.endswith("disk"):
        return f"The {part} is {text} ({health})."
    return f"{part.capitalize()}: {health}, {text}."


def _part_in_chinese(part: str, health: str, text: str) -> str:
    name, word = PARTS_ZH.get(part, part), HEALTH_WORDS[health]
    if disk := _DISK.fullmatch(text):
        return f"{name}已用 {disk[1]}，用了 {disk[2]}，还剩 {disk[3]}（{disk[4]}），{word}。"
    return f"{name}：{word}（{text}）。"


def _of_costs(output: str, _message: str, chinese: bool) -> str:
    first = output.splitlines()[0]
    found = _COST_LINE.fullmatch(first)
    if found is None:
        return ""
    if chinese:
        return f"{PERIODS_ZH.get(found[1], found[1])}（{found[2]}，{found[3]}）花费 {found[4]}。"
    return f"{found[1]} ({found[2]}, {found[3]}): {found[4]}."


def _of_backup(_output: str, _message: str, chinese: bool) -> str:
    return "备份已完成。" if chinese else "The backup is done."


_MAKERS: Final[Mapping[str, Callable[[str, str, bool], str]]] = {
    "health_check": _of_health,
    "cost_report": _of_costs,
    "backup": _of_backup,
}
