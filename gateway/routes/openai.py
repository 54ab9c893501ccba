"""/v1: any OpenAI client talks to the company as if it were a model. See docs/openai-clients.md."""

from typing import Annotated

from fastapi import APIRouter, Path
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response, StreamingResponse

from gateway.attachments import cleaned
from gateway.bodies import json_response, read_json
from gateway.idempotency import KEY_PARAMETER, idempotency_key
from gateway.intake import Submission, submit_message
from gateway.openai_errors import NO_RETRY, OpenAIError, error_response
from gateway.openai_replies import ChatCompletion, Model, ModelList, trouble_with
from gateway.openai_requests import TIER_OF_MODEL, ChatCompletionRequest, no_such_model, question_of
from gateway.openai_streams import Call
from gateway.schemas import SSE_EVENT, order_url
from gateway.services import services_of
from nexus.work_order import Channel

router = APIRouter(tags=["openai"], responses={"default": {"model": OpenAIError, "description": "An error"}})

MODELS_SINCE = 1_795_305_600  # 2026-11-22; clients want a date, and the names have none
_STREAM_HEADERS = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}
_DESCRIPTION = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/ChatCompletionRequest"}}},
    },
    "parameters": [KEY_PARAMETER],
}


@router.post(
    "/v1/chat/completions",
    operation_id="create_chat_completion",
    summary="Ask as of an OpenAI model",
    response_model=ChatCompletion,
    responses={
        200: {
            "description": "The answer, the question asked back, or (`nexus.held`) whether it may cost that much",
            "content": {"text/event-stream": {"schema": SSE_EVENT}},
        },
        500: {"model": OpenAIError, "description": "The order failed; `message` says why"},
        503: {
            "model": OpenAIError,
            "description": "Nothing was accepted; or, with `code` order_open, it was, and goes on without you",
        },
    },
    openapi_extra=_DESCRIPTION,
)
async def create_chat_completion(request: Request) -> Response:
    """Accept the conversation's last message as a work order, with what stands before it as its context.

    Answers when the order has ended. A client that does not wait so long cancels nothing: the order goes on.
    """
    services = services_of(request)
    body = await read_json(request, ChatCompletionRequest)
    question = question_of(body, services.settings.max_content_chars)
    submission = Submission(
        content=question.content,
        channel=Channel.OPENAI,
        tier=question.tier,
        idempotency_key=idempotency_key(request),
        spec_json=question.spec_json,
        context=question.context,
        attachments=await cleaned(question.sent, services.settings, services.cleaner),
    )
    call = Call(
        services=services,
        accepted=await submit_message(services, submission),
        model=body.model,
        created=int(services.clock.now().timestamp()),
        includes_usage=bool(body.stream_options and body.stream_options.include_usage),
    )
    if body.stream:
        return StreamingResponse(call.stream(), 200, _STREAM_HEADERS, "text/event-stream")
    return await _whole(request, call)


async def _whole(request: Request, call: Call) -> Response:
    found = None
    async for found in call.looks():
        if (found is None or found.value.is_open) and await request.is_disconnected():
            raise ClientDisconnect
    order_id = call.accepted.order_id
    trouble = trouble_with(found, order_id)
    if trouble is not None:
        status, body = trouble
        return error_response(status, body, {"Location": order_url(order_id), **NO_RETRY})
    assert found is not None  # noqa: S101 - `trouble_with` has said so
    return json_response(ChatCompletion.of(found.value, call.model))


@router.get(
    "/v1/models", operation_id="list_models", summary="List the names to ask", response_model=ModelList
)
async def list_models() -> Response:
    """The company, and each of its tiers."""
    return json_response(ModelList(data=[_model(name) for name in TIER_OF_MODEL]))


@router.get(
    "/v1/models/{model}", operation_id="get_model", summary="One of the names to ask", response_model=Model
)
async def get_model(model: Annotated[str, Path(examples=["nexus"])]) -> Response:
    """One of the names; 404 for another one."""
    if model not in TIER_OF_MODEL:
        raise no_such_model(model)
    return json_response(_model(model))


def _model(name: str) -> Model:
    return Model(id=name, created=MODELS_SINCE)
