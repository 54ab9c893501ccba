"""A schedule in words, English and Chinese: `30 3 * * *` is "every day at 03:30". Only where the words are few."""

from typing import Final

WEEKDAYS: Final = (
    ("Sundays", "周日"),
    ("Mondays", "周一"),
    ("Tuesdays", "周二"),
    ("Wednesdays", "周三"),
    ("Thursdays", "周四"),
    ("Fridays", "周五"),
    ("Saturdays", "周六"),
)
NAMES: Final = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
HOURS, MINUTES, LAST_DAY = range(24), range(60), 31
FIELDS: Final = 5

type Words = tuple[str, str]
"""English, Chinese."""


def in_words(expression: str) -> Words | None:
    """What the expression says; None where it takes more than a short phrase, or is no schedule of five fields."""
    fields = expression.upper().split()
    if len(fields) != FIELDS or fields[3] != "*":
        return None
    minute, hour, day, _, weekday = fields
    if (often := _often(minute, hour)) is not None:
        return often if (day, weekday) == ("*", "*") else None
    if not (_is_in(minute, MINUTES) and _is_in(hour, HOURS)):
        return None
    at = f"{int(hour):02}:{int(minute):02}"
    days = _days(day, weekday)
    return (f"{days[0]} at {at}", f"{days[1]} {at}") if days is not None else None


def _often(minute: str, hour: str) -> Words | None:
    """More than once a day."""
    if (minute, hour) == ("*", "*"):
        return "every minute", "每分钟"
    if hour == "*" and (step := _step(minute, 60)):
        return f"every {step} minutes", f"每 {step} 分钟"
    if hour == "*" and _is_in(minute, MINUTES):
        return f"every hour at :{int(minute):02}", f"每小时 {int(minute):02} 分"
    if _is_in(minute, MINUTES) and (step := _step(hour, 24)):
        return f"every {step} hours at :{int(minute):02}", f"每 {step} 小时，{int(minute):02} 分"
    return None


def _days(day: str, weekday: str) -> Words | None:
    if (day, weekday) == ("*", "*"):
        return "every day", "每天"
    if weekday == "*" and _is_in(day, range(1, LAST_DAY + 1)):
        return f"on day {int(day)} of every month", f"每月 {int(day)} 日"
    if day != "*":
        return None
    if weekday in ("1-5", "MON-FRI"):
        return "on weekdays", "工作日"
    found = [_weekday(name) for name in weekday.split(",")]
    if any(number is None for number in found):
        return None
    names = [WEEKDAYS[number] for number in found if number is not None]
    english = " and ".join(filter(None, (", ".join(one for one, _ in names[:-1]), names[-1][0])))
    return f"on {english}", "、".join(one for _, one in names)


def _weekday(text: str) -> int | None:
    if text in NAMES:
        return NAMES.index(text)
    return int(text) % 7 if _is_in(text, range(8)) else None


def _step(text: str, whole: int) -> int | None:
    """Of `*/N`, where N divides the whole, so that the distance is the same all the time."""
    head, _, tail = text.partition("/")
    if head != "*" or not tail.isascii() or not tail.isdigit() or not 1 < int(tail) < whole:
        return None
    return int(tail) if whole % int(tail) == 0 else None


def _is_in(text: str, numbers: range) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 2 and int(text) in numbers
