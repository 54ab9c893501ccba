"""What the Anthropic fake refuses, in the original's words. Sources: see `anthropic_api`; pictures:
https://platform.claude.com/docs/en/build-with-claude/vision and texts quoted in public issues.
"""

import re
from collections.abc import Mapping

from agents.fakes.dialect import Refusal, Request, is_count, is_number
from agents.fakes.payload import Json, JsonObject
from agents.fakes.pictures import TYPES, decoded, type_of

FIELDS = frozenset(
    re.findall(
        r"\w+",
        "cache_control container inference_geo max_tokens messages metadata model output_config "
        "service_tier stop_sequences stream system temperature thinking tool_choice tools top_k top_p",
    )
)
BETA_FIELDS = frozenset({"context_management", "mcp_servers", "speed", "betas"})
VERSIONS = frozenset({b"2023-06-01", b"2023-01-01"})
MAX_CACHE_POINTS = 4
MAX_PICTURE_BYTES = 5 * 1024 * 1024
BLOCKS = frozenset({"text", "image", "document", "thinking", "redacted_thinking", "tool_use", "tool_result"})
_VERSIONED = re.compile(r"claude-[a-z]+-(\d+)(?:[-.](\d{1,2})(?!\d))?")


def bad_request(request: Request, models: frozenset[str]) -> Refusal | None:
    """The first thing wrong with a request; None when it is right."""
    body, headers = request.body, request.headers
    return (
        _bad_version(headers)
        or _bad_fields(body, headers)
        or _bad_max_tokens(body)
        or _bad_messages(body.get("messages"))
        or _bad_system(body.get("system"))
        or _bad_cache_points(request.raw)
        or _bad_model(request.model, models)
        or _bad_sampling(body, model_version(request.model))
        or _bad_prefill(body.get("messages"), model_version(request.model))
    )


def model_version(model: str) -> tuple[int, int]:
    """(4, 7) for `claude-opus-4-7`, (5, 0) for `claude-sonnet-5`; (0, 0) for names of the older kind."""
    found = _VERSIONED.match(model)
    return (int(found[1]), int(found[2] or 0)) if found else (0, 0)


def _refuse(message: str) -> Refusal:
    return Refusal(400, message)


def _bad_version(headers: Mapping[bytes, bytes]) -> Refusal | None:
    version = headers.get(b"anthropic-version")
    if version is None:
        return _refuse("anthropic-version: header is required")
    return (
        None
        if version in VERSIONS
        else _refuse(f'anthropic-version: "{version.decode()}" is not a valid version')
    )


def _bad_fields(body: JsonObject, headers: Mapping[bytes, bytes]) -> Refusal | None:
    allowed = FIELDS | BETA_FIELDS if b"anthropic-beta" in headers else FIELDS
    for field in body:
        if field not in allowed:
            return _refuse(f"{field}: Extra inputs are not permitted")
    model = body.get("model")
    if model is None:
        return _refuse("model: Field required")
    return None if isinstance(model, str) and model else _refuse("model: Input should be a valid string")


def _bad_max_tokens(body: JsonObject) -> Refusal | None:
    if "max_tokens" not in body:
        return _refuse("max_tokens: Field required")
    count = body["max_tokens"]
    if not is_count(count):
        return _refuse("max_tokens: Input should be a valid integer")
    return None if count >= 1 else _refuse("max_tokens: must be greater than or equal to 1")


def _bad_messages(messages: Json) -> Refusal | None:
    if messages is None:
        return _refuse("messages: Field required")
    if not isinstance(messages, list):
        return _refuse("messages: Input should be a valid list")
    if not messages:
        return _refuse("messages: at least one message is required")
    for index, message in enumerate(messages):
        if (refusal := _bad_message(index, message)) is not None:
            return refusal
    first = messages[0]
    if isinstance(first, dict) and first.get("role") != "user":
        return _refuse('messages: first message must use the "user" role')
    return None


def _bad_message(index: int, message: Json) -> Refusal | None:
    if not isinstance(message, dict):
        return _refuse(f"messages.{index}: Input should be an object")
    role, content = message.get("role"), message.get("content")
    if role not in {"user", "assistant"}:
        return _refuse(
            f'messages: Unexpected role "{role}". The Messages API accepts a top-level `system` parameter, '
            'not "system" as an input message role.'
        )
    if not content:
        return _refuse(f"messages.{index}: {role} messages must have non-empty content")
    if isinstance(content, str):
        return (
            None
            if content.strip()
            else _refuse("messages: text content blocks must contain non-whitespace text")
        )
    if not isinstance(content, list):
        return _refuse(f"messages.{index}.content: Input should be a valid list")
    return _bad_blocks(content, f"messages.{index}.content", pictures=role == "user")


