"""The qa-runner: a real process on a real socket runs what workers hand over, and nothing else is run instead."""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from nexus.errors import ConfigurationError
from nexus.sandbox import client, serve, state
from nexus.sandbox.job import MIB, Job, Limits, Result, SandboxRefused
from nexus.sandbox.probe import sandbox_level
from nexus.sandbox.run import run
from nexus.sandbox.serve import RunnerServer
from qa.checks.code_execution import check_code_execution
from qa.findings import CheckStatus, Subject
from qa.spec import CodeExecutionSpec, QaSpec
from tests.nexus.sandbox import attack_programs as attacks
from tests.nexus.sandbox.bait import Bait, as_file
from tests.nexus.sandbox.runners import (
    LANDLOCK,
    WITHOUT_ANY,
    a_runner,
    alive,
    connected,
    receive,
    send,
    used,
)
from tests.running import Process, wait_for

QUIET = Limits(wall_s=30, cpu_s=20)
LIMITS = {name: getattr(QUIET, name) for name in Limits.__dataclass_fields__}


def a_job(**fields: object) -> dict[str, object]:
    return {"what": {"ask": "run", "argv": ["true"], "limits": LIMITS, **fields}}


@pytest.fixture(autouse=True)
def _needs_a_sandbox() -> None:
    if sandbox_level().startswith("none"):
        pytest.skip(f"no sandbox here: {sandbox_level()}")


