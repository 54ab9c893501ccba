"""The settings of the equipment. Its time zone is the budget's: there is one day in the company."""

from pathlib import Path

from pydantic import Field

from nexus.budget import BudgetSettings


class EquipmentSettings(BudgetSettings):
    """What tools may do, and where backups go."""

    equipment_allow_scripts: bool = Field(
        default=False,
        description="Run the owner's own scripts of equipment.toml, in the sandbox: see docs/equipment.md.",
    )
    backup_dir: Path = Field(
        default=Path("backups"),
        description="Where backups go; a relative path is inside NEXUS_HOME. Best on another disk.",
    )
    backup_keep: int = Field(
        default=7, ge=1, description="How many backups are kept; older ones are deleted."
    )

    @property
    def backup_folder(self) -> Path:
        """Where backups go, as an absolute path."""
        return self.home / self.backup_dir.expanduser()

    @property
    def registry_file(self) -> Path:
        """Where the owner's own scripts are registered."""
        return self.home / "equipment.toml"

    @property
    def scripts_folder(self) -> Path:
        """Where the owner's own scripts are."""
        return self.home / "equipment"
