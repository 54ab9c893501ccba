"""POST /api/chat: say something, and get the answer or the order's address."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from db.records import Accepted
from db.store import Stored
from gateway.attachments import cleaned
from gateway.bodies import json_response, read_json
from gateway.errors import Kind, Problem
from gateway.idempotency import KEY, idempotency_key
from gateway.intake import Submission, submit_message
from gateway.openapi import problem_described
from gateway.schemas import ChatReply, ChatRequest, HoldView, order_url
from gateway.services import Services, services_of
from nexus.errors import StoreUnavailable
from nexus.work_order import Status, WorkOrder

router = APIRouter(tags=["chat"])

REPEAT_AFTER_S = 1

# The body and the header are read by hand, which spares 0.2 ms a message, and described here.
_DESCRIPTION = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/ChatRequest"}}},
    },
    "parameters": [
        {
            "name": "Idempotency-Key",
            "in": "header",
            "required": False,
            "description": "Your own name for this message: sending it again within 24 h is then harmless. While "
            "the order is worked on, a repeat is 409 with its address (after `wait` seconds, if you wait); "
            "afterwards it is the stored reply; with another message it is 422.",
            "schema": {"type": "string", "pattern": f"^{KEY.pattern}$"},
            "example": "5f2c7a9e-morning-report",
        }
    ],
}


@router.post(
    "/api/chat",
    operation_id="send_message",
    summary="Send a message",
    response_model=ChatReply,
    responses={
        202: {"model": ChatReply, "description": "Accepted; `Location` is where to read the order"},
        409: problem_described(
            "This Idempotency-Key's order is being worked on; `Location` is where to read it"
        ),
        503: problem_described("Nothing was accepted; `Retry-After` says when to try again"),
    },
    openapi_extra=_DESCRIPTION,
)
async def post_chat(request: Request) -> Response:
    """Accept a message as a work order.

    200 with the reply when the order ends within `wait` seconds: `status` says whether it was delivered,
    asked back, declined or failed. 202 with `hold` when it would cost too much and asks first. Else 202 with the
    order's address. `durability` says which store has it.
    """
    services = services_of(request)
    body = await read_json(request, ChatRequest)
    submission = Submission(
        content=body.content,
        channel=body.channel,
        session_id=body.session_id,
        tier=body.tier,
        idempotency_key=idempotency_key(request),
        spec_json=body.spec_json,
        budget_usd=body.budget_usd,
        attachments=await cleaned(body.sent, services.settings, services.cleaner),
    )
    accepted = await submit_message(services, submission)
    found = await _outcome(services, accepted, body.wait)
    if found is not None and not found.value.is_open:
        return json_response(ChatReply.of(found))
    if not accepted.is_new:
        raise _in_use(accepted)
    return _accepted_response(accepted, found)


async def _outcome(services: Services, accepted: Accepted, wait_s: float) -> Stored[WorkOrder] | None:
    """The order after at most `wait_s`; None when there was no need or no way to read it."""
    if not wait_s and accepted.is_new:
        return None
    try:
        return await services.replies.wait_for_end(accepted.order_id, wait_s, just_accepted=accepted.is_new)
    except StoreUnavailable:
        return None  # it is accepted: the client reads it later


def _in_use(accepted: Accepted) -> Problem:
    url = order_url(accepted.order_id)
    return Problem(
        Kind.KEY_IN_USE,
        f"This Idempotency-Key's message is {accepted.order_id}, and is not known to have ended: read it at {url}.",
        headers={"Location": url, "Retry-After": str(REPEAT_AFTER_S)},
        members={"order_id": accepted.order_id, "session_id": accepted.session_id, "url": url},
    )


def _accepted_response(accepted: Accepted, found: Stored[WorkOrder] | None) -> Response:
    url = order_url(accepted.order_id)
    reply = ChatReply(
        order_id=accepted.order_id,
        session_id=accepted.session_id,
        status=found.value.status if found else Status.QUEUED,
        url=url,
        durability=found.durability if found else accepted.durability,
        hold=HoldView.of(found.value) if found else None,
    )
    return json_response(reply, 202, {"Location": url})
