"""What the OpenAI fake refuses, in the original's words. Sources: see `openai_api`."""

import re
from collections.abc import Mapping

from agents.fakes.dialect import Refusal, is_count, is_number
from agents.fakes.payload import Json, JsonObject
from agents.fakes.pictures import BLIND_AT_OPENAI, TYPES, decoded, sees, type_of

FIELDS = frozenset(
    re.findall(
        r"\w+",
        "audio frequency_penalty function_call functions logit_bias logprobs max_completion_tokens "
        "max_tokens messages metadata modalities model moderation n parallel_tool_calls prediction "
        "presence_penalty prompt_cache_key prompt_cache_options prompt_cache_retention reasoning_effort "
        "response_format safety_identifier seed service_tier stop store stream stream_options temperature "
        "tool_choice tools top_logprobs top_p user verbosity web_search_options",
    )
)
ROLES = frozenset({"system", "developer", "user", "assistant", "tool", "function"})
RANGES = {"temperature": (0, 2), "top_p": (0, 1), "presence_penalty": (-2, 2), "frequency_penalty": (-2, 2)}
DETAILS = ("auto", "low", "high", "original")
DATA_URL = re.compile(r"data:(image/[\w.+-]+);base64,([A-Za-z0-9+/=]+)")
REASONING = re.compile(r"gpt-5(?!.*-chat)|o\d")


def bad_request(body: JsonObject, models: frozenset[str], *, hosted: bool) -> Refusal | None:
    """The first thing wrong with a request; None when it is right. `hosted` adds the real service's strictness."""
    model = body.get("model")
    if not isinstance(model, str) or not model:
        return Refusal(400, "you must provide a model parameter")
    return (
        (_bad_fields(body) if hosted else None)
        or _bad_messages(body.get("messages"))
        or _bad_numbers(body)
        or _bad_model(model, models)
        or _bad_parts(body.get("messages"), blind=_is_blind(model, hosted=hosted), hosted=hosted)
        or (_bad_for_reasoning(body) if hosted and REASONING.match(model) else None)
    )


def _bad_fields(body: JsonObject) -> Refusal | None:
    for field in body:
        if field not in FIELDS:
            return Refusal(400, f"Unknown parameter: '{field}'.", "unknown_parameter", field)
    return None


def _bad_messages(messages: Json) -> Refusal | None:
    if messages is None:
        return Refusal(
            400, "Missing required parameter: 'messages'.", "missing_required_parameter", "messages"
        )
    if not isinstance(messages, list):
        return Refusal(
            400, "Invalid type for 'messages': expected an array of objects.", "invalid_type", "messages"
        )
    if not messages:
        text = "Invalid 'messages': empty array. Expected an array with minimum length 1."
        return Refusal(400, text, "empty_array", "messages")
    for index, message in enumerate(messages):
        if (refusal := _bad_message(message, f"messages[{index}]")) is not None:
            return refusal
    return None


def _bad_message(message: Json, where: str) -> Refusal | None:
    if not isinstance(message, dict):
        return Refusal(400, f"Invalid type for '{where}': expected an object.", "invalid_type", where)
    role, content = message.get("role"), message.get("content")
    if role not in ROLES:
        text = f"Invalid value: '{role}'. Supported values are: {', '.join(sorted(ROLES))}."
        return Refusal(400, text, "invalid_value", f"{where}.role")
    if content is None and role == "assistant":
        return None
    if not isinstance(content, str | list) or content == []:
        text = f"Invalid type for '{where}.content': expected a string or an array of objects."
        return Refusal(400, text, "invalid_type", f"{where}.content")
    return None


def _is_blind(model: str, *, hosted: bool) -> bool:
    return BLIND_AT_OPENAI.match(model) is not None if hosted else not sees(model)


def _bad_parts(messages: Json, *, blind: bool, hosted: bool) -> Refusal | None:
    """The parts of every message whose content is a list; the messages' own shape is right by now."""
    for number, message in enumerate(messages if isinstance(messages, list) else []):
        content = message.get("content") if isinstance(message, dict) else None
        role = str(message.get("role")) if isinstance(message, dict) else ""
        for index, part in enumerate(content if isinstance(content, list) else []):
            where = f"messages[{number}].content[{index}]"
            if (refusal := _bad_part(part, role, where, blind=blind, hosted=hosted)) is not None:
                return refusal
    return None


