"""What the bot says, in English and Chinese. Every text stands here once in each language.

Who speaks which is Telegram's word (`language_code`); whoever speaks neither gets English.
"""

from typing import Final, Literal

from interfaces.telegram.equipment_words import EQUIPMENT_WORDS
from nexus.health_words import HEALTH_WORDS

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
    "waiting": ("⏸ waits: {role} is paused", "⏸ 等待：{role}已暂停"),
    "held": ("✋ waits for your yes", "✋ 等待您同意"),
    "approved": ("👍 approved, it goes on", "👍 已同意，继续"),
    "transcribed": ("🎙 “{text}”", "🎙 “{text}”"),
    "delivered": ("✅ Done", "✅ 完成"),
    "asked": ("❓ It has a question", "❓ 需要您补充"),
    "declined": ("🚫 Declined", "🚫 未接受"),
    "failed": ("❌ It did not work", "❌ 未能完成"),
    "cancelled": ("🛑 Stopped", "🛑 已停止"),
    "dead": ("❌ It was given up", "❌ 已放弃"),
    # Answers that are not a model's.
    "failed_because": ("It did not work: {reason}", "未能完成：{reason}"),
    "declined_because": ("Declined: {reason}", "未接受：{reason}"),
    "cancelled_text": ("Stopped. Nothing more is spent on it.", "已停止，不会再产生费用。"),
    "no_reason": ("no reason was recorded", "没有记录原因"),
    "long_answer": ("The whole answer is in the file.", "完整答案见文件。"),
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
        "{name} 不是文本文件。可以读取文本、代码、数据文件以及图片。",
    ),
    "not_yours": ("This button is not for you.", "这个按钮不属于您。"),
    "too_late": ("That is over already.", "这已经结束了。"),
    "no_order": ("There is no order here yet. Write what you want done.", "这里还没有工单。请写下要做的事。"),
    "nobody_above": ("There is nobody above the CEO.", "CEO 之上没有更高级别。"),
    "nobody_below": ("There is nobody cheaper than the Intern.", "没有比实习生更便宜的了。"),
    "still_open": ("It is still being worked on: /stop ends it.", "仍在处理中：/stop 可以停止。"),
    "new": ("A new conversation. What is to be done?", "新的对话。要做什么？"),
    "stopping": ("Stopping …", "正在停止……"),
    # What a pressed button says.
    "b_done_up": ("Handed up", "已升级"),
    "b_done_down": ("Handed down", "已转给更便宜的级别"),
    "b_done_retry": ("Once more", "正在重试"),
    "b_done_stop": ("Stopped", "已停止"),
    "b_done_yes": ("It goes on", "继续处理"),
    "b_done_no": ("Dropped", "已放弃"),
    # Commands: what each does, and what may follow it.
    "m_start": ("what this is", "这是什么"),
    "m_help": ("all commands", "所有命令"),
    "m_new": ("start another conversation", "开始新的对话"),
    "m_status": ("how the company is, and what is open", "公司状态和未完成的工单"),
    "m_cost": ("what was spent, and saved", "花费与节省"),
    "m_escalate": ("have it done one tier up", "交给上一级重做"),
    "m_cheaper": ("have it done one tier down", "交给更便宜的一级重做"),
    "m_retry": ("have it done again", "重做一次"),
    "m_stop": ("stop what is worked on", "停止正在处理的工单"),
    "m_audit": ("who did what", "操作记录"),
    "m_why": ("the way an order went", "工单的处理过程"),
    "m_budget": ("limits of money; a number sets the day's", "预算；写数字可设每日上限"),
    "m_freeze": ("stop every paid call", "停止所有付费调用"),
    "m_thaw": ("let paid calls go on", "恢复付费调用"),
    "m_agents": ("who works here, and on what", "谁在工作，在做什么"),
    "m_orders": ("the newest orders", "最近的工单"),
    "a_cost": ("[today|week|month]", "[今天|本周|本月]"),
    "a_escalate": ("[reason]", "[原因]"),
    "a_audit": ("[order]", "[工单号]"),
    "a_why": ("[order]", "[工单号]"),
    "a_budget": ("[amount]", "[金额]"),
    "a_freeze": ("[reason]", "[原因]"),
    "th_work": ("Work", "工作"),
    "th_look": ("What goes on", "情况"),
    "th_money": ("Money", "费用"),
    "th_bot": ("This bot", "机器人"),
    "start": (
        "Hello {name}. Write what you want done; photos, voice messages and text files work too.\n\n"
        "The cheapest employee who can do it well does it, QA checks the answer, and the receipt under it says who "
        "did it and what it cost. Reply to an answer to go on from there; the buttons under it have it done again.\n\n"
        "/help lists the commands.",
        "您好，{name}。直接写下要做的事，也可以发送图片、语音或文本文件。\n\n"
        "由能做好且最便宜的员工处理，质检通过后交付，答案下方的收据写明由谁完成、花费多少。"
        "回复某条答案即可接着聊；答案下方的按钮可以重做。\n\n"
        "/help 列出所有命令。",
    ),
    "help_reply": (
        "A command about an order means the one you reply to, else the newest here.",
        "针对工单的命令作用于您所回复的工单，否则作用于这里最新的工单。",
    ),
    "unknown_command": (
        "I do not know /{name}. /help lists what there is.",
        "没有 /{name} 这个命令。/help 列出所有命令。",
    ),
    "nearest_command": (
        "I do not know /{name}. Did you mean {nearest}?",
        "没有 /{name} 这个命令。您是指 {nearest} 吗？",
    ),
    "period_examples": (
        "Write /cost, /cost week, /cost month or /cost all.",
        "请写 /cost、/cost 本周、/cost 本月或 /cost 全部。",
    ),
    "budget_examples": (
        "Write /budget 5 for the day, /budget month 50, /budget none, or /budget setting to go back.",
        "请写 /budget 5（每日）、/budget 每月 50、/budget 无，或 /budget 设置（恢复原设置）。",
    ),
    "bad_order": (
        "That is no order. Reply to its answer, or write {command} and its number as it stands under the answer.",
        "这不是工单号。请回复该工单的答案，或写 {command} 加上答案下方的工单号。",
    ),
    "no_such_order": ("There is no such order here.", "这里没有这个工单。"),
    "nothing_open": ("Nothing is being worked on here.", "这里没有正在处理的工单。"),
    "reason_too_long": (
        "A reason has {most} characters at most; this one has {length}.",
        "原因最多 {most} 个字符，现在有 {length} 个。",
    ),
    # /status and /agents.
    "h_healthy": ("All is well", "一切正常"),
    "h_unknown": ("Not everything can be told now", "部分情况暂时未知"),
    "h_degraded": ("It works, with trouble", "可以工作，但有问题"),
    "h_critical": ("Something does not work", "有部分无法工作"),
    "c_gateway": ("gateway", "网关"),
    "c_database": ("database", "数据库"),
    "c_redis": ("Redis", "Redis"),
    "c_models": ("models", "模型"),
    "c_budget": ("budget", "预算"),
    "c_telegram": ("Telegram", "Telegram"),
    "c_voice": ("voice messages", "语音"),
    "c_sandbox": ("sandbox", "代码沙箱"),
    "c_router": ("router", "路由"),
    "c_heartbeat": ("heartbeat", "心跳"),
    "c_workers": ("workers: {role}", "员工：{role}"),
    "open_orders": ("Open orders: {n}", "未完成的工单：{n}"),
    "agents": ("Who works here", "谁在工作"),
    "works_on": ("on it: {what}", "正在处理：{what}"),
    "works_on_count": ("orders: {n}", "工单：{n}"),
    "idle": ("idle", "空闲"),
    "paused": ("⏸ paused since {since} by {by}", "⏸ 已暂停，自 {since}，由 {by}"),
    "orders_wait": ("waiting: {n}", "等待中：{n}"),
    "local": ("local", "本地"),
    "weak": ("weak", "能力弱"),
    "no_model": ("no model", "没有模型"),
    "r_admin": ("Admin", "前台"),
    "r_intern": ("Intern", "实习生"),
    "r_director": ("Director", "主管"),
    "r_ceo": ("CEO", "CEO"),
    # Why a tier does it: the company's own words, and the same in Chinese.
    "because:harm_decision": (
        "a decision in law, medicine, money or security",
        "涉及法律、医疗、钱财或安全的决定",
    ),
    "because:hard_work": ("design, proof, debugging or strategy", "设计、证明、排错或战略"),
    "because:long_message": ("a long message", "消息很长"),
    "because:many_parts": ("many parts to answer", "需要回答多个部分"),
    "because:harm_topic": (
        "law, medicine, money or security: never the cheapest",
        "涉及法律、医疗、钱财或安全，不用最便宜的",
    ),
    "because:greeting": ("a greeting or small talk", "问候或闲聊"),
    "because:small_fact": ("a short factual question", "简短的事实问题"),
    "because:default": ("everyday work", "日常工作"),
    "because:owner_wish": ("you asked for this tier", "您指定了这一级"),
    "because:asked": ("cannot be acted on as it is", "信息不足，无法处理"),
    "because:declined": ("nobody can do it", "没有人能处理"),
    "because:in_words": ("you asked for it in your message", "您在消息中指定了"),
    "because:cheaper": ("you asked for a cheaper tier", "您要求用更便宜的一级"),
    "because:background": (
        "asked by the chat front end itself: a title, tags or the like",
        "聊天前端自动请求的标题、标签等",
    ),
    "because:law": ("a matter of law", "涉及法律"),
    "because:health": ("a matter of health", "涉及健康"),
    "because:money": ("a matter of somebody's money", "涉及钱财"),
    "because:security": ("a matter of security", "涉及安全"),
    "because:act": ("an act that cannot be taken back", "无法撤销的操作"),
    "because:harm": ("somebody may come to harm", "可能有人受到伤害"),
    "because:unread": ("too long to be read whole at the front desk", "太长，前台无法读完"),
    "route_router": (
        "the router expects the {role} to get it right with {share}",
        "路由预计{role}一次答对的概率为 {share}",
    ),
    "route_router_only": ("the router takes it for the {role}'s work", "路由认为这是{role}的工作"),
    "route_floor": ("{reason}, so at least the {role}", "{reason}，至少由{role}处理"),
    "route_decision": ("a decision: {reason}", "{reason}的决定"),
    "route_before": ("{reason}, said before", "{reason}（前文）"),
    "route_held": ("this conversation is with the {role}", "此对话由{role}负责"),
    "route_explored": (
        "tried with the {role}, to learn which tier is enough",
        "交给{role}试做，以了解哪一级就够",
    ),
    "route_nobody": ("the {role} has no model that may be asked", "{role}没有可用的模型"),
    "route_blind": ("the {role}'s models see no pictures", "{role}的模型看不了图片"),
    "tier_down": ("{reason}; one tier down, for {share} are used", "{reason}；预算已用 {share}，降一级"),
    "you_chose": ("you chose {role} for about {about}", "您选择了{role}，约 {about}"),
    "held_question": (
        "{role} ({model}) would cost about {about}, at most {most}: more than you want to spend unasked.",
        "{role}（{model}）约需 {about}，最多 {most}，超过了不经询问可花的金额。由谁来做？",
    ),
    # The receipt.
    "seconds": ("{n} s", "{n} 秒"),
    "after_silence": ("after {models} did not answer", "{models} 未回答之后"),
    "try_count": ("{n} attempts ({path})", "共 {n} 次（{path}）"),
    "from_cache": ("{n} cached", "其中缓存 {n}"),
    "by_equipment": ("Equipment", "设备"),
    "answered_by_tool": ("the tool {tool} answers this", "由工具 {tool} 回答"),
    "nothing_spent": ("nothing spent", "没有花费"),
    "beside_priced": ("{text} (beside {cost} that is)", "{text}（另有 {cost} 已定价）"),
    "at_the_ceo": ("the CEO: {cost}", "由 CEO 做：{cost}"),
    # Alerts. In English they are the company's own.
    "alert:budget.warning": (
        "{who}, {when}: {spent} spent and {reserved} reserved of {limit}. It resets at {resets} UTC.",
        "{who}{when}预算快用完：已花费 {spent}，预留 {reserved}，上限 {limit}。UTC {resets} 重置。",
    ),
    "alert:budget.used_up": (
        "{who}, {when}: {spent} of {limit} spent; a call that may cost {needs} was refused. It resets at {resets} UTC.",
        "{who}{when}预算不足：已花费 {spent}，上限 {limit}，一次最多花费 {needs} 的调用被拒绝。UTC {resets} 重置。",
    ),
    "alert:budget.limit_changed": (
        "{who}, {when}: the limit is {limit}; it was {was}. Changed by {by}.",
        "{who}{when}上限现为 {limit}，原为 {was}，更改者：{by}。",
    ),
    "alert:budget.frozen": (
        "Paid calls are frozen by {by}{why} (/thaw ends it)",
        "付费调用已由 {by} 冻结{why}（/thaw 可恢复）",
    ),
    "alert:budget.thawed": ("Paid calls may begin again, says {by}{why}", "付费调用已由 {by} 恢复{why}"),
    "alert:order.dead": ("{order_id} is dead: {reason}", "工单 {order_id} 已放弃：{reason}"),
    "alert:router.adopted": ("Router {version} is in use: {reason}", "路由器 {version} 已启用：{reason}"),
    "alert:router.rolled_back": (
        "Router {version} is in use again: {reason}",
        "已恢复使用路由器 {version}：{reason}",
    ),
    "alert:router.refused": (
        "A newly trained router was refused, look at it with nexus router show: {reason}",
        "新训练的路由器被拒绝，请用 nexus router show 查看：{reason}",
    ),
    "alert:telegram.conflict": (
        "Another program asks Telegram for this bot's updates; stop it, or messages come late.",
        "另一个程序也在读取此机器人的消息；请停掉它，否则消息会延迟。",
    ),
    **{f"alert:{kind}": words for kind, words in HEALTH_WORDS.items()},
    **EQUIPMENT_WORDS,
    # Orders, one by one.
    "orders": ("The newest orders", "最近的工单"),
    "is_queued": ("received", "已收到"),
    "is_triaged": ("assigned", "已分派"),
    "is_working": ("being worked on", "处理中"),
    "is_held": ("waits for your yes", "等待您同意"),
    "is_delivered": ("done", "已完成"),
    "is_asked": ("asked back", "待补充"),
    "is_declined": ("declined", "未接受"),
    "is_failed": ("failed", "未完成"),
    "is_cancelled": ("stopped", "已停止"),
    "is_dead": ("given up", "已放弃"),
    "ago_s": ("{n} s ago", "{n} 秒前"),
    "ago_min": ("{n} min ago", "{n} 分钟前"),
    "ago_h": ("{n} h ago", "{n} 小时前"),
    "ago_d": ("{n} d ago", "{n} 天前"),
    "free": ("free", "免费"),
    "not_priced": ("not priced", "未定价"),
    "nothing_noted": ("Nothing is noted.", "没有记录。"),
    "audit": ("Audit, newest first (UTC)", "操作记录，最新在前（UTC）"),
    "why_route": ("{role}, because: {reason}", "{role}，原因：{reason}"),
    "why_not_routed": ("nobody has looked at it yet", "尚未分派"),
    "why_rule": ("rule", "规则"),
    "tries": ("Tries", "尝试"),
    "try_n": ("Try {n}", "第 {n} 次"),
    "t_running": ("is at it", "进行中"),
    "t_passed": ("passed", "通过"),
    "t_rejected": ("QA did not let it pass", "质检未通过"),
    "t_error": ("the call failed", "调用失败"),
    "t_abandoned": ("cut off", "中断"),
    "calls": ("Model calls", "模型调用"),
    "k_triage": ("triage", "分派"),
    "k_work": ("work", "处理"),
    "k_qa": ("a second look", "复核"),
    "k_summary": ("summary", "摘要"),
    "s_started": ("runs", "进行中"),
    "s_failed": ("failed", "失败"),
    "s_in_doubt": ("in doubt", "存疑"),
    "and_more": ("… and {n} more", "……另有 {n} 条"),
    "together": ("Together: {cost}, {seconds} s", "合计：{cost}，{seconds} 秒"),
    "qa": ("QA", "质检"),
    "no_checks": ("QA has not checked anything of this order.", "此工单没有质检记录。"),
    # Money.
    "p_today": ("Today", "今天"),
    "p_week": ("This week", "本周"),
    "p_month": ("This month", "本月"),
    "p_all": ("All the time", "全部"),
    "spent": ("Spent: {cost}", "已花费：{cost}"),
    "in_doubt": ("of it in doubt: {cost}", "其中存疑：{cost}"),
    "running_now": ("running now: {cost} at most", "正在进行：最多 {cost}"),
    "unpriced": ("not priced, and in no sum: {n} calls", "未定价、未计入：{n} 次调用"),
    "saved": (
        "The CEO alone: {ceo} for what cost {cost} ({saved} saved)",
        "全由 CEO 完成：{ceo}，实际 {cost}（节省 {saved}）",
    ),
    "dearer": (
        "The CEO alone: {ceo} for what cost {cost} ({more} more)",
        "全由 CEO 完成：{ceo}，实际 {cost}（多花 {more}）",
    ),
    "order_count": ("Orders: {n}", "工单：{n}"),
    "tokens": ("Tokens: {read} read, {written} written", "词元：读 {read}，写 {written}"),
    "partial": (
        "PostgreSQL does not answer: some of it is missing here.",
        "PostgreSQL 没有响应：数据不完整。",
    ),
    "budget": ("Budget", "预算"),
    "w_day": ("day", "日"),
    "w_month": ("month", "月"),
    "w_of": ("{who}, {when}", "{who} {when}"),
    "company": ("company", "公司"),
    "no_limit": ("no limit", "不限"),
    "frozen": ("🧊 Paid calls are frozen: /thaw lets them go on.", "🧊 付费调用已冻结：/thaw 可恢复。"),
    "asks_above": ("Asks first above: {cost} a try", "单次超过 {cost} 会先询问"),
    "order_limit": ("Most for one order: {cost}", "单个工单上限：{cost}"),
    "limit_day": ("The company's limit for a day is now {cost}.", "公司每日上限现为 {cost}。"),
    "limit_month": ("The company's limit for a month is now {cost}.", "公司每月上限现为 {cost}。"),
    "freeze_done": (
        "🧊 No paid call begins any more; local models go on. /thaw ends it.",
        "🧊 不再开始付费调用；本地模型照常。/thaw 可恢复。",
    ),
    "thaw_done": ("Paid calls may begin again.", "付费调用已恢复。"),
}


def language_of(code: str | None) -> Language:
    """The language for somebody whose Telegram speaks `code`, e.g. zh-hans."""
    return "zh" if (code or "").lower().startswith("zh") else "en"


def say(language: str, key: str, **values: object) -> str:
    """The text `key` with its values filled in."""
    english, chinese = WORDS[key]
    return (chinese if language == "zh" else english).format(**values)
