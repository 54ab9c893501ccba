"""Every way in which a call to a provider goes wrong, and what it must come to. Shared by the matrix and the 2,000."""

from dataclasses import dataclass

from agents.completion import Finish, Trouble
from agents.config import Provider
from agents.fakes.script import Fault, Reply

TEXT = "One two three four five six seven eight nine ten."
ANTHROPIC, OPENAI, OLLAMA, LOCAL = Provider.ANTHROPIC, Provider.OPENAI, Provider.OLLAMA, Provider.LOCAL
EVERYBODY = (ANTHROPIC, OPENAI, OLLAMA, LOCAL)
HOSTED = (ANTHROPIC, OPENAI)


@dataclass(frozen=True, slots=True)
class Mishap:
    """What the fake does, and what a call that meets it must come to.

    `trouble` and `in_doubt` are of the error; without a `trouble` the call is answered, with `finish`. `whole` is the
    trouble where the answer is not streamed, when that is another.
    """

    name: str
    turn: Fault | Reply
    trouble: Trouble | None = None
    in_doubt: bool = False
    retry_after_s: float | None = None
    finish: Finish | None = None
    vendors: tuple[Provider, ...] = EVERYBODY
    whole: Trouble | None = None

    def trouble_of(self, *, streamed: bool) -> Trouble | None:
        return self.trouble if streamed or self.whole is None else self.whole


def status(number: int, **fields: object) -> Fault:
    return Fault("http_status", status=number, text=TEXT, **fields)  # type: ignore[arg-type]


def broken(kind: str) -> Mishap:
    whole = Trouble.SERVER if kind == "error_in_stream" else None
    fault = Fault(kind, text=TEXT, after_chunks=3)  # type: ignore[arg-type]
    return Mishap(kind, fault, Trouble.BROKEN_REPLY, in_doubt=True, whole=whole)


QUOTA = "You exceeded your current quota, please check your plan and billing details."
LOW_CREDIT = "Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing."
USAGE_LIMIT = (
    "You have reached your specified API usage limits. You will regain access on 2026-12-01 at 00:00 UTC."
)
LONG_PROMPT = "prompt is too long: 204102 tokens > 200000 maximum"
LONG_CONTEXT = (
    "This model's maximum context length is 8192 tokens. However, your messages resulted in 9001 tokens."
)
LONG_LLAMA = "the request exceeds the available context size, try increasing it"
LONG_OLLAMA = "prompt too long; exceeded max context length by 12 tokens"
LARGE = "Request too large for gpt-5.4-mini on tokens per min (TPM): Limit 10000, Requested 12000."

REFUSED = (
    Mishap("bad_request", status(400), Trouble.REQUEST),
    Mishap("wrong_key", status(401), Trouble.KEY),
    Mishap("payment_required", status(402), Trouble.CREDIT),
    Mishap("forbidden", status(403), Trouble.KEY, vendors=(ANTHROPIC, OPENAI, LOCAL)),
    Mishap("cloud_subscription", status(403), Trouble.CREDIT, vendors=(OLLAMA,)),
    Mishap("no_such_model", status(404), Trouble.NO_MODEL),
    Mishap("too_large", status(413), Trouble.TOO_LONG),
    Mishap("unprocessable", status(422), Trouble.REQUEST),
    Mishap("low_credit", status(400, message=LOW_CREDIT), Trouble.CREDIT, vendors=(ANTHROPIC,)),
    Mishap("usage_limit", status(400, message=USAGE_LIMIT), Trouble.CREDIT, vendors=(ANTHROPIC,)),
    Mishap("spend_limit", status(429, message=USAGE_LIMIT), Trouble.CREDIT, vendors=(ANTHROPIC,)),
    Mishap("quota", status(429, code="insufficient_quota", message=QUOTA), Trouble.CREDIT, vendors=(OPENAI,)),
    Mishap("hard_limit", status(429, code="billing_hard_limit_reached"), Trouble.CREDIT, vendors=(OPENAI,)),
    Mishap("larger_than_a_minute", status(429, message=LARGE), Trouble.TOO_LONG, vendors=(OPENAI,)),
    Mishap("long_prompt", status(400, message=LONG_PROMPT), Trouble.TOO_LONG, vendors=(ANTHROPIC,)),
    Mishap(
        "long_code", status(400, code="context_length_exceeded"), Trouble.TOO_LONG, vendors=(OPENAI, LOCAL)
    ),
    Mishap("long_context", status(400, message=LONG_CONTEXT), Trouble.TOO_LONG, vendors=(OPENAI, LOCAL)),
    Mishap("long_llama_server", status(400, message=LONG_LLAMA), Trouble.TOO_LONG, vendors=(LOCAL,)),
    Mishap("long_ollama", status(400, message=LONG_OLLAMA), Trouble.TOO_LONG, vendors=(OLLAMA,)),
)
"""Never to be asked again with the same request."""

TRANSIENT = (
    Mishap("request_timeout", status(408), Trouble.TIMEOUT),
    Mishap("rate_limit", status(429), Trouble.RATE_LIMIT),
    Mishap("rate_limit_seconds", status(429, retry_after_s=7), Trouble.RATE_LIMIT, retry_after_s=7),
    Mishap("rate_limit_fraction", status(429, retry_after_s=0.25), Trouble.RATE_LIMIT, retry_after_s=0.25),
    Mishap(
        "rate_limit_ms",
        status(429, retry_after_s=1.5, retry_after_as="ms"),
        Trouble.RATE_LIMIT,
        retry_after_s=1.5,
    ),
    Mishap("server_error", status(500), Trouble.SERVER),
    Mishap("bad_gateway", status(502, body="<html>Bad gateway</html>"), Trouble.SERVER),
    Mishap("unavailable", status(503, retry_after_s=3), Trouble.SERVER, retry_after_s=3),
    Mishap("gateway_timeout", status(504), Trouble.TIMEOUT),
    Mishap("overloaded", status(529), Trouble.SERVER),
    Mishap("reset", Fault("connection_reset"), Trouble.CONNECTION, in_doubt=True),
    Mishap("no_first_byte", Fault("timeout_before_first_byte"), Trouble.TIMEOUT, in_doubt=True),
    Mishap("stall", Fault("stall", text=TEXT, after_chunks=3), Trouble.TIMEOUT, in_doubt=True),
    broken("cut_stream"),
    broken("error_in_stream"),
    broken("unfinished"),
    broken("empty_body"),
    broken("truncated_json"),
    broken("wrong_type"),
)
"""What time may heal."""

ANSWERED = (
    Mishap("refusal", Reply("I will not.", finish="refusal"), finish=Finish.REFUSAL, vendors=HOSTED),
    Mishap("length", Reply(TEXT, finish="length"), finish=Finish.LENGTH),
    Mishap("whole", Reply(TEXT), finish=Finish.STOP),
)
"""Answers, each with its word for how it ended."""

MISHAPS = REFUSED + TRANSIENT + ANSWERED
