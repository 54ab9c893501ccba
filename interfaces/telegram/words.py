"""What the bot says, in English and Chinese. Every text stands here once in each language.

Who speaks which is Telegram's word (`language_code`); whoever speaks neither gets English.
"""

from typing import Final, Literal

type Language = Literal["en", "zh"]

WORDS: Final[dict[str, tuple[str, str]]] = {
    # The card of an order: one line for where it stands.
    "queued": ("⏳ Received, the Admin is looking at it", "⏳ 已收到，前台正在查看"),
    "triaged": ("🧭 {role} will do it: {reason}", "🧭 交给{role}：{reason}"),
    "working": ("✍️ {role} is working ({model})", "✍️ {role}正在处理（{model}）"),
    "working_again": ("✍️ {role} is working, try {n} ({model})", "✍️ {role}正在处理，第 {n} 次（{model}）"),
    "fallback": ("🔁 another model answers: {model}", "🔁 换用模型：{model}"),
    "qa_passed": ("🔎 QA: {checks} checks passed", "🔎 质检：{checks} 项全部通过"),
    "qa_failed": ("🔎 QA failed: {failed}", "🔎 质检未通过：{failed}"),
    "retrying": ("↩️ once more with what failed", "↩️ 带着问题重试"),
    "escalated": ("⬆️ handed up to {role}", "⬆️ 升级给{role}"),
    "stepped_down": ("⬇️ handed to {role}: {reason}", "⬇️ 转给{role}：{reason}"),
    "postponed": ("⏸ waits {seconds} s: {reason}", "⏸ 等待 {seconds} 秒：{reason}"),
    "held": ("✋ waits for your yes", "✋ 等待您同意"),
    "approved": ("👍 approved, it goes on", "👍 已同意，继续"),
    "transcribed": ("🎙 “{text}”", "🎙 “{text}”"),
    "delivered": ("✅ Done", "✅ 完成"),
    "asked": ("❓ It has a question", "❓ 需要您补充"),
    "declined": ("🚫 Declined", "🚫 未接受"),
    "failed": ("❌ It did not work", "❌ 未能完成"),
    "cancelled": ("🛑 Stopped", "🛑 已停止"),
    "dead": ("❌ It was given up", "❌ 已放弃"),
    "money": ("{amount}", "{amount}"),
    # Answers that are not a model's.
    "failed_because": ("It did not work: {reason}", "未能完成：{reason}"),
    "declined_because": ("Declined: {reason}", "未接受：{reason}"),
    "cancelled_text": ("Stopped. Nothing more is spent on it.", "已停止，不会再产生费用。"),
    "no_reason": ("no reason was recorded", "没有记录原因"),
    "long_answer": ("The whole answer is in the file.", "完整答案见文件。"),
    "answer_file": ("answer", "answer"),
    "gone": ("This order is not in the books any more.", "这个工单已不在记录中。"),
    # Roles.
    "admin": ("the Admin", "前台"),
    "intern": ("the Intern", "实习生"),
    "director": ("the Director", "主管"),
    "ceo": ("the CEO", "CEO"),
    # Buttons.
    "b_stop": ("🛑 Stop", "🛑 停止"),
    "b_up": ("⬆️ Escalate", "⬆️ 升级"),
    "b_down": ("⬇️ Cheaper", "⬇️ 更便宜"),
    "b_retry": ("↩️ Retry", "↩️ 重试"),
    "b_qa": ("🔎 Show QA", "🔎 质检"),
    "b_why": ("🧭 Why", "🧭 原因"),
    "b_yes": ("{role}, about {about}, at most {most}", "{role}，约 {about}，最多 {most}"),
    "b_no": ("No, drop it", "不用了"),
    # Who may speak.
    "pairing": (
        "This bot works for its owner only. If that is you, run this where NEXUS runs, within an hour:\n\n"
        "nexus telegram approve {code}",
        "此机器人只为主人服务。如果您就是主人，请在一小时内于运行 NEXUS 的机器上执行：\n\n"
        "nexus telegram approve {code}",
    ),
    "paired": (
        "You are paired. Write what you want done; /help says what else there is.",
        "配对成功。直接写下要做的事即可；/help 查看其他命令。",
    ),
    # When something is wrong.
    "refused": ("This was not taken: {reason}", "未被接受：{reason}"),
    "away": (
        "The company does not answer at the moment. Your message is kept and done as soon as it does.",
        "公司暂时没有响应。您的消息已保存，恢复后立即处理。",
    ),
    "bug": (
        "Something went wrong here with this message, and it was not done. The log has it as {update}.",
        "处理这条消息时出错，未能完成。日志编号：{update}。",
    ),
    "nothing_in_it": ("I see nothing here that I can work with.", "这里没有我能处理的内容。"),
    "too_big": (
        "This file has {size} MB; at most {limit} MB can be taken.",
        "文件有 {size} MB，最多接受 {limit} MB。",
    ),
    "not_text": (
        "{name} is no text file. Text, code, Markdown, CSV and JSON can be read, and photos.",
        "{name} 不是文本文件。可以读取文本、代码、Markdown、CSV、JSON 以及图片。",
    ),
    "not_yours": ("This button is not for you.", "这个按钮不属于您。"),
    "too_late": ("That is over already.", "这已经结束了。"),
    "no_order": ("There is no order here yet. Write what you want done.", "这里还没有工单。请写下要做的事。"),
    "nobody_above": ("There is nobody above the CEO.", "CEO 之上没有更高级别。"),
    "nobody_below": ("There is nobody cheaper than the Intern.", "没有比实习生更便宜的了。"),
    "still_open": ("It is still being worked on: /stop ends it.", "仍在处理中：/stop 可以停止。"),
    "new": ("A new conversation. What is to be done?", "新的对话。要做什么？"),
    "stopping": ("Stopping …", "正在停止……"),
}


def language_of(code: str | None) -> Language:
    """The language for somebody whose Telegram speaks `code`, e.g. zh-hans."""
    return "zh" if (code or "").lower().startswith("zh") else "en"


def say(language: str, key: str, **values: object) -> str:
    """The text `key` with its values filled in."""
    english, chinese = WORDS[key]
    return (chinese if language == "zh" else english).format(**values)
