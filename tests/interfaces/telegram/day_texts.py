"""What is said in the scripted day, by the owner and by the models, in English and in Chinese.

`SAYS` is the owner's side. The models' side is a script of the strict fake of Anthropic's API, which recognises the
owner's words; what it does not know it answers with a fixed sentence. Tokens are stated, so that money is the same in
every run.
"""

import re
from typing import Final

from agents.fakes.script import Fault, Reply, Rule, Script, Turn
from interfaces.telegram.words import Language

INTERN, DIRECTOR, CEO = "*haiku*", "*sonnet*", "*opus*"

SAYS: Final[dict[str, tuple[str, str]]] = {
    "hello": ("Hello?", "你好？"),
    "capital": ("What is the capital of France?", "法国的首都是哪里？"),
    "people": ("And how many people live there?", "那里有多少人口？"),
    "photo": ("What is on this picture?", "图片上是什么？"),
    "document": ("Say in one sentence what this note is about.", "用一句话说明这份笔记讲什么。"),
    "spoken": ("What is the capital of Italy?", "意大利的首都是哪里？"),
    "json": ("Give me the capital of Spain as JSON", "请用 JSON 格式返回西班牙的首都"),
    "fix": ("Fix it.", "帮我改一下这个。"),
    "fixed": ("Correct this: He go home.", "改正这句话：我昨天去了学校了昨天。"),
    "swallow": ("How fast is a swallow?", "燕子的飞行速度是多少？"),
    "guide": ("Write a guide to our backups with the commands.", "写一份备份指南，附上命令。"),
    "handbook": ("Write the whole handbook.", "写出整本手册。"),
    "story": ("Tell a very long story.", "讲一个很长的故事。"),
    "bank": ("Design a database architecture for a bank.", "设计一套银行数据库的架构。"),
    "bank_again": ("Design a distributed database.", "设计一套分布式数据库。"),
    "mail": ("Write an e-mail to my landlord about the heating.", "给房东写一封关于暖气的邮件。"),
    "spell": ("Spell necessary", "“必要”怎么翻译成英文？"),
    "too_short": ("too short, name the city's district", "太短，请写出所在的区"),
    "no_more": ("that is enough for today", "今天到此为止"),
    "week": ("week", "本周"),
    "month_50": ("month 50", "每月 50"),
    "month_setting": ("month setting", "每月 设置"),
    "setting": ("setting", "设置"),
}

NOTE: Final = {
    "en": "Meeting of 3 March\n- the roof is mended in April\n- Ann asks for two offers\n",
    "zh": "三月三日会议\n- 四月修屋顶\n- 李雷去要两份报价\n",
}


def said(language: Language, key: str) -> str:
    """What the owner says in this language."""
    return SAYS[key][language == "zh"]


def models() -> Script:
    """The script of the models. For the transcriber: `transcripts`."""
    rules = [rule for language in ("en", "zh") for rule in _rules(language)]
    return Script(tuple(rules), default=_reply("I would need to know more for that."))


def transcripts() -> Script:
    """What the two voice messages say, the English one first."""
    return Script.saying(*SAYS["spoken"])


