"""The messages of a request; for Claude with marks where its prompt cache may end.

A marked prefix costs a quarter more when it is written and a tenth when it is read again within five minutes, as on
a second try of the same order. What is too short to be cached is not marked.
"""

import base64
import re
from typing import Final

from agents.completion import ModelRequest
from agents.config import Provider
from nexus.work_order import Attachment

BYTES_PER_TOKEN = 4
MIN_CACHED_TOKENS: Final = (
    (re.compile(r"claude-sonnet-4-6"), 2_048),
    (re.compile(r"claude-(sonnet-4|opus-4-1|opus-4-2|3-[57]-sonnet)"), 1_024),
    (re.compile(r"claude-3-(5-)?haiku"), 2_048),
    (re.compile(r""), 4_096),
)
"""Shortest prefix that is cached, in tokens; the first line that fits counts. Opus 4.5 and later and Haiku 4.5: 4,096.

Source: https://platform.claude.com/docs/en/build-with-claude/prompt-caching. For Sonnet 4.6 it said 2,048 and later
1,024, where nothing was cached (anthropics/anthropic-sdk-python#1194).
"""

EPHEMERAL: Final = {"type": "ephemeral"}


def messages_of(request: ModelRequest) -> list[dict[str, object]]:
    """As LiteLLM takes them, the system text first."""
    messages: list[dict[str, object]] = [{"role": "system", "content": request.system}]
    messages += [{"role": turn.role, "content": turn.content} for turn in request.turns]
    if request.pictures:
        words = {"type": "text", "text": request.turns[-1].content}
        messages[-1]["content"] = [*(_part(picture) for picture in request.pictures), words]
    if request.choice.provider is Provider.ANTHROPIC:
        for end in _cache_ends(request):
            text = messages[end]["content"]
            messages[end]["content"] = [{"type": "text", "text": text, "cache_control": EPHEMERAL}]
    return messages


def _part(picture: Attachment) -> dict[str, object]:
    """A picture as OpenAI takes it; LiteLLM says the same to the others in their words.

    Before the text, where Claude wants it.
    """
    encoded = base64.b64encode(picture.data or b"").decode()
    return {"type": "image_url", "image_url": {"url": f"data:{picture.media_type};base64,{encoded}"}}


def _cache_ends(request: ModelRequest) -> list[int]:
    """Indexes of the messages after which the cache may end: the system text, and the last of the earlier turns."""
    system = len(request.system.encode("utf-8", "surrogatepass"))
    before = sum(len(turn.content.encode("utf-8", "surrogatepass")) for turn in request.turns[:-1])
    least = BYTES_PER_TOKEN * _least_tokens(request.choice.model)
    ends = [0] if system >= least else []
    if before and system + before >= least:
        ends.append(len(request.turns) - 1)
    return ends


def _least_tokens(model: str) -> int:
    return next(tokens for pattern, tokens in MIN_CACHED_TOKENS if pattern.match(model))
