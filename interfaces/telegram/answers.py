"""An ended order as messages: the answer in parts, the receipt under it, the buttons under that."""

from typing import Any

from telegram import MessageEntity

from db.statements.telegram_post import ChatOrder
from interfaces.telegram.format import answer_parts, clean, utf16_len
from interfaces.telegram.gateway_client import Detail, Hold
from interfaces.telegram.keyboards import of_question, under_answer
from interfaces.telegram.receipts import receipt_line
from interfaces.telegram.sending import Outgoing
from interfaces.telegram.wording import title
from interfaces.telegram.words import say
from nexus.usage import dollars
from nexus.work_order import Status

GAP = "\n\n"
RECEIPT_CHARS = 700
CAPTION_CHARS = 1000


def answer_messages(order: ChatOrder, detail: Detail) -> list[Outgoing]:
    """The messages that tell how the order ended, in their order. The same order gives the same messages."""
    receipt = clean(receipt_line(order.language, detail))[:RECEIPT_CHARS]
    answer = answer_parts(_text(order, detail), room=utf16_len(GAP + receipt))
    last = len(answer.parts) - 1
    keyboard = under_answer(order.order_id, order.language)
    messages = []
    for n, part in enumerate(answer.parts):
        text, entities = part.text, part.entities
        is_last = n == last and answer.file is None
        if is_last:
            text, entities = _with_receipt(text, entities, receipt)
        messages.append(
            Outgoing(
                text,
                entities,
                keyboard if is_last else None,
                reply_to=order.asked_by if n == 0 else None,
            )
        )
    if answer.file is not None:
        caption = GAP.join(text for text in (say(order.language, "long_answer"), receipt) if text)
        name = f"{order.order_id}.md"
        messages.append(Outgoing(caption[:CAPTION_CHARS], keyboard=keyboard, file=(name, answer.file)))
    return messages


def question_message(order: ChatOrder, payload: dict[str, Any]) -> Outgoing:
    """The question of a held order, with a button for each way to go on."""
    hold = Hold.model_validate(payload)
    keyboard = of_question(order.order_id, hold.options, order.language)
    return Outgoing(clean(_question(order.language, hold)), keyboard=keyboard, reply_to=order.asked_by)


def _question(language: str, hold: Hold) -> str:
    """The company's own question in English; in Chinese what it would cost, and that it is for the owner to say."""
    if language == "en" or not hold.options:
        return hold.question
    first = hold.options[0]
    about, most = dollars(first.about_usd), dollars(first.at_most_usd)
    role = title(language, first.role)
    return say(language, "held_question", role=role, model=first.model, about=about, most=most)


def gone_message(order: ChatOrder) -> Outgoing:
    """For an order that the company has no record of any more."""
    return Outgoing(say(order.language, "gone"), reply_to=order.asked_by)


def _text(order: ChatOrder, detail: Detail) -> str:
    """What the owner reads: the answer, the question asked back, or why there is none."""
    if detail.order.result:
        return detail.order.result
    if detail.order.status is Status.CANCELLED:
        return say(order.language, "cancelled_text")
    key = "declined_because" if detail.order.status is Status.DECLINED else "failed_because"
    reason = detail.order.failure_reason or say(order.language, "no_reason")
    return say(order.language, key, reason=reason)


def _with_receipt(
    text: str, entities: tuple[MessageEntity, ...], receipt: str
) -> tuple[str, tuple[MessageEntity, ...]]:
    if not receipt:
        return text, entities
    small = MessageEntity(MessageEntity.ITALIC, utf16_len(text + GAP), utf16_len(receipt))
    return f"{text}{GAP}{receipt}", (*entities, small)