def _rules(language: Language) -> list[Rule]:
    zh = language == "zh"
    capital, people = (re.escape(said(language, key)) for key in ("capital", "people"))

    def on(key: str, *turns: Turn, model: str = "*") -> Rule:
        return Rule(turns, model=model, last_user=re.escape(said(language, key)))

    return [
        Rule((_reply("约两百一十万人。" if zh else "About 2.1 million."),), last_user=people, prompt=capital),
        on("people", _reply("“那里”是哪里？" if zh else "Where is “there”? No place was named so far.")),
        on(
            "capital",
            _reply("法国的首都是**巴黎**。" if zh else "The capital of France is **Paris**."),
            model=INTERN,
        ),
        on("capital", _reply(_PARIS[zh], 300), model=DIRECTOR),
        on(
            "photo",
            _reply("左半边红色，右半边蓝色。" if zh else "Its left half is red, its right half blue."),
        ),
        on(
            "document",
            _reply("屋顶四月修，先要报价。" if zh else "The roof is mended in April; offers first."),
        ),
        on("spoken", _reply("罗马。" if zh else "Rome.")),
        on("json", _reply("马德里" if zh else "Madrid"), _reply('{"capital": "Madrid"}')),
        on("fixed", _reply("我昨天去了学校。" if zh else "He goes home.")),
        on("swallow", Fault("http_status", status=400, message="This prompt cannot be processed.")),
        on("guide", _reply(guide(language), 1900)),
        on("handbook", _reply(handbook(language), 8000)),
        on("story", Reply("Once upon a time.", delay_s=120, input_tokens=200, output_tokens=10)),
        on("mail", _reply(_MAIL[zh], 200)),
        on("spell", _reply("necessary" if zh else "n-e-c-e-s-s-a-r-y")),
        on("bank", _reply(_BANK[zh], 700)),
        on("bank_again", _reply(_BANK[zh], 700)),
    ]


def _reply(text: str, output_tokens: int = 40) -> Reply:
    return Reply(text, input_tokens=200, output_tokens=output_tokens)


_PARIS: Final = (
    "**Paris**, in the *Île-de-France* region.\n\n- seat of the parliament: 7th district\n- on the Seine",
    "**巴黎**，位于*法兰西岛*大区。\n\n- 议会所在地：第七区\n- 塞纳河畔",
)
_MAIL: Final = (
    "Dear Mr Stone,\n\nthe heating has been cold since Monday. Please have it mended this week.\n\nKind regards",
    "石先生：\n\n暖气从周一起就不热了，请在本周内安排维修。\n\n谢谢",
)
_BANK: Final = (
    "# Plan\n\n1. One ledger, double entry.\n2. `SERIALIZABLE` for transfers.\n\n"
    "| part | copies |\n|---|---|\n| ledger | 3 |\n| reports | 1 |",
    "# 方案\n\n1. 一本复式账。\n2. 转账用 `SERIALIZABLE`。\n\n| 部分 | 副本 |\n|---|---|\n| 账本 | 3 |\n| 报表 | 1 |",
)
_THINGS: Final = (
    ("database", "photos", "letters", "accounts", "plans", "keys", "logs", "drawings", "prices", "music"),
    ("数据库", "照片", "信件", "账目", "图纸", "密钥", "日志", "插图", "价格表", "音乐"),
)
_PLACES: Final = (
    (
        "cellar",
        "attic",
        "office",
        "bank vault",
        "other town",
        "workshop",
        "library",
        "garage",
        "shop",
        "archive",
    ),
    ("地下室", "阁楼", "办公室", "保险库", "另一座城市", "车间", "图书馆", "车库", "店铺", "档案室"),
)


def guide(language: Language) -> str:
    """Some 5,000 characters with code blocks: too long for one message."""
    return "\n\n".join(_chapter(language, n, lines=9) for n in range(1, 10))


def handbook(language: Language) -> str:
    """Some 50,000 characters: more than ten messages."""
    return "\n\n".join(_chapter(language, n, lines=40) for n in range(1, 45))


def _chapter(language: Language, n: int, *, lines: int) -> str:
    zh = language == "zh"
    thing, place = _THINGS[zh][n % 10], _PLACES[zh][n * 7 % 10]
    title = f"## {n}. {thing}" if zh else f"## {n}. The {thing}"
    prose = (
        f"第 {n} 份备份放在{place}，每 {n + 2} 天检查一次。"
        if zh
        else f"Copy number {n} lies in the {place}; look at it every {n + 2} days and note what you have seen."
    )
    commands = "\n".join(
        f"backup --from /data/{n}/{line * line + n} --keep {line + n} --label {chr(96 + n % 26 + 1)}{line}"
        for line in range(1, lines + 1)
    )
    return f"{title}\n\n{prose}\n\n```bash\n{commands}\n```"
