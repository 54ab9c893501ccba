"""Dates with their weekday, dates that do not exist, and the time between two times of a day."""

# ruff: noqa: E501 - a pattern reads better in one piece

import re
from collections.abc import Iterator
from datetime import date, timedelta

from qa.opinions.claims import Claim
from qa.opinions.prose import Line

KIND = "date"
_MONTHS = (
    ("january", "jan", "januar", "janvier", "enero", "gennaio", "janeiro", "januari"),
    ("february", "feb", "februar", "février", "febrero", "febbraio", "fevereiro", "februari"),
    ("march", "mar", "märz", "mars", "marzo", "março", "maart"),
    ("april", "apr", "avril", "abril", "aprile"),
    ("may", "mai", "mayo", "maggio", "maio", "mei"),
    ("june", "jun", "juni", "juin", "junio", "giugno", "junho"),
    ("july", "jul", "juli", "juillet", "julio", "luglio", "julho"),
    ("august", "aug", "août", "agosto", "augustus"),
    ("september", "sep", "sept", "septembre", "septiembre", "settembre", "setembro"),
    ("october", "oct", "oktober", "octobre", "octubre", "ottobre", "outubro"),
    ("november", "nov", "novembre", "noviembre", "novembro"),
    ("december", "dec", "dezember", "décembre", "diciembre", "dicembre", "dezembro"),
)
_DAYS = (
    ("monday", "mon", "montag", "lundi", "lunes", "lunedì", "maandag", "星期一", "周一"),
    ("tuesday", "tue", "tues", "dienstag", "mardi", "martes", "martedì", "dinsdag", "星期二", "周二"),
    ("wednesday", "wed", "mittwoch", "mercredi", "miércoles", "mercoledì", "woensdag", "星期三", "周三"),
    (
        "thursday",
        "thu",
        "thur",
        "thurs",
        "donnerstag",
        "jeudi",
        "jueves",
        "giovedì",
        "donderdag",
        "星期四",
        "周四",
    ),
    ("friday", "fri", "freitag", "vendredi", "viernes", "venerdì", "vrijdag", "星期五", "周五"),
    ("saturday", "sat", "samstag", "samedi", "sábado", "sabato", "zaterdag", "星期六", "周六"),
    ("sunday", "sun", "sonntag", "dimanche", "domingo", "domenica", "zondag", "星期日", "星期天", "周日"),
)
_MONTH_OF = {name: number for number, names in enumerate(_MONTHS, 1) for name in names}
_DAY_OF = {name: number for number, names in enumerate(_DAYS) for name in names}
_M = "|".join(sorted(_MONTH_OF, key=len, reverse=True))
_W = "|".join(sorted(_DAY_OF, key=len, reverse=True))
_Y = r"(?P<year>(?:19|20|21)\d\d)(?!\d)"
_D = r"(?P<day>[0-3]?\d)(?:st|nd|rd|th|\.|er)?"
_BODY = (
    rf"(?P<month>{_M})\.? {_D},? {_Y}",
    rf"{_D}(?: of| de)? (?P<month>{_M})\.?(?: de)?,? {_Y}",
    r"(?P<year>(?:19|20|21)\d\d)-(?P<month>\d\d)-(?P<day>\d\d)(?![\d-])",
    r"(?P<year>(?:19|20|21)\d\d)年(?P<month>\d{1,2})月(?P<day>\d{1,2})日",
)
_DATES = tuple(re.compile(rf"(?<![\w-]){body}", re.IGNORECASE) for body in _BODY)
_BEFORE = re.compile(rf"(?<!\w)(?P<weekday>{_W})\.?,? (?:(?:the|den|der|le|el) )?$", re.IGNORECASE)
_AFTER = re.compile(
    rf"^(?:,? ?[(（]|,? (?:is|was|falls on|fell on|will be|ist|war|fällt auf einen) (?:a |an |einen? )?|是|, a )(?P<weekday>{_W})(?!\w)",
    re.IGNORECASE,
)
_MAY_NOT_EXIST = re.compile(
    r"\b(?:exist\w{0,2}|invalid|impossible|no such|leap|only has|has only|existiert|there is no)\b|不存在|闰",
    re.IGNORECASE,
)
_CLOCK = re.compile(
    r"(?<![\w:.])(?P<h1>\d{1,2}):(?P<m1>\d\d) ?(?P<s1>[ap]\.?m\.?)? ?(?:-|–|—|to|until|till|bis) ?(?P<h2>\d{1,2}):(?P<m2>\d\d) ?(?P<s2>[ap]\.?m\.?)?"
    r" \((?:(?P<hours>\d{1,2}(?:\.\d{1,2})?) ?(?:hours?|hrs?|h|Stunden?))?(?:,? ?(?:and )?(?P<minutes>\d{1,3}) ?(?:minutes?|mins?|Minuten))?\)",
    re.IGNORECASE,
)
_PLACES = re.compile(
    r"\b(?:flight|depart\w*|arriv\w*|lands?|time ?zone|local|UTC|GMT|[ECMP][SD]T|break|lunch|net|shift|travel|train|work(?:ing)?|plus|excluding)\b",
    re.IGNORECASE,
)


def find_dates(line: Line) -> Iterator[Claim]:
    """Every date and span of the line that can be judged."""
    for sentence in line.sentences:
        for pattern in _DATES:
            for found in pattern.finditer(sentence):
                yield from _date(found, line)
        if ":" in sentence and not _PLACES.search(sentence):
            for found in _CLOCK.finditer(sentence):
                yield from _span(found)


def _date(found: re.Match[str], line: Line) -> Iterator[Claim]:
    month = found["month"].casefold()
    number = int(month) if month.isdigit() else _MONTH_OF[month]
    day = _made(int(found["year"]), number, int(found["day"]))
    said = found[0].strip()
    if day is None:
        if 1 <= number <= 12 and 29 <= int(found["day"]) <= 31 and not _MAY_NOT_EXIST.search(line.text):
            yield Claim(KIND, said, holds=False, instead=f"{said} does not exist")
        return
    named = _BEFORE.search(found.string[max(0, found.start() - 24) : found.start()]) or _AFTER.match(
        found.string[found.end() :]
    )
    if named is None:
        return
    weekday = _DAY_OF[named["weekday"].casefold()]
    holds = day.weekday() == weekday
    right = _DAYS[day.weekday()][0].title()
    yield Claim(KIND, f"{named['weekday']}, {said}", holds, "" if holds else f"{said} is a {right}")


def _made(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _span(found: re.Match[str]) -> Iterator[Claim]:
    if not (found["hours"] or found["minutes"]) or int(found["m1"]) > 59 or int(found["m2"]) > 59:
        return
    stated = (
        timedelta(hours=float(found["hours"] or 0), minutes=int(found["minutes"] or 0)).total_seconds() / 60
    )
    between = int(found["h2"]) * 60 + int(found["m2"]) - int(found["h1"]) * 60 - int(found["m1"])
    # Twelve hours more or less: morning or afternoon, this day or the next.
    holds = any(abs(between + half * 720 - stated) < 1 for half in (-1, 0, 1, 2))
    right = f"it is {between % 720 // 60} h {between % 60} min"
    yield Claim("time span", found[0].strip(), holds, "" if holds else right)
