"""Totals: the sum under a list or a table of amounts, and quantity times price in its rows."""

# ruff: noqa: E501 - a pattern reads better in one piece

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from qa.opinions.claims import Claim
from qa.opinions.numerals import CONVENTIONS, DIGITS, Amount, Convention, read_amount, spelled
from qa.opinions.prose import Line

KIND = "total"
_TOTAL = re.compile(
    r"^(?:the )?(?:grand |overall |final )?(?:total(?: cost| amount| price| sum| expenses| costs| hours| points| budget| due)?|sum|totals"
    r"|summe|gesamt(?:summe|betrag|kosten)?|insgesamt|total général|somme|suma(?: total)?|totale|totaal|итого|合计|总计|总共|總計|合計)$",
    re.IGNORECASE,
)
_SUBTOTAL = re.compile(r"\bsub-?total\b|zwischensumme|小计|\bnet\b|netto", re.IGNORECASE)
_LESS = re.compile(
    r"\b(?:discount|rebate|coupon|refund|deduct\w*|credit|less|minus|paid|deposit|rabatt|nachlass|remise|descuento)\b|折扣|优惠",
    re.IGNORECASE,
)
_NOT_SUMMED = re.compile(
    r"\b(?:rate|average|avg|mean|per|each|price|ratio|rank|ranking|growth|change|margin|year|age|score|share|percent\w*|id|no|nr|date|day|week|month"
    r"|optional|einzelpreis|preis|jahr|alter|anteil|schnitt)\b|%|单价|率|平均|年",
    re.IGNORECASE,
)
_VALUE = re.compile(
    rf"^(?P<sign>[-−–+])?\s?(?P<before>US\$|[$€£¥₹])?\s?(?P<minus>[-−])?(?P<digits>{DIGITS})\s?(?P<unit>%|[€£¥₹$]|[^\W\d_]{{1,12}}\.?)?$"
)
_ITEM = re.compile(r"^(?P<label>[^:：\n]{1,80}?)\s*(?:[:：]|\s[-–—=]\s|\.{3,})\s*(?P<value>[^:：]{1,30})$")
_RULE = re.compile(r"^[-=_—*\s]{3,}$")
_CELLS = re.compile(r"(?<!\\)\|")
_ALIGNMENT = re.compile(r"^:?-{1,}:?$")
_QUANTITY = re.compile(
    r"^(?:qty|quantity|units|count|menge|anzahl|stück|cantidad|quantité|数量)\.?$", re.IGNORECASE
)
_PRICE = re.compile(
    r"^(?:unit price|price per unit|price each|unit cost|einzelpreis|stückpreis|prix unitaire|precio unitario|单价)\b.{0,8}$",
    re.IGNORECASE,
)
_AMOUNT = re.compile(
    r"^(?:total|amount|line total|total price|total cost|gesamt|gesamtpreis|summe|betrag|总价|金额)\b.{0,8}$",
    re.IGNORECASE,
)
MAX_ITEMS = 200


@dataclass(frozen=True, slots=True)
class _Entry:
    label: str
    amount: str
    unit: str
    is_negative: bool
    depth: int = 0


def find_totals(lines: Sequence[Line], raw: str) -> Iterator[Claim]:
    """Every total of a list or of a table that can be judged. `raw` is the prose with its table lines as they are."""
    yield from _in_lists(lines)
    yield from _in_tables(raw)


def _in_lists(lines: Sequence[Line]) -> Iterator[Claim]:
    entries: list[_Entry] = []
    gaps = 0
    for line in lines:
        text = line.text.strip()
        if not text or _RULE.match(text):
            gaps += 1
            if gaps > 2:
                entries = []
            continue
        entry = None if line.is_doubtful else _entry(line)
        if entry is None or (gaps and not _TOTAL.match(entry.label)):
            entries = [entry] if entry is not None else []
        elif _TOTAL.match(entry.label):
            yield from _total(entries, entry)
            entries = []
        else:
            entries = [*entries[-MAX_ITEMS:], entry]
        gaps = 0


def _entry(line: Line) -> _Entry | None:
    found = _ITEM.match(line.text.replace("**", "").strip())
    if found is None or "|" in line.text:
        return None
    return _entry_of(found["label"].strip(" *_"), found["value"].strip(" *_"), line.depth)


def _entry_of(label: str, value: str, depth: int = 0) -> _Entry | None:
    read = _VALUE.match(value)
    if read is None or (read["before"] and read["unit"] and not read["unit"].isalpha()):
        return None
    unit = (read["before"] or read["unit"] or "").casefold().removesuffix(".")
    unit = unit.removesuffix("s") if len(unit) > 2 else unit
    is_negative = read["sign"] in ("-", "−", "–") or read["minus"] is not None
    return _Entry(label, read["digits"], unit, is_negative, depth)


def _total(entries: Sequence[_Entry], total: _Entry) -> Iterator[Claim]:
    """Wrong only where neither all of the items, nor the last few of them, nor those of one level make the total."""
    if len(entries) < 2 or total.is_negative or any(e.unit != total.unit for e in entries):
        return
    if any(_NOT_SUMMED.search(e.label) for e in entries if total.unit == "") or total.unit in (
        "x",
        "th",
        "st",
        "nd",
        "rd",
    ):
        return
    sums = [_sums(entries, total, convention) for convention in CONVENTIONS]
    outcomes = [outcome for outcome in sums if outcome is not None]
    if not outcomes:
        return
    said = f"{total.label}: {total.amount} under {len(entries)} items"
    holds = any(holds for holds, _ in outcomes)
    yield Claim(KIND, said, holds, "" if holds else f"the items add up to {spelled(outcomes[0][1])}")


