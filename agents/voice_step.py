"""Before triage: voice messages become words, and the order goes on as if they had been written.

    length → who transcribes → is it recorded already → reserve → call → settle → words into their places

Each call has its row in the ledger, reserved before it is made. A worker that takes over finds the transcript, or the
recorded call, and makes none again.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from math import ceil
from typing import Final

from sqlalchemy.engine import Connection

from agents import steps
from agents.breaker import Breakers
from agents.budget import Estimate, hold_for, option_of
from agents.calls import CallDesk
from agents.completion import ModelRefusesCall, ModelRequest, ModelUnavailable, Sound, Trouble
from agents.config import AgentSettings, ModelChoice
from agents.failover import OrderHeld
from agents.ledger import open_call
from agents.record import Record
from agents.voice import NOBODY, Voice
from db.engine import Database
from db.records import CallRecord, CallStatus
from db.statements.attachments import attachments_of
from db.statements.calls import calls_of
from db.statements.transcripts import Transcript, open_transcription
from nexus.bus import Bus
from nexus.clock import Clock
from nexus.errors import NexusError
from nexus.logs import get_logger
from nexus.sound import LISTEN, most_seconds_of, seconds_of
from nexus.work_order import Attachment, AttachmentInfo, AttachmentKind, Role, Turn, WorkOrder

log = get_logger(__name__)

PURPOSE: Final = "transcribe"
MOST_WORDS: Final = 2_000
"""Tokens of a transcript at most: what OpenAI's models write, and what is reserved for."""

SILENCE: Final = (
    "I could not hear any words; please record it once more, closer to the microphone, or write it to me."
)
BROKEN: Final = (
    "The voice message cannot be played: it is broken or of a kind that the transcriber does not know"
)


class NothingHeard(NexusError):
    """There are no words in it; the message goes back to the owner."""


class CannotHear(NexusError):
    """Nobody can turn this into words; the message says why and names the fix."""


@dataclass(frozen=True, slots=True)
class EarDesk:
    """What listening needs of its worker."""

    settings: AgentSettings
    voice: Voice
    database: Database
    record: Record
    calls: CallDesk
    breakers: Breakers
    bus: Bus
    clock: Clock


