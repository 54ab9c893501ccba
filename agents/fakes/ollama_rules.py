"""What the Ollama fake refuses, in the original's words. Sources: see `ollama_api`."""

from agents.fakes.dialect import Refusal, is_count, is_number
from agents.fakes.payload import Json, JsonObject
from agents.fakes.pictures import decoded, sees, type_of

THINKERS = ("qwen3", "deepseek-r1", "gpt-oss", "magistral", "thinking")
COUNTS = (
    "num_ctx",
    "num_predict",
    "seed",
    "top_k",
    "num_keep",
    "num_gpu",
    "num_thread",
    "repeat_last_n",
    "num_batch",
)
NUMBERS = (
    "temperature",
    "top_p",
    "min_p",
    "typical_p",
    "repeat_penalty",
    "presence_penalty",
    "frequency_penalty",
)


def bad_chat(model: str, body: JsonObject, models: frozenset[str]) -> Refusal | None:
    """The first thing wrong with a chat request; None when it is right."""
    return (
        bad_model(model, models)
        or _bad_messages(body.get("messages"))
        or _bad_pictures(model, body.get("messages"))
        or _bad_think(model, body.get("think"))
        or _bad_options(body.get("options"))
        or _bad_format(body.get("format"))
        or _bad_keep_alive(body.get("keep_alive"))
    )


def bad_model(model: str, models: frozenset[str]) -> Refusal | None:
    """No model named, or one that was never pulled."""
    if not model:
        return Refusal(400, "model is required")
    return Refusal(404, f"model '{model}' not found") if models and full_name(model) not in models else None


def full_name(model: str) -> str:
    """A name without a tag means `:latest`."""
    return model if ":" in model else f"{model}:latest"


def thinks(model: str) -> bool:
    """Whether a model has the thinking capability; the fake knows the usual families by name."""
    return any(name in model for name in THINKERS)


def _bad_messages(messages: Json) -> Refusal | None:
    if messages is None or (isinstance(messages, list) and all(isinstance(m, dict) for m in messages)):
        return None
    return Refusal(
        400, "json: cannot unmarshal into Go struct field ChatRequest.messages of type []api.Message"
    )


def _bad_pictures(model: str, messages: Json) -> Refusal | None:
    """`images` is a list of base64, without `data:` in front, that a model which sees can decode."""
    for message in messages if isinstance(messages, list) else []:
        images = message.get("images") if isinstance(message, dict) else None
        if not images:
            continue
        if not isinstance(images, list) or not all(isinstance(image, str) for image in images):
            return Refusal(
                400, "json: cannot unmarshal into Go struct field ChatRequest.messages.images of type []uint8"
            )
        files = [decoded(str(image)) for image in images]
        if None in files:
            return Refusal(400, "illegal base64 data at input byte 4")
        if not sees(model):
            return Refusal(400, "this model is missing data required for image input")
        if any(type_of(file or b"") is None for file in files):
            return Refusal(500, "Failed to process inputs: image: unknown format")
    return None


def _bad_think(model: str, think: Json) -> Refusal | None:
    if think in (None, False) or thinks(model):
        return None
    return Refusal(400, f'"{model}" does not support thinking')


def _bad_options(options: Json) -> Refusal | None:
    """Unknown options are only logged by the original; wrong types are an error 500, as there."""
    if options is None:
        return None
    if not isinstance(options, dict):
        return Refusal(
            400, "json: cannot unmarshal into Go struct field ChatRequest.options of type map[string]any"
        )
    for name, value in options.items():
        if name in COUNTS and not is_count(value):
            return Refusal(500, f'option "{name}" must be of type integer')
        if name in NUMBERS and not is_number(value):
            return Refusal(500, f'option "{name}" must be of type float32')
    return None


def _bad_format(wanted: Json) -> Refusal | None:
    if wanted in (None, "", "json") or isinstance(wanted, dict):
        return None
    return Refusal(400, f'invalid format: {wanted!r}; expected "json" or a valid JSON Schema object')


def _bad_keep_alive(keep_alive: Json) -> Refusal | None:
    if keep_alive is None or is_number(keep_alive):
        return None
    if isinstance(keep_alive, str) and keep_alive.strip("-").rstrip("hmsnuµ").replace(".", "", 1).isdigit():
        return None
    return Refusal(400, f'time: invalid duration "{keep_alive}"')
