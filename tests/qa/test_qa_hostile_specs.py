"""Hostile specs: whatever the runner is given, the host is unharmed, nothing crashes, and it ends in time."""

import json
import os
import random
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from nexus.errors import NexusError
from nexus.sandbox.probe import sandbox_level
from qa.command import run_command
from qa.findings import Subject
from qa.spec import parse_spec
from qa.validator import validate
from tests.nexus.sandbox import attack_programs as attacks
from tests.nexus.sandbox.bait import Bait, as_file, laid_bait

SPECS = int(os.environ.get("HOSTILE_SPECS", "40"))
WITHIN_S = 2.0
BUSY_S = 10.0  # on a machine where other tests run too; by hand, on a quiet one: HOSTILE_BUSY_S=0
TIMEOUT_S = 1.0


def a_spec(seed: int, bait: Bait) -> str:
    """A spec by chance: mostly one that is allowed, with a command that is not kind."""
    chance = random.Random(seed)
    body = chance.choice([*attacks.QUIET.values(), *(loud for loud, _ in attacks.LOUD.values())])
    file = f"{bait.folder}/file"
    commands = [
        f"python3 -c {quoted(attacks.program(body).decode().replace(OPENED, given(bait)))}",
        f"sh -c {quoted(f'cat {file}; echo x > {file}; rm -rf {bait.folder}; kill -9 -1')}",
        f"cat {file} /proc/1/environ /etc/shadow",
        "sh -c ':(){ :|:& };:'" if chance.random() < 0.2 else "yes",
        f"cp /usr/bin/env {bait.folder}/x",
        "sleep 99",
        "".join(chr(chance.randrange(32, 0x3000)) for _ in range(30)),
        "-" * chance.randrange(1, 50_000),
        "../../../../bin/sh -c id",
        "$(touch x) `id` && id; id | id",
    ]
    spec: dict[str, object] = {"name": "x", "command": chance.choice(commands), "timeout_seconds": TIMEOUT_S}
    extra: list[tuple[str, object]] = [
        ("use_shell", True),
        ("timeout_seconds", chance.choice([-1, 0, 1e308, "1", None])),
        ("name", "\0\x1b[31m" + "x" * chance.randrange(300)),
        ("code_execution", {"execute_in_sandbox": True, "tests": body, "timeout_seconds": TIMEOUT_S}),
        ("format", {"type": "json", "json_schema": {"$ref": "file:///etc/passwd"}}),
        ("format", {"type": "text", "pattern": "(a+)+$"}),
        ("unknown", 1),
        ("expected_exit_code", 10**30),
    ]
    if chance.random() < 0.4:
        spec.update([chance.choice(extra)])
    text = json.dumps(spec)
    return text[: chance.randrange(len(text))] if chance.random() < 0.05 else text


OPENED = "with open(sys.argv[1] if len(sys.argv) > 1 else 'bait.json') as _file: b = json.load(_file)"


def given(bait: Bait) -> str:
    return f"b = json.loads({as_file(bait).decode()!r})"


def quoted(text: str) -> str:
    return "'" + text.replace("'", "'\"'\"'") + "'"


def judged(text: str) -> str | None:
    """As the runner does; what is wrong, if anything."""
    try:
        spec = parse_spec(text, "spec")
    except NexusError:
        return None
    began = time.monotonic()
    run = run_command(spec.command or "true", min(spec.timeout_seconds, TIMEOUT_S))
    took_s = time.monotonic() - began
    validate(Subject(run.stdout, exit_code=run.exit_code), spec)
    if "ESCAPED" in run.stdout:
        return f"escaped: {text[-600:]}"
    if took_s > TIMEOUT_S + WITHIN_S + float(os.environ.get("HOSTILE_BUSY_S", BUSY_S)):
        return f"took {took_s:.1f} s: {text[-600:]}"
    return None


def test_hostile_specs_do_no_harm(tmp_path: Path) -> None:
    if (level := sandbox_level()).startswith("none"):
        pytest.skip(f"no sandbox here: {level}")
    with laid_bait() as bait:
        before = bait.state()
        with ThreadPoolExecutor(4) as pool:
            wrong = [w for w in pool.map(judged, [a_spec(seed, bait) for seed in range(SPECS)]) if w]
        assert wrong == []
        assert bait.state() == before
        assert bait.taken() == []
    assert list(tmp_path.iterdir()) == []