class Listener:
    """Turns an order's voice messages into its words."""

    def __init__(self, desk: EarDesk) -> None:
        self._desk = desk
        self._limits = desk.settings.limits

    async def heard(self, order: WorkOrder, brought: Sequence[AttachmentInfo]) -> WorkOrder:
        """The order with its voice messages as words; as it is when it brings none that is still to be heard.

        Raises:
            NothingHeard: there are no words in them.
            CannotHear: nobody transcribes, or it is too long or broken.
            OrderHeld: the owner is to be asked first.
            BudgetRefused, BudgetBusy, ModelUnavailable, ModelRefusesCall: as for every call.
        """
        if not any(each.kind is AttachmentKind.AUDIO for each in brought):
            return order
        voices = _unheard(await self._desk.database.read(attachments_of, order.id))
        if not voices:
            return order
        transcripts = [await self._transcript(order, n, voice) for n, voice in voices]
        spoken = "\n\n".join(each.text for each in transcripts if each.text)
        if not spoken:
            raise NothingHeard(SILENCE)
        caption = "" if order.content == LISTEN else f"{order.content}\n\n"
        words = f"{caption}{spoken}"
        now = self._desk.clock.now()
        rings = await self._desk.record.write(steps.transcribed, order, words, transcripts, now)
        await self._desk.bus.ring(rings)
        return replace(order, content=words)

    async def _transcript(self, order: WorkOrder, n: int, voice: Attachment) -> Transcript:
        seconds, most_s = self._length(voice)
        recorded = await self._desk.database.read(_recorded, order.id, voice.sha256)
        call = recorded or await self._call(order, voice, most_s)
        text = " ".join((call.answer or "").split())
        return Transcript(n, text, seconds or most_s, call.model, call.cost_usd)

    def _length(self, voice: Attachment) -> tuple[float | None, float]:
        """What it tells of its length, and the longest it can be; both in seconds."""
        data, longest_s = voice.data or b"", self._desk.settings.voice_max_s
        seconds = seconds_of(data)
        if seconds is not None and seconds > longest_s:
            raise CannotHear(
                f"The voice message is {ceil(seconds)} s long; VOICE_MAX_S allows {longest_s:g} s: send shorter ones."
            )
        return seconds, most_seconds_of(data)

    async def _call(self, order: WorkOrder, voice: Attachment, most_s: float) -> CallRecord:
        desk, choice = self._desk, self._desk.voice.choice
        if choice is None:
            raise CannotHear(desk.voice.problem or NOBODY)
        self._check_breaker(choice)
        request = self._request(order, choice, Sound(voice, most_s))
        now = desk.clock.now()
        call = open_call(order, Role.ADMIN, PURPOSE, None, request, now, day=self._limits.day_of(now))
        self._ask_first(order, call)
        await desk.record.write(open_transcription, order, call, now, limits=self._limits)
        try:
            call, settlement = await desk.calls.ask(call, request)
        except (ModelUnavailable, ModelRefusesCall) as error:
            desk.breakers.failed(choice, error)
            if isinstance(error, ModelRefusesCall) and error.trouble in (Trouble.REQUEST, Trouble.TOO_LONG):
                raise CannotHear(f"{BROKEN} ({error}).") from error
            raise
        await desk.calls.settle(call, settlement)
        desk.breakers.succeeded(choice)
        log.debug("voice.transcribed", order=order.id, model=choice.model)
        return call

    def _check_breaker(self, choice: ModelChoice) -> None:
        blocked = self._desk.breakers.blocked(choice)
        if blocked is None:
            return
        if blocked.for_owner:
            raise ModelRefusesCall(blocked.reason, trouble=Trouble.KEY)
        reason = f"{choice.label} is left alone for {blocked.for_s:.0f} s: {blocked.reason}"
        raise ModelUnavailable(reason, retry_after_s=blocked.for_s)

    def _request(self, order: WorkOrder, choice: ModelChoice, sound: Sound) -> ModelRequest:
        left_s = (order.deadline_at - self._desk.clock.now()).total_seconds()
        return ModelRequest(
            choice=choice,
            system="",
            turns=(Turn("user", sound.attachment.words),),
            max_output_tokens=MOST_WORDS,
            timeout_s=max(0.1, min(self._desk.settings.model_timeout_s, left_s)),
            role=Role.ADMIN,
            sound=sound,
        )

    def _ask_first(self, order: WorkOrder, call: CallRecord) -> None:
        """As for a try: what costs more than the order's limit, or than the owner wants unasked, waits for a yes."""
        if call.price is None or call.price.is_free or call.worst_case_usd is None:
            return
        most: Decimal = call.worst_case_usd
        option = option_of(Role.ADMIN, call.model, Estimate(most / 4, most))
        hold = hold_for(order, (), call, (option,), self._desk.settings)
        if hold is not None:
            raise OrderHeld(hold)


def _unheard(brought: Sequence[Attachment]) -> list[tuple[int, Attachment]]:
    """The voice messages that have no words yet, with their numbers."""
    return [
        (n, each)
        for n, each in enumerate(brought, 1)
        if each.kind is AttachmentKind.AUDIO and each.text is None
    ]


def _recorded(connection: Connection, order_id: str, sha256: str) -> CallRecord | None:
    """The answer to this very sound that a worker got before, whoever gave it."""
    calls = calls_of(connection, order_id)
    return next(
        (
            call
            for call in calls
            if call.purpose == PURPOSE and call.status is CallStatus.RECORDED and sha256 in call.prompt
        ),
        None,
    )
