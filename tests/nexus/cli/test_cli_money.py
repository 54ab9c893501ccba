"""`nexus cost | budget | freeze | thaw | why | replay | approve | cancel`, on the database itself, on both stores."""

import os
from decimal import Decimal

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner, Result

from agents.completion import Completion, ModelUnavailable, Trouble
from db.engine import Database
from db.statements.holding import hold_order
from db.statements.logs import select_audit_events
from db.statements.orders import accept_order
from db.statements.queries import get_history, get_order
from db.statements.rerun import rerun_order
from db.statements.switches import get_switch
from db.tables import messages, model_calls
from nexus.budget import FROZEN
from nexus.bus import Bus
from nexus.cli.main import app
from nexus.errors import PermanentError
from nexus.hold import Hold, HoldOption
from nexus.work_order import Channel, Role, Status
from tests.builders import accepted, an_order, assigned, claimed, now
from tests.nexus.cli.worked import said, worked

FACT = "What is the capital of France?"
AS_JSON = "Give me the capital of France as JSON"


@pytest.fixture
def company(database: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    """A store of each kind, as the environment names it."""
    if not database.is_sqlite:
        url = database.engine.url.render_as_string(hide_password=False).replace("+psycopg", "")
        monkeypatch.setenv("DATABASE_URL", url)
    return database


def nexus(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments, env={"COLUMNS": "200"})


def said_by(*arguments: str, code: int = 0) -> str:
    result = nexus(*arguments)
    assert result.exit_code == code, result.output
    return result.stdout


def refused(*arguments: str) -> str:
    """The one line on standard error of a command that cannot do what it is asked."""
    result = nexus(*arguments)
    assert result.exit_code == 2, result.output
    (line,) = result.stderr.splitlines()
    return line


async def test_cost_shows_sums_savings_and_bars(company: Database, bus: Bus) -> None:
    await worked(company, bus, FACT, [said("Paris.")])
    await worked(company, bus, AS_JSON, [said("Paris"), said("Paris"), said('{"capital": "Paris"}')])

    shown = said_by("cost", "month")

    # haiku $1 and $5, sonnet $3 and $15 per million tokens; opus $5 and $25
    assert "cost        $0.000900" in shown
    assert "4: 4 recorded; 400 + 40 tokens" in shown
    assert "$0.000600 saved: 2 delivered orders cost $0.000900, at the CEO $0.001500" in shown
    assert "1 of 2 that were worked on went to a higher tier (50%)" in shown
    assert "2 of 4 answers passed (50%)" in shown
    for row in ("intern", "director", "anthropic/claude-haiku-4-5", "anthropic/claude-sonnet-4-6"):
        (line,) = (line for line in shown.splitlines() if line.startswith(f" {row} "))
        assert "█" in line
    assert "company, day" in shown
    assert "$10.00" in shown


def test_cost_of_an_empty_company_is_a_line(company: Database) -> None:
    shown = said_by("cost")

    assert "No order and no model call." in shown
    assert "company, month" in shown


def test_the_budget_says_what_is_left_and_when_it_resets(
    company: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BUDGET_DAY_USD", "3")
    monkeypatch.setenv("BUDGET_DAY_USD_BY_ROLE", '{"ceo": 1.5}')

    shown = said_by("budget")

    (company_day,) = (line for line in shown.splitlines() if "company, day" in line)
    assert "$3.00" in company_day
    assert " 00:00" in company_day
    (ceo_day,) = (line for line in shown.splitlines() if "ceo, day" in line)
    assert "$1.50" in ceo_day
    assert "one order: $2.00; a try that costs more than about $0.5000 asks first" in shown


def test_a_freeze_is_set_shown_audited_and_ended(company: Database) -> None:
    assert "No paid call begins from now on" in said_by("freeze", "--reason", "the bill \x1b[2J looks odd")
    frozen = company.read_sync(get_switch, FROZEN)
    assert frozen is not None
    assert frozen.is_on
    assert frozen.changed_by.startswith("operator:")
    for command in ("budget", "cost"):
        shown = said_by(command)
        assert "Paid calls are frozen since" in shown
        assert "(the bill [2J looks odd)" in shown

    assert "may begin again" in said_by("thaw")
    assert "were not frozen" in said_by("thaw")
    thawed = company.read_sync(get_switch, FROZEN)
    assert thawed is not None
    assert not thawed.is_on
    audit = company.read_sync(select_audit_events, work_order_id=None, limit=10)
    assert [row["status"] for row in audit] == ["off", "off", "on"]


async def test_why_tells_the_whole_story_with_every_call_and_its_price(company: Database, bus: Bus) -> None:
    silent = ModelUnavailable("529: overloaded", trouble=Trouble.SERVER)
    replies: list[Completion | Exception] = [
        silent,
        said("Paris"),
        said("Paris"),
        said('{"capital": "Paris"}'),
    ]
    order = await worked(company, bus, AS_JSON, replies)

    shown = said_by("why", order.id)

    for words in (
        f"{order.id}, delivered: {AS_JSON}",
        "by the rule ",
        "no earlier messages",
        "format",
        "the answer must be valid JSON and nothing else",
        "company, day",
        "try 1     intern, openai/gpt-5.4-nano: rejected, after 1 that did not answer",
        "anthropic/claude-haiku-4-5 failed, 0.0 s, $0.0000, worst case $0.00",
        ": 529: overloaded",
        "openai/gpt-5.4-nano recorded, 1.2 s, 100+10 tokens, $0.0000",
        "QA ",
        "failed format",
        "→ again by the intern, with what failed",
        "try 3     director, anthropic/claude-sonnet-4-6: passed",
        "end       delivered",
        "the CEO: $",
    ):
        assert words in shown, words
    assert all(line == line.rstrip() for line in shown.splitlines())


async def test_why_of_a_held_order_shows_the_question(company: Database) -> None:
    order_id = held(company)

    shown = said_by("why", order_id)

    assert "→ held: Run it for about $0.38?" in shown
    assert "end       not yet" in shown


async def test_an_offline_replay_judges_again_and_the_verdict_holds(company: Database, bus: Bus) -> None:
    order = await worked(company, bus, AS_JSON, [said("Paris \x1b[2J"), said('{"capital": "Paris"}')])

    shown = said_by("replay", order.id)

    assert "no model is asked, $0" in shown
    assert "  user      Give me the capital of France as JSON" in shown
    assert '  answer    {"capital": "Paris"}' in shown
    assert shown.count("the verdict holds") == 2
    assert "QA then: not passed" in shown
    assert "\x1b" not in shown


async def test_an_offline_replay_notices_an_answer_that_is_another(company: Database, bus: Bus) -> None:
    order = await worked(company, bus, AS_JSON, [said('{"capital": "Paris"}')])
    company.run_sync(
        lambda c: c.execute(sa.update(model_calls).values(answer="not JSON any more", prompt="[]"))
    )

    shown = said_by("replay", order.id, code=1)

    assert "IT DIFFERS" in shown
    assert "format.json: pass then, fail now" in shown
    assert "THE PROMPT WAS CHANGED" in shown


async def test_long_prompts_are_shown_whole_on_demand(company: Database, bus: Bus) -> None:
    content = f"What is the capital of France? {'word ' * 300}end-of-it"
    order = await worked(company, bus, content, [said("Paris.")] * 5)

    assert "end-of-it" not in said_by("replay", order.id)
    assert "end-of-it" in said_by("replay", order.id, "--full")


async def test_a_rerun_has_the_old_message_context_spec_and_limit_in_a_conversation_of_its_own(
    company: Database, bus: Bus
) -> None:
    before = await worked(company, bus, "My name is Ada.", [said("Hello, Ada.")] * 5)
    old = await worked(
        company,
        bus,
        AS_JSON,
        [said('{"capital": "Paris"}')],
        session_id=before.session_id,
        budget_usd=Decimal("0.25"),
    )
    new = company.run_sync(rerun_order, old.id, Role.DIRECTOR, now(), deadline_s=60)

    claim = claimed(company, new.order_id, Role.ADMIN)
    assert claim is not None
    assert (claim.content, claim.retry_of, claim.requested_tier) == (AS_JSON, old.id, Role.DIRECTOR)
    assert (claim.channel, claim.budget_usd) == (Channel.CLI, Decimal("0.25"))
    assert claim.session_id not in (old.session_id, before.session_id)
    first = company.read_sync(get_history, old.id)
    assert first is not None
    assert claim.spec_json == first.order.spec_json
    said_before = company.read_sync(
        lambda c: (
            c.execute(
                sa.select(messages.c.content)
                .where(messages.c.session_id == claim.session_id)
                .order_by(messages.c.id)
            )
            .scalars()
            .all()
        )
    )
    assert said_before == [*[turn.content for turn in first.order.context], AS_JSON]
    assert len(first.order.context) == 2


def test_only_what_has_ended_is_run_again(company: Database) -> None:
    order = accepted(company)
    with pytest.raises(PermanentError, match="is still queued"):
        company.run_sync(rerun_order, order.id, None, now(), deadline_s=60)


def held(database: Database) -> str:
    order = assigned(database, Role.CEO)
    claim = claimed(database, order.id, Role.CEO)
    assert claim is not None
    options = tuple(
        HoldOption(role=role, model=role.value, about_usd=Decimal(about), at_most_usd=Decimal(about) * 4)
        for role, about in ((Role.CEO, "0.38"), (Role.DIRECTOR, "0.06"))
    )
    hold = Hold(question="Run it for about $0.38?", options=options, span_s=600)
    database.run_sync(hold_order, claim, hold, now())
    return order.id


def test_a_held_order_goes_on_by_the_tier_that_is_chosen(company: Database) -> None:
    order_id = held(company)

    assert "offers ceo, director, and not intern" in refused("approve", order_id, "--tier", "intern")
    assert "goes on by the director, for $0.2400 at most" in said_by(
        "approve", order_id, "--tier", "director"
    )
    order = company.read_sync(get_order, order_id)
    assert order is not None
    assert (order.status, order.owner) == (Status.TRIAGED, Role.DIRECTOR)
    assert "only a held order waits" in refused("approve", order_id)


def test_an_order_is_cancelled_from_the_command_line(company: Database) -> None:
    order_id = held(company)

    assert said_by("cancel", order_id) == f"{order_id} is cancelled.\n"
    order = company.read_sync(get_order, order_id)
    assert order is not None
    assert order.status is Status.CANCELLED
    other = accepted(company)
    assert claimed(company, other.id, Role.ADMIN) is not None
    assert "its worker ends it" in said_by("cancel", other.id)


@pytest.mark.parametrize("command", ["why", "replay", "approve", "cancel"])
@pytest.mark.parametrize("order_id", ["WO-NOBODY", "'; DROP TABLE work_orders", "sess-1"])
def test_an_id_that_nobody_knows_is_one_line(company: Database, command: str, order_id: str) -> None:
    assert refused(command, order_id).startswith(f"nexus: {order_id}: there is no such order")


def test_a_live_replay_without_a_company_accepts_nothing(company: Database) -> None:
    order = an_order()
    company.run_sync(accept_order, order, now())

    assert "no company answers" in refused("replay", order.id, "--live", "--url", "http://127.0.0.1:9")


def test_an_order_that_no_model_answered_has_nothing_to_replay(company: Database) -> None:
    assert "nothing to replay" in refused("replay", accepted(company).id)


@pytest.mark.parametrize("command", [("cost",), ("budget",), ("freeze",), ("why", "WO-1")])
def test_without_a_database_it_names_the_settings(command: tuple[str, ...]) -> None:
    assert "DATABASE_URL" not in os.environ
    line = refused(*command)
    assert "NEXUS_HOME" in line


@pytest.mark.parametrize("command", [("cost",), ("freeze",), ("why", "WO-1")])
def test_with_postgresql_away_it_says_so(command: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://owner:hush@127.0.0.1:9/nexus")
    line = refused(*command)
    assert "DATABASE_URL" in line
    assert "hush" not in line
