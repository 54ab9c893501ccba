"""The scheduler as the process that `nexus up` will start."""

import os
import signal
import sys
from pathlib import Path

from db.engine import Database
from db.statements.equipment_schedules import all_schedules
from equipment.config import EquipmentSettings
from tests.running import Process, wait_for

SERVICE = (sys.executable, "-m", "equipment.service")


def test_it_meets_its_tools_and_ends_at_sigterm(
    settings: EquipmentSettings, database: Database, tmp_path: Path
) -> None:
    service = Process(SERVICE, os.environ, tmp_path / "service.out")
    try:
        service.wait_for("equipment.ready")
        tools = {"backup", "log_rotate", "router_training"}
        wait_for(lambda: database.read_sync(all_schedules).keys() == tools, what="the schedules")

        assert service.stop(signal.SIGTERM) == 0
    finally:
        service.kill()


def test_a_wrong_registry_is_one_line_and_exit_2(settings: EquipmentSettings, tmp_path: Path) -> None:
    settings.registry_file.write_text("[tools]\ngreet = { file = 'greet.py' }\n")
    service = Process(SERVICE, os.environ, tmp_path / "service.out")

    assert service.process.wait(60) == 2
    assert service.said == "nexus: equipment.toml: tools.greet.description: Field required\n"
