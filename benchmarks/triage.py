"""`python -m benchmarks.triage`: what deciding on a tier takes, and what the router takes of memory.

Over the shipped requests: the whole triage without a model (the order is read, its spec written, all layers asked),
beside the same with rules in place of the router, and the router's part alone. The ratio says more than milliseconds,
which depend on the machine. Memory is the proportional set size of this process, as a worker has it.
"""

import argparse
import json
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median, quantiles

from agents.admin import Admin
from agents.breaker import ModelBreakers
from agents.config import ANTHROPIC_MODELS, ModelChoice, Payroll, Post, Provider
from agents.learning.current import CurrentRouter
from agents.route_desk import RouteDesk
from nexus.clock import SystemClock
from nexus.ids import new_order_id, new_session_id
from nexus.work_order import TIERS, Channel, Role, Status, WorkOrder
from routing.requests import read_requests

ROUNDS = 3


def pss_mb() -> float:
    """This process's share of memory, in MB: its own pages, and its part of those it shares."""
    for line in Path("/proc/self/smaps_rollup").read_text(encoding="ascii").splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    return float("nan")


def an_order(content: str) -> WorkOrder:
    """A submitted order, as triage has it."""
    now = datetime.now(UTC)
    return WorkOrder(
        id=new_order_id(),
        session_id=new_session_id(),
        channel=Channel.REST,
        content=content,
        status=Status.QUEUED,
        owner=Role.ADMIN,
        difficulty=None,
        requested_tier=None,
        tier_reason=None,
        tier_rule=None,
        spec_json=None,
        context=(),
        brings_context=False,
        fence=1,
        claims=1,
        attempts=0,
        lease_owner=None,
        lease_until=None,
        available_at=now,
        cancel_requested_at=None,
        retry_of=None,
        budget_usd=None,
        approved_usd=None,
        hold_json=None,
        deadline_at=now + timedelta(minutes=10),
        result=None,
        failure_reason=None,
        receipt_json=None,
        created_at=now,
        updated_at=now,
        finished_at=None,
    )


def the_payroll() -> Payroll:
    """The shipped one, with prices."""
    posts = {
        role: Post(role, ModelChoice(Provider.ANTHROPIC, ANTHROPIC_MODELS[role]), 1_000) for role in TIERS
    }
    return {Role.ADMIN: Post(Role.ADMIN, None, 200), **posts}


def milliseconds(work: Callable[[str], object], texts: list[str]) -> list[float]:
    """How long `work` takes for each text: the best of some rounds, for others run on the machine too."""
    rounds = []
    for _ in range(ROUNDS):
        took = []
        for text in texts:
            began = time.perf_counter()
            work(text)
            took.append(1000 * (time.perf_counter() - began))
        rounds.append(took)
    return [min(each) for each in zip(*rounds, strict=True)]


def told(took: list[float]) -> dict[str, float]:
    """The usual numbers, in milliseconds."""
    return {
        "p50": round(median(took), 3),
        "p95": round(quantiles(took, n=20)[-1], 3),
        "max": round(max(took), 3),
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.triage", description=__doc__)
    parser.add_argument("--json", type=Path, help="write the numbers there")
    out: Path | None = parser.parse_args().json
    texts = [request.text for request in read_requests()]
    clock, payroll = SystemClock(), the_payroll()
    admin = Admin(payroll[Role.ADMIN], 3.0)
    rules = RouteDesk(payroll, ModelBreakers(clock))
    rules.warm_up()
    before = pss_mb()
    began = time.perf_counter()
    shelf = CurrentRouter(Path("/nonexistent"))
    desk = RouteDesk(payroll, ModelBreakers(clock), shelf)
    desk.load()
    loaded_s = time.perf_counter() - began
    by_router = milliseconds(
        lambda text: admin.triage(an_order(text), (), office=desk.office(len(text), {})), texts
    )
    by_rules = milliseconds(
        lambda text: admin.triage(an_order(text), (), office=rules.office(len(text), {})), texts
    )
    alone = milliseconds(shelf.router().predict, texts)
    numbers = {
        "requests": len(texts),
        "triage_ms": told(by_router),
        "by_rules_ms": told(by_rules),
        "router_alone_ms": told(alone),
        "ratio_p50": round(median(by_router) / median(by_rules), 2),
        "load_s": round(loaded_s, 2),
        "pss_before_mb": round(before, 1),
        "pss_after_mb": round(pss_mb(), 1),
        "router": (desk.state or {})["version"],
    }
    print(json.dumps(numbers, indent=2))
    if out is not None:
        out.write_text(json.dumps(numbers, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
