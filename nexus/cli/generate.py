"""`python -m nexus.cli.generate`: writes the committed files that come from the code; `--check` only compares.

`.env.example` from the settings classes and `db/schema.sql` from the tables. A test runs the comparison, so
neither can drift.
"""

import argparse
import sys
from pathlib import Path

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from agents.config import AgentSettings
from db.schema import schema_sql
from equipment.config import EquipmentSettings
from gateway.config import GatewaySettings
from heartbeat.config import HeartbeatSettings
from interfaces.telegram.config import TelegramSettings
from nexus.budget import BudgetSettings
from nexus.cli.up_settings import UpSettings
from nexus.settings import CommonSettings
from qa.config import QaSettings

ROOT = Path(__file__).parents[2]
HEADER = """# The settings of NEXUS, with their defaults. Copy to .env and uncomment what you change.
# Generated from the settings classes by `make generate`; do not edit.
"""
SECTIONS: tuple[tuple[str, type[CommonSettings]], ...] = (
    ("Every process", CommonSettings),
    ("Money", BudgetSettings),
    ("Equipment", EquipmentSettings),
    ("`nexus up`", UpSettings),
    ("Gateway", GatewaySettings),
    ("Telegram", TelegramSettings),
    ("Models and workers", AgentSettings),
    ("Heartbeat", HeartbeatSettings),
    ("QA runner", QaSettings),
)


def generated_files() -> dict[Path, str]:
    """Each generated file and what it must hold."""
    return {ROOT / ".env.example": env_example(), ROOT / "db" / "schema.sql": schema_sql()}


def env_example() -> str:
    """Every setting once, under the class that owns it."""
    parts, told = [HEADER], set[str]()
    for title, settings in SECTIONS:
        parts.append(f"\n# ── {title} ──\n")
        own = {name: field for name, field in settings.model_fields.items() if name not in told}
        parts += [_setting(name, field) for name, field in own.items()]
        told |= own.keys()
    return "".join(parts)


def _setting(name: str, field: FieldInfo) -> str:
    default = field.get_default()
    value = "" if default is None or isinstance(default, SecretStr) else str(default)
    return f"# {field.description}\n#{name.upper()}={value}\n"


def main() -> int:
    """Write the files, or with `--check` exit 1 naming those that differ."""
    parser = argparse.ArgumentParser(prog="python -m nexus.cli.generate", description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare only")
    check: bool = parser.parse_args().check
    stale = [path for path, text in generated_files().items() if not _holds(path, text)]
    for path in stale:
        if not check:
            path.write_text(generated_files()[path], encoding="utf-8")
        print(f"{path.relative_to(ROOT)}: {'differs, run `make generate`' if check else 'written'}")
    return 1 if check and stale else 0


def _holds(path: Path, text: str) -> bool:
    return path.exists() and path.read_text(encoding="utf-8") == text


if __name__ == "__main__":
    sys.exit(main())
