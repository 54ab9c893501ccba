"""The registry: every tool there is. A shipped tool is one entry here; the owner's own are in `equipment.toml`."""

import json
from collections.abc import Mapping
from typing import Final

from pydantic import BaseModel, ValidationError

from equipment import answerable
from equipment.config import EquipmentSettings
from equipment.own_scripts import read_own_scripts
from equipment.tool import Tool
from equipment.tools import backup, cost_report, health_check, log_rotate, retention, router_training
from nexus.errors import ConfigurationError

SHIPPED: Final = (
    Tool(
        name="health_check",
        description="Look at the database, Redis, the workers, memory and the disk.",
        description_zh="检查数据库、Redis、员工进程、内存和磁盘。",
        work=health_check.run,
        timeout_s=60,
        again_when_lost=True,
        answers=answerable.HEALTH_CHECK,
    ),
    Tool(
        name="log_rotate",
        description="Rotate and compress the log files of this host, and delete the oldest.",
        description_zh="轮换并压缩本机的日志文件，删除最旧的。",
        work=log_rotate.run,
        timeout_s=600,
        parameters=log_rotate.LogRotateParameters,
        schedule="10 0 * * *",
        per_host=True,
        again_when_lost=True,
    ),
    Tool(
        name="backup",
        description="Back up the database into one file, while the company works.",
        description_zh="在公司照常工作时，把数据库备份成一个文件。",
        work=backup.run,
        timeout_s=3600,
        schedule="30 3 * * *",
        again_when_lost=True,
        answers=answerable.BACKUP,
    ),
    Tool(
        name="cost_report",
        description="Say what today, this week or this month cost.",
        description_zh="报告今天、本周或本月的花费。",
        work=cost_report.run,
        timeout_s=120,
        parameters=cost_report.CostReportParameters,
        again_when_lost=True,
        answers=answerable.COST_REPORT,
    ),
    Tool(
        name="retention",
        description="Delete orders that ended long ago, and what belongs to them.",
        description_zh="删除很久以前结束的工单及其附属数据。",
        work=retention.run,
        timeout_s=3600,
        parameters=retention.RetentionParameters,
        again_when_lost=True,
    ),
    Tool(
        name="router_training",
        description="Train the router on the company's own verdicts; adopt it only where it proves better.",
        description_zh="用公司自己的质检结果训练路由器；只有证明更好时才采用。",
        work=router_training.run,
        timeout_s=1800,
        parameters=router_training.RouterTrainingParameters,
        schedule="20 4 * * 1",
        per_host=True,
        again_when_lost=True,
    ),
)


def load_registry(settings: EquipmentSettings) -> Mapping[str, Tool]:
    """Every tool by its name, the shipped ones first.

    Raises:
        ConfigurationError: `equipment.toml` is wrong, or names a tool like a shipped one.
    """
    tools = {tool.name: tool for tool in SHIPPED}
    for own in read_own_scripts(settings):
        if own.name in tools:
            raise ConfigurationError(
                f"{settings.registry_file.name}: tools.{own.name}: NEXUS has a tool of that name; choose another."
            )
        tools[own.name] = own
    return tools


def find_tool(registry: Mapping[str, Tool], name: str) -> Tool:
    """The tool of that name.

    Raises:
        ConfigurationError: there is none; names those there are.
    """
    if name not in registry:
        raise ConfigurationError(f"there is no tool {name!r}; there are {', '.join(registry)}.")
    return registry[name]


def validated(tool: Tool, given: Mapping[str, object]) -> BaseModel:
    """`given` as the tool's parameters; texts such as `"7"` become what the parameter is.

    Raises:
        ConfigurationError: one is wrong, missing or unknown; each is named.
    """
    try:
        return tool.parameters.model_validate(dict(given))
    except ValidationError as error:
        problems = (
            f"{'.'.join(str(part) for part in item['loc'])}: {item['msg']}" for item in error.errors()
        )
        raise ConfigurationError(f"{tool.name}: {'; '.join(problems)}") from None


def scheduled_parameters(tool: Tool, stored: str | None) -> BaseModel:
    """What a scheduled run is given: what the owner stored as JSON, or the defaults.

    Raises:
        ConfigurationError: it does not fit the tool any more.
    """
    return validated(tool, json.loads(stored) if stored else {})
