"""Which links Telegram takes, as far as https://github.com/tdlib/td (LinkManager::check_link) tells."""

import re

USER_LINK = re.compile(r"tg://user\?id=([1-9]\d*)$")
OWN_SCHEME = re.compile(r"(tg|ton|tonsite):(//)?", re.IGNORECASE)
SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")


def wrong_link(url: str) -> str | None:
    """Why Telegram refuses `url`: "URL '…' is invalid: …"; None when it is fine."""
    reason = _reason(url)
    return f"URL '{url}' is invalid: {reason}" if reason else None


def _reason(url: str) -> str | None:
    if own := OWN_SCHEME.match(url):
        return None if re.match(r"[A-Za-z0-9_-]+", url[own.end() :]) else f"Wrong {own[1].lower()} URL"
    scheme = SCHEME.match(url)
    if scheme and scheme[1].lower() not in {"http", "https"}:
        return "Unsupported URL protocol"
    rest = url[scheme.end() :] if scheme else url
    place = re.split(r"[/?#]", rest, maxsplit=1)[0].rsplit("@", 1)[-1]
    if place.startswith("["):
        return None if "]" in place else "Wrong HTTP URL"
    host, _, port = place.partition(":")
    if not host:
        return "URL host is empty"
    if port and not (port.isascii() and port.isdigit() and 0 < int(port) < 65_536):
        return "Wrong port number specified in the URL"
    return None if "." in host and " " not in host else "Wrong HTTP URL"
