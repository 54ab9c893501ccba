"""What a rule for tokens of a known form is, and how all of them are tried in one pass. Read by `qa.secrets.scan`.

A rule's prefix is what the scan looks for; only where it stands, at the edge of a word, the rest is tried.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

MAX_TOKEN_CHARS = 4096
# No token is shorter, and its first characters are of these.
_LONGEST_CHARS = 30_000
_LEAST_CHARS, _LIKELY = 10, r"[\w./+=%~:$-]"


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
        return re.compile(f"(?:{prefix}){self.rest_written()}")

    def rest_written(self, *, named: bool = True) -> str:
        """What follows the prefix, and no letter or digit behind it where the rule says so."""
        rest = self.rest if named else self.rest.replace("(?P<s>", "(?:")
        return f"(?:{rest})" + ("(?![A-Za-z0-9])" if self.bounded else "")


class Prefixes:
    """Finds every token of a set of rules in one pass over a text."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        by_prefix: dict[str, list[tuple[Rule, re.Pattern[str]]]] = {}
        for rule in rules:
            pattern = rule.compiled()
            for prefix in rule.prefixes:
                by_prefix.setdefault(prefix, []).append((rule, pattern))
        # Where one prefix begins another, the longest that goes on as one of its rules says is found, and the rules of
        # the shorter are tried as well.
        self._tried = {
            prefix: [
                pair
                for other in sorted(by_prefix, key=len, reverse=True)
                if prefix.startswith(other)
                for pair in by_prefix[other]
            ]
            for prefix in by_prefix
        }
        branches = _branches({prefix: [rule for rule, _ in pairs] for prefix, pairs in by_prefix.items()})
        firsts = re.escape("".join(sorted({prefix[0] for prefix in by_prefix})))
        # Classes of characters first, because `re` skips ahead by them: the edge of a word, then what may be a token.
        likely = f"(?={_LIKELY}{{{_LEAST_CHARS}}})"
        self._any = re.compile(f"[^A-Za-z0-9](?=[{firsts}]){likely}(?=({branches}))")

    def matches(self, text: str) -> Iterator[tuple[Rule, re.Match[str]]]:
        """Each token: its rule and its match; where several rules match, all of them, the likeliest first."""
        end = 0  # of the last token: within it no other begins
        for place, prefix in self._places(text):
            if place < end:
                continue
            for rule, pattern in self._tried[prefix]:
                match = pattern.match(text, place)
                if match is not None:
                    end = max(end, match.end())
                    yield rule, match

    def _places(self, text: str) -> Iterator[tuple[int, str]]:
        """Where a prefix stands at the edge of a word."""
        if first := self._any.match(f" {text[:_LONGEST_CHARS]}"):
            yield 0, first[1]
        for found in self._any.finditer(text):
            yield found.end(), found[1]


def _branches(rules: Mapping[str, Sequence[Rule]]) -> str:
    """The prefixes as one expression that branches letter by letter, longest first, and looks at what follows each."""
    tree: dict[str, dict] = {}  # type: ignore[type-arg]
    for prefix in sorted(rules):
        node = tree
        for char in prefix:
            node = node.setdefault(char, {})
        rests = "|".join(rule.rest_written(named=False) for rule in rules[prefix])
        node[""] = {f"(?={rests})": {}}
    return _written(tree)


def _written(node: dict) -> str:  # type: ignore[type-arg]
    branches = [re.escape(char) + _written(inner) for char, inner in sorted(node.items()) if char]
    branches += node.get("", ())
    return branches[0] if len(branches) == 1 else f"(?:{'|'.join(branches)})"
