"""Which link targets Telegram takes: one bad target in a message and it refuses the whole message.

The rules are those of tdlib's `LinkManager::check_link` and `parse_url`, and a little narrower.
"""

from typing import Final

import regex

MAX_URL: Final = 2048

# A host needs a dot ("Wrong HTTP URL" otherwise, so http://localhost is text); no user info, which only misleads.
_WEB: Final = regex.compile(
    r"https?://[\w-]+(?:\.[\w-]+)+\.?(?::(?P<port>\d{1,5}))?(?:[/?#][^\p{Cc}\p{Cf}\p{Cs}\p{Z}]*)?",
    regex.IGNORECASE,
)
# tg://user mentions a person: a model must not.
_TELEGRAM: Final = regex.compile(
    r"tg://(?!user\b)[a-z0-9_-]+/?(?:\?[^\p{Cc}\p{Cf}\p{Cs}\p{Z}]*)?", regex.IGNORECASE
)
_MAIL: Final = regex.compile(r"mailto:([^?\s]+@[^?\s]+).*", regex.IGNORECASE)
_MAX_SHOWN: Final = 200


def is_link(target: str) -> bool:
    """Whether `target` can stand as the `url` of a `text_link`."""
    if len(target) > MAX_URL:
        return False
    if _TELEGRAM.fullmatch(target):
        return True
    web = _WEB.fullmatch(target)
    return web is not None and (web["port"] is None or 0 < int(web["port"]) < 65536)


def shown_target(target: str, label: str) -> str:
    """What stands in the text for a target that cannot be a link: "" where the label says it all.

    A `mailto:` becomes its address: Telegram reads `mailto:a@b.c` as a link to the web site b.c, but makes an
    address in the text clickable by itself.
    """
    mail = _MAIL.fullmatch(target)
    shown = mail[1] if mail else target
    if not shown or shown.startswith("#") or len(shown) > _MAX_SHOWN or shown in label:
        return ""
    return shown
