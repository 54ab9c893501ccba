"""The self-consistency of an answer: its own sums, totals, shares, conversions and dates. Pure; linear time."""

from qa.opinions.arithmetic import find_equations
from qa.opinions.calendar_dates import find_dates
from qa.opinions.claims import Claim
from qa.opinions.conversions import find_conversions
from qa.opinions.prose import is_ordinary_arithmetic, lines_of, plain
from qa.opinions.shares import find_shares
from qa.opinions.totals import find_totals


def find_claims(text: str) -> tuple[Claim, ...]:
    """What the answer states in numbers and can be worked out from the answer alone, wrong or right."""
    if not any(char.isdigit() for char in text):
        return ()
    prose = plain(text)
    lines = tuple(lines_of(prose))
    claims: list[Claim] = []
    if is_ordinary_arithmetic(prose):
        for line in lines:
            claims += find_equations(line)
            claims += find_shares(line)
    for line in lines:
        claims += find_conversions(line)
        claims += find_dates(line)
    claims += find_totals(lines, prose)
    return tuple(claims)
