"""What an OpenAI client reads: a completion, or its chunks. The facts of the order ride along in `nexus`."""

import re
from collections.abc import Iterator
from typing import Literal, Self

from pydantic import BaseModel, Field

from db.store import Stored
from gateway.openai_errors import OpenAIErrorBody
from gateway.schemas import HoldView, ReceiptView, order_url
from nexus.work_order import Status, WorkOrder

WORDS_A_PIECE = 6
_WORD = re.compile(r"\s*\S{1,40}|\s+")  # text without spaces, Chinese for one, is cut too


class Extension(BaseModel):
    """The order behind a completion."""

    order_id: str
    session_id: str
    status: Status
    held: bool = Field(description="True: the text asks whether it may cost that much; say so at `url`")
    url: str
    receipt: ReceiptView | None = None
    receipt_text: str | None = Field(default=None, description="the receipt in one line")

    @classmethod
    def of(cls, order: WorkOrder) -> Self:
        """The order as it stands."""
        receipt = ReceiptView.of(order)
        return cls(
            order_id=order.id,
            session_id=order.session_id,
            status=order.status,
            held=order.status is Status.HELD,
            url=order_url(order.id),
            receipt=receipt,
            receipt_text=receipt.text() if receipt else None,
        )


class CachedTokens(BaseModel):
    """Of the tokens read, those from a provider's cache."""

    cached_tokens: int


class CompletionUsage(BaseModel):
    """Tokens of all the order's calls, tries that QA refused included."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    total_tokens: int = 0
    prompt_tokens_details: CachedTokens = CachedTokens(cached_tokens=0)

    @classmethod
    def of(cls, order: WorkOrder) -> Self:
        """What the receipt says; nothing while there is none."""
        receipt = ReceiptView.of(order)
        if receipt is None:
            return cls()
        return cls(
            prompt_tokens=receipt.input_tokens,
            completion_tokens=receipt.output_tokens,
            total_tokens=receipt.input_tokens + receipt.output_tokens,
            prompt_tokens_details=CachedTokens(cached_tokens=receipt.cached_tokens),
        )


class CompletionMessage(BaseModel):
    """The company's answer."""

    role: Literal["assistant"] = "assistant"
    content: str
    refusal: str | None = None


class Choice(BaseModel):
    """The one answer."""

    index: int = 0
    message: CompletionMessage
    logprobs: None = None
    finish_reason: Literal["stop"] = "stop"


class ChatCompletion(BaseModel):
    """An answer in one piece."""

    id: str = Field(examples=["chatcmpl-WO-01JD0Z7M2T9V6Q4B8X3N5K1YHR"])
    object: Literal["chat.completion"] = "chat.completion"
    created: int = Field(description="when the order was accepted, in seconds since 1970")
    model: str
    choices: list[Choice]
    usage: CompletionUsage
    nexus: Extension

    @classmethod
    def of(cls, order: WorkOrder, model: str) -> Self:
        """The answer to an order that has one."""
        return cls(
            id=completion_id(order.id),
            created=int(order.created_at.timestamp()),
            model=model,
            choices=[Choice(message=CompletionMessage(content=text_of(order)))],
            usage=CompletionUsage.of(order),
            nexus=Extension.of(order),
        )


class Delta(BaseModel):
    """What a chunk adds."""

    role: Literal["assistant"] | None = None
    content: str | None = None


class ChunkChoice(BaseModel):
    """The one answer, growing."""

    index: int = 0
    delta: Delta
    logprobs: None = None
    finish_reason: Literal["stop"] | None = None


class ChatCompletionChunk(BaseModel):
    """A piece of an answer."""

    id: str
    object: Literal["chat.completion.chunk"] = "chat.completion.chunk"
    created: int
    model: str
    choices: list[ChunkChoice]
    usage: CompletionUsage | None = None
    nexus: Extension | None = None


class Model(BaseModel):
    """A name that can be asked."""

    id: str = Field(examples=["nexus"])
    object: Literal["model"] = "model"
    created: int
    owned_by: Literal["nexus"] = "nexus"


class ModelList(BaseModel):
    """All of them."""

    object: Literal["list"] = "list"
    data: list[Model]


def completion_id(order_id: str) -> str:
    """OpenAI's kind of id for an order."""
    return f"chatcmpl-{order_id}"


def text_of(order: WorkOrder) -> str:
    """What the client is told: the answer, the question asked back, or why it was declined or is held."""
    hold = HoldView.of(order)
    if order.status is Status.HELD and hold is not None:
        return f"{hold.question}\n\n({order.id} waits for your word: POST {order_url(order.id)}/approve or …/cancel.)"
    return order.result or order.failure_reason or ""


def trouble_with(found: Stored[WorkOrder] | None, order_id: str) -> tuple[int, OpenAIErrorBody] | None:
    """Why there is no answer, with OpenAI's status; None when there is one."""
    order = found.value if found is not None else None
    if order is None or (order.is_open and order.status is not Status.HELD):
        words = (
            f"{order_id} was accepted and goes on, but has not ended yet: read it at {order_url(order_id)}."
        )
        return 503, OpenAIErrorBody(message=words, type="server_error", code="order_open")
    if order.status in (Status.FAILED, Status.DEAD, Status.CANCELLED):
        words = f"{order.id}: {order.failure_reason or order.status.value}"
        return 500, OpenAIErrorBody(message=words, type="server_error", code=f"order_{order.status.value}")
    return None


def pieces(text: str) -> Iterator[str]:
    """The text in pieces of some words; together they are the text."""
    words = _WORD.findall(text)
    for start in range(0, len(words), WORDS_A_PIECE):
        yield "".join(words[start : start + WORDS_A_PIECE])
