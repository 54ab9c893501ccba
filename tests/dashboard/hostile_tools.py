"""Equipment that has met every payload: scripts described by them, runs that printed them and that they asked for.

Used by `test_dashboard_hostile`. The runs are written as the runner writes them, without 300 processes.
"""

import json
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from sqlalchemy.engine import Connection

from db.engine import open_database
from db.statements.equipment import Ended, NewRun, RunStatus, claim_run, finish_run
from nexus.clock import SystemClock
from nexus.ids import new_id
from nexus.settings import CommonSettings
from tests.dashboard.company import Company
from tests.dashboard.hostile import Payload

PRINTER = "log_rotate"
"""The tool whose runs printed the payloads, each one of them."""
HOLDER = "a stranger"
LONG_LINE = "long " * 10_000 + "end"
LONGEST_DESCRIPTION = 200
LONGEST_NAME = 100
ENDS = (RunStatus.DONE, RunStatus.FAILED, RunStatus.TIMED_OUT)


def register_scripts(home: Path, payloads: Sequence[Payload]) -> None:
    """A script for each trick, whose descriptions, parameter's help and default are payloads. Before the start."""
    folder = home / "equipment"
    folder.mkdir(parents=True)
    lines = ["[tools]"]
    for one in {one.trick: one for one in payloads}.values():
        (folder / f"tool_{one.number}.py").write_text("print('never run')\n")
        words = _toml(one.text[:LONGEST_DESCRIPTION] or "x")
        parameter = f'{{ type = "text", default = {words}, help = {words} }}'
        lines.append(
            f'tool_{one.number} = {{ file = "tool_{one.number}.py", description = {words}, description_zh = {words},'
            f" parameters = {{ name = {parameter} }} }}"
        )
    (home / "equipment.toml").write_text("\n".join(lines), encoding="utf-8")


def _toml(text: str) -> str:
    """As TOML's basic string, which has JSON's escapes; NUL and half characters are in no file."""
    whole = text.replace("\x00", " ").encode("utf-8", "replace").decode()
    return json.dumps(whole, ensure_ascii=False).replace("\x7f", "\\u007f")


def print_them(company: Company, payloads: Sequence[Payload]) -> int:
    """A run for each, and one with a very long line; returns how many."""
    texts = [*(one.text.encode("utf-8", "replace").decode() for one in payloads), LONG_LINE]
    with closing(open_database(CommonSettings(nexus_home=company.folder / "home"))) as database:
        for number, text in enumerate(texts):
            database.run_sync(_a_run, text, ENDS[number % len(ENDS)])
    return len(texts)


def _a_run(connection: Connection, text: str, status: RunStatus) -> None:
    now, run_id = SystemClock().now(), new_id()
    name = text.replace("\x00", " ")[:LONGEST_NAME]
    given = json.dumps({"name": text[:LONGEST_DESCRIPTION], name: 1})
    new = NewRun(id=run_id, tool=PRINTER, parameters=given, triggered_by=name, holder=HOLDER)
    assert claim_run(connection, new, lease_s=60, now=now)
    assert finish_run(connection, run_id, HOLDER, Ended(status, text, len(text), 3), now)
