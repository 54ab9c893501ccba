"""What Telegram finds in a person's text by itself: commands, mentions, links."""

import re

from tests.botapi.entities import Entity
from tests.botapi.formatted import utf16_length

PATTERNS = (
    ("url", re.compile(r"https?://[^\s<>]+")),
    ("email", re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+\.[A-Za-z]{2,}")),
    ("bot_command", re.compile(r"(?<![\w/>])/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?(?![\w/])")),
    ("mention", re.compile(r"(?<!\w)@[A-Za-z0-9_]{3,32}(?!\w)")),
    ("hashtag", re.compile(r"(?<!\w)#\w*[^\W\d]\w*")),
)


def found_entities(text: str, given: tuple[Entity, ...] = ()) -> tuple[Entity, ...]:
    """`given` and what is found beside it, in order."""
    taken = list(given)
    for kind, pattern in PATTERNS:
        for match in pattern.finditer(text):
            entity = Entity(kind, utf16_length(text[: match.start()]), utf16_length(match[0]))
            if not any(entity.offset < other.end and other.offset < entity.end for other in taken):
                taken.append(entity)
    return tuple(sorted(taken, key=lambda entity: (entity.offset, -entity.length)))
