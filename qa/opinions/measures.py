"""Units with exact factors, by dimension. Units that mean different things in different places have several."""

# ruff: noqa: E501 - a list reads better in one piece

from fractions import Fraction

_LENGTH = {
    "mm": "0.001", "millimeter": "0.001", "millimetre": "0.001", "cm": "0.01", "centimeter": "0.01", "centimetre": "0.01",
    "zentimeter": "0.01", "dm": "0.1", "m": "1", "meter": "1", "metre": "1", "metro": "1", "mètre": "1", "米": "1",
    "km": "1000", "kilometer": "1000", "kilometre": "1000", "kilómetro": "1000", "公里": "1000", "千米": "1000",
    "厘米": "0.01", "in": "0.0254", "inch": "0.0254", "inche": "0.0254", "ft": "0.3048", "foot": "0.3048", "feet": "0.3048",
    "yd": "0.9144", "yard": "0.9144", "mi": "1609.344", "mile": "1609.344",
}  # fmt: skip
_MASS = {
    "mg": "0.000001", "milligram": "0.000001", "g": "0.001", "gram": "0.001", "gramm": "0.001", "gramo": "0.001",
    "gramme": "0.001", "克": "0.001", "kg": "1", "kilogram": "1", "kilo": "1", "kilogramm": "1", "kilogramo": "1",
    "公斤": "1", "千克": "1", "lb": "0.45359237", "pound": "0.45359237",
}  # fmt: skip
_VOLUME = {
    "ml": "0.001", "milliliter": "0.001", "millilitre": "0.001", "cl": "0.01", "dl": "0.1", "l": "1", "liter": "1",
    "litre": "1", "litro": "1", "升": "1", "毫升": "0.001",
}  # fmt: skip
_TIME = {
    "second": "1", "sec": "1", "sekunde": "1", "sekunden": "1", "segundo": "1", "seconde": "1", "秒": "1", "minute": "60",
    "min": "60", "minuten": "60", "minuto": "60", "分钟": "60", "hour": "3600", "hr": "3600", "h": "3600", "stunde": "3600",
    "stunden": "3600", "hora": "3600", "heure": "3600", "小时": "3600",
}  # fmt: skip
_SPAN = {
    "day": "1", "tag": "1", "tage": "1", "día": "1", "jour": "1", "天": "1", "week": "7", "woche": "7", "wochen": "7",
    "semana": "7", "semaine": "7",
}  # fmt: skip
_TABLES = (
    ("length", _LENGTH), ("mass", _MASS), ("volume", _VOLUME), ("time", _TIME), ("span", _SPAN),
)  # fmt: skip
_FACTORS = {
    name: (dimension, Fraction(factor)) for dimension, table in _TABLES for name, factor in table.items()
}
_WORKED = {
    "month": "span",
    "year": "span",
    "months": "span",
    "years": "span",
    "ounce": "mass",
    "oz": "mass",
    "ton": "mass",
    "tonne": "mass",
}

UNITS = "|".join(sorted((name for name in _FACTORS), key=len, reverse=True))
"""All names of units, for a pattern; an s may follow."""


def factor_of(unit: str) -> tuple[str, Fraction] | None:
    """Its dimension, and how many of that dimension's base unit it is; None where it is not known exactly."""
    name = unit.strip().casefold().rstrip(".")
    return _FACTORS.get(name) or _FACTORS.get(name.removesuffix("s"))


def dimension_of(unit: str) -> str | None:
    """What it measures, also where its factor differs from case to case; None where it is no measure."""
    found = factor_of(unit)
    if found is not None:
        # A day may have eight hours, in an office: what mixes the two is left alone.
        return "time" if found[0] == "span" else found[0]
    return "time" if _WORKED.get(unit.casefold()) == "span" else _WORKED.get(unit.casefold())
