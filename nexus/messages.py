"""What travels on the streams: versioned JSON that holds ids. The record is the truth, this the doorbell."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from nexus.errors import PermanentError
from nexus.work_order import Role

INTAKE = "nexus:intake"
EVENTS = "nexus:events"
DEAD = "nexus:dead"


def stream_of(role: Role) -> str:
    """The stream a role reads: the intake for the admin, its own work stream for a tier."""
    return INTAKE if role is Role.ADMIN else f"nexus:work:{role.value}"


class Doorbell(BaseModel):
    """An order waits for a role."""

    model_config = ConfigDict(frozen=True)

    v: Literal[1] = 1
    order_id: str


class EventRing(BaseModel):
    """A session has events up to `seq`; `order_status` lets a waiting call know whether to read."""

    model_config = ConfigDict(frozen=True)

    v: Literal[1] = 1
    session_id: str
    seq: int
    order_id: str
    order_status: str


def parse_doorbell(data: bytes) -> Doorbell:
    """Read a doorbell from the wire.

    Raises:
        PermanentError: it is not one, or of a version this build does not know.
    """
    try:
        return Doorbell.model_validate_json(data)
    except ValidationError as error:
        raise PermanentError(f"not a doorbell: {error.errors()[0]['msg']}") from None
