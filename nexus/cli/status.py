"""`nexus status`: the running company's health and its people, as two small tables."""

from typing import Any

import httpx
from rich.console import Console
from rich.table import Table
from rich.text import Text

from nexus.cli.company import Address
from nexus.cli.terminal import one_line
from nexus.errors import NexusError

TIMEOUT_S = 10.0
STYLES = {"healthy": "green", "degraded": "yellow", "critical": "red"}


def show_status(address: Address) -> int:
    """Print the tables; 0 unless the whole is critical, then 1.

    Raises:
        ConfigurationError: nobody answers at `address`, or the secret is wrong.
    """
    health = get(address, "/api/health/detailed")
    agents = get(address, "/api/agents")
    tools = get(address, "/api/equipment")
    console = Console(highlight=False)
    overall = str(health.get("status", "unknown"))
    console.print(Text.assemble(f"{address.url}: ", _styled(overall)))
    console.print(_health_table(health.get("components") or {}))
    console.print(_people_table(agents.get("items") or []))
    console.print(_next_due(tools.get("tools") or []))
    return 1 if overall == "critical" else 0


def get(address: Address, path: str) -> dict[str, Any]:
    """A document of the company's.

    Raises:
        ConfigurationError: nobody answers at `address`, or the secret is wrong.
        NexusError: what answers is no company.
    """
    try:
        reply = httpx.get(f"{address.url}{path}", headers=address.headers, timeout=TIMEOUT_S, trust_env=False)
    except (httpx.HTTPError, httpx.InvalidURL):
        raise address.silence from None
    if reply.status_code == httpx.codes.UNAUTHORIZED:
        raise address.refusal
    try:
        body = reply.raise_for_status().json()
    except (httpx.HTTPError, ValueError):
        raise NexusError(
            f"{address.url}{path} answers {reply.status_code}: is that a NEXUS company?"
        ) from None
    return body if isinstance(body, dict) else {}


def _health_table(components: dict[str, dict[str, Any]]) -> Table:
    table = Table("part", "status", "reason", box=None, header_style="dim")
    for name, part in components.items():
        table.add_row(_cell(name), _styled(str(part.get("status"))), _cell(part.get("reason")))
    return table


def _people_table(agents: list[dict[str, Any]]) -> Table:
    table = Table("role", "model", "where", "workers", "busy", box=None, header_style="dim")
    for agent in agents:
        where = "local, free" if agent.get("local") else agent.get("provider")
        cells = (agent.get("role"), agent.get("model"), where, agent.get("workers"), agent.get("busy"))
        table.add_row(*(_cell(value) for value in cells))
    return table


def _next_due(tools: list[dict[str, Any]]) -> Text:
    """Which tool comes due next, and when."""
    due = [
        (str(tool["schedule"]["next_due_at"]), str(tool.get("name")))
        for tool in tools
        if (tool.get("schedule") or {}).get("next_due_at")
    ]
    if not due:
        return Text("No tool comes due.", style="dim")
    at, name = min(due)
    return Text(f"Next: {one_line(name)}, {one_line(at[:16].replace('T', ' '))} UTC.", style="dim")


def _cell(value: object) -> Text:
    return Text("–" if value is None else one_line(str(value)))


def _styled(status: str) -> Text:
    return Text(one_line(status), style=STYLES.get(status, ""))