def _bad_part(part: Json, role: str, where: str, *, blind: bool, hosted: bool) -> Refusal | None:
    kind = part.get("type") if isinstance(part, dict) else None
    match part:
        case {"type": "text", "text": str()}:
            return None
        case {"type": "refusal", "refusal": str()} if role == "assistant":
            return None
        case {"type": "image_url", "image_url": {"url": str(url), **rest}} if role == "user":
            if blind:
                return _cannot_see(where, hosted=hosted)
            return _bad_picture(url, rest, f"{where}.image_url")
        case _:
            allowed = "'text', 'image_url', 'input_audio', 'refusal', 'audio', and 'file'"
            text = f"Invalid value: '{kind}'. Supported values are: {allowed}."
            return Refusal(400, text, "invalid_value", f"{where}.type")


def _cannot_see(where: str, *, hosted: bool) -> Refusal:
    if hosted:
        text = "Invalid content type. image_url is only supported by certain models."
        return Refusal(400, text, None, f"{where}.type")
    hint = "if this is unexpected, you may need to provide the mmproj"
    return Refusal(500, f"image input is not supported - hint: {hint}")


def _bad_picture(url: str, rest: Mapping[object, object], where: str) -> Refusal | None:
    """A data URL whose bytes are a picture; the fake has no network for other URLs."""
    if rest.get("detail", "auto") not in DETAILS or rest.keys() - {"detail", "format"}:
        return Refusal(400, f"Invalid value for '{where}.detail'.", "invalid_value", f"{where}.detail")
    found = DATA_URL.fullmatch(url)
    if found is None:
        text = "Invalid image URL: expected a base64-encoded data URL with an image MIME type."
        return Refusal(400, text, "invalid_image_url", f"{where}.url")
    data = decoded(found[2])
    if data is None:
        return Refusal(400, "Invalid base64 image_url.", "invalid_base64", f"{where}.url")
    if type_of(data) is None or found[1].lower() not in TYPES:
        text = (
            "You uploaded an unsupported image. Please make sure your image has of one the following formats: "
            "['png', 'jpeg', 'gif', 'webp']."
        )
        return Refusal(400, text, "invalid_image_format", f"{where}.url")
    return None


def _bad_numbers(body: JsonObject) -> Refusal | None:
    for field, (low, high) in RANGES.items():
        value = body.get(field)
        if value is None:
            continue
        if not (is_number(value)):
            return Refusal(400, f"Invalid type for '{field}': expected a decimal.", "invalid_type", field)
        if not low <= value <= high:
            text = f"Invalid '{field}': expected a value from {low} to {high}, but got {value} instead."
            return Refusal(400, text, f"decimal_{'below_min' if value < low else 'above_max'}_value", field)
    for field in ("max_tokens", "max_completion_tokens"):
        value = body.get(field)
        if value is not None and not (is_count(value) and value >= 1):
            text = f"Invalid '{field}': expected an integer of at least 1."
            return Refusal(400, text, "integer_below_min_value", field)
    if body.get("stream_options") is not None and body.get("stream") is not True:
        text = "The 'stream_options' parameter is only allowed when 'stream' is enabled."
        return Refusal(400, text, param="stream_options")
    return None


def _bad_for_reasoning(body: JsonObject) -> Refusal | None:
    """Reasoning models sample as they like, unless effort `none` turns reasoning off (GPT-5.1 and later)."""
    if body.get("max_tokens") is not None:
        text = (
            "Unsupported parameter: 'max_tokens' is not supported with this model. "
            "Use 'max_completion_tokens' instead."
        )
        return Refusal(400, text, "unsupported_parameter", "max_tokens")
    temperature = body.get("temperature")
    if temperature not in (None, 1) and body.get("reasoning_effort") != "none":
        text = (
            f"Unsupported value: 'temperature' does not support {temperature} with this model. "
            "Only the default (1) value is supported."
        )
        return Refusal(400, text, "unsupported_value", "temperature")
    return None


def _bad_model(model: str, models: frozenset[str]) -> Refusal | None:
    if not models or model in models:
        return None
    return Refusal(
        404, f"The model `{model}` does not exist or you do not have access to it.", "model_not_found"
    )
