"""The generated files are as the code would write them now."""

from agents.config import AgentSettings
from equipment.config import EquipmentSettings
from gateway.config import GatewaySettings
from heartbeat.config import HeartbeatSettings
from interfaces.telegram.config import TelegramSettings
from nexus.cli.generate import env_example, generated_files
from nexus.cli.up_settings import UpSettings
from qa.config import QaSettings


def test_no_generated_file_has_drifted() -> None:
    for path, text in generated_files().items():
        assert path.read_text(encoding="utf-8") == text, f"{path.name}: run `make generate`"


def test_every_setting_is_there_once_commented_out() -> None:
    lines = env_example().splitlines()
    classes = (
        AgentSettings,
        GatewaySettings,
        TelegramSettings,
        HeartbeatSettings,
        EquipmentSettings,
        UpSettings,
        QaSettings,
    )
    names = {name.upper() for settings in classes for name in settings.model_fields}
    assert sorted(
        line[1:].split("=")[0] for line in lines if line.startswith("#") and line[1:2].isupper()
    ) == (sorted(names))
    assert all(line.startswith("#") or not line for line in lines)
    assert "#PORT=8000" in lines
    assert "#ANTHROPIC_API_KEY=" in lines
