"""The least of HTTP: the status of one GET, and whether a WebSocket opens. A library would take 8 MB."""

import asyncio
import base64
import os
import ssl
from contextlib import suppress
from urllib.parse import urlsplit

CLOSE_FRAME = b"\x88\x82\x00\x00\x00\x00\x03\xe8"  # 1000, masked with zeros
UPGRADED = 101


async def get_status(url: str, *, token: str | None = None) -> int:
    """The status of the answer to GET `url`.

    Raises:
        OSError, ValueError: nobody answers, or not in HTTP.
    """
    return await _ask(url, token, {"Connection": "close"})


async def websocket_status(url: str, *, token: str | None = None) -> int:
    """101 when a WebSocket opens at `url` (http or https); it is closed again. Another status is the refusal.

    Raises:
        OSError, ValueError: as `get_status`.
    """
    key = base64.b64encode(os.urandom(16)).decode()
    headers = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Key": key,
        "Sec-WebSocket-Version": "13",
    }
    return await _ask(url, token, headers, goodbye=CLOSE_FRAME)


async def _ask(url: str, token: str | None, headers: dict[str, str], goodbye: bytes = b"") -> int:
    parts = urlsplit(url)
    secure = parts.scheme == "https"
    port = parts.port or (443 if secure else 80)
    context = ssl.create_default_context() if secure else None
    reader, writer = await asyncio.open_connection(parts.hostname, port, ssl=context)
    try:
        lines = [f"GET {parts.path or '/'} HTTP/1.1", f"Host: {parts.netloc}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        if token:
            lines.append(f"Authorization: Bearer {token}")
        writer.write(("\r\n".join(lines) + "\r\n\r\n").encode())
        status = _status_in(await reader.readline())
        if status == UPGRADED and goodbye:
            while (await reader.readline()).strip():  # its headers
                pass
            writer.write(goodbye)
            await writer.drain()
        return status
    finally:
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()


def _status_in(line: bytes) -> int:
    words = line.split()
    if len(words) < 2 or not words[0].startswith(b"HTTP/1.") or not words[1].isdigit():
        raise ValueError("the answer is not HTTP")
    return int(words[1])
