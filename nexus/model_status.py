"""How a model is, in one word; the same in the database, in `nexus doctor` and in `/api/agents`."""

from enum import StrEnum


class ModelStatus(StrEnum):
    """From best to worst."""

    HEALTHY = "healthy"
    UNKNOWN = "unknown"  # nobody could be asked
    DEGRADED = "degraded"  # it works, and something is to be seen to
    CRITICAL = "critical"  # it does not work until something is changed
