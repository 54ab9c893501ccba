"""A labelled sample of our own, in the form `nexus exam secrets` reads. All values are made up.

Written for this project; values are put together here, so that no scanner takes this file for a leak.
"""

import base64
import json
from pathlib import Path

from qa.secrets.vendors import VENDOR_RULES
from tests.qa.secrets.making import made_from
from tests.qa.secrets.test_secret_finding import HIDDEN, INNOCENT, NAMED

_FRAMES = ("{}", "export KEY={}", 'key: "{}"', "The answer is {}.", "| key | {} |", "```\n{}\n```")
_HARD = (
    "It begins with {} and goes on.",
    "{}xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
    "{}YOUR_TOKEN_GOES_HERE_1",
)


def write_sample(path: Path) -> None:
    """At least 60 positives, 20 plain and 60 hard negatives."""
    rules = [
        rule
        for rule in VENDOR_RULES
        if rule.kind not in ("jwt", "artifactory-key") and "bedrock" not in rule.kind
    ]
    rows = [
        (1, rule.kind, False, _FRAMES[number % len(_FRAMES)].format(made_from(rule.compiled(), number)))
        for number, rule in enumerate(rules)
    ]
    rows += [(1, "named", False, text) for text in NAMED]
    rows += [(1, f"hidden: {how}", False, text) for how, text in HIDDEN.items()]
    rows += [(0, "innocent", False, text) for text in INNOCENT]
    rows += [
        (0, f"near-miss: {rule.kind}", True, _HARD[number % len(_HARD)].format(rule.prefixes[0]))
        for number, rule in enumerate(rules)
    ]
    path.write_text("".join(_line(*row) for row in rows), encoding="utf-8")


def _line(label: int, kind: str, hard: bool, text: str) -> str:
    packed = base64.b64encode(text.encode()).decode()
    row = {"text_b64": packed, "label": label, "kind": kind, "hard": hard, "group": "secret"}
    return json.dumps(row) + "\n"
