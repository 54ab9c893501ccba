"""How a transcriber says its words, and what it took: OpenAI's `/audio/transcriptions`, and what speaks like it.

Source: https://platform.openai.com/docs/api-reference/audio/json-object (`usage` counts tokens, or seconds where the
model is paid by them) and `verbose-json-object` (`duration`). Servers of one's own say nothing of usage.
"""

import json
from math import ceil

from agents.completion import Finish, ModelRequest
from agents.price_sheet import is_by_the_second
from agents.vendor_replies import Answer, BrokenReply
from agents.voice_prices import most_used
from nexus.usage import NOTHING_USED, Usage


def read_transcript(raw: bytes, request: ModelRequest) -> Answer:
    """The words in a reply.

    Raises:
        BrokenReply: there are none in it, not even empty ones.
    """
    try:
        reply = json.loads(raw)
    except ValueError as error:
        raise BrokenReply("the reply is no JSON") from error
    if not isinstance(reply, dict) or not isinstance(reply.get("text"), str):
        raise BrokenReply("the reply has no transcript in it")
    return Answer(reply["text"], Finish.STOP, _used(reply, request), None)


def _used(reply: dict[str, object], request: ModelRequest) -> Usage:
    """What it says it took; of a paid model that says nothing, the most that it can have taken."""
    by_the_second = is_by_the_second(request.choice)
    match reply:
        case {"usage": {"input_tokens": int(read), "output_tokens": int(written)}} if not by_the_second:
            return Usage(max(0, read), max(0, written))
        case {"usage": {"seconds": int() | float() as seconds}} | {"duration": int() | float() as seconds}:
            if by_the_second or request.choice.own_price is not None:
                return Usage(max(0, ceil(seconds)))
    return NOTHING_USED if request.choice.is_local else most_used(request)
