"""Checksums that tell a number that was given out from one that was typed. Pure; every argument is what was matched."""

import string
from datetime import date

from qa.secrets.values import words

_CARD_LENGTHS = (
    # first, last, number of leading digits, lengths: ISO/IEC 7812 issuer ranges
    (4, 4, 1, (13, 16, 19)),
    (51, 55, 2, (16,)),
    (2221, 2720, 4, (16,)),
    (34, 34, 2, (15,)),
    (37, 37, 2, (15,)),
    (300, 305, 3, (14,)),
    (36, 36, 2, (14,)),
    (38, 39, 2, (14,)),
    (6011, 6011, 4, (16, 19)),
    (644, 649, 3, (16, 19)),
    (65, 65, 2, (16, 19)),
    (3528, 3589, 4, (16, 19)),
    (62, 62, 2, (16, 17, 18, 19)),
    (1220, 1220, 4, (15,)),
    (5018, 5018, 4, (16, 18)),
    (6304, 6304, 4, (16, 17, 18, 19)),
)
IBAN_LENGTHS = {
    "AD": 24, "AE": 23, "AL": 28, "AT": 20, "AZ": 28, "BA": 20, "BE": 16, "BG": 22, "BH": 22, "BR": 29, "BY": 28,
    "CH": 21, "CR": 22, "CY": 28, "CZ": 24, "DE": 22, "DK": 18, "DO": 28, "EE": 20, "EG": 29, "ES": 24, "FI": 18,
    "FO": 18, "FR": 27, "GB": 22, "GE": 22, "GI": 23, "GL": 18, "GR": 27, "GT": 28, "HR": 21, "HU": 28, "IE": 22,
    "IL": 23, "IQ": 23, "IS": 26, "IT": 27, "JO": 30, "KW": 30, "KZ": 20, "LB": 28, "LC": 32, "LI": 21, "LT": 20,
    "LU": 20, "LV": 21, "LY": 25, "MC": 27, "MD": 24, "ME": 22, "MK": 19, "MR": 27, "MT": 31, "MU": 30, "NL": 18,
    "NO": 15, "PK": 24, "PL": 28, "PS": 29, "PT": 25, "QA": 29, "RO": 24, "RS": 22, "SA": 24, "SC": 31, "SD": 18,
    "SE": 24, "SI": 19, "SK": 24, "SM": 27, "ST": 25, "SV": 28, "TL": 23, "TN": 24, "TR": 26, "UA": 29, "VA": 22,
    "VG": 24, "XK": 20,
}  # fmt: skip
_IBAN_VALUES = {char: str(value) for value, char in enumerate(string.digits + string.ascii_uppercase)}
_VERHOEFF = (
    "0123456789", "1234067895", "2340178956", "3401289567", "4012395678",
    "5987604321", "6598710432", "7659821043", "8765932104", "9876543210",
)  # fmt: skip
_VERHOEFF_MOVES = (
    "0123456789", "1576283094", "5803796142", "8916043527", "9453126870", "4286573901", "2793806415", "7046913258",
)  # fmt: skip
_CHINA_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
# What the card networks and banks print in their documentation.
_SHOWN = words(
    """
    4242424242424242 4111111111111111 4000056655665556 5555555555554444 2223003122003222 5200828282828210
    5105105105105100 378282246310005 371449635398431 6011111111111117 6011000990139424 3056930009020004
    30569309025904 36227206271667 38520000023237 3566002020360505 6200000000000005 4012888888881881
    4222222222222 378734493671000
    """
)
_SHOWN_IBANS = words(
    """
    DE89370400440532013000 GB29NWBK60161331926819 GB82WEST12345698765432 GB33BUKB20201555555555
    FR1420041010050500013M02606 NL91ABNA0417164300 CH9300762011623852957 BE68539007547034
    ES9121000418450200051332 IT60X0542811101000000123456 AT611904300234573201
    """
)