@pytest.fixture(scope="module", params=["the best there is", "landlock"])
def runner(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Process, Path]]:
    code = LANDLOCK if request.param == "landlock" else None
    with a_runner(tmp_path_factory.mktemp("runner"), code=code) as found:
        if "level=none" in found[0].said:
            pytest.skip("no Landlock here")
        yield found


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A server in this process, whose patience is short."""
    for name in ("REQUEST_S", "REPLY_S", "QUEUE_S"):
        monkeypatch.setattr(serve, name, 0.5)
    with tempfile.TemporaryDirectory(prefix="runner-") as folder:
        path = Path(folder) / "s"
        server = RunnerServer(path, runs=1, connections=3)
        thread = threading.Thread(target=server.serve)
        thread.start()
        with used(path):
            yield path
        server.close()
        thread.join(10)
        assert not thread.is_alive()


def python(code: str, **given: object) -> Job:
    return Job(("python3", "-c", code), **({"limits": QUIET} | given))  # type: ignore[arg-type]


def ask(path: Path, what: object) -> dict[str, object]:
    with connected(path) as connection:
        send(connection, what if isinstance(what, bytes) else json.dumps(what).encode())
        return dict(receive(connection))


def test_a_job_arrives_and_its_result_comes_back(runner: tuple[Process, Path]) -> None:
    code = (
        "import os, sys; print(sys.stdin.read(), open('a/b.txt').read(), os.environ['X'], '☃');"
        "sys.stderr.buffer.write(b'\\xff'); sys.exit(7)"
    )
    result = run(python(code, files={"a/b.txt": b"inner"}, stdin=b"given", env={"X": "1"}))

    assert (result.exit_code, result.limit, result.fault, result.left) == (7, None, "", 0)
    assert (result.stdout.decode(), result.stderr) == ("given inner 1 ☃\n", b"\xff")
    assert result.mechanism in ("bubblewrap", "landlock")
    assert run(Job(("no-such-program",))).fault == "could not be started: No such file or directory"
    assert run(python("import os; os.kill(os.getpid(), 9)")).exit_code == -9


def test_attacks_are_contained_there_too(runner: tuple[Process, Path], bait: Bait) -> None:
    process, path = runner
    before = bait.state()
    families = ("FILES", "WRITES", "SIGHTS", "NETWORK", "KERNEL", "PRIVILEGE")
    programs = {name: body for family in families for name, body in getattr(attacks, family).items()}
    programs = {name: body for name, body in programs.items() if name not in attacks.ALONE}
    programs["asks-the-runner-itself"] = (
        f"s = socket.socket(socket.AF_UNIX); s.connect({str(path)!r}); escaped = True"
    )
    programs["signals-the-runner"] = f"os.kill({process.process.pid}, 0); escaped = os.getpid() > 100"

    def attacked(body: str, **more: bytes) -> Result:
        files = {"attack.py": attacks.program(body), "bait.json": as_file(bait), **more}
        return run(Job(("python3", "-B", "attack.py"), files, limits=QUIET))

    result = attacked(attacks.ALL_AT_ONCE, **{"attacks.json": json.dumps(programs).encode()})
    assert (result.stdout, result.exit_code, result.left) == (b"ALL TRIED\n", 0, 0), result
    for name, body in attacks.SURVIVORS.items():
        assert not attacked(body).left, name
    assert bait.state() == before
    assert bait.taken() == []


def test_a_flood_is_cut_and_named(runner: tuple[Process, Path]) -> None:
    result = run(python("while True: print('x' * 1000)"))

    assert result.limit == "output"
    assert len(result.stdout) <= MIB


def test_two_clients_are_served_at_once(runner: tuple[Process, Path]) -> None:
    code = "import time; time.sleep(1.5); print(time.monotonic())"
    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(lambda _: run(python(code)), range(2))

    # The clock is the machine's: one after the other would end more than 1.5 s apart.
    assert abs(float(first.stdout) - float(second.stdout)) < 1.5, (first, second)


def test_forty_clients_are_all_answered(runner: tuple[Process, Path]) -> None:
    def once(number: int) -> str:
        try:
            return run(python(f"print({number})")).stdout.decode().strip()
        except SandboxRefused as error:
            return str(error)

    with ThreadPoolExecutor(40) as pool:
        answers = list(pool.map(once, range(40)))

    assert answers == [str(number) for number in range(40)]


@pytest.mark.parametrize(
    ("what", "said"),
    [
        (b"", "no proper job: "),
        (b"{", "no proper job: "),
        (b"\xff\xfe", "no proper job: "),
        (b"[" * 100_000, "no proper job: "),
        ({"what": {"ask": "fly"}}, "what: "),
        (a_job(limits={}), "what.run.limits."),
        (a_job(readable=["/etc"]), "what.run.readable: Extra inputs"),
        (a_job(network=True), "what.run.network: Extra inputs"),
        (a_job(writable="/"), "what.run.writable: Extra inputs"),
        (a_job(argv=[]), "what.run.argv: "),
        (a_job(argv=["a\0b"]), "what.run.argv.0: "),
        (a_job(env={"LD_PRELOAD=x": "y"}), "what.run.env."),
    ],
    ids=[
        "empty",
        "half",
        "no-text",
        "deep",
        "kind",
        "limits",
        "paths",
        "net",
        "place",
        "argv",
        "zero",
        "env",
    ],
)
def test_what_is_no_job_is_refused_with_the_field(
    what: object, said: str, runner: tuple[Process, Path]
) -> None:
    reply = ask(runner[1], what)

    assert reply["is_a"] == "refused"
    assert said in str(reply["because"])
    assert run(Job(("true",))).exit_code == 0, "it goes on"


@pytest.mark.parametrize("name", ["../out", "/etc/out"])
def test_a_file_stays_in_its_folder(name: str, runner: tuple[Process, Path]) -> None:
    with pytest.raises(SandboxRefused, match="stays in the working folder"):
        run(Job(("true",), {name: b""}))


def test_more_than_its_limits_is_refused(runner: tuple[Process, Path]) -> None:
    with pytest.raises(SandboxRefused, match=r"limits\.memory_bytes"):
        run(python("pass", limits=Limits(memory_bytes=8 << 30)))
    with pytest.raises(SandboxRefused, match=r"limits\.wall_s"):
        run(python("pass", limits=Limits(wall_s=10_000)))


def test_a_job_that_is_too_large_is_refused_on_both_sides(runner: tuple[Process, Path]) -> None:
    with pytest.raises(SandboxRefused, match="the job is too large"):
        run(python("pass", files={"a": bytes(5 * MIB)}))
    with connected(runner[1]) as connection:
        connection.sendall(b"\xff\xff\xff\xff" + b"x" * 1000)
        assert "too large" in str(receive(connection)["because"])


def test_who_goes_away_ends_the_run(runner: tuple[Process, Path], bait: Bait) -> None:
    sleeper = ["python3", "-c", "import time; time.sleep(25)", bait.word]
    with connected(runner[1]) as connection:
        send(connection, json.dumps(a_job(argv=sleeper)).encode())
        wait_for(bait.survivors, 20, "the run")

    wait_for(lambda: not bait.survivors(), 10, "the end of the run")


def test_a_runner_that_is_killed_in_the_middle_leaves_nothing_and_the_run_is_refused(
    tmp_path: Path, bait: Bait
) -> None:
    def killed() -> None:
        wait_for(bait.survivors, 20, "the run")
        os.kill(process.process.pid, signal.SIGKILL)

    with a_runner(tmp_path) as (process, path):
        killer = threading.Thread(target=killed)
        killer.start()
        job = Job(("python3", "-c", "import time; time.sleep(25)", bait.word), {"x": b""}, limits=QUIET)
        with pytest.raises(SandboxRefused, match="went away in the middle"):
            run(job)
        killer.join()
        wait_for(lambda: not bait.survivors(), 15, "the end of the run")
        # Only the socket that nobody could remove is left.
        wait_for(lambda: [one.name for one in path.parent.iterdir()] == ["runner.sock"], 15, "a clean folder")


def test_a_slow_client_holds_up_nobody_and_is_sent_away(served: Path) -> None:
    with connected(served) as slow, connected(served) as silent:
        slow.sendall(b"\x00\x00\x10\x00{")
        assert run(Job(("true",))).exit_code == 0, "others are served meanwhile"
        assert receive(slow) == receive(silent) == {}


def test_a_client_that_does_not_read_is_left(served: Path) -> None:
    shout = ["python3", "-c", "print('x' * 1_000_000)"]
    with connected(served) as deaf:
        send(deaf, json.dumps(a_job(argv=shout)).encode())
        # One run at a time here: this one is let in when the other is over.
        wait_for(lambda: _runs(Job(("true",))), 30, "the slot")


def _runs(job: Job) -> bool:
    try:
        return run(job).exit_code == 0
    except SandboxRefused:
        return False


def test_where_every_slot_is_taken_it_says_so(served: Path) -> None:
    with ThreadPoolExecutor(1) as pool:
        long = pool.submit(run, python("import time; time.sleep(5)"))
        wait_for(lambda: not _runs(Job(("true",))), 20, "the long run")
        with pytest.raises(SandboxRefused, match="busy"):
            run(Job(("true",)))
        assert long.result().exit_code == 0


def test_more_connections_than_it_takes_wait_for_room(served: Path) -> None:
    with connected(served), connected(served), connected(served):
        assert run(Job(("true",))).exit_code == 0, "the silent ones are sent away"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be another user")
def test_another_user_is_refused(served: Path) -> None:
    served.chmod(0o666)
    served.parent.chmod(0o755)
    code = (
        "import os, socket, sys; os.setresuid(12345, 12345, 12345); s = socket.socket(socket.AF_UNIX);"
        "s.connect(sys.argv[1]); print(s.recv(1000))"
    )
    done = subprocess.run([sys.executable, "-S", "-c", code, str(served)], capture_output=True, check=True)

    assert b"another user" in done.stdout


def test_where_the_runner_is_away_the_check_is_refused_and_nothing_is_run_here(tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    spec = QaSpec(name="x", code_execution=CodeExecutionSpec(language="bash", execute_in_sandbox=True))
    subject = Subject(f"```bash\ntouch {trace} || true\n```")
    with used(tmp_path / "nobody.sock"):
        *_, ran = check_code_execution(subject, spec)
        now = state.look_at_sandbox()
    *_, here = check_code_execution(subject, spec)

    assert ran.status is CheckStatus.NOT_CHECKED
    assert "REFUSED: the qa-runner does not answer" in ran.evidence
    assert "QA_RUNNER_SOCKET" in ran.evidence
    assert (now.level, now.is_there) == ("away", False)
    assert here.status is CheckStatus.PASS, "control: without a runner it is run here"


def test_a_full_queue_of_the_kernel_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def take_one() -> None:
        listener.accept()[0].close()

    with tempfile.TemporaryDirectory(prefix="runner-") as folder, socket.socket(socket.AF_UNIX) as listener:
        path = Path(folder) / "s"
        listener.bind(str(path))
        listener.listen(0)
        with connected(path):  # takes the only place
            monkeypatch.setattr(client, "QUEUE_S", 0.3)
            with used(path), pytest.raises(SandboxRefused, match="temporarily unavailable"):
                client.runner_state()
            monkeypatch.setattr(client, "QUEUE_S", 30.0)
            taker = threading.Timer(0.3, take_one)
            taker.start()
            monkeypatch.setattr(client, "STATE_S", 1.0)
            with used(path), pytest.raises(SandboxRefused, match="did not answer within"):
                client.runner_state()
            taker.join()


def test_what_needs_this_machines_files_is_run_here(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("seen")
    tmp_path.chmod(0o755)
    with used(tmp_path / "nobody.sock"):
        result = run(Job(("cat", "file"), readable=(tmp_path,), folder=tmp_path))

    assert result.stdout == b"seen"


def test_a_runner_without_a_sandbox_refuses_with_the_fix(tmp_path: Path) -> None:
    with a_runner(tmp_path, code=WITHOUT_ANY) as (_, path):
        with pytest.raises(SandboxRefused, match="install bubblewrap"):
            run(Job(("true",)))
        now = state.look_at_sandbox()
        assert alive(path) == 0, "it lives, and says how it is"

    assert now.level == "none"
    assert "in the qa-runner: none" in now.reason


def test_its_level_is_told_and_its_health_check_answers(runner: tuple[Process, Path]) -> None:
    assert state.look_at_sandbox().reason.startswith("in the qa-runner: ")
    assert state.known_state() == state.look_at_sandbox()
    assert alive(runner[1]) == 0
    assert alive(runner[1].with_name("nobody.sock")) == 1


def test_a_socket_that_was_left_behind_is_taken_over_and_a_served_one_is_not(tmp_path: Path) -> None:
    with a_runner(tmp_path) as (process, path):
        with pytest.raises(ConfigurationError, match="another runner serves it"):
            RunnerServer(path)
        process.kill()
        assert path.is_socket()
        RunnerServer(path).close()
        assert not path.exists()
        with pytest.raises(ConfigurationError, match="shorten it"):
            RunnerServer(tmp_path / ("x" * 120))


def test_it_ends_in_order(tmp_path: Path) -> None:
    with a_runner(tmp_path) as (process, path):
        assert process.stop() == 0
        assert not path.exists()


@pytest.mark.parametrize("reply", [b"", b"\x00", b"\x00\x00\x00\x02{}", b"\xff\xff\xff\xff"])
def test_a_runner_that_talks_nonsense_is_no_runner(reply: bytes, tmp_path: Path) -> None:
    def serve_once(listener: socket.socket) -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(1000)
            connection.sendall(reply)

    with tempfile.TemporaryDirectory(prefix="runner-") as folder, socket.socket(socket.AF_UNIX) as listener:
        listener.bind(f"{folder}/s")
        listener.listen()
        thread = threading.Thread(target=serve_once, args=(listener,))
        thread.start()
        with used(Path(folder) / "s"), pytest.raises(SandboxRefused, match=r"^the qa-runner "):
            client.run_there(Job(("true",)))
        thread.join()
