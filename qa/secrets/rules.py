"""What a rule for tokens of a known form is, and how all of them are tried in one pass. Read by `qa.secrets.scan`.

A rule's prefix is what the scan looks for; only where it stands, at the edge of a word, the rest is tried.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

MAX_TOKEN_CHARS = 4096
_BOUNDARY = r"(?<![A-Za-z0-9])"


@dataclass(frozen=True, slots=True)
class Rule:
    """One form of a token.

    Attributes:
        kind: what it is called in proofs and in "[redacted: kind]".
        prefixes: one of these, exactly as written, begins the token.
        rest: a regular expression for what follows the prefix; counts are bounded, so a try costs little.
        min_bits: entropy of a character of the rest, below which it is an example.
        is_real: what else must hold of the whole token, such as a checksum or a header that can be decoded.
        bounded: no letter or digit follows.
    """

    kind: str
    prefixes: tuple[str, ...]
    rest: str
    min_bits: float = 2.5
    is_real: Callable[[str], bool] | None = None
    bounded: bool = True

    def compiled(self) -> re.Pattern[str]:
        """The whole token; the group `s`, where `rest` has one, is the secret alone."""
        prefix = "|".join(map(re.escape, self.prefixes))
        return re.compile(f"(?:{prefix})(?:{self.rest})" + ("(?![A-Za-z0-9])" if self.bounded else ""))


class Prefixes:
    """Finds every token of a set of rules in one pass over a text."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        by_prefix: dict[str, list[tuple[Rule, re.Pattern[str]]]] = {}
        for rule in rules:
            pattern = rule.compiled()
            for prefix in rule.prefixes:
                by_prefix.setdefault(prefix, []).append((rule, pattern))
        # Where one prefix begins another, the longer one is found, and the rules of both are tried.
        self._tried = {
            prefix: [
                pair
                for other in sorted(by_prefix, key=len, reverse=True)
                if prefix.startswith(other)
                for pair in by_prefix[other]
            ]
            for prefix in by_prefix
        }
        self._any = re.compile(_BOUNDARY + _branches(sorted(by_prefix)))

    def matches(self, text: str) -> Iterator[tuple[Rule, re.Match[str]]]:
        """Each token: its rule and its match; where several rules match, all of them, the likeliest first."""
        end = 0  # of the last token: within it no other begins
        for found in self._any.finditer(text):
            if found.start() < end:
                continue
            for rule, pattern in self._tried[found[0]]:
                match = pattern.match(text, found.start())
                if match is not None:
                    end = max(end, match.end())
                    yield rule, match


def _branches(words: list[str]) -> str:
    """The words as one expression that branches letter by letter, longest first: `a(?:bc|d)`."""
    tree: dict[str, dict] = {}  # type: ignore[type-arg]
    for word in words:
        node = tree
        for char in word:
            node = node.setdefault(char, {})
        node[""] = {}
    return _written(tree)


def _written(node: dict) -> str:  # type: ignore[type-arg]
    ends = "" in node
    branches = [re.escape(char) + _written(inner) for char, inner in sorted(node.items()) if char]
    if not branches:
        return ""
    body = branches[0] if len(branches) == 1 and not ends else f"(?:{'|'.join(branches)})"
    return f"{body}?" if ends else body
