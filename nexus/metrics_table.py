"""Every number that a worker, the bot, the heartbeat or the equipment tells Prometheus; the gateway's are its own.

Labels are few and bounded: roles, models of the payroll, names that stand in the code. Never an id, a text or a person.
`docs/observing.md` holds this table; a test compares them.
"""

from dataclasses import dataclass
from typing import Literal

type Kind = Literal["counter", "gauge", "histogram"]

QUICK_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
SLOW_S = (0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600)

WORKER, TELEGRAM, HEARTBEAT, EQUIPMENT = "worker", "telegram", "heartbeat", "equipment"
EVERYWHERE = (WORKER, TELEGRAM, HEARTBEAT, EQUIPMENT)


@dataclass(frozen=True, slots=True)
class Definition:
    """One metric. `key` is how the code calls it; `name` is without the `_total` that a counter gets."""

    key: str
    name: str
    kind: Kind
    text: str
    labels: tuple[str, ...] = ()
    processes: tuple[str, ...] = (WORKER,)
    buckets: tuple[float, ...] = QUICK_S

    @property
    def written_name(self) -> str:
        """As Prometheus stores it; of a histogram without `_bucket`, `_sum` and `_count`."""
        return f"{self.name}_total" if self.kind == "counter" else self.name


TABLE = (
    Definition(
        "steps",
        "nexus_steps",
        "counter",
        "Steps of orders that were taken, by what became of them",
        ("step", "role", "outcome"),
    ),
    Definition(
        "step_seconds",
        "nexus_step_seconds",
        "histogram",
        "Seconds of one step, from its claim to its commit",
        ("step", "role"),
        buckets=SLOW_S,
    ),
    Definition(
        "queue_wait_seconds",
        "nexus_queue_wait_seconds",
        "histogram",
        "Seconds that an order waited before it was claimed",
        ("role",),
        buckets=SLOW_S,
    ),
    Definition(
        "claims",
        "nexus_claims",
        "counter",
        "Bells that were answered: the order was there to take, or not any more",
        ("role", "result"),
    ),
    Definition("orders_in_work", "nexus_orders_in_work", "gauge", "Orders that this worker works on now"),
    Definition(
        "try_seconds",
        "nexus_try_seconds",
        "histogram",
        "Seconds until a try had its answer, or had none",
        ("role", "outcome"),
        buckets=SLOW_S,
    ),
    Definition(
        "model_calls",
        "nexus_model_calls",
        "counter",
        "Model calls by what became of them: recorded, failed or in_doubt",
        ("role", "purpose", "provider", "model", "outcome"),
    ),
    Definition(
        "model_call_seconds",
        "nexus_model_call_seconds",
        "histogram",
        "Seconds of one model call",
        ("provider", "model"),
        buckets=SLOW_S,
    ),
    Definition(
        "model_tokens",
        "nexus_model_tokens",
        "counter",
        "Tokens of model calls: input, output, cache_read or cache_write",
        ("role", "provider", "model", "kind"),
    ),
    Definition(
        "model_cost_usd",
        "nexus_model_cost_usd",
        "counter",
        "Dollars that model calls cost",
        ("role", "provider", "model"),
    ),
    Definition(
        "breaker_open",
        "nexus_breaker_state",
        "gauge",
        "1 for the state of a model's breaker; models that answer have none",
        ("model", "state"),
    ),
    Definition("qa_verdicts", "nexus_qa_verdicts", "counter", "Verdicts of QA", ("role", "verdict")),
    Definition(
        "qa_checks",
        "nexus_qa_checks",
        "counter",
        "QA's checks by kind (the word before the dot) and how they ended",
        ("check", "status"),
    ),
    Definition("qa_seconds", "nexus_qa_seconds", "histogram", "Seconds of one verdict"),
    Definition(
        "decisions",
        "nexus_decisions",
        "counter",
        "What followed from a verdict: deliver, retry, escalate or fail",
        ("role", "decision"),
    ),
    Definition(
        "routing_decisions",
        "nexus_routing_decisions",
        "counter",
        "Orders by the layer of triage that had the last word, and the tier",
        ("layer", "tier"),
    ),
    Definition("leases_lost", "nexus_leases_lost", "counter", "Orders that another worker took over"),
    Definition(
        "store_again",
        "nexus_store_retries",
        "counter",
        "Writes that were tried again because the database did not answer",
    ),
    Definition(
        "equipment_runs",
        "nexus_equipment_runs",
        "counter",
        "Runs of tools by how they ended",
        ("tool", "status"),
        (WORKER, EQUIPMENT),
    ),
    Definition(
        "equipment_run_seconds",
        "nexus_equipment_run_seconds",
        "histogram",
        "Seconds of one run of a tool",
        ("tool",),
        (WORKER, EQUIPMENT),
        SLOW_S,
    ),
    Definition(
        "telegram_updates",
        "nexus_telegram_updates",
        "counter",
        "Updates that were dealt with: message, button or other",
        ("kind",),
        (TELEGRAM,),
    ),
    Definition(
        "telegram_lag_seconds",
        "nexus_telegram_lag_seconds",
        "histogram",
        "Seconds from a message's date, which Telegram rounds down, until it was dealt with",
        (),
        (TELEGRAM,),
        SLOW_S,
    ),
    Definition(
        "telegram_sends",
        "nexus_telegram_sends",
        "counter",
        "Tries to send a message: sent, told_to_wait, undeliverable or failed",
        ("outcome",),
        (TELEGRAM,),
    ),
    Definition(
        "telegram_wait_seconds",
        "nexus_telegram_rate_limit_seconds",
        "counter",
        "Seconds that Telegram told us to wait",
        (),
        (TELEGRAM,),
    ),
    Definition(
        "telegram_followed",
        "nexus_telegram_orders_followed",
        "gauge",
        "Orders whose chat waits for the answer",
        (),
        (TELEGRAM,),
    ),
    Definition(
        "check_seconds",
        "nexus_check_seconds",
        "histogram",
        "Seconds of one check of the heartbeat",
        ("check",),
        (HEARTBEAT,),
    ),
    Definition(
        "checks",
        "nexus_checks",
        "counter",
        "Checks of the heartbeat: answered, silent or broke",
        ("check", "outcome"),
        (HEARTBEAT,),
    ),
    Definition(
        "component_status",
        "nexus_component_status",
        "gauge",
        "1 for what the newest look found",
        ("component", "status"),
        (HEARTBEAT,),
    ),
    Definition(
        "restarts",
        "nexus_restarts",
        "counter",
        "Parts that the heartbeat ended so that they are started again, or gave up on",
        ("part", "result"),
        (HEARTBEAT,),
    ),
    Definition(
        "alerts", "nexus_alerts", "counter", "Alerts of the heartbeat by kind", ("kind",), (HEARTBEAT,)
    ),
    Definition(
        "spans_lost",
        "nexus_spans_lost",
        "counter",
        "Spans of traces that no collector took",
        (),
        EVERYWHERE,
    ),
    Definition(
        "process",
        "nexus_process_info",
        "gauge",
        "Always 1: which process this is, and its version",
        ("process", "version"),
        EVERYWHERE,
    ),
)
