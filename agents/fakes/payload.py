"""JSON as the fakes read it: typed, and frozen before anybody else sees it.

Used by the script (to find the prompt), the ledger (to show a body that nobody can change) and the three APIs.
"""

import json
from collections.abc import Iterator, Mapping
from types import MappingProxyType

type Json = bool | int | float | str | list[Json] | dict[str, Json] | None
type JsonObject = dict[str, Json]
type FrozenJson = bool | int | float | str | tuple[FrozenJson, ...] | Mapping[str, FrozenJson] | None


def parse_object(raw: bytes) -> JsonObject | None:
    """The JSON object in `raw`; None when it is no JSON or no object."""
    try:
        value: Json = json.loads(raw)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def dump(value: Json) -> bytes:
    """`value` as compact UTF-8 JSON, the way all three originals write it."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def freeze(value: Json) -> FrozenJson:
    """A read-only copy: objects become mapping proxies, arrays become tuples."""
    if isinstance(value, dict):
        return frozen_object(value)
    if isinstance(value, list):
        return tuple(freeze(item) for item in value)
    return value


def frozen_object(value: JsonObject) -> Mapping[str, FrozenJson]:
    """`freeze` for an object."""
    return MappingProxyType({key: freeze(item) for key, item in value.items()})


def whole_prompt(body: JsonObject) -> str:
    """Every text the model would read, in order: Anthropic's `system` first, then each message, by line."""
    messages = body.get("messages")
    contents = (
        [m.get("content") for m in messages if isinstance(m, dict)] if isinstance(messages, list) else []
    )
    return "\n".join(text for content in (body.get("system"), *contents) for text in _texts(content))


def last_user_message(body: JsonObject) -> str:
    """The text of the last message whose role is `user`; empty when there is none."""
    messages = body.get("messages")
    for message in reversed(messages if isinstance(messages, list) else []):
        if isinstance(message, dict) and message.get("role") == "user":
            return "\n".join(_texts(message.get("content")))
    return ""


def _texts(content: Json) -> Iterator[str]:
    if isinstance(content, str):
        yield content
    elif isinstance(content, list):
        for block in content:
            text = block.get("text") if isinstance(block, dict) else None
            if isinstance(text, str):
                yield text
