"""A shipped tool in a process of its own: `python -m equipment.child NAME`, with its parameters as JSON on stdin.

Started by `equipment.runner`. Exit 0 and what the tool says; 1 and why it could not; 2 when a setting is wrong.
"""

import sys

from equipment.config import EquipmentSettings
from equipment.registry import SHIPPED
from nexus.errors import ConfigurationError, NexusError
from nexus.logs import configure_logs
from nexus.settings import load_settings


def main() -> int:
    """Run the tool that the command line names."""
    tool = next(tool for tool in SHIPPED if tool.name == sys.argv[1])
    if not callable(tool.work):
        raise AssertionError("a shipped tool is a function")
    try:
        settings = load_settings(EquipmentSettings)
        configure_logs(settings, "equipment")
        parameters = tool.parameters.model_validate_json(sys.stdin.read())
        print(tool.work(settings, parameters))
    except NexusError as error:
        print(error)
        return 2 if isinstance(error, ConfigurationError) else 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
