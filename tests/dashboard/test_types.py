"""`dashboard/frontend/src/api/schema.d.ts` fits the gateway's OpenAPI; seen without Node by what stands in its head."""

import hashlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY

FRONTEND = REPOSITORY / "dashboard" / "frontend"
TYPES = FRONTEND / "src" / "api" / "schema.d.ts"
FIX = "run `npm run types` in dashboard/frontend and commit src/api/schema.d.ts"
HEAD = re.compile(
    r"// Generated from .*\n// OpenAPI: sha256 (?P<openapi>[0-9a-f]{64})\n// types: sha256 (?P<types>[0-9a-f]{64})\n\n"
)


def openapi_of(folder: Path) -> bytes:
    """What scripts/types.mjs reads: the document that the code in `folder` prints."""
    return subprocess.run(
        [sys.executable, str(FRONTEND / "scripts" / "openapi.py")],
        env={**os.environ, "PYTHONPATH": str(folder)},
        stdout=subprocess.PIPE,
        check=True,
        timeout=60,
    ).stdout


def drift(written: str, openapi: bytes) -> str | None:
    """What is wrong with the types file; None when it fits."""
    head = HEAD.match(written)
    if head is None:
        return "its head has no hashes"
    if head["types"] != hashlib.sha256(written[head.end() :].encode()).hexdigest():
        return "it was edited by hand"
    if head["openapi"] != hashlib.sha256(openapi).hexdigest():
        return "the gateway's OpenAPI is another by now"
    return None


@pytest.fixture(scope="module")
def openapi() -> bytes:
    return openapi_of(REPOSITORY)


def test_the_types_of_the_dashboard_fit_the_gateways_openapi(openapi: bytes) -> None:
    assert drift(TYPES.read_text(), openapi) is None, FIX


def test_a_changed_route_an_edited_file_and_one_without_its_head_are_seen(openapi: bytes) -> None:
    written = TYPES.read_text()
    changed = json.loads(openapi)
    del changed["paths"]["/api/chat"]
    as_printed = json.dumps(changed, ensure_ascii=False, sort_keys=True).encode()

    assert drift(written, as_printed) == "the gateway's OpenAPI is another by now"
    assert (
        drift(written.replace("content?: string", "content?: number", 1), openapi) == "it was edited by hand"
    )
    assert drift(written.partition("\n\n")[2], openapi) == "its head has no hashes"
    assert json.dumps(json.loads(openapi), ensure_ascii=False, sort_keys=True).encode() == openapi
