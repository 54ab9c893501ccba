"""The Dockerfile: rooted in the lock, run by nobody; and its install steps, really run, make a company that works."""

import fnmatch
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tests.conftest import REPOSITORY
from tests.running import SCRIPTED, Process, an_environment

FROM_PACKAGES = 240.0  # seconds to install everything from the lock


@dataclass(frozen=True, slots=True)
class Step:
    """One instruction; `stage` is the name of what it belongs to, empty for the image itself."""

    stage: str
    word: str
    rest: str


@pytest.fixture(scope="module")
def steps() -> list[Step]:
    text = re.sub(r"\\\n\s*", " ", (REPOSITORY / "Dockerfile").read_text())
    found, stage = list[Step](), ""
    for line in text.splitlines():
        word, _, rest = line.partition(" ")
        if not line or line.startswith("#"):
            continue
        if word == "FROM":
            stage = rest.partition(" AS ")[2]
        found.append(Step(stage, word, rest))
    return found


def test_every_image_it_begins_with_names_its_version(steps: list[Step]) -> None:
    images = [step.rest.split()[0] for step in steps if step.word == "FROM"]

    assert len(images) == 3
    assert all(re.fullmatch(r"[a-z]+:[0-9.]+-.*slim.*", image) for image in images)


def test_nothing_is_fetched_but_what_the_locks_name(steps: list[Step]) -> None:
    assert not [step for step in steps if step.word == "ADD"]
    runs = [step.rest for step in steps if step.word == "RUN"]
    of_debian = [run for run in runs if "apt-get install" in run]
    assert [re.findall(r"--no-install-recommends ([a-z -]+) &&", run) for run in of_debian] == [
        ["bubblewrap"]
    ]
    runs = [run for run in runs if run not in of_debian]
    assert not [run for run in runs if re.search(r"curl|wget|apt|https?:", run)]
    pip = [run for run in runs if "pip install" in run]
    assert all("--no-deps" in run for run in pip)
    assert [run for run in pip if "--require-hashes -r requirements.lock" in run]
    assert [run for run in runs if "npm ci" in run]


def test_the_image_runs_as_nobody(steps: list[Step]) -> None:
    user = [step.rest for step in steps if step.word == "USER" and not step.stage]

    assert user == ["10001:10001"]


def test_no_secret_can_be_built_in(steps: list[Step]) -> None:
    assert not [step for step in steps if step.word == "ARG"]
    values = " ".join(step.rest for step in steps if step.word == "ENV")
    assert not re.search(r"SECRET|PASSWORD|_KEY|TOKEN", values)
    ignored = (REPOSITORY / ".dockerignore").read_text().splitlines()
    assert next(line for line in ignored if line and not line.startswith("#")) == "*"
    assert not [line for line in ignored if line.startswith("!") and fnmatch.fnmatch(".env", line[1:])]


def test_every_package_of_the_project_is_copied(steps: list[Step]) -> None:
    copied = {step.rest.split()[0] for step in steps if step.word == "COPY" and step.stage == "install"}
    let_through = (REPOSITORY / ".dockerignore").read_text().splitlines()
    packages = re.search(r"^packages = \[(.*)\]", (REPOSITORY / "pyproject.toml").read_text(), re.MULTILINE)

    assert packages is not None
    for package in re.findall(r'"(\w+)"', packages[1]):
        assert package in copied
        assert f"!{package}" in let_through


@pytest.mark.e2e
@pytest.mark.timeout(600)
def test_its_install_steps_make_a_company_that_works_without_the_checkout(
    steps: list[Step], tmp_path: Path
) -> None:
    home = tmp_path / "opt" / "nexus"
    build = tmp_path / "build"
    build.mkdir()
    for step in steps:
        if step.stage == "install":
            _perform(step, build, home)

    environment = an_environment(tmp_path, **SCRIPTED)
    environment.pop("PYTHONPATH", None)
    up = Process((str(home / "bin" / "nexus"), "up"), environment, tmp_path / "up.out")
    try:
        up.wait_for("Ctrl-C stops it")
        url = f"http://127.0.0.1:{environment['PORT']}"
        reply = httpx.post(
            f"{url}/api/chat", json={"content": "Hello", "wait": 30}, timeout=40, trust_env=False
        )
        assert reply.json()["status"] == "delivered"
    finally:
        up.stop()
    assert str(REPOSITORY) not in up.said


def _perform(step: Step, build: Path, home: Path) -> None:
    """RUN and COPY as a builder does them; the dashboard's stage needs Node and is not there."""
    if step.word == "RUN":
        command = step.rest.replace("python -m venv", f"{sys.executable} -m venv").replace(
            "/opt/nexus", str(home)
        )
        done = subprocess.run(
            command.split(), cwd=build, capture_output=True, text=True, check=False, timeout=FROM_PACKAGES
        )
        assert done.returncode == 0, done.stderr
    elif step.word == "COPY" and not step.rest.startswith("--from"):
        *sources, target = step.rest.split()
        for source in sources:
            _copy(REPOSITORY / source, build / target if target != "./" else build / source)


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        shutil.copy(source, target)