def _bad_blocks(blocks: list[Json], where: str, *, pictures: bool) -> Refusal | None:
    found = (_bad_block(block, f"{where}.{index}", pictures=pictures) for index, block in enumerate(blocks))
    return next((refusal for refusal in found if refusal is not None), None)


def _bad_block(block: Json, place: str, *, pictures: bool) -> Refusal | None:
    if not isinstance(block, dict) or not isinstance(block.get("type"), str):
        return _refuse(f"{place}.type: Field required")
    kind = block["type"]
    if kind == "text":
        return _bad_text(block.get("text"), place)
    if kind not in BLOCKS:
        return _refuse(
            f"{place}: Input tag '{kind}' found using 'type' does not match any of the expected tags"
        )
    if kind != "image":
        return None
    if not pictures:
        return _refuse(f"{place}.type: `image` blocks are permitted in `user` turns only")
    return _bad_picture(block.get("source"), f"{place}.image.source")


def _bad_text(text: Json, place: str) -> Refusal | None:
    if not isinstance(text, str):
        return _refuse(f"{place}.text: Field required")
    section = place.partition(".")[0]
    if not text:
        return _refuse(f"{section}: text content blocks must be non-empty")
    if not text.strip():
        return _refuse(f"{section}: text content blocks must contain non-whitespace text")
    return None


def _bad_picture(source: Json, where: str) -> Refusal | None:
    """A base64 source whose bytes are what it says; the fake has no network for the others."""
    if not isinstance(source, dict):
        return _refuse(f"{where}: Field required")
    if source.get("type") != "base64":
        return _refuse(f"{where}: Input tag '{source.get('type')}' is not served by the fake")
    media_type, text = source.get("media_type"), source.get("data")
    if media_type not in TYPES:
        known = ", ".join(f"'{name}'" for name in TYPES)
        return _refuse(f"{where}.base64.media_type: Input should be {known}")
    if not isinstance(text, str) or not text:
        return _refuse(f"{where}.base64.data: Field required")
    data = decoded(text)
    if data is None:
        return _refuse(f"{where}.base64.data: invalid base64 data")
    if len(data) > MAX_PICTURE_BYTES:
        return _refuse(
            f"{where}.base64: image exceeds 5 MB maximum: {len(data)} bytes > {MAX_PICTURE_BYTES} bytes"
        )
    if type_of(data) is None:
        return _refuse("Could not process image")
    if type_of(data) != media_type:
        return _refuse(
            f"{where}.base64.data: The image was specified using the {media_type} media type, "
            f"but the image appears to be a {type_of(data)} image"
        )
    extra = source.keys() - {"type", "media_type", "data"}
    return _refuse(f"{where}.base64.{min(extra)}: Extra inputs are not permitted") if extra else None


def _bad_system(system: Json) -> Refusal | None:
    if system is None or isinstance(system, str):
        return None
    if not isinstance(system, list):
        return _refuse("system: Input should be a valid list")
    for index, block in enumerate(system):
        if not isinstance(block, dict) or block.get("type") != "text":
            return _refuse(f"system.{index}.type: Input should be 'text'")
    return _bad_blocks(system, "system", pictures=False)


def _bad_cache_points(raw: bytes) -> Refusal | None:
    """Inside a JSON string the quotes would be escaped, so only real keys are counted."""
    count = raw.count(b'"cache_control"')
    if count <= MAX_CACHE_POINTS:
        return None
    return _refuse(
        f"A maximum of {MAX_CACHE_POINTS} blocks with cache_control may be provided. Found {count}."
    )


def _bad_model(model: str, models: frozenset[str]) -> Refusal | None:
    return Refusal(404, f"model: {model}") if models and model not in models else None


def _bad_sampling(body: JsonObject, version: tuple[int, int]) -> Refusal | None:
    for field in ("temperature", "top_p"):
        value = body.get(field)
        if value is not None and not (is_number(value) and 0 <= value <= 1):
            return _refuse(f"{field}: range: 0..1")
    if version >= (4, 7):  # probed live: temperature only 1, top_p and top_k never, mnfst/modelparams.dev#238
        for field in ("temperature", "top_p", "top_k"):
            if field in body and not (field == "temperature" and body[field] == 1):
                return _refuse(f"`{field}` is deprecated for this model.")
    if body.get("temperature") is not None and body.get("top_p") is not None:
        return _refuse(
            "`temperature` and `top_p` cannot both be specified for this model. Please use only one."
        )
    return None


def _bad_prefill(messages: Json, version: tuple[int, int]) -> Refusal | None:
    last = messages[-1] if isinstance(messages, list) else None
    if version >= (4, 6) and isinstance(last, dict) and last.get("role") == "assistant":
        return _refuse(
            "This model does not support assistant message prefill. The conversation must end with a user message."
        )
    return None
