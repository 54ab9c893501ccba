"""What people are told without having asked: that they are paired, and the company's alerts.

Looks into the database every two seconds; each message has a key, so that it comes once.
"""

from datetime import timedelta

from db.engine import Database
from db.statements.alerts import AlertRow, alerts_after
from db.statements.telegram_people import Person, PersonStatus, greeted, people, to_greet
from interfaces.telegram.alert_texts import alert_text, told_by_heartbeat
from interfaces.telegram.config import TelegramSettings
from interfaces.telegram.sending import Outgoing, Sender, Undeliverable
from interfaces.telegram.words import language_of, say
from nexus.clock import Clock
from nexus.errors import StoreUnavailable
from nexus.logs import get_logger

log = get_logger(__name__)

EVERY_S = 2.0
PAGE = 50
NEWS_FOR = timedelta(hours=24)  # what is older is history: `nexus` and the web page have it


class Announcer:
    """Greets and alerts. One per process."""

    def __init__(self, settings: TelegramSettings, database: Database, sender: Sender, clock: Clock) -> None:
        self._settings = settings
        self._database = database
        self._sender = sender
        self._clock = clock
        self._read_to = ""

    async def run(self) -> None:
        """Tell what there is to tell, until cancelled."""
        while True:
            try:
                await self._greet()
                await self._alert()
            except StoreUnavailable as error:
                log.warning("telegram.announcer_away", error=str(error))
            await self._clock.sleep(EVERY_S)

    async def _greet(self) -> None:
        for person in await self._database.read(to_greet):
            decided = person.decided_at.isoformat() if person.decided_at else ""
            text = say(language_of(person.language), "paired")
            await self._tell(person, f"paired:{person.user_id}:{decided}", text)
            await self._database.run(greeted, person, self._clock.now())

    async def _alert(self) -> None:
        alerts = await self._database.read(alerts_after, self._read_to, PAGE)
        if not alerts:
            return
        owners = [person for person in await self._database.read(people) if self._is_owner(person)]
        for alert in alerts:
            told = told_by_heartbeat(alert)
            for person in owners:
                if person.user_id not in told and self._is_news(alert, person):
                    text = alert_text(alert, person.language)
                    await self._tell(person, f"alert:{alert.id}:{person.user_id}", text)
            self._read_to = alert.id

    def _is_owner(self, person: Person) -> bool:
        return person.status is PersonStatus.PAIRED or person.user_id in self._settings.allowed_ids

    def _is_news(self, alert: AlertRow, person: Person) -> bool:
        since = max(person.decided_at or person.first_seen_at, self._clock.now() - NEWS_FOR)
        return alert.at >= since

    async def _tell(self, person: Person, key: str, text: str) -> None:
        try:
            await self._sender.send_once(key, person.user_id, Outgoing(text))
        except Undeliverable as error:
            log.warning("telegram.not_told", key=key, error=str(error))
