"""What a run promises: ordinary programs work, results are exact, limits are named, and nothing is left."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from nexus.ids import new_id
from nexus.sandbox.job import FILES, MIB, Job, Limits
from nexus.sandbox.mechanism import Mechanism
from nexus.sandbox.run import run_with
from nexus.sandbox.view import project_of, visible_paths
from tests.conftest import REPOSITORY
from tests.nexus.sandbox.ordinary_programs import PROGRAMS

RUNS = int(os.environ.get("SANDBOX_RUNS", "24"))


def python(code: str, *arguments: str, **limits: float) -> Job:
    settings = Limits(**({"wall_s": 30.0} | limits))  # type: ignore[arg-type]
    return Job(("python3", "-c", code, *arguments), limits=settings)


def test_ordinary_programs_work(mechanism: Mechanism) -> None:
    def wrong(name: str) -> str | None:
        files = {"program.py": f"{PROGRAMS[name]}\nprint('ok')\n".encode()}
        # As much time as a busy machine needs: this is not about time.
        result = run_with(Job(("python3", "program.py"), files=files, limits=Limits(wall_s=60)), mechanism)
        is_right = result.exit_code == 0 and result.stdout.endswith(b"ok\n")
        return None if is_right else f"{name}: {result.stderr.decode()[-600:]} {result}"

    with ThreadPoolExecutor(4) as pool:
        assert [message for message in pool.map(wrong, PROGRAMS) if message] == []


def test_a_result_says_what_the_kernel_says(mechanism: Mechanism) -> None:
    code = "import sys; print('out'); print('err', file=sys.stderr); sys.exit(7)"
    result = run_with(python(code), mechanism)
    assert (result.exit_code, result.stdout, result.stderr) == (7, b"out\n", b"err\n")
    assert (result.limit, result.fault, result.left, result.mechanism) == (None, "", 0, mechanism.name)

    assert run_with(python("import os; os._exit(137)"), mechanism).exit_code == 137
    assert run_with(python("import os; os.kill(os.getpid(), 9)"), mechanism).exit_code == -9
    assert run_with(python("import os; os.abort()"), mechanism).exit_code == -signal.SIGABRT


def test_what_cannot_be_started_is_a_fault(mechanism: Mechanism) -> None:
    result = run_with(Job(("no-such-program",)), mechanism)
    assert result.exit_code is None
    assert result.fault == "could not be started: No such file or directory"


def test_input_files_and_environment_arrive(mechanism: Mechanism) -> None:
    code = (
        "import os, sys; print(sys.stdin.read(), open('a/b.txt').read(), sorted(os.environ), os.environ['X'])"
    )
    job = Job(("python3", "-c", code), {"a/b.txt": b"inner"}, b"given" * 50_000, {"X": "1"})
    result = run_with(job, mechanism)
    assert (
        result.stdout.decode() == "given" * 50_000 + " inner ['HOME', 'LANG', 'PATH', 'TMPDIR', 'X'] 1\n"
    ), result


@pytest.mark.parametrize("name", ["../out", "/etc/out", "a/../../out"])
def test_a_file_stays_in_its_folder(name: str, mechanism: Mechanism) -> None:
    with pytest.raises(ValueError, match="stays in the working folder"):
        run_with(Job(("true",), {name: b""}), mechanism)


@pytest.mark.parametrize(
    ("code", "limit", "limits"),
    [
        ("import time; time.sleep(60)", "wall", {"wall_s": 0.5}),
        ("while True: pass", "cpu", {"cpu_s": 1}),
        ("while True: print('x' * 1000)", "output", {"output_bytes": 10_000}),
        (
            "import os, time\nfor _ in range(4): os.fork()\nx = bytearray(30 * 2**20); time.sleep(60)",
            "memory",
            {"memory_bytes": 128 * MIB},
        ),
    ],
    ids=["wall", "cpu", "output", "memory"],
)
def test_the_limit_that_was_hit_is_named(
    code: str, limit: str, limits: dict[str, float], mechanism: Mechanism
) -> None:
    result = run_with(python(code, **limits), mechanism)
    assert result.limit == limit, result
    assert result.timed_out is (limit == "wall")
    assert len(result.stdout) <= 10_000


def test_a_project_is_seen_without_what_is_the_owners(mechanism: Mechanism, tmp_path: Path) -> None:
    for name in (
        "pyproject.toml",
        "code/a.py",
        ".env",
        ".nexus/nexus.db",
        "home/key",
        "old.db",
        "deploy/secrets/k",
        "deploy/d",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("seen")
    (tmp_path / "link").symlink_to("/etc/shadow")
    tmp_path.chmod(0o755)
    readable = visible_paths(tmp_path, [tmp_path / "home"])
    # access() does not ask Landlock; opening does.
    code = (
        "import os\ndef can(f, m):\n  try: os.close(os.open(f, m))\n  except OSError: return False\n  return True\n"
        "for f in os.environ['ASK'].split(): print(f, can(f, os.O_RDONLY), can(f, os.O_WRONLY))"
    )
    names = "code/a.py deploy/d .env .nexus/nexus.db home/key old.db deploy/secrets/k link"
    job = Job(("python3", "-c", code), env={"ASK": names}, readable=readable, folder=tmp_path)

    result = run_with(job, mechanism)

    seen = dict(line.split(" ", 1) for line in result.stdout.decode().splitlines())
    assert {name for name, can in seen.items() if can == "True False"} == {"code/a.py", "deploy/d"}, result
    assert {can for name, can in seen.items() if name not in ("code/a.py", "deploy/d")} == {"False False"}
    assert project_of(tmp_path / "code") == tmp_path.resolve()


def test_a_writable_folder_keeps_what_was_written(mechanism: Mechanism, tmp_path: Path) -> None:
    code = b"import os; print(open('kept', 'a').write('x'), os.getcwd())"
    job = Job(("python3", f"{FILES}/x.py"), {"x.py": code}, writable=tmp_path)

    result = run_with(job, mechanism)

    assert result.stdout.decode() == f"1 {tmp_path.resolve()}\n", result
    assert (tmp_path / "kept").read_text() == "x"
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]


def test_nothing_is_left_of_many_runs(mechanism: Mechanism, own_temporary_folder: Path) -> None:
    """SANDBOX_RUNS=1000 makes it the long one."""
    marker = new_id()
    code = (
        "import os, sys; open('x', 'w').write('y'); os.mkdir('d', 0); "
        "os.fork() or os.execvp('sleep', ['sleep', '99'])"
    )
    before = footprint()

    def one(_: int) -> object:
        files = {"a": b"x"}
        return run_with(
            Job(("python3", "-c", code, marker), files=files, limits=Limits(wall_s=60)), mechanism
        ).left

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(one, range(RUNS))) == {0}

    assert footprint() == before
    assert list(own_temporary_folder.iterdir()) == []
    assert not [p for p in psutil.process_iter(["cmdline"]) if marker in " ".join(p.info["cmdline"] or [])]


@pytest.fixture
def own_temporary_folder(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where this test's runs have their files, and nobody else's."""
    with tempfile.TemporaryDirectory(prefix="runs-") as folder:
        Path(folder).chmod(0o755)
        monkeypatch.setattr(tempfile, "tempdir", folder)
        yield Path(folder)


