"""Words that say nothing of what is asked, and those by which a message is an order or a question. For `matching`."""

import re
from typing import Final

type Units = tuple[str, ...]
"""A text as small words of Latin letters, and single Chinese characters."""

_UNIT = re.compile(r"[a-z0-9_'%]+|[^\W\da-z_]")


def units_of(text: str) -> Units:
    """The units of a text in small letters."""
    return tuple(_UNIT.findall(text))


def listed(text: str) -> tuple[str, ...]:
    """Words and phrases that are written with commas between them."""
    return tuple(word.strip() for word in text.split(","))


FILLERS: Final = (
    *units_of(
        "the a an of on in for at to me us you we i our my your there is are do does did have has got be been any"
    ),
    *units_of(
        "please thanks thank hi hello hey ok tell show give see check look get report know now currently current"
    ),
    *units_of(
        "just quickly quick much many how what all every some still already enough almost nearly exactly this"
    ),
    *listed(
        "can you, could you, would you, can i see, can we see, right now, at the moment, thank you, let me know"
    ),
    *listed("i want to know, i would like to know, i'd like to know, look at"),
    *listed(
        "的, 了, 吗, 呢, 吧, 啊, 呀, 请, 请问, 帮, 帮我, 帮忙, 我, 我们, 你, 您, 给, 给我, 看, 看看, 看一下, 查, 查看"
    ),
    *listed(
        "查一下, 检查, 检查一下, 一下, 告诉我, 现在, 目前, 当前, 还, 还有, 有, 多少, 怎么样, 还有多少, 有多少, 都, 在"
    ),
    *listed(
        "上, 里, 是, 是否, 是不是, 有没有, 你好, 您好, 谢谢, 能, 可以, 这台, 这个, 我想知道, 想知道, 情况, 报告, 快"
    ),
    *listed("已经, 大概, 显示"),
)
POLITE: Final = frozenset(
    units_of(
        "please hi hello hey ok now just can you could would us me kindly 请你好您帮忙我们现在能可以给公司数据库对"
    )
)
ACTS: Final = frozenset(units_of("take make create run start do perform back backup 备做立马执进跑"))
ASKS: Final = frozenset(
    units_of(
        "how what is are do does did any which tell show give check look see get report run have has can could"
    )
)
FINITE: Final = frozenset(units_of("is are did do does spend spent was were"))
ASKS_IN_CHINESE: Final = re.compile(
    r"吗|多少|怎么样|是否|是不是|有没有|够不够|^(?:请|帮|给|看|查|检查|做|告诉)|情况$|状态$|使用率$|报告$|检查$|账单$"
)
ASKS_BACK_IN_CHINESE: Final = re.compile(r"吗|了没|没有")
