"""What an OpenAI client sends to POST /v1/chat/completions, and what the company makes of it.

The last message is the order; what stands before it is the order's own context. Fields that change what an answer
is are refused when they cannot be kept (`n`, `logprobs`, forced tools); those that only colour it are ignored.
"""

import json
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from gateway.attachments import Sent, words_for
from gateway.errors import FieldError, Kind, Problem
from gateway.openai_parts import Content, content_of
from nexus.work_order import Role, Turn
from qa.spec import SpecError, spec_from_mapping

TIER_OF_MODEL: dict[str, Role | None] = {
    "nexus": None,
    "nexus-intern": Role.INTERN,
    "nexus-director": Role.DIRECTOR,
    "nexus-ceo": Role.CEO,
}
"""The models' names; `nexus` lets the Admin decide who does it."""

INSTRUCTIONS = "(Instructions of the client's application, for how to answer:)"


class WireMessage(BaseModel):
    """One message of the conversation. `content` is text, or a list of parts: text, pictures and text files."""

    model_config = ConfigDict(extra="ignore")

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: JsonValue = Field(
        default=None,
        description='text, or a list of parts `{"type": "text", "text": …}`, '
        '`{"type": "image_url", "image_url": {"url": "data:…"}}` and '
        '`{"type": "file", "file": {"file_data": "data:…"}}`; sound is refused, and nothing is fetched',
        examples=["What is the capital of France?"],
        json_schema_extra={"type": ["string", "array", "null"], "items": {"type": "object"}},
    )


class StreamOptions(BaseModel):
    """How to stream."""

    model_config = ConfigDict(extra="ignore")

    include_usage: bool | None = Field(
        default=None, strict=True, description="send a last chunk with the order's tokens"
    )


class ChatCompletionRequest(BaseModel):
    """The body of POST /v1/chat/completions. Fields that are not named here are ignored, as are temperature, top_p,
    max_tokens, max_completion_tokens, stop, seed, penalties and user: the company decides how it works.
    """

    model_config = ConfigDict(
        extra="ignore",
        json_schema_extra={
            "examples": [
                {
                    "model": "nexus",
                    "messages": [{"role": "user", "content": "What is the capital of France?"}],
                }
            ]
        },
    )

    model: str = Field(
        description="nexus, or nexus-intern, nexus-director, nexus-ceo to say who does it", examples=["nexus"]
    )
    messages: Annotated[list[WireMessage], Field(min_length=1)]
    stream: bool | None = Field(default=None, strict=True)
    stream_options: StreamOptions | None = None
    n: int | None = Field(
        default=None, strict=True, description="1 at most", json_schema_extra={"maximum": 1}
    )
    logprobs: bool | None = Field(default=None, strict=True, description="refused when true")
    top_logprobs: int | None = Field(default=None, strict=True, description="refused unless 0")
    tools: JsonValue = Field(default=None, description="ignored, unless `tool_choice` demands one: refused")
    tool_choice: JsonValue = Field(default=None, description="auto or none; anything else is refused")
    function_call: JsonValue = Field(default=None, description="auto or none; anything else is refused")
    response_format: JsonValue = Field(
        default=None,
        description="`text`, `json_object` or `json_schema`; QA holds the answer to it before delivery",
    )
    modalities: list[str] | None = Field(default=None, description="text; anything else is refused")


class Question(BaseModel):
    """A request as the company takes it."""

    model_config = ConfigDict(frozen=True)

    content: str
    context: tuple[Turn, ...]
    sent: tuple[Sent, ...]
    tier: Role | None
    spec_json: str | None


