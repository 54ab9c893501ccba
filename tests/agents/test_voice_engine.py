"""The local transcriber's child process: what it says, and that nothing it does takes the worker along."""

import asyncio
import json
import os
from pathlib import Path

import psutil
import pytest

from agents.completion import ModelRefusesCall, ModelRequest, ModelUnavailable, Sound, Trouble
from agents.config import AgentSettings, ModelChoice, Provider
from agents.voice_engine import CHILD, VoiceEngine
from nexus.work_order import Role, Turn
from tests.running import wait_for
from tests.sounds import a_voice, a_wav

ECHO = """
import json, os, sys
sound = sys.stdin.buffer.read()
print(json.dumps({"text": json.dumps([len(sound), sys.argv[1:], sorted(os.environ), os.getcwd()]), "seconds": 1}))
"""


def an_engine(folder: Path, code: str) -> VoiceEngine:
    child = folder / "child.py"
    child.write_text(code)
    return VoiceEngine(AgentSettings(voice_model_path=str(folder / "ggml.bin"), voice_max_s=30), child)


def asking(timeout_s: float = 20) -> ModelRequest:
    choice = ModelChoice(Provider.LOCAL, "ggml-tiny")
    sound = Sound(a_voice(a_wav(1)), 1.0)
    return ModelRequest(choice, "", (Turn("user", "x"),), 2_000, timeout_s, Role.ADMIN, sound=sound)


async def test_the_child_gets_the_sound_and_no_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    reply = await an_engine(tmp_path, ECHO).complete(asking())
    size, arguments, environment, folder = json.loads(reply.text)
    assert size == len(a_wav(1))
    assert arguments == [str(tmp_path / "ggml.bin"), "30", "auto"]
    assert "OPENAI_API_KEY" not in environment
    assert set(environment) <= {"PATH", "LANG", "LC_ALL", "LC_CTYPE", "LD_LIBRARY_PATH"}
    assert folder == "/"


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ('print(\'{"error": "broken", "why": "no sound in it"}\')', "cannot be played: no sound in it"),
        ('print(\'{"error": "too_long"}\')', "VOICE_MAX_S=30 s"),
        ("import os; os.kill(os.getpid(), 11)", r"ended the transcriber's process \(signal 11\)"),
    ],
)
async def test_what_is_wrong_with_the_sound_is_refused_for_good(tmp_path: Path, code: str, said: str) -> None:
    with pytest.raises(ModelRefusesCall, match=said) as refused:
        await an_engine(tmp_path, code).complete(asking())
    assert refused.value.trouble is Trouble.REQUEST


@pytest.mark.parametrize("code", ["raise SystemExit(3)", "print('no JSON')", "print('[]')", "pass", "1/0"])
async def test_a_child_that_fails_may_do_better_another_time(tmp_path: Path, code: str) -> None:
    with pytest.raises(ModelUnavailable) as failed:
        await an_engine(tmp_path, code).complete(asking())
    assert not failed.value.in_doubt


HANGS = """
import os, pathlib, sys, time
pathlib.Path(sys.argv[1]).write_text(str(os.getpid()))
time.sleep(600)
"""


async def test_a_child_that_hangs_is_killed_when_its_time_is_over(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match="not done within 1 s") as failed:
        await an_engine(tmp_path, HANGS).complete(asking(timeout_s=1))
    assert failed.value.trouble is Trouble.TIMEOUT
    assert not psutil.pid_exists(int((tmp_path / "ggml.bin").read_text()))


async def test_a_cancelled_order_kills_the_child(tmp_path: Path) -> None:
    task = asyncio.create_task(an_engine(tmp_path, HANGS).complete(asking()))
    file = tmp_path / "ggml.bin"
    await asyncio.to_thread(wait_for, lambda: file.exists() and bool(file.read_text()))
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not psutil.pid_exists(int(file.read_text()))


async def test_one_sound_is_worked_on_at_a_time(tmp_path: Path) -> None:
    """Each child says whether another one lives."""
    code = """
import json, pathlib, sys, time
mark = pathlib.Path(sys.argv[1])
alone = not mark.exists()
mark.touch(); time.sleep(0.2); mark.unlink()
print(json.dumps({"text": str(alone), "seconds": 1}))
"""
    engine = an_engine(tmp_path, code)
    replies = await asyncio.gather(*(engine.complete(asking()) for _ in range(3)))
    assert [reply.text for reply in replies] == ["True"] * 3


def test_the_child_stands_alone() -> None:
    """It is started without the company's modules, so it may import none of them."""
    source = CHILD.read_text()
    imported = [line.split()[1] for line in source.splitlines() if line.startswith(("import ", "from "))]
    ours = {"agents", "nexus", "db", "qa", "gateway", "interfaces"}
    assert not ours & {name.partition(".")[0] for name in imported}
    assert os.access(CHILD, os.R_OK)
