"""What the OpenAI fake refuses, in the original's words. Sources: see `openai_api`."""

import re

from agents.fakes.dialect import Refusal, is_count, is_number
from agents.fakes.payload import Json, JsonObject

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
