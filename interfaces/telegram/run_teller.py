"""The results of runs of tools, told to the chats that are to hear of them.

What is to be told stands in the table until it was, so a bot that was killed goes on where it was. Each message has a
key and goes out once. A run that was asked for in a chat has its message there already, under the same key: that one
is edited. What ended more than a day ago is history and is not told.
"""

from dataclasses import asdict
from datetime import timedelta
from typing import Final

from db.engine import Database
from db.statements.equipment import Run, mark_told, untold_runs
from db.statements.telegram_people import Person, PersonStatus, people
from equipment.channels import chat_of
from interfaces.telegram.config import TelegramSettings
from interfaces.telegram.equipment_reports import ToldRun, result_messages
from interfaces.telegram.sending import Sender, Undeliverable
from interfaces.telegram.words import language_of
from nexus.clock import Clock
from nexus.errors import StoreUnavailable
from nexus.logs import get_logger

log = get_logger(__name__)

EVERY_S: Final = 1.0
NEWS_FOR: Final = timedelta(hours=24)


def message_key(run_id: str, chat_id: int) -> str:
    """The name of a run's message to a chat in the journal of what is sent."""
    return f"run:{run_id}:{chat_id}"


class RunTeller:
    """Tells of runs that have ended. One per process."""

    def __init__(self, settings: TelegramSettings, database: Database, sender: Sender, clock: Clock) -> None:
        self._settings = settings
        self._database = database
        self._sender = sender
        self._clock = clock

    async def run(self) -> None:
        """Tell what there is to tell, until cancelled."""
        while True:
            try:
                await self._tell_all()
            except StoreUnavailable as error:
                log.warning("telegram.run_teller_away", error=str(error))
            await self._clock.sleep(EVERY_S)

    async def _tell_all(self) -> None:
        for run in await self._database.read(untold_runs):
            try:
                await self._tell(run)
            except StoreUnavailable:
                raise
            except Exception:
                log.exception(
                    "telegram.bug", run=run.id
                )  # one run's bug must not keep the others from being told
            await self._database.run(mark_told, run.id, self._clock.now())

    async def _tell(self, run: Run) -> None:
        if run.finished_at is None or run.finished_at < self._clock.now() - NEWS_FOR:
            return
        for chat_id, language in await self._listeners(run):
            try:
                await self._tell_chat(run, chat_id, language)
            except Undeliverable as error:
                log.warning("telegram.not_told", run=run.id, chat=chat_id, error=str(error))

    async def _listeners(self, run: Run) -> list[tuple[int, str]]:
        """The chats of the run's channel that may hear of it, with their languages."""
        try:
            chat_id = chat_of(run.tell or "")
        except ValueError:
            log.warning("telegram.no_channel", run=run.id, channel=run.tell)
            return []
        owners = [person for person in await self._database.read(people) if self._is_owner(person)]
        if chat_id is not None and chat_id in self._settings.groups:
            return [(chat_id, "en")]
        found: list[tuple[int, str]] = [
            (person.user_id, language_of(person.language))
            for person in owners
            if chat_id in (None, person.user_id)
        ]
        if not found:
            log.warning("telegram.nobody_to_tell", run=run.id, channel=run.tell)
        return found

    def _is_owner(self, person: Person) -> bool:
        return person.status is PersonStatus.PAIRED or person.user_id in self._settings.allowed_ids

    async def _tell_chat(self, run: Run, chat_id: int, language: str) -> None:
        result, file = result_messages(language, ToldRun.model_validate(asdict(run)))
        key = message_key(run.id, chat_id)
        sent = await self._sender.send_once(key, chat_id, result)
        if run.asked_at is not None and not await self._sender.edit(chat_id, sent, result, must=True):
            await self._sender.send_once(f"{key}:end", chat_id, result)  # somebody has deleted it
        if file is not None:
            await self._sender.send_once(f"{key}:file", chat_id, file)
