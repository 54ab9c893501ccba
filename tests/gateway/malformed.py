"""Frames that are wrong in every way, over a real WebSocket: `python -m tests.gateway.malformed URL --frames 10000`.

Each must be answered with an error frame or by a close with a code of the protocol; never with silence, a success, a
trace, or an end of the gateway.
"""

import argparse
import asyncio
import json
import random
import string
import sys
from collections import Counter
from collections.abc import Iterator

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

ANSWER_S = 10.0
CLOSES = {1000, 1002, 1003, 1007, 1008, 1009, 1013}
METHODS = (
    "ping",
    "chat.send",
    "session.subscribe",
    "order.cancel",
    "order.approve",
    "company.subscribe",
    "auth",
    "nope",
    "",
)
ODD: tuple[object, ...] = (
    None,
    True,
    -1,
    1e308,
    10**30,
    "",
    " ",
    "\x00",
    "💥" * 50,
    "../../etc/passwd",
    "WO-%00",
    "' OR 1=1 --",
    "{{7*7}}",
    [],
    {},
    [[[[]]]],
    {"a": {"b": {"c": None}}},
)


def frames(seed: int, count: int) -> Iterator[str | bytes]:
    """`count` frames, none of which is a good request."""
    rng = random.Random(seed)
    makers = (_noise, _binary, _not_an_object, _odd_request, _odd_params, _cut_off, _deep, _extra, _twice)
    for _ in range(count):
        yield rng.choice(makers)(rng)


def _noise(rng: random.Random) -> str:
    return "".join(rng.choices(string.printable, k=rng.randint(0, 200))) + "{"


def _binary(rng: random.Random) -> bytes:
    return b"\xff" + rng.randbytes(rng.randint(0, 300))


def _not_an_object(rng: random.Random) -> str:
    return json.dumps(rng.choice([value for value in ODD if not isinstance(value, dict)]))


def _odd_request(rng: random.Random) -> str:
    """One field of a good request is wrong or missing."""
    request: dict[str, object] = {"type": "req", "id": 1, "method": "ping", "params": {}}
    field = rng.choice(["type", "id", "method"])
    if rng.random() < 0.3:
        del request[field]
    else:
        good = {"type": ("req",), "id": ("", " ", -1, 10**30), "method": METHODS}[field]
        odd = [value for value in ODD if not isinstance(value, str | int) or field == "type"]
        request[field] = rng.choice([value for value in odd if value not in good] or [None])
    return json.dumps(request)


def _odd_params(rng: random.Random) -> str:
    """A method that exists, with parameters that are none of its own."""
    method = rng.choice(METHODS[1:6])
    names = rng.choices(["content", "session_id", "after_seq", "order_id", "tier", "qa", "x"], k=2)
    params: dict[str, object] = {
        name: rng.choice([v for v in ODD if not isinstance(v, str)]) for name in names
    }
    return json.dumps({"type": "req", "id": rng.randint(0, 9), "method": method, "params": {"y": 1} | params})


def _cut_off(rng: random.Random) -> str:
    whole = json.dumps({"type": "req", "id": 1, "method": "chat.send", "params": {"content": "Hello there"}})
    return whole[: rng.randint(1, len(whole) - 1)]


def _deep(rng: random.Random) -> str:
    depth = rng.choice([50, 500, 5_000, 50_000])
    return rng.choice(["[" * depth, "[" * depth + "]" * depth, '{"a":' * depth + "1" + "}" * depth])


def _extra(rng: random.Random) -> str:
    return json.dumps({"type": "req", "id": 1, "method": "ping", "params": {}, f"x{rng.randint(0, 99)}": 1})


def _twice(rng: random.Random) -> str:
    return '{"type": "req", "id": 1, "method": "ping"}' * rng.randint(2, 4)


async def send_all(url: str, seed: int, count: int, headers: dict[str, str] | None = None) -> Counter[str]:
    """Send the frames one after the other; returns how they were answered.

    Raises:
        AssertionError: one was answered with a success, with a trace, or not at all.
    """
    answers: Counter[str] = Counter()
    line: ClientConnection | None = None
    for frame in frames(seed, count):
        line = line or await connect(url, additional_headers=headers, max_size=None, proxy=None)
        try:
            async with asyncio.timeout(ANSWER_S):
                await line.send(frame)
                reply = json.loads(await line.recv())
        except ConnectionClosed as closed:
            code = closed.rcvd.code if closed.rcvd else 0
            assert code in CLOSES, f"{frame[:80]!r} was answered with the close code {code}"
            answers[f"closed {code}"] += 1
            line = None
            continue
        assert reply["type"] == "res", reply
        assert reply["ok"] is False, f"{frame[:200]!r} was taken for a good request"
        assert "Traceback" not in json.dumps(reply), reply
        answers[reply["error"]["code"]] += 1
    if line is not None:
        await line.close()
    return answers


def main() -> int:
    """Send, and print how the frames were answered."""
    parser = argparse.ArgumentParser(prog="python -m tests.gateway.malformed", description=__doc__)
    parser.add_argument("url", help="ws://127.0.0.1:8000/ws")
    parser.add_argument("--frames", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--token", help="sent as a bearer token in the handshake")
    arguments = parser.parse_args()
    headers = {"Authorization": f"Bearer {arguments.token}"} if arguments.token else None
    answers = asyncio.run(send_all(arguments.url, arguments.seed, arguments.frames, headers))
    for answer, count in answers.most_common():
        print(f"{count:6}  {answer}")
    print(f"{sum(answers.values()):6}  frames")
    return 0


if __name__ == "__main__":
    sys.exit(main())
