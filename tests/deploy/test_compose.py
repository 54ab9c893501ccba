"""docker-compose.yml: limits and a health check for everything, secrets as files, and no setting lost on the way."""

import importlib.util
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import REPOSITORY

OURS = "nexus:local"
NOT_PASSED = {
    "SQLITE_DB_PATH": "the spool's name needs no change",
    "API_SECRET_PREVIOUS": "`nexus secret new` keeps both in the data folder",
    "NEXUS_STARTER_URL": "`nexus up` sets it; here there is no starter model",
    "NEXUS_SCRIPT": "for trials",
    "OTEL_EXPORTER_OTLP_HEADERS": "a collector in the same network needs none",
    "WORKERS": "of `nexus up`; here each role has a service of its own",
    "QA_ALLOW_SHELL": "of qa/runner.py, which people and CI call",
    "VOICE_MODEL_PATH": "the image has no whisper.cpp; VOICE_BASE_URL does",
    "TELEGRAM_WEBHOOK_URL": "the bot asks for updates itself: nothing more is reachable from outside",
    "TELEGRAM_WEBHOOK_HOST": "the same",
    "TELEGRAM_WEBHOOK_PORT": "the same",
}


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    """The file, with YAML's anchors resolved."""
    loaded: dict[str, Any] = yaml.safe_load((REPOSITORY / "docker-compose.yml").read_text())
    return loaded


