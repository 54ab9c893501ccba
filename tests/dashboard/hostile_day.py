"""A company that has met every payload in every place where words of models and strangers are kept.

Used by `test_dashboard_hostile`. What the gateway refuses (NUL, too long) is sent as an answer alone.
"""

import re
from base64 import b64encode
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from itertools import batched
from typing import Any

import httpx

from tests.dashboard.company import SECRET, Company
from tests.dashboard.hostile import Payload
from tests.running import wait_for

TURNS = 30
"""Payloads of one conversation: a page of the chat shows 40 turns."""
REASON = "a reason that turns"
SLOW = "#SLOW"
SLOW_S = 400
AT_WORK = 12
BATCH = 10
IN_EVIDENCE = 3
"""Payloads of one failed check: its evidence is cut after some 300 characters."""


@dataclass(frozen=True, slots=True)
class Day:
    """What is there to look at. `answered` has an order for each payload, whose answer it is; by session."""

    answered: dict[str, list[str]]
    unchecked: list[str]
    """Orders whose QA evidence holds payloads: each failed."""
    with_files: list[str]
    at_work: list[str]


def rules_for(payloads: Iterable[Payload]) -> list[dict[str, Any]]:
    """The script: a payload is the answer to the message that ends with its mark."""
    slow = {"match": SLOW, "answers": [{"text": "late", "delay_s": SLOW_S}]}
    return [slow, *({"match": re.escape(one.mark), "answers": [one.text]} for one in payloads)]


class Stranger:
    """Sends what others would not, over one kept connection pool; several at a time."""

    def __init__(self, company: Company) -> None:
        self._client = httpx.Client(
            base_url=company.url, headers={"Authorization": f"Bearer {SECRET}"}, timeout=120, trust_env=False
        )
        self._threads = ThreadPoolExecutor(6)

    def __enter__(self) -> "Stranger":
        return self

    def __exit__(self, *_: object) -> None:
        self._threads.shutdown()
        self._client.close()

    def does(self, path: str, body: object) -> Any:
        """POST it; the answer's JSON, None when it was refused as wrong.  Anything else is a failure."""
        reply = self._client.post(path, json=body)
        assert reply.status_code in (200, 201, 202, 422), f"{path}: {reply.status_code} {reply.text}"
        return None if reply.status_code == 422 else reply.json()

    def opens(self, content: str) -> str:
        """A new conversation; returns its id."""
        return str(self.does("/api/chat", {"content": content, "tier": "intern", "wait": 60})["session_id"])

    def asks(self, bodies: Iterable[dict[str, Any]]) -> list[Any]:
        """Send messages and wait for each one's end; in the order of the bodies, None for what was refused."""
        return list(self._threads.map(lambda body: self.does("/api/chat", body), bodies))


def fill(company: Company, payloads: Sequence[Payload]) -> Day:
    """Everything, in some 30 s."""
    with Stranger(company) as stranger:
        answered = _conversations(stranger, payloads)
        for batch in batched(payloads[::2], 40):  # as titles: a conversation for each
            stranger.asks({"content": one.text, "tier": "intern", "wait": 60} for one in batch)
        unchecked = _refused_by_qa(stranger, payloads)
        with_files = _attachments(stranger, payloads)
        _reasons(stranger, payloads)
        at_work = _at_work(stranger, company, payloads)
    return Day(answered, unchecked, with_files, at_work)


def _conversations(stranger: Stranger, payloads: Sequence[Payload]) -> dict[str, list[str]]:
    """Some payloads each; one that is no message (NUL in it) is only an answer."""
    found: dict[str, list[str]] = {}
    for batch in batched(payloads, TURNS):
        session = stranger.opens(batch[0].mark)
        replies = stranger.asks(_in(session, f"{one.text}\n{one.mark}") for one in batch)
        again = [one for one, reply in zip(batch, replies, strict=True) if reply is None]
        replies += stranger.asks(_in(session, one.mark) for one in again)
        found[session] = [reply["order_id"] for reply in replies if reply is not None]
        assert len(found[session]) == len(batch)
    return found


def _in(session: str, content: str, **fields: object) -> dict[str, Any]:
    return {"content": content, "session_id": session, "tier": "intern", "wait": 60, **fields}


def _refused_by_qa(stranger: Stranger, payloads: Sequence[Payload]) -> list[str]:
    """Orders that fail, with the payloads in the evidence and in the spec's name."""
    bodies, session = [], stranger.opens("QA")
    for batch in batched((one for one in payloads if len(one.text) < 2_000), IN_EVIDENCE):
        words = [one.text for one in batch]
        spec = {"name": words[0][:200], "completeness": {"required_substrings": words}}
        bodies.append(_in(session, f"QA {batch[0].number}", qa=spec))
    return [reply["order_id"] for reply in stranger.asks(bodies) if reply is not None]


def _attachments(stranger: Stranger, payloads: Sequence[Payload]) -> list[str]:
    """Documents whose names and texts are payloads."""
    bodies, session = [], stranger.opens("Files")
    for batch in batched((one for one in payloads if "\x00" not in one.text), BATCH):
        files = [_file(one) for one in batch]
        bodies.append(_in(session, f"Files {batch[0].number}", attachments=files))
    return [reply["order_id"] for reply in stranger.asks(bodies) if reply is not None]


def _file(payload: Payload) -> dict[str, str]:
    text = "".join(c for c in payload.text if c >= " " or c in "\n\t")[:5_000] or "x"
    return {"kind": "document", "name": payload.text[:200], "data": b64encode(text.encode()).decode()}


def _reasons(stranger: Stranger, payloads: Sequence[Payload]) -> None:
    """Reasons of a freeze and of a pause: the audit has all, the budget and the agents the last one."""
    for n, one in enumerate(payloads):
        stranger.does(f"/api/budget/{('freeze', 'thaw')[n % 2]}", {"reason": one.text[:400]})
    last = f"{REASON} \u202e{payloads[14].text}"
    stranger.does("/api/budget/freeze", {"reason": last})
    stranger.does("/api/agents/ceo/pause", {"reason": last})
    for one in payloads[:: len(payloads) // 20]:  # as names of tokens they are refused
        stranger.does("/api/tokens", {"name": one.text[:60], "role": "viewer", "days": 1})


def _at_work(stranger: Stranger, company: Company, payloads: Sequence[Payload]) -> list[str]:
    """Orders that the Intern works on while the views are opened."""
    chosen = [one for one in payloads if "\x00" not in one.text][:: len(payloads) // AT_WORK]
    replies = stranger.asks(
        {"content": f"{one.text[:2_000]}\n{SLOW}", "tier": "intern", "wait": 0} for one in chosen
    )
    orders = [reply["order_id"] for reply in replies if reply is not None]
    wait_for(lambda: company.order(orders[0])["order"]["status"] == "working", 60, "work that goes on")
    return orders


def stop(company: Company, day: Day) -> None:
    """End what is still at work, so that the company ends at once."""
    for order_id in day.at_work:
        with suppress(AssertionError):  # it may have ended by itself
            company.call("POST", f"/api/work-orders/{order_id}/cancel")
