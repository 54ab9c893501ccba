"""What `nexus up` says when the company is ready: where it is, what is real, what is weak and how to better it."""

import os
import shlex
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from gateway.bundle import find_bundle
from gateway.config import GatewaySettings
from nexus.address import ANY_ADDRESS, secrets_of, url_of
from nexus.cli.survey import Models, Stores
from nexus.cli.terminal import one_line
from nexus.secret_file import stored_secrets
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
    models: Models
    stores: Stores
    redis: str
    seconds: float
    telegram: str | None = None
    sign_in_link: str | None = None


def show_opening(opening: Opening, console: Console) -> None:
    """Print it: the facts in a panel on a terminal, else as plain lines; below them what can be copied."""
    title = f"NEXUS is ready in {opening.seconds:.1f} s"
    facts = [(name, one_line(text)) for name, text in _facts(opening)]
    if console.is_terminal:
        width = min(console.width, WIDTH)
        console.print(Panel(_table(facts), title=Text(title), border_style="green", width=width))
    else:
        for line in (title, *(f"  {name:9} {text}" for name, text in facts)):
            console.print(Text(line), soft_wrap=True)
    for line in (*_ways_in(opening), "Talk to it:", *_ways_to_talk(opening.settings), "Ctrl-C stops it."):
        console.print(Text(line), soft_wrap=True)


def _table(facts: list[tuple[str, str]]) -> Table:
    table = Table.grid(padding=(0, 2))
    for name, text in facts:
        style = "yellow" if name in ("weak", "note") else ""
        table.add_row(Text(name, style="bold"), Text(text, style=style, overflow="fold"))
    return table


def _facts(opening: Opening) -> Iterator[tuple[str, str]]:
    settings, models = opening.settings, opening.models
    url = url_of(settings)
    yield "company", url if find_bundle() is not None else f"{url} (no dashboard: `make dashboard` builds it)"
    yield "docs", f"{url}/docs"
    yield "redis", opening.redis
    yield "database", opening.stores.database
    if opening.telegram is not None:
        yield "telegram", opening.telegram
    yield "logs", str(settings.home / "logs")
    for role in Role:
        yield role.value, models.roles[role]
    if models.is_weak:
        yield "weak", STARTER_IS_WEAK
    for note in models.notes:
        yield "note", note


def _ways_in(opening: Opening) -> Iterator[str]:
    if not secrets_of(opening.settings):
        return
    again = f"`{command_name()} link`"
    if opening.sign_in_link is None:
        yield f"Sign a browser in: {again} makes a link, or open {url_of(opening.settings)} and type the secret."
        return
    yield f"Sign a browser in (once, within 15 minutes; {again} makes another link):"
    yield f"  {opening.sign_in_link}"
    if opening.settings.host in ANY_ADDRESS:
        yield "  On another machine write this one's name or address in place of the one in it."


def _ways_to_talk(settings: GatewaySettings) -> Iterator[str]:
    secret = f' -H "Authorization: Bearer {_secret_for_a_shell(settings)}"' if secrets_of(settings) else ""
    body = f'{{"content": "{QUESTION}", "wait": 60}}'
    yield f'  {command_name()} chat "{QUESTION}"'
    yield f"  curl -s {url_of(settings)}/api/chat{secret} -H 'Content-Type: application/json' -d '{body}'"


def _secret_for_a_shell(settings: GatewaySettings) -> str:
    """Words that a shell puts the secret in place of; the secret itself is never printed."""
    if stored_secrets(settings.secret_path):
        return f"$(head -n 1 {shlex.quote(str(settings.secret_path))})"
    return "$API_SECRET"


def command_name() -> str:
    """How the owner can call `nexus` again from this folder."""
    called = Path(sys.argv[0]).absolute()
    if shutil.which("nexus") == str(called):
        return "nexus"
    return os.path.relpath(called) if called.is_relative_to(Path.cwd()) else str(called)
