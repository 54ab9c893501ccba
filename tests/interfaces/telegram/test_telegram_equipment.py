"""/equipment, in both languages, between a strict Bot API and a real gateway; the test does the workers' part.

Every update is handled twice: nothing is run or said twice for that.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import timedelta

import pytest

from db.engine import Database
from db.statements.alerts import AlertRow, Severity
from db.statements.equipment import Ended, NewRun, Run, RunStatus, claim_run, finish_run, get_run, run_history
from db.statements.equipment_queue import take_run, waiting_runs
from db.statements.equipment_schedules import all_schedules
from db.statements.telegram_people import meet
from interfaces.telegram.alert_texts import alert_text
from interfaces.telegram.config import TelegramSettings
from interfaces.telegram.equipment_reports import ToolPress
from interfaces.telegram.run_teller import NEWS_FOR, RunTeller
from interfaces.telegram.sending import Sender
from interfaces.telegram.words import say
from nexus.clock import SystemClock
from nexus.ids import new_id
from tests.botapi.chats import Message
from tests.botapi.people import Person
from tests.botapi.talk import Talk, a_talk
from tests.builders import now
from tests.conftest import wait_until
from tests.interfaces.telegram.desk_at_work import ANN, GROUP, LI, Desk

LANGUAGES = ("en", "zh")


def runs(database: Database) -> list[Run]:
    return database.read_sync(run_history, limit=100)


async def the_run(desk: Desk) -> Run:
    """The one run there is, once it is asked for."""
    await wait_until(lambda: runs(desk.database))
    (run,) = runs(desk.database)
    return run


def work_off(database: Database, output: str, status: RunStatus = RunStatus.DONE) -> Run:
    """Take the one run that is asked for, and end it."""
    (waiting,) = database.read_sync(waiting_runs)
    run = database.run_sync(take_run, waiting.id, holder="host/1/a", place="", lease_s=30.0, now=now())
    assert run is not None
    code = 0 if status is RunStatus.DONE else 3
    assert database.run_sync(finish_run, run.id, "host/1/a", Ended(status, output, len(output), code), now())
    return run


def is_told(database: Database, run_id: str) -> bool:
    run = database.read_sync(get_run, run_id)
    return run is not None and run.told_at is not None


async def the_list(desk: Desk, owner: Person) -> Message:
    before = len(desk.api.messages(owner))
    owner.says("/equipment")
    await desk.hear()
    (shown,) = [message for message in desk.api.messages(owner)[before:] if message.from_bot]
    return shown


async def press(desk: Desk, owner: Person, message: Message, button: str) -> list[Message]:
    before = len(desk.api.messages(owner))
    owner.presses(message, button)
    await desk.hear()
    return [one for one in desk.api.messages(owner)[before:] if one.from_bot]


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_list_has_every_tool_with_its_schedule_and_buttons(desk: Desk, language: str) -> None:
    shown = await the_list(desk, desk.speaker(language))

    assert say(language, "equipment") in shown.text
    assert ("every day at 03:30" if language == "en" else "每天 03:30") in shown.text
    for name in ("health_check", "log_rotate", "backup", "cost_report", "retention", "router_training"):
        assert name in shown.text
        assert f"▶️ {name}" in shown.buttons
    assert (shown.buttons.count("🕘"), shown.buttons.count("⏸")) == (6, 3)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("word", ["run", "运行"])
async def test_a_run_by_words_is_one_run_whose_message_becomes_its_result(
    desk: Desk, language: str, word: str
) -> None:
    owner = desk.speaker(language)
    (said,) = await desk.asks(owner, f"/equipment {word} cost_report period=week")
    assert said.text == say(language, "eq_asked", tool="cost_report")
    run = await the_run(desk)
    assert (run.parameters, run.tell) == ('{"period":"week"}', f"telegram:{owner.id}")

    work_off(desk.database, "This week: $0.04\n  intern: $0.04")
    await wait_until(lambda: is_told(desk.database, run.id))

    told = next(message for message in desk.api.messages(owner) if message.id == said.id)
    assert told.text.startswith(f"✅ cost_report · {say(language, 'eq_is_done')} · ")
    assert told.text.endswith("This week: $0.04\n  intern: $0.04")
    assert [message.text for message in desk.api.messages(owner)].count(told.text) == 1
    (row,) = desk.audited("telegram.equipment.run")
    assert row.actor == f"telegram:{owner.id}"


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_button_runs_at_once_what_takes_no_parameters(desk: Desk, language: str) -> None:
    owner = desk.speaker(language)
    (said,) = await press(desk, owner, await the_list(desk, owner), "▶️ backup")

    assert said.text == say(language, "eq_asked", tool="backup")
    assert [run.tool for run in runs(desk.database)] == ["backup"]


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_button_shows_the_parameters_first_where_there_are_some(desk: Desk, language: str) -> None:
    owner = desk.speaker(language)
    (question,) = await press(desk, owner, await the_list(desk, owner), "▶️ retention")
    assert "older_than_days = 180" in question.text
    assert runs(desk.database) == []

    await press(desk, owner, question, say(language, "eq_go"))

    (run,) = runs(desk.database)
    assert (run.tool, '"older_than_days":180' in run.parameters) == ("retention", True)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_pause_and_resume_by_button_and_by_words(desk: Desk, language: str) -> None:
    owner = desk.speaker(language)
    shown = await the_list(desk, owner)
    (said,) = await press(desk, owner, shown, "⏸")  # the first tool that comes due
    assert said.text == say(language, "eq_is_off", tool="log_rotate")
    assert desk.database.read_sync(all_schedules)["log_rotate"].is_paused
    anew = next(message for message in desk.api.messages(owner) if message.id == shown.id)
    assert say(language, "eq_paused") in anew.text
    assert "⏯" in anew.buttons

    (said,) = await desk.asks(owner, "/equipment resume log_rotate")
    assert said.text == say(language, "eq_is_on", tool="log_rotate")
    assert not desk.database.read_sync(all_schedules)["log_rotate"].is_paused
    assert len(desk.audited("telegram.equipment.pause")) == 1


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_history_shows_runs_and_what_the_newest_printed(desk: Desk, language: str) -> None:
    owner = desk.speaker(language)
    (said,) = await desk.asks(owner, "/equipment history backup")
    assert said.text == say(language, "eq_no_run", tool="backup")
    await desk.asks(owner, "/equipment run backup")
    work_off(desk.database, "the disk is full", RunStatus.FAILED)

    (said,) = await desk.asks(owner, "/equipment history backup")

    assert f"{say(language, 'eq_is_failed')} · " in said.text
    assert say(language, "eq_exit", code=3) in said.text
    assert said.text.endswith("the disk is full")


@pytest.mark.parametrize(
    "written",
    ["/equipment dance", "/equipment run", "/equipment run backup now", "/equipment run ../audit",
     '/equipment run backup a="', "/equipment history backup a=b", "/equipment run backup =1"],
)  # fmt: skip
async def test_nonsense_is_answered_with_examples(desk: Desk, written: str) -> None:
    (said,) = await desk.asks(desk.ann, written)

    assert said.text.startswith("Write for example:\n/equipment\n/equipment run backup")
    assert runs(desk.database) == []


@pytest.mark.parametrize(
    ("written", "reason"),
    [("/equipment run broom", "There is no tool 'broom'; there are health_check"),
     ("/equipment run cost_report period=never", "parameters.period: Input should be 'today'"),
     ("/equipment run backup to=mars", "parameters.to: Extra inputs are not permitted")],
)  # fmt: skip
async def test_what_the_gateway_refuses_is_said_with_its_reason(
    desk: Desk, written: str, reason: str
) -> None:
    (said,) = await desk.asks(desk.ann, written)

    assert reason in said.text
    assert runs(desk.database) == []


async def test_in_a_group_there_is_no_equipment(desk: Desk) -> None:
    (said,) = await desk.asks(desk.group, "/equipment@" + str(desk.bot.bot.username))

    assert said.text == say("en", "eq_private")


async def test_a_long_output_is_its_beginning_and_a_file(desk: Desk) -> None:
    owner = desk.ann
    await desk.asks(owner, "/equipment run backup")
    run = await the_run(desk)
    output = "\n".join(f"line {n} \x1b[31m\u202e <b>" for n in range(1000))
    work_off(desk.database, output)
    await wait_until(lambda: is_told(desk.database, run.id))

    told = [message for message in desk.api.messages(owner) if message.from_bot]

    assert "line 0" in told[-2].text
    assert "line 999" not in told[-2].text
    assert told[-1].is_document
    assert told[-1].text == say("en", "eq_rest")


@pytest.mark.parametrize("emoji", [False, True])
async def test_any_output_fits_into_one_message(desk: Desk, emoji: bool) -> None:
    await desk.asks(desk.ann, "/equipment run backup")
    run = await the_run(desk)
    work_off(desk.database, ("🧹" if emoji else "x") * 20_000)

    await wait_until(lambda: is_told(desk.database, run.id))


async def test_a_result_is_told_though_its_message_was_deleted(desk: Desk) -> None:
    (said,) = await desk.asks(desk.ann, "/equipment run backup")
    await desk.bot.delete_message(desk.ann.id, said.id)
    run = await the_run(desk)
    work_off(desk.database, "saved")

    await wait_until(lambda: is_told(desk.database, run.id))

    assert [message.text.endswith("saved") for message in desk.api.messages(desk.ann)].count(True) == 1


def test_a_button_has_at_most_64_bytes_and_no_other_data_is_read() -> None:
    assert len(ToolPress("run", "a" * 55).data) <= 64
    assert ToolPress.parse("eq:run:" + "a" * 55) is not None
    for data in ("eq:run:", "eq:run:../x", "eq:rm:backup", "eq:run:" + "a" * 56, "", None, "stop:WO-1"):
        assert ToolPress.parse(data) is None


# ── Runs that nobody asked for in a chat ──


class _Quick(SystemClock):
    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(min(seconds, 0.02))


@pytest.fixture
async def talk() -> AsyncIterator[Talk]:
    async with a_talk() as talk:
        talk.api.person(LI, "李雷", language_code="zh-hans", started=True)
        yield talk


def teller(talk: Talk, database: Database, home: object) -> RunTeller:
    clock = _Quick()
    settings = TelegramSettings.model_validate(
        {"nexus_home": home, "telegram_allowed_ids": f"{ANN}, {LI}", "telegram_groups": str(GROUP)}
    )
    return RunTeller(settings, database, Sender(talk.bot, database, clock), clock)


def met(database: Database) -> None:
    database.run_sync(meet, ANN, "Ann", "en", now())
    database.run_sync(meet, LI, "李雷", "zh-hans", now())


def a_scheduled_run(database: Database, tell: str | None, age: timedelta = timedelta()) -> str:
    new = NewRun(new_id(), "backup", "{}", "schedule", "host/1/a", due_at=now() - age, tell=tell)
    assert database.run_sync(claim_run, new, lease_s=30.0, now=now() - age)
    ended = Ended(RunStatus.DONE, "saved", 5, 0)
    assert database.run_sync(finish_run, new.id, "host/1/a", ended, now() - age)
    return new.id


@pytest.mark.parametrize(
    ("tell", "ann", "li"),
    [("telegram", 1, 1), (f"telegram:{LI}", 0, 1), ("telegram:999", 0, 0), ("pigeon", 0, 0), (None, 0, 0)],
)
async def test_a_scheduled_run_is_told_once_to_its_channel_and_to_nobody_else(
    talk: Talk, sqlite: Database, tmp_path: object, tell: str | None, ann: int, li: int
) -> None:
    met(sqlite)
    run_id = a_scheduled_run(sqlite, tell)
    tellers = [asyncio.create_task(teller(talk, sqlite, tmp_path).run())]
    if tell is not None:
        await wait_until(lambda: is_told(sqlite, run_id))
    tellers.append(asyncio.create_task(teller(talk, sqlite, tmp_path).run()))  # the bot was started again
    last = a_scheduled_run(sqlite, "telegram:998")
    await wait_until(lambda: is_told(sqlite, last))
    for each in tellers:
        each.cancel()
        with suppress(asyncio.CancelledError):
            await each

    heard = {who: [one.text for one in talk.api.messages(who) if one.from_bot] for who in (ANN, LI)}
    assert [len(heard[ANN]), len(heard[LI])] == [ann, li]
    assert all(text.startswith("✅ backup") and text.endswith("saved") for text in heard[ANN] + heard[LI])
    assert all("完成" in text for text in heard[LI])


async def test_what_ended_long_ago_is_not_told(talk: Talk, sqlite: Database, tmp_path: object) -> None:
    met(sqlite)
    run_id = a_scheduled_run(sqlite, "telegram", NEWS_FOR + timedelta(minutes=1))
    telling = asyncio.create_task(teller(talk, sqlite, tmp_path).run())
    await wait_until(lambda: is_told(sqlite, run_id))
    telling.cancel()

    assert [one for one in talk.api.messages(ANN) if one.from_bot] == []


@pytest.mark.parametrize("kind", ["failed", "timed_out", "lost"])
def test_an_alert_of_a_tool_is_said_in_both_languages(kind: str) -> None:
    details = '{"tool": "backup", "status": "x", "due_at": "2026-11-23T03:30:00+00:00"}'
    alert = AlertRow("1", now(), "k", f"equipment.{kind}", Severity.WARNING, "backup, due … failed", details)

    assert "backup（UTC 11-23 03:30 到期）" in alert_text(alert, "zh-hans")
    assert alert_text(alert, "en") == "⚠️ backup, due … failed"
