"""Pairing codes: made by the Telegram bot for a stranger, typed by the owner at the company or in the dashboard."""

import hashlib
import secrets
from datetime import timedelta

CHARS = 8
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: no letter looks like another or like a digit
LIVES = timedelta(hours=1)
_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1", "-": None, " ": None})


def new_code() -> str:
    """A code as it is shown, e.g. 7K3M-9XQ2: 40 random bits, which nobody can guess over the network."""
    code = "".join(secrets.choice(ALPHABET) for _ in range(CHARS))
    return f"{code[:4]}-{code[4:]}"


def hash_of(code: str) -> str:
    """What is kept of a code. Small letters, blanks and dashes make no difference, nor what looks alike."""
    return hashlib.sha256(code.upper().translate(_READ_AS).encode()).hexdigest()
