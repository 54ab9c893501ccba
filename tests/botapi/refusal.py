"""How the fake says no: the status and the words that Telegram uses."""

from collections.abc import Mapping


class Refused(Exception):
    """A request that Telegram answers with `ok: false`.

    `description` begins with the name of the status ("Bad Request: …"), as Telegram writes it.
    """

    def __init__(self, status: int, description: str, *, retry_after_s: int | None = None) -> None:
        super().__init__(description)
        self.status = status
        self.description = description
        self.retry_after_s = retry_after_s

    def as_json(self) -> Mapping[str, object]:
        """The body of the answer."""
        body: dict[str, object] = {"ok": False, "error_code": self.status, "description": self.description}
        if self.retry_after_s is not None:
            body["parameters"] = {"retry_after": self.retry_after_s}
        return body


def bad(reason: str) -> Refused:
    """400 with `reason`; its first letter is written small, unless it begins with a constant's name."""
    small = reason[:1].lower() + reason[1:] if reason[1:2].islower() else reason
    return Refused(400, f"Bad Request: {small}")


def flood(retry_after_s: int) -> Refused:
    """429 for `retry_after_s` seconds."""
    return Refused(429, f"Too Many Requests: retry after {retry_after_s}", retry_after_s=retry_after_s)