def question_of(request: ChatCompletionRequest, max_content_chars: int) -> Question:
    """The order that the request asks for.

    Raises:
        Problem: 404 for an unknown model, else 422, which is 400 here; both name the field.
    """
    if request.model not in TIER_OF_MODEL:
        raise no_such_model(request.model)
    _check_what_is_asked(request)
    instructions, turns, sent = _turns(request.messages)
    if not turns or turns[-1].role != "user":
        raise _refused("messages", "the last message must be the user's, and say something")
    content = turns[-1].content.strip() or words_for([one.kind for one in sent])
    if len(content) > max_content_chars:
        raise _refused("messages", f"the last message must have {max_content_chars} characters at most")
    return Question(
        content=content,
        context=(*instructions, *turns[:-1]),
        sent=sent,
        tier=TIER_OF_MODEL[request.model],
        spec_json=_spec_json(request.response_format),
    )


def no_such_model(model: str) -> Problem:
    """404 in OpenAI's words."""
    return Problem(
        Kind.NOT_FOUND,
        f"The model {model[:80]!r} does not exist; there are {', '.join(TIER_OF_MODEL)}.",
        errors=[FieldError("model", "unknown")],
        members={"code": "model_not_found"},
    )


def _refused(field: str, message: str) -> Problem:
    return Problem(Kind.INVALID, f"{field}: {message}", errors=[FieldError(field, message)])


def _check_what_is_asked(request: ChatCompletionRequest) -> None:
    """Refuse what would change the answer's kind. Tools that may be left unused are left unused."""
    if request.n is not None and request.n != 1:
        raise _refused("n", "must be 1: an order has one answer")
    if request.logprobs:
        raise _refused("logprobs", "are not there: a company answers, not one model")
    if request.top_logprobs:
        raise _refused("top_logprobs", "are not there: a company answers, not one model")
    for name in ("tool_choice", "function_call"):
        if getattr(request, name) not in (None, "auto", "none"):
            raise _refused(name, "must be auto or none: tools of the client are not called")
    if set(request.modalities or ()) - {"text"}:
        raise _refused("modalities", "must be text")


def _turns(messages: list[WireMessage]) -> tuple[list[Turn], list[Turn], tuple[Sent, ...]]:
    """The application's instructions, as one turn in front, the conversation, and what comes with its last message.

    Empty messages are left out. What came with earlier ones is remembered in words, as in every conversation.
    """
    instructions: list[str] = []
    turns: list[Turn] = []
    last = Content()
    for number, message in enumerate(messages):
        last = content_of(message.content, f"messages.{number}.content")
        brings = message.role == "user" and number == len(messages) - 1
        text = last.text if brings else last.with_words_for_sent
        match message.role:
            case "tool" | "function":
                raise _refused(f"messages.{number}.role", "results of tools are not taken")
            case "system" | "developer":
                instructions += [text] if text.strip() else []
            case "user" | "assistant":
                turns += [Turn(message.role, text)] if text.strip() or (brings and last.sent) else []
    if instructions and messages[-1].role in ("system", "developer"):
        turns.append(Turn("user", instructions.pop()))  # NextChat asks for its summaries like this
    sent = tuple(last.sent) if messages[-1].role == "user" else ()
    if not instructions:
        return [], turns, sent
    return [Turn("user", "\n\n".join((INSTRUCTIONS, *instructions)))], turns, sent


def _spec_json(response_format: JsonValue) -> str | None:
    """The acceptance spec that holds an answer to the format; None for text."""
    match response_format:
        case None | {"type": "text"}:
            return None
        case {"type": "json_object"}:
            schema: JsonValue = None
        case {"type": "json_schema", "json_schema": {"schema": dict(schema)}}:
            pass
        case _:
            raise _refused("response_format", "must be of the type text, json_object or json_schema")
    # The pattern keeps fences and words away, because clients read the answer as it is.
    shape: dict[str, JsonValue] = {"type": "json", "pattern": r"^\s*[{\[]"}
    spec: dict[str, JsonValue] = {
        "name": "response_format",
        "format": shape | ({"json_schema": schema} if schema else {}),
    }
    try:
        spec_from_mapping(spec, "response_format")
    except SpecError as error:
        raise _refused("response_format", str(error)) from None
    return json.dumps(spec, ensure_ascii=False)
