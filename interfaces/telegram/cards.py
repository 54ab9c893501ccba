"""The card: the one message of an order that is edited while it moves."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from interfaces.telegram.format import clean
from interfaces.telegram.reasons import reason_text
from interfaces.telegram.wording import price
from interfaces.telegram.words import say
from nexus.receipt import Receipt
from nexus.usage import cost_text
from nexus.work_order import TERMINAL

LINES = 8
LINE_CHARS = 240
HEARD_CHARS = 1000
ENDS = frozenset(f"order.{status.value}" for status in TERMINAL)
_SILENT = frozenset({"order.queued"})


@dataclass(slots=True)
class Card:
    """What is known of an order, as lines. `began` is when it was accepted."""

    language: str
    began: datetime
    lines: list[str] = field(default_factory=list)
    heard: str | None = None
    ended: bool = False
    money: str | None = None
    seconds: float | None = None

    def saw(self, event: str, payload: dict[str, Any]) -> None:
        """Take in what happened."""
        if event in _SILENT:
            return
        if event == "order.transcribed":
            self.heard = _short(str(payload.get("text", "")), HEARD_CHARS)
            return
        if event in ENDS:
            self._end(event, payload)
            return
        line = self._line(event.removeprefix("order."), payload)
        if line and line not in self.lines[-1:]:
            self.lines.append(_short(line, LINE_CHARS))

    def text(self, now: datetime) -> str:
        """The card as it reads at `now`."""
        lines = [say(self.language, "transcribed", text=self.heard)] if self.heard is not None else []
        lines += self.lines[-LINES:] or [say(self.language, "queued")]
        seconds = self.seconds if self.seconds is not None else max(0.0, (now - self.began).total_seconds())
        facts = [say(self.language, "seconds", n=f"{seconds:.0f}"), *([self.money] if self.money else [])]
        return "\n".join([*lines[:-1], f"{lines[-1]} · {' · '.join(facts)}"])

    def _end(self, event: str, payload: dict[str, Any]) -> None:
        self.ended = True
        self.lines.append(say(self.language, event.removeprefix("order.")))
        if payload.get("receipt"):
            receipt = Receipt.model_validate(payload["receipt"])
            self.seconds = receipt.seconds
            if receipt.model or receipt.equipment:  # else nobody was asked, nothing was spent
                self.money = self._cost(receipt)

    def _cost(self, receipt: Receipt) -> str:
        if self.language == "en":
            return cost_text(receipt.cost_usd, local=receipt.local)
        return price(self.language, receipt.cost_usd, local=receipt.local)

    def _line(self, name: str, payload: dict[str, Any]) -> str | None:
        """One line for what happened; None for what the owner need not know."""
        match name:
            case "triaged":
                reason = reason_text(self.language, str(payload.get("reason")))
                return self._say("triaged", role=payload.get("owner"), reason=reason)
            case "working" if payload.get("fallback"):
                return self._say("fallback", model=payload.get("model"))
            case "working":
                n = payload.get("attempt", 1)
                key = "working" if n == 1 else "working_again"
                return self._say(key, role=payload.get("role"), model=payload.get("model"), n=n)
            case "qa" if payload.get("passed"):
                return self._say("qa_passed", checks=payload.get("checks"))
            case "qa":
                names = ", ".join(str(check.get("name")) for check in payload.get("failed", ()))
                return self._say("qa_failed", failed=names or "?")
            case "retrying" | "held" | "approved":
                return self._say(name)
            case "escalated" | "stepped_down" | "waiting":
                role = payload.get("role") if name == "waiting" else payload.get("to")
                return self._say(name, role=role, reason=payload.get("reason", ""))
            case "postponed":
                return self._say(name, seconds=payload.get("wait_s"), reason=payload.get("reason"))
            case _:
                return None

    def _say(self, key: str, *, role: object = None, **values: object) -> str:
        named = {"role": say(self.language, str(role))} if role else {}
        return say(self.language, key, **named, **{name: clean(str(value)) for name, value in values.items()})


def _short(text: str, limit: int) -> str:
    plain = " ".join(clean(text).split())
    return plain if len(plain) <= limit else f"{plain[: limit - 1]}…"