def footprint() -> tuple[object, ...]:
    """This machine's mounts, and this process's children and open files."""
    ours = psutil.Process()
    mounts = sorted(line.split()[1] for line in Path("/proc/mounts").read_text().splitlines())
    return mounts, [child.pid for child in ours.children()], ours.num_fds()


def test_a_run_ends_with_the_process_that_asked_for_it(
    mechanism: Mechanism, own_temporary_folder: Path
) -> None:
    marker = new_id()
    program = (
        "import sys\nfrom nexus.sandbox.run import run_with\nfrom nexus.sandbox.job import Job, Limits\n"
        "from nexus.sandbox.mechanism import Mechanism\n"
        "run_with(Job(('python3', '-c', 'import time; time.sleep(99)', sys.argv[3]), {'a': b''}, "
        "limits=Limits(wall_s=99)), Mechanism(sys.argv[1], sys.argv[2]))"
    )
    command = [sys.executable, "-c", program, mechanism.name, mechanism.program, marker]
    asking = subprocess.Popen(command, cwd=REPOSITORY, env={"TMPDIR": str(own_temporary_folder)})
    wait_for(lambda: len(living(marker)) >= 2)  # who asks, and the program

    asking.kill()
    asking.wait()

    wait_for(lambda: not living(marker))
    wait_for(lambda: not list(own_temporary_folder.iterdir()))


def living(marker: str) -> list[int]:
    found = psutil.process_iter(["pid", "cmdline"])
    return [process.pid for process in found if marker in " ".join(process.info["cmdline"] or [])]


def wait_for(condition: object, seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < deadline
        time.sleep(0.02)
