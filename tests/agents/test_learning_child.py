"""Training in a process of its own: without our keys, bounded, and gone when we are."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from agents.learning.telling import ADOPTED, REFUSED, chapters
from agents.learning.trainer import Row, train_in_child
from db.engine import Database
from nexus.errors import PermanentError
from nexus.work_order import Role
from routing.router import load_router
from tests.agents.learned_company import live, truth
from tests.conftest import REPOSITORY
from tests.routing.evidence import words
from tests.running import wait_for

ROWS: list[Row] = [
    (words(number), {Role.INTERN: truth(words(number)), Role.CEO: 0.95}, 1.0, None) for number in range(80)
]


@pytest.fixture(autouse=True)
def _from_the_repository(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(REPOSITORY)


def test_a_real_training_gives_a_router_that_loads(tmp_path: Path) -> None:
    made = train_in_child(ROWS, tmp_path, seed=0)

    assert load_router(made).version.startswith("learned-")
    assert list(tmp_path.glob("rows-*")) == [], "the messages do not stay"


def test_the_same_rows_give_the_same_router(tmp_path: Path) -> None:
    versions = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        versions.append(load_router(train_in_child(ROWS, tmp_path / name, seed=0)).version)

    assert versions[0] == versions[1]


def test_too_few_rows_are_an_error_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(PermanentError, match="too few"):
        train_in_child(ROWS[:5], tmp_path, seed=0)


def test_a_training_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    with pytest.raises(PermanentError, match="did not end within"):
        train_in_child(ROWS, tmp_path, seed=0, timeout_s=0.2)

    assert [
        child for child in psutil.Process().children() if "training_child" in " ".join(child.cmdline())
    ] == []


def test_the_child_has_none_of_our_secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "not-a-real-key")
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1/none")
    seen: list[dict[str, str]] = []
    popen = subprocess.Popen

    def spying(*args: object, **kwargs: object) -> "subprocess.Popen[str]":
        seen.append(kwargs["env"])  # type: ignore[arg-type]
        return popen(*args, **kwargs)  # type: ignore[call-overload,no-any-return]

    monkeypatch.setattr(subprocess, "Popen", spying)
    with pytest.raises(PermanentError):
        train_in_child(ROWS[:1], tmp_path, seed=0)

    assert not {"ANTHROPIC_API_KEY", "DATABASE_URL", "NEXUS_HOME"} & set(seen[0])


def learning(home: Path) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "agents.learning", "--actor", "tests"]
    environment = {**os.environ, "NEXUS_HOME": str(home)}
    return subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


def test_the_process_learns_from_the_companys_store(sqlite: Database, tmp_path: Path) -> None:
    live(sqlite, 600)

    with learning(tmp_path / "home") as process:
        said, _ = process.communicate(timeout=120)

    assert process.returncode == 0, said
    (chapter,) = sqlite.read_sync(chapters)
    assert chapter.what in (ADOPTED, REFUSED)
    assert ("was adopted" if chapter.what == ADOPTED else "was refused") in said
    assert "600 judged orders" in said


def test_with_too_few_labels_it_says_how_many_are_missing(sqlite: Database, tmp_path: Path) -> None:
    live(sqlite, 20)

    with learning(tmp_path / "home") as process:
        said, _ = process.communicate(timeout=60)

    assert process.returncode == 0
    assert "180 more are needed" in said


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent went away")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL], ids=["ended", "killed"])
def test_a_training_that_is_cut_off_leaves_nothing(sqlite: Database, tmp_path: Path, number: int) -> None:
    live(sqlite, 600)
    process = learning(tmp_path / "home")
    children = wait_for(lambda: psutil.Process(process.pid).children(), 60, "the child")
    process.send_signal(number)
    process.communicate(timeout=30)
    wait_for(lambda: not any(child.is_running() for child in children), 30, "the child's end")

    assert sqlite.read_sync(chapters) == ()
    assert not (tmp_path / "home" / "router" / "current.json").exists()
    if number == signal.SIGTERM:
        assert list((tmp_path / "home" / "router").glob("training-*")) == []
