"""What an answer says that can be proved from the answer alone: a claim, and whether it holds.

Found by the readers beside this file, judged by `qa.opinions.checking`. A claim is wrong only where no usual reading
of its numbers makes it right; what is in doubt is no claim at all.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Claim:
    """One statement of the answer.

    Attributes:
        kind: what it is about, in a word or two, such as "arithmetic".
        said: the words of the answer.
        holds: False where it is surely wrong.
        instead: what would be right, in words; empty where it holds.
    """

    kind: str
    said: str
    holds: bool
    instead: str = ""
