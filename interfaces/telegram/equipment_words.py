"""What the bot says about equipment, in English and Chinese. Part of `words.WORDS`."""

from typing import Final

EQUIPMENT_WORDS: Final[dict[str, tuple[str, str]]] = {
    "m_equipment": ("tools that cost no tokens, and running them", "不花词元的工具，以及运行它们"),
    "a_equipment": ("[run|history|pause|resume tool]", "[运行|历史|暂停|恢复 工具]"),
    "equipment": ("Equipment: no model, no tokens", "工具：不用模型，不花词元"),
    "eq_private": (
        "Tools are shown and run in a private chat with the bot only.",
        "工具只能在与机器人的私聊中查看和运行。",
    ),
    "eq_examples": ("Write for example:\n{examples}", "例如：\n{examples}"),
    "eq_by_hand": ("by hand", "手动"),
    "eq_next": ("next {at} UTC", "下次 {at} UTC"),
    "eq_paused": ("⏸ paused", "⏸ 已暂停"),
    "eq_not_allowed": ("own scripts are not allowed", "不允许自有脚本"),
    "eq_never": ("never run", "从未运行"),
    "eq_asked": ("⏳ {tool}: asked for", "⏳ {tool}：已提交"),
    "eq_with": ("{tool} takes:", "{tool} 的参数："),
    "eq_otherwise": ("To change them: {command}", "要更改请写：{command}"),
    "eq_no_run": ("{tool} was never run.", "{tool} 从未运行。"),
    "eq_runs": ("{tool}, newest first (UTC)", "{tool}，最新在前（UTC）"),
    "eq_rest": ("The whole output is in the file.", "完整输出见文件。"),
    "eq_says_nothing": ("It printed nothing.", "没有输出。"),
    "eq_exit": ("exit code {code}", "退出码 {code}"),
    "eq_is_off": ("{tool} is paused.", "{tool} 已暂停。"),
    "eq_is_on": ("{tool} comes due again.", "{tool} 已恢复。"),
    "eq_is_asked": ("asked for", "已提交"),
    "eq_is_running": ("runs", "运行中"),
    "eq_is_done": ("done", "完成"),
    "eq_is_failed": ("failed", "失败"),
    "eq_is_timed_out": ("ended at its timeout", "超时被终止"),
    "eq_is_lost": ("lost", "丢失"),
    "eq_go": ("▶️ Run like this", "▶️ 就这样运行"),
    "alert:equipment.failed": (
        "{tool}, due {due} UTC, failed: /equipment history {tool}",
        "{tool}（UTC {due} 到期）失败：/equipment 历史 {tool}",
    ),
    "alert:equipment.timed_out": (
        "{tool}, due {due} UTC, was ended at its timeout: /equipment history {tool}",
        "{tool}（UTC {due} 到期）超时被终止：/equipment 历史 {tool}",
    ),
    "alert:equipment.lost": (
        "{tool}, due {due} UTC, was lost, its process went away: /equipment history {tool}",
        "{tool}（UTC {due} 到期）丢失，进程已不在：/equipment 历史 {tool}",
    ),
}
