"""OpenAI's `/v1/audio/transcriptions`, faked: a form with a sound in it, and the words of the script.

Sources: https://platform.openai.com/docs/api-reference/audio/createTranscription and the errors as they are quoted in
public issues (openai/openai-python#1061 "Invalid file format.", openai/whisper discussions "Maximum content size
limit (26214400) exceeded"). The newer models are paid by tokens and take `json` alone; `whisper-1` by the second.
"""

import base64
import binascii
import re
from collections.abc import Mapping
from email import message_from_bytes
from email.message import Message
from math import ceil
from typing import Final

from agents.fakes.dialect import Refusal
from agents.fakes.payload import JsonObject, dump
from agents.fakes.script import Reply
from nexus.sound import most_seconds_of, seconds_of, sound_type

TRANSCRIPTIONS: Final = "/v1/audio/transcriptions"
MAX_FILE_BYTES: Final = 25 * 1024 * 1024
FORMATS: Final = "['flac', 'm4a', 'mp3', 'mp4', 'mpeg', 'mpga', 'oga', 'ogg', 'wav', 'webm']"
REPLY_FORMATS: Final = ("json", "text", "srt", "verbose_json", "vtt")
FIELDS: Final = frozenset(
    {
        "file",
        "model",
        "chunking_strategy",
        "include[]",
        "language",
        "prompt",
        "response_format",
        "stream",
        "temperature",
        "timestamp_granularities[]",
    }
)
LEAST_S: Final = 0.1
TOKENS_A_SECOND: Final = 10
_NAME: Final = re.compile(r"\.(flac|m4a|mp3|mp4|mpeg|mpga|oga|ogg|wav|webm)$", re.IGNORECASE)
_KIND: Final = re.compile(r"gpt-4o(-mini)?-transcribe")


def read_form(headers: Mapping[bytes, bytes], raw: bytes) -> JsonObject | None:
    """The form's fields; the file as `{"name", "type", "data"}`, its bytes in base64. None when it is no form."""
    kind = headers.get(b"content-type", b"")
    if not kind.lower().startswith(b"multipart/form-data"):
        return None
    message = message_from_bytes(b"content-type: " + kind + b"\r\n\r\n" + raw)
    if not message.is_multipart():
        return None
    body: JsonObject = {}
    for part in message.walk():
        name = part.get_param("name", header="content-disposition")
        if isinstance(name, str):
            body[name] = _file(part) if part.get_filename() else _bytes(part).decode(errors="replace")
    return body


def _file(part: Message) -> JsonObject:
    data = base64.b64encode(_bytes(part)).decode()
    return {"name": part.get_filename() or "", "type": part.get_content_type(), "data": data}


def _bytes(part: Message) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def bad_sound(body: JsonObject, models: frozenset[str]) -> Refusal | None:
    """The first thing wrong with a form; None when it is right."""
    for field in body:
        if field not in FIELDS:
            return Refusal(400, f"Unknown parameter: '{field}'.", "unknown_parameter", field)
    file, model = body.get("file"), body.get("model")
    if not isinstance(model, str) or not model:
        return Refusal(400, "you must provide a model parameter", None)
    if not isinstance(file, dict):
        return Refusal(400, "Missing required parameter: 'file'.", "missing_required_parameter", "file")
    if models and model not in models:
        return Refusal(
            404, f"The model `{model}` does not exist or you do not have access to it.", "model_not_found"
        )
    return _bad_file(file) or _bad_format(body.get("response_format", "json"), model)


def _bad_file(file: JsonObject) -> Refusal | None:
    data = sound_of({"file": file})
    if len(data) > MAX_FILE_BYTES:
        return Refusal(
            413, f"413: Maximum content size limit ({MAX_FILE_BYTES}) exceeded ({len(data)} bytes read)"
        )
    if _NAME.search(str(file.get("name"))) is None:
        return Refusal(400, f"Invalid file format. Supported formats: {FORMATS}", None)
    if sound_type(data) is None:
        text = "Audio file might be corrupted or unsupported"
        return Refusal(400, text, "invalid_value", "file")
    if (seconds_of(data) or 1) < LEAST_S:
        text = "Audio file is too short. Minimum audio length is 0.1 seconds."
        return Refusal(400, text, "audio_too_short", "file")
    return None


def _bad_format(wanted: object, model: str) -> Refusal | None:
    if wanted not in REPLY_FORMATS:
        allowed = ", ".join(f"'{one}'" for one in REPLY_FORMATS)
        text = f"Invalid value: '{wanted}'. Supported values are: {allowed}."
        return Refusal(400, text, "invalid_value", "response_format")
    if _KIND.match(model) and wanted not in ("json", "text"):
        text = f"response_format '{wanted}' is not compatible with model '{model}'. Use 'json' or 'text' instead."
        return Refusal(400, text, "unsupported_value", "response_format")
    return None


def transcript(body: JsonObject, reply: Reply) -> bytes:
    """The script's words as the transcript of what was sent."""
    wanted, model = body.get("response_format", "json"), str(body.get("model"))
    if wanted == "text":
        return f"{reply.text}\n".encode()
    seconds = most_seconds_of(sound_of(body))
    if not _KIND.match(model):
        usage: JsonObject = {"type": "duration", "seconds": ceil(seconds)}
        body = {"text": reply.text, "usage": usage}
        if wanted == "verbose_json":
            body |= {"task": "transcribe", "language": "english", "duration": seconds, "segments": []}
        return dump(body)
    heard = reply.input_tokens if reply.input_tokens is not None else ceil(seconds * TOKENS_A_SECOND)
    said = reply.output_tokens if reply.output_tokens is not None else -(-len(reply.text.encode()) // 4)
    usage = {
        "type": "tokens",
        "input_tokens": heard,
        "input_token_details": {"text_tokens": 0, "audio_tokens": heard},
        "output_tokens": said,
        "total_tokens": heard + said,
    }
    return dump({"text": reply.text, "usage": usage})


def sound_of(body: JsonObject) -> bytes:
    """The bytes of the form's file; empty when there is none."""
    file = body.get("file")
    data = file.get("data") if isinstance(file, dict) else None
    try:
        return base64.b64decode(str(data or ""), validate=True)
    except binascii.Error:
        return b""
