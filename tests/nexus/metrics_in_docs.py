"""The table of metrics in docs/observing.md: `python -m tests.nexus.metrics_in_docs --write` writes it."""

import sys
from pathlib import Path

from nexus.metrics_table import EVERYWHERE, TABLE, Definition

PAGE = Path(__file__).parents[2] / "docs" / "observing.md"
BEGIN = "<!-- table: python -m tests.nexus.metrics_in_docs --write -->\n"
END = "<!-- end -->\n"


def table() -> str:
    """The metrics as Markdown."""
    head = "| metric | kind | labels | process | what |\n|---|---|---|---|---|\n"
    return head + "".join(_row(each) for each in TABLE)


def _row(each: Definition) -> str:
    where = "all" if each.processes == EVERYWHERE else ", ".join(each.processes)
    labels = ", ".join(each.labels) or "–"
    return f"| `{each.written_name}` | {each.kind} | {labels} | {where} | {each.text} |\n"


def page_as_it_should_be(page: str) -> str:
    """The page with the table of now."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}{table()}{END}{after}"


if __name__ == "__main__":
    if "--write" in sys.argv:
        PAGE.write_text(page_as_it_should_be(PAGE.read_text()))