def digits(value: str) -> str:
    """The ASCII digits of `value`."""
    return "".join(char for char in value if "0" <= char <= "9")


def luhn(number: str) -> bool:
    """ISO/IEC 7812-1, annex B."""
    total = 0
    for place, char in enumerate(reversed(number)):
        doubled = int(char) * (1 + place % 2)
        total += doubled - 9 * (doubled > 9)
    return total % 10 == 0


def is_card(value: str) -> bool:
    """A payment card's number: an issuer's range, its length and the checksum; no documented test number."""
    number = digits(value)
    if not 13 <= len(number) <= 19 or len(set(number)) < 4 or number in _SHOWN:
        return False
    known = any(
        first <= int(number[:lead]) <= last and len(number) in lengths
        for first, last, lead, lengths in _CARD_LENGTHS
    )
    return known and luhn(number)


def is_iban(value: str) -> bool:
    """ISO 13616: the country's length, and 1 when divided by 97; no documented example."""
    plain = value.replace(" ", "").replace("-", "").upper()
    if (
        IBAN_LENGTHS.get(plain[:2]) != len(plain)
        or not plain.isalnum()
        or not plain.isascii()
        or plain in _SHOWN_IBANS
    ):
        return False
    return int("".join(_IBAN_VALUES[char] for char in plain[4:] + plain[:4])) % 97 == 1


def is_us_ssn(value: str) -> bool:
    """A United States social security number has no checksum, only numbers that are never given out."""
    area, group, serial = value[:3], value[4:6], value[7:]
    shown = {"078-05-1120", "219-09-9999", "123-45-6789", "987-65-4321", "111-22-3333", "123-12-1234"}
    if value.replace(" ", "-") in shown or area in ("000", "666") or area[0] == "9":
        return False
    return group != "00" and serial != "0000" and len(set(area + group + serial)) > 2


def is_china_id(value: str) -> bool:
    """GB 11643-1999: a date of birth and MOD 11-2."""
    if not _is_date(value[6:10], value[10:12], value[12:14]):
        return False
    total = sum(int(digit) * weight for digit, weight in zip(value[:17], _CHINA_WEIGHTS, strict=True))
    return "10X98765432"[total % 11] == value[17].upper()


def is_spain_id(value: str) -> bool:
    """DNI and NIE: the number divided by 23 gives the letter."""
    plain = value.replace("-", "").replace(" ", "").upper()
    number = plain[:-1].translate(str.maketrans("XYZ", "012"))
    return len(set(number)) > 2 and "TRWAGMYFPDXBNJZSQVHLCKE"[int(number) % 23] == plain[-1]


def is_brazil_cpf(value: str) -> bool:
    """Cadastro de Pessoas Físicas: two check digits, MOD 11."""
    number = [int(digit) for digit in digits(value)]
    if len(number) != 11 or len(set(number)) == 1:
        return False
    for known in (9, 10):
        total = sum(digit * (known + 1 - place) for place, digit in enumerate(number[:known]))
        if total * 10 % 11 % 10 != number[known]:
            return False
    return True


def is_aadhaar(value: str) -> bool:
    """India's Aadhaar: twelve digits, the first not 0 or 1, Verhoeff's checksum."""
    number = digits(value)
    check = 0
    for place, digit in enumerate(reversed(number)):
        check = int(_VERHOEFF[check][int(_VERHOEFF_MOVES[place % 8][int(digit)])])
    return len(number) == 12 and number[0] not in "01" and check == 0


def is_france_nir(value: str) -> bool:
    """Numéro de sécurité sociale: 97 less the number divided by 97."""
    plain = value.replace(" ", "").upper().replace("2A", "19").replace("2B", "18")
    return len(plain) == 15 and plain.isdigit() and 97 - int(plain[:13]) % 97 == int(plain[13:])


def is_italy_cf(value: str) -> bool:
    """Codice fiscale: the sum of its characters gives the last letter."""
    odd = (1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23)
    total = 0
    for place, char in enumerate(value[:15].upper()):
        at = int(char) if char.isdigit() else ord(char) - ord("A")
        total += odd[at] if place % 2 == 0 else at
    return chr(ord("A") + total % 26) == value[15].upper()


