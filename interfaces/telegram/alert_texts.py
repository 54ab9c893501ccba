"""An alert as a message. The company words its alerts in English; those it knows how to put are said in Chinese."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final

from db.statements.alerts import AlertRow
from interfaces.telegram.format import clean
from interfaces.telegram.wording import money, title
from interfaces.telegram.words import WORDS, language_of, say
from nexus.health_words import with_durations
from nexus.logs import get_logger
from nexus.work_order import Role

log = get_logger(__name__)

MARKS: Final = {"info": "ℹ️", "warning": "⚠️", "critical": "🚨"}
COMPANY: Final = "company"


def alert_text(alert: AlertRow, language_code: str | None) -> str:
    """The alert in the reader's language, where there are words for its kind; else as it is, in English."""
    key, language = f"alert:{alert.kind}", language_of(language_code)
    text = alert.text
    if language != "en" and key in WORDS:
        try:
            text = say(language, key, **_told(language, json.loads(alert.details)))
        except (KeyError, ValueError, ArithmeticError):  # of another version of the company
            log.warning("telegram.alert_untranslated", kind=alert.kind)
    return f"{MARKS[alert.severity.value]} {clean(text)}"


def told_by_heartbeat(alert: AlertRow) -> frozenset[int]:
    """Whom the heartbeat has told of it by itself."""
    if not alert.kind.startswith("health."):
        return frozenset()
    return frozenset(json.loads(alert.details).get("told", ()))


def _told(language: str, details: Mapping[str, object]) -> dict[str, object]:
    """The details as they are read: amounts as money, scopes and periods as words."""
    told = with_durations(details, language)
    for name, value in details.items():
        if name.endswith("_usd"):
            amount = None if value is None else Decimal(str(value))
            told[name.removesuffix("_usd")] = say(language, "no_limit") if amount is None else money(amount)
    if "scope" in details:
        scope = str(details["scope"])
        told["who"] = say(language, COMPANY) if scope == COMPANY else title(language, Role(scope))
        told["when"] = say(language, f"w_{details['kind']}")
    if "resets_at" in details:
        told["resets"] = f"{datetime.fromisoformat(str(details['resets_at'])).astimezone(UTC):%m-%d %H:%M}"
    if "due_at" in details:
        told["due"] = f"{datetime.fromisoformat(str(details['due_at'])).astimezone(UTC):%m-%d %H:%M}"
    if "by" in details:
        told["why"] = f"：{details['reason']}" if details.get("reason") else ""
    return told
