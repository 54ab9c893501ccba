"""Builders: a script that does something, a tool that runs it, and who is still alive."""

from dataclasses import replace
from pathlib import Path

import psutil

from equipment.tool import Tool


def a_tool(folder: Path, code: str, name: str = "probe", **changes: object) -> Tool:
    """A tool of the owner's whose script is `code`."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{name}.py"
    file.write_text(code)
    tool = Tool(name=name, description="A probe.", description_zh="探针。", work=file, timeout_s=20.0)
    return replace(tool, **changes)  # type: ignore[arg-type]


def living(marker: str) -> list[int]:
    """Processes that have `marker` in their command line."""
    return [
        process.info["pid"]
        for process in psutil.process_iter(["pid", "cmdline", "status"])
        if process.info["status"] != psutil.STATUS_ZOMBIE
        and marker in " ".join(process.info["cmdline"] or [])
    ]


FORKS = """
import os, sys, time
# A child, a grandchild in a session of its own, and a daemon that has left its parent and its group.
def spawn(*flags):
    os.execv(sys.executable, [sys.executable, "-c", "import time; time.sleep(300)", *flags])
for kind in ("child", "session", "daemon"):
    if os.fork() == 0:
        if kind != "child":
            os.setsid()
        if kind == "daemon" and os.fork():
            os._exit(0)
        spawn(os.environ["PARAM_MARKER"], kind)
print("forked", flush=True)
time.sleep(float(os.environ.get("PARAM_STAYS_S", "0.5")))
"""
