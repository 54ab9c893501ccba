"""What people write when they mean a shipped tool, in English and Chinese: data for `equipment.matching`.

A word that stands in none of these lists speaks against the tool. So a list is made longer only by what leaves no
doubt that this company is meant: that somebody else's disk is full is not our tool's business.
"""

from typing import Final

from equipment.small_words import listed
from equipment.tool import Answers, Intent

_HERE: Final = listed(
    "server, machine, host, system, company, nexus, this machine, this server, "
    "服务器, 机器, 主机, 系统, 公司, 本机"
)
_LEFT: Final = listed(
    "full, free, left, used, use, in use, usage, remaining, remains, available, "
    "occupied, capacity, empty, room, running out, running out of, almost full, "
    "nearly full, left over, 剩, 还剩, 剩余, 剩下, 满, 满了, 快满了, 用了, 用掉, "
    "已用, 使用, 使用情况, 使用率, 占用, 占用率, 可用, 空闲, 空间, 够, 够用, 容量"
)
_WELL: Final = listed(
    "healthy, health, ok, okay, fine, up, running, up and running, working, alive, "
    "down, broken, wrong, status, state, normal, reachable, online, offline, well, "
    "in order, 正常, 正常吗, 健康, 状态, 状况, 运行, 在运行, 运行正常, 正常运行, "
    "挂了, 在线, 可用, 健康状况"
)

HEALTH_CHECK: Final = Answers(
    may_answer=True,
    intents=(
        Intent(
            topic=listed(
                "disk, disks, disc, drive, drives, hard drive, hard disk, ssd, storage, space, "
                "disk space, disk usage, free space, storage space, 磁盘, 硬盘, 存储, 磁盘空间"
            ),
            aspect=(*_LEFT, *listed("disk space, disk usage, free space, storage space, 磁盘空间")),
            beside=(*_HERE, *listed("percent, percentage, gb, gib, 百分之, 几")),
            own=(*_HERE, *listed("disk, disks, hard drive, 磁盘, 硬盘")),
            examples=("How full is the disk?", "How much disk space is left?", "磁盘还剩多少空间？"),
        ),
        Intent(
            topic=listed("memory, ram, memory usage, 内存"),
            aspect=(*_LEFT, "memory usage"),
            beside=(*_HERE, *listed("percent, percentage, gb, gib, 空间")),
            own=_HERE,
            examples=("How much memory is free?", "内存还剩多少？"),
        ),
        Intent(
            topic=listed(
                "everything, anything, system, systems, server, servers, services, service, "
                "company, nexus, redis, valkey, database, db, worker, workers, gateway, parts, "
                "系统, 一切, 服务, 服务器, 公司, 数据库, redis, 员工进程, 员工, 进程, 各部分"
            ),
            aspect=_WELL,
            beside=(*_HERE, *listed("report, overall, 报告, 都, 全部, 所有")),
            own=listed(
                "system, systems, server, services, company, nexus, redis, database, db, "
                "workers, gateway, 系统, 服务器, 数据库, redis, 员工进程"
            ),
            examples=(
                "Is everything healthy?",
                "Is the system up and running?",
                "系统正常吗？",
                "一切正常吗？",
            ),
        ),
        Intent(
            topic=listed(
                "health check, healthcheck, health_check, system check, status check, "
                "health report, 健康检查, 系统检查, 状态检查, 体检"
            ),
            beside=(*_HERE, *listed("run, do, perform, make, start, 做, 一次, 次, 个, 跑, 运行, 执行")),
            own=listed("health check, healthcheck, health_check, system check, 健康检查, 系统检查"),
            examples=("Run a health check.", "做一次健康检查"),
        ),
    ),
)

_PERIODS: Final = (
    ("period", "today", listed("today, so far today, today so far, this day, 今天, 今日, 当天")),
    (
        "period",
        "week",
        listed("this week, the week, week, weekly, 本周, 这周, 这一周, 这个星期, 这星期, 本星期"),
    ),
    ("period", "month", listed("this month, the month, month, monthly, 本月, 这个月, 当月, 这月")),
    (
        "period",
        "all",
        listed(
            "in total, so far, overall, altogether, all time, ever, until now, up to now, "
            "total, 一共, 总共, 至今, 到现在, 到目前为止, 迄今, 总计, 累计, 全部"
        ),
    ),
)
_PERIOD_WORDS: Final = tuple(word for _, _, words in _PERIODS for word in words)

COST_REPORT: Final = Answers(
    may_answer=True,
    choices=_PERIODS,
    intents=(
        Intent(
            topic=listed(
                "spend, spent, spending, cost, costs, bill, expenses, expenditure, 花了, 花费, "
                "花费了, 费用, 成本, 开销, 账单, 支出, 花多少钱, 用了多少钱, 花了多少钱"
            ),
            aspect=(*_PERIOD_WORDS, *listed("we, our, us, company, nexus, 我们, 公司")),
            beside=listed("money, dollars, usd, high, big, 多少钱, 钱, 美元, 是, 一份"),
            own=("company", "nexus", "公司"),
            examples=(
                "What did we spend this week?",
                "How much did we spend today?",
                "What are our costs this month?",
                "今天花了多少钱？",
                "本月的费用是多少？",
            ),
        ),
        Intent(
            topic=listed(
                "cost report, cost_report, costs report, spending report, 费用报告, 成本报告, "
                "花费报告, 费用报表"
            ),
            beside=(*_PERIOD_WORDS, *listed("run, make, company, 一份, 份, 公司, 我们")),
            own=listed("cost report, cost_report, spending report, 费用报告, 成本报告"),
            examples=("Give me a cost report.", "Cost report for this month.", "给我一份费用报告"),
        ),
    ),
)

BACKUP: Final = Answers(
    may_answer=True,
    is_action=True,
    within_s=300.0,
    intents=(
        Intent(
            topic=("backup", "back up", "备份"),
            beside=listed(
                "take, make, create, run, do, perform, start, new, full, everything, data, "
                "company, nexus, database, db, store, immediately, once, right away, 做, 做个, "
                "做一个, 次, 一次, 个, 一个, 数据库, 公司, 数据, 立即, 马上, 立刻, 全部"
            ),
            own=("backup", "back up", "备份"),
            examples=("Take a backup now.", "Back up the database.", "现在备份一下。", "备份数据库"),
        ),
    ),
)
