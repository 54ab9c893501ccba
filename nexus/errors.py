"""The error tree of the company. The class decides what happens next.

    NexusError
    ├── ConfigurationError    a setting is wrong: the process refuses to start, one line, names the setting
    ├── TransientError        try again later: the order is redelivered with backoff
    │   └── StoreUnavailable  the database does not answer
    ├── PermanentError        trying again is useless: the order fails and the owner is told why
    └── LeaseLost             another worker owns the order now: drop the work, write nothing

Anything else that is raised is a bug: it is logged once and dead-lettered at the limit of attempts.
"""


class NexusError(Exception):
    """Base of every error this project raises on purpose."""


class ConfigurationError(NexusError):
    """A setting is missing or wrong. The message names the setting and the fix."""


class TransientError(NexusError):
    """Something outside failed in a way that time may heal.

    Args:
        message: what happened, for the owner and the log.
        retry_after_s: how long the other side asked us to wait, in seconds; None leaves it to our backoff.
    """

    def __init__(self, message: str, retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class StoreUnavailable(TransientError):
    """The database did not answer, or not in time."""


class PermanentError(NexusError):
    """Doing the same again cannot succeed. The message is shown to the owner."""


class OrderCancelled(NexusError):
    """The owner has asked for this order to be cancelled: nothing more may be started for it."""


class LeaseLost(NexusError):
    """The order was claimed by somebody else; this worker's writes no longer count."""