def is_weighted(value: str, weights: tuple[int, ...], modulus: int) -> bool:
    """The digits times these weights, summed, are a multiple of the modulus; and they are not all the same."""
    number = digits(value)
    if len(number) != len(weights) or len(set(number)) < 3:
        return False
    return sum(int(digit) * weight for digit, weight in zip(number, weights, strict=True)) % modulus == 0


def is_nhs(value: str) -> bool:
    """United Kingdom, NHS number: MOD 11."""
    return is_weighted(value, (10, 9, 8, 7, 6, 5, 4, 3, 2, 1), 11)


def is_bsn(value: str) -> bool:
    """Netherlands, burgerservicenummer: the eleven test."""
    return is_weighted(value, (9, 8, 7, 6, 5, 4, 3, 2, -1), 11)


def is_pesel(value: str) -> bool:
    """Poland, PESEL: weights 1, 3, 7, 9 and a month from 1 to 12 in one of five centuries."""
    return is_weighted(value, (1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1), 10) and 1 <= int(value[2:4]) % 20 <= 12


def is_sweden_pn(value: str) -> bool:
    """Sweden, personnummer: Luhn over the last ten digits and a date."""
    number = digits(value)[-10:]
    return _is_date("2000", number[2:4], number[4:6]) and luhn(number)


def is_finland_hetu(value: str) -> bool:
    """Finland, henkilötunnus: nine digits divided by 31 give the last character."""
    number = digits(value[:6] + value[7:10])
    return (
        _is_date("2000", value[2:4], value[:2])
        and "0123456789ABCDEFHJKLMNPRSTUVWXY"[int(number) % 31] == value[10]
    )


def is_singapore_nric(value: str) -> bool:
    """Singapore, NRIC and FIN: weights 2, 7, 6, 5, 4, 3, 2 give the letter."""
    total = sum(int(d) * w for d, w in zip(value[1:8], (2, 7, 6, 5, 4, 3, 2), strict=True)) + 4 * (
        value[0] in "TG"
    )
    return ("JZIHGFEDCBA" if value[0] in "ST" else "XWUTRQPNMLK")[total % 11] == value[8]


def is_canada_sin(value: str) -> bool:
    """Canada, social insurance number: Luhn, the first digit neither 0 nor 8."""
    number = digits(value)
    return len(number) == 9 and number[0] not in "08" and len(set(number)) > 3 and luhn(number)


def is_korea_rrn(value: str) -> bool:
    """South Korea, resident registration number: a date and MOD 11."""
    number = digits(value)
    if len(number) != 13 or not _is_date("2000", number[2:4], number[4:6]):
        return False
    weights = (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)
    total = sum(int(digit) * weight for digit, weight in zip(number, weights, strict=False))
    return (11 - total % 11) % 10 == int(number[12])


def is_swiss_ahv(value: str) -> bool:
    """Switzerland, AHV number: EAN-13 that begins with 756."""
    number = digits(value)
    total = sum(int(digit) * (1 + 2 * (place % 2)) for place, digit in enumerate(number))
    return len(number) == 13 and len(set(number[3:])) > 3 and total % 10 == 0


def is_germany_tax_id(value: str) -> bool:
    """Germany, steuerliche Identifikationsnummer: ISO 7064, MOD 11,10."""
    number, product = digits(value), 10
    if len(number) != 11 or number[0] == "0" or len(set(number[:10])) not in (8, 9):
        return False
    for digit in number[:10]:
        total = (int(digit) + product) % 10 or 10
        product = total * 2 % 11
    return (11 - product) % 10 == int(number[10])


def _is_date(year: str, month: str, day: str) -> bool:
    try:
        date(int(year), int(month), int(day))
    except ValueError:
        return False
    return 1850 <= int(year) <= 2100