def _sums(entries: Sequence[_Entry], total: _Entry, convention: Convention) -> tuple[bool, Fraction] | None:
    stated = read_amount(total.amount, convention)
    read = [read_amount(entry.amount, convention) for entry in entries]
    amounts = [amount for amount in read if amount is not None]
    if stated is None or len(amounts) != len(entries):
        return None
    signed = [_signed(entry, amount) for entry, amount in zip(entries, amounts, strict=True)]
    slack = _slack(amounts, stated, total)
    items = [place for place, entry in enumerate(entries) if not _SUBTOTAL.search(entry.label)]
    top = min(entry.depth for entry in entries)
    if stated.value < max(amount.value for amount in amounts):
        return None  # no sum of these
    levels = (
        items,
        [place for place in items if entries[place].depth == top],
        [place for place in items if entries[place].depth > top],
        [place for place in range(len(entries)) if place not in items],
    )
    for level in levels:
        values = [signed[place] for place in level]
        plain = [amounts[place].value for place in level]
        for kept in (values, plain):
            if any(
                len(kept) - start >= 2 and abs(sum(kept[start:]) - stated.value) <= slack
                for start in range(len(kept))
            ):
                return True, stated.value
    last = max((place for place in range(len(entries)) if place not in items), default=None)
    if last is not None and abs(sum(signed[last:]) - stated.value) <= slack:
        return True, stated.value
    return False, sum((signed[place] for place in items), Fraction(0))


def _signed(entry: _Entry, amount: Amount) -> Fraction:
    return -amount.value if entry.is_negative or _LESS.search(entry.label) else amount.value


def _slack(amounts: Sequence[Amount], stated: Amount, total: _Entry) -> Fraction:
    """How far rounding may take the total: amounts of money are exact, and so are whole numbers of things."""
    if total.unit == "%":
        return max(stated.ulp, Fraction(len(amounts), 2) * max(amount.ulp for amount in amounts))
    is_money = total.unit in ("$", "us$", "€", "£", "¥", "₹", "eur", "usd", "euro", "dollar")
    rounded = [amount.ulp / 2 for amount in amounts if not amount.is_whole and not is_money]
    coarse = stated.ulp if stated.ulp > min(amount.ulp for amount in amounts) else Fraction(0)
    return max(coarse, sum(rounded, Fraction(0)))


def _in_tables(raw: str) -> Iterator[Claim]:
    rows: list[list[str]] = []
    for line in (*raw.split("\n"), ""):
        stripped = line.strip()
        if "|" in stripped and len(stripped) < 1_500:
            rows.append([cell.strip(" *_") for cell in _CELLS.split(stripped.strip("|"))])
            continue
        if len(rows) >= 4:
            yield from _table(rows[:MAX_ITEMS])
        rows = []


def _table(rows: list[list[str]]) -> Iterator[Claim]:
    if not all(_ALIGNMENT.match(cell) for cell in rows[1] if cell) or len({len(row) for row in rows}) != 1:
        return
    header, body = rows[0], rows[2:]
    last = body[-1]
    if _TOTAL.match(last[0].rstrip(":")):
        for column in range(1, len(header)):
            yield from _column(header[column], [row[0] for row in body[:-1]], [row[column] for row in body])
    if len(header) <= 5:
        yield from _products(header, body)


def _column(title: str, labels: Sequence[str], cells: Sequence[str]) -> Iterator[Claim]:
    if _NOT_SUMMED.search(title) or any(_SUBTOTAL.search(label) or _TOTAL.match(label) for label in labels):
        return
    read = [_entry_of(label, cell) for label, cell in zip((*labels, "total"), cells, strict=True)]
    entries = [entry for entry in read if entry is not None]
    if len(entries) == len(cells):
        yield from _total(entries[:-1], entries[-1])


def _products(header: Sequence[str], body: Sequence[Sequence[str]]) -> Iterator[Claim]:
    """Rows of exactly a quantity, a price of one, and an amount."""
    places = [
        [n for n, title in enumerate(header) if form.match(title)] for form in (_QUANTITY, _PRICE, _AMOUNT)
    ]
    if any(len(place) != 1 for place in places):
        return
    numeric = [n for n in range(len(header)) if all(_VALUE.match(row[n]) for row in body[:-1])]
    if len(set(numeric) - {place[0] for place in places} - {0}) > 0:
        return
    for row in body:
        cells = [_entry_of("", row[place[0]]) for place in places]
        if None in cells:
            continue
        quantity, price, amount = (cell for cell in cells if cell is not None)
        yield from _product(quantity, price, amount)


def _product(quantity: _Entry, price: _Entry, amount: _Entry) -> Iterator[Claim]:
    outcomes = []
    for convention in CONVENTIONS:
        read = [read_amount(entry.amount, convention) for entry in (quantity, price, amount)]
        if None not in read:
            one, each, stated = (value for value in read if value is not None)
            outcomes.append((abs(one.value * each.value - stated.value) < stated.ulp, one.value * each.value))
    if outcomes:
        holds = any(holds for holds, _ in outcomes)
        said = f"{quantity.amount} at {price.amount} is {amount.amount}"
        yield Claim(
            KIND,
            said,
            holds,
            "" if holds else f"{quantity.amount} × {price.amount} is {spelled(outcomes[0][1])}",
        )
