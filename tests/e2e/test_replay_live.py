"""`nexus replay --live` against a running company: a new order on another tier, and both side by side."""

import json
import re
from pathlib import Path

import pytest

from tests.running import SCRIPTED, Up

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(400)]

SCRIPT = {
    "rules": [
        {"match": "capital of France", "model": "cheap", "answers": ["Paris."]},
        {"match": "capital of France", "model": "dear", "answers": ["Paris.\nIt is on the Seine."]},
    ]
}


def test_an_order_is_done_again_on_another_tier_and_compared(tmp_path: Path) -> None:
    script = tmp_path / "script.json"
    script.write_text(json.dumps(SCRIPT))
    tiers = {"NEXUS_MODEL_INTERN": "scripted/cheap", "NEXUS_MODEL_DIRECTOR": "scripted/dear"}
    up = Up(tmp_path, **SCRIPTED | tiers, NEXUS_SCRIPT=str(script))
    try:
        up.wait_for("Ctrl-C stops it")
        old = up.door.chat("What is the capital of France?")
        assert old["receipt"]["model"] == "cheap"

        replayed = up.nexus("replay", old["order_id"], "--live", "--tier", "director")

        assert replayed.returncode == 0, replayed.stderr
        new_id = re.findall(r"WO-[0-9A-Z]{26}", replayed.stderr)[1]
        assert f"{old['order_id']} → {new_id}" in replayed.stderr
        assert "director working (dear)" in replayed.stderr
        for words in ("intern, cheap", "director, dear", "free (local)", "+It is on the Seine."):
            assert words in replayed.stdout
        new = up.door.order(new_id)
        assert new["order"]["session_id"] != old["session_id"]
        assert new["receipt"]["cost_usd"] == 0
        assert up.door.order(old["order_id"])["order"]["status"] == "delivered"

        assert "2: 2 recorded" in up.nexus("cost").stdout
        assert up.nexus("replay", new_id).returncode == 0
        assert "by the rule owner_wish" in up.nexus("why", new_id).stdout
    finally:
        up.stop()
