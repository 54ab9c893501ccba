"""Waiting for an order on behalf of an OpenAI client, and the stream of chunks it reads.

QA comes before delivery, so a stream says that the company works, at most 5 s apart, and then gives the checked
text. A client that leaves ends the waiting and not the order.
"""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass

from db.records import Accepted
from db.store import Stored
from gateway.openai_errors import error_json
from gateway.openai_replies import (
    ChatCompletionChunk,
    ChunkChoice,
    CompletionUsage,
    Delta,
    Extension,
    completion_id,
    pieces,
    text_of,
    trouble_with,
)
from gateway.services import Services
from nexus.errors import StoreUnavailable
from nexus.logs import get_logger
from nexus.work_order import Status, WorkOrder

log = get_logger(__name__)

KEEP_ALIVE_S = 5.0
GRACE_S = 10.0  # in which the workers end an order whose deadline has passed
AGAIN_S = 1.0

DONE = "data: [DONE]\n\n"


@dataclass(frozen=True, slots=True)
class Call:
    """One accepted request."""

    services: Services
    accepted: Accepted
    model: str
    created: int
    includes_usage: bool = False
    keep_alive_s: float = KEEP_ALIVE_S

    async def looks(self) -> AsyncIterator[Stored[WorkOrder] | None]:
        """The order as it stands, every `keep_alive_s` and as soon as there is something to tell; then it stops.

        It stops also when the gateway does, and when the order's deadline has long passed; None: it could not be read.
        """
        services = self.services
        ends_at = services.clock.monotonic() + services.settings.order_deadline_s + GRACE_S
        is_new = self.accepted.is_new
        while True:
            found = await self._look(just_accepted=is_new)
            is_new = False
            yield found
            over = services.stopping.is_set() or services.clock.monotonic() > ends_at
            if over or (found is not None and _is_settled(found.value)):
                return

    async def _look(self, *, just_accepted: bool) -> Stored[WorkOrder] | None:
        order_id, found = self.accepted.order_id, None
        try:
            found = await self.services.replies.wait_for_end(
                order_id, self.keep_alive_s, just_accepted=just_accepted
            )
        except StoreUnavailable as error:
            log.warning("openai.store_unavailable", order_id=order_id, error=str(error))
        if found is None:
            await self.services.clock.sleep(AGAIN_S)
        return found

    async def stream(self) -> AsyncIterator[str]:
        """The events of a streamed completion."""
        yield self._chunk(Delta(role="assistant", content=""))
        found = None
        async for found in self.looks():
            if found is None or not _is_settled(found.value):
                yield f": {self.accepted.order_id} is worked on\n\n"
        trouble = trouble_with(found, self.accepted.order_id)
        if trouble is not None:
            yield f"data: {error_json(trouble[1])}\n\n"
        elif found is not None:
            for event in self._answer(found.value):
                yield event
        yield DONE

    def _answer(self, order: WorkOrder) -> list[str]:
        events = [self._chunk(Delta(content=piece)) for piece in pieces(text_of(order))]
        last = self._bare([ChunkChoice(delta=Delta(), finish_reason="stop")])
        events.append(self._event(last.model_copy(update={"nexus": Extension.of(order)})))
        if self.includes_usage:
            counted = self._bare([]).model_copy(update={"usage": CompletionUsage.of(order)})
            events.append(self._event(counted))
        return events

    def _chunk(self, delta: Delta) -> str:
        return self._event(self._bare([ChunkChoice(delta=delta)]))

    def _bare(self, choices: list[ChunkChoice]) -> ChatCompletionChunk:
        return ChatCompletionChunk(
            id=completion_id(self.accepted.order_id), created=self.created, model=self.model, choices=choices
        )

    def _event(self, chunk: ChatCompletionChunk) -> str:
        """One server-sent event: what is not said is left out, but for the nulls that OpenAI writes."""
        body = chunk.model_dump(mode="json", exclude_none=True)
        if self.includes_usage:
            body.setdefault("usage", None)
        for choice in body["choices"]:
            choice.setdefault("logprobs", None)
            choice.setdefault("finish_reason", None)
        return f"data: {json.dumps(body, ensure_ascii=False)}\n\n"


def _is_settled(order: WorkOrder) -> bool:
    return not order.is_open or order.status is Status.HELD
