"""Cancels at random moments: before a worker has the order, in the middle of its call, at its end."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

import httpx

from nexus.work_order import Status
from tests.chaos.checker import Violation
from tests.chaos.company import Outfit
from tests.chaos.driver import Injected
from tests.chaos.evidence import Evidence
from tests.chaos.stage import Stage

CANCELLER = 77  # its number in tokens; no sender has it
ENDS_WITHIN_S = 5.0
LATEST_S = 3.0


@dataclass(frozen=True, slots=True)
class Ack:
    """A cancel that was answered. Unix times."""

    order_id: str
    token: str
    asked_at: float
    acked_at: float
    http_status: int
    status: str


class Cancels:
    """`--faults` orders that are cancelled 0 to 3 s after their acceptance, among others that are not."""

    name = "cancels"

    def __init__(self) -> None:
        self.acks: list[Ack] = []
        self._cut = 0

    def outfit(self, outfit: Outfit) -> Outfit:
        """Calls of 1.5 to 3 s, so that most cancels find one in flight."""
        return replace(outfit, slow_share=1.0, slowest_call_s=3.0)

    async def play(self, stage: Stage) -> None:
        """Send, and cancel."""
        options = stage.options
        stage.start_senders(options.senders, options.orders, options.seconds)
        rng = random.Random(f"cancels/{options.seed}")
        async with (
            httpx.AsyncClient(timeout=20, limits=httpx.Limits(max_connections=200), trust_env=False) as http,
            asyncio.TaskGroup() as tasks,
        ):
            for n in range(options.faults):
                at_s, after_s = rng.uniform(0, options.seconds), rng.uniform(0, LATEST_S)
                port = rng.choice(stage.company.ports)
                job = self._send_and_cancel(stage, http, f"http://127.0.0.1:{port}", n, at_s, after_s)
                tasks.create_task(job)

    async def _send_and_cancel(
        self, stage: Stage, http: httpx.AsyncClient, url: str, n: int, at_s: float, after_s: float
    ) -> None:
        token = f"tok-{stage.options.seed}-{CANCELLER}-{n}"
        stage.cancelled_tokens.add(token)
        await asyncio.sleep(at_s)
        sent = await http.post(f"{url}/api/chat", json={"content": f"What is the name of {token}?"})
        order_id = sent.raise_for_status().json()["order_id"]
        await asyncio.sleep(after_s)
        asked_at = time.time()
        reply = await http.post(f"{url}/api/work-orders/{order_id}/cancel")
        acked_at = time.time()
        read = (await http.get(f"{url}/api/work-orders/{order_id}")).raise_for_status().json()["order"]
        ack = Ack(order_id, token, asked_at, acked_at, reply.status_code, read["status"])
        self.acks.append(ack)
        stage.driver.injected.append(Injected(asked_at, acked_at, "cancel", order_id))

    def judge(self, evidence: Evidence) -> Iterator[Violation]:
        """Terminal within 5 s, and no call that arrives at the model after the acknowledgement."""
        calls = Counter[str]()
        orders = {order.id: order for order in evidence.orders}
        acked = {ack.token: ack for ack in self.acks}
        for call in evidence.stub_calls:
            calls[call.token] += 1
            if call.token in acked and call.t > acked[call.token].acked_at:
                late = call.t - acked[call.token].acked_at
                yield Violation("call after cancel", call.token, f"{late:.3f} s after the acknowledgement")
        for ack in self.acks:
            order = orders[ack.order_id]
            if ack.http_status not in (200, 409) or (ack.http_status == 200) != (
                order.status == Status.CANCELLED
            ):
                yield Violation(
                    "cancel", ack.order_id, f"{ack.http_status}, then {ack.status}, at last {order.status}"
                )
            if (order.finished_at or time.time()) - ack.asked_at > ENDS_WITHIN_S:
                yield Violation("cancel", ack.order_id, f"ended {order.finished_at}, asked {ack.asked_at}")
            self._cut += order.status == Status.CANCELLED and calls[ack.token] > 0

    def facts(self) -> dict[str, object]:
        """For the report."""
        ended = Counter(ack.status for ack in self.acks)
        slowest_s = max((ack.acked_at - ack.asked_at for ack in self.acks), default=0.0)
        return {
            "cancels": len(self.acks),
            "they found": dict(ended),
            "with a call cut": self._cut,
            "slowest acknowledgement, s": round(slowest_s, 2),
        }
