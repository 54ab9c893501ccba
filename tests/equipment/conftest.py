"""Settings that name the test's store, so that tools in processes of their own find it."""

import pytest

from db.engine import Database
from equipment.config import EquipmentSettings
from nexus.settings import load_settings


@pytest.fixture
def settings(database: Database, monkeypatch: pytest.MonkeyPatch) -> EquipmentSettings:
    for name in EquipmentSettings.model_fields.keys() - {"nexus_home"}:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("EQUIPMENT_ALLOW_SCRIPTS", "true")
    if not database.is_sqlite:
        monkeypatch.setenv("DATABASE_URL", database.engine.url.render_as_string(hide_password=False))
    settings = load_settings(EquipmentSettings)
    settings.home.mkdir(parents=True, exist_ok=True)
    return settings
