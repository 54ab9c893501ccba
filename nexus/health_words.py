"""What is said of a component's health, in English and Chinese: by the heartbeat itself, and by the bot for it.

The reason that a check gives is English in both.
"""

from collections.abc import Mapping
from typing import Final

HEALTH_WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "health.critical": ("{component} is critical: {reason}", "{component} 严重故障：{reason}"),
    "health.degraded": ("{component} is degraded: {reason}", "{component} 状态不佳：{reason}"),
    "health.unknown": ("{component}: nobody can say how it is: {reason}", "{component} 状态未知：{reason}"),
    "health.recovered": (
        "{component} recovered after {after}: {reason}",
        "{component} 已恢复，历时 {after}：{reason}",
    ),
    "health.restarted": (
        "{component} ended ({how}) and was started again, ready after {after}",
        "{component} 意外结束（{how}），已重新启动，{after} 后就绪",
    ),
    "health.recovery_ended": (
        "{component} hangs: process {pid} is ended, so that it is started again",
        "{component} 无响应：结束进程 {pid}，以便重新启动",
    ),
    "health.gave_up": (
        "{component} hangs again after {times} restarts in 10 minutes: the heartbeat leaves it to you",
        "{component} 在 10 分钟内重启 {times} 次后仍无响应：请您处理",
    ),
    "health.left": ("{component} {reason}", "{component} 反复意外结束，请您处理：{reason}"),
    "health.many": (
        "{count} more changes of health within an hour. Now: {now}",
        "一小时内另有 {count} 次状态变化。现在：{now}",
    ),
}
MARKS: Final = {"info": "ℹ️", "warning": "⚠️", "critical": "🚨"}
_UNITS: Final = (("d", "天", 86_400), ("h", "小时", 3600), ("min", "分", 60))


def duration(seconds: float, language: str = "en") -> str:
    """Like `2 min 10 s`: the two largest units."""
    left, words = max(0, round(seconds)), list[str]()
    for english, chinese, unit_s in _UNITS:
        if left >= unit_s or words:
            words.append(f"{left // unit_s} {chinese if language == 'zh' else english}")
            left %= unit_s
    words.append(f"{left} {'秒' if language == 'zh' else 's'}")
    return " ".join(words[:2])


def health_text(kind: str, details: Mapping[str, object], language: str) -> str:
    """One line in `language` (`en` or `zh`). Raises KeyError for an unknown kind or a detail that is missing."""
    return HEALTH_WORDS[kind][language == "zh"].format_map(with_durations(details, language))


def with_durations(details: Mapping[str, object], language: str) -> dict[str, object]:
    """`after_s`, seconds as text, is read as `after`."""
    told = dict(details)
    if "after_s" in details:
        told["after"] = duration(float(str(details["after_s"])), language)
    return told
