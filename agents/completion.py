"""One request to one model, and what comes back. Every model of the company is a `ChatModel`."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from agents.config import ModelChoice
from nexus.errors import PermanentError, TransientError
from nexus.usage import Usage
from nexus.work_order import Attachment, Role, Turn


class Finish(StrEnum):
    """Why the model stopped."""

    STOP = "stop"
    LENGTH = "length"
    REFUSAL = "refusal"


@dataclass(frozen=True, slots=True)
class Sound:
    """A voice message to be turned into words. `most_s` is the longest that it can be, in seconds."""

    attachment: Attachment
    most_s: float


@dataclass(frozen=True, slots=True)
class ModelRequest:
    """Messages to one model. `temperature` and `top_p` are sent only where the model takes them.

    `pictures` belong to the last turn. With a `sound` its words are what is asked for.
    """

    choice: ModelChoice
    system: str
    turns: tuple[Turn, ...]
    max_output_tokens: int
    timeout_s: float
    role: Role  # who asks; errors name the setting of its model
    pictures: tuple[Attachment, ...] = ()
    sound: Sound | None = None


@dataclass(frozen=True, slots=True)
class Completion:
    """A model's whole answer, without its thinking."""

    text: str
    finish: Finish
    usage: Usage
    latency_ms: int
    request_id: str | None


class Trouble(StrEnum):
    """What went wrong with a call, in one word; what `nexus why` shows and the breaker counts by."""

    RATE_LIMIT = "rate_limit"  # 429: too many requests; time heals it
    SERVER = "server"  # 5xx, overloaded
    TIMEOUT = "timeout"  # no answer in time, or silence in the middle of one
    CONNECTION = "connection"  # no connection, or it broke
    BROKEN_REPLY = "broken_reply"  # a reply that is no answer: cut off, truncated, of the wrong shape
    KEY = "key"  # 401, 403
    CREDIT = "credit"  # 402, or a 429 that says the spend limit is reached
    NO_MODEL = "no_model"  # 404: no such model there, or retired
    REQUEST = "request"  # 400, 422: this request will never be taken
    TOO_LONG = "too_long"  # 413, or the context does not fit


class ModelUnavailable(TransientError):
    """The model did not answer. `in_doubt`: it may have worked, and been paid, all the same."""

    def __init__(
        self,
        message: str,
        *,
        trouble: Trouble = Trouble.SERVER,
        retry_after_s: float | None = None,
        in_doubt: bool = False,
    ) -> None:
        super().__init__(message, retry_after_s)
        self.trouble = trouble
        self.in_doubt = in_doubt


class ModelRefusesCall(PermanentError):
    """The provider will never accept this call: wrong key, unknown model, bad request."""

    def __init__(self, message: str, *, trouble: Trouble = Trouble.REQUEST) -> None:
        super().__init__(message)
        self.trouble = trouble


class ChatModel(Protocol):
    """Something that completes a conversation."""

    async def complete(self, request: ModelRequest) -> Completion:
        """Ask the model once; no retries of its own.

        Raises:
            ModelUnavailable: time may heal it.
            ModelRefusesCall: it will not.
        """
        ...
