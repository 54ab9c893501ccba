"""The model that the company calls: a strict OpenAI-compatible server with a ledger of its own.

`python -m tests.chaos.stub PORT LEDGER SEED SLOWEST_S SLOW_SHARE`. One line is written when a call arrives and one
when its reply has been handed to the kernel, so the ledger is the provider's bill: what is in it would be paid.
A message may order its own fate by its token: `bad500-…` is always answered with 500, `badcut-…` always cut off.
"""

import asyncio
import json
import os
import random
import re
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MODEL = "stub"
TOKEN = re.compile(r"\b(?:tok|bad500|badcut)-[0-9]+-[0-9]+-[0-9]+\b")
PROMPT_TOKENS, ANSWER_TOKENS = 100, 20  # of every call
POISON_RETRY_AFTER_S = 0  # a provider's word goes before our backoff, so that five tries take seconds


@dataclass(frozen=True, slots=True)
class Refusal(Exception):
    """The request is wrong: status and message."""

    status: int
    message: str


class Stub:
    """Answers chat completions with a sentence that holds the order's token."""

    def __init__(self, ledger: Path, seed: int, slowest_s: float, slow_share: float) -> None:
        self._ledger = os.open(ledger, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._seed = seed
        self._slowest_s = slowest_s
        self._slow_share = slow_share
        self._calls = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, kept alive until the client leaves."""
        try:
            while (request := await _read_request(reader)) is not None:
                if not await self._answer(writer, *request):
                    break
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # killed clients leave in the middle
        finally:
            writer.close()

    async def _answer(self, writer: asyncio.StreamWriter, method: str, path: str, body: bytes) -> bool:
        try:
            listing: dict[str, object] = {"id": MODEL, "object": "model", "created": 0, "owned_by": "nexus"}
            if (method, path) == ("GET", "/v1/models"):
                await _reply(writer, 200, {"object": "list", "data": [listing]})
                return True
            if (method, path) == ("GET", f"/v1/models/{MODEL}"):
                await _reply(writer, 200, listing)
                return True
            if (method, path) != ("POST", "/v1/chat/completions"):
                raise Refusal(404, f"there is no {method} {path}")
            return await self._complete(writer, token_of(body))
        except Refusal as refusal:
            self._note(at="refused", status=refusal.status, message=refusal.message)
            await _reply(writer, refusal.status, {"error": {"message": refusal.message, "type": "invalid"}})
            return True

    async def _complete(self, writer: asyncio.StreamWriter, token: str) -> bool:
        self._calls += 1
        call = f"stub-{os.getpid()}-{self._calls}"
        self._note(at="call", id=call, token=token)
        await asyncio.sleep(self._delay_s(token))
        if token.startswith("badcut"):
            self._note(at="reply", id=call, status=0)
            writer.transport.abort()
            return False
        status = 500 if token.startswith("bad500") else 200
        gone = writer.transport.is_closing()
        if not gone:
            await _reply(writer, status, _completion(call, token) if status == 200 else _failure())
        self._note(at="reply", id=call, status=-1 if gone else status)
        return not gone

    def _delay_s(self, token: str) -> float:
        """Up to 0.2 s; `slow_share` of the calls up to `slowest_s`. The same for the same token and seed."""
        rng = random.Random(f"{self._seed}/{token}")
        is_slow = rng.random() < self._slow_share and token.startswith("tok")
        return rng.uniform(0.5, 1.0) * self._slowest_s if is_slow else rng.uniform(0, 0.2)

    def _note(self, **line: object) -> None:
        os.write(self._ledger, json.dumps({"t": round(time.time(), 4), **line}).encode() + b"\n")


def token_of(body: bytes) -> str:
    """The token in the last message of the user; earlier turns hold the tokens of other orders.

    Raises:
        Refusal: the request is none that OpenAI would take, or holds no token.
    """
    try:
        request: dict[str, Any] = json.loads(body)
        messages = request["messages"]
        last = messages[-1]
        if request["model"] != MODEL or last["role"] != "user" or not isinstance(last["content"], str):
            raise Refusal(400, f"wrong model or last message: {request['model']!r}, {last!r}")
        if any(set(message) != {"role", "content"} for message in messages):
            raise Refusal(400, "a message has fields other than role and content")
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise Refusal(400, f"not a chat completion request: {error!r}") from None
    found = TOKEN.findall(last["content"])
    if len(set(found)) != 1:
        raise Refusal(400, f"the last message holds {len(set(found))} tokens")
    return str(found[0])


def _completion(call: str, token: str) -> dict[str, object]:
    text = f"The name that belongs to {token} is {token.upper()}."
    return {
        "id": call,
        "object": "chat.completion",
        "created": int(time.time()),
        "model": MODEL,
        "choices": [{"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}],
        "usage": {
            "prompt_tokens": PROMPT_TOKENS,
            "completion_tokens": ANSWER_TOKENS,
            "total_tokens": PROMPT_TOKENS + ANSWER_TOKENS,
        },
    }


def _failure() -> dict[str, object]:
    return {"error": {"message": "the model crashed on this prompt", "type": "server_error"}}


async def _read_request(reader: asyncio.StreamReader) -> tuple[str, str, bytes] | None:
    """Method, path and body of the next request; None when the client has left."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return None
    first, *lines = head.decode("latin-1").split("\r\n")
    method, path, _ = first.split(" ", 2)
    headers = dict(line.lower().split(": ", 1) for line in lines if ": " in line)
    length = int(headers.get("content-length", "0"))
    return method, path, await reader.readexactly(length) if length else b""


async def _reply(writer: asyncio.StreamWriter, status: int, document: dict[str, object]) -> None:
    body = json.dumps(document).encode()
    retry = f"retry-after: {POISON_RETRY_AFTER_S}\r\n" if status >= 500 else ""
    head = (
        f"HTTP/1.1 {status} X\r\ncontent-type: application/json\r\n{retry}content-length: {len(body)}\r\n\r\n"
    )
    writer.write(head.encode() + body)
    await writer.drain()


async def main(port: int, stub: Stub) -> None:
    """Serve for ever."""
    server = await asyncio.start_server(stub.serve, "127.0.0.1", port, backlog=512)
    print("stub.ready", flush=True)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    port, ledger, seed, slowest_s, slow_share = sys.argv[1:]
    asyncio.run(main(int(port), Stub(Path(ledger), int(seed), float(slowest_s), float(slow_share))))
