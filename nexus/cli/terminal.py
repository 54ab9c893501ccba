"""Text from models and logs, made safe to print: it can neither move the cursor nor pass for something else."""

import unicodedata

KEPT = "\n\t"
# Bidirectional controls reorder what is read; see "Trojan Source", CVE-2021-42574.
REORDERING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f")


def plain(text: str) -> str:
    """`text` without control characters (escape sequences lose their escape); newline and tab stay."""
    return "".join(char for char in text if char in KEPT or not _is_control(char))


def one_line(text: str) -> str:
    """`plain`, with every run of white space as one blank."""
    return " ".join(plain(text).split())


def _is_control(char: str) -> bool:
    return char in REORDERING or unicodedata.category(char) in ("Cc", "Cs")
