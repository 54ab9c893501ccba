"""What `nexus up` says when the company is ready: where it is, what is real, what is weak and how to better it."""

import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from gateway.config import GatewaySettings
from nexus.cli.company import url_of
from nexus.cli.survey import Survey
from nexus.cli.terminal import one_line
from nexus.work_order import Role

QUESTION = "What is the capital of France?"
STARTER_IS_WEAK = (
    "SmolLM2-135M is a tiny starter model: fine to try the company, wrong often. Better: start Ollama with "
    "`ollama pull qwen3:8b`, or set ANTHROPIC_API_KEY, then restart."
)
WIDTH = 110


@dataclass(frozen=True, slots=True)
class Opening:
    """What is known when the company opens."""

    settings: GatewaySettings
    survey: Survey
    redis: str
    seconds: float


def show_opening(opening: Opening, console: Console) -> None:
    """Print it: a panel on a terminal, else plain lines that can be copied whole."""
    title = f"NEXUS is ready in {opening.seconds:.1f} s"
    rows = [(name, one_line(text)) for name, text in _rows(opening)]
    if not console.is_terminal:
        console.print(Text(title), soft_wrap=True)
        for name, text in rows:
            console.print(Text(f"  {name:9} {text}"), soft_wrap=True)
        return
    table = Table.grid(padding=(0, 2))
    for name, text in rows:
        style = {"weak": "yellow", "note": "yellow"}.get(name, "")
        table.add_row(Text(name, style="bold"), Text(text, style=style, overflow="fold"))
    width = min(console.width, WIDTH)
    console.print(Panel(table, title=Text(title), border_style="green", width=width))


def _rows(opening: Opening) -> Iterator[tuple[str, str]]:
    settings, survey = opening.settings, opening.survey
    url = url_of(settings)
    yield "company", url
    yield "docs", f"{url}/docs"
    yield "talk", f'{command_name()} chat "{QUESTION}"'
    yield "or", _curl(settings, url)
    yield "redis", opening.redis
    yield "database", survey.database
    yield "logs", str(settings.home / "logs")
    for role in Role:
        yield role.value, survey.roles[role]
    if survey.weak:
        yield "weak", STARTER_IS_WEAK
    for note in survey.notes:
        yield "note", note
    yield "stop", "Ctrl-C"


def _curl(settings: GatewaySettings, url: str) -> str:
    secret = ' -H "Authorization: Bearer $API_SECRET"' if settings.api_secret else ""
    body = f'{{"content": "{QUESTION}", "wait": 60}}'
    return f"curl -s {url}/api/chat{secret} -H 'Content-Type: application/json' -d '{body}'"


def command_name() -> str:
    """How the owner can call `nexus` again from this folder."""
    called = Path(sys.argv[0]).absolute()
    if shutil.which("nexus") == str(called):
        return "nexus"
    return os.path.relpath(called) if called.is_relative_to(Path.cwd()) else str(called)
