"""Print the gateway's OpenAPI document, the WebSocket's frames included. Needs no running gateway.

Called by `npm run types` with the project's own Python.
"""

import json
import sys

from pydantic.json_schema import models_json_schema

from gateway.frames import (
    ApproveParams,
    CancelParams,
    CompanyFrame,
    CompanyParams,
    EventFrame,
    RequestFrame,
    ResponseFrame,
    SubscribeParams,
)
from gateway.main import create_app
from gateway.openapi import describe

SENT = (RequestFrame, SubscribeParams, CompanyParams, CancelParams, ApproveParams)
RECEIVED = (ResponseFrame, EventFrame, CompanyFrame)


def main() -> None:
    """Write the document to standard output."""
    document = describe(create_app())
    _, frames = models_json_schema(
        [*((model, "validation") for model in SENT), *((model, "serialization") for model in RECEIVED)],
        ref_template="#/components/schemas/{model}",
    )
    for name, schema in frames["$defs"].items():
        document["components"]["schemas"].setdefault(name, schema)
    json.dump(document, sys.stdout, ensure_ascii=False, sort_keys=True)


if __name__ == "__main__":
    main()