@pytest.fixture(scope="module")
def services(compose: dict[str, Any]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = compose["services"]
    return found


@pytest.fixture
def secrets(tmp_path: Path) -> Path:
    """What `make secrets` writes."""
    folder = tmp_path / "secrets"
    subprocess.run([REPOSITORY / "deploy/make-secrets", folder], check=True, capture_output=True)
    return folder


def test_the_briefs_services_are_there(services: dict[str, Any]) -> None:
    assert {"postgres", "redis", "gateway", "migrate", "admin", "intern", "director", "ceo"} <= set(services)


def test_every_service_has_limits_bounded_logs_and_gains_no_privileges(services: dict[str, Any]) -> None:
    for name, service in services.items():
        assert service["deploy"]["resources"]["limits"]["memory"], name
        assert service["logging"]["options"]["max-size"], name
        assert "no-new-privileges:true" in service["security_opt"], name
        assert service["restart"] in ("unless-stopped", "no"), name


def test_what_is_ours_is_read_only_and_has_no_capabilities(services: dict[str, Any]) -> None:
    ours = [service for service in services.values() if service["image"] == OURS]

    assert len(ours) >= 6
    assert all(service["read_only"] and service["cap_drop"] == ["ALL"] for service in ours)


def test_every_service_that_stays_says_whether_it_lives(services: dict[str, Any]) -> None:
    silent = [name for name, service in services.items() if "healthcheck" not in service]

    assert set(silent) == {"migrate"}


def test_a_part_of_ours_that_hangs_is_ended_by_its_health_check(services: dict[str, Any]) -> None:
    staying = [
        one for one in services.values() if one["image"] == OURS and one["restart"] == "unless-stopped"
    ]

    assert len(staying) >= 6
    for service in staying:
        assert "--end-after" in service["healthcheck"]["test"]
        assert service["init"], "nobody can kill process 1 from inside"


def test_who_runs_the_tools_and_who_restores_have_the_backups(services: dict[str, Any]) -> None:
    with_backups = [
        name for name, one in services.items() if "backups:/var/backups/nexus" in one.get("volumes", ())
    ]

    assert with_backups == ["gateway", "admin"]
    assert all("/var/backups/nexus" in services[name]["environment"]["BACKUP_DIR"] for name in with_backups)
    assert (
        "--owner=10001 --group=10001 --mode=0700 /var/backups/nexus"
        in (REPOSITORY / "Dockerfile").read_text()
    )


def test_the_qa_runner_has_nothing_of_the_companys(services: dict[str, Any], compose: dict[str, Any]) -> None:
    runner = services["qa-runner"]

    assert runner["network_mode"] == "none"
    assert not {"networks", "ports", "secrets", "depends_on"} & set(runner)
    assert runner["volumes"] == ["qa-runner:/var/lib/qa-runner"]
    assert runner["pids_limit"] <= 256
    assert set(runner["environment"]) == {"NEXUS_HOME", "LOG_FORMAT", "LOG_LEVEL", "QA_RUNNER_SOCKET"}
    socket = runner["environment"]["QA_RUNNER_SOCKET"]
    assert runner["command"][-2:] == ["--socket", socket]
    assert "qa-runner" in compose["volumes"]


def test_only_workers_can_ask_the_qa_runner(services: dict[str, Any]) -> None:
    socket = services["qa-runner"]["environment"]["QA_RUNNER_SOCKET"]
    asking = {name for name, one in services.items() if "QA_RUNNER_SOCKET" in (one.get("environment") or {})}
    mounted = {
        name for name, one in services.items() if any("qa-runner:" in v for v in one.get("volumes", ()))
    }

    assert asking == mounted == {"admin", "intern", "director", "ceo", "qa-runner"}
    for name in asking - {"qa-runner"}:
        assert services[name]["environment"]["QA_RUNNER_SOCKET"] == socket
        assert "qa-runner:/var/lib/qa-runner:ro" in services[name]["volumes"], name
        assert "qa-runner" not in services[name]["depends_on"], "without it answers are still judged"


def test_only_the_gateway_is_reachable_from_other_machines(services: dict[str, Any]) -> None:
    outside = {
        name
        for name, service in services.items()
        for port in service.get("ports", ())
        if not port.startswith("127.0.0.1:")
    }

    assert outside == {"gateway"}
    assert "api_secret" in services["gateway"]["secrets"]


def test_every_image_names_its_version(services: dict[str, Any]) -> None:
    for name, service in services.items():
        tag = service["image"].rpartition(":")[2]
        assert service["image"] == OURS or re.search(r"[0-9]", tag), name


def test_every_command_of_ours_exists(services: dict[str, Any]) -> None:
    commands = list(_modules(services))

    assert len(commands) >= 8
    for name, module in commands:
        assert importlib.util.find_spec(module) is not None, f"{name} runs {module}"


def _modules(services: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for name, service in services.items():
        for words in (service.get("command") or [], service.get("healthcheck", {}).get("test", [])):
            if "python" in words:
                yield name, words[words.index("-m") + 1]


def test_no_secret_is_in_an_environment_and_every_one_is_a_file(
    compose: dict[str, Any], services: dict[str, Any], secrets: Path
) -> None:
    for name, service in services.items():
        assert set(service.get("secrets", ())) <= set(compose["secrets"]), name
        for setting, value in (service.get("environment") or {}).items():
            is_secret = re.search(r"SECRET|PASSWORD|_KEY|TOKEN|DATABASE_URL|REDIS_URL", setting)
            assert not is_secret or setting.endswith("_FILE"), f"{name}: {setting}={value}"
    written = {path.name for path in secrets.iterdir()}
    assert {Path(secret["file"]).name for secret in compose["secrets"].values()} == written


def test_every_setting_comes_through(services: dict[str, Any], compose: dict[str, Any]) -> None:
    known = set(re.findall(r"^#([A-Z_]+)=", (REPOSITORY / ".env.example").read_text(), re.MULTILINE))
    passed = {setting for service in services.values() for setting in (service.get("environment") or {})}
    passed |= {name.upper() for name in compose["secrets"]}

    assert known - passed == set(NOT_PASSED)


def test_secrets_are_made_once_and_closed_to_others(secrets: Path) -> None:
    before = {path: path.read_text() for path in secrets.iterdir()}
    subprocess.run([REPOSITORY / "deploy/make-secrets", secrets], check=True, capture_output=True)

    assert {path: path.read_text() for path in secrets.iterdir()} == before
    assert secrets.stat().st_mode & 0o077 == 0
    password = (secrets / "postgres_password").read_text().strip()
    assert len(password) == 64
    assert f"nexus:{password}@postgres:5432" in (secrets / "database_url").read_text()


def _engine() -> list[str] | None:
    """The command of Docker Compose, new or old."""
    if (docker := shutil.which("docker")) and not subprocess.run(
        [docker, "compose", "version"], capture_output=True, check=False
    ).returncode:
        return [docker, "compose"]
    old = shutil.which("docker-compose")
    return [old] if old else None


def test_docker_compose_itself_reads_it(tmp_path: Path) -> None:
    engine = _engine()
    if engine is None:
        pytest.skip("no docker compose on this machine; apt install docker-compose needs no engine for this")
    (tmp_path / ".env").write_text("BUDGET_DAY_USD=7\n")
    command = [*engine, "--env-file", str(tmp_path / ".env"), "-f", "docker-compose.yml", "config"]
    read = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)

    assert read.returncode == 0, read.stderr
    services = yaml.safe_load(read.stdout)["services"]
    assert str(services["ceo"]["environment"]["BUDGET_DAY_USD"]) == "7"
