"""`nexus replay WO-…`: an order once more. Offline from the record, for $0; or live on a tier, and compared."""

import hashlib
import json
from collections.abc import Iterator

import typer

from agents.judging import judge_answer
from db.records import EQUIPMENT, AttemptRecord, CallRecord, CallStatus, VerdictRecord, Work
from db.statements.attachments import attachments_of
from db.statements.queries import OrderHistory, get_history
from nexus.cli.order_desk import store
from nexus.cli.terminal import one_line, plain
from nexus.errors import PermanentError
from qa.opinions.checking import AGREEMENT
from qa.validator import JUDGE

SHORT_CHARS = 600
CUT_OFF = "length"


def replay_offline(order_id: str, *, full: bool) -> int:
    """Print the recorded prompts and answers, judge each answer again by the stored spec, and compare.

    Returns 1 when a verdict does not hold any more or a record was changed, else 0.

    Raises:
        PermanentError: there is no such order, or neither a model nor a tool has answered it.
        SpecError: the stored spec is none this NEXUS understands.
    """
    history = read_history(order_id)
    by_tools = [attempt for attempt in history.attempts if _is_by_tool(attempt)]
    if not by_tools and not any(call.status is CallStatus.RECORDED for call in history.calls):
        raise PermanentError(f"{order_id}: nobody has answered it, so there is nothing to replay.")
    with store() as database:
        work = Work(history.order, history.attempts, database.read_sync(attachments_of, order_id))
    typer.echo(f"{order_id} from the record; no model is asked, $0.")
    whole = True
    for call in history.calls:
        if call.status is CallStatus.RECORDED and call.attempt_id is None:
            typer.echo(f"\n{call.purpose} by {call.provider}/{call.model}")
            whole &= _show(call, full=full)
    for attempt in history.attempts:
        typer.echo(
            f"\ntry {attempt.n} by the {attempt.role.value}, {one_line(f'{attempt.provider}/{attempt.model}')}"
        )
        whole &= _replay_try(attempt, work, full=full)
    return 0 if whole else 1


def read_history(order_id: str) -> OrderHistory:
    """Everything that is recorded of an order.

    Raises:
        PermanentError: there is no such order.
    """
    with store() as database:
        history = database.read_sync(get_history, order_id)
    if history is None:
        raise PermanentError(f"{order_id}: there is no such order; `nexus orders list` names them.")
    return history


def _replay_try(attempt: AttemptRecord, work: Work, *, full: bool) -> bool:
    call = attempt.recorded_call
    if _is_by_tool(attempt):
        _print_text("answer", attempt.answer or "", full=full)
        return _judge_as_then(attempt, judge_again(work, attempt, attempt.answer or ""))
    if call is None:
        typer.echo(
            f"  {attempt.status.value}, without an answer{f': {one_line(attempt.error)}' if attempt.error else ''}"
        )
        return True
    whole = _show(call, full=full)
    again = judge_again(work, attempt, call.answer or "", cut_off=call.finish_reason == CUT_OFF)
    return _judge_as_then(attempt, again) and whole


def _is_by_tool(attempt: AttemptRecord) -> bool:
    return attempt.provider == EQUIPMENT and attempt.answer is not None


def _judge_as_then(attempt: AttemptRecord, again: VerdictRecord) -> bool:
    """Print QA's word of then and of now; True when it is the same, or there was none."""
    if attempt.verdict is None:
        typer.echo("  QA had not judged it")
        return True
    for line in _compare(attempt.verdict, again):
        typer.echo(f"  {one_line(line)}")
    return _same(attempt.verdict, again)


def judge_again(work: Work, attempt: AttemptRecord, answer: str, *, cut_off: bool = False) -> VerdictRecord:
    """QA's verdict of today on a recorded answer, by the spec of then. The same as the worker's.

    What a model was asked for is not asked again: its word of then stands.
    """
    again = judge_answer(answer, work.order, work.order.spec_json, cut_off=cut_off, work=work).verdict
    then = attempt.verdict.checks if attempt.verdict is not None else ()
    asked = {check.name: check for check in then if check.name in (JUDGE, AGREEMENT)}
    checks = tuple(asked.pop(check.name, check) for check in again.checks) + tuple(asked.values())
    return VerdictRecord(again.passed and not any(check.status == "fail" for check in checks), checks)


def _show(call: CallRecord, *, full: bool) -> bool:
    """Print what was sent and answered; False when the prompt is not the one whose hash was stored."""
    digest = hashlib.sha256(call.prompt.encode("utf-8", "surrogatepass")).hexdigest()
    for message in json.loads(call.prompt):
        _print_text(str(message["role"]), str(message["content"]), full=full)
    _print_text("answer", call.answer or "", full=full)
    if digest != call.prompt_hash:
        typer.echo("  THE PROMPT WAS CHANGED after it was recorded: its hash is another")
    return digest == call.prompt_hash


def _print_text(name: str, text: str, *, full: bool) -> None:
    shown = plain(text)
    if not full and len(shown) > SHORT_CHARS:
        shown = f"{shown[:SHORT_CHARS]}… ({len(shown) - SHORT_CHARS:,} more characters: --full)"
    first, *rest = shown.splitlines() or [""]
    typer.echo(f"  {name:<10}{first}")
    for line in rest:
        typer.echo(f"{'':12}{line}")


def _compare(then: VerdictRecord, now: VerdictRecord) -> Iterator[str]:
    yield f"QA then: {_score(then)}; now: {_score(now)}: {'the verdict holds' if _same(then, now) else 'IT DIFFERS'}"
    before, after = _by_name(then), _by_name(now)
    for name in dict.fromkeys([*before, *after]):
        if before.get(name) != after.get(name):
            yield f"{name}: {before.get(name, 'absent')} then, {after.get(name, 'absent')} now"


def _same(then: VerdictRecord, now: VerdictRecord) -> bool:
    return then.passed == now.passed and _by_name(then) == _by_name(now)


def _by_name(verdict: VerdictRecord) -> dict[str, str]:
    return {check.name: check.status for check in verdict.checks}


def _score(verdict: VerdictRecord) -> str:
    checked = [check for check in verdict.checks if check.status != "not_checked"]
    passed = sum(check.status == "pass" for check in checked)
    return f"{'passed' if verdict.passed else 'not passed'} {passed}/{len(checked)}"
